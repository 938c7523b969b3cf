"""Is the gradient right?  The slow, sure way to know."""

from collections.abc import Callable, Mapping

import numpy as np

from rnnkit.arrays import Array
from rnnkit.batch import Batch
from rnnkit.bptt import Loss, bptt
from rnnkit.network import Network


def finite_differences(
    f: Callable[[dict], float], p: Mapping[str, np.ndarray], step: float = 1e-5
) -> dict[str, np.ndarray]:
    r"""Gradient of `f` by moving one number at a time: :math:`\frac{f(p+\epsilon) - f(p-\epsilon)}{2\epsilon}`.

    Parameters
    ----------
    f : function of a dict of arrays
        Gives a float.
    p : dict of arrays
        Where to take the gradient; float64, not modified.
    step : float
        :math:`\epsilon` (default 1e-5: its square balances the rounding of float64).

    Returns
    -------
    grads : dict of arrays
        Shapes of `p`. Costs two calls of `f` for each number in `p`.

    Raises
    ------
    TypeError
        If an array is not float64: in float32 the difference drowns in rounding.
    """
    for name, x in p.items():
        if x.dtype != np.float64:
            raise TypeError(f"p[{name!r}]: expected float64, got {x.dtype}")
    moved = {name: x.copy() for name, x in p.items()}
    grads = {}
    for name, x in p.items():
        grads[name] = np.empty_like(x)
        for place in np.ndindex(x.shape):
            sides = []
            for sign in (1, -1):
                moved[name][place] = x[place] + sign * step
                sides.append(f(moved))
            moved[name][place] = x[place]
            grads[name][place] = (sides[0] - sides[1]) / (2 * step)
    return grads


def relative_error(a: Array, b: Array) -> float:
    r""":math:`\|a-b\| / (\|a\| + \|b\|)`: 0 where equal, 1 where unrelated; 0 if both are zero.

    Raises
    ------
    ValueError
        If the shapes differ: broadcasting would hide it.
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"b: expected shape {a.shape}, got {b.shape}")
    size = np.linalg.norm(a) + np.linalg.norm(b)
    return float(np.linalg.norm(a - b) / size) if size else 0.0


def gradient_errors(
    net: Network, p: Mapping[str, np.ndarray], batch: Batch, loss: Loss, s: np.ndarray | None = None
) -> dict[str, float]:
    """Relative error of `rnnkit.bptt` against finite differences, for each parameter.

    Below 1e-6 the backward pass is right; a missing term shows as 1e-2 or more. Use random parameters: zeros and
    constants hide mistakes.

    Parameters
    ----------
    net, p, batch, loss, s
        As for `rnnkit.bptt`; float64.

    Returns
    -------
    errors : dict of float
        By the names of the network's parameters.
    """
    _, grads, _ = bptt(net, p, batch, loss, s)
    p = {name: p[name] for name in net.shapes}
    slow = finite_differences(lambda q: loss(net.forward(q, batch.xs, s)[0], batch.targets, batch.mask)[0], p)
    return {name: relative_error(grads[name], slow[name]) for name in slow}
