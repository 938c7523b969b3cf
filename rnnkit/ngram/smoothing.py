r"""Smoothing: how much of what was counted to believe, and what to give to what was never seen.

Notation: :math:`c(\cdot)` counts, :math:`N_1` is how many n-grams were seen once, and :math:`N_{1+}(c\,\cdot)` how many
different tokens followed :math:`c`. All rules estimate one `Level` for each order, except `AddK`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from rnnkit.arrays import check_ids, check_number
from rnnkit.ngram.counts import Counts
from rnnkit.ngram.model import Level, Model


@dataclass(frozen=True)
class AddK:
    r"""Pretend to have seen everything `k` times more: :math:`p(w|c) = \frac{c(cw) + k}{c(c\,\cdot) + kV}`.

    Only the longest context counts; one that was never seen gives 1/V.

    Parameters
    ----------
    k : float
        Above 0 (default 1, Laplace's rule).
    """

    k: float = 1.0

    def __post_init__(self) -> None:
        check_number("k", self.k, 0, open_low=True)

    def estimate(self, counts: Counts) -> Model:
        """The model of some counts."""
        levels = []
        for n in range(1, counts.order + 1):
            seen, context, total, _ = _table(counts, n)
            whole = total + self.k * counts.vocabulary_size
            rest = self.k * counts.vocabulary_size / whole
            levels.append(Level(seen / whole[context], rest))
        # A shorter context never helps: below the longest, everything is left to 1/V.
        nothing = [Level(np.zeros_like(level.seen), np.ones_like(level.rest)) for level in levels[:-1]]
        return Model(counts, (*nothing, levels[-1]))


@dataclass(frozen=True)
class Interpolated:
    r"""A fixed mixture of all orders: :math:`p(w|c) = \sum_n \lambda_n \frac{c(c_n w)}{c(c_n\,\cdot)} + \lambda_0 / V`.

    :math:`c_n` are the last n-1 tokens. Where a context was never seen its share goes to the shorter ones.

    Parameters
    ----------
    weights : sequence of float
        :math:`\lambda_0` to :math:`\lambda_n`, at least 0, with sum 1; as many as orders, and one. `held_out_weights`
        finds the best for a text.

    Notes
    -----
    Source: F. Jelinek and R. L. Mercer, Interpolated estimation of Markov source parameters from sparse data, 1980.
    """

    weights: Sequence[float] | Float[np.ndarray, " levels"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", tuple(float(w) for w in self.weights))
        if not self.weights or min(self.weights) < 0 or abs(sum(self.weights) - 1) > 1e-9:
            raise ValueError(f"weights: expected numbers from 0 up with sum 1, got {self.weights}")

    def estimate(self, counts: Counts) -> Model:
        """The model of some counts.

        Raises
        ------
        ValueError
            If there are not `order + 1` weights.
        """
        if len(self.weights) != counts.order + 1:
            raise ValueError(f"weights: expected {counts.order + 1}, one for each order and for 1/V, "
                             f"got {len(self.weights)}")  # fmt: skip
        levels = []
        for n in range(1, counts.order + 1):
            seen, context, total, _ = _table(counts, n)
            upto = sum(self.weights[: n + 1])
            share = self.weights[n] / upto if upto else 0.0  # this order's part of itself and all below
            levels.append(Level(share * seen / total[context], np.where(total > 0, 1 - share, 1.0)))
        return Model(counts, tuple(levels))


@dataclass(frozen=True)
class AbsoluteDiscount:
    r"""Take `discount` off every count and give it to the shorter context.

    .. math:: p(w|c) = \frac{\max(c(cw) - d, 0)}{c(c\,\cdot)} + \frac{d\, N_{1+}(c\,\cdot)}{c(c\,\cdot)}\, p(w|c')

    Parameters
    ----------
    discount : float, optional
        :math:`d`, 0 to 1; by default :math:`N_1/(N_1 + 2N_2)` of each order, and 1/2 where nothing was seen once or
        nothing twice.

    Notes
    -----
    Source: H. Ney, U. Essen and R. Kneser, On structuring probabilistic dependences in stochastic language modelling,
    Computer Speech and Language 8 (1994) 1-38.
    """

    discount: float | None = None

    def __post_init__(self) -> None:
        if self.discount is not None:
            check_number("discount", self.discount, 0, 1)

    def estimate(self, counts: Counts) -> Model:
        """The model of some counts."""
        return Model(counts, tuple(_discounted(counts, n, self.discount, False, False)
                                   for n in range(1, counts.order + 1)))  # fmt: skip


@dataclass(frozen=True)
class KneserNey:
    r"""Absolute discounting whose shorter contexts count kinds, not occurrences.

    Below the highest order an n-gram's count is the number of different tokens that stood before it, for there it only
    speaks where the longer context was not enough: "Francisco" is frequent, but follows one word.

    Parameters
    ----------
    modified : bool
        True (default): three discounts, for counts 1, 2, and 3 or more; False: one.

    Notes
    -----
    The discounts of each order are estimated from how many n-grams have (modified) counts 1 to 4; where a text is too
    small for that, they are 1/2. Order 1 is interpolated with 1/V.

    Source: R. Kneser and H. Ney, Improved backing-off for m-gram language modeling, ICASSP 1995; the interpolated and
    the modified form: S. F. Chen and J. Goodman, An empirical study of smoothing techniques for language modeling,
    Harvard TR-10-98 (1998), equations 25 to 27.
    """

    modified: bool = True

    def estimate(self, counts: Counts) -> Model:
        """The model of some counts."""
        return Model(counts, tuple(_discounted(counts, n, None, n < counts.order, self.modified)
                                   for n in range(1, counts.order + 1)))  # fmt: skip


def held_out_weights(
    counts: Counts, ids: Int[np.ndarray, " T"], tolerance: float = 1e-6
) -> Float[np.ndarray, " levels"]:
    """The weights of `Interpolated` that make a held-out text likeliest, by expectation maximisation.

    Parameters
    ----------
    counts : Counts
        Of the training text.
    ids : array of int, (T,)
        Held-out text: neither trained nor tested on.
    tolerance : float
        Stop when no weight moves more (default 1e-6).

    Returns
    -------
    weights : array, (order + 1,)
        That of 1/V first.

    Raises
    ------
    ValueError
        If the held-out text is empty.
    """
    check_number("tolerance", tolerance, 0, open_low=True)
    check_ids("ids", ids, ("T",), counts.vocabulary_size)
    if not len(ids):
        raise ValueError("ids: expected a held-out text, got an empty one")
    parts, known = [np.full(len(ids), 1 / counts.vocabulary_size)], [np.ones(len(ids), bool)]
    context = np.zeros(len(ids), np.int64)
    for n, row in enumerate(counts.rows(ids.astype(np.int64)), 1):
        seen, owner, total, _ = _table(counts, n)
        parts.append(np.where(row >= 0, (seen / total[owner])[row], 0.0))
        known.append(np.where(context >= 0, total[context] > 0, False))
        context = np.concatenate([[-1], row[:-1]])[: len(ids)]
    p, there = np.stack(parts), np.stack(known)  # (order + 1, T)
    weights = np.full(len(p), 1 / len(p))
    while True:
        # Each token draws an order, and again if that order's context was never seen: how often which?
        here = weights[:, None] * there
        mixture = here * p
        drawn = mixture / mixture.sum(0) + weights[:, None] * ~there / here.sum(0)
        new = drawn.sum(1) / drawn.sum()
        if np.abs(new - weights).max() < tolerance:
            return new
        weights = new


def _table(counts, n):
    """Of order n: counts, row of each context, and of each context the sum of counts and the number of kinds."""
    table = counts.tables[n - 1]
    context = table.keys // counts.vocabulary_size
    contexts = 1 if n == 1 else len(counts.tables[n - 2].keys)
    total = np.bincount(context, table.counts, contexts)
    return table.counts, context, total, np.bincount(context, minlength=contexts)


def _discounted(counts, n, discount, kinds, modified):
    """One order with some of every count taken off; counts of kinds where asked."""
    table = counts.tables[n - 1]
    _, context, total, _ = _table(counts, n)
    if kinds:
        seen = np.bincount(counts.tables[n].suffixes, minlength=len(table.keys))
        total = np.bincount(context, seen, len(total))
    else:
        seen = table.counts
    off = np.array([0, *(_discounts(seen, modified) if discount is None else [discount] * 3)])
    taken = off[np.minimum(seen, 3)]
    safe = np.where(total > 0, total, 1)
    left = np.bincount(context, taken, len(total))
    return Level((seen - taken) / safe[context], np.where(total > 0, left / safe, 1.0))


def _discounts(seen, modified):
    """What to take off counts of 1, of 2, and of 3 or more."""
    n1, n2, n3, n4 = (int((seen == k).sum()) for k in (1, 2, 3, 4))
    if not n1 or not n2:
        return [0.5] * 3
    y = n1 / (n1 + 2 * n2)
    if not modified:
        return [y] * 3
    if not n3 or not n4:
        return [0.5] * 3
    three = [1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3]
    return [min(max(d, 0.0), k) for k, d in enumerate(three, 1)]  # a small text can give less than 0
