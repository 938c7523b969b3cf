"""Counting language models: what followed these words before?

`count` a training text once, then let a smoothing rule make a model of the counts:

>>> import numpy as np
>>> from rnnkit import ngram
>>> counts = ngram.count(np.array([0, 1, 2, 0, 1, 2, 0, 1, 1]), order=3, vocabulary_size=3)
>>> model = ngram.KneserNey().estimate(counts)
>>> model.distribution([0, 1]).round(2)
array([0.04, 0.33, 0.62])
>>> round(ngram.perplexity(model.logprob(np.array([0, 1, 2]))), 2)
2.04
"""

from rnnkit.ngram.counts import Counts, count
from rnnkit.ngram.model import Model, perplexity
from rnnkit.ngram.smoothing import AbsoluteDiscount, AddK, Interpolated, KneserNey, held_out_weights
from rnnkit.ngram.spelling import Speller

__all__ = [
    "AbsoluteDiscount",
    "AddK",
    "Counts",
    "Interpolated",
    "KneserNey",
    "Model",
    "Speller",
    "count",
    "held_out_weights",
    "perplexity",
]
