"""Any cell along time, and back."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import Array, check_array, check_params, dtype_name, namespace
from rnnkit.cells.base import Cell, Params
from rnnkit.traces import Traces


def scan(
    cell: Cell, p: Params, xs: Float[Array, "T B D"], s: Float[Array, "B S"] | None = None
) -> tuple[Float[Array, "T B S"], Traces]:
    r"""Run a cell along a sequence: :math:`s_t = \mathrm{step}(x_t, s_{t-1})` for :math:`t = 1 \dots T`.

    Parameters
    ----------
    cell : Cell
        `Elman`, `Jordan`, or any other.
    p : dict of arrays
        The cell's parameters, all of the dtype of `xs`; names that the cell does not know are left alone.
    xs : array, (T, B, D)
        The sequence, time first; float32 or float64, NumPy or torch. `T` and `B` may be 0 or 1.
    s : array, (B, S), optional
        The state before the first tick; zeros by default.

    Returns
    -------
    states : array, (T, B, S)
        The state after each tick.
    traces : Traces
        What each tick leaves for the way back: a mapping from names to arrays (T, B, ·), empty if `T` is 0.

    Raises
    ------
    TypeError, ValueError
        If an argument has another shape or dtype, or holds NaN or infinity; the message names it.
    """
    s = check_run(cell, p, xs, s)
    # In NumPy the states go straight to their place; a torch tensor that is written into would be hard on autograd.
    in_place = namespace(xs) is np
    path = np.empty((len(xs), *s.shape), s.dtype) if in_place else [s] * len(xs)
    ticks = []
    for t, a in enumerate(cell.drive(p, xs)):
        s, k = cell.step(p, a, s)
        path[t] = s
        ticks.append(k)
    states = path if in_place else namespace(xs).stack(path) if path else s[None][:0]
    return states, Traces(ticks)


def backscan(
    cell: Cell,
    p: Params,
    xs: Float[Array, "T B D"],
    s: Float[Array, "B S"] | None,
    states: Float[Array, "T B S"],
    traces: Mapping[str, Array],
    dstates: Float[Array, "T B S"],
) -> tuple[dict[str, Array], Float[Array, "T B D"], Float[Array, "B S"]]:
    r"""Run a cell back along the sequence that `scan` ran: backpropagation through time.

    At each tick the gradient has two sources: what the loss says of this state itself, and what comes back from the
    tick after it,

    .. math::
        \frac{dL}{ds_t} = \frac{\partial^+ L}{\partial s_t}
        + \frac{dL}{ds_{t+1}} \frac{\partial^+ s_{t+1}}{\partial s_t}.

    Parameters
    ----------
    cell, p, xs, s
        As they were given to `scan`.
    states, traces
        As they came from `scan`.
    dstates : array, (T, B, S)
        :math:`\partial^+ L/\partial s_t`: the immediate gradient, each tick's own.

    Returns
    -------
    grads : dict of arrays
        dL/dp, by the names of the cell's parameters.
    dxs : array, (T, B, D)
        dL/dxs.
    ds : array, (B, S)
        dL/d(state before the first tick).

    Raises
    ------
    TypeError, ValueError
        If an argument has another shape or dtype; the message names it.

    Notes
    -----
    Source: P. J. Werbos, Backpropagation through time: what it does and how to do it, Proc. IEEE 78 (1990) 1550-1560.
    """
    s = check_run(cell, p, xs, s)
    T, B, _ = xs.shape
    for name, x in (("states", states), ("dstates", dstates)):
        check_array(name, x, (T, B, cell.state_size), dtype_name(xs))
    xp = namespace(xs)
    ds = xp.zeros_like(s)
    if T == 0:
        return {name: xp.zeros_like(p[name]) for name in cell.shapes}, xp.zeros_like(xs), ds
    before = xp.concatenate([s[None], states[:-1]])
    das = None
    ticks = Traces.cut(traces).ticks
    for t in reversed(range(T)):
        da, ds = cell.backstep(p, ticks[t], before[t], dstates[t] + ds)
        if das is None:
            das = xp.empty((T, *da.shape), dtype=da.dtype)
        das[t] = da
    grads, dxs = cell.collect(p, xs, before, traces, das)
    return grads, dxs, ds


def check_run(cell: Cell, p: Params, xs: Array, s: Array | None) -> Array:
    """Check the arguments of a run in one place; return the state to start from."""
    if not isinstance(cell, Cell):
        raise TypeError(f"cell: expected a cell such as rnnkit.Elman(3, 5), got {type(cell).__name__}")
    check_array("xs", xs, ("T", "B", cell.input_size))
    check_params(p, cell.shapes, dtype_name(xs))
    if s is None:
        return namespace(xs).zeros((xs.shape[1], cell.state_size), dtype=xs.dtype)
    check_array("s", s, (xs.shape[1], cell.state_size), dtype_name(xs))
    return s
