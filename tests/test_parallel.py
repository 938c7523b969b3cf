"""The parallel scan of a linear cell is its scan: states, gradients, in NumPy and torch."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnkit
from rnnkit.check import relative_error

CELLS = {
    "diagonal": rnnkit.Diagonal(3, 4),
    "min-gru": rnnkit.MinGRU(3, 4),
    "min-lstm": rnnkit.MinLSTM(3, 4),
    "lru": rnnkit.LRU(3, 4),
}
every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())


def problem(cell, T=9, B=2, seed=0):
    rng = np.random.default_rng(seed)
    p = {name: rng.normal(0, 0.7, shape) for name, shape in cell.shapes.items()}
    if isinstance(cell, rnnkit.Diagonal):  # what explodes loses its last digits, in either order of the sums
        p["W_h"] = rng.uniform(-1, 1, cell.hidden_size)
    return (
        p,
        rng.normal(size=(T, B, 3)),
        rng.normal(size=(B, cell.state_size)),
        rng.normal(size=(T, B, cell.state_size)),
    )


def both_ways(scan, backscan, cell, p, xs, s, dstates):
    states, traces = scan(cell, p, xs, s)
    grads, dxs, ds = backscan(cell, p, xs, s, states, traces, dstates)
    return {"states": states, "xs": dxs, "s": ds} | grads


SEQUENTIAL = rnnkit.scan, rnnkit.backscan
PARALLEL = rnnkit.parallel_scan, rnnkit.parallel_backscan


@every_cell
@given(T=st.integers(0, 70), B=st.integers(0, 3), seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_parallel_is_sequential(cell, T, B, seed):
    run = problem(cell, T, B, seed)
    one, other = both_ways(*SEQUENTIAL, cell, *run), both_ways(*PARALLEL, cell, *run)
    assert one.keys() == other.keys()
    for name, x in one.items():
        assert x.shape == other[name].shape and x.dtype == other[name].dtype
        assert relative_error(other[name], x) < 1e-12, name


@every_cell
def test_parallel_is_sequential_on_tensors(cell):
    p, xs, s, dstates = problem(cell, T=21)
    tensors = {n: torch.tensor(x) for n, x in p.items()}, torch.tensor(xs), torch.tensor(s), torch.tensor(dstates)
    one, other = both_ways(*PARALLEL, cell, p, xs, s, dstates), both_ways(*PARALLEL, cell, *tensors)
    slow = both_ways(*SEQUENTIAL, cell, *tensors)
    for name, x in one.items():
        assert relative_error(other[name].numpy(), x) < 1e-12, name
        assert relative_error(slow[name].numpy(), x) < 1e-12, name


@every_cell
def test_autograd_of_the_parallel_scan_is_the_way_back(cell):
    p, xs, s, dstates = problem(cell, T=13)
    leaves = {n: torch.tensor(x, requires_grad=True) for n, x in (p | {"xs": xs, "s": s}).items()}
    states, _ = rnnkit.parallel_scan(cell, {n: leaves[n] for n in p}, leaves["xs"], leaves["s"])
    (states * torch.tensor(dstates)).sum().backward()
    got = both_ways(*PARALLEL, cell, p, xs, s, dstates)
    for name, leaf in leaves.items():
        assert relative_error(got[name], leaf.grad.numpy()) < 1e-10, name


@every_cell
def test_float32_stays_float32_and_close(cell):
    run = problem(cell, T=40)
    small = {n: x.astype("f") for n, x in run[0].items()}, *(x.astype("f") for x in run[1:])
    exact = both_ways(*PARALLEL, cell, *run)
    for name, x in both_ways(*PARALLEL, cell, *small).items():
        assert x.dtype == np.float32 and relative_error(x, exact[name]) < 1e-4, name


@given(T=st.integers(1, 40), seed=st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_associative_scan_takes_any_decay(T, seed):
    """Zero, one, negative, larger than one, complex: nothing is divided."""
    rng = np.random.default_rng(seed)
    decay = rng.choice([0, 1, -1, -0.5, 1.5, 0.3 + 0.9j], (T, 2))
    inflow = rng.normal(size=(T, 2)) + 1j * rng.normal(size=(T, 2))
    z, want = np.zeros(2), []
    for w, u in zip(decay, inflow, strict=True):
        z = w * z + u
        want.append(z)
    np.testing.assert_allclose(rnnkit.associative_scan(decay, inflow), want, rtol=1e-9, atol=1e-9)


def test_the_equations_of_the_papers():
    rng = np.random.default_rng(0)

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    p, xs, s, _ = problem(rnnkit.MinGRU(3, 4))
    h, want = s, []
    for x in xs:
        update = sigmoid(-(x @ p["W_x"][:, :4] + p["b"][:4]))  # the paper's z is 1 - z here
        h = (1 - update) * h + update * (x @ p["W_x"][:, 4:] + p["b"][4:])
        want.append(h)
    np.testing.assert_allclose(rnnkit.scan(rnnkit.MinGRU(3, 4), p, xs, s)[0], want, atol=1e-12)

    p, xs, s, _ = problem(rnnkit.MinLSTM(3, 4))
    h, want = s, []
    for x in xs:
        i, f, g = np.split(x @ p["W_x"] + p["b"], 3, -1)
        i, f = sigmoid(i), sigmoid(f)
        h = f / (f + i) * h + i / (f + i) * g
        want.append(h)
    np.testing.assert_allclose(rnnkit.scan(rnnkit.MinLSTM(3, 4), p, xs, s)[0], want, atol=1e-12)

    cell = rnnkit.LRU(3, 4, r_min=0.5, r_max=0.9)
    p = cell.init(rng)
    decay = np.exp(-np.exp(p["nu"]) + 1j * np.exp(p["theta"]))
    assert (np.abs(decay) >= 0.5).all() and (np.abs(decay) <= 0.9).all()
    np.testing.assert_allclose(np.exp(p["gamma"]), np.sqrt(1 - np.abs(decay) ** 2))
    B = p["W_x"][:, :4] + 1j * p["W_x"][:, 4:]
    z, want = s[:, :2] @ np.ones((2, 4)) * 0j, []
    for x in xs:
        z = decay * z + np.exp(p["gamma"]) * (x @ B)
        want.append(np.concatenate([z.real, z.imag], -1))
    np.testing.assert_allclose(rnnkit.scan(cell, p, xs)[0], want, atol=1e-12)


def test_diagonal_is_a_linear_indrnn():
    p, xs, s, _ = problem(rnnkit.Diagonal(3, 4))
    want, _ = rnnkit.scan(rnnkit.IndRNN(3, 4, "linear"), p, xs, s)
    np.testing.assert_allclose(rnnkit.parallel_scan(rnnkit.Diagonal(3, 4), p, xs, s)[0], want, atol=1e-12)


def test_lru_keeps_the_variance_of_its_input():
    cell = rnnkit.LRU(20, 200, r_min=0.3, r_max=0.95)
    rng = np.random.default_rng(0)
    states, _ = rnnkit.parallel_scan(cell, cell.init(rng), rng.normal(size=(1000, 5, 20)))
    z = cell.fold(states[200:])
    assert np.mean(np.abs(z) ** 2) == pytest.approx(1, rel=0.1)


def test_other_cells_are_refused():
    cell = rnnkit.GRU(3, 4)
    p, xs, s, dstates = cell.init(np.random.default_rng(0)), np.ones((2, 1, 3)), None, np.ones((2, 1, 4))
    with pytest.raises(TypeError, match="cell: expected a linear cell"):
        rnnkit.parallel_scan(cell, p, xs)
    with pytest.raises(TypeError, match="cell: expected a linear cell"):
        rnnkit.parallel_backscan(cell, p, xs, s, dstates, {}, dstates)
