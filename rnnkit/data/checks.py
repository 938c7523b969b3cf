"""Refuse a bad option in words that name it, say what was expected and what came."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import Any


def nearest(value: object, valid: Iterable[str]) -> str:
    """Return "did you mean 'x'? " or "", followed by all the valid names."""
    names = list(valid)
    close = difflib.get_close_matches(str(value), names, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}valid: {', '.join(names)}"


def one_of(name: str, value: Any, valid: Iterable[str]) -> str:
    """Return `value` if it is one of the valid names."""
    names = list(valid)
    if not isinstance(value, str) or value not in names:
        raise ValueError(f"{name}={value!r} is unknown; {nearest(value, names)}")
    return value


def some_of(name: str, values: Any, valid: Iterable[str], *, least: int = 1) -> tuple[str, ...]:
    """Return `values` as a tuple if they are distinct valid names, at least `least` of them."""
    names = list(valid)
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise TypeError(f"{name} must be a sequence of names, such as {tuple(names[:2])}; got {values!r}")
    for value in values:
        one_of(name, value, names)
    if len(set(values)) != len(values):
        raise ValueError(f"{name} must not repeat a name; got {tuple(values)}")
    if len(values) < least:
        raise ValueError(f"{name} must hold at least {least} name(s); got {len(values)}")
    return tuple(values)


def whole(name: str, value: Any, *, least: int = 1, most: int | None = None) -> int:
    """Return `value` as an int if it is a whole number in least..most."""
    limits = f"at least {least}" if most is None else f"from {least} to {most}"
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, {limits}; got {value!r}")
    number = int(value)
    if number < least or (most is not None and number > most):
        raise ValueError(f"{name} must be {limits}; got {number}")
    return number
