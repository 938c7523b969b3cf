"""Parity: has the number of ones so far been odd?"""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_choice, check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

CARD = Card(
    name="parity",
    what="strings of fair bits; is the number of ones odd?",
    source="Generated exactly.",
    licence="None needed.",
    size="256 strings of 20 bits.",
    splits="None; draw again, or longer strings, to test.",
    best="No error, with one bit of memory. A model that misses a single bit of a string can do no better than chance; "
    "one that knows only how many ones there are is not hindered at all.",
    citation="Minsky, M. and Papert, S. (1969). Perceptrons. MIT Press.",
)


def load(*, rng: np.random.Generator, count: int = 256, length: int = 20, answer: str = "every") -> Dataset:
    """Draw bit strings and their parities.

    Parameters
    ----------
    rng : numpy.random.Generator
    count, length : int, default 256 and 20
        Number B of strings and of bits T in each, 1 or more.
    answer : {"every", "last"}, default "every"
        Ask for the parity so far at every tick, or for the whole string's at the last.

    Returns
    -------
    Dataset
        `inputs` (T, B, 1), bits; `targets` (T, B, 1), the parity of the bits so far, 0.0 or 1.0; `mask` (T, B) bool,
        True where the answer is asked for.
    """
    size = check_size("length", length), check_size("count", count)
    check_choice("answer", answer, ("every", "last"))
    bits = rng.integers(0, 2, size=size)
    mask = np.ones(size, bool)
    if answer == "last":
        mask[:-1] = False
    return Dataset(
        card=CARD,
        inputs=bits[..., None].astype(np.float64),
        targets=(bits.cumsum(axis=0) % 2)[..., None].astype(np.float64),
        mask=mask,
    )
