"""Depth: cells on top of one another are one cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from rnnkit.arrays import Array, check_rng, namespace
from rnnkit.cells.base import Cell
from rnnkit.traces import Traces


@dataclass(frozen=True)
class Stack(Cell):
    r"""Cells on top of one another: at every tick each layer reads the output of the layer below it.

    .. math:: y^1_t = h^1_t(x_t), \qquad y^l_t = h^l_t(y^{l-1}_t) \quad [\,+\; y^{l-1}_t \text{ if residual}\,]

    The state is that of all layers, the top one first; with residual connections :math:`y^L_t` stands before them,
    because it belongs to no layer.

    Parameters
    ----------
    cells : sequence of Cell
        From the bottom up, at least one; each reads as many columns as the one below it shows.
    residual : bool
        True adds to each layer's output, from the second on, what it has read.

    Raises
    ------
    TypeError, ValueError
        If there is no cell, one is none, or the sizes do not fit.

    Notes
    -----
    Parameters: those of layer `l`, counted from 1, as `"l.name"`, such as `"2.W_h"`; traces likewise, and `"x.l"`, what
    the layer has read. `backstep` returns the errors of all layers' drives, the bottom one first.

    Source: A. Graves, A. Mohamed and G. Hinton, Speech recognition with deep recurrent neural networks, ICASSP 2013;
    residual: Y. Wu et al., Google's neural machine translation system, arXiv:1609.08144 (2016), equation 6.

    Examples
    --------
    >>> import numpy as np, rnnkit
    >>> cell = rnnkit.Stack([rnnkit.LSTM(3, 5), rnnkit.GRU(5, 4)])
    >>> list(cell.shapes)
    ['1.W_x', '1.W_h', '1.b', '2.W_x', '2.W_h', '2.b', '2.b_hn']
    >>> states, traces = rnnkit.scan(cell, cell.init(np.random.default_rng(0)), np.ones((7, 2, 3)))
    >>> states.shape  # 4 of the GRU, then 2 · 5 of the LSTM
    (7, 2, 14)
    """

    input_size: int = field(init=False, repr=False)
    hidden_size: int = field(init=False, repr=False)
    cells: Sequence[Cell]
    residual: bool = False

    gates = ""

    def __post_init__(self) -> None:
        cells = tuple(self.cells) if isinstance(self.cells, Sequence) else (self.cells,)
        for n, cell in enumerate(cells):
            if not isinstance(cell, Cell):
                raise TypeError(f"cells[{n}]: expected a cell such as rnnkit.LSTM(3, 5), got {cell!r}")
            if n and cell.input_size != cells[n - 1].output_size:
                raise ValueError(f"cells[{n}]: expected input_size {cells[n - 1].output_size}, got {cell.input_size}")
            if n and self.residual and cell.output_size != cell.input_size:
                raise ValueError(f"cells[{n}]: a residual layer shows as much as it reads, expected output_size "
                                 f"{cell.input_size}, got {cell.output_size}")  # fmt: skip
        if not cells:
            raise ValueError("cells: expected at least one")
        for name, value in (("cells", cells), ("input_size", cells[0].input_size)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "hidden_size", cells[-1].hidden_size)

    @cached_property
    def output_size(self) -> int:
        return self.cells[-1].output_size

    @property
    def state_size(self) -> int:
        return sum(cell.state_size for cell in self.cells) + self.residual * self.output_size

    @property
    def drive_size(self) -> int:
        return sum(cell.drive_size for cell in self.cells)

    @property
    def shapes(self):
        return {f"{n}.{name}": shape for n, cell in self._layers() for name, shape in cell.shapes.items()}

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        check_rng(rng)
        return {f"{n}.{name}": x for n, cell in self._layers() for name, x in cell.init(rng).items()}

    def drive(self, p, xs):
        return self.cells[0].drive(_own(1, p), xs)

    def backdrive(self, p, das):
        return self.cells[0].backdrive(_own(1, p), das[..., : self.cells[0].drive_size])

    def step(self, p, a, s):
        y, states, k = None, [], {}
        for (n, cell), before in zip(self._layers(), self._split(s), strict=True):
            if n > 1:
                a = cell.drive(_own(n, p), y[None])[0]
                k[f"x.{n}"] = y
            after, own = cell.step(_own(n, p), a, before)
            h = after[:, : cell.output_size]
            y = y + h if n > 1 and self.residual else h
            states.insert(0, after)
            k |= {f"{n}.{name}": trace for name, trace in own.items()}
        return namespace(s).concatenate([y, *states] if self.residual else states, -1), k

    def backstep(self, p, k, s, ds):
        xp = namespace(ds)
        dy = ds[:, : self.output_size] if self.residual else 0
        das, before = [], []
        layers = list(zip(self._layers(), self._split(s), self._split(ds), strict=True))
        for (n, cell), s_own, ds_own in reversed(layers):
            ds_own = xp.concatenate([ds_own[:, : cell.output_size] + dy, ds_own[:, cell.output_size :]], -1)
            da, ds_before = cell.backstep(_own(n, p), _own(n, k), s_own, ds_own)
            das.insert(0, da)
            before.append(ds_before)
            if n > 1:
                dx = cell.backdrive(_own(n, p), da)
                dy = dx + dy if self.residual else dx
        if self.residual:
            before.insert(0, xp.zeros_like(ds[:, : self.output_size]))  # no tick looks at the last tick's y
        return xp.concatenate(das, -1), xp.concatenate(before, -1)

    def collect(self, p, xs, before, traces, das):
        ticks = Traces.cut(traces).ticks
        grads, at = {}, 0
        for (n, cell), s in zip(self._layers(), self._split(before), strict=True):
            read = xs if n == 1 else traces[f"x.{n}"]
            own = Traces([_own(n, k) for k in ticks])
            g, dx = cell.collect(_own(n, p), read, s, own, das[..., at : at + cell.drive_size])
            grads |= {f"{n}.{name}": x for name, x in g.items()}
            dxs = dx if n == 1 else dxs
            at += cell.drive_size
        return grads, dxs

    def _layers(self) -> list[tuple[int, Cell]]:
        """Number and cell, from the bottom up."""
        return list(enumerate(self.cells, 1))

    def _split(self, s: Array) -> list[Array]:
        """The part of each layer in a state, from the bottom up."""
        parts, stop = [], s.shape[-1]
        for cell in self.cells:
            parts.append(s[..., stop - cell.state_size : stop])
            stop -= cell.state_size
        return parts


def _own(n: int, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """What belongs to layer `n`, under the names that its cell knows."""
    return {name[len(f"{n}.") :]: x for name, x in arrays.items() if name.startswith(f"{n}.")}
