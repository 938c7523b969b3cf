"""Tables between marks: a chapter includes what stands between two of them, and a test reads it."""

import re
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def marked(name, lines):
    """The lines of a table between its two marks."""
    return [f"<!-- {name} -->", "", *lines, "", f"<!-- end of {name} -->"]


def marked_rows(result, name):
    """A marked table of results/RESULT.md: the first column, to the cells of the others."""
    text = (RESULTS / f"{result}.md").read_text(encoding="utf-8")
    inside = text.split(f"<!-- {name} -->\n")[1].split(f"<!-- end of {name} -->")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in inside.strip().splitlines()]
    return {first: rest for first, *rest in lines[2:]}


def marked_numbers(result, name):
    """The same, with the numbers that each cell holds: a median and its range, a mean and its deviation."""
    return {
        first: [[float(n) for n in re.findall(r"\d+\.?\d*", cell)] for cell in rest]
        for first, rest in marked_rows(result, name).items()
    }
