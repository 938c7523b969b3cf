"""The protocol that every cell keeps: one tick of a recurrence, and its transpose."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import Array, check_rng, check_size, flat

Params = Mapping[str, Array]
Trace = dict[str, Array]


@dataclass(frozen=True)
class Cell(ABC):
    r"""One tick of a recurrence, and its transpose.

    A cell holds sizes, never weights and never memory. Its parameters are a dict of named arrays `p`, its memory is
    one array `s` of shape `(B, state_size)`, and both are handed in and handed back. The first `output_size` columns
    of a state are what the world sees: read-outs, losses, the layer above.

    A tick has two halves, because only one of them has to wait for the tick before it. `drive` computes what depends
    on the input alone, for all ticks in one matrix product; `step` adds what depends on the state. The way back has
    the same halves: `backstep` runs tick by tick, and `collect` forms the weight gradients of the whole sequence in
    one matrix product each.

    Parameters
    ----------
    input_size : int
        :math:`D \ge 1`, features of one input.
    hidden_size : int
        :math:`H \ge 1`, hidden units.
    """

    input_size: int
    hidden_size: int

    gates: ClassVar[str] = "h"
    """Order of the blocks in `W_x`, `W_h` and `b`, one letter each; also the names of the traces."""

    def __post_init__(self) -> None:
        check_size("input_size", self.input_size)
        check_size("hidden_size", self.hidden_size)

    @property
    def state_size(self) -> int:
        """`S`, columns of a state."""
        return self.hidden_size

    @cached_property  # not a property: a cell whose output is not its hidden units makes this a field
    def output_size(self) -> int:
        """Columns of a state, from the first, that the world sees."""
        return self.hidden_size

    @property
    def drive_size(self) -> int:
        """`A`, columns of a drive's gradient."""
        return len(self.gates) * self.hidden_size

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter."""
        D, H, A = self.input_size, self.hidden_size, self.drive_size
        return {"W_x": (D, A), "W_h": (H, A), "b": (A,)}

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        r"""Draw parameters, uniform in :math:`\pm 1/\sqrt{H}` (the rule of `torch.nn.RNN`), in float64.

        Raises
        ------
        TypeError
            If `rng` is not a `numpy.random.Generator`.
        """
        check_rng(rng)
        bound = self.hidden_size**-0.5
        return {name: rng.uniform(-bound, bound, shape) for name, shape in self.shapes.items()}

    def drive(self, p: Params, xs: Float[Array, "T B D"]) -> Float[Array, "T B A"]:
        """All that depends on the input alone, for every tick at once: `xs @ W_x + b`."""
        a = xs @ p["W_x"]
        a += p["b"]  # in place: the sum of a long sequence would be megabytes more
        return a

    @abstractmethod
    def step(self, p: Params, a: Float[Array, "B A"], s: Float[Array, "B S"]) -> tuple[Float[Array, "B S"], Trace]:
        """One tick: drive and state before, to state after and what the way back needs of it."""

    @abstractmethod
    def backstep(
        self, p: Params, k: Trace, s: Float[Array, "B S"], ds: Float[Array, "B S"]
    ) -> tuple[Float[Array, "B A"], Float[Array, "B S"]]:
        """One tick back: trace, state before, and dL/d(state after), to dL/d(drive) and dL/d(state before)."""

    def backdrive(self, p: Params, das: Float[Array, "*ticks B A"]) -> Float[Array, "*ticks B D"]:
        """The transpose of `drive`: dL/d(drive) to dL/dxs, of one tick `(B, A)` or of all."""
        return das @ p["W_x"].T

    def collect(
        self,
        p: Params,
        xs: Float[Array, "T B D"],
        before: Float[Array, "T B S"],
        traces: Mapping[str, Array],
        das: Float[Array, "T B A"],
    ) -> tuple[dict[str, Array], Float[Array, "T B D"]]:
        """Weight gradients of the whole sequence, one matrix product each, and dL/dxs.

        `before[t]` is the state that tick `t` started from, `das[t]` its dL/d(drive).
        """
        h = flat(before)[:, : self.hidden_size]
        grads = {"W_x": flat(xs).T @ flat(das), "W_h": h.T @ flat(das), "b": flat(das).sum(0)}
        return grads, self.backdrive(p, das)
