"""Chapters 12 and 13: the benches say what the text says."""

import json
import re
from pathlib import Path

import numpy as np
from _report import marked_rows

RESULTS = Path(__file__).parents[2] / "bench" / "results"
FOUND = json.loads((RESULTS / "12_phrases.json").read_text(encoding="utf-8"))
TEXT = (RESULTS / "12_phrases.md").read_text(encoding="utf-8")


def rows(name, key="exact", factor=100):
    """(phrases, seeds)."""
    return factor * np.array(FOUND[name][key])


def test_sizes_are_equal():
    sizes = [int(n.replace(",", "")) for n in re.findall(r"(?:vector|attention|reversed|sampling) ([\d,]+)", TEXT)]
    assert len(sizes) == 5 and max(sizes) < 1.02 * min(sizes)


def test_one_vector_falls_with_length_and_fewer_units_fall_lower():
    one, few = rows("one vector", "bleu", 1), rows("one vector, a third of the units", "bleu", 1)
    assert (one[0] > one[1]).all() and (one[1] > one[3]).all()
    assert (few.max(1) < one.min(1))[:2].all() and (np.median(few, 1) < np.median(one, 1)).all()
    assert rows("one vector")[1:].max() < 5


def test_attention_removes_the_fall_within_trained_lengths():
    for name in ("multiplicative attention", "additive attention"):
        found = rows(name)
        assert found[:3].min() > rows("one vector").max() + 20
        assert found[3].max() < 20  # four phrases: none was trained


def test_reversing_the_source_gained_nothing():
    one, turned = rows("one vector", "bleu", 1), rows("one vector, source reversed", "bleu", 1)
    assert (turned.max(1) > one.min(1)).all() and (turned.max(1) < one.max(1)).all()


def spreads(name, part):
    """Median, least and greatest of each cell of a row."""
    return [[float(x) for x in re.findall(r"[\d.]+", cell)] for cell in marked_rows("12_phrases", part)[name]]


def test_the_gap_between_given_and_own_words():
    GAP


def test_scheduled_sampling_stays_inside_the_range_without_it():
    SAMPLING


def test_medians_are_those_of_the_json():
    for name, cells in marked_rows("12_phrases", "medians").items():
        key = name.replace("a vector a word", "multiplicative attention")
        assert [int(cell) for cell in cells] == np.round(np.median(rows(key, "bleu", 1), 1)[:3]).tolist()


def test_twice_the_updates():
    TWICE
