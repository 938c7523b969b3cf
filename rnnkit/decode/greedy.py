"""Greedy decoding: the likeliest token, again and again."""

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.decode.step import State, Step, ask


def greedy(step: Step, state: State, count: int, start: int, end: int, most: int) -> list[list[int]]:
    """Follow the likeliest next token, for many sequences at once.

    Parameters
    ----------
    step : function
        The model, see `rnnkit.decode`.
    state : array or tuple of arrays
        Where each sequence starts, first axis `count`.
    count : int
        Sequences.
    start, end : int
        The token that each begins with, and the one that ends it; neither is in the result.
    most : int
        Tokens at most, 0 or more.

    Returns
    -------
    sequences : list of list of int

    Notes
    -----
    The likeliest token each time need not give the likeliest sequence; of equal ones the first is taken.
    """
    check_size("count", count, least=0)
    check_size("most", most, least=0)
    tokens, done = np.full(count, start), np.zeros(count, bool)
    said: list[list[int]] = [[] for _ in range(count)]
    for _ in range(most):
        if done.all():
            break
        logp, state = ask(step, tokens, state)
        tokens = logp.argmax(-1)
        done |= tokens == end
        for n in np.flatnonzero(~done):
            said[n].append(int(tokens[n]))
    return said
