"""Bidirectional networks: one cell reads from the beginning, another from the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from rnnkit.arrays import Array, check_array, check_ids, namespace
from rnnkit.batch import Batch, check_batch
from rnnkit.cells.base import Cell, Params
from rnnkit.embedding import Embedding
from rnnkit.readout import Readout
from rnnkit.scan import backscan, scan


@dataclass(frozen=True)
class Bidirectional:
    r"""Two cells side by side, :math:`[\overrightarrow{h}_t \mid \overleftarrow{h}_t]`, so each tick sees both sides.

    The second cell reads each sequence from that sequence's own last tick, never through its padding. It needs the
    whole sequence, so a bidirectional network is no cell: it cannot run tick by tick, nor tell what comes next.

    Parameters
    ----------
    forwards, backwards : Cell
        Of one `input_size`; they may be of different kinds.

    Raises
    ------
    ValueError
        If the input sizes differ.

    Notes
    -----
    Parameters: those of the cells as `"forwards.name"` and `"backwards.name"`.

    Source: M. Schuster and K. K. Paliwal, Bidirectional recurrent neural networks, IEEE Transactions on Signal
    Processing 45 (1997) 2673-2681.
    """

    forwards: Cell
    backwards: Cell

    def __post_init__(self) -> None:
        if self.forwards.input_size != self.backwards.input_size:
            raise ValueError(
                f"backwards: expected input_size {self.forwards.input_size}, got {self.backwards.input_size}"
            )

    @property
    def input_size(self) -> int:
        """`D`."""
        return self.forwards.input_size

    @property
    def output_size(self) -> int:
        """Columns shown: those of both cells."""
        return self.forwards.output_size + self.backwards.output_size

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter."""
        return {f"{way}.{name}": shape for way, cell in self._ways for name, shape in cell.shapes.items()}

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Draw the parameters of both cells."""
        return {f"{way}.{name}": x for way, cell in self._ways for name, x in cell.init(rng).items()}

    def forward(
        self, p: Params, xs: Float[Array, "T B D"], lengths: Int[Array, " B"] | None = None
    ) -> tuple[Float[Array, "T B O"], Any]:
        """Outputs at every tick, 0 where padding is, and what the way back needs.

        Parameters
        ----------
        p : dict of arrays
        xs : array, (T, B, D)
        lengths : array of int, (B,), optional
            Ticks of each sequence, 0 to T; all by default.
        """
        check_array("xs", xs, ("T", "B", self.input_size))
        turn, real = turn_round(xs, lengths)  # real: 0 where padding is
        hs, runs = [], []
        for way, cell in self._ways:
            read = turn(xs) if way == "backwards" else xs
            states, traces = scan(cell, _own(way, p), read)
            shown = states[..., : cell.output_size]  # of LSTMs only h
            hs.append(turn(shown) if way == "backwards" else shown)
            runs.append((states, traces))
        return namespace(xs).concatenate(hs, -1) * real, runs

    def backward(
        self,
        p: Params,
        xs: Float[Array, "T B D"],
        lengths: Int[Array, " B"] | None,
        memory: Any,
        dys: Float[Array, "T B O"],
    ) -> tuple[dict[str, Array], Float[Array, "T B D"]]:
        """dL/dys, to dL/dp and dL/dxs; arguments as for `forward`, `memory` as from it."""
        turn, real = turn_round(xs, lengths)
        cut = self.forwards.output_size
        grads: dict[str, Array] = {}
        dxs = 0
        for (way, cell), (states, traces), dhs in zip(
            self._ways, memory, (dys[..., :cut] * real, turn(dys[..., cut:] * real)), strict=True
        ):
            read = turn(xs) if way == "backwards" else xs
            dstates = namespace(xs).zeros_like(states)
            dstates[..., : cell.output_size] = dhs
            own, dx, _ = backscan(cell, _own(way, p), read, None, states, traces, dstates)
            grads |= {f"{way}.{name}": g for name, g in own.items()}
            dxs = dxs + (turn(dx) if way == "backwards" else dx)
        return grads, dxs

    @property
    def _ways(self) -> list[tuple[str, Cell]]:
        return [("forwards", self.forwards), ("backwards", self.backwards)]


@dataclass(frozen=True)
class BidirectionalNetwork:
    r"""Bidirectional layers on top of one another, a read-out, and where the input is symbols, an embedding.

    Parameters
    ----------
    layers : sequence of Bidirectional
        From the bottom up, at least one; each reads what the one below shows.
    readout : Readout
    embedding : Embedding, optional
        Then `batch.xs` are symbols, (T, B).

    Raises
    ------
    ValueError
        If one part reads another number of columns than the part below it shows.

    Notes
    -----
    Parameters: those of layer `l`, counted from 1, as `"l.name"`, others under their own names.
    """

    layers: Sequence[Bidirectional]
    readout: Readout
    embedding: Embedding | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise ValueError("layers: expected at least one")
        below = self.embedding.output_size if self.embedding else self.layers[0].input_size
        parts: list[tuple[str, Any]] = [(f"layers[{n}]", layer) for n, layer in enumerate(self.layers)]
        for name, part in [*parts, ("readout", self.readout)]:
            if part.input_size != below:
                raise ValueError(f"{name}: expected input_size {below}, got {part.input_size}")
            below = part.output_size

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter."""
        layers = {f"{n}.{name}": shape for n, x in self._numbered for name, shape in x.shapes.items()}
        return layers | self.readout.shapes | (self.embedding.shapes if self.embedding else {})

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Draw all parameters, from the bottom layer up."""
        layers = {f"{n}.{name}": x for n, layer in self._numbered for name, x in layer.init(rng).items()}
        return layers | self.readout.init(rng) | (self.embedding.init(rng) if self.embedding else {})

    def forward(
        self, p: Params, xs: Array, lengths: Int[Array, " B"] | None = None
    ) -> tuple[Float[Array, "T B O"], Any]:
        """Outputs at every tick, and what the way back needs; arguments as for `Bidirectional.forward`."""
        read, memories = [self.embedding.forward(p, xs) if self.embedding else xs], []
        for n, layer in self._numbered:
            ys, memory = layer.forward(_own(n, p), read[-1], lengths)
            read.append(ys)
            memories.append(memory)
        return self.readout.forward(p, read[-1]), (read, memories)

    def objective(
        self, p: Params, batch: Batch, *, loss: Callable, s: None = None
    ) -> tuple[float, dict[str, np.ndarray], None]:
        """Loss of a batch and its gradient; `functools.partial(net.objective, loss=...)` is what `rnnkit.fit` asks for.

        Parameters
        ----------
        p : dict of arrays
        batch : Batch
            `lengths` says where padding begins; `mask` only where there is a question.
        loss : function
            One of `rnnkit.losses`.
        s : None
            No state is carried: the next batch is another sequence.
        """
        check_batch(batch)
        ys, (read, memories) = self.forward(p, batch.xs, batch.lengths)
        value, dys = loss(ys, batch.targets, batch.mask)
        grads, dxs = self.readout.backward(p, read[-1], dys)
        for (n, layer), xs, memory in zip(self._numbered[::-1], read[-2::-1], memories[::-1], strict=True):
            own, dxs = layer.backward(_own(n, p), xs, batch.lengths, memory, dxs)
            grads |= {f"{n}.{name}": g for name, g in own.items()}
        if self.embedding:
            grads |= self.embedding.backward(p, batch.xs, dxs)
        return value, grads, None

    @property
    def _numbered(self) -> list[tuple[int, Bidirectional]]:
        return list(enumerate(self.layers, 1))


def turn_round(xs, lengths):
    """A function that turns each sequence round within its own length, padding left in place, and where ticks are."""
    xp = namespace(xs)
    T, B = xs.shape[:2]
    if lengths is None:
        return lambda x: xp.flip(x, (0,)), 1
    check_ids("lengths", lengths, (B,), T + 1)
    ticks = np.arange(T)[:, None]
    lengths = np.asarray(lengths)
    there = ticks < lengths
    index = np.where(there, lengths - 1 - ticks, ticks)
    columns = np.arange(B)
    return lambda x: x[index, columns], xp.asarray(there[..., None] * 1.0, dtype=xs.dtype)


def _own(prefix, arrays):
    """What belongs to one part, under the names that it knows."""
    return {name[len(f"{prefix}.") :]: x for name, x in arrays.items() if name.startswith(f"{prefix}.")}
