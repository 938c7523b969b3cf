"""Elman's temporal XOR: in a stream of bits, every third is the exclusive or of the two before it."""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

CARD = Card(
    name="temporal_xor",
    what="a stream of bits, every third the exclusive or of the two before it; predict the next bit",
    source="Generated exactly: two fair bits, then their exclusive or, again and again.",
    licence="None needed.",
    size="1,000 triples = 3,000 bits in one stream, 2,999 predictions.",
    splits="None; draw another stream to test.",
    best="Squared error 0 where the next bit is the third of its triple, 0.25 at the other two (predict one half): "
    "1/6 over whole triples. `ideal` gives it for every tick.",
    citation="Elman, J. L. (1990). Finding structure in time. Cognitive Science 14, 179–211.",
)


def load(*, rng: np.random.Generator, triples: int = 1000) -> Dataset:
    """Draw a stream of the temporal XOR task.

    Parameters
    ----------
    rng : numpy.random.Generator
    triples : int, default 1000
        Number of triples, 1 or more.

    Returns
    -------
    Dataset
        With T = 3 · triples − 1: `inputs` (T, 1, 1), the bits but the last; `targets` (T, 1, 1), the next bit;
        `position` (T,) int64, the place 0, 1, 2 of the target in its triple; `ideal` (T,), the least possible expected
        squared error; `bits` (3 · triples,).
    """
    count = check_size("triples", triples)
    pairs = rng.integers(0, 2, size=(count, 2))
    bits = np.column_stack([pairs, pairs[:, 0] ^ pairs[:, 1]]).reshape(-1)
    position = np.arange(1, len(bits)) % 3
    stream = bits.astype(np.float64).reshape(-1, 1, 1)
    return Dataset(
        card=CARD,
        inputs=stream[:-1],
        targets=stream[1:],
        position=position,
        ideal=np.where(position == 2, 0.0, 0.25),
        bits=bits,
    )
