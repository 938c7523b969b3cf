"""Chapter 17: its network is the one that the bench trained, and its tables say what the chapter says."""

import hashlib
import importlib
import json
import re

import _ladder
import numpy as np
import pytest
from _report import RESULTS, marked_rows

from rnnkit.data import load

bench = importlib.import_module("17_language")
FACTS = json.loads((RESULTS / "17_language.json").read_text(encoding="utf-8"))
NAME = "LSTM of 192, 8 passes"


def nats(level, name, part="test"):
    return np.array([row[part]["nats"] for row in _ladder.grouped(level)[name]])


def test_the_network_is_the_one_that_was_trained():
    path = bench.CHECKPOINT
    assert hashlib.sha256(path.read_bytes()).hexdigest() == FACTS["sha256"]
    assert path.stat().st_size < 1e6 and len(FACTS["valid"]) == bench.PASSES
    assert min(FACTS["valid"]) == pytest.approx(nats("character", NAME, "valid")[0], abs=1e-3)
    text = (RESULTS / "17_language.md").read_text(encoding="utf-8")
    assert re.search("SHA-256.*`([0-9a-f]{64})`", text)[1] == FACTS["sha256"]


def test_the_tables_are_made_of_the_rows():
    changes = list(bench.tricks())
    for level in ("word", "character"):
        lines = [line.strip("| ").split(" | ") for line in bench.differences(level, changes)]
        assert {first: rest for first, *rest in lines} == marked_rows("17_language", f"{level} tricks")


@pytest.mark.parametrize("level", bench.SHORT)
def test_the_short_ladder_is_made_of_the_rows(level):
    lines = [line.strip("| ").split(" | ") for line in bench.short(level)]
    found = marked_rows("17_language", f"{level} short")
    assert {first: rest for first, *rest in lines} == found
    bold = [name for name, row in found.items() if row[1].startswith("**")]
    assert bold[0].startswith("mixture")  # of what stands still
    level_by_letters = ["going on: LSTM of 192", "going on: 9-gram"]
    assert bold[1:] == (["going on: 6-gram"] if level == "word" else level_by_letters)
    bits = {name: float(row[1].strip("*").split()[0]) for name, row in found.items()}
    if level == "word":
        assert max(bits["GRU"], bits["LSTM, tied"]) < 2.01 < bits["LSTM"]


def test_no_network_was_finished():
    rows = [row for row in _ladder.read() if row["seed"] is not None and "1/8" not in row["level"]]
    assert all(row["pass"] == 3 for row in rows if "pass" in row)
    assert FACTS["valid"].index(min(FACTS["valid"])) == bench.PASSES - 1


def test_tied_weights_take_longer():
    tied, plain = (np.mean([r["seconds"] for r in _ladder.grouped("word")[n]]) for n in ("LSTM, tied", "LSTM"))
    assert 1.2 < tied / plain < 1.35


def differences(level):
    return {name: list(map(float, row)) for name, row in marked_rows("17_language", f"{level} tricks").items()}


TOLD = {
    "word": {
        "LSTM: tied weights": -0.15,
        "LSTM: no dropout": -0.07,
        "LSTM: variational dropout": 0.03,
        "LSTM: forget bias 1": 0.08,
        "tied: going on learning": -0.27,
        "tied: mixed with the 6-gram": -0.24,
        "6-gram: mixed with tied": -0.17,
        "6-gram: going on counting": -0.39,
        "both going on: tied against 6-gram": 0.19,
    },
    "character": {
        "LSTM of 192, against the 9-gram": 0.08,
        "LSTM of 192: going on learning": -0.24,
        "9-gram: going on counting": -0.16,
        "LSTM of 192: mixed with the 9-gram": -0.16,
    },
}


@pytest.mark.parametrize("level", TOLD)
def test_what_each_change_is_worth(level):
    found = differences(level)
    for name, told in TOLD[level].items():
        more, low, high = found[name]
        assert more == pytest.approx(told, abs=0.011), name
        assert np.sign(low) == np.sign(high) == np.sign(told), name  # the interval holds no zero


def test_what_open_forget_gates_cost_by_seed():
    more = nats("word", "LSTM, forget bias 1") - nats("word", "LSTM")
    assert more.min() == pytest.approx(0.04, abs=0.005) and more.max() == pytest.approx(0.12, abs=0.005)


def test_both_going_on_are_level_by_letters():
    more, low, high = differences("character")["both going on: LSTM against 9-gram"]
    assert abs(more) < 0.01 and low < 0 < high
    assert nats("character", f"{NAME}, dynamic")[0] == pytest.approx(1.20, abs=0.005)
    assert nats("character", f"{NAME}, and 9-gram KN")[0] == pytest.approx(1.28, abs=0.005)


def test_no_plain_network_reaches_counting():
    for level, name in bench.BEST.items():
        base = nats(level, name)[0]
        for other, rows in _ladder.grouped(level).items():
            if rows[0]["seed"] is not None and "dynamic" not in other and "KN" not in other:
                assert nats(level, other).min() > base + 0.04, other


def test_a_scan_beats_the_loop():
    lines = (RESULTS / "scan.md").read_text(encoding="utf-8").splitlines()
    rows = [
        [float(x.replace(",", "")) for x in line.strip("| ").split("|")]
        for line in lines
        if re.match(r"\| [\d,]+ ", line)
    ]
    times = np.array(rows)[:, 1:]
    assert 2.2 < times.min() < 2.7 and 20 < times.max() < 30


def test_a_window_takes_as_long():
    def seconds(level, name):
        return np.mean([row["seconds"] for row in _ladder.grouped(level)[name]])

    for level, window, low, high in (("word", "window of 4", 0.9, 1.1), ("character", "window of 10", 1.15, 1.45)):
        for name in ("Elman", "LSTM"):
            assert low < seconds(level, name) / seconds(level, window) < high
    assert 1.1 < seconds("word", "GRU") / seconds("word", "window of 4") < 1.4
    assert 2.1 < seconds("character", "GRU") / seconds("character", "window of 10") < 2.7


def test_keys():
    shares = {name: 100 * x[0] for name, x in FACTS["keys"].items()}
    assert shares["letters, LSTM of 192"] == pytest.approx(15.6, abs=0.2)
    assert FACTS["keys"]["letters, LSTM of 192"][2] < FACTS["keys"]["words, 6-gram"][1]  # the intervals part
    assert FACTS["keys"]["letters, LSTM of 192"][2] < FACTS["keys"]["letters, 9-gram"][1]
    assert FACTS["keys"]["letters, LSTM of 192"][1] > FACTS["keys"]["words, 1-gram"][2]
    assert shares["letters, 9-gram"] == pytest.approx(19.2, abs=0.2)
    assert shares["words, 6-gram"] == pytest.approx(19.0, abs=0.2)
    assert shares["words, 1-gram"] == pytest.approx(13.0, abs=0.2)


def test_how_often_two_headings_stand_in_training():
    headed = re.findall(r"\n *([^\n]+)\n *-{3,}\n", load("language").train.text)
    assert headed.count("Attributes") == 9 and headed.count("Parameters") == 588
