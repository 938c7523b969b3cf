"""Which vectors are alike: a hierarchical clustering as a tree."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rnnkit.plot.axes import axes_or_new, numbers, same_length
from rnnkit.plot.colour import CYCLE, INK


def dendrogram(
    vectors: Any, labels: Sequence, ax: Axes | None = None, *, classes: Sequence | None = None, method: str = "average"
) -> Axes:
    """Vectors (N, D) joined by Euclidean distance, nearest first, with their labels at the leaves.

    `classes`, one for each vector, colours the labels, so that a tree can be judged against what is known.
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
    if kinds is not None:
        order = list(dict.fromkeys(kinds))
        for text, leaf in zip(ax.get_yticklabels(), tree["leaves"], strict=True):
            text.set_color(CYCLE[order.index(kinds[leaf]) % len(CYCLE)])
    far = max(max(width) for width in tree["dcoord"]) or 1.0
    ax.set(xlim=(1.03 * far, 0), ylim=(len(vectors) - 0.4, -0.6), xlabel="distance")
    ax.yaxis.tick_right()
    ax.tick_params(axis="y", length=0, pad=4)
    ax.spines["left"].set_visible(False)
    return ax
