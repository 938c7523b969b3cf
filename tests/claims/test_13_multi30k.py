"""Chapter 13: the table of captions says what the text says."""

from pathlib import Path

import numpy as np
from _report import marked_rows

TEXT = (Path(__file__).parents[2] / "bench" / "results" / "13_multi30k.md").read_text(encoding="utf-8")


def test_attention_is_worth_twelve_points_and_more_than_a_beam():
    bleu = {name: float(row[0]) for name, row in marked_rows("13_multi30k", "bleu").items()}
    for way in ("greedy", "beam 5"):
        assert 11.5 < bleu[f"with attention, {way}"] - bleu[f"without, {way}"] < 12.5
    for name in ("with attention", "without"):
        assert 1.5 < bleu[f"{name}, beam 5"] - bleu[f"{name}, greedy"] < 2.5


def test_the_gap_grows_with_length():
    rows = {name: np.array(row, float) for name, row in marked_rows("13_multi30k", "length").items()}
    gap = rows["with attention"] - rows["without"]
    assert (np.diff(gap) > 0).all()
    assert gap[[0, -1]].round().tolist() == [10, 13]


def test_sizes_and_budget():
    assert "1,798,724 weights in each network" in TEXT and "6 epochs" in TEXT and "One seed" in TEXT
    assert "about 10 processor minutes a network" in TEXT
