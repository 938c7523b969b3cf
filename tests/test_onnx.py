"""The node cases of the ONNX standard for RNN, LSTM and GRU, run by our cells through a small adapter.

ONNX orders gates i, o, f, c and z, r, h, keeps matrices transposed and biases in two halves.  Its cases fill weights
with constants, so they cannot tell one gate from another: random weights against `onnx.reference` do.
"""

import warnings

import numpy as np
import onnx
import pytest
from onnx import helper
from onnx.backend.test.loader import load_model_tests
from onnx.reference import ReferenceEvaluator

import rnnkit
from rnnkit.bidirectional import turn_round

INPUTS = {
    "RNN": ("X", "W", "R", "B", "sequence_lens", "initial_h"),
    "GRU": ("X", "W", "R", "B", "sequence_lens", "initial_h"),
    "LSTM": ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"),
}
ORDER = {"RNN": [0], "GRU": [1, 0, 2], "LSTM": [0, 2, 3, 1]}  # where our blocks stand in theirs


def run(node, values):
    """One node by our cells: its outputs, by position."""
    given = {name: values[key] for name, key in zip(INPUTS[node.op_type], node.input, strict=False) if key}
    options = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    batchwise = options.get("layout", 0)
    xs = given["X"].swapaxes(0, 1) if batchwise else given["X"]
    T, B, D = xs.shape
    H, directions = options["hidden_size"], len(given["W"])
    lengths = given.get("sequence_lens", np.full(B, T)).astype(int)
    turn, there = turn_round(xs, lengths)
    ys, ends = [], []
    for n in range(directions):
        backwards = n == 1 or options.get("direction", b"forward") == b"reverse"
        cell, p = ours(node.op_type, D, H, {k: v[n] for k, v in given.items() if k in "WRBP"}, options)
        starts = [given[k] for k in ("initial_h", "initial_c") if k in given]
        starts = [x.swapaxes(0, 1)[n] if batchwise else x[n] for x in starts]
        s = np.zeros((B, cell.state_size), xs.dtype)
        if starts:
            s[:, : H * len(starts)] = np.concatenate(starts, -1)
        states, _ = rnnkit.scan(cell, p, turn(xs) if backwards else xs, s)
        ends.append(np.concatenate([s[None], states])[lengths, np.arange(B)])
        hs = states[..., :H]
        ys.append((turn(hs) if backwards else hs) * there)
    Y, last = np.stack(ys, 1), np.stack(ends)
    outputs = [Y, last[..., :H], last[..., H:]][: 3 if node.op_type == "LSTM" else 2]
    if batchwise:
        outputs = [outputs[0].transpose(2, 0, 1, 3), *(x.swapaxes(0, 1) for x in outputs[1:])]
    return outputs


def ours(kind, D, H, given, options):
    """A cell and its parameters, from the arrays of one direction."""

    def blocks(x):
        return np.concatenate([x[n * H : (n + 1) * H] for n in ORDER[kind]])

    b_x, b_h = (blocks(x) for x in np.split(given.get("B", np.zeros(2 * len(given["W"]), given["W"].dtype)), 2))
    p = {"W_x": blocks(given["W"]).T, "W_h": blocks(given["R"]).T, "b": b_x + b_h}
    if kind == "RNN":
        return rnnkit.Elman(D, H), p
    if kind == "LSTM":
        if "P" not in given:
            return rnnkit.LSTM(D, H), p
        i, o, f = given["P"].reshape(3, H)
        return rnnkit.PeepholeLSTM(D, H), p | {"W_c": np.stack([i, f, o])}
    if not options.get("linear_before_reset", 0):
        return rnnkit.GRU2014(D, H), p
    inside = b_h.copy()
    inside[: 2 * H] = 0
    return rnnkit.GRU(D, H), p | {"b": p["b"] - inside, "b_hn": b_h[2 * H :]}


def standard():
    kinds = ("test_rnn", "test_simple_rnn", "test_gru", "test_lstm")
    return {case.name: case for case in load_model_tests(kind="node") if case.name.startswith(kinds)}


with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the cases of other operators overflow while they are made
    CASES = standard()


def test_there_are_18_cases():
    assert len(CASES) == 18, sorted(CASES)


@pytest.mark.parametrize("name", CASES)
def test_node_case(name):
    (node,) = CASES[name].model.graph.node
    names = [x.name for x in CASES[name].model.graph.input]
    for inputs, outputs in CASES[name].data_sets:
        got = dict(zip(node.output, run(node, dict(zip(names, inputs, strict=True))), strict=False))
        wanted = [x.name for x in CASES[name].model.graph.output]
        assert wanted
        for key, want in zip(wanted, outputs, strict=True):
            np.testing.assert_allclose(got[key], want, rtol=1e-5, atol=1e-6)


SETTINGS = [
    ("RNN", {}, ()),
    ("RNN", {"direction": "bidirectional"}, ("B",)),
    ("GRU", {"linear_before_reset": 0}, ("B", "initial_h")),
    ("GRU", {"linear_before_reset": 1}, ("B", "initial_h")),
    ("LSTM", {}, ("B", "initial_h", "initial_c")),
    ("LSTM", {}, ("B", "P")),
]


@pytest.mark.parametrize("kind, options, extra", SETTINGS, ids=lambda x: str(x))
def test_random_weights_against_the_reference(kind, options, extra):
    rng = np.random.default_rng(0)
    T, B, D, H, G = 5, 3, 4, 6, len(ORDER[kind])
    ways = 2 if options.get("direction") == "bidirectional" else 1
    shapes = {"X": (T, B, D), "W": (ways, G * H, D), "R": (ways, G * H, H), "B": (ways, 2 * G * H),
              "initial_h": (ways, B, H), "initial_c": (ways, B, H), "P": (ways, 3 * H)}  # fmt: skip
    names = [name if name in ("X", "W", "R", *extra) else "" for name in INPUTS[kind]]
    while not names[-1]:
        names.pop()
    values = {name: rng.normal(0, 0.7, shapes[name]).astype("f") for name in names if name}
    outputs = ["Y", "Y_h", "Y_c"][: 3 if kind == "LSTM" else 2]
    node = helper.make_node(kind, names, outputs, hidden_size=H, **options)
    info = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, values[name].shape) for name in values]
    out = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in outputs]
    model = helper.make_model(helper.make_graph([node], "one", info, out), opset_imports=[helper.make_opsetid("", 14)])
    want = ReferenceEvaluator(model).run(None, values)
    assert len(want) == len(outputs)
    for got, wanted in zip(run(node, values), want, strict=True):
        np.testing.assert_allclose(got, np.reshape(wanted, got.shape), rtol=1e-4, atol=1e-5)


def test_the_standard_cases_cannot_tell_gates_apart_but_random_weights_can(monkeypatch):
    monkeypatch.setitem(ORDER, "LSTM", [2, 0, 3, 1])  # input and forget gate swapped
    test_node_case("test_lstm_defaults")
    with pytest.raises(AssertionError):
        test_random_weights_against_the_reference("LSTM", {}, ("B", "initial_h", "initial_c"))
