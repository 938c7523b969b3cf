"""Visits to a shop: which item will be looked at next?"""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

INTERESTS, ITEMS, POPULAR = 6, 8, 6  # interests, items of each, items that everybody looks at
STAY, ANYTHING = 0.9, 0.4  # chance to keep the interest; chance of a popular item

CARD = Card(
    name="sessions",
    what="items looked at in a shop, one after the other; which comes next?",
    source="Generated exactly. A visitor has one of 6 interests and keeps it from item to item with probability 0.9, "
    "else takes one of the others. Each look goes with probability 0.4 to one of 6 popular items, which tell nothing, "
    "else to one of the 8 items of the interest; within each group the n-th item has a share proportional to 1/n.",
    licence="None needed.",
    size="256 sessions of 20 looks and one more; 54 items.",
    splits="None; draw again to test.",
    best="The field `ideal` holds the true probabilities, given all that came before (Bayes' rule). In the long run "
    "they cost 2.789 nats a look, and the best table of the last item 3.000: it forgets the interest at every popular "
    "item. Among its five likeliest items the next one is found in 59 % of looks, with the table in 52 %.",
    citation="This book; the task: Hidasi, B. et al. (2016). Session-based recommendations with recurrent neural "
    "networks. ICLR.",
)


def zipf(n: int) -> np.ndarray:
    """Shares of n items, proportional to 1, 1/2, 1/3 and so on."""
    shares = 1 / np.arange(1, n + 1)
    return shares / shares.sum()


def emissions() -> np.ndarray:
    """Return (6, 54): the chance of each item under each interest; popular items come first."""
    table = np.zeros((INTERESTS, POPULAR + INTERESTS * ITEMS))
    table[:, :POPULAR] = ANYTHING * zipf(POPULAR)
    for interest in range(INTERESTS):
        first = POPULAR + interest * ITEMS
        table[interest, first : first + ITEMS] = (1 - ANYTHING) * zipf(ITEMS)
    return table


def transitions() -> np.ndarray:
    """Return (6, 6): the chance of each interest after each."""
    other = (1 - STAY) / (INTERESTS - 1)
    return np.full((INTERESTS, INTERESTS), other) + (STAY - other) * np.eye(INTERESTS)


def load(*, rng: np.random.Generator, count: int = 256, length: int = 20) -> Dataset:
    """Draw sessions.

    Parameters
    ----------
    rng : numpy.random.Generator
    count, length : int, default 256 and 20
        Sessions B, and predictions T in each; T + 1 items are drawn.

    Returns
    -------
    Dataset
        `inputs` (T, B) int64, the items, 0 to 53; `targets` (T, B) int64, the next one; `ideal` (T, B, 54), its true
        probabilities; `interests` (T, B) int64, 0 to 5, what the visitor was after.
    """
    B, T = check_size("count", count), check_size("length", length)
    E, A = emissions(), transitions()
    items, interests = np.empty((T + 1, B), np.int64), np.empty((T + 1, B), np.int64)
    ideal, belief = np.empty((T, B, E.shape[1])), np.full((B, INTERESTS), 1 / INTERESTS)
    for t in range(T + 1):
        if t:
            ideal[t - 1] = belief @ E
            moves = rng.random(B) > STAY
            interests[t] = (interests[t - 1] + moves * rng.integers(1, INTERESTS, B)) % INTERESTS
        else:
            interests[t] = rng.integers(INTERESTS, size=B)
        items[t] = (E[interests[t]].cumsum(1) > rng.random((B, 1))).argmax(1)
        belief *= E[:, items[t]].T
        belief = belief / belief.sum(1, keepdims=True) @ A
    return Dataset(card=CARD, inputs=items[:-1], targets=items[1:], ideal=ideal, interests=interests[:-1])
