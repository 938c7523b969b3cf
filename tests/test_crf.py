"""The CRF against every labelling, one by one, and against autograd."""

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnkit
from rnnkit.check import finite_differences, relative_error


def problem(T, B, K, seed=0):
    rng = np.random.default_rng(seed)
    crf = rnnkit.CRF(K)
    p = {name: rng.normal(size=shape) for name, shape in crf.shapes.items()}
    lengths = rng.integers(1, T + 1, B)
    mask = np.arange(T)[:, None] < lengths
    return crf, p, rng.normal(size=(T, B, K)), rng.integers(0, K, (T, B)), mask


def score(p, ys, labels):
    pairs = pairwise(labels)
    emitted = sum(y[k] for y, k in zip(ys, labels, strict=True))
    return p["a"][labels[0]] + emitted + sum(p["A"][i, j] for i, j in pairs) + p["z"][labels[-1]]


def every(p, ys):
    """Score of each labelling of one sequence."""
    return {labels: score(p, ys, labels) for labels in product(range(ys.shape[1]), repeat=len(ys))}


@given(T=st.integers(1, 4), B=st.integers(1, 3), K=st.integers(1, 3), seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_crf_is_the_sum_over_all_labellings(T, B, K, seed):
    crf, p, ys, targets, mask = problem(T, B, K, seed)
    value, _, _ = crf.loss(p, ys, targets, mask)
    marginals, (best, top) = crf.marginals(p, ys, mask), crf.viterbi(p, ys, mask)
    want = 0
    for b, n in enumerate(mask.sum(0)):
        scores = every(p, ys[:n, b])
        total = np.logaddexp.reduce(list(scores.values()))
        want += total - scores[tuple(targets[:n, b])]
        for t in range(n):
            for k in range(K):
                there = [s for labels, s in scores.items() if labels[t] == k]
                assert marginals[t, b, k] == pytest.approx(np.exp(np.logaddexp.reduce(there) - total), abs=1e-12)
        assert tuple(best[:n, b]) == max(scores, key=scores.get) and top[b] == pytest.approx(max(scores.values()))
        assert not marginals[n:, b].any() and not best[n:, b].any()
    assert value == pytest.approx(want / B, abs=1e-10)


@given(T=st.integers(1, 6), B=st.integers(1, 4), K=st.integers(1, 5), seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_gradient_is_autograd_of_the_forward_recursion(T, B, K, seed):
    crf, p, ys, targets, mask = problem(T, B, K, seed)
    q = {n: torch.tensor(x, requires_grad=True) for n, x in (p | {"ys": ys}).items()}
    total = 0
    for b, n in enumerate(mask.sum(0)):
        e, labels = q["ys"][:n, b], targets[:n, b]
        alpha = q["a"] + e[0]
        own = q["a"][labels[0]] + e[0, labels[0]] + q["z"][labels[-1]]
        for t in range(1, n):
            alpha = torch.logsumexp(alpha[:, None] + q["A"], 0) + e[t]
            own = own + q["A"][labels[t - 1], labels[t]] + e[t, labels[t]]
        total = total + torch.logsumexp(alpha + q["z"], 0) - own
    (total / B).backward()
    _, dys, grads = crf.loss(p, ys, targets, mask)
    for name, x in (grads | {"ys": dys}).items():
        want = np.zeros_like(x) if q[name].grad is None else q[name].grad.numpy()
        np.testing.assert_allclose(x, want, rtol=1e-9, atol=1e-12, err_msg=name)


def test_gradient_is_finite_differences():
    crf, p, ys, targets, mask = problem(5, 3, 4)
    _, dys, grads = crf.loss(p, ys, targets, mask)
    slow = finite_differences(lambda q: crf.loss(q, q["ys"], targets, mask)[0], p | {"ys": ys})
    for name, x in (grads | {"ys": dys}).items():
        assert relative_error(x, slow[name]) < 1e-6


def test_padding_and_batch_order_change_nothing():
    crf, p, ys, targets, mask = problem(5, 4, 3)
    value, dys, grads = crf.loss(p, ys, targets, mask)
    longer = [np.concatenate([x, np.ones((2, *x.shape[1:]), x.dtype)]) for x in (ys, targets)]
    more = crf.loss(p, *longer, np.concatenate([mask, np.zeros((2, 4), bool)]))
    order = [2, 0, 3, 1]
    turned = crf.loss(p, ys[:, order], targets[:, order], mask[:, order])
    for v, d, g in ((more[0], more[1][:5], more[2]), (turned[0], turned[1][:, np.argsort(order)], turned[2])):
        assert v == pytest.approx(value)
        np.testing.assert_allclose(d, dys, atol=1e-14)
        for name in grads:
            np.testing.assert_allclose(g[name], grads[name], atol=1e-13)
    assert not more[1][5:].any()


def test_large_scores_do_not_overflow_and_float32_stays():
    crf, p, ys, targets, mask = problem(6, 2, 3)
    value, dys, grads = crf.loss(p, 1e4 * ys, targets, mask)
    assert np.isfinite(value) and np.isfinite(dys).all()
    small = {n: x.astype("f") for n, x in p.items()}
    _, dys, grads = crf.loss(small, ys.astype("f"), targets, mask)
    assert {dys.dtype, *(g.dtype for g in grads.values())} == {np.dtype("f")}


@pytest.mark.parametrize("change, message", [
    ({"ys": np.ones((5, 3, 9))}, "ys: expected shape (T, B, 4)"),
    ({"ys": np.full((5, 3, 4), np.nan)}, "ys: expected finite values"),
    ({"targets": np.full((5, 3), 4)}, "targets: expected 0 to 3, got 4 to 4"),
    ({"targets": np.ones((5, 3))}, "targets: expected an array of whole numbers"),
    ({"mask": np.zeros((5, 3), bool)}, "mask: expected True from the first tick"),
    ({"mask": np.array([True, False, True, False, False])[:, None].repeat(3, 1)}, "mask: expected True from the first"),
])  # fmt: skip
def test_bad_input(change, message):
    crf, p, ys, targets, mask = problem(5, 3, 4)
    with pytest.raises((TypeError, ValueError)) as error:
        crf.loss(p, **({"ys": ys, "targets": targets, "mask": mask} | change))
    assert str(error.value).startswith(message)
