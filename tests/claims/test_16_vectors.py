"""Chapter 16: its bench says what the text says."""

import re

from _report import marked_rows


def numbers(part):
    """First column of a table, to the numbers of the others."""
    return {
        first: [[float(n) for n in re.findall(r"\d+\.?\d*", cell)] for cell in rest]
        for first, rest in marked_rows("16_vectors", part).items()
    }


def test_the_window_model_hardly_moved_its_vectors():
    found = numbers("nearness")
    assert list(found) == ["opposites", "one word", "-s", "-ed, -ing"]
    for window, moves, counting in found.values():
        assert window[2] < 3 and moves[2] < 8  # the best seed
        assert moves[2] + 10 < counting[0]
    for name in ("opposites", "one word", "-s"):
        window, moves, _ = found[name]
        assert moves[1] > window[2] + 1  # no ranges overlap
    for start, move, cosine in numbers("travel").values():
        assert start[0] > 5 * move[0] and cosine[0] > 0.98
