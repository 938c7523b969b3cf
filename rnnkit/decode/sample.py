"""Sampling: draw the next token, from the whole distribution or from its better part."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from rnnkit.arrays import check_number, check_rng, check_size, log_softmax
from rnnkit.decode.step import State, Step, ask, check_logits

Logits = Float[np.ndarray, "N V"]


def temperature(logits: Logits, t: float) -> Logits:
    """Logits over `t`, above 0: below 1 the likely becomes likelier, above 1 all come nearer to equal."""
    check_number("t", t, 0, open_low=True)
    logits = check_logits("logits", logits, 2)
    return (logits - logits.max(-1, keepdims=True)) / t


def top_k(logits: Logits, k: int) -> Logits:
    """The `k` likeliest tokens (those equal to the last of them too); -inf for all others.

    Source: A. Fan, M. Lewis and Y. Dauphin, Hierarchical neural story generation, ACL 2018.
    """
    logits = check_logits("logits", logits, 2)
    check_size("k", k)
    if k >= logits.shape[1]:
        return logits
    least = np.partition(logits, -k, -1)[:, [-k]]
    return np.where(logits >= least, logits, -np.inf)


def nucleus(logits: Logits, p: float) -> Logits:
    """The smallest set of likeliest tokens whose probabilities reach `p`; -inf for all others.

    Of equal tokens at the border, the first ones are taken.

    Source: A. Holtzman, J. Buys, L. Du, M. Forbes and Y. Choi, The curious case of neural text degeneration, ICLR 2020.
    """
    logits = check_logits("logits", logits, 2)
    check_number("p", p, 0, 1, open_low=True)
    order = np.argsort(-logits, axis=-1, kind="stable")
    sorted_p = np.take_along_axis(np.exp(log_softmax(logits)), order, -1)
    before = np.cumsum(sorted_p, -1) - sorted_p  # what the better ones have already; the best always stays
    keep = np.empty(logits.shape, bool)
    np.put_along_axis(keep, order, before < p, -1)
    return np.where(keep, logits, -np.inf)


def draw(logits: Logits, rng: np.random.Generator) -> Int[np.ndarray, " N"]:
    """One token of each row, with the probabilities of its softmax."""
    check_rng(rng)
    # The maximum of logits with Gumbel noise falls on each token with just its probability.
    return (check_logits("logits", logits, 2) + rng.gumbel(size=logits.shape)).argmax(-1)


def sample(
    step: Step,
    state: State,
    count: int,
    start: int,
    end: int | None,
    most: int,
    rng: np.random.Generator,
    adjust: Callable[[Logits], Logits] = lambda logits: logits,
) -> list[list[int]]:
    """Draw sequences token by token.

    Parameters
    ----------
    step, state, count, start, most
        As for `rnnkit.decode.greedy`.
    end : int or None
        The token that ends a sequence; with None it goes on to `most` tokens.
    rng : numpy.random.Generator
    adjust : function, optional
        Log-probabilities to logits, such as `lambda z: nucleus(temperature(z, 0.8), 0.95)`; none by default.

    Returns
    -------
    sequences : list of list of int
    """
    check_rng(rng)
    check_size("count", count, least=0)
    check_size("most", most, least=0)
    tokens, done = np.full(count, start), np.zeros(count, bool)
    said: list[list[int]] = [[] for _ in range(count)]
    for _ in range(most):
        if done.all():
            break
        logp, state = ask(step, tokens, state)
        tokens = draw(adjust(logp), rng)
        if end is not None:
            done |= tokens == end
        for n in np.flatnonzero(~done):
            said[n].append(int(tokens[n]))
    return said
