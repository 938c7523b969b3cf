"""Temporal order: which came first, among many symbols that mean nothing?"""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_choice, check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

SYMBOLS = ("E", "B", "a", "b", "c", "d", "X", "Y")
WINDOWS = {2: ((0.1, 0.2), (0.5, 0.6)), 3: ((0.1, 0.2), (0.33, 0.43), (0.66, 0.76))}
CARD = Card(
    name="temporal_order",
    what="two or three signs X or Y, far apart among distractors; in which order did they come?",
    source="Generated exactly: signs and distractors independent, all equally likely.",
    licence="None needed.",
    size="256 sequences of 100 to 110 ticks, two signs, four classes.",
    splits="None; draw again to test.",
    best="Accuracy 1. A bag of symbols knows how many X there were and no more: 3/4 with two signs, 1/2 with three.",
    citation="Hochreiter, S. and Schmidhuber, J. (1997). Long short-term memory. Neural Computation 9, 1735-1780, "
    "experiments 6a and 6b.",
)


def load(*, rng: np.random.Generator, count: int = 256, length: int = 100, signs: int = 2) -> Dataset:
    """Draw sequences and the order of their signs.

    Parameters
    ----------
    rng : numpy.random.Generator
    count : int, default 256
        Number B of sequences.
    length : int, default 100
        Shortest sequence, 20 or more; the longest is a tenth longer. At 100 the signs stand where the paper has them:
        at ticks 10 to 20 and 50 to 60, or 10 to 20, 33 to 43 and 66 to 76; at other lengths in proportion.
    signs : int, default 2
        2 or 3, for 4 or 8 classes.

    Returns
    -------
    Dataset
        `inputs` (T, B, 8) one-hot, zero behind the end of a sequence; `symbols` (T, B) int64, the same as numbers, -1
        there; `targets` (T, B) int64, the class at the last tick; `mask` (T, B) bool, True there; `labels`, "XY"
        and so on.
    """
    B, L = check_size("count", count), check_size("length", length, least=20)
    check_choice("signs", str(signs), ("2", "3"))
    lengths = rng.integers(L, L + L // 10 + 1, B)
    T = L + L // 10
    symbols = rng.integers(2, 6, (T, B))
    symbols[0] = 0
    order = rng.integers(0, 2, (signs, B))
    for sign, (low, high) in zip(order, WINDOWS[signs], strict=True):
        symbols[rng.integers(int(low * L), int(high * L) + 1, B), np.arange(B)] = 6 + sign
    symbols[lengths - 1, np.arange(B)] = 1
    symbols[np.arange(T)[:, None] >= lengths] = -1
    targets, mask = np.zeros((T, B), np.int64), np.arange(T)[:, None] == lengths - 1
    targets[lengths - 1, np.arange(B)] = (2 ** np.arange(signs)[::-1]) @ order
    return Dataset(
        card=CARD,
        inputs=np.eye(9)[symbols][..., :8],
        symbols=symbols,
        targets=targets,
        mask=mask,
        labels=tuple("".join("XY"[k >> n & 1] for n in range(signs)[::-1]) for k in range(2**signs)),
    )
