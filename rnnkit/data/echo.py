"""Delayed echo: repeat what was heard some ticks ago."""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

CARD = Card(
    name="echo",
    what="random symbols, to be repeated a fixed number of ticks later",
    source="Generated exactly: symbols independent, all equally likely.",
    licence="None needed.",
    size="64 streams of 50 ticks, 4 symbols, delay 3.",
    splits="None; draw again to test.",
    best="Cross-entropy 0 with a memory of `delay` symbols. A model that does not see that far back can only guess, at "
    "log(symbols) nats a tick.",
    citation="A standard exercise; no single source.",
)


def load(*, rng: np.random.Generator, count: int = 64, length: int = 50, symbols: int = 4, delay: int = 3) -> Dataset:
    """Draw streams and their echoes.

    Parameters
    ----------
    rng : numpy.random.Generator
    count, length : int, default 64 and 50
        Number B of streams and of ticks T in each, 1 or more.
    symbols : int, default 4
        Number K of different symbols, 2 or more.
    delay : int, default 3
        How many ticks later a symbol is due, from 0 to length − 1.

    Returns
    -------
    Dataset
        `inputs` (T, B, K) one-hot; `symbols` (T, B) int64, the same as numbers; `targets` (T, B) int64, the symbol
        heard `delay` ticks before (0 while nothing is due); `mask` (T, B) bool, True from tick `delay` on.
    """
    size = check_size("length", length), check_size("count", count)
    lag = check_size("delay", delay, least=0, most=length - 1)
    heard = rng.integers(0, check_size("symbols", symbols, least=2), size=size)
    targets = np.zeros_like(heard)
    targets[lag:] = heard[: length - lag]
    mask = np.zeros(size, bool)
    mask[lag:] = True
    return Dataset(card=CARD, inputs=np.eye(symbols)[heard], symbols=heard, targets=targets, mask=mask)
