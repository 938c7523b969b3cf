"""The LSTM with one gate for writing and keeping."""

from dataclasses import dataclass

from rnnkit.arrays import namespace, sigmoid
from rnnkit.cells.lstm import LSTM


@dataclass(frozen=True)
class CoupledLSTM(LSTM):
    r"""An LSTM that writes just as much as it forgets, :math:`i_t = 1 - f_t`.

    .. math::
        c_t &= f_t \odot c_{t-1} + (1 - f_t) \odot g_t \\
        h_t &= o_t \odot \tanh(c_t)

    with :math:`f_t`, :math:`g_t` and :math:`o_t` as in `LSTM`. The memory is an average of candidates and so stays
    within ±1.

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
    Parameters: `W_x (D, 3H)`, `W_h (H, 3H)`, `b (3H,)`, blocks in the order f, g, o. Traces: the three, and `m` for
    :math:`\tanh(c_t)`.

    Source: K. Greff, R. K. Srivastava, J. Koutník, B. R. Steunebrink and J. Schmidhuber, LSTM: a search space odyssey,
    IEEE Transactions on Neural Networks and Learning Systems 28 (2017) 2222-2232, variant CIFG.
    """

    gates = "fgo"

    def step(self, p, a, s):
        H = self.hidden_size
        a = s[:, :H] @ p["W_h"] + a
        xp = namespace(a)
        f, g, o = sigmoid(a[:, :H]), xp.tanh(a[:, H : 2 * H]), sigmoid(a[:, 2 * H :])
        c = g + f * (s[:, H:] - g)
        m = xp.tanh(c)
        return xp.concatenate([o * m, c], -1), {"f": f, "g": g, "o": o, "m": m}

    def backstep(self, p, k, s, ds):
        H = self.hidden_size
        f, g, o, m = k.values()
        dm = ds[:, :H] * o
        dc = ds[:, H:] + dm * (1 - m * m)
        dcf = dc * f
        xp = namespace(ds)
        da = xp.concatenate([dcf * (s[:, H:] - g) * (1 - f), (dc - dcf) * (1 - g * g), dm * (m - m * o)], -1)
        return da, xp.concatenate([da @ p["W_h"].T, dcf], -1)
