"""Points of several classes, each class named where it lies."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from rnnkit.plot.axes import axes_or_new, numbers, same_length
from rnnkit.plot.colour import CYCLE, MARKERS


def scatter_by_class(points: Any, labels: Sequence, ax: Axes | None = None) -> Axes:
    """Points (N, 2) with one label each; a class has a colour, a marker and its name at its centre."""
    points = numbers("points", points, 2)
    if points.shape[1] != 2:
        raise ValueError(f"points: expected shape (N, 2), got {points.shape}")
    names = same_length("labels", labels, len(points)) or []
    classes = list(dict.fromkeys(names))
    if len(classes) > len(CYCLE):
        raise ValueError(f"labels: expected at most {len(CYCLE)} classes that can be told apart, got {len(classes)}")
    ax = axes_or_new(ax, height=4.0)
    for name, colour, marker in zip(classes, CYCLE, MARKERS, strict=False):
        own = points[np.array([n == name for n in names])]
        ax.plot(*own.T, marker, color=colour, alpha=0.6, markeredgewidth=0, markersize=6.5)
        ax.text(
            *np.median(own, axis=0), name, color=colour, fontsize=13, fontweight="bold", ha="center", va="center", zorder=5,
            path_effects=[withStroke(linewidth=3.5, foreground="white")],
        )  # fmt: skip
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax
