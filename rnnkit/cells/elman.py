"""The Elman network: the hidden state is fed back."""

from dataclasses import dataclass

from rnnkit.activations import ACTIVATIONS
from rnnkit.arrays import check_choice
from rnnkit.cells.base import Cell


@dataclass(frozen=True)
class Elman(Cell):
    r"""The simple recurrent network of Elman (1990): the hidden units see their own last values.

    .. math:: h_t = f(x_t W_x + h_{t-1} W_h + b)

    The state is :math:`h_t`, `(B, H)`.

    Parameters
    ----------
    input_size, hidden_size : int
        :math:`D` and :math:`H`.
    activation : str
        :math:`f`: `"tanh"` (default), `"sigmoid"` (Elman's own), `"relu"`, `"linear"`, `"satlin"` or `"step"`.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0, or the activation is unknown.

    Notes
    -----
    Parameters: `W_x (D, H)`, `W_h (H, H)`, `b (H,)`. With tanh it equals `torch.nn.RNN` weight for weight
    (`weight_ih_l0 = W_x.T`, `weight_hh_l0 = W_h.T`, the two biases of torch summed in `b`).

    Source: J. L. Elman, Finding structure in time, Cognitive Science 14 (1990) 179-211.

    Examples
    --------
    >>> import numpy as np, rnnkit
    >>> cell = rnnkit.Elman(input_size=3, hidden_size=5)
    >>> p = cell.init(np.random.default_rng(0))
    >>> states, traces = rnnkit.scan(cell, p, np.ones((7, 2, 3)))
    >>> states.shape
    (7, 2, 5)
    """

    activation: str = "tanh"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("activation", self.activation, ACTIVATIONS)

    def step(self, p, a, s):
        h = ACTIVATIONS[self.activation].f(a + s @ p["W_h"])
        return h, {"h": h}

    def backstep(self, p, k, s, ds):
        da = ds * ACTIVATIONS[self.activation].slope(k["h"])
        return da, da @ p["W_h"].T
