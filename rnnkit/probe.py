"""Looking inside a recurrence: how one state depends on another."""

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import check_array
from rnnkit.cells.base import Cell, Params
from rnnkit.scan import check_run, scan


def jacobians(
    cell: Cell, p: Params, xs: Float[np.ndarray, "T 1 D"], s: Float[np.ndarray, "1 S"] | None = None
) -> Float[np.ndarray, "T S S"]:
    r"""The Jacobian of each tick along one sequence, :math:`J_t = \partial s_t / \partial s_{t-1}`.

    Row `i`, column `j` says how much unit `i` after the tick moves with unit `j` before it.  It is read off the cell's
    own `backstep`, one row for each row of the identity.

    Parameters
    ----------
    cell, p, xs, s
        As for `rnnkit.scan`, with one sequence, `B = 1`.

    Returns
    -------
    J : array, (T, S, S)

    Raises
    ------
    TypeError, ValueError
        If an argument has another shape or dtype; the message names it.
    """
    check_array("xs", xs, ("T", 1, cell.input_size))
    s = check_run(cell, p, xs, s)
    states, traces = scan(cell, p, xs, s)
    before = np.concatenate([s[None], states[:-1]])
    eye = np.eye(cell.state_size, dtype=xs.dtype)
    rows = []
    for t in range(len(xs)):
        k = {name: np.repeat(trace[t], cell.state_size, 0) for name, trace in traces.items()}
        rows.append(cell.backstep(p, k, np.repeat(before[t], cell.state_size, 0), eye)[1])
    return np.stack(rows) if rows else np.empty((0, cell.state_size, cell.state_size))


def gradient_by_lag(
    cell: Cell, p: Params, xs: Float[np.ndarray, "T 1 D"], s: Float[np.ndarray, "1 S"] | None = None
) -> Float[np.ndarray, " T"]:
    r"""How much of the last state's gradient is left some ticks earlier.

    At lag :math:`k` it is :math:`\|J_T J_{T-1} \cdots J_{T-k+1}\|_F / \sqrt S`, the size of :math:`ds_T / ds_{T-k}`.
    It is 1 at lag 0; below 1 gradients shrink on their way back, above 1 they grow.

    Parameters
    ----------
    cell, p, xs, s
        As for `jacobians`.

    Returns
    -------
    norms : array, (T,)
        For lags 0 to T-1.
    """
    product = np.eye(cell.state_size)
    norms = []
    for J in jacobians(cell, p, xs, s)[::-1]:
        norms.append(np.linalg.norm(product) / cell.state_size**0.5)
        product = product @ J
    return np.array(norms)
