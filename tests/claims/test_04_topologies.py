"""Chapter 04 for any cell, and the longer training that its echo speaks of."""

import ast
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from rnnkit import Batch, Elman, Jordan, Network, Readout, bptt, last_tick, pad
from rnnkit.losses import softmax_cross_entropy

NOTEBOOK = Path(__file__).resolve().parents[2] / "chapters" / "04-topologies.ipynb"
NETWORKS = {
    "Elman": Network(Elman(5, 6), Readout(6, 4)),
    "relu": Network(Elman(5, 6, "relu"), Readout(6, 4)),
    "Jordan": Network(Jordan(5, 6, 4, decay=0.5)),
}


@pytest.fixture(params=NETWORKS)
def net(request):
    return NETWORKS[request.param]


def gradients(net, p, xs, mask, seed):
    targets = np.random.default_rng(seed).integers(4, size=mask.shape)
    return bptt(net, p, Batch(xs, targets, mask), softmax_cross_entropy)[1]


def shown(*ids):
    """What these cells of the chapter define."""
    chapter = {"__name__": "chapter"}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.id in ids:
            exec(compile(cell.source.replace('chorales = load("chorales")', ""), cell.id, "exec"), chapter)
    return chapter


@pytest.mark.parametrize("seed", range(5))
def test_topologies_add_up(net, seed):
    """Over ragged masks: the mean weighted by the questions of each tick, and not the plain mean."""
    rng = np.random.default_rng(seed)
    p, xs = net.init(rng), rng.normal(size=(7, 3, 5))
    mask, tick = rng.random((7, 3)) < 0.5, np.indices((7, 3))[0]
    mask[0, 0] = True
    single = [gradients(net, p, xs, mask & (tick == t), seed) for t in range(7)]
    share, plain = mask.sum(1) / mask.sum(), 0.0
    for name, together in gradients(net, p, xs, mask, seed).items():
        each = np.array([g[name] for g in single])
        assert np.abs(together - np.tensordot(share, each, 1)).max() < 1e-12
        plain = max(plain, np.abs(together - each.mean(0)).max())
    assert plain > 1e-3


def test_masked_loss_survives_what_nobody_asks():
    masked_loss = shown("setup", "masked-loss")["masked_loss"]
    rng = np.random.default_rng(0)
    ys, targets = rng.normal(size=(4, 3, 5)), rng.integers(5, size=(4, 3))
    mask = rng.random((4, 3)) < 0.5
    mask[0, 0], mask[1, 1] = True, False
    value, dys = masked_loss(ys, targets, mask)
    for loud in (2000.0, -2000.0, np.inf, np.nan):
        other = ys.copy()
        other[1, 1, 0] = loud
        same, same_dys = masked_loss(other, targets, mask)
        assert same == value and (same_dys == dys).all()
    value, dys = masked_loss(ys, targets, np.zeros((4, 3), bool))
    assert value == 0 and (dys == 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_one_tick_needs_no_recurrent_weights(net, seed):
    rng = np.random.default_rng(seed)
    p, xs = net.init(rng), rng.normal(size=(1, 8, 5))
    assert (gradients(net, p, xs, np.ones((1, 8), bool), seed)["W_h"] == 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_padding_is_free(net, seed):
    rng = np.random.default_rng(seed)
    p = net.init(rng)
    xs, there = pad([rng.normal(size=(n, 5)) for n in rng.integers(1, 9, size=4)])
    more = rng.normal(size=(len(xs) + 9, 4, 5)) * 100
    still = np.zeros(more.shape[:2], bool)
    still[: len(xs)] = there
    more[still] = xs[there]
    for ask in (last_tick, np.copy):
        places = np.zeros(still.shape, int)
        results = []
        for inputs, mask in ((xs, ask(there)), (more, ask(still))):
            batch = Batch(inputs, places[: len(mask)], mask)
            value, grads, _ = bptt(net, p, batch, softmax_cross_entropy)
            results.append([net.forward(p, inputs)[0][mask], value, *grads.values()])
        assert max(np.abs(a - b).max() for a, b in zip(*results, strict=True)) < 1e-12


def test_ten_times_the_epochs_reach_a_delay_of_12():
    chapter = shown("setup", "many-to-one-batch", "train")
    for seed in range(3):
        test = chapter["echo"](1000 + seed, 12, count=200)
        short, long = (
            chapter["accuracy"](*chapter["train"](chapter["echo"](seed, 12), 24, 4, seed, epochs), test)
            for epochs in (20, 200)
        )
        assert short < 0.6 and long > 0.9


def test_the_dashed_line_is_the_bench_of_200_epochs():
    cell = next(c for c in nbformat.read(NOTEBOOK, as_version=4).cells if c.id == "figure-echo")
    drawn = ast.literal_eval(re.search(r"LONGER = (\{.*?\})", cell.source)[1])
    table = (NOTEBOOK.parents[1] / "bench" / "results" / "04_topologies.md").read_text(encoding="utf-8")
    row = re.search(r"^\| 10 × epochs \|(.*)$", table, re.M)[1]
    measured = [float(x) for x in re.findall(r"(\d\.\d\d) \(", row)]
    assert drawn == dict(zip((4, 8, 12, 16), measured, strict=False))
    assert min(drawn.values()) > 0.9 and "0.96 (0.56" in row
