"""Weights to and from `torch.nn.RNN`, `LSTM` and `GRU`, stacked and bidirectional."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from rnnkit.bidirectional import Bidirectional
from rnnkit.cells import GRU, LSTM, Cell, Elman, Stack

Layers = Cell | tuple[Bidirectional, ...]


def from_torch(module: torch.nn.RNNBase) -> tuple[Layers, dict[str, np.ndarray]]:
    """The same recurrence as a cell, and its parameters.

    Parameters
    ----------
    module : torch.nn.RNN, LSTM or GRU
        Dropout between layers is not carried over: it is no part of the weights.

    Returns
    -------
    cell : Cell, or tuple of Bidirectional
        A cell for one layer, a `Stack` for several; for a bidirectional module its layers, from the bottom up, as
        `rnnkit.BidirectionalNetwork` takes them.
    p : dict of arrays
        Of the module's dtype. The two biases of torch are one here, their sum.

    Raises
    ------
    TypeError, ValueError
        If the module is another, or projects its output.
    """
    if not isinstance(module, (torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU)):
        raise TypeError(f"module: expected nn.RNN, nn.LSTM or nn.GRU, got {type(module).__name__}")
    if module.proj_size:
        raise ValueError(f"module: expected no projection, got proj_size={module.proj_size}")
    H, ways = module.hidden_size, 2 if module.bidirectional else 1
    layers: list[Any] = []
    p: dict[str, np.ndarray] = {}
    for n in range(module.num_layers):
        cells = []
        for way, end in (("forwards", ""), ("backwards", "_reverse"))[:ways]:
            cell = _cell(module, module.input_size if n == 0 else ways * H)
            own = _parameters(module, f"_l{n}{end}", cell)
            prefix = f"{n + 1}.{way}." if ways == 2 else f"{n + 1}." if module.num_layers > 1 else ""
            p |= {prefix + name: x for name, x in own.items()}
            cells.append(cell)
        layers.append(Bidirectional(*cells) if ways == 2 else cells[0])
    if ways == 2:
        return tuple(layers), p
    return (layers[0] if len(layers) == 1 else Stack(layers)), p


def to_torch(layers: Layers, p: Mapping[str, np.ndarray]) -> torch.nn.RNNBase:
    """The same recurrence as a fused module of torch.

    Parameters
    ----------
    layers : Cell, or sequence of Bidirectional
        `Elman` (tanh or relu), `LSTM` or `GRU`, or a `Stack` of one of them, each layer as wide as the others; or
        layers as of `from_torch`.
    p : dict of arrays
        Names as from `from_torch`; others are left alone.

    Returns
    -------
    module : torch.nn.RNN, LSTM or GRU
        Of the arrays' dtype. Our bias is its `bias_ih`; its `bias_hh` is 0 but for the part inside a GRU's reset.

    Raises
    ------
    TypeError, ValueError
        If torch has no such recurrence.
    """
    both = not isinstance(layers, Cell)
    rows: list[list[Any]]
    if isinstance(layers, Cell):
        rows = [[cell] for cell in (layers.cells if isinstance(layers, Stack) else [layers])]
    else:
        rows = [[layer.forwards, layer.backwards] for layer in layers]
    if isinstance(layers, Stack) and layers.residual:
        raise ValueError("layers: expected no residual connections, for torch has none")
    first = rows[0][0]
    kinds: dict[type, Any] = {Elman: torch.nn.RNN, LSTM: torch.nn.LSTM, GRU: torch.nn.GRU}
    kind = kinds.get(type(first))
    same = {(type(cell), cell.hidden_size, getattr(cell, "activation", "")) for row in rows for cell in row}
    if kind is None or len(same) > 1 or getattr(first, "activation", "tanh") not in ("tanh", "relu"):
        raise ValueError("layers: expected Elman (tanh or relu), LSTM or GRU, all of one kind and size, got "
                         + ", ".join(str(cell) for row in rows for cell in row))  # fmt: skip
    dtype = torch.from_numpy(np.empty(0, next(iter(p.values())).dtype)).dtype
    options = {"nonlinearity": first.activation} if isinstance(first, Elman) else {}
    module = kind(first.input_size, first.hidden_size, len(rows), bidirectional=both, dtype=dtype, **options)
    with torch.no_grad():
        for n, row in enumerate(rows):
            for cell, way, end in zip(row, ("forwards", "backwards"), ("", "_reverse"), strict=False):
                prefix = f"{n + 1}.{way}." if both else f"{n + 1}." if isinstance(layers, Stack) else ""
                own = {name: torch.tensor(np.asarray(p[prefix + name])) for name in cell.shapes}
                getattr(module, f"weight_ih_l{n}{end}").copy_(own["W_x"].T)
                getattr(module, f"weight_hh_l{n}{end}").copy_(own["W_h"].T)
                getattr(module, f"bias_ih_l{n}{end}").copy_(own["b"])
                inside = getattr(module, f"bias_hh_l{n}{end}")
                inside.zero_()
                if isinstance(cell, GRU):
                    inside[2 * cell.hidden_size :].copy_(own["b_hn"])
    return module


def _cell(module, input_size):
    if isinstance(module, torch.nn.LSTM):
        return LSTM(input_size, module.hidden_size)
    if isinstance(module, torch.nn.GRU):
        return GRU(input_size, module.hidden_size)
    return Elman(input_size, module.hidden_size, module.nonlinearity)


def _parameters(module, end, cell):
    weights = {name: getattr(module, f"{name}{end}").detach().cpu().numpy() for name in ("weight_ih", "weight_hh")}
    p = {"W_x": weights["weight_ih"].T.copy(), "W_h": weights["weight_hh"].T.copy()}
    b, inside = np.zeros((2, p["W_x"].shape[1]), p["W_x"].dtype)
    if module.bias:
        b = getattr(module, f"bias_ih{end}").detach().cpu().numpy().copy()
        inside = getattr(module, f"bias_hh{end}").detach().cpu().numpy().copy()
    if isinstance(cell, GRU):
        p["b_hn"] = inside[2 * cell.hidden_size :].copy()
        inside[2 * cell.hidden_size :] = 0
    return p | {"b": b + inside}
