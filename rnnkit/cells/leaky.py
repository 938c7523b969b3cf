"""Leaky units: a network that changes slowly."""

from dataclasses import dataclass

from rnnkit.activations import ACTIVATIONS
from rnnkit.arrays import check_number
from rnnkit.cells.elman import Elman


@dataclass(frozen=True)
class LeakyElman(Elman):
    r"""A simple recurrent network whose units keep part of their last value.

    .. math:: h_t = (1 - \alpha)\, h_{t-1} + \alpha\, f(x_t W_x + h_{t-1} W_h + b)

    The memory fades by :math:`1-\alpha` a tick, over about :math:`1/\alpha` ticks; with :math:`\alpha = 1` it is the
    `Elman` network.

    The state is :math:`h_t`, `(B, H)`.

    Parameters
    ----------
    input_size, hidden_size, activation
        As for `Elman`.
    leak : float
        :math:`\alpha`, above 0 and at most 1 (default 0.1).

    Raises
    ------
    TypeError, ValueError
        As for `Elman`, or if the leak is outside its range.

    Notes
    -----
    Parameters: those of `Elman`. The trace `h` is the value of :math:`f`.

    Source: M. C. Mozer, Induction of multiscale temporal structure, NIPS 1991; Y. Bengio, N. Boulanger-Lewandowski and
    R. Pascanu, Advances in optimizing recurrent networks, ICASSP 2013.
    """

    leak: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("leak", self.leak, 0, 1, open_low=True)

    def step(self, p, a, s):
        new, k = super().step(p, a, s)
        return s + self.leak * (new - s), k

    def backstep(self, p, k, s, ds):
        da = self.leak * ds * ACTIVATIONS[self.activation].slope(k["h"])
        return da, (1 - self.leak) * ds + da @ p["W_h"].T
