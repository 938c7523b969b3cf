"""Jacobians are finite differences of a tick; their products give the gradient by lag."""

import numpy as np
import pytest

import rnnkit
from rnnkit.check import relative_error
from rnnkit.probe import gradient_by_lag, jacobians

CELLS = [rnnkit.Elman(2, 4), rnnkit.Jordan(2, 5, 3, decay=0.8, output_activation="sigmoid")]


@pytest.mark.parametrize("cell", CELLS, ids=["elman", "jordan"])
def test_jacobians(cell):
    rng = np.random.default_rng(0)
    p, xs, s = cell.init(rng), rng.normal(size=(6, 1, 2)), rng.normal(size=(1, cell.state_size))
    J = jacobians(cell, p, xs, s)
    before = np.concatenate([s[None], rnnkit.scan(cell, p, xs, s)[0][:-1]])
    for t in range(6):
        slow = np.empty_like(J[t])
        for j in range(cell.state_size):
            e = 1e-6 * np.eye(cell.state_size)[[j]]
            ends = [rnnkit.scan(cell, p, xs[[t]], before[t] + sign * e)[0][0, 0] for sign in (1, -1)]
            slow[:, j] = (ends[0] - ends[1]) / 2e-6
        assert relative_error(J[t], slow) < 1e-7


@pytest.mark.parametrize("cell", CELLS, ids=["elman", "jordan"])
def test_gradient_by_lag_is_what_backscan_brings_back(cell):
    """For a random dL/ds_T of unit covariance the mean square that reaches lag k is the squared norm."""
    rng = np.random.default_rng(0)
    p, xs = cell.init(rng), rng.normal(size=(5, 1, 2))
    norms = gradient_by_lag(cell, p, xs)
    states, traces = rnnkit.scan(cell, p, xs)
    for lag in range(5):
        back = []
        for row in np.eye(cell.state_size):
            dstates = np.zeros_like(states)
            dstates[-1, 0] = row
            s = states[-1 - lag - 1] if lag < 4 else np.zeros_like(states[0])
            start = len(xs) - lag
            if lag == 0:
                back.append(row)
                continue
            piece = {n: k[start:] for n, k in traces.items()}
            s = states[start - 1]
            back.append(rnnkit.backscan(cell, p, xs[start:], s, states[start:], piece, dstates[start:])[2][0])
        np.testing.assert_allclose(norms[lag], np.linalg.norm(back) / cell.state_size**0.5, rtol=1e-10)


def test_a_linear_unit_shrinks_by_its_weight():
    cell = rnnkit.Elman(1, 1, "linear")
    p = {"W_x": np.ones((1, 1)), "W_h": np.array([[0.5]]), "b": np.zeros(1)}
    np.testing.assert_allclose(gradient_by_lag(cell, p, np.zeros((6, 1, 1))), 0.5 ** np.arange(6))
