"""The LSTM: a memory cell that is added to, and three gates that guard it."""

from dataclasses import dataclass

import numpy as np

from rnnkit.arrays import check_number, namespace, sigmoid
from rnnkit.cells.base import Cell


@dataclass(frozen=True)
class LSTM(Cell):
    r"""Long short-term memory with a forget gate, the form that is meant when nothing else is said.

    .. math::
        i_t &= \sigma(x_t W_{xi} + h_{t-1} W_{hi} + b_i) \\
        f_t &= \sigma(x_t W_{xf} + h_{t-1} W_{hf} + b_f) \\
        g_t &= \tanh(x_t W_{xg} + h_{t-1} W_{hg} + b_g) \\
        o_t &= \sigma(x_t W_{xo} + h_{t-1} W_{ho} + b_o) \\
        c_t &= f_t \odot c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh(c_t)

    The state is :math:`[h_t \mid c_t]`, `(B, 2·H)`.

    Parameters
    ----------
    input_size, hidden_size : int
        :math:`D` and :math:`H`.
    forget_bias : float
        Where `init` centres :math:`b_f`: 1 (default) lets a new cell remember, 0 is the rule of `torch.nn.LSTM`.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0, or the bias no finite number.

    Notes
    -----
    Parameters: `W_x (D, 4H)`, `W_h (H, 4H)`, `b (4H,)`, blocks in the order i, f, g, o. Equal to `torch.nn.LSTM`
    weight for weight (`weight_ih_l0 = W_x.T`, `weight_hh_l0 = W_h.T`, the two biases of torch summed in `b`). Traces:
    the four gates, and `m` for :math:`\tanh(c_t)`.

    Source: S. Hochreiter and J. Schmidhuber, Neural Computation 9 (1997) 1735-1780; the forget gate: F. A. Gers,
    J. Schmidhuber and F. Cummins, Neural Computation 12 (2000) 2451-2471; its bias: R. Jozefowicz, W. Zaremba and
    I. Sutskever, ICML 2015.

    Examples
    --------
    >>> import numpy as np, rnnkit
    >>> cell = rnnkit.LSTM(input_size=3, hidden_size=5)
    >>> p = cell.init(np.random.default_rng(0))
    >>> states, traces = rnnkit.scan(cell, p, np.ones((7, 2, 3)))
    >>> states.shape, traces["f"].shape
    ((7, 2, 10), (7, 2, 5))
    """

    forget_bias: float = 1.0

    gates = "ifgo"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("forget_bias", self.forget_bias, -1e6, 1e6)

    @property
    def state_size(self) -> int:
        return 2 * self.hidden_size

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        p = super().init(rng)
        p["b"][self.hidden_size : 2 * self.hidden_size] += self.forget_bias
        return p

    def step(self, p, a, s):
        H = self.hidden_size
        a = s[:, :H] @ p["W_h"] + a
        xp = namespace(a)
        gates, g = sigmoid(a), xp.tanh(a[:, 2 * H : 3 * H])  # one sigmoid for all: quicker than two without the g block
        i, f, o = gates[:, :H], gates[:, H : 2 * H], gates[:, 3 * H :]
        c = f * s[:, H:] + i * g
        m = xp.tanh(c)
        return xp.concatenate([o * m, c], -1), {"i": i, "f": f, "g": g, "o": o, "m": m}

    def backstep(self, p, k, s, ds):
        H = self.hidden_size
        i, f, g, o, m = k.values()
        c, dm = s[:, H:], ds[:, :H] * o
        dc = ds[:, H:] + dm * (1 - m * m)  # the memory has two ways out: it stays, and it shows
        dci, dcf = dc * i, dc * f
        # dσ = σ(1 - σ): dL/da_i = dc·g·i(1-i) = (dc·i)(g - g·i), and so on
        xp = namespace(ds)
        da = xp.concatenate([dci * (g - g * i), dcf * (c - c * f), dci - dci * g * g, dm * (m - m * o)], -1)
        return da, xp.concatenate([da @ p["W_h"].T, dcf], -1)
