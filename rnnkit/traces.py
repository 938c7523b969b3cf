"""What the ticks of a run leave for the way back."""

from collections.abc import Iterator, Mapping

from rnnkit.arrays import Array, namespace


class Traces(Mapping):
    """The traces of a run by name, each `(T, B, ·)`: `traces["h"]`, `list(traces)`, `traces.items()`.

    They are kept as the ticks left them and laid end to end only when asked for by name: the way back needs one tick
    at a time, and copies of everything would cost a cell its speed.

    Parameters
    ----------
    ticks : list of dicts of arrays
        One dict a tick, with the same names in each; arrays `(B, ·)`.
    """

    def __init__(self, ticks: list[dict[str, Array]]) -> None:
        self.ticks = ticks

    @classmethod
    def cut(cls, traces: Mapping[str, Array], start: int | None = None, stop: int | None = None) -> "Traces":
        """Some consecutive ticks of a run, all by default; `traces` may also be a plain dict of `(T, B, ·)` arrays."""
        if isinstance(traces, Traces):
            return cls(traces.ticks[start:stop])
        rows = [list(trace[start:stop]) for trace in traces.values()]
        return cls([dict(zip(traces, tick, strict=True)) for tick in zip(*rows, strict=True)])

    def __getitem__(self, name: str) -> Array:
        if name not in self:
            raise KeyError(name)
        return namespace(self.ticks[0][name]).stack([tick[name] for tick in self.ticks])

    def __contains__(self, name: object) -> bool:
        return bool(self.ticks) and name in self.ticks[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self.ticks[0] if self.ticks else ())

    def __len__(self) -> int:
        return len(self.ticks[0]) if self.ticks else 0

    def __repr__(self) -> str:
        return f"Traces of {len(self.ticks)} ticks: {', '.join(self)}"
