"""Beam search: keep several beginnings, not only the likeliest."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from rnnkit.arrays import check_number, check_size
from rnnkit.decode.step import State, Step, ask, pick


class Hypothesis(NamedTuple):
    """A sequence, its log-probability (that of the end included, if it ended), and the score that ranks it."""

    tokens: list[int]
    logp: float
    score: float
    ended: bool


def length_penalty(length: int, alpha: float = 0.6) -> float:
    r""":math:`\left(\frac{5 + n}{6}\right)^\alpha`: what a log-probability is divided by, so that long is no fault.

    Parameters
    ----------
    length : int
        :math:`n`, tokens, the end included.
    alpha : float
        0 (no normalisation) to 1 and more; default 0.6.

    Notes
    -----
    Source: Y. Wu et al., Google's neural machine translation system, arXiv:1609.08144 (2016), equation 14.
    """
    return ((5 + length) / 6) ** alpha


def beam(
    step: Step,
    state: State,
    start: int,
    end: int,
    most: int,
    width: int,
    normalise: Callable[[int], float] | float = 0.0,
) -> list[Hypothesis]:
    """Search one sequence with the `width` best beginnings of each length.

    Parameters
    ----------
    step : function
        The model, see `rnnkit.decode`.
    state : array or tuple of arrays
        Where the sequence starts, first axis 1.
    start, end, most
        As for `rnnkit.decode.greedy`.
    width : int
        Beginnings kept, 1 (then it is greedy) or more.
    normalise : float or function
        What the log-probability of `n` tokens is divided by before sequences of several lengths are compared: a
        function of `n`, or the `alpha` of `length_penalty` (default 0: nothing; `lambda n: n` is the plain mean).

    Returns
    -------
    hypotheses : list of Hypothesis
        Those that ended, the best score first, at most `width`; then those cut off at `most` tokens, if fewer ended.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its range, or the model gives NaN.
    """
    check_size("most", most, least=0)
    check_size("width", width)
    if not callable(normalise):
        check_number("normalise", normalise, 0)
        normalise = partial(length_penalty, alpha=normalise)
    alive: list[list[int]] = [[]]
    logps, tokens, ended = np.zeros(1), np.array([start]), []
    for _ in range(most):
        logp, state = ask(step, tokens, state)
        totals = logps[:, None] + logp
        order = np.argsort(-totals, axis=None, kind="stable")[:width]
        order = order[np.isfinite(totals.ravel()[order])]
        parents, tokens = np.divmod(order, logp.shape[1])
        logps = totals.ravel()[order]
        for n in np.flatnonzero(tokens == end):
            told = alive[parents[n]]
            ended.append(Hypothesis(told, float(logps[n]), float(logps[n]) / normalise(len(told) + 1), True))
        going = tokens != end
        parents, tokens, logps = parents[going], tokens[going], logps[going]
        alive = [[*alive[parent], int(token)] for parent, token in zip(parents, tokens, strict=True)]
        state = pick(state, parents)
        if not alive or len(ended) >= width:
            break
    ended = sorted(ended, key=lambda h: -h.score)[:width]
    cut = [
        Hypothesis(told, float(logp), float(logp) / normalise(max(len(told), 1)), False)
        for told, logp in zip(alive, logps, strict=True)
    ]
    return ended + sorted(cut, key=lambda h: -h.score)[: width - len(ended)]
