"""The simplest linear recurrence: each unit fades at its own constant rate."""

from dataclasses import dataclass

import numpy as np

from rnnkit.cells.linear import LinearCell, broadcast


@dataclass(frozen=True)
class Diagonal(LinearCell):
    r"""A linear network with a diagonal recurrent matrix.

    .. math:: h_t = w \odot h_{t-1} + x_t W_x + b

    A unit is a running sum of what it is given, weighted by :math:`w^k` after :math:`k` ticks.

    The state is :math:`h_t`, `(B, H)`.

    Parameters
    ----------
    input_size, hidden_size : int
        :math:`D` and :math:`H`.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0.

    Notes
    -----
    Parameters: `W_x (D, H)`, `W_h (H,)`, `b (H,)`; `init` draws `W_h` uniform in 0..1. Nothing keeps it there: clip it
    where the state must not grow. Equal to `IndRNN` with `activation="linear"`.

    Source: M. C. Mozer, A focused backpropagation algorithm for temporal pattern recognition, Complex Systems 3 (1989)
    349-381, with a linear integration.
    """

    @property
    def shapes(self):
        return super().shapes | {"W_h": (self.hidden_size,)}

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return super().init(rng) | {"W_h": rng.uniform(0, 1, self.hidden_size)}

    def coefficients(self, p, a):
        return broadcast(p["W_h"], a), a, {"h": a}

    def backstep(self, p, k, s, ds):
        return ds, ds * p["W_h"]

    def collect(self, p, xs, before, traces, das):
        grads, dxs = super().collect(p, xs, before, traces, das)
        return grads | {"W_h": (before * das).sum((0, 1))}, dxs
