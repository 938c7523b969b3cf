"""Chapter 11: its benches say what the text says."""

import re
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results"


def rows(name, part):
    """First column of a table, to the numbers of the others."""
    text = (RESULTS / f"{name}.md").read_text(encoding="utf-8")
    table = text.partition(f"<!-- {part} -->")[2].partition(f"<!-- end of {part} -->")[0]
    lines = [line.strip("| ").split(" | ") for line in table.strip().splitlines()[2:]]
    return {
        first: [[float(n) for n in re.findall(r"[\d.]+", cell.replace(",", ""))] for cell in rest]
        for first, *rest in lines
    }


def test_no_depth_paid_within_the_budget():
    found = rows("11_depth", "layers")
    sizes = [numbers[0][0] for numbers in found.values()]
    assert len(found) == 3 and max(sizes) < 1.05 * min(sizes)
    (_, one), (_, two), (_, three) = found.values()
    assert one[2] < two[1] and two[2] < three[1]  # no ranges overlap


def test_residual_connections_made_depth_pay():
    (_, one), *_ = rows("11_depth", "layers").values()
    found = rows("11_depth", "residual")
    (size, plain), (same, residual) = found["6 layers, plain"], found["6 layers, residual"]
    assert size == same and size[0] < 1.08 * 30_132
    assert residual[2] < one[1] and one[2] + 0.5 < plain[1]
    assert (one[0], residual[0]) == (2.44, 2.31)
