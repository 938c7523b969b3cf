"""The copy task: remember ten symbols over a long blank, then say them."""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

SYMBOLS, LENGTH = 8, 10
CARD = Card(
    name="copy",
    what="ten symbols, a long blank, a sign, and then the ten symbols again",
    source="Generated exactly: symbols independent, all equally likely.",
    licence="None needed.",
    size="128 sequences, delay 100: 120 ticks.",
    splits="None; draw again to test.",
    best="Cross-entropy 0. A model without memory says blank where blank is due and guesses ten times: "
    "10 ln 8 / (delay + 20) nats a tick.",
    citation="Hochreiter and Schmidhuber (1997) in spirit; this form: Arjovsky, M., Shah, A. and Bengio, Y. (2016). "
    "Unitary evolution recurrent neural networks. ICML.",
)


def load(*, rng: np.random.Generator, count: int = 128, delay: int = 100) -> Dataset:
    """Draw sequences to be copied.

    Parameters
    ----------
    rng : numpy.random.Generator
    count : int, default 128
        Number B of sequences.
    delay : int, default 100
        Ticks from the last symbol to the sign that asks for them, 1 or more; T is `delay` + 20.

    Returns
    -------
    Dataset
        `inputs` (T, B, 10) one-hot: blank, eight symbols, the sign; `symbols` (T, B) int64, the same as numbers;
        `targets` (T, B) int64, 0 (blank) until the sign and 1 to 8 after it; `mask` (T, B) bool, True everywhere.
    """
    B, delay = check_size("count", count), check_size("delay", delay)
    T = delay + 2 * LENGTH
    heard = rng.integers(1, SYMBOLS + 1, (LENGTH, B))
    symbols, targets = np.zeros((T, B), np.int64), np.zeros((T, B), np.int64)
    symbols[:LENGTH], symbols[LENGTH + delay - 1], targets[-LENGTH:] = heard, SYMBOLS + 1, heard
    return Dataset(
        card=CARD, inputs=np.eye(SYMBOLS + 2)[symbols], symbols=symbols, targets=targets, mask=np.ones((T, B), bool)
    )
