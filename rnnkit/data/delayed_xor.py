"""Delayed exclusive or: two marked bits, long ago."""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

CARD = Card(
    name="delayed_xor",
    what="random bits, two of them marked early on; do the two differ?",
    source="Generated exactly: fair bits, the two marks at random among the first ticks.",
    licence="None needed.",
    size="256 sequences: marks in the first 10 of 50 ticks.",
    splits="None; draw again to test.",
    best="Accuracy 1. Neither marked bit alone tells anything, nor do all the others: without both, 1/2.",
    citation="A standard exercise; the marks are those of the adding problem, the question that of Elman, J. L. "
    "(1990). Finding structure in time. Cognitive Science 14, 179-211.",
)


def load(*, rng: np.random.Generator, count: int = 256, delay: int = 40, early: int = 10) -> Dataset:
    """Draw sequences and the exclusive or of their marked bits.

    Parameters
    ----------
    rng : numpy.random.Generator
    count : int, default 256
        Number B of sequences.
    delay : int, default 40
        Ticks of bits that mean nothing, 0 or more, after the first.
    early : int, default 10
        First ticks, among which the two marks are, 2 or more. T is `early` + `delay`.

    Returns
    -------
    Dataset
        `inputs` (T, B, 2), a bit and its mark; `targets` (T, B, 1), 1.0 at the last tick if the marked bits differ;
        `mask` (T, B) bool, True there.
    """
    B, n = check_size("count", count), check_size("early", early, least=2)
    T = n + check_size("delay", delay, least=0)
    inputs = np.zeros((T, B, 2))
    inputs[..., 0] = rng.integers(0, 2, (T, B))
    marked, columns = rng.random((n, B)).argsort(0)[:2], np.arange(B)
    inputs[marked, columns, 1] = 1
    targets, mask = np.zeros((T, B, 1)), np.zeros((T, B), bool)
    targets[-1, :, 0] = inputs[marked, columns, 0].sum(0) % 2
    mask[-1] = True
    return Dataset(card=CARD, inputs=inputs, targets=targets, mask=mask)
