"""Binary addition: two numbers come in bit by bit, lowest first; their sum goes out."""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

CARD = Card(
    name="addition",
    what="pairs of binary numbers, lowest bit first, and their sum",
    source="Generated exactly: bits independent and fair.",
    licence="None needed.",
    size="256 pairs of 8 bits; sums of 9.",
    splits="None; draw again, or longer numbers, to test.",
    best="No error, with one bit of memory (the carry). Without memory the best answer is the sum without carry, wrong "
    "with probability (1 − 2^−t)/2 at tick t = 0, 1, ...",
    citation="A standard exercise; no single source.",
)


def load(*, rng: np.random.Generator, count: int = 256, bits: int = 8) -> Dataset:
    """Draw pairs of numbers and add them.

    Parameters
    ----------
    rng : numpy.random.Generator
    count : int, default 256
        Number B of pairs, 1 or more.
    bits : int, default 8
        Bits of each number, from 1 to 60.

    Returns
    -------
    Dataset
        With T = bits + 1 (one tick of zeros lets the last carry out): `inputs` (T, B, 2), a bit of each number;
        `targets` (T, B, 1), a bit of the sum; `carry` (T, B) int64, the carry that comes into the tick.
    """
    width, pairs = check_size("bits", bits, most=60), check_size("count", count)
    terms = np.zeros((width + 1, pairs, 2), dtype=np.int64)
    terms[:-1] = rng.integers(0, 2, size=(width, pairs, 2))
    carry = np.zeros((width + 2, pairs), dtype=np.int64)
    for tick in range(width + 1):
        carry[tick + 1] = (terms[tick].sum(axis=1) + carry[tick]) // 2
    total = (terms.sum(axis=2) + carry[:-1]) % 2
    return Dataset(
        card=CARD,
        inputs=terms.astype(np.float64),
        targets=total[..., None].astype(np.float64),
        carry=carry[:-1],
    )
