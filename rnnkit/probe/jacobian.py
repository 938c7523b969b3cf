"""Jacobians: how one state depends on another."""

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import check_array
from rnnkit.cells.base import Cell, Params
from rnnkit.scan import check_run, scan


def jacobians(
    cell: Cell, p: Params, xs: Float[np.ndarray, "T 1 D"], s: Float[np.ndarray, "1 S"] | None = None
) -> Float[np.ndarray, "T S S"]:
    r"""The Jacobian of each tick along one sequence, :math:`J_t = \partial s_t / \partial s_{t-1}`.

    Row `i`, column `j` says how much unit `i` after the tick moves with unit `j` before it. It is read off the cell's
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


def products(J: Float[np.ndarray, "T S S"]) -> Float[np.ndarray, "T+1 S S"]:
    r"""The last state by each earlier one: at lag :math:`k`, :math:`ds_T/ds_{T-k} = J_T J_{T-1} \cdots J_{T-k+1}`.

    Parameters
    ----------
    J : array, (T, S, S)
        As from `jacobians`.

    Returns
    -------
    products : array, (T+1, S, S)
        For lags 0 (the identity) to T (by the state before the first tick).

    Raises
    ------
    TypeError, ValueError
        If `J` has another shape or dtype.
    """
    check_array("J", J, ("T", "S", "S"))
    check_array("J", J, ("T", J.shape[-1], J.shape[-1]))
    steps = [np.eye(J.shape[-1], dtype=J.dtype)]
    for step in J[::-1]:
        steps.append(steps[-1] @ step)
    return np.stack(steps)


def singular_values(A: Float[np.ndarray, "*many S S"]) -> Float[np.ndarray, "*many S"]:
    r"""How much a matrix stretches: :math:`\sigma_1 \ge \sigma_2 \ge \dots`, for one matrix or many.

    The largest bounds one step's growth of any gradient: :math:`\|A v\| \le \sigma_1 \|v\|`.

    Raises
    ------
    TypeError, ValueError
        If `A` is not square over its last two axes, or not finite.
    """
    _check_square(A)
    return np.linalg.svd(A, compute_uv=False)


def spectral_radius(A: Float[np.ndarray, "*many S S"]) -> Float[np.ndarray, "*many"]:
    r"""The largest :math:`|\lambda|` among the eigenvalues of a matrix, or of each of many.

    It says how powers of one matrix grow in the end, :math:`\|A^k\|^{1/k} \to \rho(A)`, and nothing of the first
    steps: where a matrix is not normal, :math:`\sigma_1` may be far above it.

    Raises
    ------
    TypeError, ValueError
        If `A` is not square over its last two axes, or not finite.
    """
    _check_square(A)
    return np.abs(np.linalg.eigvals(A)).max(-1)


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
    J = jacobians(cell, p, xs, s)
    return np.array([np.linalg.norm(step) for step in products(J)[: len(J)]]) / cell.state_size**0.5


def _check_square(A):
    many = max(getattr(A, "ndim", 2) - 2, 0)
    check_array("A", A, (*["many"] * many, "S", "S"))
    check_array("A", A, (*["many"] * many, max(A.shape[-1], 1), max(A.shape[-1], 1)))
