"""Comparisons for hidden tests: they say in plain words what differs, and never what was expected."""

import numpy as np


class Wrong(AssertionError):
    """The student's answer is wrong. The message is for the student."""


def same(got, want, what):
    """Both are equal, in kind and in value."""
    if type(got) is not type(want) or got != want:
        raise Wrong(f"{what}: not what the task asks for (yours is {_short(got)})")


def close(got, want, what, rtol=1e-6, atol=1e-9):
    """Both hold the same numbers up to rounding; nested tuples, lists and dicts are compared part by part."""
    if isinstance(want, dict):
        if not isinstance(got, dict):
            raise Wrong(f"{what}: a dict was expected, yours is {_short(got)}")
        if got.keys() != want.keys():
            raise Wrong(f"{what}: keys {sorted(map(str, want))} were expected, yours are {sorted(map(str, got))}")
        for key, part in want.items():
            close(got[key], part, f"{what}, {key}", rtol, atol)
        return
    if isinstance(want, tuple | list):
        if not isinstance(got, tuple | list) or len(got) != len(want):
            raise Wrong(f"{what}: {len(want)} values were expected, yours is {_short(got)}")
        for number, (mine, part) in enumerate(zip(got, want, strict=True)):
            close(mine, part, f"{what}, value {number + 1}", rtol, atol)
        return
    try:
        mine, part = np.asarray(got), np.asarray(want)
        assert mine.dtype.kind in "biufc"
    except (AssertionError, ValueError):
        raise Wrong(f"{what}: numbers were expected, yours is {_short(got)}") from None
    if mine.shape != part.shape:
        raise Wrong(f"{what}: shape {part.shape} was expected, yours is {mine.shape}")
    if not np.allclose(mine, part, rtol, atol, equal_nan=True):
        finite = np.isfinite(mine)
        if not finite.all() and np.isfinite(part).all():
            raise Wrong(f"{what}: {int((~finite).sum())} of {mine.size} numbers are not finite")
        apart = int((~np.isclose(mine, part, rtol, atol, equal_nan=True)).sum())
        raise Wrong(f"{what}: {apart} of {mine.size} numbers differ from the formula's")


def _short(value):
    return f"{type(value).__name__} of shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)[:60]
