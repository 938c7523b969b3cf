"""Matrices as colour: weights, hidden states over time, images."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.ticker import MaxNLocator

from rnnkit.plot.axes import axes_or_new, numbers, same_length
from rnnkit.plot.colour import DIVERGING, DIVERGING_PALE, FAINT, INK, SEQUENTIAL, SEQUENTIAL_PALE
from rnnkit.plot.style import WIDTH

MOST_SYMBOLS = 48  # columns that a character each can label without touching


def heat(
    matrix: Any,
    ax: Axes | None = None,
    rows: Sequence | None = None,
    cols: Sequence | None = None,
    label: str | None = None,
    diverging: bool = False,
    annotate: bool | str = False,
    limits: tuple[float, float] | None = None,
) -> Axes:
    """A matrix as coloured cells, its first row at the top.

    Parameters
    ----------
    matrix : array, shape (rows, columns)
        Finite numbers. White is zero, or the least number where that is negative and the scale not `diverging`.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    rows, cols : sequence of str, optional
        Labels of the rows and of the columns.
    label : str, optional
        Name of the colour bar; without it there is none.
    diverging : bool
        Blue above zero, orange below.
    annotate : bool or str
        Write the numbers on paler colours; in a format of its own if given one, such as ".0%".
    limits : (float, float), optional
        Ends of the scale, so that several figures can share one.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If the matrix is empty, not finite or not two-dimensional, or labels do not fit it.
    """
    matrix = numbers("matrix", matrix, 2)
    height, width = matrix.shape
    rows, cols = same_length("rows", rows, height), same_length("cols", cols, width)
    ax = axes_or_new(ax, height=float(np.clip(0.9 + 0.8 * WIDTH * height / width, 1.3, 4.6)))
    reach = float(np.abs(matrix).max()) or 1.0
    low, high = limits or ((-reach, reach) if diverging else (min(0.0, float(matrix.min())), float(matrix.max())))
    sequential, signed = (SEQUENTIAL_PALE, DIVERGING_PALE) if annotate else (SEQUENTIAL, DIVERGING)
    colours = signed if diverging else sequential
    cells = ax.pcolormesh(matrix, cmap=colours, vmin=low, vmax=high, edgecolor="face", linewidth=0.7)
    ax.set(xlim=(0, width), ylim=(height, 0))
    ticks(ax, rows, cols)
    if label is not None:
        few = ScalarMappable(cells.norm, colours.resampled(45))  # more would be drawn as an image, not as shapes
        bar = ax.figure.colorbar(few, ax=ax, fraction=0.05, pad=0.02, aspect=18)
        bar.set_label(label)
        bar.solids.set(edgecolor="face", linewidth=0.7)  # type: ignore[union-attr]
        bar.locator = MaxNLocator(4)
        bar.outline.set(edgecolor=FAINT, linewidth=0.8)
    if annotate:
        write(ax, matrix, annotate if isinstance(annotate, str) else plain_format(matrix))
    return ax


def ticks(ax: Axes, rows: list[str] | None, cols: list[str] | None) -> None:
    """A pale frame, and labels in the middle of their cells."""
    ax.spines[:].set(visible=True, color=FAINT, linewidth=0.8)
    ax.tick_params(length=0)
    for axis, labels in ((ax.yaxis, rows), (ax.xaxis, cols)):
        if labels is None:
            axis.set_ticks([])
        else:
            axis.set_ticks(np.arange(len(labels)) + 0.5, labels, color=INK)


def plain_format(matrix: np.ndarray) -> str:
    """As many decimals as give the largest number three digits; none where all are whole."""
    reach = np.abs(matrix).max()
    return ".0f" if reach >= 100 or (matrix == np.round(matrix)).all() else ".1f" if reach >= 10 else ".2f"


def write(ax: Axes, matrix: np.ndarray, form: str) -> None:
    """Each number in its cell."""
    for (row, col), value in np.ndenumerate(matrix):
        text = format(value, form).replace("-", "\N{MINUS SIGN}")
        ax.text(col + 0.5, row + 0.5, text, ha="center", va="center_baseline", color="black", fontsize=11)


def hidden_states(states: Any, symbols: Sequence, ax: Axes | None = None, label: str | None = "activation") -> Axes:
    """Every hidden unit (a row) while a network reads a text (a column for each symbol).

    Parameters
    ----------
    states : array, shape (T, H) or (T, 1, H)
        At most 48 steps, so that the symbols do not touch.
    symbols : sequence of str
        What was read; a space is shown as ␣ and a line's end as ↵.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    label : str, optional
        Name of the colour bar.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If there are too many steps, more than one sequence, or not one symbol a step.
    """
    states = numbers("states", states, 2, 3)
    if states.ndim == 3:
        if states.shape[1] != 1:
            raise ValueError(f"states: expected (T, H) or a batch of one (T, 1, H), got shape {states.shape}")
        states = states[:, 0]
    steps, units = states.shape
    if steps > MOST_SYMBOLS:
        raise ValueError(f"states: expected at most {MOST_SYMBOLS} steps so that symbols stay legible, got {steps}")
    cols = same_length("symbols", [str(s).replace(" ", "␣").replace("\n", "↵") for s in symbols], steps)
    ax = axes_or_new(ax, height=float(np.clip(0.8 + 0.17 * units, 1.5, 5.0)))
    rows = range(1, units + 1) if units <= 12 else [u if u == 1 or u % 5 == 0 else "" for u in range(1, units + 1)]
    heat(states.T, ax, rows, cols, label, diverging=True, limits=(-1.0, 1.0) if np.abs(states).max() <= 1 else None)
    ax.set_ylabel("hidden unit")
    return ax


def digit(image: Any, ax: Axes | None = None) -> Axes:
    """A grey image as ink on paper.

    Parameters
    ----------
    image : array, shape (rows, columns)
        Zero is white, the largest number black.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If the image is not two-dimensional.
    """
    image = numbers("image", image, 2)
    ax = axes_or_new(ax, height=1.6, width=1.6)
    heat(image, ax)
    ax.collections[-1].set_cmap("gray_r")
    ax.set_aspect("equal")
    return ax
