"""Chapter 11: its benches say what the text says."""

import re

from _report import marked_rows


def numbers(name, part):
    """First column of a table, to the numbers of the others."""
    return {
        first: [[float(n) for n in re.findall(r"[\d.]+", cell.replace(",", ""))] for cell in rest]
        for first, rest in marked_rows(name, part).items()
    }


def test_no_depth_paid_within_the_budget():
    found = numbers("11_depth", "layers")
    sizes = [size[0] for size, _ in found.values()]
    assert len(found) == 3 and max(sizes) < 1.05 * min(sizes)
    (_, one), (_, two), (_, three) = found.values()
    assert one[2] < two[1] and two[2] < three[1]  # no ranges overlap


def test_residual_connections_made_depth_pay():
    (_, one), *_ = numbers("11_depth", "layers").values()
    found = numbers("11_depth", "residual")
    (size, plain), (same, residual) = found["6 layers, plain"], found["6 layers, residual"]
    assert size == same and size[0] < 1.08 * 30_132
    assert residual[2] < one[1] and one[2] + 0.5 < plain[1]
    assert (one[0], residual[0]) == (2.44, 2.31)
