"""Chapter 03 beyond what fits into it: larger automata, longer strings, more words. The code is the chapter's own."""

import itertools
import re
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

import rnnkit
import rnnkit.data

CHAPTER = Path(__file__).resolve().parents[2] / "chapters" / "03-what-they-compute.ipynb"
NEEDED = ("run", "build", "walk", "stack-weights", "stack-reference", "words")
PATTERNS = ("adder-weights", "count", "forcing", "train", "train-batches", "train-run", "train-score")


@cache
def chapter():
    """What the named cells of the chapter define, their own experiments left out."""
    names = {"np": np, "rnnkit": rnnkit, "itertools": itertools}
    sources = {cell.id: cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells}
    for name in NEEDED:
        exec(sources[name], names)
    return names


@cache
def patterns():
    """The chapter's sums, counts and recipes, without the networks that it trains."""
    names = dict(chapter())
    sources = {cell.id: cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells}
    for name in PATTERNS:
        source = sources[name].split("\ntrained = ")[0].split("\nprint(")[0]
        exec(source, names)
        if name == "adder-weights":
            pairs = np.array(list(itertools.product(range(2 ** names["bits"]), repeat=2)))
            names["pairs"] = pairs
            names["pair_xs"] = names["digits"](pairs, names["ticks"])
            names["sums"] = names["digits"](pairs.sum(1), names["ticks"])
    return names


@pytest.mark.parametrize("seed", range(40))
def test_large_automata_on_long_strings(seed):
    names, rng = chapter(), np.random.default_rng([3, seed])
    n, k = int(rng.integers(2, 40)), int(rng.integers(1, 7))
    table, start = rng.integers(0, n, (n, k)), int(rng.integers(n))
    text = rng.integers(0, k, (2000, 4))
    hs, _ = rnnkit.scan(rnnkit.Elman(k, n * k, "step"), names["build"](table, start), rnnkit.one_hot(text, k))
    assert (hs.sum(-1) == 1).all()
    assert (names["states_of"](hs, table) == names["walk"](table, text, start)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_stack_fails_where_its_digits_end(dtype):
    names, rng = chapter(), np.random.default_rng(5)
    digits = np.finfo(dtype).nmant + 1
    depths = range(digits // 2 - 2, digits // 2 + 4)
    words = [names["word"](depth, rng) for depth in depths for _ in range(300)]
    p = {name: w.astype(dtype) for name, w in names["brackets"].items()}
    xs, _ = rnnkit.pad([np.eye(4, dtype=dtype)[w] for w in words])
    hs, _ = rnnkit.scan(rnnkit.Elman(4, 8, "satlin"), p, xs)
    exact = np.array([names["bits_needed"](w) <= digits for w in words])
    assert 0 < exact.sum() < len(words)
    passed = names["balanced"](hs[-1])
    assert (passed == exact).all()
    share = dict(zip(depths, passed.reshape(-1, 300).mean(1), strict=True))
    assert all((share[d] == 1) if d <= digits // 2 else (share[d] == 0) for d in depths if d != (digits + 1) // 2)
    assert (share[(digits + 1) // 2] == 1) if digits % 2 == 0 else (0 < share[(digits + 1) // 2] < 1)


@pytest.mark.parametrize("seed", range(5, 10))
def test_real_valued_feedback_passes_the_bound_and_rounding_takes_it_back(seed):
    names = patterns()
    p = names["train"](*names["recipes"]["2 free"], seed=seed)
    first = np.ones((len(names["some"]), 2))
    assert names["wrong"](names["jordan"], p, 0.5, first) < 0.15
    assert names["share_wrong"](names["rule_of"](p), 1) > 2 / 9 - 1e-9


def test_words_are_what_they_are_called():
    names, rng = chapter(), np.random.default_rng(6)
    for depth in range(1, 30):
        word = names["word"](depth, rng)
        heights = np.cumsum([1 if s < 2 else -1 for s in word])
        assert names["reference"](word)[-1]
        assert heights.max() == depth


def test_the_half_open_intervals_of_the_docstrings():
    """The docstrings whose brackets are of the wrong kind are the eight with a half-open interval."""
    names = dict(chapter())
    sources = {cell.id: cell.source for cell in nbformat.read(CHAPTER, as_version=4).cells}
    for name in ("docs", "stack-docs"):
        exec(sources[name], names)
    pair = re.compile(r"[\[(][^][(),]*,[^][(),]*[])]$")
    assert len(names["faults"]["wrong kind"]) == 8
    assert all(pair.search(text) for text in names["faults"]["wrong kind"])
    assert len(names["faults"]["none open"]) == 14
