"""Chapters 12 and 13: the benches say what the text says."""

import json
import re
from pathlib import Path

import numpy as np
from _report import marked_numbers, marked_rows

RESULTS = Path(__file__).parents[2] / "bench" / "results"
FOUND = json.loads((RESULTS / "12_phrases.json").read_text(encoding="utf-8"))
TEXT = (RESULTS / "12_phrases.md").read_text(encoding="utf-8")


def rows(name, key="exact", factor=100):
    """(phrases, seeds)."""
    return factor * np.array(FOUND[name][key])


def test_sizes_are_equal():
    part = TEXT.split("Weights: ")[1].split(".")[0]
    found = re.findall(r"(?:vector|attention|reversed|sampling|updates) ([\d,]+)", part)
    sizes = [int(n.replace(",", "")) for n in found]
    assert len(sizes) == 6 and max(sizes) < 1.02 * min(sizes)


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
    assert (turned < one[:, :3]).all()  # the same seeds


def test_the_gap_between_given_and_own_words():
    given, own = marked_numbers("12_phrases", "order")["one vector"]
    assert (given[1:], own[1:]) == ([67, 70], [42, 54])
    given, own = marked_numbers("12_phrases", "order")["a vector a word"]
    assert given[1] - own[1] <= 2
    given, own = marked_numbers("12_phrases", "exposure")["one vector"]
    assert given[0] - own[0] == 36


def test_scheduled_sampling_stays_inside_the_range_without_it():
    plain, cured = (
        marked_numbers("12_phrases", "order")[name][1] for name in ("one vector", "one vector, scheduled sampling")
    )
    assert plain[1] < cured[1] < cured[2] < plain[2] and cured[1:] == [44, 53]


def test_medians_are_those_of_the_json():
    for name, cells in marked_rows("12_phrases", "medians").items():
        key = name.replace("a vector a word", "multiplicative attention")
        assert [int(cell) for cell in cells] == np.round(np.median(rows(key, "bleu", 1), 1)[:3]).tolist()


def test_twice_the_updates():
    assert np.round(rows("one vector, twice the updates", "bleu", 1)[:3, 0]).tolist() == [69, 40, 25]
    assert rows("one vector, twice the updates")[1:, 0].tolist() == [0.5, 0, 0]  # one text of 200
    assert np.round(rows("one vector", "bleu", 1)[:3, 0]).tolist() == [64, 34, 30]  # the same seed


def test_how_many_texts_of_two_phrases_would_be_right_if_they_failed_independently():
    assert round((200 * rows("one vector", factor=1)[0] ** 2).sum()) == 46
    assert round(200 * rows("one vector, twice the updates", factor=1)[0, 0] ** 2) == 22


def test_losses_and_early_ends():
    assert "one vector 0.601;" in TEXT and "multiplicative attention 0.006." in TEXT
    assert "98 (94–99) % of the texts end after three" in TEXT


def test_the_chapter_prints_what_it_says_of_its_phrases():
    text = (RESULTS.parents[1] / "chapters" / "12-encoder-decoder.ipynb").read_text(encoding="utf-8")
    assert "known 14 without them, % [32. 51. 52. 38. 50.]" in text and "wrong; by one word 0.72" in text


def test_what_the_networks_of_chapter_13_say_of_longer_texts():
    text = (RESULTS.parents[1] / "chapters" / "13-attention.ipynb").read_text(encoding="utf-8")
    assert "end after two [0.41 1.   0.89 0.57 0.45]" in text
    for row in ("0.79 0.26 0.42", "0.72 0.28 0.35", "0.78 0.32 0.29", "0.67 0.26 0.4 ", "0.69 0.25 0.37"):
        assert row in text
    assert "not allowed to end, exact [0.01 0.   0.07 0.03 0.05]" in text
