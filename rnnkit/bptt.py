"""Backpropagation through time, whole, in less memory, and truncated, for any cell."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import Array, check_size
from rnnkit.batch import Batch, check_batch, windows
from rnnkit.cells.base import Params
from rnnkit.network import Network

Loss = Callable[[Array, Array, Array | None], tuple[float, Array]]
Gradients = dict[str, np.ndarray]


def bptt(
    net: Network, p: Params, batch: Batch, loss: Loss, s: Float[Array, "B S"] | None = None
) -> tuple[float, Gradients, Float[Array, "B S"]]:
    """Loss of a batch, and its gradient through every tick of it.

    Parameters
    ----------
    net : Network
    p : dict of arrays
        The network's parameters; not modified.
    batch : Batch
        Inputs (T, B, D), targets, mask.
    loss : function
        One of `rnnkit.losses`.
    s : array, (B, S), optional
        State before the first tick; zeros by default.

    Returns
    -------
    value : float
        The loss.
    grads : dict of arrays
        dL/dp; NaN where the loss has overflowed.
    s : array, (B, S)
        State to start the next batch from (after `batch.advance` ticks, or at the end).

    Raises
    ------
    TypeError, ValueError
        If an argument has another shape or dtype; the message names it.
    """
    check_batch(batch)
    ys, memory = net.forward(p, batch.xs, s)
    value, dys = loss(ys, batch.targets, batch.mask)
    if not np.isfinite(value):  # the outputs have overflowed: there is no direction to go in
        return value, {name: np.full_like(p[name], np.nan) for name in net.shapes}, memory.states[-1]
    grads, _, start = net.backward(p, batch.xs, s, memory, dys)
    if s is None:
        s = np.zeros_like(start)
    advance = len(batch.xs) if batch.advance is None else batch.advance
    return value, grads, (memory.states[advance - 1] if advance else s)


def checkpointed_bptt(
    net: Network,
    p: Params,
    batch: Batch,
    loss: Loss,
    every: int,
    s: Float[Array, "B S"] | None = None,
) -> tuple[float, Gradients, Float[Array, "B S"]]:
    r"""The result of `bptt` in less memory: keep one state in `every`, and run each segment again on the way back.

    Traces are held for one segment at a time, so memory grows as :math:`T/k + k` instead of :math:`T`, least at
    :math:`k = \sqrt T`; the price is one more forward pass.

    Parameters
    ----------
    net, p, batch, loss, s
        As for `bptt`.
    every : int
        :math:`k`, ticks in a segment, at least 1.

    Returns
    -------
    value, grads, s
        As from `bptt`.

    Notes
    -----
    Source: T. Chen, B. Xu, C. Zhang and C. Guestrin, Training deep nets with sublinear memory cost, arXiv:1604.06174
    (2016); for recurrent networks A. Gruslys et al., Memory-efficient backpropagation through time, NIPS 2016.
    """
    check_batch(batch)
    total = _asked(batch)
    value, grads = 0.0, {name: np.zeros_like(p[name]) for name in net.shapes if name in p}
    if s is None:
        s = np.zeros((batch.xs.shape[1], net.cell.state_size), p[next(iter(net.shapes))].dtype)
    check_size("every", every)
    cuts = [slice(start, start + every) for start in range(0, len(batch.xs), every)]
    segments = [Batch(*(None if x is None else x[cut] for x in batch[:3])) for cut in cuts]
    states = [s]
    for segment in segments:
        _, memory = net.forward(p, segment.xs, states[-1])
        states.append(memory.states[-1].copy())  # a view would keep the whole segment alive
    ds = None
    for segment, s in zip(reversed(segments), reversed(states[:-1]), strict=True):
        share = _asked(segment) / max(total, 1)
        ys, memory = net.forward(p, segment.xs, s)
        v, dys = loss(ys, segment.targets, segment.mask)
        value += share * v
        g, _, ds = net.backward(p, segment.xs, s, memory, share * dys, ds)
        grads = {name: grads[name] + g[name] for name in g}
    return value, grads, states[-1]


def truncated_bptt(
    net: Network,
    p: Params,
    batch: Batch,
    loss: Loss,
    k1: int,
    k2: int | None = None,
    s: Float[Array, "B S"] | None = None,
) -> tuple[float, Gradients, Float[Array, "B S"]]:
    """Loss of a batch, and its gradient cut off at `k2` ticks back: `bptt` summed over `rnnkit.windows`.

    The loss is that of the whole batch; only its gradient is truncated. With `k2` at least as long as the sequence
    nothing is cut and the result is that of `bptt`.

    Parameters
    ----------
    net, p, batch, loss, s
        As for `bptt`.
    k1, k2 : int
        As for `rnnkit.windows`.

    Returns
    -------
    value, grads, s
        As from `bptt`.
    """
    check_batch(batch)
    total = _asked(batch)
    value, grads = 0.0, {name: np.zeros_like(p[name]) for name in net.shapes if name in p}
    for window in windows(batch, k1, k2):
        share = _asked(window) / max(total, 1)
        v, g, s = bptt(net, p, window, loss, s)
        value += share * v
        grads = {name: grads[name] + share * g[name] for name in g}
    if s is None:
        s = np.zeros((batch.xs.shape[1], net.cell.state_size), p[next(iter(net.shapes))].dtype)
    return value, grads, s


def _asked(batch: Batch) -> int:
    """Places of a batch that count."""
    return int(np.prod(batch.xs.shape[:2]) if batch.mask is None else batch.mask.sum())
