"""Recurrent networks as graphs: folded, with a delay, and unrolled along time."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from rnnkit.arrays import check_choice
from rnnkit.plot.axes import same_length
from rnnkit.plot.colour import MUTED
from rnnkit.plot.graph import COLUMN, RADIUS, ROW, Edge, Key, arrow, canvas, draw, feedback, place, text_size

MOST_STEPS = 6  # more would not be legible on a phone


class Pattern(NamedTuple):
    """Where a network's memory comes from, and when it speaks."""

    feedback: str  # "h": hidden to hidden; "y": output to hidden; "c": output to hidden through a decaying context
    last_only: bool = False


PATTERNS = {
    "elman": Pattern("h"),
    "jordan": Pattern("c"),
    "hidden-to-hidden": Pattern("h"),
    "output-to-hidden": Pattern("y"),
    "one-output": Pattern("h", last_only=True),
}


def pattern_of(cell: Any) -> Pattern:
    """The pattern of a cell, or of a name in `PATTERNS`."""
    if isinstance(cell, str):
        check_choice("cell", cell.lower(), tuple(PATTERNS))
        return PATTERNS[cell.lower()]
    if not hasattr(cell, "step"):
        raise TypeError(f"cell: expected a cell or one of {', '.join(PATTERNS)}, got {type(cell).__name__}")
    if not hasattr(cell, "decay"):
        return PATTERNS["elman"]
    return PATTERNS["jordan" if cell.decay else "output-to-hidden"]


def unrolled_graph(pattern: Pattern, steps: int) -> tuple[list[Key], list[Edge]]:
    """The nodes and arrows of a network unrolled for `steps` ticks, from its state at time 0."""
    ticks = range(1, steps + 1)
    spoken = [steps] if pattern.last_only else list(ticks)
    nodes: list[Key] = [*(("x", t) for t in ticks), *(("h", t) for t in ticks), *(("y", t) for t in spoken)]
    nodes += [("c", t) for t in ticks if pattern.feedback == "c"] + [(pattern.feedback, 0)]
    edges = [Edge(("x", t), ("h", t), "$W_x$") for t in ticks] + [Edge(("h", t), ("y", t), "$W_y$") for t in spoken]
    edges += [
        Edge((pattern.feedback, t - 1), ("h", t), "$W_h$", 0.32 if pattern.feedback == "c" else 0.5) for t in ticks
    ]
    if pattern.feedback == "c":
        edges += [Edge(("y", t), ("c", t)) for t in ticks] + [Edge(("c", t - 1), ("c", t), r"$\mu$") for t in ticks]
    return nodes, edges


def unrolled(
    cell: Any,
    steps: int = 4,
    ax: Axes | None = None,
    *,
    inputs: Sequence | None = None,
    outputs: Sequence | None = None,
) -> Axes:
    """A network drawn once for every tick, time running right, each shared weight named wherever it is used.

    Parameters
    ----------
    cell : cell or str
        A cell of the library, or "elman", "jordan", "hidden-to-hidden", "output-to-hidden", "one-output".
    steps : int
        How many ticks, 1 to 6.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    inputs, outputs : sequence of str, optional
        One text a tick, written below the inputs and above the outputs.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If the pattern is unknown, there are too many steps to be legible, or a text is missing.
    """
    pattern = pattern_of(cell)
    if not isinstance(steps, int) or not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"steps: expected a whole number from 1 to {MOST_STEPS}, got {steps!r}")
    below, above = same_length("inputs", inputs, steps), same_length("outputs", outputs, steps)
    rows = 3 if pattern.feedback == "c" else 2
    top = rows * ROW + RADIUS + (0.5 if above else 0.1)
    bottom = -RADIUS - (0.9 if below else 0.55)
    ax = canvas(ax, -RADIUS - 0.1, steps * COLUMN + RADIUS + 0.35, bottom, top)
    nodes, edges = unrolled_graph(pattern, steps)
    draw(ax, {(letter, t): f"${letter}_{{{t}}}$" for letter, t in nodes}, edges, ghosts=[(pattern.feedback, 0)])
    write: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": text_size(ax, 0.25)}
    for texts, letter, gap in ((below, "x", -RADIUS - 0.28), (above, "y", RADIUS + 0.28)):
        for t, text in enumerate(texts or (), start=1):
            if (letter, t) in nodes:
                x, y = place((letter, t))
                ax.text(x, y + gap, text, **write)
    start, y = COLUMN - RADIUS, bottom + 0.2
    arrow(ax, (start, y), (steps * COLUMN + RADIUS, y), color=MUTED, linewidth=1)
    ax.text(start - 0.12, y, "time", color=MUTED, **write | {"ha": "right", "fontsize": text_size(ax, 0.22)})
    return ax


def folded(cell: Any, ax: Axes | None = None) -> Axes:
    """The same network drawn once, with a black square on every arrow that takes one step of time.

    Parameters
    ----------
    cell : cell or str
        As for `unrolled`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If the pattern is unknown.
    """
    source = pattern_of(cell).feedback
    letters = "xhyc" if source == "c" else "xhy"
    left = -RADIUS - (1.1 if source == "c" else 0.1)
    ax = canvas(ax, left, RADIUS + 1.6, -RADIUS - 0.1, (len(letters) - 1) * ROW + RADIUS + 0.1)
    edges = [Edge(("x", 0), ("h", 0), "$W_x$"), Edge(("h", 0), ("y", 0), "$W_y$")]
    side = RADIUS * 0.94
    if source == "c":
        edges.append(Edge(("y", 0), ("c", 0)))
        feedback(ax, (-side, 3 * ROW + 0.2), (-side, 3 * ROW - 0.2), r"$\mu$", reach=-0.6, bow=0.3)
    if source == "h":
        feedback(ax, (side, ROW + 0.2), (side, ROW - 0.2), "$W_h$", bow=0.35)
    else:
        feedback(ax, (side, (3 if source == "c" else 2) * ROW), (side, ROW), "$W_h$")
    draw(ax, {(letter, 0): f"${letter}_t$" for letter in letters}, edges)
    return ax
