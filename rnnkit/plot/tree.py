"""Which vectors are alike: a hierarchical clustering as a tree."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rnnkit.plot.axes import axes_or_new, numbers, same_length
from rnnkit.plot.colour import CYCLE, INK, MARKERS


def dendrogram(
    vectors: Any, labels: Sequence, ax: Axes | None = None, *, classes: Sequence | None = None, method: str = "average"
) -> Axes:
    """Vectors joined by Euclidean distance, nearest first, with their labels at the leaves.

    Parameters
    ----------
    vectors : array, shape (N, D)
        At least two.
    labels : sequence, length N
        Texts of the leaves.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    classes : sequence, length N, optional
        What is known of each vector: marks the leaf and colours its label, and adds a key.
    method : str
        How distances between clusters are taken, as for `scipy.cluster.hierarchy.linkage`.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If the shapes do not fit, or there are too many classes to tell apart.
    """
    from scipy.cluster import hierarchy

    vectors = numbers("vectors", vectors, 2)
    if len(vectors) < 2:
        raise ValueError(f"vectors: expected at least two to compare, got {len(vectors)}")
    names = same_length("labels", labels, len(vectors)) or []
    kinds = same_length("classes", classes, len(vectors))
    tree = hierarchy.dendrogram(hierarchy.linkage(vectors, method), no_plot=True)
    ax = axes_or_new(ax, height=0.7 + 0.235 * len(vectors))
    for height, width in zip(tree["icoord"], tree["dcoord"], strict=True):
        ax.plot(width, (np.array(height) - 5) / 10, color=INK, linestyle="-", linewidth=1.2, solid_joinstyle="miter")
    ax.set_yticks(range(len(vectors)), [names[leaf] for leaf in tree["leaves"]], fontsize=12)
    far = max(max(width) for width in tree["dcoord"]) or 1.0
    ax.set(xlim=(1.03 * far, 0), ylim=(len(vectors) - 0.4, -0.6), xlabel="distance")
    ax.yaxis.tick_right()
    ax.tick_params(axis="y", length=0, pad=10 if kinds else 4, labelcolor=INK)
    ax.spines["left"].set_visible(False)
    if kinds is not None:
        mark_leaves(ax, [kinds[leaf] for leaf in tree["leaves"]], list(dict.fromkeys(kinds)))
    return ax


def mark_leaves(ax: Axes, kinds: list[str], order: list[str]) -> None:
    """A mark in colour and shape at each leaf, its label in the same colour, and a key above the tree."""
    if len(order) > len(CYCLE):
        raise ValueError(f"classes: expected at most {len(CYCLE)} that can be told apart, got {len(order)}")
    leaves = np.array(kinds)
    for kind, colour, marker in zip(order, CYCLE, MARKERS, strict=False):
        rows = np.flatnonzero(leaves == kind)
        ax.plot(np.zeros(len(rows)), rows, marker, color=colour, markersize=6, clip_on=False, zorder=3, label=kind)
        for row in rows:
            ax.get_yticklabels()[row].set_color(colour)
    tight: dict[str, Any] = {"handletextpad": 0.1, "columnspacing": 1.0, "borderpad": 0.0}
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(order), **tight)
