"""Chapter 10: its figures draw what the table says, and the table says what the text says."""

import json
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results"
TABLE = (RESULTS / "10_gru.md").read_text(encoding="utf-8")
SCORES = json.loads((RESULTS / "10_gru.json").read_text(encoding="utf-8"))
CHAPTER = nbformat.read(RESULTS.parents[1] / "chapters" / "10-gru.ipynb", as_version=4)
PROSE = "\n".join(cell.source for cell in CHAPTER.cells if cell.cell_type == "markdown")
TASKS = "adding", "order", "surnames", "text"


def rows(name):
    """The cells of the table's rows that begin with a name."""
    return [line.strip("| ").split(" | ") for line in TABLE.splitlines() if line.startswith(f"| {name} | ")]


def test_the_four_tasks_and_their_seeds():
    assert tuple(SCORES) == TASKS
    for found in SCORES.values():
        assert {len(scores) for scores in found["scores"].values()} == {10}
        assert {len(scores) for scores in found["ablated"].values()} == {5}
        sizes = found["size"].values()
        assert max(sizes) / min(sizes) < 1.02
        assert found["grid"]["LSTM"].keys() == found["grid"]["GRU"].keys()  # equal tuning
        for cell, chosen in found["chosen"].items():
            best = min(found["grid"][cell], key=found["grid"][cell].get)
            assert [float(x) for x in best.split()] == chosen


@pytest.mark.parametrize("task", TASKS)
def test_the_table_shows_the_scores(task):
    equal = next(row for row in rows(task) if "±" in row[1])
    for text, cell in zip(equal[1:3], ("LSTM", "GRU"), strict=True):
        mean, spread = map(float, text.split(" ± "))
        scores = SCORES[task]["scores"][f"{cell}, weights"]
        assert abs(np.mean(scores) - mean) < 6e-4 and abs(np.std(scores, ddof=1) - spread) < 6e-4


def test_counts_of_solved_are_those_of_the_scores():
    names = {"adding, $b_i=-2$": ("adding", "LSTM, b_i = −2"), "order": ("order", "LSTM, weights")}
    solved = re.search("<!-- solved -->(.*)<!-- end of solved -->", TABLE, re.DOTALL)[1]
    for row, (task, name) in (names | {"adding": ("adding", "LSTM, weights")}).items():
        lstm, gru = (sum(e < 0.1 for e in SCORES[task]["scores"][key]) for key in (name, "GRU, weights"))
        assert f"| {row} | {lstm} | {gru} | " in solved
    assert "5, 8 and 10 of ten" in PROSE  # LSTM, b_i = −2, GRU at adding


def test_no_winner_is_named_where_the_interval_holds_zero():
    won = {}
    for task in TASKS:
        equal = next(row for row in rows(task) if "±" in row[1])
        low, high = (float(x.replace("−", "-")) for x in re.search(r"\[(\S+), (\S+)\]", equal[3]).groups())
        won[task] = "GRU" if low > 0 else "LSTM" if high < 0 else "nobody"
    assert won == {"adding": "GRU", "order": "nobody", "surnames": "nobody", "text": "nobody"}
    assert "One winner in four" in PROSE and "**text**, where scores lie close together. They have no winner" in PROSE
