"""The adding problem: the sum of two marked numbers, far apart."""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

CARD = Card(
    name="adding",
    what="random numbers, two of them marked; what is their sum?",
    source="Generated exactly: numbers uniform in 0..1, one mark in each half of the sequence.",
    licence="None needed.",
    size="256 sequences of 100 ticks.",
    splits="None; draw again to test.",
    best="Squared error 0. The constant answer 1 has 1/6. The form of 1997 differs: numbers in -1..1, lengths that "
    "vary, marks in the first ten ticks and in the first half, and a sequence counts as right below an "
    "absolute error of 0.04.",
    citation="Hochreiter, S. and Schmidhuber, J. (1997). Long short-term memory. Neural Computation 9, 1735-1780, "
    "experiment 4; this form: Arjovsky, M., Shah, A. and Bengio, Y. (2016). Unitary evolution recurrent neural "
    "networks. ICML.",
)


def load(*, rng: np.random.Generator, count: int = 256, length: int = 100) -> Dataset:
    """Draw sequences and their sums.

    Parameters
    ----------
    rng : numpy.random.Generator
    count, length : int, default 256 and 100
        Number B of sequences, 1 or more, and of ticks T in each, 2 or more.

    Returns
    -------
    Dataset
        `inputs` (T, B, 2), a number and its mark, 0 or 1; `targets` (T, B, 1), the sum at the last tick and 0 before;
        `mask` (T, B) bool, True at the last tick.
    """
    T, B = check_size("length", length, least=2), check_size("count", count)
    inputs = np.zeros((T, B, 2))
    inputs[..., 0] = rng.random((T, B))
    marked = np.stack([rng.integers(0, T // 2, B), rng.integers(T // 2, T, B)])
    inputs[marked, np.arange(B), 1] = 1
    targets, mask = np.zeros((T, B, 1)), np.zeros((T, B), bool)
    targets[-1, :, 0] = inputs[marked, np.arange(B), 0].sum(0)
    mask[-1] = True
    return Dataset(card=CARD, inputs=inputs, targets=targets, mask=mask)
