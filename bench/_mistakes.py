"""The tables of tests/coursework: what students get wrong, and right in other styles."""

import tomllib
from pathlib import Path

TABLES = Path(__file__).resolve().parent.parent / "tests" / "coursework"


def table(name):
    """An assignment's table: {"wrong": [entry, ...], "right": [entry, ...]}."""
    return tomllib.loads((TABLES / f"{name}.toml").read_text(encoding="utf-8"))


def mistaken(entry, texts):
    """The text of the cell that an entry of `wrong` is about, with its mistake. texts: {name of a cell: its text}."""
    return entry.get("source") or texts[entry["cell"]].replace(entry["old"], entry["new"])
