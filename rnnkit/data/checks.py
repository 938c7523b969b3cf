"""Refuse a bad list of options in words that name it, say what was expected and what came."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rnnkit.arrays import check_choice


def some_of(name: str, values: Any, valid: Iterable[str], *, least: int = 1) -> tuple[str, ...]:
    """Return `values` as a tuple if they are distinct valid names, at least `least` of them."""
    names = list(valid)
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise TypeError(f"{name}: expected a sequence of names, such as {tuple(names[:2])}, got {values!r}")
    for value in values:
        check_choice(name, value, names)
    if len(set(values)) != len(values):
        raise ValueError(f"{name}: expected each name once, got {tuple(values)}")
    if len(values) < least:
        raise ValueError(f"{name}: expected at least {least} name(s), got {len(values)}")
    return tuple(values)
