"""Named values that belong together: what `load` returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from rnnkit.data.card import Card


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape}"
    if isinstance(value, str):
        return f"str, {len(value):,} characters" if len(value) > 40 else repr(value)
    if isinstance(value, (list, tuple)):
        kind = type(value[0]).__name__ if value else "nothing"
        return f"{type(value).__name__} of {len(value):,} {kind}"
    if isinstance(value, Mapping):
        return f"{type(value).__name__} with {len(value):,} keys"
    return repr(value)


class Record:
    """Read-only named values, read as attributes or by name.

    `record.inputs` and `record["inputs"]` are the same; `list(record)` gives the names; printing shows what each holds.
    There are no public methods, so that a field may have any name.
    """

    def __init__(self, **values: Any) -> None:
        object.__setattr__(self, "_values", values)

    def __getattr__(self, name: str) -> Any:
        try:
            return object.__getattribute__(self, "_values")[name]
        except (AttributeError, KeyError):
            if name.startswith("__"):
                raise AttributeError(name) from None
            known = ", ".join(object.__getattribute__(self, "__dict__").get("_values", {}))
            raise AttributeError(f"no field {name!r} here; there are: {known}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a {type(self).__name__} is read-only; {name!r} cannot be set")

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._values]

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), dict(self._values))

    def _lines(self, prefix: str = "") -> Iterator[tuple[str, str]]:
        """Yield (name, what it holds), fields of nested records as `outer.inner`."""
        for name, value in self._values.items():
            if isinstance(value, Record):
                yield from value._lines(f"{prefix}{name}.")
            elif not isinstance(value, Card):
                yield prefix + name, _describe(value)

    def __repr__(self) -> str:
        rows = list(self._lines())
        width = max((len(name) for name, _ in rows), default=0)
        return "\n".join([type(self).__name__, *(f"  {name:{width}}  {what}" for name, what in rows)])


def _rebuild(kind: type[Record], values: dict[str, Any]) -> Record:
    return kind(**values)


class Dataset(Record):
    """A `Record` with a `card`; its other fields are listed in `rnnkit.data` and by printing it."""

    card: Card

    def __repr__(self) -> str:
        return super().__repr__().replace("Dataset", f"Dataset {self.card.name!r}: {self.card.what}", 1)
