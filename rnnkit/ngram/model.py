"""A back-off model: at each order, part of what was seen, and the rest from one order below."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from rnnkit.arrays import check_array, check_ids
from rnnkit.ngram.counts import NOWHERE, Counts


@dataclass(frozen=True)
class Level:
    r"""One order of an interpolated model, :math:`p_n(w|c) = q_n(c w) + \gamma_n(c)\, p_{n-1}(w|c')`.

    Attributes
    ----------
    seen : array, (N,)
        :math:`q_n` for each n-gram of the table: what it keeps for itself.
    rest : array, (M,)
        :math:`\gamma_n` for each context, a row of the table below: what is left for the shorter context. A context
        that was never seen leaves everything, 1.
    """

    seen: np.ndarray
    rest: np.ndarray


@dataclass(frozen=True)
class Model:
    """Probabilities of the next token, by the longest contexts that the training text holds.

    Attributes
    ----------
    counts : Counts
    levels : tuple of Level
        Of orders 1 to n; below order 1 all tokens are equally likely, 1/V.
    """

    counts: Counts
    levels: tuple[Level, ...]

    def logprob(self, ids: Int[np.ndarray, " T"]) -> Float[np.ndarray, " T"]:
        """Natural logarithm of each token's probability, given the tokens before it in the same stream.

        The first tokens have shorter contexts. To go on where another text ends, hand that text over too and leave out
        its part of the result.

        Raises
        ------
        TypeError, ValueError
            If `ids` are no tokens.
        """
        check_ids("ids", ids, ("T",), self.counts.vocabulary_size)
        rows = self.counts.rows(ids.astype(np.int64))
        p = np.full(len(ids), 1 / self.counts.vocabulary_size)
        context = np.zeros(len(ids), np.int64)  # row of the empty context
        for level, row in zip(self.levels, rows, strict=True):
            p = _one_order(level, row, context, p)
            context = np.concatenate([[NOWHERE], row[:-1]])[: len(ids)]
        with np.errstate(divide="ignore"):  # a rule that gives 0 to the unseen gives -inf
            return np.log(p)

    def distribution(self, context: Sequence[int] | Int[np.ndarray, " C"]) -> Float[np.ndarray, " V"]:
        """Probability of every token after a context, whose last `order - 1` tokens matter; the sum is 1."""
        V = self.counts.vocabulary_size
        context = np.asarray(context, np.int64) if len(context) else np.zeros(0, np.int64)
        check_ids("context", context, ("C",), V)
        tokens, p = np.arange(V), np.full(V, 1 / V)
        for n, level in enumerate(self.levels[: len(context) + 1], 1):
            row = np.zeros(1, np.int64)
            for k, token in enumerate(context[len(context) - n + 1 :], 1):
                row = self.counts.find(row, np.array([token]), k)
            rows = np.repeat(row, V)
            p = _one_order(level, self.counts.find(rows, tokens, n), rows, p)
        return p


def _one_order(level, row, context, below):
    """Interpolate one order with that below it, where the context was seen."""
    known = context != NOWHERE
    rest = np.where(known, level.rest[np.where(known, context, 0)], 1.0)
    seen = np.where(row != NOWHERE, level.seen[np.where(row != NOWHERE, row, 0)], 0.0)
    return seen + rest * below


def perplexity(logprob: Float[np.ndarray, " T"]) -> float:
    r""":math:`e^{-\frac{1}{T} \sum \ln p}`: as hard as a choice among so many equal tokens.

    Divide :math:`-\frac{1}{T} \sum \ln p` by :math:`\ln 2` for bits a token.
    """
    check_array("logprob", logprob, ("T",))
    if not len(logprob):
        raise ValueError("logprob: expected at least one token, got none")
    return float(np.exp(-logprob.mean()))
