"""Embedding, bidirectional nets, attention, layer norm, dropout: each backward pass against what must agree."""

from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnkit
from rnnkit import losses, optim
from rnnkit.check import finite_differences, gradient_errors, relative_error
from rnnkit.layer_norm import EPS, backnormalise, normalise

sizes = st.integers(1, 4)


def drawn(shapes, rng):
    return {name: rng.normal(0, 0.7, shape) for name, shape in shapes.items()}


def tensors(arrays):
    return {name: torch.tensor(x, requires_grad=True) for name, x in arrays.items()}


def agree(got, want, tolerance=1e-10):
    assert got.keys() == want.keys()
    for name, x in want.items():
        assert relative_error(got[name], x) < tolerance, name


# Embedding


@given(V=st.integers(1, 30), T=st.integers(0, 9), B=st.integers(0, 4), seed=st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_embedding_is_that_of_torch(V, T, B, seed):
    rng = np.random.default_rng(seed)
    table = rnnkit.Embedding(V, 3)
    p, ids, dxs = drawn(table.shapes, rng), rng.integers(0, V, (T, B)), rng.normal(size=(T, B, 3))
    E = torch.tensor(p["E"], requires_grad=True)
    xs = torch.nn.functional.embedding(torch.tensor(ids), E)
    (xs * torch.tensor(dxs)).sum().backward()
    np.testing.assert_array_equal(table.forward(p, ids), xs.detach())
    np.testing.assert_allclose(table.backward(p, ids, dxs)["E"], E.grad, atol=1e-13)
    np.testing.assert_array_equal(table.forward(p, ids), rnnkit.one_hot(ids, V) @ p["E"])


@pytest.mark.parametrize("cell", [rnnkit.Elman(3, 4), rnnkit.LSTM(3, 4)])
@pytest.mark.parametrize("loss", [losses.softmax_cross_entropy])
def test_network_of_symbols(cell, loss):
    net = rnnkit.Network(cell, rnnkit.Readout(4, 5), rnnkit.Embedding(5, 3))
    rng = np.random.default_rng(0)
    p = drawn(net.shapes, rng)
    ids = rng.integers(0, 5, (8, 2))
    batch = rnnkit.Batch(ids[:-1], ids[1:], rng.random((7, 2)) < 0.7)
    errors = gradient_errors(net, p, batch, loss)
    assert errors.keys() == net.shapes.keys() and max(errors.values()) < 1e-6
    for way in (partial(rnnkit.truncated_bptt, k1=3, k2=9), partial(rnnkit.checkpointed_bptt, every=3)):
        agree(way(net, p, batch, loss)[1], rnnkit.bptt(net, p, batch, loss)[1])
    with pytest.raises(ValueError, match="net: expected no embedding"):
        rnnkit.rtrl(net, p, batch, loss)


def test_a_language_model_learns_a_cycle():
    net = rnnkit.Network(rnnkit.LSTM(4, 12), rnnkit.Readout(12, 3), rnnkit.Embedding(3, 4))
    ids = np.tile([0, 1, 2, 2, 1], 30)[:, None]
    objective = partial(rnnkit.bptt, net, loss=losses.softmax_cross_entropy)
    batches = list(rnnkit.windows(rnnkit.Batch(ids[:-1], ids[1:]), 10))
    p = net.init(np.random.default_rng(0))
    run = rnnkit.fit(objective, p, batches, optim.Adam(0.03), epochs=30, carry=True)
    assert run.history["loss"][-1] < 0.05 < run.history["loss"][0]


@pytest.mark.parametrize("ids, message", [
    (np.ones((2, 2)), "ids: expected an array of whole numbers, got float64"),
    (np.full((2, 2), 5), "ids: expected 0 to 4, got 5 to 5"),
    (np.array([[-1, 0]]), "ids: expected 0 to 4, got -1 to 0"),
    (np.zeros(3, int), "ids: expected shape (T, B), got (3,)"),
    ([[0]], "ids: expected an array of whole numbers, got list"),
])  # fmt: skip
def test_bad_symbols(ids, message):
    table = rnnkit.Embedding(5, 3)
    with pytest.raises((TypeError, ValueError)) as error:
        table.forward(table.init(np.random.default_rng(0)), ids)
    assert str(error.value) == message


# Bidirectional


def both(forwards=rnnkit.LSTM, backwards=rnnkit.GRU, D=3, H=4):
    return rnnkit.Bidirectional(forwards(D, H), backwards(D, H + 1))


@given(T=st.integers(1, 6), B=st.integers(1, 4), seed=st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_bidirectional_backward_is_autograd(T, B, seed):
    net, rng = both(), np.random.default_rng(seed)
    p, xs, dys = drawn(net.shapes, rng), rng.normal(size=(T, B, 3)), rng.normal(size=(T, B, 9))
    lengths = rng.integers(0, T + 1, B)
    leaves = tensors(p | {"xs": xs})
    ys, _ = net.forward({n: leaves[n] for n in p}, leaves["xs"], lengths)
    (ys * torch.tensor(dys)).sum().backward()
    got, memory = net.forward(p, xs, lengths)
    np.testing.assert_allclose(got, ys.detach(), atol=1e-13)
    grads, dxs = net.backward(p, xs, lengths, memory, dys)
    for name, leaf in leaves.items():
        want = np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy()
        assert relative_error((grads | {"xs": dxs})[name], want) < 1e-10, name


def test_bidirectional_is_one_sequence_at_a_time():
    net, rng = both(), np.random.default_rng(0)
    p, lengths = drawn(net.shapes, rng), np.array([5, 2, 0, 7])
    xs = rng.normal(size=(7, 4, 3))
    ys, _ = net.forward(p, xs, lengths)
    other = xs.copy()
    for b, n in enumerate(lengths):
        alone, _ = net.forward(p, xs[:n, [b]])
        np.testing.assert_allclose(ys[:n, [b]], alone, atol=1e-14)
        other[n:, b] = rng.normal(size=(7 - n, 3))
        assert not ys[n:, b].any()
    np.testing.assert_allclose(net.forward(p, other, lengths)[0], ys, atol=1e-14)
    longer = np.concatenate([xs, np.ones((3, 4, 3))])
    np.testing.assert_allclose(net.forward(p, longer, lengths)[0][:7], ys, atol=1e-14)


def test_bidirectional_is_torch_on_packed_sequences():
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(3, 4, bidirectional=True, dtype=torch.float64)
    p = {}
    for way, end in (("forwards", ""), ("backwards", "_reverse")):
        p[f"{way}.W_x"] = getattr(lstm, f"weight_ih_l0{end}").detach().numpy().T
        p[f"{way}.W_h"] = getattr(lstm, f"weight_hh_l0{end}").detach().numpy().T
        p[f"{way}.b"] = (getattr(lstm, f"bias_ih_l0{end}") + getattr(lstm, f"bias_hh_l0{end}")).detach().numpy()
    xs, lengths = np.random.default_rng(0).normal(size=(6, 3, 3)), np.array([6, 2, 4])
    packed = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor(xs), torch.tensor(lengths), enforce_sorted=False)
    want, _ = torch.nn.utils.rnn.pad_packed_sequence(lstm(packed)[0])
    net = rnnkit.Bidirectional(rnnkit.LSTM(3, 4), rnnkit.LSTM(3, 4))
    np.testing.assert_allclose(net.forward(p, xs, lengths)[0], want.detach(), atol=1e-13)


def deep(rng):
    net = rnnkit.BidirectionalNetwork([both(), both(rnnkit.GRU, rnnkit.Elman, D=9, H=2)], rnnkit.Readout(5, 3),
                                      rnnkit.Embedding(6, 3))  # fmt: skip
    ids, lengths = rng.integers(0, 6, (5, 3)), np.array([5, 3, 4])
    mask = np.arange(5)[:, None] < lengths
    return net, drawn(net.shapes, rng), rnnkit.Batch(ids, ids[::-1] % 3, mask, lengths=lengths)


def test_deep_bidirectional_network():
    net, p, batch = deep(np.random.default_rng(0))
    value, grads, s = net.objective(p, batch, loss=losses.softmax_cross_entropy)

    def loss(q):
        return losses.softmax_cross_entropy(net.forward(q, batch.xs, batch.lengths)[0], batch.targets, batch.mask)[0]

    assert s is None and value == pytest.approx(loss(p))
    agree(grads, finite_differences(loss, p), 1e-6)


def test_bidirectional_learns_what_comes_later_where_one_way_cannot():
    """Is the last bit of the sequence 1?  Asked at the first tick."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(2, 7, 64)
    bits = rng.integers(0, 2, (6, 64))
    targets = np.broadcast_to(bits[lengths - 1, np.arange(64)], (6, 64))
    first = np.zeros((6, 64), bool)
    first[0] = True
    batch = rnnkit.Batch(bits, targets, first, lengths=lengths)
    cells = rnnkit.Bidirectional(rnnkit.GRU(2, 8), rnnkit.GRU(2, 8))
    net = rnnkit.BidirectionalNetwork([cells], rnnkit.Readout(16, 2), rnnkit.Embedding(2, 2))
    objective = partial(net.objective, loss=losses.softmax_cross_entropy)
    run = rnnkit.fit(objective, net.init(rng), rnnkit.minibatches(batch, 16, seed=0), optim.Adam(0.02), epochs=40)
    assert run.history["loss"][-1] < 0.05


@pytest.mark.parametrize("lengths, message", [
    (np.array([1, 9]), "lengths: expected 0 to 4, got 1 to 9"),
    (np.array([1]), "lengths: expected shape (2), got (1,)"),
    (np.array([1.0, 2.0]), "lengths: expected an array of whole numbers, got float64"),
])  # fmt: skip
def test_bad_lengths(lengths, message):
    net = both()
    with pytest.raises((TypeError, ValueError)) as error:
        net.forward(net.init(np.random.default_rng(0)), np.ones((4, 2, 3)), lengths)
    assert str(error.value) == message


# Attention

ATTENTION = {
    "additive": rnnkit.AdditiveAttention(3, 4, 5),
    "multiplicative": rnnkit.MultiplicativeAttention(3, 4),
}
every_attention = pytest.mark.parametrize("attention", ATTENTION.values(), ids=ATTENTION.keys())


def question(attention, T=2, B=3, N=5, seed=0):
    rng = np.random.default_rng(seed)
    mask = rng.random((N, B)) < 0.6
    mask[rng.integers(0, N, B), np.arange(B)] = True
    return (drawn(attention.shapes, rng), rng.normal(size=(T, B, 3)), rng.normal(size=(N, B, 4)), mask,
            rng.normal(size=(N, B, 2)))  # fmt: skip


@every_attention
@given(T=sizes, B=sizes, N=sizes, own_values=st.booleans(), seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_attention_backward_is_autograd(attention, T, B, N, own_values, seed):
    p, queries, keys, mask, values = question(attention, T, B, N, seed)
    values = values if own_values else None
    contexts, weights, kept = attention.forward(p, queries, keys, mask, values)
    dcontexts = np.random.default_rng(seed).normal(size=contexts.shape)
    grads, dqueries, dkeys, dvalues = attention.backward(p, queries, keys, weights, kept, dcontexts, values)
    got = grads | {"queries": dqueries, "keys": dkeys} | ({"values": dvalues} if own_values else {})
    leaves = tensors(p | {"queries": queries, "keys": keys} | ({"values": values} if own_values else {}))
    out, _, _ = attention.forward({n: leaves[n] for n in p}, leaves["queries"], leaves["keys"], torch.tensor(mask),
                                  leaves.get("values"))  # fmt: skip
    np.testing.assert_allclose(contexts, out.detach(), atol=1e-13)
    (out * torch.tensor(dcontexts)).sum().backward()
    for name, leaf in leaves.items():
        # One key alone has weight 1 whatever it is: some gradients are exactly zero.
        np.testing.assert_allclose(got[name], leaf.grad, rtol=1e-9, atol=1e-12, err_msg=name)


@every_attention
def test_attention_is_its_formula_one_number_at_a_time(attention):
    p, queries, keys, mask, values = question(attention)
    contexts, weights, _ = attention.forward(p, queries, keys, mask, values)
    for t in range(2):
        for b in range(3):
            scores = {}
            for n in np.flatnonzero(mask[:, b]):
                q, k = queries[t, b], keys[n, b]
                if "v" in p:
                    scores[n] = float(p["v"] @ np.tanh(p["W_q"].T @ q + p["W_k"].T @ k))
                else:
                    scores[n] = float(q @ p["W_a"] @ k) / 2
            total = sum(np.exp(score) for score in scores.values())
            want = sum(np.exp(score) / total * values[n, b] for n, score in scores.items())
            np.testing.assert_allclose(contexts[t, b], want, atol=1e-12)
            assert (weights[t, b, ~mask[:, b]] == 0).all() and weights[t, b].sum() == pytest.approx(1)


@every_attention
def test_attention_does_not_see_padding_and_does_not_see_order(attention):
    p, queries, keys, mask, values = question(attention)
    contexts, _, _ = attention.forward(p, queries, keys, mask, values)
    more = np.concatenate([keys, 9 * np.ones((2, 3, 4))]), np.concatenate([mask, np.zeros((2, 3), bool)])
    longer, _, _ = attention.forward(p, queries, *more, np.concatenate([values, 9 * np.ones((2, 3, 2))]))
    np.testing.assert_allclose(longer, contexts, atol=1e-14)
    turned, _, _ = attention.forward(p, queries, keys[::-1], mask[::-1], values[::-1])
    np.testing.assert_allclose(turned, contexts, atol=1e-13)


def test_with_the_identity_it_is_scaled_dot_product_attention():
    rng = np.random.default_rng(0)
    attention = rnnkit.MultiplicativeAttention(4, 4)
    queries, keys, values = rng.normal(size=(2, 3, 4)), rng.normal(size=(5, 3, 4)), rng.normal(size=(5, 3, 6))
    got, _, _ = attention.forward({"W_a": np.eye(4)}, queries, keys, None, values)
    q, k, v = (torch.tensor(x).transpose(0, 1) for x in (queries, keys, values))
    want = torch.nn.functional.scaled_dot_product_attention(q, k, v).transpose(0, 1)
    np.testing.assert_allclose(got, want, atol=1e-13)


@pytest.mark.parametrize("change, message", [
    ({"queries": np.ones((2, 3, 9))}, "queries: expected shape (T, B, 3)"),
    ({"keys": np.ones((5, 2, 4))}, "keys: expected shape (N, 3, 4)"),
    ({"mask": np.ones((5, 3))}, "mask: expected bool, got float64"),
    ({"mask": np.zeros((5, 3), bool)}, "mask: expected at least one place to look at"),
    ({"keys": np.ones((0, 3, 4)), "mask": None}, "mask: expected at least one place to look at"),
    ({"values": np.ones((4, 3, 2))}, "values: expected shape (5, 3, V)"),
])  # fmt: skip
def test_bad_attention(change, message):
    attention = ATTENTION["additive"]
    p, queries, keys, mask, _ = question(attention)
    with pytest.raises((TypeError, ValueError)) as error:
        attention.forward(p, **({"queries": queries, "keys": keys, "mask": mask} | change))
    assert str(error.value).startswith(message)


# Layer normalisation and dropout


def test_layer_norm_is_that_of_torch():
    rng = np.random.default_rng(0)
    a, d = rng.normal(2, 3, size=(4, 2, 6)), rng.normal(size=(4, 2, 6))
    leaf = torch.tensor(a, requires_grad=True)
    want = torch.nn.functional.layer_norm(leaf, (6,), eps=EPS)
    (want * torch.tensor(d)).sum().backward()
    normed, rate = normalise(a)
    np.testing.assert_allclose(normed, want.detach(), atol=1e-13)
    np.testing.assert_allclose(backnormalise(normed, rate, d), leaf.grad, atol=1e-12)
    assert not normalise(np.full((2, 5), 3.0))[0].any()  # a constant vector is no division by zero


def test_layer_norm_elman_forgets_the_scale_of_its_weights():
    cell = rnnkit.LayerNormElman(3, 8)
    rng = np.random.default_rng(0)
    p, xs = drawn(cell.shapes, rng), rng.normal(size=(5, 2, 3))
    states, _ = rnnkit.scan(cell, p, xs)
    larger, _ = rnnkit.scan(cell, p | {"W_x": 100 * p["W_x"], "W_h": 100 * p["W_h"]}, xs)
    np.testing.assert_allclose(larger, states, atol=1e-3)
    want = np.zeros((2, 8))
    for x, h in zip(xs, states, strict=True):
        a = x @ p["W_x"] + want @ p["W_h"]
        a = (a - a.mean(-1, keepdims=True)) / np.sqrt(a.var(-1, keepdims=True) + EPS)
        want = np.tanh(p["gain"] * a + p["b"])
        np.testing.assert_allclose(h, want, atol=1e-12)


@pytest.mark.parametrize("rate", [0.0, 0.3, 0.8])
def test_variational_mask(rate):
    mask = rnnkit.variational_mask(np.random.default_rng(0), rate, 200, 300)
    assert mask.shape == (1, 200, 300) and set(np.unique(mask)) <= {0, 1 / (1 - rate)}
    assert mask.mean() == pytest.approx(1, abs=0.03) and (mask == 0).mean() == pytest.approx(rate, abs=0.01)


@pytest.mark.parametrize("inner", [rnnkit.LSTM(3, 6), rnnkit.Elman(3, 6), rnnkit.GRU(3, 6)])
def test_recurrent_dropout(inner):
    cell, rng = rnnkit.RecurrentDropout(inner), np.random.default_rng(0)
    p, xs = drawn(cell.shapes, rng), rng.normal(size=(9, 4, 3))
    plain, _ = rnnkit.scan(inner, p, xs)
    S = inner.state_size
    np.testing.assert_allclose(rnnkit.scan(cell, p, xs)[0][..., :S], plain, atol=1e-14)  # zeros: evaluation
    s = cell.start(4, 0.5, rng)
    np.testing.assert_array_equal(np.unique(1 - s[:, S:]), [0, 2])
    states, _ = rnnkit.scan(cell, p, xs, s)
    assert (states[..., S:] == s[:, S:]).all()  # the same mask at every tick
    assert np.abs(states[..., :S] - plain).max() > 1e-2
    if not isinstance(inner, rnnkit.GRU):  # what is dropped has no effect: its row of W_h may be anything
        for b in range(4):
            q = p | {"W_h": p["W_h"] + 7 * (s[b, S:] == 1)[:, None]}
            one, _ = rnnkit.scan(cell, q, xs[:, [b]], s[[b]])
            np.testing.assert_allclose(one, states[:, [b]], atol=1e-12)


@pytest.mark.parametrize("call, message", [
    (lambda rng: rnnkit.variational_mask(0, 0.5, 2, 3), "rng: expected"),
    (lambda rng: rnnkit.variational_mask(rng, 1.0, 2, 3), "rate: expected at least 0"),
    (lambda rng: rnnkit.RecurrentDropout("lstm"), "cell: expected a cell"),
    (lambda rng: rnnkit.Embedding(0, 3), "vocabulary_size: expected at least 1"),
    (lambda rng: rnnkit.Bidirectional(rnnkit.GRU(3, 4), rnnkit.GRU(2, 4)), "backwards: expected input_size 3, got 2"),
    (lambda rng: rnnkit.BidirectionalNetwork([], rnnkit.Readout(3, 2)), "layers: expected at least one"),
    (lambda rng: rnnkit.BidirectionalNetwork([both()], rnnkit.Readout(3, 2)), "readout: expected input_size 9, got 3"),
    (lambda rng: rnnkit.Network(rnnkit.GRU(3, 4), None, rnnkit.Embedding(9, 2)),
     "embedding: expected output_size 3, got 2"),
    (lambda rng: rnnkit.AdditiveAttention(3, 4, 0), "hidden_size: expected at least 1"),
])  # fmt: skip
def test_bad_parts(call, message):
    with pytest.raises((TypeError, ValueError)) as error:
        call(np.random.default_rng(0))
    assert str(error.value).startswith(message)
