"""Claims of chapter 02 that need more than its own run: his gradient, the control of the counting, the bench table."""

import re
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
import pytest

import rnnkit
from rnnkit import losses, optim
from rnnkit.arrays import sigmoid
from rnnkit.data import load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def shown():
    """The functions that the chapter shows as Elman's training."""
    chapter = nbformat.read(ROOT / "chapters" / "02-elman-jordan.ipynb", as_version=4)
    source = next(cell.source for cell in chapter.cells if cell.id == "elman-1990")
    scope = {"np": np, "sigmoid": sigmoid}
    exec(compile(source, "chapter 02", "exec"), scope)
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


def triples(first_seed):
    many = [load("temporal_xor", rng=np.random.default_rng(first_seed + i), triples=8) for i in range(64)]
    return rnnkit.Batch(np.concatenate([d.inputs for d in many], 1), np.concatenate([d.targets for d in many], 1))


def test_with_the_gradient_cut_after_one_tick_and_all_else_equal_the_counting_is_gone():
    batch, fresh = triples(0), triples(1000)
    third = {}
    for reach in (1, 23):
        for seed in range(3):
            net = rnnkit.Network(rnnkit.Elman(1, 8), rnnkit.Readout(8, 1))
            objective = partial(rnnkit.truncated_bptt, net, loss=losses.binary_cross_entropy, k1=reach)
            p = net.init(np.random.default_rng(seed))
            p = rnnkit.fit(objective, p, [batch], optim.Adam(0.02), epochs=700, clip=1.0).p
            squared = (sigmoid(net.forward(p, fresh.xs)[0]) - fresh.targets) ** 2
            third[reach, seed] = squared[1::3].mean()
    print(third)
    assert max(error for (reach, _), error in third.items() if reach == 23) < 0.04
    assert min(error for (reach, _), error in third.items() if reach == 1) > 0.05


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
    fork = next(numbers for what, numbers in rows.items() if "fork" in what)
    assert min(agree) > 0.9 and max(fork) < 0.85


def test_what_the_chapter_says_of_200_passes():
    before_consonant, before_vowel = next(numbers for what, numbers in table("letters") if what.startswith("sum"))
    assert before_consonant == pytest.approx(4 / 9, abs=0.01)
    assert before_vowel < 0.005
