"""The gated recurrent unit as first published."""

from dataclasses import dataclass

from rnnkit.arrays import flat, namespace, sigmoid
from rnnkit.cells.base import Cell


@dataclass(frozen=True)
class GRU2014(Cell):
    r"""The gated recurrent unit with the reset before the product.

    .. math::
        n_t = \tanh(x_t W_{xn} + (r_t \odot h_{t-1}) W_{hn} + b_n)

    and :math:`r_t`, :math:`z_t`, :math:`h_t` as in `GRU`. The two forms are different models: no choice of weights
    turns one into the other.

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
    Parameters: `W_x (D, 3H)`, `W_h (H, 3H)`, `b (3H,)`, blocks in the order r, z, n.

    Source: K. Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014, equations 5 to 8.
    """

    gates = "rzn"

    def step(self, p, a, s):
        H = self.hidden_size
        r_z = sigmoid(a[:, : 2 * H] + s @ p["W_h"][:, : 2 * H])
        r, z = r_z[:, :H], r_z[:, H:]
        n = namespace(a).tanh(a[:, 2 * H :] + (r * s) @ p["W_h"][:, 2 * H :])
        return n + z * (s - n), {"r": r, "z": z, "n": n}

    def backstep(self, p, k, s, ds):
        H = self.hidden_size
        r, z, n = k.values()
        dsz = ds * z
        da_n = (ds - dsz) * (1 - n * n)
        drs = da_n @ p["W_h"][:, 2 * H :].T  # dL/d(r·h)
        drsr = drs * r
        xp = namespace(ds)
        da_rz = xp.concatenate([drsr * (s - s * r), dsz * (s - n) * (1 - z)], -1)
        return xp.concatenate([da_rz, da_n], -1), da_rz @ p["W_h"][:, : 2 * H].T + drsr + dsz

    def collect(self, p, xs, before, traces, das):
        H = self.hidden_size
        rs = before * traces["r"]
        W_h = [flat(before).T @ flat(das)[:, : 2 * H], flat(rs).T @ flat(das)[:, 2 * H :]]
        grads = {"W_x": flat(xs).T @ flat(das), "W_h": namespace(xs).concatenate(W_h, -1), "b": flat(das).sum(0)}
        return grads, self.backdrive(p, das)
