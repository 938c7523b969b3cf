"""Chapter 08 trains with the rates that its bench chose, and says what its bench found."""

import ast
import re
from pathlib import Path

import nbformat
from _report import marked_rows

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"
CELLS = {cell.id: cell.source for cell in nbformat.read(ROOT / "chapters" / "08-cures.ipynb", as_version=4).cells}


def table(name):
    """Squared errors of each seed by network; a lost run is infinite."""
    found = marked_rows("08_indrnn", name)
    return {net: [float("inf") if e == "lost" else float(e) for e in row[1].split()] for net, row in found.items()}


def test_the_rates_are_those_that_the_bench_chose():
    text = (RESULTS / "08_rates.md").read_text(encoding="utf-8")
    chosen = {
        cure.strip(): (float(v), float(e))
        for cure, v, e in re.findall(r"^\| ([a-zA-Z +]+) \| ([\d.]+) \| ([\d.]+) \|$", text, flags=re.MULTILINE)
    }
    tree = ast.parse(CELLS["run"])
    used = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "RATES"
    )
    assert len(used) == 15 and used == chosen


def test_rates_beyond_the_grid_rescue_no_row():
    text = (RESULTS / "08_rates.md").read_text(encoding="utf-8")
    row = r"^\| ([a-z A-Z]+) \| ([VE]) \| ([\d.e-]+) \| near (\d), far (\d), not lost (\d) \|$"
    found = {(c, p, float(r)): tuple(map(int, n)) for c, p, r, *n in re.findall(row, text, flags=re.MULTILINE)}
    assert len(found) == 22 and len({key[:2] for key in found}) == 10
    assert found["untreated", "E", 1e-6] == (0, 0, 0) and found["untreated", "E", 1e-8] == (0, 0, 5)
    for (cure, patient, _), (near, far, alive) in found.items():
        if cure == "identity":
            assert far == 5 and near <= 3
        elif cure == "activation":
            assert (near, far) == (0, 5)
        else:
            assert far <= 1 and (patient == "V" or near == 0 or cure.startswith("clip"))
        if cure in ("momentum", "skip") and patient == "E":
            assert alive == 0


def test_the_adding_problem_by_the_bench():
    short, long = table("short"), table("long")
    lost = float("inf")
    assert min(short["tanh"]) > 0.14
    assert sorted(short["IRNN"])[1] < 0.03 and max(short["IRNN"]) == lost
    assert sorted(short["IndRNN, slow"])[1] < 0.01 and 0.05 < max(short["IndRNN, slow"]) < lost
    assert sorted(short["IndRNN, 0 to 1"])[1] > 0.14 and 0.02 < min(short["IndRNN, 0 to 1"]) < 0.1
    assert sorted(long["IndRNN, slow"])[1] < 0.07 and max(long["IndRNN, slow"]) > 0.14
    assert min(long["tanh"]) > 0.14 and min(long["LSTM, $b_f = \\ln T$"]) > 0.14
    assert max(short["the same, no bound"]) < 0.03
    assert min(short["LSTM, $b_f = \\ln T$"]) > 0.14 and max(long["IndRNN, slow"]) < lost
