"""Nodes and arrows: the alphabet of every diagram.

A node is named by a letter and a time, ("h", 2), as mathematics names it. The letter gives its role, and the role its
colour, its shape and its row, so that no reader needs the colour.
"""

from collections.abc import Iterable, Mapping
from math import hypot
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch, Rectangle
from matplotlib.path import Path

from rnnkit.plot.axes import axes_or_new, figure_size
from rnnkit.plot.colour import BLUE, GREEN, INK, MUTED, PURPLE, VERMILLION

Key = tuple[str, float]
Point = tuple[float, float]

RADIUS = 0.36
COLUMN = 1.5
ROW = 1.3


class Role(NamedTuple):
    round: bool
    edge: str
    fill: str
    row: int


ROLES = {
    "x": Role(True, BLUE, "#cfe6f5", 0),
    "h": Role(False, VERMILLION, "#fbdcc2", 1),
    "y": Role(True, GREEN, "#c9ead9", 2),
    "c": Role(False, PURPLE, "#efd5e5", 3),
}


class Edge(NamedTuple):
    tail: Key
    head: Key
    label: str = ""
    at: float = 0.5  # where along the arrow its label stands


def place(key: Key, lift: float = 0.0) -> Point:
    """Time runs right, and roles are stacked: input, hidden, output, context."""
    letter, time = key
    return time * COLUMN, ROLES[letter].row * ROW + lift


def canvas(ax: Axes | None, left: float, right: float, bottom: float, top: float, unit: float = 0.8) -> Axes:
    """Axes without axes, in which one unit is equally long both ways (in a new figure, `unit` inches or less)."""
    if ax is None:
        unit = min(unit, 5.6 / (right - left))
        figure = plt.figure(figsize=((right - left) * unit, (top - bottom) * unit), layout="none")
        ax = figure.add_axes((0, 0, 1, 1))
    ax = axes_or_new(ax)
    ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    ax.axis("off")
    return ax


def points_per_unit(ax: Axes) -> float:
    box = ax.get_position(original=True)
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    width, height = figure_size(ax) * 72
    return min(width * box.width / (right - left), height * box.height / (top - bottom))


def text_size(ax: Axes, units: float) -> float:
    """Text as large as `units` of the drawing, but never too small to read nor much larger than the page's own."""
    return min(max(units * points_per_unit(ax), 11.0), 18.0)


def node(ax: Axes, xy: Point, role: Role, label: str = "", ghost: bool = False) -> Patch:
    """A circle or a rounded square with its label; a ghost is only sketched."""
    x, y = xy
    look: dict[str, Any] = {
        "facecolor": "none" if ghost else role.fill,
        "edgecolor": MUTED if ghost else role.edge,
        "zorder": 2,
    }
    look |= {"linewidth": 1.2 if ghost else 1.8, "linestyle": (0, (2, 2)) if ghost else "-"}
    if role.round:
        patch: Patch = Circle(xy, RADIUS, **look)
    else:
        side, corner = 2 * RADIUS * 0.94, 0.1
        inner = side - 2 * corner
        patch = FancyBboxPatch(
            (x - inner / 2, y - inner / 2), inner, inner, boxstyle=f"round,pad={corner},rounding_size=0.12", **look
        )
    ax.add_patch(patch)
    size = text_size(ax, 0.34 if len(label) <= 2 or label.startswith("$") else 0.2)
    ax.text(x, y, label, ha="center", va="center_baseline", fontsize=size, zorder=4)
    return patch


def arrow_look(ax: Axes, **look: Any) -> dict[str, Any]:
    size = min(max(0.25 * points_per_unit(ax), 9.0), 15.0)
    style = {"arrowstyle": "-|>,head_length=0.42,head_width=0.2", "mutation_scale": size, "joinstyle": "miter"}
    return style | {"color": INK, "linewidth": size / 10, "zorder": 1} | look


def arrow(ax: Axes, a: Point, b: Point, tail: Patch | None = None, head: Patch | None = None, **look: Any) -> None:
    """An arrow between two points that begins and ends on the outlines of its nodes."""
    look = {"shrinkA": 0, "shrinkB": 0} | arrow_look(ax, **look)
    ax.add_patch(FancyArrowPatch(a, b, patchA=tail, patchB=head, **look))


def beside(ax: Axes, a: Point, b: Point, label: str, at: float = 0.5, gap: float = 0.11) -> None:
    """A label beside an arrow: above it, or to the right of an upright one."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    nx, ny = -dy / hypot(dx, dy), dx / hypot(dx, dy)
    if ny < -1e-9 or (abs(ny) <= 1e-9 and nx < 0):
        nx, ny = -nx, -ny
    ha, va = "left" if nx > 0.3 else "center", "bottom" if ny > 0.3 else "center"
    x, y = a[0] + at * dx + gap * nx, a[1] + at * dy + gap * ny
    ax.text(x, y, label, ha=ha, va=va, fontsize=text_size(ax, 0.28), zorder=4)


def feedback(ax: Axes, a: Point, b: Point, label: str = "", reach: float = 0.8, bow: float = 0.0) -> None:
    """An arrow that leaves `a` sideways and comes back at `b` one step later: the black square."""
    out, side = 4 / 3 * reach, 1 if reach > 0 else -1
    curve = [a, (a[0] + out, a[1] + bow), (b[0] + out, b[1] - bow), (b[0] + 0.02 * side, b[1])]
    path = Path(curve, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    ax.add_patch(FancyArrowPatch(path=path, **arrow_look(ax)))
    x, y = a[0] + reach, (a[1] + b[1]) / 2
    ax.add_patch(Rectangle((x - 0.1, y - 0.1), 0.2, 0.2, facecolor=INK, edgecolor="none", zorder=3))
    ha = "left" if side > 0 else "right"
    ax.text(x + 0.2 * side, y, label, ha=ha, va="center", fontsize=text_size(ax, 0.28), zorder=4)


def draw(
    ax: Axes, labels: Mapping[Key, str], edges: Iterable[Edge], ghosts: Iterable[Key] = (), lift: float = 0.0
) -> None:
    """Every node and every arrow of a graph, raised by `lift`."""
    ghosts = set(ghosts)
    patches = {key: node(ax, place(key, lift), ROLES[key[0]], label, key in ghosts) for key, label in labels.items()}
    for edge in edges:
        a, b = place(edge.tail, lift), place(edge.head, lift)
        arrow(ax, a, b, patches[edge.tail], patches[edge.head])
        if edge.label:
            beside(ax, a, b, edge.label, edge.at)
