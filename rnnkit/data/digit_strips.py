"""Connected handwriting: real digits side by side, with no mark of where one ends."""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data import digits
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset, Record

WIDTH = 8

CARD = Card(
    name="digit_strips",
    what="strips of handwritten digits, side by side; which number is it?",
    source="The pictures of the set digits, each drawn at random, at a random distance from the last: from one column "
    "of overlap to three columns of gap. Where two overlap, the darker stroke is seen.",
    licence="As the set digits.",
    size="512 train, 128 test strips of 5 digits; 8 rows, at most 52 columns.",
    splits="As the set digits: no picture of a test strip occurs in a training strip.",
    best="Unknown. Position does not help: a digit begins 7 to 11 columns after the one before.",
    citation="As the set digits; the task: Graves, A. et al. (2006). Connectionist temporal classification. ICML.",
    packages=("scikit-learn",),
)


def load(
    *,
    rng: np.random.Generator,
    train: int = 512,
    test: int = 128,
    length: int = 5,
    gap: tuple[int, int] = (-1, 3),
) -> Dataset:
    """Lay digits side by side.

    Parameters
    ----------
    rng : numpy.random.Generator
    train, test : int, default 512 and 128
        Strips B in each part.
    length : int, default 5
        Digits L in each strip.
    gap : (int, int), default (-1, 3)
        Fewest and most columns between two digits, -7 or more; less than 0 is overlap.

    Returns
    -------
    Dataset
        `train`, `test`, each with `inputs` (T, B, 8) in [0, 1], a column of the strip at each tick, 0 behind the end;
        `lengths` (B,) int64, its columns; `targets` (L, B) int64, 1 to 10 for the digits 0 to 9, so that 0 is free for
        the blank of CTC; `target_lengths` (B,) int64; `starts` (L, B) int64, the column where each digit begins. Also
        `alphabet`, the blank "-" and the digits.
    """
    real, L = digits.load(), check_size("length", length)
    low, high = gap
    if not 1 - WIDTH <= low <= high:
        raise ValueError(f"gap: expected two whole numbers, {1 - WIDTH} or more and in order, got {gap!r}")

    def strips(part: Record, B: int) -> Record:
        chosen = rng.integers(len(part.targets), size=(L, B))
        steps = np.concatenate([np.zeros((1, B), np.int64), rng.integers(WIDTH + low, WIDTH + high + 1, (L - 1, B))])
        starts = steps.cumsum(0)
        lengths = starts[-1] + WIDTH
        inputs = np.zeros((lengths.max(), B, WIDTH))
        for b in range(B):
            for picture, start in zip(part.images[chosen[:, b]], starts[:, b], strict=True):
                window = inputs[start : start + WIDTH, b]
                np.maximum(window, picture.T, out=window)
        return Record(
            inputs=inputs,
            lengths=lengths,
            targets=part.targets[chosen] + 1,
            target_lengths=np.full(B, L),
            starts=starts,
        )

    return Dataset(
        card=CARD,
        train=strips(real.train, check_size("train", train)),
        test=strips(real.test, check_size("test", test)),
        alphabet=("-", *"0123456789"),
    )
