"""Backpropagation through time, whole and truncated, for any cell."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import Array
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

    The loss is that of the whole batch; only its gradient is truncated.  With `k2` at least as long as the sequence
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
        s = np.zeros((batch.xs.shape[1], net.cell.state_size), batch.xs.dtype)
    return value, grads, s


def _asked(batch: Batch) -> int:
    """Places of a batch that count."""
    return int(np.prod(batch.xs.shape[:2]) if batch.mask is None else batch.mask.sum())
