"""Other ways to the gradient, and what `fit` does around an update."""

import tracemalloc
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnkit
from rnnkit import losses, optim, schedules
from rnnkit.check import relative_error

NETS = {
    "elman": rnnkit.Network(rnnkit.Elman(2, 4), rnnkit.Readout(4, 3)),
    "jordan": rnnkit.Network(rnnkit.Jordan(2, 4, 3, decay=0.6)),
    "lstm": rnnkit.Network(rnnkit.LSTM(2, 3), rnnkit.Readout(3, 3)),
    "peephole": rnnkit.Network(rnnkit.PeepholeLSTM(2, 3), rnnkit.Readout(3, 3)),
    "gru": rnnkit.Network(rnnkit.GRU(2, 4), rnnkit.Readout(4, 3)),
    "indrnn": rnnkit.Network(rnnkit.IndRNN(2, 4), rnnkit.Readout(4, 3)),
    "stack": rnnkit.Network(rnnkit.Stack([rnnkit.GRU2014(2, 3), rnnkit.LSTM(3, 2)]), rnnkit.Readout(2, 3)),
    "residual": rnnkit.Network(rnnkit.Stack([rnnkit.GRU(2, 3), rnnkit.GRU(3, 3)], True), rnnkit.Readout(3, 3)),
}
every_net = pytest.mark.parametrize("net", NETS.values(), ids=NETS.keys())
LOSSES = [losses.squared_error, losses.softmax_cross_entropy]


def problem(net, loss=losses.squared_error, T=9, B=3, seed=0):
    rng = np.random.default_rng(seed)
    p = {n: rng.normal(0, 0.7, shape) for n, shape in net.shapes.items()}
    targets = rng.normal(size=(T, B, 3)) if loss is losses.squared_error else rng.integers(0, 3, (T, B))
    return p, rnnkit.Batch(rng.normal(size=(T, B, 2)), targets, rng.random((T, B)) < 0.6), rng.normal(
        size=(B, net.cell.state_size))  # fmt: skip


def same(one, other, tolerance=1e-12):
    value, grads, s = other
    assert one[0] == pytest.approx(value, rel=tolerance)
    assert one[1].keys() == grads.keys()
    for name in grads:
        assert relative_error(one[1][name], grads[name]) < tolerance, name
    np.testing.assert_allclose(one[2], s, atol=1e-12)


@every_net
@pytest.mark.parametrize("loss", LOSSES)
def test_rtrl_is_bptt(net, loss):
    p, batch, s = problem(net, loss)
    same(rnnkit.rtrl(net, p, batch, loss, s), rnnkit.bptt(net, p, batch, loss, s))
    whole = batch._replace(mask=None)
    same(rnnkit.rtrl(net, p, whole, loss), rnnkit.bptt(net, p, whole, loss))


@every_net
@given(every=st.integers(1, 12), T=st.integers(1, 10), seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_checkpointed_is_bptt(net, every, T, seed):
    p, batch, s = problem(net, T=T, seed=seed)
    same(rnnkit.checkpointed_bptt(net, p, batch, losses.squared_error, every, s),
         rnnkit.bptt(net, p, batch, losses.squared_error, s))  # fmt: skip


def test_nothing_asked_and_nothing_there():
    net = NETS["lstm"]
    p, batch, _ = problem(net)
    nothing = batch._replace(mask=np.zeros((9, 3), bool))
    for way in (rnnkit.rtrl, partial(rnnkit.checkpointed_bptt, every=4)):
        value, grads, _ = way(net, p, nothing, losses.squared_error)
        assert value == 0 and not any(g.any() for g in grads.values())
        value, grads, s = way(net, p, rnnkit.Batch(batch.xs[:0], batch.targets[:0]), losses.squared_error)
        assert value == 0 and s.shape == (3, 6) and {n: g.shape for n, g in grads.items()} == net.shapes


def peak(f):
    tracemalloc.start()
    f()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_memory_of_full_and_checkpointed_bptt():
    """Full grows as T; in segments of √T it grows far slower."""
    net = rnnkit.Network(rnnkit.LSTM(2, 32), rnnkit.Readout(32, 3))
    full, kept = [], []
    for T in (100, 1600):
        p, batch, _ = problem(net, T=T, B=8)
        every = int(T**0.5)
        full.append(peak(lambda p=p, b=batch: rnnkit.bptt(net, p, b, losses.squared_error)))
        kept.append(peak(lambda p=p, b=batch, k=every: rnnkit.checkpointed_bptt(net, p, b, losses.squared_error, k)))
    assert full[1] / full[0] > 12 and kept[1] / kept[0] < 6
    assert kept[1] < full[1] / 10


def toy():
    net = NETS["gru"]
    p, batch, _ = problem(net)
    return partial(rnnkit.bptt, net, loss=losses.squared_error), p, [batch]


def test_schedule_multiplies_the_rate_of_each_epoch():
    objective, p, batches = toy()
    factors = [1.0, 0.5, 0.0, 2.0]
    run = rnnkit.fit(objective, p, batches, optim.SGD(0.1), epochs=4, schedule=lambda epoch: factors[epoch] + 1e-12)
    by_hand = p
    for factor in factors:
        by_hand, _ = optim.SGD(0.1 * factor + 1e-13).update(by_hand, objective(by_hand, batches[0], s=None)[1], {})
    for name in p:
        np.testing.assert_allclose(run.p[name], by_hand[name], rtol=1e-9)


def test_schedule_and_resume(tmp_path):
    objective, p, batches = toy()
    setting = {"schedule": schedules.warmup(2, schedules.cosine(4)), "clip": 0.1}
    whole = rnnkit.fit(objective, p, batches, optim.Adam(0.01), epochs=5, **setting)
    for epochs in (2, 5):
        run = rnnkit.fit(objective, p, batches, optim.Adam(0.01), epochs=epochs, checkpoint=tmp_path / "c", **setting)
    assert all((run.p[n] == whole.p[n]).all() for n in p)


def test_clip_by_value_and_project():
    objective, p, batches = toy()
    run = rnnkit.fit(objective, p, batches, optim.SGD(1.0), epochs=1, clip=partial(optim.clip_value, most=1e-3))
    moved = {n: run.p[n] - p[n] for n in p}
    assert max(np.abs(x).max() for x in moved.values()) == pytest.approx(1e-3)
    assert optim.norm(moved) > 2e-3  # the norm is not what was held
    run = rnnkit.fit(objective, p, batches, optim.SGD(1.0), epochs=3,
                     project=lambda p: {n: x.clip(-0.5, 0.5) for n, x in p.items()})  # fmt: skip
    assert max(np.abs(x).max() for x in run.p.values()) == 0.5


@pytest.mark.parametrize("make, message", [
    (lambda: schedules.decay(0), "factor: expected above 0"),
    (lambda: schedules.decay(0.5, every=0), "every: expected at least 1"),
    (lambda: schedules.cosine(1.5), "epochs: expected a whole number"),
    (lambda: schedules.cosine(5, floor=2), "floor: expected at least 0"),
    (lambda: schedules.warmup(0), "epochs: expected at least 1"),
])  # fmt: skip
def test_bad_schedules(make, message):
    with pytest.raises((TypeError, ValueError)) as error:
        make()
    assert str(error.value).startswith(message)


@given(epochs=st.integers(1, 50), floor=st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_schedules_stay_between_0_and_1(epochs, floor):
    factors = [schedules.warmup(3, schedules.cosine(epochs, floor))(n) for n in range(60)]
    assert factors[:3] == [1 / 3, 2 / 3, 1.0] and factors[3] == pytest.approx(1)
    assert min(factors[3:]) >= floor - 1e-12 and factors[-1] == pytest.approx(floor) and max(factors) <= 1 + 1e-12
    assert all(a >= b - 1e-12 for a, b in pairwise(factors[3:]))
