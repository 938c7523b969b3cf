"""The Jordan network: the output is fed back."""

from dataclasses import dataclass, field

from rnnkit.activations import ACTIVATIONS
from rnnkit.arrays import check_choice, check_number, check_size, flat, namespace
from rnnkit.cells.base import Cell


@dataclass(frozen=True)
class Jordan(Cell):
    r"""The network of Jordan (1986): the hidden units see a decaying memory of the network's own outputs.

    .. math::
        h_t &= f(x_t W_x + c_{t-1} W_h + b) \\
        y_t &= g(h_t W_y + b_y) \\
        c_t &= \mu\, c_{t-1} + y_t

    The state is :math:`[y_t \mid c_t]`, `(B, 2·O)`: the output first, then the context. With decay
    :math:`\mu = 0` the context is the last output.

    Parameters
    ----------
    input_size, hidden_size, output_size : int
        :math:`D`, :math:`H` and :math:`O`.
    decay : float
        :math:`\mu`, from 0 (default) to 1: how much of the old context stays.
    activation, output_activation : str
        :math:`f` (default `"tanh"`) and :math:`g` (default `"linear"`), names as for `Elman`.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0, the decay is outside 0..1, or an activation is unknown.

    Notes
    -----
    Parameters: `W_x (D, H)`, `W_h (O, H)` from context to hidden, `b (H,)`, `W_y (H, O)`, `b_y (O,)`. The drive has
    two blocks, `H` columns for :math:`h` and `O` for :math:`y`, so that its gradient holds both layers' errors.

    Source: M. I. Jordan, Serial order: a parallel distributed processing approach, ICS report 8604 (1986), UC San
    Diego; the decaying context is its equation for the state units.

    Examples
    --------
    >>> import numpy as np, rnnkit
    >>> cell = rnnkit.Jordan(input_size=3, hidden_size=5, output_size=2, decay=0.5)
    >>> p = cell.init(np.random.default_rng(0))
    >>> states, traces = rnnkit.scan(cell, p, np.ones((7, 1, 3)))
    >>> states.shape, traces["h"].shape, traces["y"].shape
    ((7, 1, 4), (7, 1, 5), (7, 1, 2))
    """

    output_size: int = field()
    decay: float = 0.0
    activation: str = "tanh"
    output_activation: str = "linear"

    gates = "hy"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_size("output_size", self.output_size)
        check_number("decay", self.decay, 0, 1)
        check_choice("activation", self.activation, ACTIVATIONS)
        check_choice("output_activation", self.output_activation, ACTIVATIONS)

    @property
    def state_size(self) -> int:
        return 2 * self.output_size

    @property
    def drive_size(self) -> int:
        return self.hidden_size + self.output_size

    @property
    def shapes(self):
        D, H, O = self.input_size, self.hidden_size, self.output_size  # noqa: E741
        return {"W_x": (D, H), "W_h": (O, H), "b": (H,), "W_y": (H, O), "b_y": (O,)}

    def drive(self, p, xs):
        a = xs @ p["W_x"] + p["b"]
        xp = namespace(a)
        return xp.concatenate([a, xp.broadcast_to(p["b_y"], (*a.shape[:2], self.output_size))], -1)

    def backdrive(self, p, das):
        return das[..., : self.hidden_size] @ p["W_x"].T

    def step(self, p, a, s):
        c = s[:, self.output_size :]
        h = ACTIVATIONS[self.activation].f(a[:, : self.hidden_size] + c @ p["W_h"])
        y = ACTIVATIONS[self.output_activation].f(a[:, self.hidden_size :] + h @ p["W_y"])
        return namespace(a).concatenate([y, self.decay * c + y], -1), {"h": h, "y": y}

    def backstep(self, p, k, s, ds):
        dc = ds[:, self.output_size :]
        dy = (ds[:, : self.output_size] + dc) * ACTIVATIONS[self.output_activation].slope(k["y"])
        dh = (dy @ p["W_y"].T) * ACTIVATIONS[self.activation].slope(k["h"])
        xp = namespace(ds)
        # The next tick never looks at the old y, only at c: its half of the gradient is zero.
        before = xp.concatenate([xp.zeros_like(dc), self.decay * dc + dh @ p["W_h"].T], -1)
        return xp.concatenate([dh, dy], -1), before

    def collect(self, p, xs, before, traces, das):
        dh, dy = das[..., : self.hidden_size], das[..., self.hidden_size :]
        c = before[..., self.output_size :]
        grads = {
            "W_x": flat(xs).T @ flat(dh),
            "W_h": flat(c).T @ flat(dh),
            "b": flat(dh).sum(0),
            "W_y": flat(traces["h"]).T @ flat(dy),
            "b_y": flat(dy).sum(0),
        }
        return grads, self.backdrive(p, das)
