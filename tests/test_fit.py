"""Training: it learns, tells what it did, stops when told, and resumes to the same bits."""

import os
import subprocess
import sys
from functools import partial

import numpy as np
import pytest

import rnnkit
from rnnkit import losses, optim

NET = rnnkit.Network(rnnkit.Elman(1, 6), rnnkit.Readout(6, 1))
TRAIN = partial(rnnkit.bptt, NET, loss=losses.squared_error)


def problem(seed=0):
    """Say the input of one tick ago."""
    rng = np.random.default_rng(seed)
    xs = rng.normal(size=(12, 16, 1))
    targets = np.concatenate([np.zeros((1, 16, 1)), xs[:-1]])
    return NET.init(rng), rnnkit.minibatches(rnnkit.Batch(xs, targets), 5, seed)


def same(a, b):
    return all((a.p[n] == b.p[n]).all() for n in a.p) and a.history == b.history and a.stopped == b.stopped


@pytest.mark.parametrize("optimizer", [optim.SGD(0.1, 0.9), optim.RMSProp(0.003), optim.Adam(0.01)])
@pytest.mark.parametrize("seed", range(3))
def test_every_optimiser_learns_a_delay(optimizer, seed):
    p, batches = problem(seed)
    start = {n: x.copy() for n, x in p.items()}
    run = rnnkit.fit(TRAIN, p, batches, optimizer, epochs=60, clip=1.0)
    assert run.stopped == "epochs" and run.epochs == 60
    assert run.history["loss"][-1] < 0.2 * run.history["loss"][0]
    assert all((p[n] == start[n]).all() for n in p)


@pytest.mark.parametrize("optimizer", [optim.SGD(0.1), optim.SGD(0.1, 0.9), optim.RMSProp(0.003), optim.Adam(0.01)])
@pytest.mark.parametrize("validated", [False, True])
def test_resumed_is_never_stopped_bit_for_bit(tmp_path, optimizer, validated):
    p, batches = problem()
    options = {"clip": 0.5, "validate": (lambda q: float(np.abs(q["W_h"]).sum())) if validated else None}
    whole = rnnkit.fit(TRAIN, p, batches, optimizer, epochs=7, **options)
    for epochs in (3, 5, 7):
        resumed = rnnkit.fit(TRAIN, p, batches, optimizer, epochs=epochs, checkpoint=tmp_path / "run.npz", **options)
    assert same(resumed, whole)
    assert [x.name for x in tmp_path.iterdir()] == ["run.npz"]


def test_killed_in_the_middle_resumes_to_the_same_bits(tmp_path):
    program = f"""
import os, sys
sys.path.insert(0, {os.path.dirname(__file__)!r})
import test_fit, rnnkit
calls = 0
def train(*args, **kwargs):
    global calls
    calls += 1
    if calls == 10: os.kill(os.getpid(), 9)
    return test_fit.TRAIN(*args, **kwargs)
p, batches = test_fit.problem()
rnnkit.fit(train, p, batches, rnnkit.optim.Adam(0.01), epochs=6, checkpoint={str(tmp_path / "run.npz")!r})
"""
    assert subprocess.run([sys.executable, "-c", program], capture_output=True).returncode == -9
    p, batches = problem()
    whole = rnnkit.fit(TRAIN, p, batches, optim.Adam(0.01), epochs=6)
    seen = []

    def count(*args, **kwargs):
        seen.append(1)
        return TRAIN(*args, **kwargs)

    resumed = rnnkit.fit(count, p, batches, optim.Adam(0.01), epochs=6, checkpoint=tmp_path / "run.npz")
    assert same(resumed, whole) and len(seen) < 24  # two epochs of four batches were not run again


def test_interrupted_loses_nothing(tmp_path):
    p, batches = problem()
    calls = iter(range(10**6))

    def train(*args, **kwargs):
        if next(calls) == 10:
            raise KeyboardInterrupt
        return TRAIN(*args, **kwargs)

    run = rnnkit.fit(train, p, batches, optim.Adam(0.01), epochs=6, checkpoint=tmp_path / "run.npz")
    two = rnnkit.fit(TRAIN, p, batches, optim.Adam(0.01), epochs=2)
    assert run.stopped == "interrupted" and run.epochs == 2
    assert all((run.p[n] == two.p[n]).all() for n in p)
    resumed = rnnkit.fit(TRAIN, p, batches, optim.Adam(0.01), epochs=6, checkpoint=tmp_path / "run.npz")
    assert same(resumed, rnnkit.fit(TRAIN, p, batches, optim.Adam(0.01), epochs=6))


def test_an_exploding_run_stops_with_its_last_whole_epoch():
    p, batches = problem()
    with np.errstate(all="ignore"):
        run = rnnkit.fit(TRAIN, p, batches, optim.SGD(1e200), epochs=5)
    assert run.stopped == "loss is not finite" and run.epochs < 5
    assert all(np.isfinite(x).all() for x in run.p.values())


def test_patience_keeps_the_best(tmp_path):
    p, batches = problem()
    scores = iter([5.0, 3.0, 4.0, 3.5, 9.0, 0.0])
    kept = []

    def validate(q):
        kept.append(q)
        return next(scores)

    run = rnnkit.fit(TRAIN, p, batches, optim.Adam(0.01), epochs=6, validate=validate, patience=3)
    assert run.stopped == "patience" and run.history["validation"] == [5.0, 3.0, 4.0, 3.5, 9.0]
    assert all((run.p[n] == kept[1][n]).all() for n in p)


def test_carried_windows_remember_what_fresh_ones_cannot():
    """The answer is the input of four ticks ago; windows of three can hold it in the state only if it is carried."""
    rng = np.random.default_rng(0)
    xs = rng.choice([-1.0, 1.0], (600, 8, 1))
    targets = np.concatenate([np.zeros((1, 8, 1)), xs[:-1]])
    pieces = list(rnnkit.windows(rnnkit.Batch(xs, targets), 1, 4))
    p = NET.init(rng)
    carried = rnnkit.fit(TRAIN, p, pieces, optim.Adam(0.003), epochs=2, carry=True)
    fresh = rnnkit.fit(TRAIN, p, list(rnnkit.windows(rnnkit.Batch(xs, targets), 1, 1)), optim.Adam(0.003), epochs=2)
    assert carried.history["loss"][-1] < 0.3 < 0.8 < fresh.history["loss"][-1]


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b"not a checkpoint"])
def test_a_damaged_checkpoint_is_named(tmp_path, damage):
    path = tmp_path / "run.npz"
    p, batches = problem()
    rnnkit.fit(TRAIN, p, batches, optim.Adam(0.01), epochs=1, checkpoint=path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"checkpoint: .*run\.npz cannot be read .*delete it"):
        rnnkit.fit(TRAIN, p, batches, optim.Adam(0.01), epochs=2, checkpoint=path)


def test_a_checkpoint_of_another_run_is_named(tmp_path):
    p, batches = problem()
    rnnkit.fit(TRAIN, p, batches, optim.Adam(0.01), epochs=1, checkpoint=tmp_path / "run.npz")
    with pytest.raises(ValueError, match="belongs to another run"):
        rnnkit.fit(TRAIN, p, batches, optim.SGD(0.01), epochs=2, checkpoint=tmp_path / "run.npz")
    with pytest.raises(ValueError, match="belongs to another run"):
        rnnkit.fit(
            TRAIN, p, batches, optim.Adam(0.01), epochs=2, checkpoint=tmp_path / "run.npz", validate=lambda q: 0.0
        )


def test_bad_arguments():
    p, batches = problem()
    for options, message in [
        ({"epochs": -1}, "epochs: expected at least 0"),
        ({"epochs": 1, "clip": 0}, "clip: expected above 0"),
        ({"epochs": 1, "patience": 2}, "patience: expected validate too"),
    ]:
        with pytest.raises(ValueError, match=message):
            rnnkit.fit(TRAIN, p, batches, optim.Adam(0.01), **options)
    with pytest.raises(ValueError, match="batches: expected at least one"):
        rnnkit.fit(TRAIN, p, [], optim.Adam(0.01), epochs=1)
