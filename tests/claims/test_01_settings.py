"""Chapter 01 says what changes with other settings than its own, and what does not."""

import re
from pathlib import Path

import pytest

RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results" / "01_settings.md"
SENTENCES = RESULTS.with_name("01_sentences.md")


def table(name, results=RESULTS):
    """The rows of one table of the results, by their first cell."""
    text = results.read_text(encoding="utf-8")
    inside = text.split(f"<!-- {name} -->")[1].split(f"<!-- end of {name} -->")[0].strip().splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in inside]
    return {row[0]: row[1:] for row in rows}


def test_convolution_leads_with_every_networks_best_setting():
    rows = table("names")
    low, high = ({n: float(re.findall(r"[\d.]+", row[1])[i]) for n, row in rows.items()} for i in (1, 2))
    assert set(low) == {"bag", "window", "convolution", "Elman", "Elman, max"}
    assert low["convolution"] > max(high[n] for n in high if n != "convolution") + 1
    assert min(low["window"], low["Elman"]) > high["bag"] + 5


def test_a_maximum_over_ticks_does_not_help_on_names():
    same, best = ({n: float(row[i].split()[0]) for n, row in table("names").items()} for i in (0, 1))
    for found in (same, best):
        assert found["Elman, max"] < found["Elman"] + 1
        assert found["Elman, max"] < found["convolution"] - 4


@pytest.mark.parametrize("kind", ["bag", "window", "convolution"])
def test_parity_fits_with_a_larger_budget_and_falls_beyond(kind):
    at_8, at_9, at_12, at_20, at_50 = map(int, table("parity")[kind])
    assert at_8 >= 99
    assert at_9 < 99 and at_12 < 92 and max(at_20, at_50) < 65
    assert kind != "window" or at_9 < 58


def test_diet_depends_on_the_minibatch():
    rows = {size: [int(share) for share in shares] for size, shares in table("diet").items()}
    assert min(rows["256"]) == 100 and max(rows["128"]) < 60


def test_on_sentences_the_read_out_is_the_gap_unless_the_rate_is_high():
    rows = {setting: [float(share) for share in row] for setting, row in table("sentences", SENTENCES).items()}
    assert set(rows) == {"0.003, 18", "0.01, 6", "0.01, 18", "0.01, 40", "0.03, 6"}
    convolution, elman, elman_max = rows.pop("0.03, 6")
    assert 0.1 < (elman_max - elman) / (convolution - elman) < 0.5
    for convolution, elman, elman_max in rows.values():
        assert convolution > elman + 6 and (elman_max - elman) / (convolution - elman) > 0.75
