"""GRU and LSTM with gates that see the input alone: what is left is linear in the state."""

from dataclasses import dataclass

from rnnkit.arrays import log_sigmoid, namespace, sigmoid
from rnnkit.cells.linear import LinearCell


class _Blind(LinearCell):
    """A cell whose gates do not see the state: it has no recurrent matrix."""

    @property
    def shapes(self):
        return {name: shape for name, shape in super().shapes.items() if name != "W_h"}

    def collect(self, p, xs, before, traces, das):
        grads, dxs = super().collect(p, xs, before, traces, das)
        return {name: grads[name] for name in self.shapes}, dxs


@dataclass(frozen=True)
class MinGRU(_Blind):
    r"""A GRU without reset gate whose update gate and candidate look at the input only.

    .. math::
        z_t &= \sigma(x_t W_{xz} + b_z) \\
        n_t &= x_t W_{xn} + b_n \\
        h_t &= (1 - z_t) \odot n_t + z_t \odot h_{t-1}

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
    Parameters: `W_x (D, 2H)`, `b (2H,)`, blocks in the order z, n. As everywhere in this library :math:`z` keeps the
    old state; the paper's gate is :math:`1 - z`.

    Source: L. Feng, F. Tung, M. O. Ahmed, Y. Bengio and H. Hajimirsadeghi, Were RNNs all we needed?, arXiv:2410.01201
    (2024), section 3.1.
    """

    gates = "zn"

    def coefficients(self, p, a):
        H = self.hidden_size
        z, n = sigmoid(a[..., :H]), a[..., H:]
        return z, n - z * n, {"z": z, "n": n}

    def backstep(self, p, k, s, ds):
        z, n = k["z"], k["n"]
        dsz = ds * z
        da = namespace(ds).concatenate([dsz * (s - n) * (1 - z), ds - dsz], -1)
        return da, dsz


@dataclass(frozen=True)
class MinLSTM(_Blind):
    r"""An LSTM without output gate whose gates look at the input only and are scaled to sum to 1.

    .. math::
        i_t &= \sigma(x_t W_{xi} + b_i) \\
        f_t &= \sigma(x_t W_{xf} + b_f) \\
        g_t &= x_t W_{xg} + b_g \\
        h_t &= \frac{f_t}{f_t + i_t} \odot h_{t-1} + \frac{i_t}{f_t + i_t} \odot g_t

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
    Parameters: `W_x (D, 3H)`, `b (3H,)`, blocks in the order i, f, g.

    Source: as for `MinGRU`, section 3.2.
    """

    gates = "ifg"

    def coefficients(self, p, a):
        H = self.hidden_size
        i, f, g = sigmoid(a[..., :H]), sigmoid(a[..., H : 2 * H]), a[..., 2 * H :]
        w = sigmoid(log_sigmoid(a[..., H : 2 * H]) - log_sigmoid(a[..., :H]))  # f/(f+i), also where both round to 0
        return w, g - w * g, {"i": i, "f": f, "g": g}

    def backstep(self, p, k, s, ds):
        i, f, g, w = k["i"], k["f"], k["g"], k["decay"]
        dsw = ds * w
        slope = dsw * (1 - w) * (s - g)  # f i / (f + i)² = w (1 - w)
        da = namespace(ds).concatenate([slope * (i - 1), slope * (1 - f), ds - dsw], -1)
        return da, dsw
