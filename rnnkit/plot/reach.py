"""What the last output of a network can see: its receptive field."""

from matplotlib.axes import Axes

from rnnkit.arrays import check_choice, check_size
from rnnkit.plot.graph import COLUMN, RADIUS, ROW, Edge, Key, canvas, draw

KINDS = ("bag", "window", "convolution", "recurrent")
MOST_STEPS = 8


def connections(kind: str, steps: int, width: int) -> list[Edge]:
    """Every connection of a network that gives one output, at the last step."""
    check_choice("kind", kind, KINDS)
    ticks = range(1, steps + 1)
    last = Edge(("h", steps), ("y", steps))
    if kind == "bag":
        centre = (steps + 1) / 2
        return [*(Edge(("x", t), ("h", centre)) for t in ticks), Edge(("h", centre), ("y", centre))]
    if kind == "recurrent":
        across = [Edge(("h", t - 1), ("h", t)) for t in ticks[1:]]
        return [*(Edge(("x", t), ("h", t)) for t in ticks), *across, last]
    fan = [Edge(("x", s), ("h", t)) for t in ticks for s in ticks if 0 <= t - s < width]
    if kind == "window":
        return [*(edge for edge in fan if edge.head == ("h", steps)), last]
    return [*fan, *(Edge(("h", t), ("y", steps)) for t in ticks if 0 <= steps - t < width)]


def seen(edges: list[Edge]) -> set[Key]:
    """Every node from which the output can be reached."""
    found = {edge.head for edge in edges if edge.head[0] == "y"}
    while more := {edge.tail for edge in edges if edge.head in found} - found:
        found |= more
    return found


def receptive_field(kind: str, steps: int = 6, ax: Axes | None = None, *, width: int = 3) -> Axes:
    """The inputs that the last output depends on, found by following connections back; others are only sketched.

    Parameters
    ----------
    kind : str
        "bag" (a sum of all inputs), "window" (the last `width`), "convolution" (two layers of `width` each) or
        "recurrent".
    steps : int
        Length of the sequence, 1 to 8.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    width : int
        How many inputs a window or a filter spans.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If the kind is unknown, or there are too many steps to be legible.
    """
    check_size("steps", steps)
    check_size("width", width)
    if steps > MOST_STEPS:
        raise ValueError(f"steps: expected at most {MOST_STEPS}, got {steps}")
    edges = connections(kind, steps, width)
    reached = seen(edges)
    nodes = {("x", float(t)) for t in range(1, steps + 1)} | {key for edge in edges for key in (edge.tail, edge.head)}
    ax = canvas(ax, COLUMN - RADIUS - 0.3, steps * COLUMN + RADIUS + 0.3, -RADIUS - 0.1, 2 * ROW + RADIUS + 0.1)
    labels = {key: f"$x_{{{key[1]:g}}}$" if key[0] == "x" else f"${key[0]}$" for key in sorted(nodes)}
    draw(ax, labels, [edge for edge in edges if edge.head in reached], ghosts=nodes - reached)
    return ax
