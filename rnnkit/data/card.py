"""The data card: what a set is, where it comes from, and how well anything can do on it."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from rnnkit.data.packages import version


@dataclass(frozen=True)
class Card:
    """What a reader should know before trusting a number measured on this set.

    Attributes
    ----------
    name, what : str
        The name that `load` takes, and one line that says what is in it.
    source : str
        Where it comes from; `packages` names the package that holds it, so that printing adds the installed version.
    licence, size, splits, citation : str
        Terms of use; counts for the default options; how the parts were made; what to cite.
    best : str
        The best that any model can reach, or a baseline where that is unknown.
    packages : tuple of str
        Installed packages that hold the data, by the name that pip knows.
    """

    name: str
    what: str
    source: str
    licence: str
    size: str
    splits: str
    best: str
    citation: str
    packages: tuple[str, ...] = ()

    def rows(self) -> list[tuple[str, str]]:
        """List (heading, text), installed versions included."""
        versions = ", ".join(f"{package} {version(package)}" for package in self.packages)
        source = f"{self.source} Installed: {versions}." if versions else self.source
        return [
            ("source", source),
            ("licence", self.licence),
            ("size", self.size),
            ("splits", self.splits),
            ("best", self.best),
            ("citation", self.citation),
        ]

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.what}"]
        for heading, text in self.rows():
            lines.append(textwrap.fill(text, 100, initial_indent=f"  {heading:9} ", subsequent_indent=" " * 12))
        return "\n".join(lines)
