"""What the cells are to one another, on random weights: each variant becomes its neighbour where theory says so."""

from functools import reduce

import numpy as np
import pytest

import rnnkit
from rnnkit import starts
from rnnkit.probe import jacobians


def drawn(cell, T=7, B=3, seed=0):
    rng = np.random.default_rng(seed)
    p = {name: rng.normal(0, 0.7, shape) for name, shape in cell.shapes.items()}
    return p, rng.normal(size=(T, B, cell.input_size)), rng.normal(size=(B, cell.state_size))


def same(one, other):
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


def without(W, block, size=5):
    """Columns of all blocks but one."""
    return np.delete(W, np.s_[block * size : (block + 1) * size], -1)


def test_lstm_with_an_open_forget_gate_is_that_of_1997():
    cell = rnnkit.LSTM(3, 5)
    p, xs, s = drawn(cell)
    p["W_x"][:, 5:10], p["W_h"][:, 5:10], p["b"][5:10] = 0, 0, 1e3
    first = {name: without(x, 1) for name, x in p.items()}
    same(rnnkit.scan(rnnkit.LSTM1997(3, 5), first, xs, s)[0], rnnkit.scan(cell, p, xs, s)[0])


def test_the_memory_of_1997_hands_its_error_on_unchanged():
    cell = rnnkit.LSTM1997(3, 5)
    p, xs, s = drawn(cell, B=1)
    p["W_h"][:] = 0  # without the way through h there is the carousel alone
    J = jacobians(cell, p, xs, s)[:, 5:, 5:]
    same(J, np.broadcast_to(np.eye(5), J.shape))


def test_lstm_whose_input_gate_is_one_minus_forget_is_coupled():
    cell = rnnkit.LSTM(3, 5)
    p, xs, s = drawn(cell)
    for x in p.values():
        x[..., :5] = -x[..., 5:10]  # sigmoid(-a) = 1 - sigmoid(a)
    coupled = {name: without(x, 0) for name, x in p.items()}
    same(rnnkit.scan(rnnkit.CoupledLSTM(3, 5), coupled, xs, s)[0], rnnkit.scan(cell, p, xs, s)[0])


def test_peepholes_of_zero_see_nothing_and_others_do():
    cell = rnnkit.PeepholeLSTM(3, 5)
    p, xs, s = drawn(cell)
    plain = rnnkit.scan(rnnkit.LSTM(3, 5), p, xs, s)[0]
    same(rnnkit.scan(cell, p | {"W_c": np.zeros((3, 5))}, xs, s)[0], plain)
    for row in range(3):
        one = np.zeros((3, 5))
        one[row] = p["W_c"][row]
        assert np.abs(rnnkit.scan(cell, p | {"W_c": one}, xs, s)[0] - plain).max() > 1e-3


def test_gru_becomes_a_simple_network_or_a_copy():
    """It takes both gates: reset open and update shut.  A shut reset alone leaves the copy through z."""
    cell = rnnkit.GRU(3, 5)
    p, xs, s = drawn(cell)

    def fixed(r, z):
        q = {name: x.copy() for name, x in p.items()}
        q["W_x"][:, :10], q["W_h"][:, :10] = 0, 0
        q["b"][:5], q["b"][5:10] = r, z
        return rnnkit.scan(cell, q, xs, s)[0]

    elman = {"W_x": p["W_x"][:, 10:], "W_h": p["W_h"][:, 10:], "b": p["b"][10:] + p["b_hn"]}
    same(fixed(1e3, -1e3), rnnkit.scan(rnnkit.Elman(3, 5), elman, xs, s)[0])
    same(fixed(1e3, 1e3), np.broadcast_to(s, (7, 3, 5)))
    same(fixed(-1e3, -1e3), np.tanh(xs @ p["W_x"][:, 10:] + p["b"][10:]))


def test_the_two_gru_agree_just_where_the_reset_does_not_act():
    p, xs, s = drawn(rnnkit.GRU(3, 5))
    p["b_hn"][:] = 0
    old = {name: p[name] for name in ("W_x", "W_h", "b")}

    def gap(p):
        return np.abs(rnnkit.scan(rnnkit.GRU(3, 5), p | {"b_hn": np.zeros(5)}, xs, s)[0]
                      - rnnkit.scan(rnnkit.GRU2014(3, 5), p, xs, s)[0]).max()  # fmt: skip

    assert gap(old) > 1e-3
    opened = {name: x.copy() for name, x in old.items()}
    opened["W_x"][:, :5], opened["W_h"][:, :5], opened["b"][:5] = 0, 0, 1e3
    assert gap(opened) < 1e-12
    diagonal = old | {"W_h": old["W_h"].copy()}  # or where units do not mix: r·(h w) = (r·h) w
    diagonal["W_h"][:, 10:] *= np.eye(5)
    assert gap(diagonal) < 1e-12


def test_indrnn_is_elman_with_a_diagonal_matrix():
    cell = rnnkit.IndRNN(3, 5)
    p, xs, s = drawn(cell)
    same(rnnkit.scan(cell, p, xs, s)[0],
         rnnkit.scan(rnnkit.Elman(3, 5, "relu"), p | {"W_h": np.diag(p["W_h"])}, xs, s)[0])  # fmt: skip


@pytest.mark.parametrize("length", [1, 10, 1000])
def test_indrnn_bound_bounds_the_gradient(length):
    cell = rnnkit.IndRNN(1, 6, "linear")
    p, xs, _ = drawn(cell, T=length, B=1)
    p["W_h"] *= 5
    kept = p["W_h"].copy()
    q = cell.bounded(p, length)
    assert np.abs(q["W_h"]).max() == pytest.approx(2 ** (1 / length)) and (p["W_h"] == kept).all()
    assert np.abs(reduce(np.matmul, jacobians(cell, q, xs))).max() == pytest.approx(2)  # the bound, and it is met
    assert np.abs(cell.bounded(p, length, growth=3)["W_h"]).max() == pytest.approx(3 ** (1 / length))


def test_leaky_with_leak_one_is_elman_and_small_leaks_move_little():
    p, xs, s = drawn(rnnkit.Elman(3, 5))
    same(rnnkit.scan(rnnkit.LeakyElman(3, 5, leak=1), p, xs, s)[0], rnnkit.scan(rnnkit.Elman(3, 5), p, xs, s)[0])
    slow = rnnkit.scan(rnnkit.LeakyElman(3, 5, leak=0.01), p, xs, np.tanh(s))[0]
    assert np.abs(np.diff(slow, axis=0)).max() <= 0.02


def test_a_stack_is_its_layers_one_after_the_other():
    cells = [rnnkit.LSTM(3, 5), rnnkit.Jordan(5, 6, 4, decay=0.5), rnnkit.GRU(4, 2)]
    stack = rnnkit.Stack(cells)
    p, xs, s = drawn(stack)
    states, _ = rnnkit.scan(stack, p, xs, s)
    stop, ys = s.shape[1], xs
    for n, cell in enumerate(cells, 1):
        own = {name: p[f"{n}.{name}"] for name in cell.shapes}
        part = slice(stop - cell.state_size, stop)
        layer, _ = rnnkit.scan(cell, own, ys, s[:, part])
        same(states[..., part], layer)
        ys, stop = layer[..., : cell.output_size], part.start
    assert stop == 0


def test_a_residual_stack_adds_what_each_layer_read():
    cells = [rnnkit.GRU(3, 4), rnnkit.LSTM(4, 4), rnnkit.Elman(4, 4)]
    stack = rnnkit.Stack(cells, residual=True)
    p, xs, s = drawn(stack)
    ys, stop = xs, s.shape[1]
    for n, cell in enumerate(cells, 1):
        own = {name: p[f"{n}.{name}"] for name in cell.shapes}
        layer = rnnkit.scan(cell, own, ys, s[:, stop - cell.state_size : stop])[0][..., :4]
        ys, stop = (ys + layer if n > 1 else layer), stop - cell.state_size
    same(rnnkit.scan(stack, p, xs, s)[0][..., :4], ys)


@pytest.mark.parametrize("cells, message", [
    ([], "cells: expected at least one"),
    ([rnnkit.LSTM(3, 5), rnnkit.GRU(4, 5)], "cells[1]: expected input_size 5, got 4"),
    ([rnnkit.LSTM(3, 5), "GRU"], "cells[1]: expected a cell"),
    (rnnkit.LSTM, "cells[0]: expected a cell"),
])  # fmt: skip
def test_stacks_that_do_not_fit(cells, message):
    with pytest.raises((TypeError, ValueError)) as error:
        rnnkit.Stack(cells)
    assert str(error.value).startswith(message)


def test_a_residual_layer_shows_as_much_as_it_reads():
    with pytest.raises(ValueError, match=r"cells\[1\]: a residual layer"):
        rnnkit.Stack([rnnkit.LSTM(3, 5), rnnkit.GRU(5, 4)], residual=True)


@pytest.mark.parametrize("cell", [rnnkit.Elman(3, 6, "relu"), rnnkit.LSTM(3, 6), rnnkit.Stack([rnnkit.GRU(3, 6)] * 1)])
def test_starts(cell):
    p = cell.init(np.random.default_rng(0))
    kept = {name: x.copy() for name, x in p.items()}
    rotated = starts.orthogonal(p, np.random.default_rng(1), gain=0.9)
    copied = starts.identity(p, 0.5)
    for name, x in p.items():
        assert (x == kept[name]).all()
        if name.endswith("W_h"):
            for block in np.split(rotated[name], x.shape[1] // 6, -1):
                same(np.linalg.svd(block, compute_uv=False), np.full(6, 0.9))
            same(copied[name], np.tile(0.5 * np.eye(6), x.shape[1] // 6))
            assert np.unique(rotated[name]).size == x.size  # each block is drawn anew
        else:
            assert (rotated[name] == x).all()


def test_irnn_copies_at_first():
    cell = rnnkit.Elman(3, 6, "relu")
    p = starts.identity(cell.init(np.random.default_rng(0)))
    s = np.abs(np.random.default_rng(1).normal(size=(2, 6)))
    same(rnnkit.scan(cell, p, np.zeros((50, 2, 3)), s)[0][-1], s)


@pytest.mark.parametrize("p", [{}, {"W_h": np.ones(5)}, {"W_h": np.ones((5, 7))}])
def test_starts_need_square_blocks(p):
    with pytest.raises(ValueError, match=r"^p"):
        starts.identity(p)
