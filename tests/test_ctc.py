"""CTC against every path, one by one, and against torch."""

from itertools import groupby, product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnkit
from rnnkit.arrays import log_softmax
from rnnkit.check import finite_differences, relative_error
from rnnkit.decode import best_path, prefix_beam


def spelled(path, blank=0):
    return tuple(k for k, _ in groupby(path) if k != blank)


def every(ys, blank=0):
    """Probability of each labelling of one sequence: all its paths summed."""
    logp, found = log_softmax(ys), {}
    for path in product(range(ys.shape[1]), repeat=len(ys)):
        p = np.exp(sum(row[k] for row, k in zip(logp, path, strict=True)))
        found[spelled(path, blank)] = found.get(spelled(path, blank), 0) + p
    return found


def problem(T, B, K, L, seed=0, blank=0):
    """Sequences with as many labels as they have room for, or fewer."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, T + 1, B)
    labels = rng.choice([k for k in range(K) if k != blank], (L, B))
    target_lengths = np.zeros(B, int)
    for b in range(B):
        for n in range(L + 1):
            if n + (labels[1:n, b] == labels[: max(n - 1, 0), b]).sum() <= lengths[b] and rng.random() < 0.8:
                target_lengths[b] = n
    return rng.normal(0, 2, (T, B, K)), labels, lengths, target_lengths


@given(T=st.integers(0, 5), B=st.integers(1, 3), K=st.integers(2, 3), L=st.integers(0, 3), blank=st.integers(0, 1),
       seed=st.integers(0, 2**32))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_ctc_is_the_sum_over_all_paths(T, B, K, L, blank, seed):
    ys, targets, lengths, target_lengths = problem(T, B, K, L, seed, blank)
    value, _ = rnnkit.ctc(ys, targets, lengths, target_lengths, blank)
    want = sum(-np.log(every(ys[:n, b], blank)[tuple(targets[:m, b])])
               for b, (n, m) in enumerate(zip(lengths, target_lengths, strict=True)))  # fmt: skip
    assert value == pytest.approx(want / B, abs=1e-10)


@given(T=st.integers(1, 12), B=st.integers(1, 4), K=st.integers(2, 6), L=st.integers(1, 5), seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_ctc_is_that_of_torch(T, B, K, L, seed):
    ys, targets, lengths, target_lengths = problem(T, B, K, L, seed)
    value, dys = rnnkit.ctc(ys, targets, lengths, target_lengths)
    for b in range(B):  # one at a time: torch refuses some batches with sequences of no ticks
        n, m = lengths[b], target_lengths[b]
        if n == 0:
            assert not dys[:, b].any()
            continue
        leaf = torch.tensor(ys[:n, [b]], requires_grad=True)
        loss = torch.nn.functional.ctc_loss(leaf.log_softmax(-1), torch.tensor(targets[:m, b]), torch.tensor([n]),
                                            torch.tensor([m]), reduction="sum")  # fmt: skip
        loss.backward()
        np.testing.assert_allclose(B * dys[:n, b], leaf.grad[:, 0], rtol=1e-9, atol=1e-10)
        assert not dys[n:, b].any()
        value -= loss.item() / B
    assert value == pytest.approx(0, abs=1e-10)


def test_gradient_is_finite_differences():
    ys, targets, lengths, target_lengths = problem(6, 3, 4, 3)
    _, dys = rnnkit.ctc(ys, targets, lengths, target_lengths)
    slow = finite_differences(lambda q: rnnkit.ctc(q["ys"], targets, lengths, target_lengths)[0], {"ys": ys})["ys"]
    assert relative_error(dys, slow) < 1e-6


def test_long_sequences_stay_finite_and_float32_stays():
    rng = np.random.default_rng(0)
    ys, targets = 5 * rng.normal(size=(800, 2, 20)), rng.integers(1, 20, (60, 2))
    value, dys = rnnkit.ctc(ys, targets, np.array([800, 500]), np.array([60, 40]))
    assert np.isfinite(value) and np.isfinite(dys).all() and value > 500
    small, dsmall = rnnkit.ctc(ys.astype("f"), targets, np.array([800, 500]), np.array([60, 40]))
    assert small == pytest.approx(value, rel=1e-4) and dsmall.dtype == np.float32


@pytest.mark.parametrize("change, message", [
    ({"lengths": np.array([4, 1])}, "lengths: expected at least 4 ticks to say the labels of sequence 1, got 1"),
    ({"targets": np.array([[1, 0], [1, 1], [2, 1]])}, "targets: expected no blank (0)"),
    ({"targets": np.array([[1, 9], [1, 1], [2, 1]])}, "targets: expected 0 to 2, got 1 to 9"),
    ({"lengths": np.array([4, 7])}, "lengths: expected 0 to 5, got 4 to 7"),
    ({"target_lengths": np.array([4, 1])}, "target_lengths: expected 0 to 3, got 1 to 4"),
    ({"blank": 3}, "blank: expected at least 0 and at most 2, got 3"),
    ({"ys": np.full((5, 2, 3), np.inf)}, "ys: expected finite values"),
])  # fmt: skip
def test_bad_input(change, message):
    good = {"ys": np.ones((5, 2, 3)), "targets": np.array([[1, 2], [1, 2], [2, 1]]), "lengths": np.array([4, 5]),
            "target_lengths": np.array([3, 3])}  # fmt: skip
    rnnkit.ctc(**good)
    with pytest.raises((TypeError, ValueError)) as error:
        rnnkit.ctc(**(good | change))
    assert str(error.value).startswith(message)


@given(T=st.integers(1, 5), K=st.integers(2, 4), seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_a_wide_prefix_beam_is_exact(T, K, seed):
    ys = np.random.default_rng(seed).normal(0, 2, (T, K))
    want = every(ys)
    found = prefix_beam(ys, width=10**4)
    assert len(found) == len(want)
    for labels, logp in found:
        assert np.exp(logp) == pytest.approx(want[tuple(labels)], abs=1e-12)
    assert tuple(found[0][0]) == max(want, key=want.get)


def test_best_path_merges_and_is_not_always_the_best_labelling():
    one_hot = np.eye(3)[np.array([[0, 1, 1, 0, 1, 2, 2], [2, 2, 0, 2, 1, 1, 1]]).T] * 5
    assert best_path(one_hot) == [[1, 1, 2], [2, 2, 1]]
    assert best_path(one_hot, np.array([4, 0])) == [[1], []]
    assert best_path(one_hot, blank=2) == [[0, 1, 0, 1], [0, 1]]
    ys = np.log(np.array([[0.6, 0.4], [0.6, 0.4]]))  # two blanks .36; but 1 in three ways .64
    assert best_path(ys[:, None]) == [[]] and prefix_beam(ys, 5)[0][0] == [1]
    assert np.exp(prefix_beam(ys, 5)[0][1]) == pytest.approx(0.64)


def test_prior_changes_the_choice():
    ys = np.log(np.array([[0.1, 0.5, 0.4]] * 1))
    assert prefix_beam(ys, 9)[0][0] == [1]
    assert prefix_beam(ys, 9, prior=lambda told, label: np.log([0, 0.1, 0.9][label] + 1e-9))[0][0] == [2]


def test_a_network_learns_with_ctc():
    """Three labels at unknown places among noise: after training the best path reads them."""
    rng = np.random.default_rng(0)
    net = rnnkit.Network(rnnkit.LSTM(4, 16), rnnkit.Readout(16, 4))
    targets = rng.integers(1, 4, (3, 40))
    places = np.sort(rng.permuted(np.tile(np.arange(1, 12, 2), (40, 1)), axis=1)[:, :3]).T
    xs = 0.1 * rng.normal(size=(12, 40, 4))
    for label, place in zip(targets, places, strict=True):
        xs[place, np.arange(40), label] += 1
    lengths, target_lengths = np.full(40, 12), np.full(40, 3)
    p, rule = net.init(rng), rnnkit.optim.Adam(0.02)
    memory = rule.init(p)
    for _ in range(120):
        ys, kept = net.forward(p, xs)
        _, dys = rnnkit.ctc(ys, targets, lengths, target_lengths)
        p, memory = rule.update(p, net.backward(p, xs, None, kept, dys)[0], memory)
    read = best_path(net.forward(p, xs)[0])
    assert np.mean([r == t.tolist() for r, t in zip(read, targets.T, strict=True)]) > 0.9
