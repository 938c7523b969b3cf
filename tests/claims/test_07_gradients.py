"""Chapter 07: the numbers beside its code are those of its equations, and its picture cites the right one."""

import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
CELLS = nbformat.read(ROOT / "chapters" / "07-gradients.ipynb", as_version=4).cells
PROSE = "\n".join(cell.source for cell in CELLS if cell.cell_type == "markdown")
CODE = "\n".join(cell.source for cell in CELLS if cell.cell_type == "code")
LABELS = re.findall(r"^\$\$ \((eq-07-\w+)\)$", PROSE, flags=re.MULTILINE)
MEANT = {  # a piece of each line that carries a number, and the equation that it means
    "def gradient_left": "eq-07-left",
    "back = back @ J_t": "eq-07-product",
    "[:, :, None] * W.T": "eq-07-jacobian",
    "impossible": "eq-07-bound",
}


def test_every_number_in_the_code_is_that_of_its_equation():
    lines = [line for line in CODE.splitlines() if re.search(r"\(7\.\d+\)", line)]
    for line in lines:
        (label,) = (label for piece, label in MEANT.items() if piece in line)
        assert f"(7.{LABELS.index(label) + 1})" in line, line
    assert len(lines) == len(MEANT)
