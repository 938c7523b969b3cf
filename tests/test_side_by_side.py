"""Networks side by side are the networks, one by one."""

import numpy as np
import pytest

import rnnkit

CELLS = [rnnkit.Elman(3, 5), rnnkit.LSTM(3, 5), rnnkit.CoupledLSTM(3, 5), rnnkit.GRU(3, 5), rnnkit.GRU2014(3, 5),
         rnnkit.MinGRU(3, 5), rnnkit.IndRNN(3, 5), rnnkit.GRU(5, 5)]  # fmt: skip


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_each_is_as_if_alone(cell, dtype):
    one = rnnkit.Network(cell, rnnkit.Readout(5, 15))  # as many as a GRU has columns
    nets = rnnkit.SideBySide(one, count=4)
    ps = [{n: x.astype(dtype) for n, x in one.init(np.random.default_rng(k)).items()} for k in range(4)]
    rng = np.random.default_rng(9)
    xs, dys = (rng.normal(size=(7, 6, 4, size)).astype(dtype) for size in (cell.input_size, 15))
    p = nets.join(ps)
    ys, memory = nets.forward(p, xs)
    grads = nets.backward(p, xs, memory, dys)
    assert {n: x.dtype for n, x in grads.items()} == {n: np.dtype(dtype) for n in p}
    near = {"rtol": 0, "atol": 1e-4 if dtype == np.float32 else 1e-11}
    for k in range(4):
        alone = xs[:, :, k].copy()
        want, seen = one.forward(ps[k], alone)
        np.testing.assert_allclose(ys[:, :, k], want, **near)
        expected, _, _ = one.backward(ps[k], alone, None, seen, dys[:, :, k].copy())
        own = nets.split(grads, k)
        assert own.keys() == expected.keys()
        for name, x in expected.items():
            np.testing.assert_allclose(own[name], x, **near)
            np.testing.assert_array_equal(nets.split(p, k)[name], ps[k][name])
    for name, g in grads.items():  # nothing outside the blocks
        assert np.count_nonzero(g) <= sum(np.size(q[name]) for q in ps)


def test_what_it_cannot_hold_is_refused():
    cell, readout = rnnkit.GRU(3, 5), rnnkit.Readout(5, 2)
    with pytest.raises(ValueError, match="a read-out, and no embedding"):
        rnnkit.SideBySide(rnnkit.Network(rnnkit.Jordan(3, 5, 4, decay=0.5)), 2)
    with pytest.raises(ValueError, match="a read-out, and no embedding"):
        rnnkit.SideBySide(rnnkit.Network(cell, readout, rnnkit.Embedding(9, 3)), 2)
    with pytest.raises(ValueError, match="W_c"):
        rnnkit.SideBySide(rnnkit.Network(rnnkit.PeepholeLSTM(3, 5), readout), 2)
    with pytest.raises(ValueError, match="count"):
        rnnkit.SideBySide(rnnkit.Network(cell, readout), 0)
    nets = rnnkit.SideBySide(rnnkit.Network(cell, readout), 2)
    with pytest.raises(ValueError, match="xs"):
        nets.forward(nets.join([nets.network.init(np.random.default_rng(k)) for k in range(2)]), np.ones((7, 6, 3, 3)))
