"""Optimisers equal torch's, step for step; clipping keeps what it promises."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit import optim


@pytest.mark.parametrize(
    "ours, theirs",
    [
        (optim.SGD(0.1), lambda ps: torch.optim.SGD(ps, 0.1)),
        (optim.SGD(0.1, momentum=0.9), lambda ps: torch.optim.SGD(ps, 0.1, momentum=0.9)),
        (optim.RMSProp(0.01, decay=0.9), lambda ps: torch.optim.RMSprop(ps, 0.01, alpha=0.9)),
        (optim.Adam(0.01, beta1=0.8, beta2=0.95), lambda ps: torch.optim.Adam(ps, 0.01, betas=(0.8, 0.95))),
    ],
    ids=["sgd", "momentum", "rmsprop", "adam"],
)
def test_equals_torch(ours, theirs):
    rng = np.random.default_rng(0)
    p = {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=4)}
    start = {n: x.copy() for n, x in p.items()}
    tensors = {n: torch.tensor(x, requires_grad=True) for n, x in p.items()}
    other, memory, first = theirs(tensors.values()), ours.init(p), p
    for _ in range(20):
        grads = {n: rng.normal(size=x.shape) for n, x in p.items()}
        for n, t in tensors.items():
            t.grad = torch.tensor(grads[n])
        other.step()
        p, memory = ours.update(p, grads, memory)
    for n in p:
        np.testing.assert_allclose(p[n], tensors[n].detach(), rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(first[n], start[n])


@given(scale=st.floats(1e-6, 1e6), most=st.floats(1e-3, 1e3), seed=st.integers(0, 2**32))
@settings(deadline=None)
def test_clipping(scale, most, seed):
    rng = np.random.default_rng(seed)
    grads = {"W": scale * rng.normal(size=(3, 4)), "b": scale * rng.normal(size=4)}
    shorter, boxed = optim.clip_norm(grads, most), optim.clip_value(grads, most)
    length = optim.norm(grads)
    assert np.isclose(length, np.sqrt(sum((g**2).sum() for g in grads.values())))
    assert np.isclose(optim.norm(shorter), min(most, length))
    for n in grads:
        np.testing.assert_allclose(shorter[n] * length, grads[n] * optim.norm(shorter), rtol=1e-9, atol=0)
        np.testing.assert_array_equal(boxed[n], np.clip(grads[n], -most, most))
