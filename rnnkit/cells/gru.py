"""The gated recurrent unit: two gates, and no memory apart from what it shows."""

from dataclasses import dataclass

from rnnkit.arrays import flat, namespace, sigmoid
from rnnkit.cells.base import Cell


@dataclass(frozen=True)
class GRU(Cell):
    r"""The gated recurrent unit with the reset after the product, as PyTorch and cuDNN compute it.

    .. math::
        r_t &= \sigma(x_t W_{xr} + h_{t-1} W_{hr} + b_r) \\
        z_t &= \sigma(x_t W_{xz} + h_{t-1} W_{hz} + b_z) \\
        n_t &= \tanh(x_t W_{xn} + b_n + r_t \odot (h_{t-1} W_{hn} + b_{hn})) \\
        h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}

    The update gate :math:`z` keeps the old state. The state is :math:`h_t`, `(B, H)`.

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
    Parameters: `W_x (D, 3H)`, `W_h (H, 3H)`, `b (3H,)`, blocks in the order r, z, n, and `b_hn (H,)`, the one bias that
    the reset gate multiplies. Equal to `torch.nn.GRU` weight for weight. Traces: the three, and `m` for
    :math:`h_{t-1} W_{hn} + b_{hn}`.

    Source: K. Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014, whose reset comes
    before the product (see `GRU2014`); this form lets one product serve all three blocks.

    Examples
    --------
    >>> import numpy as np, rnnkit
    >>> cell = rnnkit.GRU(input_size=3, hidden_size=5)
    >>> p = cell.init(np.random.default_rng(0))
    >>> states, traces = rnnkit.scan(cell, p, np.ones((7, 2, 3)))
    >>> states.shape, traces["z"].shape
    ((7, 2, 5), (7, 2, 5))
    """

    gates = "rzn"

    @property
    def shapes(self):
        return super().shapes | {"b_hn": (self.hidden_size,)}

    def step(self, p, a, s):
        H = self.hidden_size
        ah = s @ p["W_h"]
        r_z = sigmoid(a[:, : 2 * H] + ah[:, : 2 * H])
        r, z, m = r_z[:, :H], r_z[:, H:], ah[:, 2 * H :] + p["b_hn"]
        n = namespace(a).tanh(a[:, 2 * H :] + r * m)
        return n + z * (s - n), {"r": r, "z": z, "n": n, "m": m}

    def backstep(self, p, k, s, ds):
        r, z, n, m = k.values()
        dsz = ds * z
        da_n = (ds - dsz) * (1 - n * n)
        dm = da_n * r
        xp = namespace(ds)
        da = xp.concatenate([dm * (m - m * r), dsz * (s - n) * (1 - z), da_n], -1)
        return da, self._within(da, dm) @ p["W_h"].T + dsz

    def collect(self, p, xs, before, traces, das):
        H = self.hidden_size
        dms = das[..., 2 * H :] * traces["r"]
        grads = {
            "W_x": flat(xs).T @ flat(das),
            "W_h": flat(before).T @ flat(self._within(das, dms)),
            "b": flat(das).sum(0),
            "b_hn": flat(dms).sum(0),
        }
        return grads, self.backdrive(p, das)

    def _within(self, da, dm):
        """dL/d(h W_h): as dL/d(drive), but in the candidate's block what lies inside the reset."""
        return namespace(da).concatenate([da[..., : 2 * self.hidden_size], dm], -1)
