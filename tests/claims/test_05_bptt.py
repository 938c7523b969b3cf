"""Chapter 05: the numbers beside its code are those of its equations, and its bench says what the text says."""

import importlib
import re
from pathlib import Path

import nbformat
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
CELLS = nbformat.read(ROOT / "chapters" / "05-bptt.ipynb", as_version=4).cells
PROSE = "\n".join(cell.source for cell in CELLS if cell.cell_type == "markdown")
CODE = "\n".join(cell.source for cell in CELLS if cell.cell_type == "code")
LABELS = re.findall(r"^\$\$ \((eq-05-\w+)\)$", PROSE, flags=re.MULTILINE)
MEANT = {  # a piece of each line of code under a number, and the equation that it computes
    'x @ p["W_x"] + p["b"]': "eq-05-sum",
    'a + hs[-1] @ p["W_h"]': "eq-05-sum",
    "xp.tanh(a)": "eq-05-tanh",
    'hs[1:] @ p["W_y"] + p["b_y"]': "eq-05-read",
    'dys[t] @ p["W_y"].T + back': "eq-05-hidden",
    "dh * (1 - hs[t + 1]": "eq-05-slope",
    'back = da @ p["W_h"].T': "eq-05-hidden",
    'g["W_y"] += hs[t + 1].T @ dys[t]': "eq-05-readout",
    'g["b_y"] += dys[t].sum(0)': "eq-05-readout",
    'g["W_x"] += xs[t].T @ da': "eq-05-input",
    'g["b"] += da.sum(0)': "eq-05-input",
    'g["W_h"] += hs[t].T @ da': "eq-05-recurrent",
    'np.tensordot(p["W_h"].T, M, 1)': "eq-05-rtrl",
    "M[unit, :, unit] += z": "eq-05-rtrl",
    "M *= (1 - h**2)": "eq-05-rtrl",
}


def numbered_lines():
    """(line, number of the comment above it) of the cells that carry numbers."""
    number = None
    for line in CODE.splitlines():
        if found := re.match(r" +# \(5\.(\d+)\)", line):
            number = int(found[1])
        elif re.match(r" +# ", line) or not line.startswith("    ") or "so_far" in line or "return" in line:
            number = None
        elif number:
            yield line, number


def test_below_each_number_stand_the_lines_of_its_equation():
    lines = list(numbered_lines())
    assert len(lines) == len(MEANT)
    for (line, number), (piece, label) in zip(lines, MEANT.items(), strict=True):
        assert piece in line and LABELS[number - 1] == label, line


def test_every_equation_of_the_derivation_has_its_line():
    derivation = set(LABELS[LABELS.index("eq-05-sum") : LABELS.index("eq-05-recurrent") + 1])
    assert derivation - {"eq-05-product"} <= set(MEANT.values()) and len(derivation) == 9


RESULT = (ROOT / "bench" / "results" / "05_costs.md").read_text(encoding="utf-8")
AT = {"T": (128, 256, 512, 1024, 2048), "H": (32, 64, 96, 128, 192)}
COSTS = {
    (way, what): np.array([float(x) for x in costs.split(", ")])
    for way, what, costs in re.findall(r"^- (\S+), (time|memory): (.*)$", RESULT, flags=re.MULTILINE)
}


def test_the_price_list_says_what_the_chapter_says():
    rows = re.findall(
        r"^\| (\S+), (time|memory) \| \$([^$]+)\$ \| ([\d.]+) ± ([\d.]+) \| ([\d.]+) ±", RESULT, flags=re.MULTILINE
    )
    found = {(way, what): (float(T), float(H)) for way, what, _, T, _, H in rows}
    promised = {(way, what): power for way, what, power, *_ in rows}
    assert len(found) == 6
    assert 0.9 < found["BPTT", "time"][0] < 1.1 and 0.9 < found["BPTT", "memory"][0] < 1.1
    assert 0.9 < found["RTRL", "time"][0] < 1.1
    # Those that the text calls off their promise, and on which side
    assert found["checkpointed", "time"][0] < 0.9 and found["checkpointed", "memory"][0] < 0.45
    assert 0.1 < found["RTRL", "memory"][0] < 0.4
    assert found["BPTT", "time"][1] < 1.5 and found["checkpointed", "time"][1] < 1.5 and found["RTRL", "time"][1] < 3.5
    assert found["BPTT", "memory"][1] > 1.1 and found["checkpointed", "memory"][1] > 1.4
    assert 2.7 < found["RTRL", "memory"][1] < 3.1
    assert promised["RTRL", "time"] == "TH^4" and promised["BPTT", "memory"] == "TH"
    sizes = [re.search(rf"{name} from (\d+) to (\d+)", RESULT).groups() for name in AT]
    assert sizes == [(str(at[0]), str(at[-1])) for at in AT.values()]
    assert "$T$ from 128 to 2048 at $H = 16$, $H$ from 32 to 192 at $T = 32$" in PROSE


def test_the_prices_are_the_last_of_their_rows():
    prices = re.findall(r"^\| (\S+) \| ([\d.]+) \| ([\d.]+) \|$", RESULT, flags=re.MULTILINE)
    assert len(prices) == 3
    for way, ms, mb in prices:
        assert float(ms) == COSTS[way, "time"][-1] and float(mb) == COSTS[way, "memory"][-1]


def test_checkpointing_pays_by_the_tick_and_by_the_segment():
    """Time: a T + b sqrt(T) within 2 %, a = .0068 ms, 1.5 times BPTT's, b = .17 ms. Memory: a constant + d sqrt(T)."""
    T = np.array(AT["T"], float)
    fits = {}
    for way in ("checkpointed", "BPTT"):
        terms = np.stack([T, np.sqrt(T)], axis=1) / COSTS[way, "time"][:, None]
        fits[way] = np.linalg.lstsq(terms, np.ones(5), rcond=None)[0]
        assert np.abs(terms @ fits[way] - 1).max() < 0.02
    assert round(fits["checkpointed"][0], 4) == 0.0068 and round(fits["checkpointed"][1], 2) == 0.17
    assert 1.45 < fits["checkpointed"][0] / fits["BPTT"][0] < 1.55
    assert round(COSTS["BPTT", "time"][-1] / T[-1], 4) == 0.0048  # what the text sets beside .0068
    memory = COSTS["checkpointed", "memory"]
    slope, constant = np.polyfit(np.sqrt(T), memory, 1)
    assert constant > 0.01 and np.abs(constant + slope * np.sqrt(T) - memory).max() < 0.01


def test_the_drive_is_what_grows_in_rtrl():
    """The rise from the shortest to the longest sequence is that of one (T, 1, H) array, or little more."""
    rise = 1e6 * (COSTS["RTRL", "memory"][-1] - COSTS["RTRL", "memory"][0])
    drive = 8 * 16 * (AT["T"][-1] - AT["T"][0])
    assert 0.85 < rise / drive < 1.3
    bench = importlib.import_module("05_costs")
    cell, p, batch = (args := bench.problem(64, 16))[0].cell, *args[1:3]
    assert cell.drive(p, batch.xs).nbytes == 8 * 16 * 64
