"""The LSTM whose gates see the memory itself."""

from dataclasses import dataclass

from rnnkit.arrays import namespace, sigmoid
from rnnkit.cells.lstm import LSTM


@dataclass(frozen=True)
class PeepholeLSTM(LSTM):
    r"""An LSTM with peepholes: each gate also looks at its own memory cell.

    .. math::
        i_t &= \sigma(\dots + w_{ci} \odot c_{t-1}) \\
        f_t &= \sigma(\dots + w_{cf} \odot c_{t-1}) \\
        o_t &= \sigma(\dots + w_{co} \odot c_t)

    The dots stand for what `LSTM` has there. A shut output gate hides the memory from every :math:`h`; through the
    peepholes the gates see it all the same, and can count.

    The state is :math:`[h_t \mid c_t]`, `(B, 2·H)`.

    Parameters
    ----------
    input_size, hidden_size, forget_bias
        As for `LSTM`.

    Raises
    ------
    TypeError, ValueError
        As for `LSTM`.

    Notes
    -----
    Parameters: those of `LSTM`, and `W_c (3, H)`, rows in the order i, f, o. Traces: those of `LSTM`, and `c`.

    Source: F. A. Gers, N. N. Schraudolph and J. Schmidhuber, Learning precise timing with LSTM recurrent networks,
    Journal of Machine Learning Research 3 (2002) 115-143.
    """

    @property
    def shapes(self):
        return super().shapes | {"W_c": (3, self.hidden_size)}

    def step(self, p, a, s):
        H = self.hidden_size
        c, (w_i, w_f, w_o) = s[:, H:], p["W_c"]
        a = s[:, :H] @ p["W_h"] + a
        xp = namespace(a)
        i, f = sigmoid(a[:, :H] + c * w_i), sigmoid(a[:, H : 2 * H] + c * w_f)
        g = xp.tanh(a[:, 2 * H : 3 * H])
        c = f * c + i * g
        m, o = xp.tanh(c), sigmoid(a[:, 3 * H :] + c * w_o)
        return xp.concatenate([o * m, c], -1), {"i": i, "f": f, "g": g, "o": o, "m": m, "c": c}

    def backstep(self, p, k, s, ds):
        H = self.hidden_size
        i, f, g, o, m, _ = k.values()
        c, (w_i, w_f, w_o) = s[:, H:], p["W_c"]
        dm = ds[:, :H] * o
        do = dm * (m - m * o)
        dc = ds[:, H:] + dm * (1 - m * m) + do * w_o
        di, df = dc * i * (g - g * i), dc * f * (c - c * f)
        xp = namespace(ds)
        da = xp.concatenate([di, df, dc * i * (1 - g * g), do], -1)
        return da, xp.concatenate([da @ p["W_h"].T, dc * f + di * w_i + df * w_f], -1)

    def collect(self, p, xs, before, traces, das):
        H = self.hidden_size
        grads, dxs = super().collect(p, xs, before, traces, das)
        c = before[..., H:]
        seen = [c * das[..., :H], c * das[..., H : 2 * H], traces["c"] * das[..., 3 * H :]]
        grads["W_c"] = namespace(das).stack([x.sum((0, 1)) for x in seen])
        return grads, dxs
