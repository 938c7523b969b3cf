"""Backpropagation through time through a whole network: whole, truncated, masked and padded."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnkit
from rnnkit import losses
from rnnkit.check import gradient_errors

NETS = {
    "elman": rnnkit.Network(rnnkit.Elman(3, 5), rnnkit.Readout(5, 4)),
    "jordan": rnnkit.Network(rnnkit.Jordan(3, 5, 4, decay=0.6)),
}
LOSSES = {
    losses.squared_error: lambda rng, T, B: rng.normal(size=(T, B, 4)),
    losses.binary_cross_entropy: lambda rng, T, B: rng.random((T, B, 4)),
    losses.softmax_cross_entropy: lambda rng, T, B: rng.integers(0, 4, (T, B)),
}
every_net = pytest.mark.parametrize("net", NETS.values(), ids=NETS.keys())
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda f: f.__name__)


def problem(net, loss, T=7, B=3, seed=0):
    rng = np.random.default_rng(seed)
    p = {n: rng.normal(0, 0.7, shape) for n, shape in net.shapes.items()}
    batch = rnnkit.Batch(rng.normal(size=(T, B, 3)), LOSSES[loss](rng, T, B), rng.random((T, B)) < 0.6)
    return p, batch, rng.normal(size=(B, net.cell.state_size))


@every_net
@every_loss
def test_gradient_is_finite_differences(net, loss):
    errors = gradient_errors(net, *problem(net, loss)[:2], loss, problem(net, loss)[2])
    assert errors.keys() == net.shapes.keys() and max(errors.values()) < 1e-6


@every_net
@pytest.mark.parametrize("term", ["W_x", "W_h", "b"])
def test_the_check_sees_a_wrong_gradient(net, term, monkeypatch):
    """Leave one tick out of one weight's gradient: the error is far above the threshold."""
    collect = type(net.cell).collect

    def careless(self, p, xs, before, traces, das):
        grads, dxs = collect(self, p, xs, before, traces, das)
        late, _ = collect(self, p, xs[1:], before[1:], {n: k[1:] for n, k in traces.items()}, das[1:])
        return grads | {term: late[term]}, dxs

    monkeypatch.setattr(type(net.cell), "collect", careless)
    p, batch, s = problem(net, losses.squared_error)
    errors = gradient_errors(net, p, batch._replace(mask=None), losses.squared_error, s)
    assert errors[term] > 1e-3
    assert max(e for n, e in errors.items() if n != term) < 1e-6


@every_net
@every_loss
@given(k1=st.integers(1, 8), seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_truncation_beyond_the_sequence_cuts_nothing(net, loss, k1, seed):
    p, batch, s = problem(net, loss, seed=seed)
    value, grads, after = rnnkit.bptt(net, p, batch, loss, s)
    value2, grads2, after2 = rnnkit.truncated_bptt(net, p, batch, loss, k1, max(k1, 7), s)
    np.testing.assert_allclose(value2, value, rtol=1e-12)
    np.testing.assert_allclose(after2, after, atol=1e-14)
    for n in grads:
        np.testing.assert_allclose(grads2[n], grads[n], rtol=1e-9, atol=1e-12)


@every_net
@given(k1=st.integers(1, 4), more=st.integers(0, 4), seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_truncated_is_autograd_with_the_past_detached(net, k1, more, seed):
    """For each window: run it in torch from a detached state, and let autograd see nothing before."""
    k2, loss = k1 + more, losses.squared_error
    p, batch, s = problem(net, loss, seed=seed)
    leaves = {n: torch.tensor(x, requires_grad=True) for n, x in p.items()}
    T, O = len(batch.xs), 4  # noqa: E741
    states = rnnkit.scan(net.cell, p, batch.xs, s)[0]
    total = torch.zeros((), dtype=torch.float64)
    for new in range(0, T, k1):
        stop = min(new + k1, T)
        start = max(0, stop - k2)
        before = torch.tensor(states[start - 1] if start else s)
        ys, _ = net.forward(leaves, torch.tensor(batch.xs[start:stop]), before)
        error = (ys - torch.tensor(batch.targets[start:stop]))[new - start :] ** 2
        total = total + (error * torch.tensor(batch.mask[new:stop])[..., None]).sum()
    (total / max(int(batch.mask.sum()), 1) / O).backward()
    value, grads, _ = rnnkit.truncated_bptt(net, p, batch, loss, k1, k2, s)
    np.testing.assert_allclose(value, rnnkit.bptt(net, p, batch, loss, s)[0], rtol=1e-12)
    for n in grads:
        np.testing.assert_allclose(grads[n], leaves[n].grad, rtol=1e-9, atol=1e-12, err_msg=n)


@every_net
@every_loss
@given(lengths=st.lists(st.integers(1, 5), min_size=1, max_size=4), extra=st.integers(1, 5), seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_padding_changes_no_output_loss_or_gradient(net, loss, lengths, extra, seed):
    """In a padded batch every sequence is what it is alone, and more padding changes nothing, whatever stands in it."""
    rng = np.random.default_rng(seed)
    p = {n: rng.normal(0, 0.7, shape) for n, shape in net.shapes.items()}
    alone = [(rng.normal(size=(n, 3)), LOSSES[loss](rng, n, 1)[:, 0]) for n in lengths]
    xs, mask = rnnkit.pad([x for x, _ in alone])
    targets, _ = rnnkit.pad([t for _, t in alone])
    value, grads, _ = rnnkit.bptt(net, p, rnnkit.Batch(xs, targets, mask), loss)
    weighted = [
        (len(x) / sum(lengths), rnnkit.bptt(net, p, rnnkit.Batch(x[:, None], t[:, None]), loss)) for x, t in alone
    ]
    np.testing.assert_allclose(sum(w * run[0] for w, run in weighted), value, rtol=1e-11)

    def longer(x, fill):
        return np.concatenate([x, np.full((extra, *x.shape[1:]), fill, x.dtype)])

    padded = rnnkit.Batch(longer(xs, 7.7), longer(targets, 0), longer(mask, False))
    value2, grads2, _ = rnnkit.bptt(net, p, padded, loss)
    np.testing.assert_allclose(value2, value, rtol=1e-12)
    for n in grads:
        np.testing.assert_allclose(sum(w * run[1][n] for w, run in weighted), grads[n], rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(grads2[n], grads[n], rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(net.forward(p, padded.xs)[0][: len(xs)], net.forward(p, xs)[0], atol=1e-14)


@every_net
def test_the_state_handed_on_is_the_one_at_advance(net):
    p, batch, s = problem(net, losses.squared_error)
    states, _ = rnnkit.scan(net.cell, p, batch.xs, s)
    for advance, expected in ((None, states[-1]), (3, states[2]), (0, s)):
        got = rnnkit.bptt(net, p, batch._replace(advance=advance), losses.squared_error, s)[2]
        np.testing.assert_array_equal(got, expected)


@every_net
def test_size_is_the_number_of_adjustable_numbers(net):
    assert net.size == sum(x.size for x in net.init(np.random.default_rng(0)).values())


def test_a_long_batch_fits_a_small_laptop():
    """An LSTM of 256 units, a batch of 32, 1,000 ticks, float32: the whole process stays under 1 GB."""
    resource = pytest.importorskip("resource", reason="only Unix tells how much memory a process took")
    program = """
import resource, numpy as np, rnnkit
rng = np.random.default_rng(0)
net = rnnkit.Network(rnnkit.LSTM(32, 256), rnnkit.Readout(256, 8))
p = {name: x.astype(np.float32) for name, x in net.init(rng).items()}
batch = rnnkit.Batch(rng.normal(size=(1000, 32, 32)).astype(np.float32), rng.integers(0, 8, (1000, 32)))
value, grads, _ = rnnkit.bptt(net, p, batch, rnnkit.losses.softmax_cross_entropy)
assert np.isfinite(value) and all(np.isfinite(g).all() for g in grads.values())
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, others kilobytes
    assert resource and int(run.stdout) * unit < 1e9
