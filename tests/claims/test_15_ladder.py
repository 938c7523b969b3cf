"""Chapter 15: the ladder's table is made of its rows, and says what the chapter says."""

import json
import re

import _ladder
import numpy as np
import pytest
from _report import marked_rows

COUNTING = {"word": "6-gram, modified Kneser–Ney", "character": "9-gram, modified Kneser–Ney"}
NETS = {"word": ("window of 4", "Elman", "GRU", "LSTM"), "character": ("window of 10", "Elman", "GRU", "LSTM")}


def values(level, name, *path):
    """One number of each seed's row."""
    found = []
    for row in _ladder.grouped(level)[name]:
        for key in path:
            row = row[key]
        found.append(row)
    return np.array(found)


def test_the_table_is_made_of_the_rows(tmp_path, monkeypatch):
    kept = (_ladder.RESULTS / "15_ladder.md").read_text(encoding="utf-8").splitlines()
    monkeypatch.setattr(_ladder, "RESULTS", tmp_path)
    _ladder.write()
    made = (tmp_path / "15_ladder.md").read_text(encoding="utf-8").splitlines()
    assert made[4:] == kept[4:], "run: python bench/15_ladder.py"


@pytest.mark.parametrize("level", COUNTING)
def test_networks_have_one_size(level):
    sizes = [rows[0]["stored"] for name, rows in _ladder.grouped(level).items() if name in NETS[level]]
    assert sizes and max(sizes) < 1.05 * min(sizes)


@pytest.mark.parametrize("level", COUNTING)
def test_a_row_adds_up(level):
    corpus = _ladder.Corpus(level)
    for rows in _ladder.grouped(level).values():
        for row in rows:
            nats = row["test"]["nats"] * len(corpus.ids["test"])
            assert sum(row["by_docstring"]) == pytest.approx(nats, rel=1e-3)
            bits = (nats + corpus.spelling["test"]) / len(corpus.data.test.text) / np.log(2)
            assert bits == pytest.approx(row["test"]["bpc"], abs=2e-4)


def test_words_and_letters_cost_alike():
    word, letter = (values(level, name, "test", "bpc")[0] for level, name in COUNTING.items())
    assert abs(word - letter) < 0.02


def behind(level):
    """Bits a character behind the best table: {network: (all, low, high, without copies, low, high)}."""
    rows = marked_rows("15_ladder", f"{level} behind")
    return {name: [float(x) for cell in row for x in re.findall(r"-?[\d.]+", cell)] for name, row in rows.items()}


@pytest.mark.parametrize("level", COUNTING)
def test_networks_are_behind_counting_and_slower(level):
    groups, base = _ladder.grouped(level), COUNTING[level]
    assert _ladder.best_counting(groups) == base
    found = behind(level)
    assert all(found[name][1] > 0 for name in NETS[level])  # the interval of the whole test
    five = "5-gram, modified Kneser–Ney"
    for name in NETS[level]:
        if level == "word":
            assert 0.9 < values(level, name, "stored")[0] / values(level, five, "stored")[0] < 1.1
            assert values(level, name, "seconds").min() > 100 * values(level, five, "seconds")[0]
        else:
            assert found[name][4] > 0.3
            assert 19 < values(level, base, "stored")[0] / values(level, name, "stored")[0] < 21
            assert 3 < values(level, five, "stored")[0] / values(level, name, "stored")[0] < 3.3
    if level == "character":
        assert values(level, five, "test", "bpc")[0] == pytest.approx(2.127, abs=6e-4)
        assert values(level, "GRU", "test", "bpc").mean() == pytest.approx(2.274, abs=6e-4)


def test_without_copies_the_gru_is_not_behind():
    """By words, on the strings of the test that hold no run of 13 words of training."""
    copies = _ladder.copied()
    lengths = np.array([len(text) for text in _ladder.load("language").test.docstrings])
    assert 0.22 < copies.mean() < 0.25 and 0.5 < lengths[copies].sum() / lengths.sum() < 0.54
    found = behind("word")
    assert found["GRU"][4] < 0 < found["GRU"][5] and abs(found["GRU"][3]) < 0.005
    for name in NETS["word"]:
        assert found[name][3] < found[name][0] - 0.025
        assert name == "GRU" or found[name][4] > 0


def test_the_short_table_is_of_the_long():
    for level in COUNTING:
        long, short = (marked_rows("15_ladder", f"{level} {name}") for name in ("cost", "short"))
        assert short.items() <= long.items() and set(NETS[level]) <= set(short) and len(short) <= 14


@pytest.mark.parametrize("level", COUNTING)
def test_who_learns_on_and_who_mixes_is_ahead_of_every_table(level):
    """What the chapter says of the fold: LSTMs that learn on while they are tested, and mixtures with a table."""
    groups = _ladder.grouped(level)
    best = values(level, COUNTING[level], "test", "bpc")[0]
    ahead = [name for name in groups if name.endswith(", dynamic") or ", and " in name]
    assert len(ahead) == 2
    for name in ahead:
        assert values(level, name, "test", "bpc").max() < best - 0.05, name


def test_passes_of_the_sparse_window():
    kept = json.loads((_ladder.RESULTS / "15_sparse.json").read_text(encoding="utf-8"))
    for share in (32, 8):
        assert kept[f"1/{share}, valid: 20 passes"] > kept[f"1/{share}, valid: 10 passes"] + 0.1


def sparse(name):
    """The numbers of one table of bench/results/15_sparse.md: (rows, columns, mean and largest distance)."""
    return np.array([[cell.split("±") for cell in row] for row in marked_rows("15_sparse", name).values()], float)


def test_claim_37():
    """Both gain from more text, the network no less; who loses at rare contexts depends on text and network."""
    kn, net = sparse("sizes")[:, 2]
    assert (kn[0], net[0]) == (0.44, 0.56) and kn[0] - kn[1] > 0.3 and net[0] - net[1] > 0.3
    for share in (32, 8):
        mean, off = sparse(f"reach {share}")[:, 2].T
        assert (np.diff(mean) < 0).all()
        assert mean[0] - off[0] > mean[3] + off[3] + 0.1  # every seed at the rarest is above every seed at the known
    assert mean[0] == 0.30 and mean[3] - off[3] < 0 < mean[3] + off[3]
    # On the whole text the slope is the other one.
    base = values("word", "5-gram, modified Kneser–Ney", "by_reach")
    best = values("word", COUNTING["word"], "by_reach")
    gru, window = values("word", "GRU", "by_reach"), values("word", "window of 4", "by_reach")
    assert (gru - best < -0.02)[:, :3].all() and (gru - base < -0.02)[:, :3].all() and (gru - base > 0.15)[:, 3].all()
    assert (window - base > 0.1).all() and ((window - base)[:, 3:] > (window - base)[:, :3] + 0.05).all()


@pytest.mark.parametrize("level", COUNTING)
def test_every_network_has_three_seeds(level):
    groups = _ladder.grouped(level)
    for name in NETS[level]:
        assert sorted(row["seed"] for row in groups[name]) == [0, 1, 2], name


def test_of_the_networks_the_gru_comes_nearest():
    """By words: the GRU is ahead of the other three in every seed."""
    gru = values("word", "GRU", "test", "nats")
    others = [values("word", name, "test", "nats") for name in NETS["word"] if name != "GRU"]
    assert gru.max() < min(x.min() for x in others) - 0.05
