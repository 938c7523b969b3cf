"""Every cell against everything that must agree with it, on random weights, in float64.

A new cell joins `CELLS` and has every test of this file.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnkit
from rnnkit.check import finite_differences, relative_error

CELLS = {
    "elman": lambda D, H: rnnkit.Elman(D, H),
    "elman-sigmoid": lambda D, H: rnnkit.Elman(D, H, "sigmoid"),
    "elman-relu": lambda D, H: rnnkit.Elman(D, H, "relu"),
    "elman-linear": lambda D, H: rnnkit.Elman(D, H, "linear"),
    "elman-satlin": lambda D, H: rnnkit.Elman(D, H, "satlin"),
    "leaky": lambda D, H: rnnkit.LeakyElman(D, H, leak=0.3),
    "indrnn": lambda D, H: rnnkit.IndRNN(D, H),
    "indrnn-tanh": lambda D, H: rnnkit.IndRNN(D, H, "tanh"),
    "lstm": lambda D, H: rnnkit.LSTM(D, H),
    "lstm-1997": lambda D, H: rnnkit.LSTM1997(D, H),
    "lstm-peephole": lambda D, H: rnnkit.PeepholeLSTM(D, H),
    "lstm-coupled": lambda D, H: rnnkit.CoupledLSTM(D, H),
    "gru": lambda D, H: rnnkit.GRU(D, H),
    "gru-2014": lambda D, H: rnnkit.GRU2014(D, H),
    "layer-norm": lambda D, H: rnnkit.LayerNormElman(D, H + 1),
    "dropout-elman": lambda D, H: rnnkit.RecurrentDropout(rnnkit.Elman(D, H)),
    "dropout-lstm": lambda D, H: rnnkit.RecurrentDropout(rnnkit.LSTM(D, H)),
    "diagonal": lambda D, H: rnnkit.Diagonal(D, H),
    "min-gru": lambda D, H: rnnkit.MinGRU(D, H),
    "min-lstm": lambda D, H: rnnkit.MinLSTM(D, H),
    "lru": lambda D, H: rnnkit.LRU(D, H),
    "stack-linear": lambda D, H: rnnkit.Stack([rnnkit.LRU(D, H), rnnkit.MinGRU(2 * H, 3)]),
    "stack": lambda D, H: rnnkit.Stack([rnnkit.LSTM(D, H), rnnkit.GRU(H, 2), rnnkit.Elman(2, 3)]),
    "stack-residual": lambda D, H: rnnkit.Stack([rnnkit.LSTM(D, H), rnnkit.LSTM(H, H), rnnkit.GRU(H, H)], True),
    "stack-jordan": lambda D, H: rnnkit.Stack([rnnkit.Jordan(D, H, 2, decay=0.5), rnnkit.PeepholeLSTM(2, H)]),
    "stack-of-stacks": lambda D, H: rnnkit.Stack(
        [
            rnnkit.Stack([rnnkit.GRU(D, 2), rnnkit.GRU(2, H)], False),
            rnnkit.Stack([rnnkit.LSTM(H, 2), rnnkit.GRU2014(2, 2)], True),
        ]
    ),
    "jordan": lambda D, H: rnnkit.Jordan(D, H, 4),
    "jordan-decay": lambda D, H: rnnkit.Jordan(D, H, 2, decay=0.7, output_activation="tanh"),
    "jordan-sigmoid": lambda D, H: rnnkit.Jordan(D, H, 3, decay=0.3, activation="sigmoid", output_activation="sigmoid"),
}
every_cell = pytest.mark.parametrize("make", CELLS.values(), ids=CELLS.keys())
any_size = st.integers(1, 5)
any_length = st.integers(0, 6)


def problem(cell, T=6, B=3, seed=0):
    """Random weights, inputs, start, and the gradient of a random linear loss on every state."""
    rng = np.random.default_rng(seed)
    p = {name: rng.normal(0, 0.7, shape) for name, shape in cell.shapes.items()}
    xs, s = rng.normal(size=(T, B, cell.input_size)), rng.normal(size=(B, cell.state_size))
    return p, xs, s, rng.normal(size=(T, B, cell.state_size))


def backward(cell, p, xs, s, dstates):
    grads, dxs, ds = rnnkit.backscan(cell, p, xs, s, *rnnkit.scan(cell, p, xs, s), dstates)
    return grads | {"xs": dxs, "s": ds}


def as_torch(arrays):
    return {name: torch.tensor(x, requires_grad=True) for name, x in arrays.items()}


def autograd(cell, p, xs, s, dstates):
    """Gradients of the same scan by torch, which differentiates `drive` and `step` on its own."""
    leaves = as_torch(p | {"xs": xs, "s": s})
    states, _ = rnnkit.scan(cell, {n: leaves[n] for n in p}, leaves["xs"], leaves["s"])
    (states * torch.tensor(dstates)).sum().backward()
    return {name: x.grad.numpy() for name, x in leaves.items() if x.grad is not None}


@every_cell
def test_backward_is_finite_differences(make):
    cell = make(3, 5)
    p, xs, s, dstates = problem(cell)
    grads = backward(cell, p, xs, s, dstates)

    def loss(q):
        return float((rnnkit.scan(cell, {n: q[n] for n in p}, q["xs"], q["s"])[0] * dstates).sum())

    slow = finite_differences(loss, p | {"xs": xs, "s": s})
    assert {name: relative_error(grads[name], slow[name]) < 1e-6 for name in slow} == dict.fromkeys(slow, True)


@every_cell
@given(D=any_size, H=any_size, T=st.integers(1, 6), B=any_size, seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_backward_is_autograd_of_the_same_step(make, D, H, T, B, seed):
    cell = make(D, H)
    run = problem(cell, T, B, seed)
    grads, slow = backward(cell, *run), autograd(cell, *run)
    for name in slow:
        np.testing.assert_allclose(grads[name], slow[name], rtol=1e-10, atol=1e-12, err_msg=name)


@every_cell
def test_numpy_and_torch_give_the_same_states(make):
    cell = make(3, 5)
    p, xs, s, _ = problem(cell)
    states, traces = rnnkit.scan(cell, p, xs, s)
    tensors = {n: torch.tensor(x) for n, x in p.items()}
    torch_states, torch_traces = rnnkit.scan(cell, tensors, torch.tensor(xs), torch.tensor(s))
    np.testing.assert_allclose(states, torch_states, rtol=0, atol=1e-14)
    assert traces.keys() == torch_traces.keys() >= set(cell.gates)


FUSED = {
    "tanh": (rnnkit.Elman(3, 5), torch.nn.RNN(3, 5, dtype=torch.float64)),
    "relu": (rnnkit.Elman(3, 5, "relu"), torch.nn.RNN(3, 5, nonlinearity="relu", dtype=torch.float64)),
    "lstm": (rnnkit.LSTM(3, 5), torch.nn.LSTM(3, 5, dtype=torch.float64)),
    "gru": (rnnkit.GRU(3, 5), torch.nn.GRU(3, 5, dtype=torch.float64)),
}


@pytest.mark.parametrize("cell, fused", FUSED.values(), ids=FUSED.keys())
def test_equal_to_torch_weight_for_weight(cell, fused):
    p, xs, s, dstates = problem(cell)
    with torch.no_grad():
        fused.weight_ih_l0.copy_(torch.tensor(p["W_x"].T))
        fused.weight_hh_l0.copy_(torch.tensor(p["W_h"].T))
        fused.bias_ih_l0.copy_(torch.tensor(p["b"]))
        fused.bias_hh_l0.zero_()
        if "b_hn" in p:
            fused.bias_hh_l0[10:].copy_(torch.tensor(p["b_hn"]))
    fused.zero_grad()
    dstates[:-1, :, 5:] = 0  # torch shows the memory of an LSTM at the end alone
    x, start = torch.tensor(xs, requires_grad=True), torch.tensor(s, requires_grad=True)
    is_lstm = isinstance(cell, rnnkit.LSTM)
    out, last = fused(x, (start[None, :, :5], start[None, :, 5:]) if is_lstm else start[None])
    loss = (out * torch.tensor(dstates[..., :5])).sum()
    if is_lstm:
        loss = loss + (last[1][0] * torch.tensor(dstates[-1, :, 5:])).sum()
    loss.backward()
    states, _ = rnnkit.scan(cell, p, xs, s)
    grads = backward(cell, p, xs, s, dstates)
    np.testing.assert_allclose(states[..., :5], out.detach(), atol=1e-14)
    pairs = [
        (grads["W_x"], fused.weight_ih_l0.grad.T),
        (grads["W_h"], fused.weight_hh_l0.grad.T),
        (grads["b"], fused.bias_ih_l0.grad),
        (grads["xs"], x.grad),
        (grads["s"], start.grad),
    ]
    if "b_hn" in p:
        pairs.append((grads["b_hn"], fused.bias_hh_l0.grad[10:]))
    for got, want in pairs:
        np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12)


@every_cell
def test_bptt_is_real_time_recurrent_learning(make):
    """RTRL carries ds/dp forward: P = J P + (what this tick adds), and needs no way back."""
    cell = make(2, 3)
    p, xs, s, dstates = problem(cell, B=1)
    state = torch.tensor(s)
    influence = {n: torch.zeros(cell.state_size, x.size, dtype=torch.float64) for n, x in p.items()}
    total = {n: torch.zeros(x.size, dtype=torch.float64) for n, x in p.items()}
    for x, d in zip(xs, dstates, strict=True):

        def tick(state, *values, x=x):
            q = dict(zip(p, values, strict=True))
            return cell.step(q, cell.drive(q, torch.tensor(x)[None])[0], state)[0][0]

        at = (state, *(torch.tensor(v) for v in p.values()))
        J, *immediate = torch.autograd.functional.jacobian(tick, at)
        for n, now in zip(p, immediate, strict=True):
            influence[n] = J[:, 0] @ influence[n] + now.reshape(cell.state_size, -1)
            total[n] += torch.tensor(d)[0] @ influence[n]
        state = tick(*at)[None]
    grads = backward(cell, p, xs, s, dstates)
    for n in p:
        assert relative_error(grads[n].ravel(), total[n].numpy()) < 1e-12


@every_cell
@given(T=any_length, cut=any_length, seed=st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_in_two_pieces_is_in_one(make, T, cut, seed):
    cell = make(2, 4)
    p, xs, s, dstates = problem(cell, T, 2, seed)
    cut = min(cut, T)
    states, traces = rnnkit.scan(cell, p, xs, s)
    first, k1 = rnnkit.scan(cell, p, xs[:cut], s)
    middle = first[-1] if cut else s
    second, k2 = rnnkit.scan(cell, p, xs[cut:], middle)
    np.testing.assert_allclose(np.concatenate([first, second]), states, atol=1e-14)
    # Backwards, the second piece hands its dL/ds to the last state of the first.
    late, dx2, ds = rnnkit.backscan(cell, p, xs[cut:], middle, second, k2, dstates[cut:])
    early_d = dstates[:cut].copy()
    if cut:
        early_d[-1] += ds
    early, dx1, ds1 = rnnkit.backscan(cell, p, xs[:cut], s, first, k1, early_d)
    whole, dxs, ds0 = rnnkit.backscan(cell, p, xs, s, states, traces, dstates)
    for n in p:
        np.testing.assert_allclose(early[n] + late[n], whole[n], rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(np.concatenate([dx1, dx2]), dxs, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(ds1 if cut else ds, ds0, rtol=1e-11, atol=1e-12)


@every_cell
def test_sequences_do_not_see_each_other(make):
    cell = make(3, 4)
    p, xs, s, dstates = problem(cell, B=4)
    states, _ = rnnkit.scan(cell, p, xs, s)
    whole = backward(cell, p, xs, s, dstates)
    order = np.array([2, 0, 3, 1])
    shuffled = backward(cell, p, xs[:, order], s[order], dstates[:, order])
    np.testing.assert_allclose(rnnkit.scan(cell, p, xs[:, order], s[order])[0], states[:, order], atol=1e-14)
    one = [backward(cell, p, xs[:, [b]], s[[b]], dstates[:, [b]]) for b in range(4)]
    for n in p:
        np.testing.assert_allclose(shuffled[n], whole[n], rtol=1e-11, atol=1e-12)
        np.testing.assert_allclose(sum(g[n] for g in one), whole[n], rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(np.concatenate([g["xs"] for g in one], 1), whole["xs"], rtol=1e-11, atol=1e-12)


@every_cell
def test_what_comes_after_the_last_question_changes_nothing(make):
    cell = make(3, 4)
    p, xs, s, dstates = problem(cell)
    longer = np.concatenate([xs, np.random.default_rng(1).normal(size=(5, *xs.shape[1:]))])
    unasked = np.concatenate([dstates, np.zeros((5, *dstates.shape[1:]))])
    np.testing.assert_allclose(
        rnnkit.scan(cell, p, longer, s)[0][: len(xs)], rnnkit.scan(cell, p, xs, s)[0], atol=1e-14
    )
    short, long = backward(cell, p, xs, s, dstates), backward(cell, p, longer, s, unasked)
    for n in p:
        np.testing.assert_allclose(long[n], short[n], rtol=1e-11, atol=1e-12)
    assert not long["xs"][len(xs) :].any()


@every_cell
@given(T=st.integers(0, 2), B=st.integers(0, 2), D=any_size, H=any_size)
@settings(max_examples=15, deadline=None)
def test_empty_and_single_sequences(make, T, B, D, H):
    cell = make(D, H)
    p, xs, s, dstates = problem(cell, T, B)
    states, _ = rnnkit.scan(cell, p, xs, s)
    grads = backward(cell, p, xs, s, dstates)
    assert states.shape == (T, B, cell.state_size)
    assert {n: g.shape for n, g in grads.items()} == cell.shapes | {"xs": xs.shape, "s": s.shape}
    if T == 0 or B == 0:
        assert not any(grads[n].any() for n in p)


@every_cell
def test_arguments_stay_as_they_were_and_need_not_be_contiguous(make):
    cell = make(3, 4)
    p, xs, s, dstates = problem(cell)
    expected = backward(cell, p, xs, s, dstates)
    strided = [np.repeat(x, 2, -1)[..., ::2] for x in (xs, s, dstates)]
    frozen = {n: np.asfortranarray(x) for n, x in p.items()}
    for x in (*strided, *frozen.values()):
        x.flags.writeable = False  # a write would raise
    got = backward(cell, frozen, *strided)
    for n in expected:
        np.testing.assert_allclose(got[n], expected[n], rtol=1e-11, atol=1e-12)


@every_cell
def test_float32_stays_float32(make):
    cell = make(3, 4)
    p, xs, s, dstates = problem(cell)
    small = [{n: x.astype(np.float32) for n, x in p.items()}, *(x.astype(np.float32) for x in (xs, s, dstates))]
    grads = backward(cell, *small)
    assert {g.dtype for g in grads.values()} == {np.dtype(np.float32)}
    for n, g in backward(cell, p, xs, s, dstates).items():
        assert relative_error(grads[n], g) < 1e-5


@every_cell
def test_names_shapes_and_determinism_of_init(make):
    cell = make(3, 4)
    first, again = (cell.init(np.random.default_rng(7)) for _ in range(2))
    assert {n: x.shape for n, x in first.items()} == cell.shapes
    assert all((first[n] == again[n]).all() and np.unique(first[n]).size == first[n].size for n in first)


@every_cell
def test_drive_and_its_transpose(make):
    cell = make(3, 4)
    p, xs, s, dstates = problem(cell)
    _, traces = rnnkit.scan(cell, p, xs, s)
    k = {n: trace[0] for n, trace in traces.items()}
    da, _ = cell.backstep(p, k, s, dstates[0])
    assert da.shape == (3, cell.drive_size)
    _, dxs = cell.collect(p, xs[:1], s[None], {n: x[None] for n, x in k.items()}, da[None])
    np.testing.assert_allclose(cell.backdrive(p, da), dxs[0], rtol=1e-12)
    np.testing.assert_allclose(cell.backdrive(p, da[None]), dxs, rtol=1e-12)


@pytest.mark.parametrize("make", [rnnkit.Elman, rnnkit.LSTM1997, rnnkit.GRU, rnnkit.GRU2014, rnnkit.LSTM])
def test_init_is_uniform_as_in_torch(make):
    p = make(3, 400).init(np.random.default_rng(0))
    if make is rnnkit.LSTM:
        p["b"][400:800] -= 1
    for x in p.values():
        assert np.abs(x).max() <= 400**-0.5 and x.std() == pytest.approx(400**-0.5 / 3**0.5, rel=0.1)
    assert abs(rnnkit.LSTM(3, 400, forget_bias=5).init(np.random.default_rng(0))["b"][400:800].mean() - 5) < 0.01


def test_jordan_looks_at_its_context_alone():
    cell = rnnkit.Jordan(3, 5, 2, decay=0.6)
    p, xs, s, _ = problem(cell)
    states, traces = rnnkit.scan(cell, p, xs, s)
    y, c = states[..., :2], states[..., 2:]
    before = np.concatenate([s[None, :, 2:], c[:-1]])
    np.testing.assert_allclose(y, traces["y"])
    np.testing.assert_allclose(c, 0.6 * before + y, atol=1e-14)
    np.testing.assert_allclose(traces["h"], np.tanh(xs @ p["W_x"] + before @ p["W_h"] + p["b"]), atol=1e-14)
    other = s.copy()
    other[:, :2] += 1  # the output before the first tick is forgotten: only the context is read
    np.testing.assert_array_equal(rnnkit.scan(cell, p, xs, other)[0], states)
