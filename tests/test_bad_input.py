"""Bad input: one clear error that names the argument, or the right answer.  Never a wrong number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import rnnkit
from rnnkit import losses, optim

CELL = rnnkit.Elman(3, 4)
P = CELL.init(np.random.default_rng(0))
XS = np.random.default_rng(1).normal(size=(5, 2, 3))

any_array = hnp.arrays(
    dtype=st.sampled_from([np.float64, np.float32, np.int64, np.bool_, np.complex128, np.float16]),
    shape=hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
anything = any_array | st.none() | st.integers() | st.text() | st.lists(st.floats(), max_size=3)


def names(error, argument):
    return str(error.value).startswith(argument)


@given(xs=anything)
@settings(max_examples=150, deadline=None)
def test_scan_takes_any_input_or_names_it(xs):
    good = isinstance(xs, np.ndarray) and xs.dtype == np.float64 and xs.ndim == 3 and xs.shape[2] == 3
    if good and np.isfinite(xs).all():
        states, _ = rnnkit.scan(CELL, P, xs)
        assert states.shape == (*xs.shape[:2], 4) and np.isfinite(states).all()
    else:
        with pytest.raises((TypeError, ValueError)) as error:
            rnnkit.scan(CELL, P, xs)
        assert names(error, "xs") or (names(error, "p['W_x']") and xs.dtype == np.float32)


@given(s=anything.filter(lambda s: s is not None))
@settings(max_examples=100, deadline=None)
def test_scan_takes_any_state_or_names_it(s):
    good = isinstance(s, np.ndarray) and s.dtype == np.float64 and s.shape == (2, 4)
    if good and np.isfinite(s).all():
        assert rnnkit.scan(CELL, P, XS, s)[0].shape == (5, 2, 4)
    else:
        with pytest.raises((TypeError, ValueError)) as error:
            rnnkit.scan(CELL, P, XS, s)
        assert names(error, "s:")


@given(name=st.sampled_from(["W_x", "W_h", "b"]), value=anything)
@settings(max_examples=100, deadline=None)
def test_scan_takes_any_parameter_or_names_it(name, value):
    good = isinstance(value, np.ndarray) and value.dtype == np.float64 and value.shape == P[name].shape
    if good and np.isfinite(value).all():
        assert rnnkit.scan(CELL, P | {name: value}, XS)[0].shape == (5, 2, 4)
    else:
        with pytest.raises((TypeError, ValueError)) as error:
            rnnkit.scan(CELL, P | {name: value}, XS)
        assert names(error, f"p['{name}']")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("argument", ["xs", "s", "p['W_h']", "dstates"])
def test_not_finite(bad, argument):
    values = {"xs": XS.copy(), "s": np.zeros((2, 4)), "p['W_h']": P["W_h"].copy(), "dstates": np.ones((5, 2, 4))}
    values[argument].flat[3] = bad
    xs, s, p = values["xs"], values["s"], P | {"W_h": values["p['W_h']"]}
    states, traces = rnnkit.scan(CELL, P, XS)
    with pytest.raises(ValueError, match="expected finite values, got NaN or infinity") as error:
        rnnkit.backscan(CELL, p, xs, s, states, traces, values["dstates"])
    assert names(error, argument)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: rnnkit.Elman(0, 4), "input_size: expected at least 1, got 0"),
        (lambda: rnnkit.Elman(3, 2.5), "hidden_size: expected a whole number, got 2.5"),
        (lambda: rnnkit.Elman(3, True), "hidden_size: expected a whole number, got True"),
        (lambda: rnnkit.Elman(3, 4, "tahn"), "activation: expected one of tanh, .*, got 'tahn'"),
        (lambda: rnnkit.Jordan(3, 4, -1), "output_size: expected at least 1, got -1"),
        (lambda: rnnkit.Jordan(3, 4, 2, decay=1.5), "decay: expected at least 0 and at most 1, got 1.5"),
        (lambda: rnnkit.Jordan(3, 4, 2, decay=float("nan")), "decay: expected at least 0 and at most 1, got nan"),
        (lambda: rnnkit.Elman(3, 4).init(0), r"rng: expected numpy.random.default_rng\(seed\), got int"),
        (lambda: rnnkit.scan("elman", P, XS), "cell: expected a cell such as"),
        (lambda: rnnkit.scan(CELL, [], XS), "p: expected a dict of named arrays, got list"),
        (lambda: rnnkit.scan(CELL, {"W_x": P["W_x"]}, XS), "p: expected the names W_x, W_h, b, got W_x"),
        (lambda: rnnkit.scan(CELL, P, XS[0]), r"xs: expected shape \(T, B, 3\), got \(2, 3\)"),
        (lambda: rnnkit.scan(CELL, P, XS.astype(int)), "xs: expected float32 or float64, got int64"),
        (lambda: rnnkit.scan(CELL, P, XS.astype(np.float32)), r"p\['W_x'\]: expected float32, got float64"),
        (lambda: rnnkit.scan(CELL, P, XS.tolist()), "xs: expected an array, got list"),
        (lambda: rnnkit.Network(CELL, rnnkit.Readout(5, 2)), "readout: expected input_size 4, got 5"),
        (lambda: rnnkit.Network(rnnkit.Jordan(3, 4, 2), rnnkit.Readout(2, 2)), "readout: Jordan has its own W_y, b_y"),
        (lambda: rnnkit.one_hot(np.array([0, 3]), 3), "ids: expected 0 to 2, got 0 to 3"),
        (lambda: rnnkit.one_hot(np.array([0.5]), 3), "ids: expected whole numbers, got float64"),
        (lambda: rnnkit.pad([]), "sequences: expected at least one"),
        (
            lambda: rnnkit.pad([np.ones((2, 3)), np.ones((2, 4))]),
            r"sequences\[1\]: expected float64 \(T, 3\) as the first",
        ),
        (lambda: rnnkit.last_tick(np.ones((2, 3))), "mask: expected a .* array of bool, got float64"),
        (lambda: list(rnnkit.windows(rnnkit.Batch(XS, XS), 0)), "k1: expected at least 1, got 0"),
        (lambda: list(rnnkit.windows(rnnkit.Batch(XS, XS), 4, 2)), "k2: expected at least 4, got 2"),
        (lambda: losses.squared_error(XS, XS[:3]), r"targets: expected shape \(5, 2, 3\), got \(3, 2, 3\)"),
        (lambda: losses.squared_error(XS, XS, np.ones((5, 2))), "mask: expected an array of bool, got float64"),
        (lambda: losses.squared_error(XS, XS, np.ones((2, 5), bool)), r"mask: expected shape \(5, 2\), got \(2, 5\)"),
        (lambda: losses.binary_cross_entropy(XS, XS + 9), "targets: expected 0 to 1, got"),
        (
            lambda: losses.softmax_cross_entropy(XS, XS[..., 0]),
            "targets: expected an array of whole numbers, got float64",
        ),
        (lambda: losses.softmax_cross_entropy(XS, np.full((5, 2), 3)), "targets: expected classes 0 to 2, got 3 to 3"),
        (lambda: optim.SGD(lr=0), "lr: expected above 0"),
        (lambda: optim.SGD(lr="fast"), "lr: expected a number, got 'fast'"),
        (lambda: optim.Adam(0.1, beta1=2), "beta1: expected at least 0 and at most 1, got 2"),
        (lambda: optim.SGD(0.1).update(P, {}, {}), "grads: expected the names W_x, W_h, b, got none"),
        (
            lambda: optim.SGD(0.1).update(P, P | {"b": np.ones(9)}, {}),
            r"grads\['b'\]: expected shape \(4,\), got \(9,\)",
        ),
        (lambda: optim.clip_norm(P, 0), "most: expected above 0"),
        (lambda: rnnkit.check.relative_error(np.ones(2), np.ones((2, 1))), r"b: expected shape \(2,\), got \(2, 1\)"),
        (lambda: rnnkit.check.finite_differences(len, {"w": np.ones(2, np.float32)}), r"p\['w'\]: expected float64"),
        (lambda: rnnkit.probe.jacobians(CELL, P, XS), r"xs: expected shape \(T, 1, 3\), got \(5, 2, 3\)"),
    ],
)
def test_the_message(call, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        call()


def test_a_batch_must_fit_together():
    net = rnnkit.Network(CELL, rnnkit.Readout(4, 3))
    p = net.init(np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"batch: expected rnnkit\.Batch"):
        rnnkit.bptt(net, p, (XS, XS), losses.squared_error)
    with pytest.raises(ValueError, match=r"batch\.targets: expected to begin with \(5, 2\), got \(4, 2, 3\)"):
        rnnkit.bptt(net, p, rnnkit.Batch(XS, XS[:4]), losses.squared_error)
