"""What gates do on a sequence: how far they stand open, and how often they are stuck at an end."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from rnnkit.arrays import check_array, check_number


class Saturation(NamedTuple):
    """Share of ticks at which each unit is near the lower and the upper end of its range, `(H,)` each, 0 to 1."""

    low: np.ndarray
    high: np.ndarray


class GateStatistics(NamedTuple):
    """Of one gate, for each unit `(H,)`: mean, standard deviation along time and batch, and saturation."""

    mean: np.ndarray
    std: np.ndarray
    saturation: Saturation


def saturation(
    values: Float[np.ndarray, "T B H"],
    low: float = 0.1,
    high: float = 0.9,
    mask: Bool[np.ndarray, "T B"] | None = None,
) -> Saturation:
    """How often each unit is below `low` and above `high`.

    For gates, 0.1 and 0.9 are the bounds of the paper; for tanh units take -0.9 and 0.9.

    Parameters
    ----------
    values : array, (T, B, H)
    low, high : float
        Bounds (defaults 0.1 and 0.9), `low < high`.
    mask : array of bool, (T, B), optional
        Which ticks count; all by default.

    Returns
    -------
    Saturation
        Shares `low` and `high`, `(H,)`; their sum is at most 1.

    Raises
    ------
    TypeError, ValueError
        If an argument has another shape or dtype, or no tick counts.

    Notes
    -----
    Source: A. Karpathy, J. Johnson and L. Fei-Fei, Visualizing and understanding recurrent networks, arXiv:1506.02078
    (2015), section 4.2.
    """
    check_number("high", high, low, open_low=True)
    counted = _counted("values", values, mask)
    return Saturation((counted < low).mean(0), (counted > high).mean(0))


def gate_statistics(
    traces: Mapping[str, np.ndarray], gates: str, mask: Bool[np.ndarray, "T B"] | None = None
) -> dict[str, GateStatistics]:
    """Mean, spread and saturation of each gate along a run.

    Parameters
    ----------
    traces : dict of arrays, (T, B, H)
        As from `rnnkit.scan`.
    gates : str
        Which of them, such as `"ifo"`, a letter each.
    mask : array of bool, (T, B), optional
        Which ticks count; all by default.

    Returns
    -------
    statistics : dict of GateStatistics
        By letter.

    Raises
    ------
    TypeError, ValueError
        If a letter is unknown, an argument has another shape or dtype, or no tick counts.
    """
    statistics = {}
    for letter in gates:
        if letter not in traces:
            raise ValueError(f"gates: expected letters of {', '.join(traces)}, got {letter!r}")
        counted = _counted(f"traces[{letter!r}]", traces[letter], mask)
        statistics[letter] = GateStatistics(counted.mean(0), counted.std(0), saturation(traces[letter], mask=mask))
    return statistics


def _counted(name, values, mask):
    """The ticks that count, `(N, H)`."""
    check_array(name, values, ("T", "B", "H"))
    if mask is not None:
        check_array("mask", mask, values.shape[:2], "bool")
    counted = values[mask] if mask is not None else values.reshape(-1, values.shape[-1])
    if not len(counted):
        raise ValueError("mask: expected at least one tick that counts, got none")
    return counted
