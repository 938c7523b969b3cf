"""Lyapunov exponents: how fast two runs come apart."""

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import check_size
from rnnkit.cells.base import Cell, Params
from rnnkit.probe.jacobian import jacobians


def lyapunov_exponents(
    cell: Cell,
    p: Params,
    xs: Float[np.ndarray, "T 1 D"],
    s: Float[np.ndarray, "1 S"] | None = None,
    settle: int = 0,
) -> Float[np.ndarray, " S"]:
    r"""Mean growth rates, in nats a tick, of small differences between states along one sequence.

    An orthonormal basis is carried along and straightened after each tick, :math:`J_t Q_{t-1} = Q_t R_t`; the exponents
    are the means of :math:`\ln |R_{t,ii}|`. Above 0, nearby states part (and gradients explode); below 0 they meet
    again (and gradients vanish). Their sum is the mean of :math:`\ln |\det J_t|`.

    Parameters
    ----------
    cell, p, xs, s
        As for `rnnkit.probe.jacobians`.
    settle : int
        First ticks that turn the basis but are not counted, 0 (default) to T-1.

    Returns
    -------
    exponents : array, (S,)
        From the largest down; `-inf` where a direction is lost at once.

    Raises
    ------
    TypeError, ValueError
        If an argument has another shape or dtype; the message names it.

    Notes
    -----
    The values describe `T` ticks along this one sequence, and tend to the exponents of the system as `T` grows.

    Source: G. Benettin, L. Galgani, A. Giorgilli and J.-M. Strelcyn, Meccanica 15 (1980) 9-20; for recurrent networks
    R. Engelken, F. Wolf and L. F. Abbott, Physical Review Research 5 (2023) 043044.
    """
    J = jacobians(cell, p, xs, s)
    check_size("settle", settle, least=0, most=len(J) - 1)
    Q = np.eye(cell.state_size, dtype=J.dtype)
    rates = []
    for step in J:
        Q, R = np.linalg.qr(step @ Q)
        with np.errstate(divide="ignore"):  # ln 0 = -inf: that direction is gone
            rates.append(np.log(np.abs(np.diag(R))))
    return np.sort(np.mean(rates[settle:], 0))[::-1]
