"""The first LSTM: a memory that can only be added to."""

from dataclasses import dataclass

from rnnkit.arrays import namespace, sigmoid
from rnnkit.cells.base import Cell


@dataclass(frozen=True)
class LSTM1997(Cell):
    r"""Long short-term memory as it was first published, without a forget gate.

    .. math::
        c_t &= c_{t-1} + i_t \odot g_t \\
        h_t &= o_t \odot \tanh(c_t)

    with :math:`i_t`, :math:`g_t` and :math:`o_t` as in `LSTM`. The derivative of :math:`c_t` by :math:`c_{t-1}` along
    the memory is exactly 1, the constant error carousel: what is stored stays, and nothing can be thrown away.

    The state is :math:`[h_t \mid c_t]`, `(B, 2·H)`.

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
    Parameters: `W_x (D, 3H)`, `W_h (H, 3H)`, `b (3H,)`, blocks in the order i, g, o. Traces: the three, and `m` for
    :math:`\tanh(c_t)`. The paper squashes with logistic functions of range -2..2 and -1..1 where tanh stands here,
    groups cells into blocks that share gates, and cuts the gradient at the gates; here every cell has its own gates
    and the gradient is whole.

    Source: S. Hochreiter and J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997) 1735-1780.
    """

    gates = "igo"

    @property
    def state_size(self) -> int:
        return 2 * self.hidden_size

    def step(self, p, a, s):
        H = self.hidden_size
        a = s[:, :H] @ p["W_h"] + a
        xp = namespace(a)
        i, g, o = sigmoid(a[:, :H]), xp.tanh(a[:, H : 2 * H]), sigmoid(a[:, 2 * H :])
        c = s[:, H:] + i * g
        m = xp.tanh(c)
        return xp.concatenate([o * m, c], -1), {"i": i, "g": g, "o": o, "m": m}

    def backstep(self, p, k, s, ds):
        H = self.hidden_size
        i, g, o, m = k.values()
        dm = ds[:, :H] * o
        dc = ds[:, H:] + dm * (1 - m * m)
        dci = dc * i
        xp = namespace(ds)
        da = xp.concatenate([dci * (g - g * i), dci - dci * g * g, dm * (m - m * o)], -1)
        return da, xp.concatenate([da @ p["W_h"].T, dc], -1)
