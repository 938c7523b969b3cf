"""Chapter 05: the numbers beside its code are those of its equations, and its bench says what the text says."""

import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
CELLS = nbformat.read(ROOT / "chapters" / "05-bptt.ipynb", as_version=4).cells
PROSE = "\n".join(cell.source for cell in CELLS if cell.cell_type == "markdown")
CODE = "\n".join(cell.source for cell in CELLS if cell.cell_type == "code")
LABELS = re.findall(r"^\$\$ \((eq-05-\w+)\)$", PROSE, flags=re.MULTILINE)
MEANT = {  # a piece of each line of code that carries a number, and the equation that it computes
    'x @ p["W_x"] + hs[-1]': "eq-05-sum",
    "np.tanh(a)": "eq-05-tanh",
    'hs[1:] @ p["W_y"]': "eq-05-read",
    'p["W_y"].T + back': "eq-05-hidden",
    "dh * (1 - hs[t + 1]": "eq-05-slope",
    'back = da @ p["W_h"].T': "eq-05-hidden",
    'g["W_y"] += ': "eq-05-readout",
    'g["b_y"] += ': "eq-05-readout",
    'g["W_x"] += ': "eq-05-input",
    'g["b"] += ': "eq-05-input",
    'g["W_h"] += ': "eq-05-recurrent",
    "np.einsum(": "eq-05-rtrl",
    "M[unit, :, unit] += z": "eq-05-rtrl",
    "M *= ": "eq-05-rtrl",
}


def test_each_line_carries_the_number_of_its_equation():
    numbered = re.findall(r"^(.*?)  # \(5\.(\d+)\)", CODE, flags=re.MULTILINE)
    assert len(numbered) == len(MEANT)
    for (line, number), (piece, label) in zip(numbered, MEANT.items(), strict=True):
        assert piece in line and LABELS[int(number) - 1] == label, line


def test_every_equation_of_the_derivation_has_its_line():
    derivation = LABELS[LABELS.index("eq-05-sum") : LABELS.index("eq-05-recurrent") + 1]
    assert set(derivation) <= set(MEANT.values()) and len(derivation) == 8


def test_the_price_list_says_what_the_chapter_says():
    text = (ROOT / "bench" / "results" / "05_costs.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+), (time|memory) \| ([\d.]+) ± [\d.]+ \| ([\d.]+) ±", text, flags=re.MULTILINE)
    found = {(way, what): (float(T), float(H)) for way, what, T, H in rows}
    assert len(found) == 6
    assert 0.9 < found["BPTT", "time"][0] < 1.1 and 0.9 < found["BPTT", "memory"][0] < 1.1
    assert found["checkpointed", "memory"][0] < 0.55 and found["RTRL", "memory"][0] < 0.4
    assert 0.9 < found["RTRL", "time"][0] < 1.1 and 2.7 < found["RTRL", "memory"][1] < 3.1
    assert found["BPTT", "time"][1] < 1 < 2.5 < found["RTRL", "time"][1] < 4
