"""The shapes that a task can have in time: which ticks hear an input, and which give an output."""

from typing import NamedTuple

from matplotlib.axes import Axes

from rnnkit.arrays import check_choice
from rnnkit.plot.graph import COLUMN, RADIUS, ROW, Edge, Key, canvas, draw, text_size


class Topology(NamedTuple):
    steps: int
    heard: tuple[int, ...]  # ticks with an input
    spoken: tuple[int, ...]  # ticks with an output


TOPOLOGIES = {
    "one-to-one": Topology(1, (1,), (1,)),
    "one-to-many": Topology(3, (1,), (1, 2, 3)),
    "many-to-one": Topology(3, (1, 2, 3), (3,)),
    "many-to-many, aligned": Topology(3, (1, 2, 3), (1, 2, 3)),
    "many-to-many, delayed": Topology(5, (1, 2, 3), (3, 4, 5)),
}
TITLES = {kind: kind.replace("-", " ") for kind in TOPOLOGIES}


def topology_graph(kind: str, first: float = 1) -> tuple[dict[Key, str], list[Edge]]:
    """The labelled nodes and the arrows of one topology, its first tick in column `first`."""
    check_choice("kind", kind, tuple(TOPOLOGIES))
    steps, heard, spoken = TOPOLOGIES[kind]
    ticks = {"x": heard, "h": range(1, steps + 1), "y": spoken}
    shift = first - 1
    labels = {(letter, t + shift): f"${letter}_{t}$" for letter, times in ticks.items() for t in times}
    edges = [Edge(("x", t + shift), ("h", t + shift)) for t in heard]
    edges += [Edge(("h", t + shift), ("y", t + shift)) for t in spoken]
    edges += [Edge(("h", t + shift), ("h", t + 1 + shift)) for t in range(1, steps)]
    return labels, edges


def topology(kind: str, ax: Axes | None = None) -> Axes:
    """One shape of a task in time: which ticks hear an input, and which give an output.

    Parameters
    ----------
    kind : str
        "one-to-one", "one-to-many", "many-to-one", "many-to-many, aligned" or "many-to-many, delayed".
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If the kind is unknown.
    """
    labels, edges = topology_graph(kind)
    steps = TOPOLOGIES[kind].steps
    ax = canvas(ax, COLUMN - RADIUS - 0.1, steps * COLUMN + RADIUS + 0.1, -RADIUS - 0.1, 2 * ROW + RADIUS + 0.1)
    draw(ax, labels, edges)
    return ax


def topologies(ax: Axes | None = None) -> Axes:
    """All five topologies in two rows, each under its name."""
    rows = (("one-to-one", "one-to-many", "many-to-one"), ("many-to-many, aligned", "many-to-many, delayed"))
    starts = ((1, 3.1, 7.2), (1, 5.2))
    height = 2 * ROW + 2 * RADIUS + 1.15
    ax = canvas(ax, COLUMN - RADIUS - 0.1, 9.2 * COLUMN + RADIUS + 0.1, -RADIUS - 0.1 - height, 2 * ROW + RADIUS + 0.75)
    for level, (kinds, firsts) in enumerate(zip(rows, starts, strict=True)):
        for kind, first in zip(kinds, firsts, strict=True):
            labels, edges = topology_graph(kind, first)
            draw(ax, {key: f"${key[0]}$" for key in labels}, edges, lift=-level * height)
            y = 2 * ROW + RADIUS + 0.3 - level * height
            ax.text(first * COLUMN - RADIUS, y, TITLES[kind], fontsize=text_size(ax, 0.3), va="bottom")
    return ax
