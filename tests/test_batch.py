"""Padding, minibatches and windows: what is asked, and of whom."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import rnnkit

lengths_of = st.lists(st.integers(0, 6), min_size=1, max_size=5)


@given(lengths=lengths_of)
@settings(deadline=None)
def test_pad_keeps_every_sequence_and_marks_it(lengths):
    rng = np.random.default_rng(0)
    sequences = [rng.normal(size=(n, 3)) for n in lengths]
    xs, mask = rnnkit.pad(sequences)
    assert xs.shape == (max(lengths), len(lengths), 3) and mask.sum(0).tolist() == lengths
    for b, sequence in enumerate(sequences):
        np.testing.assert_array_equal(xs[mask[:, b], b], sequence)
    assert not xs[~mask].any()
    last = rnnkit.last_tick(mask)
    assert [list(np.flatnonzero(column)) for column in last.T] == [[n - 1] if n else [] for n in lengths]


def test_pad_takes_sequences_of_numbers():
    xs, mask = rnnkit.pad([np.array([4, 5]), np.array([6])])
    assert xs.tolist() == [[4, 6], [5, 0]] and mask.tolist() == [[True, True], [True, False]]


@given(ids=st.lists(st.integers(0, 4), max_size=8))
def test_one_hot_is_a_row_of_the_identity(ids):
    rows = rnnkit.one_hot(np.array(ids, int), 5)
    assert rows.shape == (len(ids), 5) and rows.argmax(1).tolist() == ids and (rows.sum(1) == 1).all()


@given(T=st.integers(0, 12), k1=st.integers(1, 6), more=st.integers(0, 8))
@settings(deadline=None)
def test_windows_ask_every_place_once_and_reach_back_k2(T, k1, more):
    batch = rnnkit.Batch(np.arange(T, dtype=float).reshape(T, 1, 1), np.arange(T, dtype=float).reshape(T, 1, 1))
    asked, start = [], 0
    for window in rnnkit.windows(batch, k1, k1 + more):
        ticks = window.xs[:, 0, 0]
        assert len(ticks) <= k1 + more and (len(ticks) == 0 or ticks[0] == start)
        asked += ticks[window.mask[:, 0]].tolist()
        assert len(ticks) == min(k1 + more, ticks[-1] + 1)
        start += window.advance
    assert asked == list(range(T)) and start == T


def test_minibatches_are_a_function_of_seed_and_epoch():
    rng = np.random.default_rng(0)
    xs, mask = rnnkit.pad([np.full((n, 1), float(i)) for i, n in enumerate(rng.integers(1, 9, 11))])
    batch = rnnkit.Batch(xs, xs, mask)
    epochs = [list(rnnkit.minibatches(batch, 4, seed)(epoch)) for seed, epoch in ((0, 0), (0, 0), (0, 1), (1, 0))]
    orders = [np.concatenate([b.xs[0, :, 0] for b in batches]).tolist() for batches in epochs]
    assert orders[0] == orders[1] and len({tuple(o) for o in orders}) == 3
    assert all(sorted(o) == list(range(11)) for o in orders)
    for b in epochs[0]:
        assert b.mask.any(1).all() and b.mask.sum() == mask[:, b.xs[0, :, 0].astype(int)].sum()
