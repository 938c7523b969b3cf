"""A network: a cell run along time, a read-out on what it shows, and where the input is symbols, an embedding."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from rnnkit.arrays import Array, namespace
from rnnkit.cells.base import Cell, Params
from rnnkit.embedding import Embedding
from rnnkit.readout import Readout
from rnnkit.scan import backscan, scan


class Memory(NamedTuple):
    """What the forward pass leaves for the way back: the states and the traces of `rnnkit.scan`."""

    states: Array
    traces: Mapping[str, Array]


@dataclass(frozen=True)
class Network:
    r"""A cell, its read-out and its embedding, with the parameters of all in one flat dict.

    Parameters
    ----------
    cell : Cell
        The recurrence.
    readout : Readout, optional
        None, the default, for a cell such as `Jordan` whose own output answers the task.
    embedding : Embedding, optional
        Then the inputs `xs` are symbols, (T, B) whole numbers; None, the default, for (T, B, D) numbers.

    Raises
    ------
    ValueError
        If one part reads another number of columns than the part below it shows, or two own a parameter of one name.
    """

    cell: Cell
    readout: Readout | None = None
    embedding: Embedding | None = None

    def __post_init__(self) -> None:
        if self.embedding and self.embedding.output_size != self.cell.input_size:
            raise ValueError(
                f"embedding: expected output_size {self.cell.input_size}, got {self.embedding.output_size}"
            )
        if self.readout is None:
            return
        if self.readout.input_size != self.cell.output_size:
            raise ValueError(f"readout: expected input_size {self.cell.output_size}, got {self.readout.input_size}")
        if both := self.cell.shapes.keys() & self.readout.shapes.keys():
            raise ValueError(f"readout: {type(self.cell).__name__} has its own {', '.join(sorted(both))}; leave it out")

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter."""
        return {name: shape for part in self._parts for name, shape in part.shapes.items()}

    @property
    def size(self) -> int:
        """Number of adjustable numbers: the same whatever the length of the sequence."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Draw the cell's parameters, then the read-out's, then the embedding's."""
        return {name: x for part in self._parts for name, x in part.init(rng).items()}

    @property
    def _parts(self) -> list[Any]:
        return [part for part in (self.cell, self.readout, self.embedding) if part]

    def forward(
        self,
        p: Params,
        xs: Float[Array, "T B D"] | Int[Array, "T B"],
        s: Float[Array, "B S"] | None = None,
    ) -> tuple[Float[Array, "T B O"], Memory]:
        """Outputs at every tick, and what the way back needs."""
        if self.embedding:
            xs = self.embedding.forward(p, xs)
        memory = Memory(*scan(self.cell, p, xs, s))
        hs = memory.states[..., : self.cell.output_size]
        ys = self.readout.forward(p, hs) if self.readout else hs
        return ys, memory

    def backward(
        self,
        p: Params,
        xs: Float[Array, "T B D"] | Int[Array, "T B"],
        s: Float[Array, "B S"] | None,
        memory: Memory,
        dys: Float[Array, "T B O"],
        ds: Float[Array, "B S"] | None = None,
    ) -> tuple[dict[str, Array], Float[Array, "T B D"], Float[Array, "B S"]]:
        """dL/dys, to dL/dp, dL/dxs (of the vectors, where symbols are embedded) and dL/d(state before the first tick).

        `ds` is dL/d(state after the last tick), by way of what came after it; zeros by default.
        """
        grads: dict[str, Array] = {}
        dhs = dys
        if self.readout:
            grads, dhs = self.readout.backward(p, memory.states[..., : self.cell.output_size], dys)
        vectors = self.embedding.forward(p, xs) if self.embedding else xs
        dstates = namespace(dys).zeros_like(memory.states)
        dstates[..., : self.cell.output_size] = dhs
        if ds is not None and len(dstates):
            dstates[-1] += ds
        cell_grads, dxs, ds = backscan(self.cell, p, vectors, s, *memory, dstates)
        if self.embedding:
            grads |= self.embedding.backward(p, xs, dxs)
        return cell_grads | grads, dxs, ds
