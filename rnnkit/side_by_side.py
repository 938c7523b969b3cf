"""Many small networks trained as one: a tick of twelve costs little more than a tick of one."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rnnkit.arrays import Array, check_size
from rnnkit.cells.base import Params
from rnnkit.network import Memory, Network
from rnnkit.readout import Readout


@dataclass(frozen=True)
class SideBySide:
    r"""`count` independent networks as one wide network whose matrices are zero outside blocks on the diagonal.

    No network sees another: each keeps its own weights, inputs and gradient. At the sizes of a teaching experiment
    the interpreter decides the time of a tick, not the arithmetic, so many seeds cost little more than one.

    Parameters
    ----------
    network : Network
        One of them: a cell, and a read-out; no embedding.
    count : int
        How many.

    Raises
    ------
    TypeError, ValueError
        If the network has an embedding, no read-out, or a parameter whose blocks are not known, or `count` is no whole
        number above 0.

    Notes
    -----
    The columns of a wide array run gate by gate, and within a gate network by network. `clip_norm` would mix the
    networks; clip by value.

    Examples
    --------
    >>> import numpy as np, rnnkit
    >>> one = rnnkit.Network(rnnkit.GRU(3, 5), rnnkit.Readout(5, 2))
    >>> nets = rnnkit.SideBySide(one, count=4)
    >>> p = nets.join([one.init(np.random.default_rng(seed)) for seed in range(4)])
    >>> ys, memory = nets.forward(p, np.ones((7, 6, 4, 3)))
    >>> ys.shape
    (7, 6, 4, 2)
    """

    network: Network
    count: int

    def __post_init__(self) -> None:
        check_size("count", self.count)
        if self.network.readout is None or self.network.embedding is not None:
            raise ValueError("network: expected a cell and a read-out, and no embedding")
        known = {"W_x", "W_h", "b", "b_hn", "W_y", "b_y"}
        if more := self.network.shapes.keys() - known:
            raise ValueError(f"network: expected parameters among {', '.join(sorted(known))}, got {', '.join(more)}")

    @cached_property
    def wide(self) -> Network:
        """The wide network."""
        K, cell, readout = self.count, self.network.cell, self.network.readout
        assert readout is not None
        return Network(
            replace(cell, input_size=K * cell.input_size, hidden_size=K * cell.hidden_size),
            Readout(K * readout.input_size, K * readout.output_size),
        )

    def join(self, ps: list[Params]) -> dict[str, np.ndarray]:
        """Parameters of the networks, one dict each, to those of the wide one."""
        wide = {name: np.zeros(shape, ps[0][name].dtype) for name, shape in self.wide.shapes.items()}
        for k, p in enumerate(ps):
            for name, block in self._blocks(wide, k).items():
                block[...] = p[name].reshape(block.shape)
        return wide

    def split(self, p: Params, k: int) -> dict[str, np.ndarray]:
        """Parameters of the wide network, to those of network `k`."""
        shapes = self.network.shapes
        return {name: block.reshape(shapes[name]).copy() for name, block in self._blocks(p, k).items()}

    def forward(self, p: Params, xs: Array) -> tuple[Array, Memory]:
        """Inputs (T, B, K, D) to outputs (T, B, K, O), and what the way back needs."""
        ys, memory = self.wide.forward(p, xs.reshape(*xs.shape[:2], -1))
        return ys.reshape(*xs.shape[:3], -1), memory

    def backward(self, p: Params, xs: Array, memory: Memory, dys: Array) -> dict[str, np.ndarray]:
        """dL/dys (T, B, K, O) to dL/dp, zero outside the blocks."""
        narrow = xs.reshape(*xs.shape[:2], -1)
        grads, _, _ = self.wide.backward(p, narrow, None, memory, dys.reshape(*xs.shape[:2], -1))
        return {name: grads[name] * self._inside[name] for name in grads}

    @cached_property
    def _inside(self):
        """True inside the blocks."""
        ones = {name: np.ones(shape, bool) for name, shape in self.network.shapes.items()}
        return self.join([ones] * self.count)

    def _blocks(self, p, k):
        """Views of what is network `k`'s in each wide array: (rows, groups, columns)."""
        found = {}
        for name, shape in self.network.shapes.items():
            gated = name in ("W_x", "W_h", "b") and shape[-1] == self.network.cell.drive_size
            groups = len(self.network.cell.gates) if gated else 1
            width = shape[-1] // groups
            x = p[name].reshape(-1, groups, self.count * width)[:, :, k * width : (k + 1) * width]
            found[name] = x[k * shape[0] : (k + 1) * shape[0]] if len(shape) == 2 else x
        return found
