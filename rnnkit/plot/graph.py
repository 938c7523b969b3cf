"""Nodes and arrows: the alphabet of every diagram.

A node is named by a letter and a time, ("h", 2), as mathematics names it. The letter gives its role, and the role its colour,
its shape and its row, so that no reader needs the colour.
"""

from collections.abc import Iterable, Mapping
from math import hypot
from typing import NamedTuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch, Rectangle
from matplotlib.path import Path

from rnnkit.plot.axes import axes_or_new
from rnnkit.plot.colour import BLUE, GREEN, INK, MUTED, PURPLE, VERMILLION

RADIUS = 0.36
COLUMN = 1.5
ROW = 1.3


class Role(NamedTuple):
    round: bool
    edge: str
    fill: str
    row: int


ROLES = {
    "x": Role(True, BLUE, "#dcecf7", 0),
    "h": Role(False, VERMILLION, "#fce6d4", 1),
    "y": Role(True, GREEN, "#d8efe4", 2),
    "c": Role(False, PURPLE, "#f3e1ec", 3),
}


class Edge(NamedTuple):
    tail: tuple
    head: tuple
    label: str = ""
    bend: float = 0.0
    delay: bool = False


def place(key: tuple, lift: float = 0.0) -> tuple[float, float]:
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
    box, figure = ax.get_position(original=True), ax.get_figure(root=True)
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    width, height = figure.get_size_inches() * 72
    return min(width * box.width / (right - left), height * box.height / (top - bottom))


def text_size(ax: Axes, units: float) -> float:
    """Text as large as `units` of the drawing, but never too small to read nor larger than a formula in the page."""
    return min(max(units * points_per_unit(ax), 11.0), 16.0)


def node(ax: Axes, xy: tuple[float, float], role: Role, label: str = "", ghost: bool = False) -> Patch:
    """A circle or a rounded square with its label; a ghost is only sketched."""
    x, y = xy
    look = {"facecolor": "none" if ghost else role.fill, "edgecolor": MUTED if ghost else role.edge, "zorder": 2}
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
    ax.text(x, y, label, ha="center", va="center_baseline", fontsize=text_size(ax, 0.29), zorder=4)
    return patch


def arrow(ax: Axes, a, b, tail: Patch | None = None, head: Patch | None = None, bend: float = 0.0, **look) -> None:
    """An arrow between two points that begins and ends on the outlines of its nodes."""
    look = {"color": INK, "linewidth": 1.4, "zorder": 1} | look
    style = f"-|>,head_length={0.42},head_width={0.2}"
    ax.add_patch(
        FancyArrowPatch(
            a, b, connectionstyle=f"arc3,rad={bend}", arrowstyle=style, mutation_scale=14, patchA=tail, patchB=head,
            shrinkA=0, shrinkB=0.8, joinstyle="miter", capstyle="butt", **look,
        )
    )  # fmt: skip


def middle(a, b, bend: float = 0.0) -> tuple[float, float]:
    """The point half-way along an arrow."""
    return (a[0] + b[0]) / 2 + bend / 2 * (b[1] - a[1]), (a[1] + b[1]) / 2 - bend / 2 * (b[0] - a[0])


def beside(ax: Axes, a, b, label: str, bend: float = 0.0, gap: float = 0.12) -> None:
    """A label beside the middle of an arrow: above it, or to the right of an upright one."""
    x, y = middle(a, b, bend)
    dx, dy = b[0] - a[0], b[1] - a[1]
    nx, ny = -dy / hypot(dx, dy), dx / hypot(dx, dy)
    if ny < -1e-9 or (abs(ny) <= 1e-9 and nx < 0):
        nx, ny = -nx, -ny
    ha = "left" if nx > 0.3 else "right" if nx < -0.3 else "center"
    va = "bottom" if ny > 0.3 else "center"
    ax.text(x + gap * nx, y + gap * ny, label, ha=ha, va=va, fontsize=text_size(ax, 0.25), color=MUTED, zorder=4)


def delay(ax: Axes, xy: tuple[float, float]) -> None:
    """The small black square that stands for one step of time."""
    ax.add_patch(Rectangle((xy[0] - 0.1, xy[1] - 0.1), 0.2, 0.2, facecolor=INK, edgecolor="none", zorder=3))


def draw(ax: Axes, labels: Mapping[tuple, str], edges: Iterable[Edge], ghosts: Iterable[tuple] = (), lift: float = 0.0) -> None:
    """Every node and every arrow of a graph."""
    ghosts = set(ghosts)
    patches = {key: node(ax, place(key, lift), ROLES[key[0]], label, key in ghosts) for key, label in labels.items()}
    for edge in edges:
        a, b = place(edge.tail, lift), place(edge.head, lift)
        arrow(ax, a, b, patches[edge.tail], patches[edge.head], edge.bend)
        if edge.label:
            beside(ax, a, b, edge.label, edge.bend)
        if edge.delay:
            delay(ax, middle(a, b, edge.bend))


def loop(ax: Axes, xy: tuple[float, float], reach: float = 0.62, spread: float = 0.2) -> tuple[float, float]:
    """An arrow from a node's right side back to it; returns its farthest point."""
    x, y = xy
    start, bow = x + RADIUS * 0.94, 4 / 3 * reach
    curve = Path(
        [(start, y + spread), (start + bow, y + 1.7 * spread), (start + bow, y - 1.7 * spread), (start + 0.02, y - spread)],
        [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )
    style = "-|>,head_length=0.42,head_width=0.2"
    ax.add_patch(
        FancyArrowPatch(path=curve, arrowstyle=style, mutation_scale=14, color=INK, linewidth=1.4, joinstyle="miter", zorder=1)
    )
    return start + reach, y
