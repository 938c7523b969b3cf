"""In the pinned environment another CPU computes the same bytes."""

import subprocess
import sys

import pytest
from execute import EMULATOR

TRAINING = """
import hashlib
import numpy as np

digest = hashlib.sha256()
for dtype in (np.float32, np.float64):
    rng = np.random.default_rng(0)
    W, U, V = (rng.normal(0, 0.3, shape).astype(dtype) for shape in [(16, 64), (64, 64), (64, 8)])
    xs, targets = rng.normal(size=(20, 32, 16)).astype(dtype), rng.integers(8, size=(20, 32))
    for epoch in range(10):
        hs = [np.zeros((32, 64), dtype)]
        for x in xs:
            hs.append(np.tanh(x @ W + hs[-1] @ U))
        h = np.stack(hs[1:])
        p = np.exp(h @ V)
        p /= p.sum(-1, keepdims=True)
        digest.update(np.log(p).tobytes())
        d = p - np.eye(8, dtype=dtype)[targets]
        dh, gW, gU = np.zeros((32, 64), dtype), np.zeros_like(W), np.zeros_like(U)
        for t in reversed(range(20)):
            da = (d[t] @ V.T + dh) * (1 - h[t] ** 2)
            gW, gU, dh = gW + xs[t].T @ da, gU + hs[t].T @ da, da @ U.T
        V = V - dtype(1e-3) * np.einsum("tbh,tbo->ho", h, d)
        W, U = W - dtype(1e-3) * gW, U - dtype(1e-3) * gU
    digest.update(W.tobytes() + U.tobytes() + V.tobytes())
print(digest.hexdigest())
"""


@pytest.mark.needs("qemu")
@pytest.mark.same_bytes
def test_training_on_an_emulated_haswell():
    here, there = (
        subprocess.run(
            [*prefix, sys.executable, "-c", TRAINING], capture_output=True, text=True, check=True, timeout=300
        )
        for prefix in ([], EMULATOR)
    )
    assert here.stdout == there.stdout
    assert here.stderr == there.stderr == ""
