"""`import rnnkit` is quick and light; the annotations of its public functions are true."""

import os
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import imports
import pytest

ROOT = Path(__file__).parents[1]


def python(program):
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_loads_neither_torch_nor_matplotlib():
    loaded = python("import sys, rnnkit; print(*{name.partition('.')[0] for name in sys.modules})").split()
    assert "numpy" in loaded
    assert not {"torch", "matplotlib", "scipy", "sklearn", "pandas", "music21", "faker"} & set(loaded)


def test_import_takes_under_three_tenths_of_a_second():
    """Of the processor's time, so that a busy machine does not count; the first run may have to compile."""
    program = "import time; start = time.process_time(); import rnnkit; print(time.process_time() - start)"
    times = [float(python(program)) for _ in range(5)]
    assert min(times) < 0.3, times


def test_shapes_in_annotations_are_true():
    """With jaxtyping and beartype watching every public function, a walk through the library raises nothing."""
    python("""
from jaxtyping import install_import_hook
with install_import_hook("rnnkit", "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"):
    import rnnkit, rnnkit.nn
from functools import partial
import numpy as np
import torch
rng = np.random.default_rng(0)
for cell in (rnnkit.Elman(3, 5), rnnkit.Jordan(3, 5, 4, decay=0.5)):
    net = rnnkit.Network(cell, rnnkit.Readout(5, 4) if isinstance(cell, rnnkit.Elman) else None)
    p = net.init(rng)
    xs, mask = rnnkit.pad([rng.normal(size=(n, 3)) for n in (4, 6)])
    for loss, targets in (
        (rnnkit.losses.squared_error, rng.normal(size=(6, 2, 4))),
        (rnnkit.losses.binary_cross_entropy, rng.random((6, 2, 4))),
        (rnnkit.losses.softmax_cross_entropy, rng.integers(0, 4, (6, 2))),
    ):
        batch = rnnkit.Batch(xs, targets, mask)
        rnnkit.truncated_bptt(net, p, batch, loss, 2, 4)
        rnnkit.check.gradient_errors(net, p, batch, loss)
        objective, batches = partial(rnnkit.bptt, net, loss=loss), rnnkit.minibatches(batch, 1, 0)
        rnnkit.fit(objective, p, batches, rnnkit.optim.Adam(0.01), epochs=1)
    rnnkit.scan(cell, {n: torch.tensor(x) for n, x in p.items()}, torch.tensor(xs))
    rnnkit.probe.gradient_by_lag(cell, p, xs[:, :1])
for cell in (rnnkit.LSTM(3, 5), rnnkit.GRU2014(3, 5), rnnkit.Stack([rnnkit.GRU(3, 5), rnnkit.PeepholeLSTM(5, 4)]),
             rnnkit.RecurrentDropout(rnnkit.IndRNN(3, 5)), rnnkit.LayerNormElman(3, 5), rnnkit.LeakyElman(3, 5)):
    p = cell.init(rng)
    states, traces = rnnkit.scan(cell, p, xs)
    rnnkit.backscan(cell, p, xs, None, states, traces, states)
    rnnkit.probe.lyapunov_exponents(cell, p, xs[:, :1], settle=2)
    rnnkit.nn.Recurrent(cell, 0)(torch.randn(6, 2, 3), lengths=torch.tensor([6, 4]))
rnnkit.probe.gate_statistics(rnnkit.scan(rnnkit.GRU(3, 5), rnnkit.GRU(3, 5).init(rng), xs)[1], "rz", mask)
for cell in (rnnkit.Diagonal(3, 5), rnnkit.MinGRU(3, 5), rnnkit.MinLSTM(3, 5), rnnkit.LRU(3, 5)):
    p = cell.init(rng)
    states, traces = rnnkit.parallel_scan(cell, p, xs)
    rnnkit.parallel_backscan(cell, p, xs, None, states, traces, states)
ids, lengths = rng.integers(0, 7, (6, 2)), np.array([6, 4])
layers = (rnnkit.Bidirectional(rnnkit.GRU(5, 4), rnnkit.GRU(5, 4)),)
both = rnnkit.BidirectionalNetwork(layers, rnnkit.Readout(8, 4), rnnkit.Embedding(7, 5))
tagged = rnnkit.Batch(ids, rng.integers(0, 4, (6, 2)), mask, lengths=lengths)
both.objective(both.init(rng), tagged, loss=rnnkit.losses.softmax_cross_entropy)
net = rnnkit.Network(rnnkit.Elman(5, 4), rnnkit.Readout(4, 4), rnnkit.Embedding(7, 5))
tagged = tagged._replace(lengths=None)
rnnkit.checkpointed_bptt(net, net.init(rng), tagged, rnnkit.losses.softmax_cross_entropy, 2)
net = rnnkit.Network(rnnkit.GRU(3, 4), rnnkit.Readout(4, 4))
rnnkit.rtrl(net, net.init(rng), tagged._replace(xs=xs), rnnkit.losses.softmax_cross_entropy)
for attention in (rnnkit.AdditiveAttention(3, 5, 4), rnnkit.MultiplicativeAttention(3, 5)):
    p, keys = attention.init(rng), rng.normal(size=(6, 2, 5))
    contexts, weights, kept = attention.forward(p, xs, keys, mask)
    attention.backward(p, xs, keys, weights, kept, contexts)
ys = rng.normal(size=(6, 2, 4))
crf = rnnkit.CRF(4)
crf.loss(crf.init(rng), ys, rng.integers(0, 4, (6, 2)), mask)
crf.viterbi(crf.init(rng), ys, mask)
rnnkit.ctc(ys, np.array([[1, 2], [3, 1]]), lengths, np.array([2, 1]))
decode = rnnkit.decode
decode.best_path(ys, lengths), decode.prefix_beam(ys[:, 0], 3)
adjust = lambda logits: decode.nucleus(decode.top_k(decode.temperature(logits, 0.7), 3), 0.9)
table = np.log(rng.dirichlet(np.ones(4), 4))
step = lambda tokens, state: (table[tokens], state)
decode.greedy(step, None, 2, 0, 1, 5), decode.beam(step, None, 0, 1, 5, 2, 0.6)
decode.sample(step, None, 2, 0, 1, 5, rng, adjust)
counts = rnnkit.ngram.count(rng.integers(0, 7, 90), 3, 7)
for rule in (rnnkit.ngram.KneserNey(), rnnkit.ngram.AbsoluteDiscount(), rnnkit.ngram.AddK(0.5),
             rnnkit.ngram.Interpolated(rnnkit.ngram.held_out_weights(counts, ids[:, 0]))):
    model = rule.estimate(counts)
    rnnkit.ngram.perplexity(model.logprob(ids[:, 0])), model.distribution([1, 2])
module = torch.nn.LSTM(3, 5, num_layers=2, bidirectional=True)
rnnkit.nn.to_torch(*rnnkit.nn.from_torch(module))
rnnkit.nn.WindowModel(7, 3, 4, 5)(torch.randint(0, 7, (9, 3)))
centres, neighbours = rnnkit.nn.skip_grams(ids[:, 0], 2, rng)
rnnkit.nn.noise_distribution(ids[:, 0], 7), rnnkit.nn.subsample(ids[:, 0], 7, 0.1, rng)
rnnkit.nn.SkipGram(7, 4, rng)(*map(torch.tensor, (centres, neighbours, centres[:, None])))
net = rnnkit.nn.EncoderDecoder((7, 6), 4, rnnkit.GRU(4, 5), rnnkit.GRU(4, 5), seed=0,
    attention=rnnkit.AdditiveAttention(5, 5, 3))
net(torch.tensor(ids), torch.tensor(lengths), torch.randint(0, 6, (4, 2)))
rnnkit.starts.orthogonal(rnnkit.starts.identity(rnnkit.GRU(3, 4).init(rng)), rng)
rnnkit.schedules.warmup(3, rnnkit.schedules.cosine(9))(4)
rnnkit.one_hot(rng.integers(0, 3, (2, 4)), 3)
rnnkit.last_tick(mask)
try:
    rnnkit.scan(cell, p, xs[0])
except Exception as error:  # the hook does watch
    assert "xs" in str(error)
""")


def test_imports_run_one_way():
    graph = imports.modules(ROOT / "rnnkit")
    assert "rnnkit.scan" in graph["rnnkit"] and "rnnkit.arrays" in graph["rnnkit.scan"]
    list(TopologicalSorter(imports.rooms(graph)).static_order())
    # Modules of one package may import one another through its other modules, never through the package itself.
    inner = {name: {n for n in needed if n != "rnnkit"} for name, needed in graph.items()}
    list(TopologicalSorter(inner).static_order())
    assert not [name for name, needed in graph.items() if "rnnkit" in needed]


def test_a_circle_would_be_seen(tmp_path):
    package = tmp_path / "toy"
    package.mkdir()
    (package / "__init__.py").write_text("from toy.a import x")
    (package / "a.py").write_text("from toy.b import y")
    (package / "b.py").write_text("import toy.a")
    graph = imports.modules(package)
    assert graph == {"toy": {"toy.a"}, "toy.a": {"toy.b"}, "toy.b": {"toy.a"}}
    with pytest.raises(CycleError):
        imports.picture(imports.rooms(graph))


def test_contributing_shows_the_graph_as_it_is():
    text = imports.picture(imports.rooms(imports.modules(ROOT / "rnnkit")))
    assert imports.BEGIN + text + imports.END in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_file_is_short():
    long = {path.name: n for path in (ROOT / "rnnkit").rglob("*.py") if (n := len(path.read_text().splitlines())) > 300}
    assert not long
