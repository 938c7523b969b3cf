"""Chapter 14: its bench says what the text says."""

import re

from _report import marked_rows

PARTS = "as trained", "run together", "wide apart", "ten digits"


def numbers(part):
    """First column of a table, to the numbers of the others: median, least and greatest."""
    return {
        first: [[float(n) for n in re.findall(r"\d+\.?\d*", cell)] for cell in rest]
        for first, rest in marked_rows("14_fsdd", part).items()
    }
