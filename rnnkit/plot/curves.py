"""Lines with the spread of their seeds."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rnnkit.arrays import check_choice
from rnnkit.plot.axes import axes_or_new, figure_size, groups, numbers
from rnnkit.plot.colour import CYCLE, DASHES, MUTED

BANDS = {"quartiles": (25, 75), "range": (0, 100)}


def curves(
    runs: Mapping[str, Any],
    ax: Axes | None = None,
    *,
    x: Any = None,
    band: str = "range",
    log: bool = False,
    xlabel: str | None = None,
    ylabel: str | None = None,
) -> Axes:
    """The median of each group of runs as a line, their spread as a band, their name at the line's end.

    Parameters
    ----------
    runs : dict of str to array, shape (runs, steps) or (steps,)
        At most six groups.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    x : array, shape (steps,), optional
        Places of the steps; by default 1, 2, ...
    band : str
        "range" (least to greatest run) or "quartiles".
    log : bool
        A logarithmic upright axis.
    xlabel, ylabel : str, optional
        Names of the axes.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If a group is empty or not finite, or `x` does not fit it.
    """
    check_choice("band", band, tuple(BANDS))
    found = {name: np.atleast_2d(numbers(f"runs[{name!r}]", v, 1, 2)) for name, v in groups("runs", runs).items()}
    if len(found) > len(CYCLE):
        raise ValueError(f"runs: expected at most {len(CYCLE)} groups that can be told apart, got {len(found)}")
    places = None if x is None else numbers("x", x, 1)
    for name, values in found.items():
        if places is not None and len(places) != values.shape[1]:
            raise ValueError(f"x: expected {values.shape[1]} places, as runs[{name!r}] has steps, got {len(places)}")
    ax = axes_or_new(ax)
    ends = []
    for (name, values), colour, dash in zip(found.items(), CYCLE, DASHES, strict=False):
        across = np.arange(1, values.shape[1] + 1) if places is None else places
        median = np.median(values, axis=0)
        if len(values) > 1:
            low, high = np.percentile(values, BANDS[band], axis=0)
            ax.fill_between(across, low, high, color=colour, alpha=0.18, linewidth=0)
        ax.plot(across, median, color=colour, linestyle=dash)
        ends.append((across[-1], median[-1], name, colour))
    if log:
        ax.set_yscale("log")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.margins(x=0)
    name_ends(ax, ends)
    return ax


def name_ends(ax: Axes, ends: list[tuple[float, float, str, str]], line: float = 15.0) -> None:
    """Names to the right of the ends of their lines, pushed apart where they would touch."""
    tall = figure_size(ax)[1] * 72 * ax.get_position(original=True).height
    low, high = ax.transAxes.inverted(), ax.transData
    wanted = [low.transform(high.transform((x, y)))[1] * tall for x, y, _, _ in ends]
    for (x, y, name, colour), here, there in zip(ends, wanted, spread_apart(wanted, line), strict=True):
        ax.annotate(
            name, (x, y), xytext=(7, there - here), textcoords="offset points", color=colour, va="center", fontsize=12,
            annotation_clip=False,
        )  # fmt: skip


def spread_apart(wanted: list[float], gap: float) -> list[float]:
    """Places in the same order as `wanted`, at least `gap` apart, each cluster centred on what it wanted."""
    order = np.argsort(wanted, kind="stable")
    clusters: list[list[float]] = []
    for index in order:
        clusters.append([float(wanted[index])])
        while len(clusters) > 1 and _bottom(clusters[-1], gap) < _bottom(clusters[-2], gap) + gap * len(clusters[-2]):
            clusters[-2:] = [clusters[-2] + clusters[-1]]
    placed = [_bottom(cluster, gap) + gap * i for cluster in clusters for i in range(len(cluster))]
    result = np.empty(len(wanted))
    result[order] = placed
    return result.tolist()


def _bottom(cluster: list[float], gap: float) -> float:
    return float(np.mean(cluster)) - gap * (len(cluster) - 1) / 2


def gradient_flow(norms: Any, ax: Axes | None = None, *, rate: float | None = None) -> Axes:
    """Gradient norm against lag on a logarithmic axis.

    Parameters
    ----------
    norms : array, shape (lags,) or (runs, lags), or a dict of such
        Positive numbers, from lag 0.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    rate : float, optional
        Adds the straight line of an ideal decay: the first norm times rate to the power of the lag.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If a norm or the rate is not positive.
    """
    found = {name: np.atleast_2d(numbers("norms", values, 1, 2)) for name, values in groups("norms", norms).items()}
    if any((values <= 0).any() for values in found.values()):
        raise ValueError("norms: expected positive numbers for a logarithmic axis, got zero or less")
    lags = np.arange(max(values.shape[1] for values in found.values()))
    if rate is not None and not rate > 0:
        raise ValueError(f"rate: expected a positive number, got {rate!r}")
    ax = axes_or_new(ax)
    if rate is not None:
        start = float(np.median(next(iter(found.values()))[:, 0]))
        ax.plot(lags, start * rate**lags, color=MUTED, linestyle=":", linewidth=1.4)
        place = (lags[len(lags) // 2], start * rate ** lags[len(lags) // 2])
        ax.annotate(f"×{rate:g} a step", place, xytext=(6, 6), textcoords="offset points", color=MUTED, fontsize=11)
    curves(found, ax, x=lags, log=True, xlabel="lag (steps back in time)", ylabel="gradient norm")
    return ax
