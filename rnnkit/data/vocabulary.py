"""Symbols and their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from rnnkit.arrays import check_choice


class Vocabulary(Sequence[str]):
    """A fixed, ordered set of symbols: symbol `v[i]` has the number i.

    Parameters
    ----------
    symbols : iterable of str
        The symbols in order; a repeated one is an error.
    unknown : str, optional
        One of the symbols, which stands for every symbol not in the set. Without it an unknown symbol is an error.

    Raises
    ------
    ValueError
        If a symbol is repeated, or `unknown` is not among the symbols.

    Examples
    --------
    >>> letters = Vocabulary.of(["ba", "dii"])
    >>> letters.encode("bad")
    array([1, 0, 2])
    >>> letters.decode([1, 0, 2])
    ['b', 'a', 'd']
    """

    def __init__(self, symbols: Iterable[str], unknown: str | None = None) -> None:
        self.symbols = tuple(symbols)
        self.numbers = {symbol: number for number, symbol in enumerate(self.symbols)}
        self.unknown = unknown
        if len(self.numbers) != len(self.symbols):
            raise ValueError("symbols: expected each symbol once")
        if unknown is not None and unknown not in self.numbers:
            raise ValueError(f"unknown: expected one of the symbols, got {unknown!r}")

    @classmethod
    def of(cls, sequences: Iterable[Iterable[str]], unknown: str | None = None) -> Vocabulary:
        """Collect the symbols of many sequences, in sorted order, `unknown` (if any) first."""
        found = {symbol for sequence in sequences for symbol in sequence} - {unknown}
        return cls(([unknown] if unknown is not None else []) + sorted(found), unknown)

    def __len__(self) -> int:
        return len(self.symbols)

    def __getitem__(self, number: Any) -> Any:
        return self.symbols[number]

    def __contains__(self, symbol: object) -> bool:
        return symbol in self.numbers

    def __repr__(self) -> str:
        shown = " ".join(self.symbols[:12]) + (" ..." if len(self) > 12 else "")
        return f"Vocabulary of {len(self)}: {shown}"

    def encode(self, sequence: Iterable[str]) -> np.ndarray:
        """Return the numbers (T,) int64 of a sequence of symbols.

        Raises
        ------
        ValueError
            For a symbol that is not in the vocabulary, if there is no `unknown`.
        """
        numbers = []
        for symbol in sequence:
            known = symbol if self.unknown is None or symbol in self.numbers else self.unknown
            if known not in self.numbers:
                check_choice("symbol", known, self.symbols)
            numbers.append(self.numbers[known])
        return np.array(numbers, dtype=np.int64)

    def decode(self, numbers: Iterable[int]) -> list[str]:
        """Return the symbols of a sequence of numbers."""
        return [self.symbols[int(number)] for number in numbers]

    def one_hot(self, sequence: Iterable[str]) -> np.ndarray:
        """Return (T, V) float64 with a single 1 in each row."""
        return np.eye(len(self))[self.encode(sequence)]
