"""Notes over time."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from rnnkit.plot.axes import axes_or_new, groups, numbers
from rnnkit.plot.colour import CYCLE, FAINT, INK

NOTES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "G♯", "A", "B♭", "B")


def piano_roll(pitches: Any, ax: Axes | None = None, *, step_name: str = "step") -> Axes:
    """Melodies as bars: pitches (T,) are MIDI numbers, one a step, and a negative one is a rest.

    A dict of melodies is drawn in one frame: the first filled, the others as ever smaller outlines, each named at the right. Equal neighbours join to
    one long note.
    """
    voices = {name: numbers("pitches", values, 1) for name, values in groups("pitches", pitches).items()}
    sounding = np.concatenate([v[v >= 0] for v in voices.values()])
    if sounding.size == 0:
        raise ValueError("pitches: expected at least one note, got rests alone")
    low, high = int(sounding.min()), int(sounding.max())
    ax = axes_or_new(ax, height=float(np.clip(1.0 + 0.17 * (high - low + 1), 1.8, 4.2)))
    for number, (colour, values) in enumerate(zip(CYCLE, voices.values(), strict=False)):
        bars = [(start, length, pitch) for start, length, pitch in notes(values) if pitch >= 0]
        starts, lengths, heights = (np.array(column) for column in zip(*bars, strict=True))
        look = (
            {"color": colour, "linewidth": 0}
            if number == 0
            else {"facecolor": "none", "edgecolor": colour, "linewidth": 2}
        )
        ax.barh(
            heights, lengths - 0.12, left=starts + 0.06, height=0.86 - 0.2 * (number == 0), zorder=2 + number, **look
        )
    whites = [p for p in range(low, high + 1) if p % 12 in (0, 2, 4, 5, 7, 9, 11)]
    shown = whites if high - low <= 16 else [p for p in whites if p % 12 in (0, 7)]
    ax.set_yticks(shown, [f"{NOTES[p % 12]}{p // 12 - 1}" for p in shown], color=INK)
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
