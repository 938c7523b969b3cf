"""Selective copying: what to remember stands at places that nobody knows beforehand."""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

CARD = Card(
    name="selective_copy",
    what="symbols scattered among blanks, to be said in order at the end",
    source="Generated exactly: symbols and places independent, all equally likely.",
    licence="None needed.",
    size="128 sequences of 64 ticks and 8 answers; 8 of the ticks hold one of 8 symbols.",
    splits="None; draw again to test.",
    best="Cross-entropy 0. A model that cannot choose what to keep can only guess, at log(symbols) nats an answer: "
    "where a symbol stood differs from sequence to sequence, so no fixed weight by age finds it.",
    citation="Gu, A. and Dao, T. (2023). Mamba: linear-time sequence modeling with selective state spaces. "
    "arXiv:2312.00752, section 3.1; Feng, L. et al. (2024). arXiv:2410.01201.",
)


def load(
    *, rng: np.random.Generator, count: int = 128, length: int = 64, remember: int = 8, symbols: int = 8
) -> Dataset:
    """Draw sequences to be copied selectively.

    Parameters
    ----------
    rng : numpy.random.Generator
    count, length : int, default 128 and 64
        Number B of sequences, and ticks of each that are read.
    remember : int, default 8
        How many of them hold a symbol, 1 to `length`; as many ticks follow, in which they are due.
    symbols : int, default 8
        Different symbols K, 2 or more.

    Returns
    -------
    Dataset
        `inputs` (T, B, K + 2) one-hot: blank, K symbols, the sign "now"; `symbols` (T, B) int64, the same as numbers;
        `targets` (T, B) int64, 1 to K where due, else 0; `mask` (T, B) bool, True where due. T is `length` +
        `remember`.
    """
    B, L = check_size("count", count), check_size("length", length)
    n, K = check_size("remember", remember, most=L), check_size("symbols", symbols, least=2)
    told = rng.integers(1, K + 1, (n, B))
    places = np.sort(rng.random((L, B)).argsort(0)[:n], 0)
    heard, targets = np.zeros((L + n, B), np.int64), np.zeros((L + n, B), np.int64)
    heard[places, np.arange(B)] = told
    heard[L:], targets[L:] = K + 1, told
    return Dataset(card=CARD, inputs=np.eye(K + 2)[heard], symbols=heard, targets=targets, mask=targets > 0)
