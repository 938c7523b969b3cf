"""Real-time recurrent learning: the same gradient, carried forwards."""

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import Array
from rnnkit.batch import Batch, check_batch
from rnnkit.bptt import Gradients, Loss
from rnnkit.cells.base import Cell, Params, Trace
from rnnkit.network import Network
from rnnkit.scan import check_run


def rtrl(
    net: Network, p: Params, batch: Batch, loss: Loss, s: Float[Array, "B S"] | None = None
) -> tuple[float, Gradients, Float[Array, "B S"]]:
    r"""Loss of a batch and its gradient, equal to those of `rnnkit.bptt`, without a way back.

    What a parameter has done to the state so far, its influence :math:`P_t = ds_t/dp`, is carried along with the state,

    .. math::
        P_t = \frac{\partial^+ s_t}{\partial s_{t-1}} P_{t-1} + \frac{\partial^+ s_t}{\partial p}, \qquad
        \frac{dL}{dp} = \sum_t \frac{\partial^+ L}{\partial s_t} P_t.

    Memory does not grow with `T`, and the gradient is known at every tick; but each tick multiplies an
    :math:`S \times S` matrix with one of :math:`S \times |p|`.

    Parameters
    ----------
    net, p, batch, loss, s
        As for `rnnkit.bptt`; NumPy.

    Returns
    -------
    value, grads, s
        As from `rnnkit.bptt`.

    Raises
    ------
    TypeError, ValueError
        If an argument has another shape or dtype; the message names it.

    Notes
    -----
    Costs :math:`O(T B S^2 |p|)` and, for any cell, reads both matrices off the cell's own `backstep` and `collect`,
    one row of the identity at a time.

    Source: R. J. Williams and D. Zipser, A learning algorithm for continually running fully recurrent neural networks,
    Neural Computation 1 (1989) 270-280.
    """
    check_batch(batch)
    if net.embedding:
        raise ValueError("net: expected no embedding, for the influence of a table is as large as the table; "
                         "give one-hot inputs")  # fmt: skip
    cell = net.cell
    s = check_run(cell, p, batch.xs, s)
    T, B, _ = batch.xs.shape
    asked = np.ones((T, B), bool) if batch.mask is None else batch.mask
    value, grads = 0.0, {name: np.zeros_like(p[name]) for name in net.shapes}
    influence = {name: np.zeros((B, cell.state_size, *shape), batch.xs.dtype) for name, shape in cell.shapes.items()}
    for t, a in enumerate(cell.drive(p, batch.xs)):
        before = s
        s, k = cell.step(p, a, before)
        for b in range(B):
            one = {name: trace[[b]] for name, trace in k.items()}
            J, now = _tick(cell, p, batch.xs[t, b], before[b], one)
            for name, P in influence.items():
                P[b] = np.tensordot(J, P[b], 1) + now[name]

        share = asked[t].sum() / max(asked.sum(), 1)
        hs = s[None, :, : cell.output_size]
        ys = net.readout.forward(p, hs) if net.readout else hs
        v, dhs = loss(ys, batch.targets[t : t + 1], asked[t : t + 1])
        value += share * v
        if net.readout:
            own, dhs = net.readout.backward(p, hs, dhs)
            grads |= {name: grads[name] + share * g for name, g in own.items()}
        for name, P in influence.items():
            grads[name] = grads[name] + share * np.tensordot(dhs[0], P[:, : cell.output_size], 2)
    return float(value), grads, s


def _tick(
    cell: Cell, p: Params, x: Float[np.ndarray, " D"], s: Float[np.ndarray, " S"], k: Trace
) -> tuple[Float[np.ndarray, "S S"], dict[str, np.ndarray]]:
    """The two immediate derivatives of one tick: by the state before, `(S, S)`, and by each parameter, `(S, ...)`."""
    S = cell.state_size
    das, J = cell.backstep(
        p, {n: np.repeat(x, S, 0) for n, x in k.items()}, np.tile(s, (S, 1)), np.eye(S, dtype=s.dtype)
    )
    traces = {name: trace[None] for name, trace in k.items()}
    rows = [cell.collect(p, x[None, None], s[None, None], traces, da[None, None])[0] for da in das]
    return J, {name: np.stack([row[name] for row in rows]) for name in cell.shapes}
