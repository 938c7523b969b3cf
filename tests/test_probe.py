"""Jacobians are finite differences of a tick; their products give the gradient by lag."""

import numpy as np
import pytest

import rnnkit
from rnnkit.check import relative_error
from rnnkit.probe import (
    gate_statistics,
    gradient_by_lag,
    jacobians,
    lyapunov_exponents,
    products,
    saturation,
    singular_values,
    spectral_radius,
    unit_scores,
)

CELLS = [
    rnnkit.Elman(2, 4),
    rnnkit.Jordan(2, 5, 3, decay=0.8, output_activation="sigmoid"),
    rnnkit.PeepholeLSTM(2, 3),
    rnnkit.Stack([rnnkit.GRU(2, 3), rnnkit.LSTM(3, 2)]),
]


@pytest.mark.parametrize("cell", CELLS, ids=["elman", "jordan", "lstm", "stack"])
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


@pytest.mark.parametrize("cell", CELLS, ids=["elman", "jordan", "lstm", "stack"])
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


def run(cell, T=12, seed=0):
    rng = np.random.default_rng(seed)
    p = {name: rng.normal(0, 0.7, shape) for name, shape in cell.shapes.items()}
    return cell, p, rng.normal(size=(T, 1, cell.input_size)), rng.normal(size=(1, cell.state_size))


def test_products_are_the_chain_rule():
    J = jacobians(*run(rnnkit.LSTM(2, 3), T=4))
    P = products(J)
    for lag, want in enumerate([np.eye(6), J[3], J[3] @ J[2], J[3] @ J[2] @ J[1], J[3] @ J[2] @ J[1] @ J[0]]):
        np.testing.assert_allclose(P[lag], want, atol=1e-14)
    with pytest.raises(ValueError, match=r"^J: expected shape"):
        products(J[:, :2])


def test_radius_and_singular_values():
    rng = np.random.default_rng(0)
    A = rng.normal(size=(5, 4, 4))
    for one, sigma, rho in zip(A, singular_values(A), spectral_radius(A), strict=True):
        assert sigma[0] == pytest.approx(np.linalg.norm(one, 2)) and np.prod(sigma) == pytest.approx(
            abs(np.linalg.det(one)))  # fmt: skip
        assert rho <= sigma[0]
        growth = np.linalg.norm(np.linalg.matrix_power(one / rho, 400), 2) ** (1 / 400)
        assert growth == pytest.approx(1, abs=0.02)
    shear = np.array([[0.5, 10.0], [0.0, 0.5]])  # not normal: radius below 1, and yet the first steps stretch
    assert spectral_radius(shear) == 0.5 and singular_values(shear)[0] > 10


def test_lyapunov_exponents_of_known_systems():
    rng = np.random.default_rng(0)
    eye = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    linear = rnnkit.Elman(1, 4, "linear")
    p = linear.init(rng)
    xs = rng.normal(size=(300, 1, 1))
    p["W_h"] = eye * 0.9
    np.testing.assert_allclose(lyapunov_exponents(linear, p, xs), np.log(0.9), atol=1e-12)
    rates = np.array([1.1, 0.9, 0.5, 0.2])
    p["W_h"] = eye.T @ np.diag(rates) @ eye  # the eigenvalues are known
    np.testing.assert_allclose(lyapunov_exponents(linear, p, xs, settle=100), np.log(rates), atol=1e-6)


@pytest.mark.parametrize("make", [rnnkit.Elman, rnnkit.GRU, rnnkit.LSTM])
def test_lyapunov_exponents_sum_to_the_growth_of_volume_and_bound_the_gradient(make):
    setting = run(make(2, 3), T=300)
    exponents, J = lyapunov_exponents(*setting), jacobians(*setting)
    assert exponents.sum() == pytest.approx(np.mean([np.linalg.slogdet(step)[1] for step in J]), rel=1e-9)
    assert (np.diff(exponents) <= 0).all()
    longest = np.log(np.linalg.norm(products(J)[-1], 2)) / 300
    assert exponents[0] == pytest.approx(longest, abs=0.03)


def test_lost_directions_and_bad_settle():
    cell, p, xs, s = run(rnnkit.Jordan(2, 3, 2, decay=0.5))
    assert lyapunov_exponents(cell, p, xs, s)[-1] == -np.inf  # the old output is never looked at
    for settle in (-1, 12):
        with pytest.raises(ValueError, match=r"^settle"):
            lyapunov_exponents(cell, p, xs, s, settle)


def test_gate_statistics_and_saturation():
    rng = np.random.default_rng(0)
    gates = rng.random((50, 4, 3))
    mask = rng.random((50, 4)) < 0.5
    low, high = saturation(gates, 0.2, 0.7, mask)
    for unit in range(3):
        counted = [gates[t, b, unit] for t in range(50) for b in range(4) if mask[t, b]]
        assert low[unit] == np.mean([v < 0.2 for v in counted]) and high[unit] == np.mean([v > 0.7 for v in counted])
    cell, p, xs, s = run(rnnkit.LSTM(2, 3), T=30)
    _, traces = rnnkit.scan(cell, p, xs, s)
    statistics = gate_statistics(traces, "fo")
    assert statistics.keys() == {"f", "o"}
    np.testing.assert_allclose(statistics["f"].mean, traces["f"].mean((0, 1)))
    np.testing.assert_allclose(statistics["o"].std, traces["o"].std((0, 1)))
    assert (statistics["f"].saturation.high == (traces["f"] > 0.9).mean((0, 1))).all()


def test_unit_scores_find_the_unit_that_knows():
    rng = np.random.default_rng(0)
    hs, new = rng.normal(size=(400, 6)), rng.normal(size=(300, 6))
    hs[:, 5] = new[:, 5] = 2.0  # a constant unit
    noise = rng.normal(size=700)
    target, new_target = 3 * hs[:, 2] + noise[:400] - 1, 3 * new[:, 2] + noise[400:] - 1
    scores = unit_scores(hs, target, new, new_target)
    assert scores.argmax() == 2 and scores[2] == pytest.approx(0.9, abs=0.03)  # 9 parts of 10 of its variance
    assert np.abs(np.delete(scores, 2)).max() < 0.05
    for unit in range(5):
        slope, offset = np.polyfit(hs[:, unit], target, 1)
        error = np.sum((slope * new[:, unit] + offset - new_target) ** 2)
        want = 1 - error / np.sum((new_target - new_target.mean()) ** 2)
        assert scores[unit] == pytest.approx(want)


@pytest.mark.parametrize("call, message", [
    (lambda x: unit_scores(x, np.ones(4), x, np.arange(4.0)), "target: expected at least two"),
    (lambda x: unit_scores(x, np.arange(4.0), x[:, :1], np.arange(4.0)), "new_hs: expected shape (M, 3)"),
    (lambda x: saturation(x[None], 0.9, 0.1), "high: expected above 0.9"),
    (lambda x: saturation(x[None], mask=np.zeros((1, 4), bool)), "mask: expected at least one"),
    (lambda x: saturation(x[None], mask=np.zeros((4, 1), bool)), "mask: expected shape (1, 4)"),
    (lambda x: gate_statistics({"f": x[None]}, "fg"), "gates: expected letters of f, got 'g'"),
])  # fmt: skip
def test_bad_probes(call, message):
    with pytest.raises((TypeError, ValueError)) as error:
        call(np.random.default_rng(0).normal(size=(4, 3)))
    assert str(error.value).startswith(message)
