"""Any cell as a module: its forward pass is `rnnkit.scan`, its backward pass the hand-written `rnnkit.backscan`."""

import numpy as np
import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from rnnkit.bidirectional import turn_round
from rnnkit.cells.base import Cell
from rnnkit.scan import backscan, scan


class _Scan(torch.autograd.Function):
    """A whole run as one operation of autograd.

    On the CPU the arrays are NumPy's view of the tensors' memory: nothing is copied, and at the sizes of a tick NumPy
    spends a fraction of what torch spends on each operation. Elsewhere the same code runs on the tensors themselves.
    """

    @staticmethod
    def forward(ctx, cell, names, xs, s, *values):
        p = dict(zip(names, map(_native, values), strict=True))
        states, traces = scan(cell, p, _native(xs), _native(s))
        states = _tensor(states)
        ctx.cell, ctx.names, ctx.traces = cell, names, traces
        ctx.save_for_backward(xs, s, states, *values)
        return states

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, dstates):
        xs, s, states, *values = map(_native, ctx.saved_tensors)
        p = dict(zip(ctx.names, values, strict=True))
        grads, dxs, ds = backscan(ctx.cell, p, xs, s, states, ctx.traces, _native(dstates))
        return None, None, _tensor(dxs), _tensor(ds), *(_tensor(grads[name]) for name in ctx.names)


def _native(x):
    x = x.detach()
    return x.numpy() if x.device.type == "cpu" else x


def _tensor(x):
    return torch.from_numpy(np.ascontiguousarray(x)) if isinstance(x, np.ndarray) else x


class Recurrent(torch.nn.Module):
    """A cell along time, with its parameters under their own names.

    Parameters
    ----------
    cell : Cell
    seed : int or numpy.random.Generator
        For `cell.init`.
    dtype : torch.dtype, optional
        float32 (default) or float64.

    Notes
    -----
    Gradients are those of `rnnkit.backscan`, once differentiable. For derivatives of derivatives run `rnnkit.scan` on
    tensors: then autograd takes the cell's own `step` apart.
    """

    def __init__(self, cell: Cell, seed: int | np.random.Generator, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.cell = cell
        drawn = cell.init(np.random.default_rng(seed))
        # A dot is no part of a module's parameter name: "2.W_h" of a stack is kept as "2_W_h".
        self._names = {name: name.replace(".", "_") for name in cell.shapes}
        for name, x in drawn.items():
            self.register_parameter(self._names[name], torch.nn.Parameter(torch.tensor(x, dtype=dtype)))

    def named(self) -> dict[str, torch.Tensor]:
        """The parameters by the cell's names, as `rnnkit.scan` takes them."""
        return {name: getattr(self, attribute) for name, attribute in self._names.items()}

    def forward(
        self,
        xs: torch.Tensor | PackedSequence,
        s: torch.Tensor | None = None,
        lengths: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor | PackedSequence, torch.Tensor]:
        """Run along time.

        Parameters
        ----------
        xs : tensor, (T, B, D), or PackedSequence
        s : tensor, (B, S), optional
            State before the first tick; zeros by default.
        lengths : tensor of int, (B,), optional
            Ticks of each sequence before padding; all by default.

        Returns
        -------
        hs : tensor, (T, B, O), or PackedSequence
            What the cell shows at each tick; behind the end of a sequence, of no meaning.
        last : tensor, (B, S)
            The state at each sequence's own end.

        Raises
        ------
        TypeError, ValueError
            As from `rnnkit.scan`, which names the argument.
        """
        if isinstance(xs, PackedSequence):
            padded, sizes = pad_packed_sequence(xs)
            hs, last = self(padded, s, sizes.to(padded.device))
            order = xs.sorted_indices
            packed = pack_padded_sequence(hs, sizes, enforce_sorted=False)
            if order is None:  # packed from sorted sequences: keep them so
                packed = PackedSequence(packed.data, packed.batch_sizes)
            return packed, last
        values = self.named()
        if s is None:
            first = next(iter(values.values()))
            s = torch.zeros(xs.shape[1], self.cell.state_size, dtype=first.dtype, device=first.device)
        states = _Scan.apply(self.cell, tuple(values), xs, s, *values.values())
        path = torch.cat([s[None], states[-1:]]) if lengths is None else torch.cat([s[None], states])
        last = path[-1] if lengths is None else path[lengths, torch.arange(len(s), device=s.device)]
        return states[..., : self.cell.output_size], last

    def extra_repr(self) -> str:
        return str(self.cell)


class Bidirectional(torch.nn.Module):
    """Two cells side by side, one from the beginning, one from the end of each sequence; see `rnnkit.Bidirectional`.

    Parameters
    ----------
    forwards, backwards : Recurrent
    """

    def __init__(self, forwards: Recurrent, backwards: Recurrent) -> None:
        super().__init__()
        self.forwards, self.backwards = forwards, backwards

    def forward(self, xs: torch.Tensor, lengths: torch.Tensor | None = None) -> torch.Tensor:
        """Outputs (T, B, O1 + O2), 0 behind the end of a sequence; arguments as for `Recurrent.forward`."""
        turn, there = turn_round(xs, None if lengths is None else lengths.cpu().numpy())
        return torch.cat([self.forwards(xs)[0], turn(self.backwards(turn(xs))[0])], -1) * there
