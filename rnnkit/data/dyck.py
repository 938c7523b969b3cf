"""Brackets of several kinds, nested up to a depth: what may come next?"""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

PAIRS = "()[]{}<>"
CARD = Card(
    name="dyck",
    what="well nested brackets; which one comes next?",
    source="Generated exactly: open or close with equal chance where both are possible, all kinds equally likely.",
    licence="None needed.",
    size="128 streams of 60 brackets, 2 kinds, depth up to 4.",
    splits="None; draw again to test.",
    best="The field `ideal` holds the true probabilities. In the long run their cross-entropy is, with K kinds and "
    "depth up to D, ln K / (2D) + (1 - 1/D)(ln 2 + ln K / 2) nats a bracket. A closing bracket is certain in kind, but "
    "only for who has kept the whole stack.",
    citation="Chomsky, N. and Schützenberger, M.-P. (1963). The algebraic theory of context-free languages; with "
    "bounded depth: Hewitt, J. et al. (2020). RNNs can generate bounded hierarchical languages with optimal memory. "
    "EMNLP.",
)


def load(*, rng: np.random.Generator, count: int = 128, length: int = 60, kinds: int = 2, depth: int = 4) -> Dataset:
    """Draw streams of brackets.

    Parameters
    ----------
    rng : numpy.random.Generator
    count, length : int, default 128 and 60
        Number B of streams and of predictions T in each; T + 1 brackets are drawn.
    kinds : int, default 2
        Kinds K of brackets, 1 to 4.
    depth : int, default 4
        How many may be open at once, 1 or more.

    Returns
    -------
    Dataset
        `inputs` (T, B, 2K) one-hot, opening and closing bracket of each kind in turn; `symbols` (T + 1, B) int64, the
        same as numbers and one more; `targets` (T, B) int64, the next one; `ideal` (T, B, 2K), its true probabilities;
        `legal` (T, B, 2K) bool, where they are above 0; `depths` (T, B) int64, how many are open; `alphabet`.
    """
    B, T = check_size("count", count), check_size("length", length)
    K, D = check_size("kinds", kinds, most=4), check_size("depth", depth)
    columns, stack, open_now = np.arange(B), np.zeros((D + 1, B), np.int64), np.zeros(B, np.int64)
    symbols, depths = np.empty((T + 1, B), np.int64), np.empty((T, B), np.int64)
    ideal = np.zeros((T, B, 2 * K))
    for t in range(T + 1):
        opens = np.where(open_now == 0, 1.0, np.where(open_now == D, 0.0, 0.5))
        top = stack[np.maximum(open_now - 1, 0), columns]
        if t:
            ideal[t - 1, :, ::2] = opens[:, None] / K
            ideal[t - 1, columns, 2 * top + 1] = 1 - opens
            depths[t - 1] = open_now
        opening = rng.random(B) < opens
        kind = np.where(opening, rng.integers(0, K, B), top)
        symbols[t] = 2 * kind + ~opening
        stack[open_now, columns] = np.where(opening, kind, stack[open_now, columns])
        open_now = open_now + np.where(opening, 1, -1)
    return Dataset(
        card=CARD,
        inputs=np.eye(2 * K)[symbols[:-1]],
        symbols=symbols,
        targets=symbols[1:],
        ideal=ideal,
        legal=ideal > 0,
        depths=depths,
        alphabet=tuple(PAIRS[: 2 * K]),
    )
