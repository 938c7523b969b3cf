r"""Dropout for recurrent networks: what is dropped is drawn once for a sequence, and stays dropped at every tick.

A mask drawn anew at each tick would be noise on the memory, and the longer the memory the more of it.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import check_number, check_rng, check_size, namespace
from rnnkit.cells.base import Cell


def variational_mask(
    rng: np.random.Generator, rate: float, batch_size: int, size: int
) -> Float[np.ndarray, "1 B size"]:
    r"""One mask for all ticks: 0 with probability `rate`, else :math:`1/(1 - rate)`, so that the mean stays.

    Multiply inputs or outputs `(T, B, size)` by it. Evaluation needs no mask.

    Parameters
    ----------
    rng : numpy.random.Generator
    rate : float
        0 (keep all) to below 1.
    batch_size, size : int

    Returns
    -------
    mask : array, (1, B, size)

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its range.

    Notes
    -----
    Source: Y. Gal and Z. Ghahramani, A theoretically grounded application of dropout in recurrent neural networks,
    NIPS 2016.
    """
    check_rng(rng)
    check_number("rate", rate, 0, 1 - 1e-9)
    kept = rng.random((1, check_size("batch_size", batch_size, least=0), check_size("size", size))) >= rate
    return kept / (1 - rate)


@dataclass(frozen=True)
class RecurrentDropout(Cell):
    r"""A cell that sees only part of its own last output; which part is fixed in the state it starts from.

    The state is that of the inner cell, and behind it `d`, `(B, O)`, what is taken away: the cell sees
    :math:`(1 - d) \odot h_{t-1}`. So the zero state, from which every run starts by default, drops nothing, as it
    should be in evaluation; training starts from `start`.

    Parameters
    ----------
    cell : Cell
        An `LSTM` keeps its memory whole, since only what it shows is dropped; in `Elman` or `GRU` the output is the
        memory, and dropping it is forgetting.

    Notes
    -----
    Parameters and traces: those of the inner cell.

    Source: as for `variational_mask`.

    Examples
    --------
    >>> import numpy as np, rnnkit
    >>> cell = rnnkit.RecurrentDropout(rnnkit.LSTM(3, 5))
    >>> rng = np.random.default_rng(0)
    >>> s = cell.start(batch_size=2, rate=0.5, rng=rng)
    >>> states, traces = rnnkit.scan(cell, cell.init(rng), np.ones((7, 2, 3)), s)
    >>> states.shape
    (7, 2, 15)
    """

    input_size: int = field(init=False, repr=False)
    hidden_size: int = field(init=False, repr=False)
    cell: Cell

    gates = ""

    def __post_init__(self) -> None:
        if not isinstance(self.cell, Cell):
            raise TypeError(f"cell: expected a cell such as rnnkit.LSTM(3, 5), got {type(self.cell).__name__}")
        object.__setattr__(self, "input_size", self.cell.input_size)
        object.__setattr__(self, "hidden_size", self.cell.hidden_size)

    @cached_property
    def output_size(self) -> int:
        return self.cell.output_size

    @property
    def state_size(self) -> int:
        return self.cell.state_size + self.output_size

    @property
    def drive_size(self) -> int:
        return self.cell.drive_size

    @property
    def shapes(self):
        return self.cell.shapes

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        return self.cell.init(rng)

    def start(self, batch_size: int, rate: float, rng: np.random.Generator) -> Float[np.ndarray, "B S"]:
        """A state of zeros that drops part of the output at every tick; arguments as for `variational_mask`."""
        mask = variational_mask(rng, rate, batch_size, self.output_size)[0]
        return np.concatenate([np.zeros((batch_size, self.cell.state_size)), 1 - mask], -1)

    def drive(self, p, xs):
        return self.cell.drive(p, xs)

    def backdrive(self, p, das):
        return self.cell.backdrive(p, das)

    def step(self, p, a, s):
        after, k = self.cell.step(p, a, self._seen(s))
        return namespace(s).concatenate([after, s[:, self.cell.state_size :]], -1), k

    def backstep(self, p, k, s, ds):
        S, O = self.cell.state_size, self.output_size  # noqa: E741
        da, dseen = self.cell.backstep(p, k, self._seen(s), ds[:, :S])
        kept = 1 - s[:, S:]
        dh = dseen[:, :O]
        before = [dh * kept, dseen[:, O:], ds[:, S:] - dh * s[:, :O]]
        return da, namespace(s).concatenate(before, -1)

    def collect(self, p, xs, before, traces, das):
        return self.cell.collect(p, xs, self._seen(before), traces, das)

    def _seen(self, s):
        """The inner cell's state, with what is dropped left out."""
        S, O = self.cell.state_size, self.output_size  # noqa: E741
        return namespace(s).concatenate([s[..., :O] * (1 - s[..., S:]), s[..., O:S]], -1)
