"""Jordan's kind of task: a plan that stays on, and the movement that it stands for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.checks import some_of
from rnnkit.data.record import Dataset
from rnnkit.data.vocabulary import Vocabulary

CURVES = {
    "circle": lambda angle: (np.cos(angle), np.sin(angle)),
    "circle back": lambda angle: (np.cos(angle), -np.sin(angle)),
    "eight": lambda angle: (np.sin(angle), np.sin(2 * angle)),
    "line": lambda angle: (np.cos(angle), 0 * angle),
}

CARD = Card(
    name="motor",
    what="a constant plan in, the path of a pen out: circle, circle the other way, figure of eight, line to and fro",
    source="Generated exactly, nothing random; in the manner of Jordan (1986), whose plan units are held constant "
    "while a sequence of actions unfolds.",
    licence="None needed.",
    size="4 plans, each 2 laps of 24 points.",
    splits="None: the task is to learn these paths.",
    best="Error 0 with memory. A model that knows the plan and its last (right) output alone is perfect on circles and "
    "cannot be on the eight, which passes one point in two directions, nor on the line: `best_from_output`.",
    citation="Jordan, M. I. (1986). Serial order: A parallel distributed processing approach. ICS Report 8604, UCSD.",
)


def best_from_output(path: np.ndarray) -> float:
    """Return the least mean squared error when the next point is predicted from the last point alone.

    Parameters
    ----------
    path : (T, 2) float
        Points that coincide must be equal exactly.

    Returns
    -------
    float
        Mean over ticks 1..T−1 and both coordinates. The best prediction is the mean of the point's successors.
    """
    _, group = np.unique(path[:-1], axis=0, return_inverse=True)
    error = 0.0
    for place in range(group.max() + 1):
        successors = path[1:][group == place]
        if (successors != successors[0]).any():  # else exactly 0, without the rounding of the mean
            error += ((successors - successors.mean(axis=0)) ** 2).sum()
    return float(error / path[1:].size)


def load(*, plans: Sequence[str] = tuple(CURVES), length: int = 24, laps: int = 2) -> Dataset:
    """Make plans and their movements.

    Parameters
    ----------
    plans : sequence of str, default: all four
        Some of `rnnkit.data.motor.CURVES`.
    length : int, default 24
        Points a lap; a multiple of 4, 8 or more.
    laps : int, default 2
        1 or more.

    Returns
    -------
    Dataset
        With T = length · laps and K plans: `inputs` (T, K, K), the plan's one-hot code at every tick; `targets`
        (T, K, 2), the pen's place in [−1, 1]²; `best_from_output` (K,), see the function of that name; `vocabulary`
        of the plans.
    """
    chosen = some_of("plans", plans, CURVES)
    if check_size("length", length, least=8) % 4:
        raise ValueError(f"length: expected a multiple of 4, got {length}")
    angle = 2 * np.pi * np.arange(length) / length
    # Rounding makes points that coincide equal to the last bit; adding 0 turns −0 into 0.
    lap = np.stack([np.stack(CURVES[plan](angle), axis=1) for plan in chosen], axis=1).round(12) + 0.0
    paths = np.tile(lap, (check_size("laps", laps), 1, 1))
    return Dataset(
        card=CARD,
        inputs=np.tile(np.eye(len(chosen)), (len(paths), 1, 1)),
        targets=paths,
        best_from_output=np.array([best_from_output(paths[:, plan]) for plan in range(len(chosen))]),
        vocabulary=Vocabulary(chosen),
    )
