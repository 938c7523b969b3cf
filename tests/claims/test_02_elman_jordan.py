"""Claims of chapter 02 that need more than its own run: his gradient, longer runs, the bench table."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

import rnnkit
from rnnkit import losses, optim
from rnnkit.arrays import sigmoid
from rnnkit.data import load

ROOT = Path(__file__).resolve().parents[2]


def source_of(cell_id):
    chapter = nbformat.read(ROOT / "chapters" / "02-elman-jordan.ipynb", as_version=4)
    return next(cell.source for cell in chapter.cells if cell.id == cell_id)


@pytest.fixture(scope="module")
def shown():
    """The functions that the chapter shows as Elman's training."""
    scope = {"np": np, "sigmoid": sigmoid}
    exec(compile(source_of("elman-1990"), "chapter 02", "exec"), scope)
    return scope


@pytest.mark.parametrize("seed", range(3))
def test_an_update_of_1990_follows_the_gradient_of_one_tick(shown, seed):
    rng = np.random.default_rng(seed)
    S, D, H, O = 2, 3, 4, 2  # noqa: E741
    weights = shown["weights_1990"](rng, S, D, H, O)
    x, target, lr = rng.normal(size=(1, S, D)), rng.random((1, S, O)), 1e-3
    after = [w.copy() for w in weights]
    shown["train_1990"](after, x, target, lr)
    for s in range(S):
        p = {"W": weights[0][s], "W_y": weights[1][s]}
        z = np.concatenate([x[0, s], np.full(H, 0.5), [1]])

        def half_error(q, z=z, s=s):
            y = sigmoid(np.append(sigmoid(z @ q["W"]), 1) @ q["W_y"])
            return float(((y - target[0, s]) ** 2).sum()) / 2

        slow = rnnkit.check.finite_differences(half_error, p)
        for name, before, moved in (("W", weights[0], after[0]), ("W_y", weights[1], after[1])):
            assert rnnkit.check.relative_error((before[s] - moved[s]) / lr, slow[name]) < 1e-6


@pytest.fixture(scope="module")
def counting():
    """The chapter's streams that begin anywhere, and its gradient of one tick."""
    scope = {"np": np, "rnnkit": rnnkit, "load": load}
    exec(compile(source_of("counting"), "chapter 02", "exec"), scope)
    return scope


@pytest.mark.parametrize("H", [2, 8])
def test_the_gradient_of_one_tick_is_truncation_after_one_tick(counting, H):
    batch, _ = counting["cut_anywhere"](0, count=8)
    net = rnnkit.Network(rnnkit.Elman(1, H), rnnkit.Readout(H, 1))
    p = net.init(np.random.default_rng(H))
    short = counting["one_tick"](net, p, batch, losses.binary_cross_entropy)
    same = rnnkit.truncated_bptt(net, p, batch, losses.binary_cross_entropy, k1=1)
    full = rnnkit.bptt(net, p, batch, losses.binary_cross_entropy)
    assert short[0] == pytest.approx(same[0], rel=1e-9)
    for name in p:
        np.testing.assert_allclose(short[1][name], same[1][name], rtol=0, atol=1e-12)
    assert np.abs(short[1]["W_h"] - full[1]["W_h"]).max() > 1e-6


def test_streams_that_begin_anywhere_give_the_place_away_only_by_their_bits(counting):
    batch, due = counting["cut_anywhere"](0)
    assert not due[:16].any() and (batch.mask == (np.arange(40) >= 16)[:, None]).all()
    ticks, streams = np.nonzero(due)
    assert (batch.targets[due][:, 0] == (batch.xs[due] != batch.xs[ticks - 1, streams])[:, 0]).all()
    # every place of the triple is about as frequent at every counted tick
    assert (np.abs(due[16:].mean(1) - 1 / 3) < 0.2).all()


def test_with_three_times_the_epochs_the_chorales_are_about_level_with_the_table():
    scope = {"np": np, "rnnkit": rnnkit, "load": load, "losses": losses, "optim": optim}
    exec(compile(source_of("chorales"), "chapter 02", "exec"), scope)
    table_of_two = scope["music"]["table, last two notes"][0]
    longer = [scope["learn"](scope["listener"], seed, epochs=24) for seed in range(3)]
    print(longer, table_of_two)
    assert max(longer) < min(scope["music"]["Elman"])
    assert np.abs(np.array(longer) - table_of_two).max() < 0.03


def table(experiment):
    text = (ROOT / "bench" / "results" / "02_elman1990.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| [\d.]+ \| (.+?) \| (.+?) \|$", text.split(f"<!-- {experiment} -->")[1].split("<!-- end")[0], re.M
    )
    return [(what, [float(number) for number in re.findall(r"\d+\.?\d*", value)]) for what, value in rows]


def test_what_the_chapter_says_of_600_passes():
    for what, numbers in table("xor"):
        if what.startswith("squared error"):
            first, second, third = numbers
            assert third == pytest.approx(0.15, abs=0.02) and min(first, second) > 0.255
        elif what.startswith("third bit"):
            assert 1 / 9 - 0.01 < numbers[0] < 0.13
        else:
            assert numbers[-2:] == [20, 20]


def test_what_the_chapter_says_of_his_word_network():
    rows = dict(table("words"))
    agree = next(numbers for what, numbers in rows.items() if "agrees" in what)
    branches = next(numbers for what, numbers in rows.items() if "branches" in what)
    assert min(agree) > 0.9 and len(branches) == 3 and min(branches) > 0.95


def test_what_the_chapter_says_of_200_passes():
    before_consonant, before_vowel = next(numbers for what, numbers in table("letters") if what.startswith("sum"))
    assert before_consonant == pytest.approx(4 / 9, abs=0.01)
    assert before_vowel < 0.005
