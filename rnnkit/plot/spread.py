"""A comparison in which every seed is seen."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rnnkit.plot.axes import axes_or_new, groups, numbers
from rnnkit.plot.colour import CYCLE, FAINT, INK, MARKERS, MUTED


def spread(
    runs: Mapping[str, Any],
    ax: Axes | None = None,
    *,
    xlabel: str | None = None,
    form: str = ".3g",
    baseline: float | None = None,
    baseline_label: str = "chance",
) -> Axes:
    """One row a group: a mark for every run, in their order from top to bottom, the median as a bar and in figures.

    Parameters
    ----------
    runs : dict of str to array, shape (runs,)
        The groups, from top to bottom.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    xlabel : str, optional
        What was measured, with its unit.
    form : str
        Format of the medians.
    baseline : float, optional
        Place of an upright line, such as what guessing would score.
    baseline_label : str
        Its name.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If a group is empty or not finite.
    """
    found = {name: numbers(f"runs[{name!r}]", values, 1) for name, values in groups("runs", runs).items()}
    ax = axes_or_new(ax, height=0.9 + 0.46 * len(found))
    for row, values in enumerate(found.values()):
        colour, marker = CYCLE[row % len(CYCLE)], MARKERS[row % len(MARKERS)]
        ax.axhline(row, color=FAINT, linewidth=0.8, linestyle="-", zorder=0)
        heights = row + (np.linspace(-0.2, 0.2, len(values)) if len(values) > 1 else np.zeros(1))
        ax.plot(values, heights, marker, markersize=7, markerfacecolor=(colour, 0.35), markeredgecolor=colour)
        median = float(np.median(values))
        ax.plot([median] * 2, [row - 0.36, row + 0.36], color=INK, linestyle="-", linewidth=2.4, zorder=1)
        ax.annotate(format(median, form), (1, row), (8, 0), ("axes fraction", "data"), "offset points", va="center")
    if baseline is not None:
        ax.axvline(baseline, color=MUTED, linestyle=":", linewidth=1.4, zorder=0)
        place: dict[str, Any] = {
            "xycoords": ("data", "axes fraction"),
            "textcoords": "offset points",
            "annotation_clip": False,
        }
        ax.annotate(baseline_label, (baseline, 1), (0, 3), ha="center", color=MUTED, fontsize=11, **place)
    ax.set_yticks(range(len(found)), list(found), color=INK, fontsize=12)
    ax.set(ylim=(len(found) - 0.5, -0.5), xlabel=xlabel)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.margins(x=0.06)
    return ax
