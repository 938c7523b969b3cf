r"""Schedules: how the learning rate changes from epoch to epoch.

Each function returns a function from the number of the epoch (0, 1, ...) to a factor, by which `rnnkit.fit` multiplies
the optimiser's `lr`.
"""

import math
from collections.abc import Callable

from rnnkit.arrays import check_number, check_size

Schedule = Callable[[int], float]


def decay(factor: float, every: int = 1, after: int = 0) -> Schedule:
    r"""Multiply by `factor` every `every` epochs, for the first time at epoch `after + every`.

    Parameters
    ----------
    factor : float
        Above 0 and at most 1.
    every : int
        Epochs on one step, 1 (default: a smooth exponential) or more.
    after : int
        Epochs at the full rate before it begins, 0 (default) or more; W. Zaremba, I. Sutskever and O. Vinyals,
        arXiv:1409.2329 (2014), keep their language models at the full rate for some epochs, then decay.

    Examples
    --------
    >>> import rnnkit
    >>> [rnnkit.schedules.decay(0.5, every=2)(epoch) for epoch in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    check_number("factor", factor, 0, 1, open_low=True)
    check_size("every", every)
    check_size("after", after, least=0)
    return lambda epoch: float(factor) ** (max(epoch - after, 0) // every)


def cosine(epochs: int, floor: float = 0.0) -> Schedule:
    r"""Half a cosine from 1 at epoch 0 to `floor` at epoch `epochs`, and `floor` from there on.

    Parameters
    ----------
    epochs : int
        1 or more.
    floor : float
        0 (default) to 1.

    Notes
    -----
    Source: I. Loshchilov and F. Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR 2017, equation 5
    without restarts.

    Examples
    --------
    >>> import rnnkit
    >>> [round(rnnkit.schedules.cosine(4)(epoch), 2) for epoch in range(6)]
    [1.0, 0.85, 0.5, 0.15, 0.0, 0.0]
    """
    check_size("epochs", epochs)
    check_number("floor", floor, 0, 1)
    return lambda epoch: floor + (1 - floor) * (1 + math.cos(math.pi * min(epoch / epochs, 1))) / 2


def warmup(epochs: int, then: Schedule | None = None) -> Schedule:
    r"""Rise in equal steps to 1 over the first `epochs` epochs; from there follow `then`, which counts from 0 again.

    Parameters
    ----------
    epochs : int
        1 or more.
    then : function of int, optional
        Another schedule; by default the rate stays.

    Examples
    --------
    >>> import rnnkit
    >>> [rnnkit.schedules.warmup(4)(epoch) for epoch in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """
    check_size("epochs", epochs)
    return lambda epoch: (epoch + 1) / epochs if epoch < epochs else then(epoch - epochs) if then else 1.0
