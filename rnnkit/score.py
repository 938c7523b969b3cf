r"""One measure for all language models: nats, bits and perplexity, for each token and for each character.

A model gives a text of N characters the probability :math:`p`, however it cuts the text into T tokens. So
:math:`-\ln p / T` compares models that cut alike, and :math:`-\log_2 p / N` compares all of them, if :math:`p` is the
probability of the *text*: where a token stands for many words, such as the unknown, the choice among those words is
part of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import check_array, check_number, check_size


@dataclass(frozen=True)
class Score:
    """What a text cost.

    Attributes
    ----------
    total : float
        Nats of all tokens together.
    tokens, characters : int
        Of the text.
    spelling : float
        Nats that tell which words the unknown ones were; they count for the text, not for its tokens.
    """

    total: float
    tokens: int
    characters: int
    spelling: float = 0.0

    @property
    def nats(self) -> float:
        """For each token."""
        return self.total / self.tokens

    @property
    def bits(self) -> float:
        """For each token."""
        return self.nats / math.log(2)

    @property
    def perplexity(self) -> float:
        """As hard as a choice among so many equal tokens."""
        return math.exp(self.nats)

    @property
    def bits_per_character(self) -> float:
        """Of the whole text, unknown words spelled out."""
        return (self.total + self.spelling) / self.characters / math.log(2)


def score(logprob: Float[np.ndarray, " T"], characters: int, spelling: float = 0.0) -> Score:
    """The score of a text from the logarithm of each token's probability.

    Parameters
    ----------
    logprob : array, (T,)
        Natural logarithms, one for each token.
    characters : int
        Of the text.
    spelling : float
        Nats to spell the unknown words (default 0); see `rnnkit.ngram.Speller`.

    Returns
    -------
    Score

    Raises
    ------
    TypeError, ValueError
        If an argument has another form.
    """
    check_array("logprob", logprob, ("T",))
    check_size("characters", characters)
    check_number("spelling", spelling, 0)
    if not len(logprob):
        raise ValueError("logprob: expected at least one token, got none")
    return Score(-float(logprob.sum()), len(logprob), characters, float(spelling))
