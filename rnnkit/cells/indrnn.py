"""IndRNN: every unit remembers by itself."""

from dataclasses import dataclass

import numpy as np

from rnnkit.activations import ACTIVATIONS
from rnnkit.arrays import check_choice, check_number, check_size
from rnnkit.cells.base import Cell, Params


@dataclass(frozen=True)
class IndRNN(Cell):
    r"""The independently recurrent network: one recurrent weight for each unit in place of a matrix.

    .. math:: h_t = f(x_t W_x + w \odot h_{t-1} + b)

    A unit's gradient along time is a product of its own :math:`w` and slopes, so :math:`|w|` alone says whether it
    vanishes or explodes. Units mix in the layer above, not in time.

    The state is :math:`h_t`, `(B, H)`.

    Parameters
    ----------
    input_size, hidden_size : int
        :math:`D` and :math:`H`.
    activation : str
        :math:`f`: `"relu"` (default), or another name as for `Elman`.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0, or the activation is unknown.

    Notes
    -----
    Parameters: `W_x (D, H)`, `W_h (H,)`, `b (H,)`. `init` draws `W_h` uniform in 0..1, the paper's start for long
    sequences.

    Source: S. Li, W. Li, C. Cook, C. Zhu and Y. Gao, Independently recurrent neural network (IndRNN): building a longer
    and deeper RNN, CVPR 2018.
    """

    activation: str = "relu"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("activation", self.activation, ACTIVATIONS)

    @property
    def shapes(self):
        return super().shapes | {"W_h": (self.hidden_size,)}

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return super().init(rng) | {"W_h": rng.uniform(0, 1, self.hidden_size)}

    def bounded(self, p: Params, length: int, growth: float = 2.0) -> dict[str, np.ndarray]:
        r"""Parameters with :math:`|w| \le \gamma^{1/T}`: no gradient grows more than `growth` times in `length` ticks.

        For `rnnkit.fit(project=...)`; the bound is exact for activations of slope at most 1 (all of them).

        Parameters
        ----------
        p : dict of arrays
            Not modified.
        length : int
            :math:`T \ge 1`, ticks that a gradient has to cross.
        growth : float
            :math:`\gamma`, 1 or more (default 2, the paper's).
        """
        check_number("growth", growth, 1)
        most = growth ** (1 / check_size("length", length))
        return dict(p) | {"W_h": p["W_h"].clip(-most, most)}

    def step(self, p, a, s):
        h = ACTIVATIONS[self.activation].f(a + s * p["W_h"])
        return h, {"h": h}

    def backstep(self, p, k, s, ds):
        da = ds * ACTIVATIONS[self.activation].slope(k["h"])
        return da, da * p["W_h"]

    def collect(self, p, xs, before, traces, das):
        grads, dxs = super().collect(p, xs, before, traces, das)
        return grads | {"W_h": (before * das).sum((0, 1))}, dxs
