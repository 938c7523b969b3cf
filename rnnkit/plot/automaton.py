"""A finite automaton as a graph of its states."""

from collections.abc import Collection, Sequence
from math import cos, hypot, pi, sin
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from rnnkit.plot.axes import numbers, same_length
from rnnkit.plot.graph import RADIUS, ROLES, Point, arrow, arrow_look, canvas, node, text_size

MOST_STATES = 10


def automaton(
    table: Any,
    ax: Axes | None = None,
    *,
    symbols: Sequence | None = None,
    states: Sequence | None = None,
    accepting: Collection[int] = (),
    start: int = 0,
) -> Axes:
    """A finite automaton: states as nodes and transitions as arrows.

    Parameters
    ----------
    table : array of int, shape (states, symbols)
        The next state; at most ten states.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    symbols, states : sequence of str, optional
        Names to write on arrows and nodes.
    accepting : collection of int
        States with a double outline.
    start : int
        The state at which an arrow from nowhere points.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If a state is out of range, or there are too many to be legible.
    """
    grid = numbers("table", table, 2)
    count, alphabet = grid.shape
    if count > MOST_STATES:
        raise ValueError(f"table: expected at most {MOST_STATES} states, got {count}")
    if (grid != np.round(grid)).any() or grid.min() < 0 or grid.max() >= count:
        raise ValueError(f"table: expected whole numbers from 0 to {count - 1}, got {grid.min():g} to {grid.max():g}")
    if not all(0 <= state < count for state in (start, *accepting)):
        raise ValueError(f"start, accepting: expected states from 0 to {count - 1}, got {(start, *accepting)}")
    letters = same_length("symbols", symbols, alphabet) or [str(s) for s in range(alphabet)]
    names = same_length("states", states, count) or [f"$q_{{{s}}}$" for s in range(count)]
    places, outward = ring(count)
    entry = outward[start] + (0.8 if count > 2 else pi / 2)
    moves: dict[tuple[int, int], list[str]] = {}
    for (state, symbol), after in np.ndenumerate(grid.astype(int)):
        moves.setdefault((state, int(after)), []).append(letters[symbol])
    ends = places + [beyond(places[s], outward[s], 0.95) for s in range(count) if (s, s) in moves]
    ends.append(beyond(places[start], entry, 0.75))
    (left, low), (right, high) = np.min(ends, axis=0) - 0.5, np.max(ends, axis=0) + 0.5
    ax = canvas(ax, left, right, low, high, unit=0.75)
    role = ROLES["h"]._replace(round=True)
    patches = [node(ax, xy, role, name) for xy, name in zip(places, names, strict=True)]
    for state in accepting:
        ax.add_patch(Circle(places[state], RADIUS * 0.82, fill=False, edgecolor=role.edge, linewidth=1.3, zorder=3))
    arrow(ax, beyond(places[start], entry, RADIUS + 0.6), beyond(places[start], entry, RADIUS + 0.02))
    for (state, after), read in moves.items():
        if state == after:
            stay(ax, places[state], outward[state], ", ".join(read))
        else:
            bend = 0.2 if (after, state) in moves else 0.0
            a, b = places[state], places[after]
            arrow(ax, a, b, patches[state], patches[after], connectionstyle=f"arc3,rad={-bend}")
            name_bow(ax, a, b, bend, ", ".join(read))
    return ax


def ring(count: int) -> tuple[list[Point], list[float]]:
    """Where the states stand, the first at the left, and the direction in which each has room for a loop."""
    if count <= 2:
        return [(2.1 * s, 0.0) for s in range(count)], [pi / 2] * count
    angles = [pi - 2 * pi * s / count for s in range(count)]
    radius = max(1.5, 0.9 / sin(pi / count))
    return [(radius * cos(a), radius * sin(a)) for a in angles], angles


def beyond(xy: Point, angle: float, distance: float) -> Point:
    return xy[0] + distance * cos(angle), xy[1] + distance * sin(angle)


def stay(ax: Axes, xy: Point, angle: float, label: str) -> None:
    """An arrow from a state to itself."""
    curve = [beyond(xy, angle + turn, far) for turn, far in ((0.5, 0.36), (0.55, 1.15), (-0.55, 1.15), (-0.5, 0.38))]
    path = Path(curve, [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4])
    ax.add_patch(FancyArrowPatch(path=path, **arrow_look(ax)))
    ax.text(*beyond(xy, angle, 1.05), label, ha="center", va="center", fontsize=text_size(ax, 0.26))


def name_bow(ax: Axes, a: Point, b: Point, bend: float, label: str, gap: float = 0.08) -> None:
    """The label of an arrow, on the outer side of its bow, or near the tail of a long straight one."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    at = 0.5 if bend or hypot(dx, dy) < 2.2 else 0.34
    nx, ny = -dy / hypot(dx, dy), dx / hypot(dx, dy)
    away = bend / 2 * hypot(dx, dy) + gap
    ax.text(
        a[0] + at * dx + away * nx, a[1] + at * dy + away * ny, label, fontsize=text_size(ax, 0.26), zorder=5,
        ha="left" if nx > 0.4 else "right" if nx < -0.4 else "center",
        va="bottom" if ny > 0.4 else "top" if ny < -0.4 else "center",
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip
