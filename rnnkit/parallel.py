"""All ticks of a linear recurrence at once: two ticks in a row are one tick, so halves can be joined in any order."""

from collections.abc import Mapping

from jaxtyping import Float

from rnnkit.arrays import Array, check_array, dtype_name, namespace
from rnnkit.cells.base import Params
from rnnkit.cells.linear import LinearCell
from rnnkit.scan import check_run


def associative_scan(decay: Array, inflow: Array) -> Array:
    r"""Solve :math:`z_t = \lambda_t z_{t-1} + u_t` from :math:`z_0 = 0` in about :math:`2 \log_2 T` steps.

    Two ticks are one, with decay :math:`\lambda_{t+1}\lambda_t` and inflow :math:`\lambda_{t+1} u_t + u_{t+1}`. So
    join ticks in pairs, solve the half as long recurrence for every second state, and fill in the states between,
    one tick from their neighbour. In all about :math:`3T` multiplications, against :math:`T` of the loop.

    Parameters
    ----------
    decay, inflow : array, (T, ...)
        :math:`\lambda` and :math:`u`, of one shape; real or complex, NumPy or torch. Any values: nothing is divided.

    Returns
    -------
    z : array, (T, ...)

    Notes
    -----
    Source: G. E. Blelloch, Prefix sums and their applications, CMU-CS-90-190 (1990), section 1.4; for neural networks
    E. Martin and C. Cundy, Parallelizing linear recurrent neural nets over sequence length, ICLR 2018.

    Examples
    --------
    >>> import numpy as np, rnnkit
    >>> rnnkit.associative_scan(np.full(5, 0.5), np.array([1.0, 0, 0, 1, 0]))
    array([1.    , 0.5   , 0.25  , 1.125 , 0.5625])
    """
    T = len(inflow)
    if T < 2:
        return inflow
    later = decay[1::2]
    odd = associative_scan(later * decay[: T - 1 : 2], later * inflow[: T - 1 : 2] + inflow[1::2])
    even = decay[2::2] * odd[: (T - 1) // 2] + inflow[2::2]
    xp = namespace(inflow)
    even = xp.concatenate([inflow[:1], even])
    paired = xp.stack([even[: T // 2], odd], 1).reshape(T // 2 * 2, *inflow.shape[1:])
    return xp.concatenate([paired, even[T // 2 :]])


def parallel_scan(
    cell: LinearCell, p: Params, xs: Float[Array, "T B D"], s: Float[Array, "B S"] | None = None
) -> tuple[Float[Array, "T B S"], dict[str, Array]]:
    """The result of `rnnkit.scan` for a linear cell, without a loop over ticks.

    Parameters
    ----------
    cell : LinearCell
        `Diagonal`, `MinGRU`, `MinLSTM` or `LRU`.
    p, xs, s
        As for `rnnkit.scan`.

    Returns
    -------
    states, traces
        As from `rnnkit.scan`.

    Raises
    ------
    TypeError, ValueError
        If the cell is not linear, or as from `rnnkit.scan`.
    """
    s = check_run(_linear(cell), p, xs, s)
    if not len(xs):
        return s[None][:0], {}
    decay, inflow, traces = cell.coefficients(p, cell.drive(p, xs))
    start = decay[:1] * cell.fold(s) + inflow[:1]
    z = associative_scan(decay, namespace(xs).concatenate([start, inflow[1:]]))
    return cell.unfold(z), traces | {"decay": decay}


def parallel_backscan(
    cell: LinearCell,
    p: Params,
    xs: Float[Array, "T B D"],
    s: Float[Array, "B S"] | None,
    states: Float[Array, "T B S"],
    traces: Mapping[str, Array],
    dstates: Float[Array, "T B S"],
) -> tuple[dict[str, Array], Float[Array, "T B D"], Float[Array, "B S"]]:
    r"""The result of `rnnkit.backscan` for a linear cell: the way back is a linear recurrence too.

    .. math:: \frac{dL}{ds_t} = \frac{\partial^+ L}{\partial s_t} + \bar\lambda_{t+1} \frac{dL}{ds_{t+1}}

    Parameters
    ----------
    cell, p, xs, s, states, traces, dstates
        As for `rnnkit.backscan`.

    Returns
    -------
    grads, dxs, ds
        As from `rnnkit.backscan`.

    Raises
    ------
    TypeError, ValueError
        If the cell is not linear, or as from `rnnkit.backscan`.
    """
    s = check_run(_linear(cell), p, xs, s)
    T, B, _ = xs.shape
    for name, x in (("states", states), ("dstates", dstates)):
        check_array(name, x, (T, B, cell.state_size), dtype_name(xs))
    xp = namespace(xs)
    if T == 0:
        return {name: xp.zeros_like(p[name]) for name in cell.shapes}, xp.zeros_like(xs), xp.zeros_like(s)
    traces = dict(traces)
    decay = traces["decay"].conj()
    coming = xp.concatenate([decay[1:], xp.zeros_like(decay[:1])])  # the last tick has no tick after it
    ds = cell.unfold(xp.flip(associative_scan(xp.flip(coming, (0,)), xp.flip(cell.fold(dstates), (0,))), (0,)))
    before = xp.concatenate([s[None], states[:-1]])
    das, ds_before = cell.backstep(p, traces, before, ds)
    grads, dxs = cell.collect(p, xs, before, traces, das)
    return grads, dxs, ds_before[0]


def _linear(cell):
    if not isinstance(cell, LinearCell):
        raise TypeError(f"cell: expected a linear cell such as rnnkit.MinGRU(3, 5), got {type(cell).__name__}; "
                        "a tick that is not linear has to wait for the tick before it")  # fmt: skip
    return cell
