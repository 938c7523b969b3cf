"""Notes over time."""

from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rnnkit.plot.axes import axes_or_new, groups, numbers
from rnnkit.plot.colour import CYCLE, FAINT, INK

NOTES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "G♯", "A", "B♭", "B")


def piano_roll(pitches: Any, ax: Axes | None = None, *, step_name: str = "step") -> Axes:
    """Melodies as bars; equal neighbours join to one long note.

    Parameters
    ----------
    pitches : array, shape (T,), or a dict of such
        MIDI numbers, one a step; a negative one is a rest. The first melody is filled, others are in outline.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default a new figure.
    step_name : str
        Name of the time axis, such as "quaver".

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn in.

    Raises
    ------
    ValueError
        If a melody has no note.
    """
    voices = {name: numbers("pitches", values, 1) for name, values in groups("pitches", pitches).items()}
    bars = {name: [note for note in notes(values) if note[2] >= 0] for name, values in voices.items()}
    for name in bars:
        if not bars[name]:
            raise ValueError(f"pitches[{name!r}]: expected at least one note, got rests alone")
    sounding = [pitch for voice in bars.values() for _, _, pitch in voice]
    low, high = min(sounding), max(sounding)
    ax = axes_or_new(ax, height=float(np.clip(1.0 + 0.17 * (high - low + 1), 1.8, 4.2)))
    for number, (name, voice) in enumerate(bars.items()):
        colour = CYCLE[number % len(CYCLE)]
        starts, lengths, heights = (np.array(column) for column in zip(*voice, strict=True))
        look: dict[str, Any] = {"height": 0.66, "color": colour, "linewidth": 0}
        if number:
            look = {"height": 0.9, "fill": False, "edgecolor": colour, "linewidth": 2}
        ax.barh(heights, lengths - 0.12, left=starts + 0.06, zorder=2 + number, label=name, **look)
    if len(voices) > 1:
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(voices), borderpad=0)
    used = np.unique(sounding) if high - low <= 24 else np.array([p for p in range(low, high) if p % 12 == 0])
    ax.set_yticks(used, [f"{NOTES[p % 12]}{p // 12 - 1}" for p in used], color=INK)
    ax.grid(axis="y", color=FAINT, linewidth=0.8, linestyle="-")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set(ylim=(low - 0.8, high + 0.8), xlim=(0, max(len(v) for v in voices.values())), xlabel=step_name)
    return ax


def notes(pitches: np.ndarray) -> list[tuple[int, int, int]]:
    """Runs of one pitch as (start, length, pitch)."""
    found, start = [], 0
    for pitch, run in groupby(int(p) for p in pitches):
        length = len(list(run))
        found.append((start, length, pitch))
        start += length
    return found
