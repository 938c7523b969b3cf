"""Linear recurrences: the next state is a multiple of the last one, plus something that the input alone decides."""

from abc import abstractmethod

from jaxtyping import Float, Inexact

from rnnkit.arrays import Array, namespace
from rnnkit.cells.base import Cell, Params, Trace


class LinearCell(Cell):
    r"""A cell whose tick is linear in the state, unit by unit.

    .. math:: s_t = \lambda_t \odot s_{t-1} + u_t

    where decay :math:`\lambda_t` and inflow :math:`u_t` depend on the drive alone. So no tick has to wait for the
    values of the tick before: `rnnkit.parallel_scan` computes all of them at once.

    A subclass says what decay and inflow are, in `coefficients`, and takes the way back, in `backstep`. Both are
    elementwise, so they work on one tick `(B, ·)` and on a whole sequence `(T, B, ·)` alike. The trace `decay` holds
    :math:`\lambda_t`.
    """

    @abstractmethod
    def coefficients(self, p: Params, a: Float[Array, "*ticks B A"]) -> tuple[Array, Array, Trace]:
        r"""The drive, to :math:`\lambda`, :math:`u` and what else the way back needs."""

    def fold(self, s: Float[Array, "*ticks B S"]) -> Array:
        """The state as the numbers that are multiplied: itself, or complex numbers where the cell turns its state."""
        return s

    def unfold(self, z: Array) -> Float[Array, "*ticks B S"]:
        """Back from `fold` to a state."""
        return z

    def step(self, p, a, s):
        decay, inflow, k = self.coefficients(p, a)
        return self.unfold(decay * self.fold(s) + inflow), k | {"decay": decay}


def broadcast(weights: Inexact[Array, " H"], like: Inexact[Array, "*ticks B H"]) -> Inexact[Array, "*ticks B H"]:
    """One number a unit, seen at every tick of every sequence, without a copy."""
    return namespace(like).broadcast_to(weights, like.shape)
