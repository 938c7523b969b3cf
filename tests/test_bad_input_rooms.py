"""Bad input, beyond the cells: every array that a public function takes is taken, or refused by its name."""

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import rnnkit
import rnnkit.nn
from rnnkit import decode, losses, ngram, optim, probe, starts

T, B, D, H, K = 5, 2, 3, 4, 6
rng = np.random.default_rng(0)


def normal(*shape):
    return rng.normal(size=shape)


def whole(most, *shape):
    return rng.integers(0, most, shape)


MASK = np.arange(T)[:, None] < np.array([5, 3])
NET = rnnkit.Network(rnnkit.GRU(D, H), rnnkit.Readout(H, K))
P = NET.init(rng)
CELL, ALONE = NET.cell, {name: P[name] for name in NET.cell.shapes}
LINEAR = rnnkit.MinGRU(D, H)
LINEAR_P = LINEAR.init(rng)
BOTH = rnnkit.Bidirectional(rnnkit.Elman(D, H), rnnkit.Elman(D, H))
BOTH_P = BOTH.init(rng)
ATTENTION = rnnkit.AdditiveAttention(D, H, 3)
ATTENTION_P = ATTENTION.init(rng)
CRF = rnnkit.CRF(K)
CRF_P = CRF.init(rng)
EMBEDDING = rnnkit.Embedding(K, D)
EMBEDDING_P = EMBEDDING.init(rng)
COUNTS = ngram.count(whole(K, 40), 2, K)
MODEL = ngram.KneserNey(modified=False).estimate(COUNTS)


# name: function, its good arguments, and which of them are tried (all by default)
CALLS = {
    "parallel_scan": (
        lambda xs, s: rnnkit.parallel_scan(LINEAR, LINEAR_P, xs, s),
        {"xs": normal(T, B, D), "s": normal(B, H)},
    ),
    "bidirectional": (
        lambda xs, lengths: BOTH.forward(BOTH_P, xs, lengths)[0],
        {"xs": normal(T, B, D), "lengths": np.array([5, 3])},
    ),
    "attention": (
        lambda queries, keys, mask: ATTENTION.forward(ATTENTION_P, queries, keys, mask)[0],
        {"queries": normal(2, B, D), "keys": normal(T, B, H), "mask": MASK},
    ),
    "embedding": (lambda ids: EMBEDDING.forward(EMBEDDING_P, ids), {"ids": whole(K, T, B)}),
    "embedding, back": (
        lambda ids, dxs: EMBEDDING.backward(EMBEDDING_P, ids, dxs)["E"],
        {"ids": whole(K, T, B), "dxs": normal(T, B, D)},
    ),
    "crf": (
        lambda ys, targets, mask: CRF.loss(CRF_P, ys, targets, mask)[1],
        {"ys": normal(T, B, K), "targets": whole(K, T, B), "mask": MASK},
    ),
    "viterbi": (lambda ys, mask: CRF.viterbi(CRF_P, ys, mask)[1], {"ys": normal(T, B, K), "mask": MASK}),
    "ctc": (
        lambda ys, targets, lengths, target_lengths: rnnkit.ctc(ys, targets, lengths, target_lengths)[1],
        {
            "ys": normal(T, B, K),
            "targets": np.array([[1, 2], [3, 4]]),
            "lengths": np.array([5, 4]),
            "target_lengths": np.array([2, 1]),
        },
    ),
    "best path": (
        lambda ys, lengths: decode.best_path(ys, lengths),
        {"ys": normal(T, B, K), "lengths": np.array([5, 3])},
    ),
    "prefix beam": (lambda ys: decode.prefix_beam(ys, 3), {"ys": normal(T, K)}),
    "temperature": (lambda logits: decode.temperature(logits, 0.5), {"logits": normal(B, K)}),
    "top k": (lambda logits: decode.top_k(logits, 2), {"logits": normal(B, K)}),
    "nucleus": (lambda logits: decode.nucleus(logits, 0.5), {"logits": normal(B, K)}),
    "draw": (lambda logits: decode.draw(logits, np.random.default_rng(0)), {"logits": normal(B, K)}),
    "count": (lambda ids: ngram.count(ids, 2, K), {"ids": whole(K, 30)}),
    "log-probability": (lambda ids: MODEL.logprob(ids), {"ids": whole(K, 12)}),
    "held-out weights": (lambda ids: ngram.held_out_weights(COUNTS, ids), {"ids": whole(K, 12)}),
    "jacobians": (
        lambda xs, s: probe.jacobians(CELL, ALONE, xs, s),
        {"xs": normal(T, 1, D), "s": normal(1, H)},
    ),
    "lyapunov": (lambda xs: probe.lyapunov_exponents(CELL, ALONE, xs), {"xs": normal(T, 1, D)}),
    "products": (lambda J: probe.products(J), {"J": normal(T, H, H)}),
    "singular values": (lambda A: probe.singular_values(A), {"A": normal(T, H, H)}),
    "spectral radius": (lambda A: probe.spectral_radius(A), {"A": normal(T, H, H)}),
    "saturation": (
        lambda values, mask: probe.saturation(values, mask=mask),
        {"values": rng.random((T, B, H)), "mask": MASK},
    ),
    "unit scores": (
        lambda hs, target, new_hs, new_target: probe.unit_scores(hs, target, new_hs, new_target),
        {"hs": normal(9, H), "target": normal(9), "new_hs": normal(7, H), "new_target": normal(7)},
    ),
    "squared error": (
        lambda ys, targets, mask: losses.squared_error(ys, targets, mask)[1],
        {"ys": normal(T, B, K), "targets": normal(T, B, K), "mask": MASK},
    ),
    "softmax": (
        lambda ys, targets, mask: losses.softmax_cross_entropy(ys, targets, mask)[1],
        {"ys": normal(T, B, K), "targets": whole(K, T, B), "mask": MASK},
    ),
    "network": (
        lambda xs, s: NET.forward(P, xs, s)[0],
        {"xs": normal(T, B, D), "s": normal(B, H)},
    ),
    "skip-grams": (lambda ids: rnnkit.nn.skip_grams(ids, 2, np.random.default_rng(0)), {"ids": whole(K, 12)}),
    "noise": (lambda ids: rnnkit.nn.noise_distribution(ids, K), {"ids": whole(K, 12)}),
}
SLOTS = [(name, argument) for name, (_, good) in CALLS.items() for argument in good]


def may_be_impossible(name, argument):
    """Decoders take logits of -inf: what cannot be."""
    return argument == "logits" or name in ("best path", "prefix beam")


any_array = hnp.arrays(
    dtype=st.sampled_from([np.float64, np.float32, np.int64, np.bool_, np.complex128, np.float16]),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6),
)
anything = any_array | st.text(max_size=3) | st.floats() | st.lists(st.floats(), max_size=3) | st.just({})


@pytest.mark.parametrize("name, argument", SLOTS)
@given(value=anything)
@settings(max_examples=40, deadline=None)
def test_any_value_is_taken_or_refused_by_name(name, argument, value):
    call, good = CALLS[name]
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # products of huge matrices are infinite, rightly
            call(**good | {argument: value})
    except (TypeError, ValueError) as error:
        # Where several arguments must agree, the other may be the one that is named.
        assert str(error).startswith(tuple(good)) or "p['" in str(error)[:6], error
    else:  # nothing but an array of the right kind and number of axes gets through
        assert isinstance(value, np.ndarray) and (value.ndim == good[argument].ndim or argument == "A")
        assert value.dtype.kind == good[argument].dtype.kind
        assert np.isfinite(value).all() or may_be_impossible(name, argument)


@pytest.mark.parametrize("name, argument", SLOTS)
def test_good_values_are_taken_as_they_come(name, argument):
    """Read-only, transposed in memory, every second of a longer array: the same answer, and nothing is written to."""
    call, good = CALLS[name]
    want, value = call(**good), good[argument]
    spread = np.zeros((*value.shape[:-1], 2 * value.shape[-1]), value.dtype)
    spread[..., ::2] = value
    for other in (value.copy(), np.asfortranarray(value), spread[..., ::2]):
        other.flags.writeable = False
        assert same(call(**good | {argument: other}), want)
        assert np.array_equal(other, value)


def same(a, b):
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.allclose(a, b, rtol=1e-12, atol=1e-14)
    if isinstance(a, tuple | list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, float):
        return np.isclose(a, b, rtol=1e-12)
    return repr(a) == repr(b) if not isinstance(a, dict) else all(same(a[key], b[key]) for key in a)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize(
    "name, argument",
    [slot for slot in SLOTS if CALLS[slot[0]][1][slot[1]].dtype.kind == "f" and not may_be_impossible(*slot)],
)
def test_what_is_not_finite_is_refused_by_name(name, argument, bad):
    call, good = CALLS[name]
    value = good[argument].copy()
    value.flat[1] = bad
    with pytest.raises(ValueError, match=f"^{argument}: expected finite values"):
        call(**good | {argument: value})


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: rnnkit.LSTM(3, 4, forget_bias=float("nan")), "forget_bias: expected"),
        (lambda: rnnkit.LeakyElman(3, 4, leak=0), "leak: expected above 0"),
        (lambda: rnnkit.Stack([]), "cells: expected"),
        (lambda: rnnkit.Stack([rnnkit.GRU(3, 4), rnnkit.GRU(3, 4)]), r"cells\[1\]: expected input_size 4, got 3"),
        (lambda: rnnkit.LRU(3, 4, r_min=0.9, r_max=0.1), "r_m"),
        (lambda: rnnkit.parallel_scan(CELL, ALONE, normal(T, B, D)), "cell: expected a linear cell"),
        (lambda: rnnkit.variational_mask(rng, 1.0, 2, 3), "rate: expected"),
        (lambda: rnnkit.variational_mask(0, 0.5, 2, 3), "rng: expected"),
        (lambda: rnnkit.Embedding(0, 3), "vocabulary_size: expected at least 1, got 0"),
        (lambda: rnnkit.CRF(0), "labels: expected at least 1, got 0"),
        (
            lambda: rnnkit.checkpointed_bptt(NET, P, BATCH, losses.softmax_cross_entropy, 0),
            "every: expected at least 1",
        ),
        (lambda: rnnkit.truncated_bptt(NET, P, BATCH, losses.softmax_cross_entropy, 2, 1), "k2: expected at least 2"),
        (lambda: rnnkit.rtrl(NET, P, (1, 2), losses.softmax_cross_entropy), "batch: expected rnnkit.Batch"),
        (lambda: optim.clip_value(P, -1), "most: expected above 0"),
        (lambda: starts.identity([]), "p: expected a dict"),
        (lambda: starts.orthogonal(ALONE, 3), "rng: expected"),
        (lambda: rnnkit.schedules.warmup(0), "epochs: expected at least 1"),
        (lambda: rnnkit.schedules.decay(0), "factor: expected above 0"),
        (lambda: ngram.count(whole(K, 9), 0, K), "order: expected at least 1"),
        (lambda: ngram.AddK(0), "k: expected above 0"),
        (lambda: ngram.AbsoluteDiscount(1.5), "discount: expected"),
        (lambda: ngram.Interpolated([0.5, 0.1]), "weights: expected"),
        (lambda: decode.top_k(normal(B, K), 0), "k: expected at least 1"),
        (lambda: decode.nucleus(normal(B, K), 0.0), "p: expected above 0"),
        (lambda: decode.temperature(normal(B, K), -1), "t: expected"),
        (lambda: decode.prefix_beam(normal(T, K), 0), "width: expected at least 1"),
        (lambda: rnnkit.nn.WindowModel(0, 2, 3, 4), "vocabulary_size: expected at least 1"),
        (lambda: rnnkit.nn.SkipGram(5, 0, rng), "embedding_size: expected at least 1"),
        (lambda: rnnkit.nn.from_torch(torch.nn.Linear(2, 3)), "module: expected"),
    ],
)
def test_the_message(call, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        call()


BATCH = rnnkit.Batch(normal(T, B, D), whole(K, T, B), MASK)
WAYS = {
    "bptt": lambda p, batch: rnnkit.bptt(NET, p, batch, losses.softmax_cross_entropy),
    "checkpointed": lambda p, batch: rnnkit.checkpointed_bptt(NET, p, batch, losses.softmax_cross_entropy, 2),
    "truncated": lambda p, batch: rnnkit.truncated_bptt(NET, p, batch, losses.softmax_cross_entropy, 2, 3),
    "rtrl": lambda p, batch: rnnkit.rtrl(NET, p, batch, losses.softmax_cross_entropy),
}


@pytest.mark.parametrize("way", WAYS)
def test_learning_modifies_nothing_and_refuses_what_is_not_finite(way):
    p, batch = copy.deepcopy(P), copy.deepcopy(BATCH)
    WAYS[way](p, batch)
    assert all(np.array_equal(p[name], P[name]) for name in P)
    assert all(np.array_equal(a, b) for a, b in zip(batch[:3], BATCH[:3], strict=True))
    with pytest.raises(ValueError, match=r"^p\['W_h'\]: expected finite values"):
        WAYS[way](p | {"W_h": p["W_h"] * np.nan}, batch)
    with pytest.raises(ValueError, match=r"^(batch\.)?xs: expected finite values"):
        WAYS[way](p, batch._replace(xs=batch.xs * np.inf))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("ticks, many", [(0, 2), (1, 2), (5, 0), (5, 1)])
def test_learning_from_nothing_or_from_one(way, ticks, many):
    batch = rnnkit.Batch(BATCH.xs[:ticks, :many], BATCH.targets[:ticks, :many])
    if ticks and many:
        value, grads, _ = WAYS[way](P, batch)
        want, whole_grads, _ = WAYS["bptt"](P, batch)
        assert value == pytest.approx(want)
        if way != "truncated":
            assert all(np.allclose(grads[name], whole_grads[name]) for name in grads)
    else:
        value, grads, _ = WAYS[way](P, batch)
        assert value == 0 and all((g == 0).all() for g in grads.values())
