"""Points of several classes, each class named where it lies."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from rnnkit.plot.axes import axes_or_new, numbers, same_length
from rnnkit.plot.colour import CYCLE, MARKERS


def scatter_by_class(points: Any, labels: Sequence, ax: Axes | None = None) -> Axes:
    """Points of several classes; each class has a colour, a marker, and its name above it.

    Parameters
    ----------
    points : array, shape (N, 2)
        Places.
    labels : sequence, length N
        The class of each point; at most six classes.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there are too many classes to tell apart.
    """
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
        ax.plot(*own.T, marker, markersize=6, markerfacecolor=(colour, 0.35), markeredgecolor=colour)
        halo = [withStroke(linewidth=3, foreground="white")]
        look: dict[str, Any] = {"color": colour, "fontsize": 13, "fontweight": "bold", "ha": "center", "zorder": 5}
        top = (np.median(own[:, 0]), own[:, 1].max())
        ax.annotate(name, top, xytext=(0, 7), textcoords="offset points", path_effects=halo, **look)
    ax.margins(0.06, 0.12)
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    return ax
