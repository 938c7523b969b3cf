"""Losses and their gradients equal torch's, masked or not, also where a naive formula overflows."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit import losses

CASES = {
    "squared_error": (F.mse_loss, lambda rng, shape: rng.normal(size=shape)),
    "binary_cross_entropy": (F.binary_cross_entropy_with_logits, lambda rng, shape: rng.random(shape)),
    "softmax_cross_entropy": (F.cross_entropy, lambda rng, shape: rng.integers(0, shape[-1], shape[:2])),
}


@pytest.mark.parametrize("name", CASES)
@given(
    T=st.integers(1, 5),
    B=st.integers(1, 4),
    O=st.integers(1, 5),
    seed=st.integers(0, 2**32),
    scale=st.sampled_from([1, 800]),
)
@settings(max_examples=30, deadline=None)
def test_equals_torch(name, T, B, O, seed, scale):  # noqa: E741
    rng = np.random.default_rng(seed)
    reference, draw = CASES[name]
    ys, targets, mask = scale * rng.normal(size=(T, B, O)), draw(rng, (T, B, O)), rng.random((T, B)) < 0.7
    mask[0, 0] = True
    value, dys = getattr(losses, name)(ys, targets, mask)
    y = torch.tensor(ys, requires_grad=True)
    want = reference(y[torch.tensor(mask)], torch.tensor(targets)[torch.tensor(mask)])
    want.backward()
    np.testing.assert_allclose(value, want.item(), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(dys, y.grad, rtol=1e-9, atol=1e-12)
    assert not dys[~mask].any()
    whole, all_true = getattr(losses, name)(ys, targets), getattr(losses, name)(ys, targets, np.ones((T, B), bool))
    assert whole[0] == all_true[0] and (whole[1] == all_true[1]).all()


@pytest.mark.parametrize("name", CASES)
def test_where_nothing_is_asked_nothing_is_lost(name):
    rng = np.random.default_rng(0)
    ys, targets = rng.normal(size=(3, 2, 4)), CASES[name][1](rng, (3, 2, 4))
    value, dys = getattr(losses, name)(ys, targets, np.zeros((3, 2), bool))
    assert value == 0 and not dys.any()


def test_a_target_under_the_mask_may_be_anything():
    ys, targets = np.random.default_rng(0).normal(size=(3, 2, 4)), np.array([[1, 2], [3, -1], [0, 99]])
    value, _ = losses.softmax_cross_entropy(ys, targets, np.array([[1, 1], [1, 0], [1, 0]], bool))
    assert 0 < value < 5


@pytest.mark.parametrize("name", CASES)
def test_float32_in_float32_out(name):
    rng = np.random.default_rng(0)
    ys, targets = rng.normal(size=(3, 2, 4)).astype(np.float32), CASES[name][1](rng, (3, 2, 4))
    if targets.dtype == np.float64:
        targets = targets.astype(np.float32)
    assert getattr(losses, name)(ys, targets, np.ones((3, 2), bool))[1].dtype == np.float32
