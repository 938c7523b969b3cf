"""From probabilities to sequences: the best one, a good one, or one at random.

A model enters as a function `step(tokens, state) -> (logp, state)`: the last tokens `(N,)` of N hypotheses and their
states (an array whose first axis is N, or a tuple of such) to the log-probabilities `(N, V)` of what comes next.
"""

from rnnkit.decode.beam import Hypothesis, beam, length_penalty
from rnnkit.decode.ctc import best_path, prefix_beam
from rnnkit.decode.greedy import greedy
from rnnkit.decode.sample import draw, nucleus, sample, temperature, top_k

__all__ = [
    "Hypothesis",
    "beam",
    "best_path",
    "draw",
    "greedy",
    "length_penalty",
    "nucleus",
    "prefix_beam",
    "sample",
    "temperature",
    "top_k",
]
