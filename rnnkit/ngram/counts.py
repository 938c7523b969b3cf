"""Counting n-grams of all orders at once.

The n-grams of one order stand in a sorted table. An n-gram is its first n-1 tokens, which are a row of the table one
order below, and one more token: two numbers, packed into one. So a look-up is a binary search, and the table of order
n is made from that of order n-1 by one sort.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from rnnkit.arrays import check_ids, check_size

NOWHERE = -1
"""The row of an n-gram that was never seen."""


@dataclass(frozen=True)
class Table:
    """The n-grams of one order.

    Attributes
    ----------
    keys : array of int, (N,)
        Row of the first n-1 tokens in the table below, times V, plus the last token; ascending.
    counts : array of int, (N,)
        How often each was seen.
    suffixes : array of int, (N,)
        Row of its last n-1 tokens in the table below.
    """

    keys: np.ndarray
    counts: np.ndarray
    suffixes: np.ndarray


@dataclass(frozen=True)
class Counts:
    """How often each n-gram stands in a text, for all orders from 1 up.

    Attributes
    ----------
    order : int
    vocabulary_size : int
        `V`, tokens 0 to V-1.
    tables : tuple of Table
        Of orders 1 to `order`.
    """

    order: int
    vocabulary_size: int
    tables: tuple[Table, ...]

    def find(self, rows: Int[np.ndarray, " N"], tokens: Int[np.ndarray, " N"], order: int) -> Int[np.ndarray, " N"]:
        """Rows of n-grams in the table of `order`, from the rows of their first n-1 tokens and their last tokens."""
        keys = self.tables[order - 1].keys
        wanted = rows * self.vocabulary_size + tokens
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where((rows != NOWHERE) & (keys[place] == wanted), place, NOWHERE)

    def rows(self, ids: Int[np.ndarray, " T"]) -> list[Int[np.ndarray, " T"]]:
        """For each order n, where the n-gram that ends at each token stands in its table; early tokens have none."""
        found = [self.find(np.zeros(len(ids), int), ids, 1)]
        for n in range(2, self.order + 1):
            before = np.concatenate([[NOWHERE], found[-1][:-1]])[: len(ids)]
            found.append(self.find(before, ids, n))
        return found


def count(ids: Int[np.ndarray, " T"], order: int, vocabulary_size: int) -> Counts:
    """Count the n-grams of one stream of tokens, for orders 1 to `order`.

    Parameters
    ----------
    ids : array of int, (T,)
        The training text, at least `order` tokens, 0 to V-1. It is one stream: to let sentences begin anew, put a
        token of their own between them.
    order : int
        The longest n-gram, 1 or more.
    vocabulary_size : int
        `V`.

    Returns
    -------
    Counts

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its range; the message names it.
    """
    check_size("order", order)
    check_size("vocabulary_size", vocabulary_size)
    check_ids("ids", ids, ("T",), vocabulary_size)
    if len(ids) < order:
        raise ValueError(f"ids: expected at least {order} tokens, got {len(ids)}")
    ids = ids.astype(np.int64)
    tables: list[Table] = []
    rows = np.zeros(len(ids) + 1, np.int64)  # row of the (n-1)-gram that begins at each token; of order 0 there is one
    for n in range(1, order + 1):
        last = ids[n - 1 :]
        keys, places, counts = np.unique(rows[:-1] * vocabulary_size + last, return_inverse=True, return_counts=True)
        suffixes = np.zeros(len(keys), np.int64)
        suffixes[places] = rows[1:]
        tables.append(Table(keys, counts, suffixes))
        rows = places
    return Counts(order, vocabulary_size, tuple(tables))
