"""The torch room: any cell as a module, weights both ways, checkpoints, a training run that survives being killed."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence

import rnnkit
from rnnkit import nn
from rnnkit.decode import beam, greedy

CELLS = {
    "elman": rnnkit.Elman(3, 5),
    "jordan": rnnkit.Jordan(3, 5, 4, decay=0.5),
    "lstm": rnnkit.LSTM(3, 5),
    "lstm-1997": rnnkit.LSTM1997(3, 5),
    "peephole": rnnkit.PeepholeLSTM(3, 5),
    "coupled": rnnkit.CoupledLSTM(3, 5),
    "gru": rnnkit.GRU(3, 5),
    "gru-2014": rnnkit.GRU2014(3, 5),
    "indrnn": rnnkit.IndRNN(3, 5),
    "leaky": rnnkit.LeakyElman(3, 5),
    "layer-norm": rnnkit.LayerNormElman(3, 5),
    "min-gru": rnnkit.MinGRU(3, 5),
    "lru": rnnkit.LRU(3, 5),
    "dropout": rnnkit.RecurrentDropout(rnnkit.LSTM(3, 5)),
    "stack": rnnkit.Stack([rnnkit.LSTM(3, 5), rnnkit.GRU(5, 4)]),
    "residual": rnnkit.Stack([rnnkit.GRU(3, 5), rnnkit.GRU(5, 5)], True),
}
every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
f64 = torch.float64


def drawn(*shape, seed=0, grad=False):
    return torch.tensor(np.random.default_rng(seed).normal(size=shape), requires_grad=grad)


@every_cell
def test_module_is_autograd_of_the_cells_own_step(cell):
    layer = nn.Recurrent(cell, 0, f64)
    got, want = {}, {}
    for found, run in ((got, lambda xs, s: layer(xs, s)[0]), (want, lambda xs, s: by_autograd(layer, xs, s))):
        xs, s = drawn(6, 2, 3, grad=True), drawn(2, cell.state_size, seed=1, grad=True)
        layer.zero_grad()
        hs = run(xs, s)
        (hs * drawn(*hs.shape, seed=2)).sum().backward()
        found |= {n: p.grad.clone() for n, p in layer.named_parameters()} | {"xs": xs.grad, "s": s.grad, "hs": hs}
    for name, x in want.items():
        torch.testing.assert_close(got[name], x, rtol=1e-10, atol=1e-12)


def by_autograd(layer, xs, s):
    return rnnkit.scan(layer.cell, layer.named(), xs, s)[0][..., : layer.cell.output_size]


def test_last_state_passes_gradients_too():
    layer = nn.Recurrent(rnnkit.LSTM(3, 5), 0, f64)
    xs = drawn(6, 2, 3, grad=True)
    layer(xs)[1].pow(2).sum().backward()
    other = xs.detach().clone().requires_grad_()
    states, _ = rnnkit.scan(layer.cell, layer.named(), other)
    states[-1].pow(2).sum().backward()
    torch.testing.assert_close(xs.grad, other.grad, rtol=1e-10, atol=1e-12)


@every_cell
def test_padded_is_one_at_a_time(cell):
    layer, lengths = nn.Recurrent(cell, 0, f64), torch.tensor([5, 0, 3])
    xs = drawn(6, 3, 3)
    hs, last = layer(xs, lengths=lengths)
    for b, n in enumerate(lengths):
        alone, end = layer(xs[:n, [b]])
        torch.testing.assert_close(hs[:n, [b]], alone)
        torch.testing.assert_close(last[[b]], end)


@pytest.mark.parametrize("lengths", [[5, 2, 4], [6, 4, 4]])
@pytest.mark.parametrize("pair", [(rnnkit.LSTM(3, 5), torch.nn.LSTM), (rnnkit.GRU(3, 5), torch.nn.GRU)])
def test_packed_is_that_of_torch(pair, lengths):
    cell, kind = pair
    layer = nn.Recurrent(cell, 0, f64)
    fused = nn.to_torch(cell, {n: x.detach().numpy() for n, x in layer.named().items()})
    assert isinstance(fused, kind)
    packed = pack_padded_sequence(drawn(6, 3, 3), torch.tensor(lengths), enforce_sorted=False)
    got, last = layer(packed)
    want, end = fused(packed)
    torch.testing.assert_close(got.data, want.data)
    assert torch.equal(got.batch_sizes, want.batch_sizes) and torch.equal(got.sorted_indices, want.sorted_indices)
    end = torch.cat([end[0][0], end[1][0]], -1) if isinstance(end, tuple) else end[0]
    torch.testing.assert_close(last, end)
    in_order = pack_sequence([drawn(n, 3, seed=n) for n in (4, 2, 1)])
    torch.testing.assert_close(pad_packed_sequence(layer(in_order)[0])[0], pad_packed_sequence(fused(in_order)[0])[0])


def test_bidirectional_module_is_that_of_torch():
    forwards, backwards = nn.Recurrent(rnnkit.GRU(3, 5), 0, f64), nn.Recurrent(rnnkit.GRU(3, 5), 1, f64)
    layer = nn.Bidirectional(forwards, backwards)
    p = {f"1.{way}.{n}": x.detach().numpy()
         for way, r in (("forwards", forwards), ("backwards", backwards)) for n, x in r.named().items()}  # fmt: skip
    fused = nn.to_torch((rnnkit.Bidirectional(forwards.cell, backwards.cell),), p)
    xs, lengths = drawn(6, 3, 3), torch.tensor([6, 2, 4])
    want, _ = pad_packed_sequence(fused(pack_padded_sequence(xs, lengths, enforce_sorted=False))[0])
    torch.testing.assert_close(layer(xs, lengths), want)


MODULES = {
    "rnn": lambda **o: torch.nn.RNN(3, 4, **o),
    "relu": lambda **o: torch.nn.RNN(3, 4, nonlinearity="relu", **o),
    "lstm": lambda **o: torch.nn.LSTM(3, 4, **o),
    "gru": lambda **o: torch.nn.GRU(3, 4, **o),
}


@pytest.mark.parametrize("make", MODULES.values(), ids=MODULES.keys())
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("bias", [True, False])
def test_weights_go_both_ways(make, layers, both, bias):
    torch.manual_seed(0)
    module = make(num_layers=layers, bidirectional=both, bias=bias, dtype=f64)
    cell, p = nn.from_torch(module)
    xs = drawn(6, 2, 3)
    want, _ = module(xs)
    if both:
        got = xs.numpy()
        for n, layer in enumerate(cell, 1):
            got, _ = layer.forward({k.removeprefix(f"{n}."): x for k, x in p.items() if k.startswith(f"{n}.")}, got)
    else:
        got = rnnkit.scan(cell, p, xs.numpy())[0][..., :4]
    np.testing.assert_allclose(got, want.detach(), atol=1e-13)
    again = nn.to_torch(cell, p)
    assert type(again) is type(module)
    torch.testing.assert_close(again(xs)[0], want, rtol=1e-12, atol=1e-13)
    same, q = nn.from_torch(again)
    assert same == cell and all((q[n] == p[n]).all() for n in p)


@pytest.mark.parametrize("call, message", [
    (lambda: nn.from_torch(torch.nn.Linear(2, 2)), "module: expected nn.RNN"),
    (lambda: nn.from_torch(torch.nn.LSTM(3, 4, proj_size=2)), "module: expected no projection"),
    (lambda: nn.to_torch(rnnkit.GRU2014(3, 4), {"b": np.ones(2)}), "layers: expected Elman"),
    (lambda: nn.to_torch(rnnkit.Stack([rnnkit.GRU(3, 4), rnnkit.LSTM(4, 4)]), {}), "layers: expected Elman"),
    (lambda: nn.to_torch(rnnkit.Stack([rnnkit.GRU(3, 4), rnnkit.GRU(4, 4)], True), {}), "layers: expected no residual"),
    (lambda: nn.Recurrent(rnnkit.GRU(3, 4), 0)(torch.ones(2, 1, 9)), "xs: expected shape"),
    (lambda: nn.Recurrent(rnnkit.GRU(3, 4), 0)(torch.full((2, 1, 3), torch.nan)), "xs: expected finite"),
    (lambda: nn.Recurrent(rnnkit.GRU(3, 4), 0)(torch.ones(2, 1, 3, dtype=f64)), "p['W_x']: expected float64"),
])  # fmt: skip
def test_bad_input(call, message):
    with pytest.raises((TypeError, ValueError)) as error:
        call()
    assert str(error.value).startswith(message), error.value


def test_device(monkeypatch):
    monkeypatch.delenv("RNNKIT_DEVICE", raising=False)
    nn.device.cache_clear()
    assert nn.device().type == ("cuda" if torch.cuda.is_available() else "cpu")
    monkeypatch.setenv("RNNKIT_DEVICE", "toaster")
    nn.device.cache_clear()
    with pytest.raises(ValueError, match="RNNKIT_DEVICE: expected a device of this machine such as cpu, got 'toaster'"):
        nn.device()
    monkeypatch.setenv("RNNKIT_DEVICE", "cpu")
    nn.device.cache_clear()
    assert nn.device() == torch.device("cpu")
    nn.device.cache_clear()


# Checkpoints


def test_checkpoint_there_and_back(tmp_path):
    tensors = {"a": drawn(3, 4).T, "b": torch.arange(5), "c": torch.tensor(True)}
    facts = {"loss": [0.1, 1 / 3], "epoch": 7}
    nn.save(tmp_path / "c", tensors, facts)
    got, told = nn.load(tmp_path / "c", tensors)
    assert told == facts and got.keys() == tensors.keys()
    assert all(torch.equal(got[n], x) and got[n].dtype == x.dtype for n, x in tensors.items())
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


@pytest.mark.parametrize("damage", [lambda d: d[:-3], lambda d: d[:20], lambda d: b"", lambda d: b"\0" * len(d)])
def test_damaged_checkpoint_is_refused_by_name(tmp_path, damage):
    nn.save(tmp_path / "c", {"a": drawn(3, 4)})
    (tmp_path / "c").write_bytes(damage((tmp_path / "c").read_bytes()))
    with pytest.raises(ValueError, match=r"checkpoint: .*c cannot be read"):
        nn.load(tmp_path / "c")


def test_foreign_checkpoint_is_refused_by_name(tmp_path):
    nn.save(tmp_path / "c", {"a": drawn(3, 4)})
    for like, found in (({"a": drawn(4, 4)}, r"expected a as .*\(4, 4\), got torch.float64 \(3, 4\)"),
                        ({"b": drawn(3, 4)}, "expected b as .* got nothing")):  # fmt: skip
        with pytest.raises(ValueError, match=found):
            nn.load(tmp_path / "c", like)
    with pytest.raises(FileNotFoundError):
        nn.load(tmp_path / "nothing")


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    nn.save(tmp_path / "c", {"a": torch.ones(2)})
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        nn.save(tmp_path / "c", {"a": torch.zeros(2)})
    assert torch.equal(nn.load(tmp_path / "c")[0]["a"], torch.ones(2))


# Training

RUN = """
import os, signal, sys
import torch, rnnkit
from rnnkit import nn, schedules

class Reader(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.layer, self.drop = nn.Recurrent(rnnkit.GRU(2, 6), 0), torch.nn.Dropout(0.3)
        self.read = torch.nn.Linear(6, 1)
    def forward(self, xs):
        return self.read(self.drop(self.layer(xs)[0][-1]))

xs = torch.randn(7, 32, 2, generator=torch.Generator().manual_seed(0))
batches = lambda epoch: [(xs[:, k::4], xs[:, k::4, 0].sum(0)[:, None]) for k in range(4)]
model, calls = Reader(), 0
def loss(model, batch):
    global calls
    calls += 1
    if len(sys.argv) > 2 and calls == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return (model(batch[0]) - batch[1]).pow(2).mean()
rule = torch.optim.Adam(model.parameters(), 0.02)
run = nn.fit(model, loss, batches, rule, epochs=6, clip=1.0, schedule=schedules.cosine(6),
             validate=lambda m: float((m(xs) - xs[..., 0].sum(0)[:, None]).pow(2).mean()), checkpoint=sys.argv[1])
nn.save(sys.argv[1] + ".end", model.state_dict(), run.history)
"""


def test_a_killed_run_resumes_bit_for_bit(tmp_path):
    def start(*arguments):
        return subprocess.run([sys.executable, "-c", RUN, *map(str, arguments)], capture_output=True, text=True)

    assert start(tmp_path / "whole").returncode == 0
    assert start(tmp_path / "killed", 11).returncode == -signal.SIGKILL  # in the third epoch
    assert nn.load(tmp_path / "killed")[1]["history"]["loss"].__len__() == 2
    assert start(tmp_path / "killed", 7).returncode == -signal.SIGKILL  # and again, two epochs on
    assert start(tmp_path / "killed").returncode == 0
    (want, history), (got, again) = (nn.load(tmp_path / f"{name}.end") for name in ("whole", "killed"))
    assert history == again and len(history["loss"]) == 6 and history["loss"][-1] < history["loss"][0]
    assert all(torch.equal(got[name], x) for name, x in want.items())


def small():
    torch.manual_seed(0)
    model = torch.nn.Linear(3, 1)
    xs = drawn(20, 3).float()
    batches = [(xs, xs.sum(-1, keepdim=True))]
    return model, lambda m, b: (m(b[0]) - b[1]).pow(2).mean(), batches


def test_fit_stops_for_patience_and_for_infinity():
    model, loss, batches = small()
    scores = iter([3.0, 2.0, 5.0, 4.0, 1.0])
    kept = []
    run = nn.fit(model, loss, batches, torch.optim.SGD(model.parameters(), 0.1), epochs=9, patience=2,
                 validate=lambda m: kept.append(m.weight.clone()) or next(scores))  # fmt: skip
    assert run.stopped == "patience" and run.history["validation"] == [3, 2, 5, 4]
    assert torch.equal(model.weight, kept[1])  # the best, not the last
    model, loss, batches = small()
    run = nn.fit(model, loss, batches, torch.optim.SGD(model.parameters(), 1e20), epochs=9)
    assert run.stopped == "loss is not finite" and all(torch.isfinite(p).all() for p in model.parameters())


def test_fit_interrupted_keeps_the_last_epoch():
    model, loss, batches = small()
    calls = []

    def impatient(m, b):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return loss(m, b)

    run = nn.fit(model, impatient, batches, torch.optim.SGD(model.parameters(), 0.1), epochs=9)
    assert run.stopped == "interrupted" and run.epochs == 3


# Models


def test_window_model_is_its_equation():
    model = nn.WindowModel(7, 3, 4, 5, direct=True).double()
    words = torch.randint(0, 7, (6, 3), generator=torch.Generator().manual_seed(0))
    p = {n: x.detach().numpy() for n, x in model.named_parameters()}
    for row, logits in zip(words.numpy(), model(words).detach().numpy(), strict=True):
        x = np.concatenate([p["embedding.weight"][word] for word in row])
        want = p["output.bias"] + p["output.weight"] @ np.tanh(p["hidden.bias"] + p["hidden.weight"] @ x)
        np.testing.assert_allclose(logits, want + p["direct.weight"] @ x, atol=1e-12)
    assert nn.WindowModel(7, 3, 4, 5).direct is None


def test_skip_gram_is_its_equation_and_learns_neighbours():
    rng = np.random.default_rng(0)
    model = nn.SkipGram(6, 3, rng)
    with torch.no_grad():
        model.neighbours.weight.copy_(drawn(6, 3))
    v, u = (layer.weight.detach().numpy().astype(float) for layer in (model.centres, model.neighbours))
    got = float(model(torch.tensor([2]), torch.tensor([4]), torch.tensor([[0, 5]])).detach())
    sigmoid = lambda x: 1 / (1 + np.exp(-x))  # noqa: E731
    want = -np.log(sigmoid(u[4] @ v[2])) - sum(np.log(sigmoid(-u[n] @ v[2])) for n in (0, 5))
    assert got == pytest.approx(want, rel=1e-5)

    # Two topics of four words, words of one topic side by side: vectors of one topic come together.
    ids = (4 * rng.integers(0, 2, 3000)[:, None] + rng.integers(0, 4, (3000, 6))).ravel()
    model = nn.SkipGram(8, 5, rng)
    rule = torch.optim.Adagrad(model.parameters(), 0.5)
    centres, neighbours = nn.skip_grams(ids, 2, rng)
    noise = nn.noise_distribution(ids, 8)
    for part in np.array_split(np.arange(len(centres)), 60):
        strangers = rng.choice(8, (len(part), 3), p=noise)
        rule.zero_grad()
        model(*(torch.tensor(x) for x in (centres[part], neighbours[part], strangers))).backward()
        rule.step()
    v = torch.nn.functional.normalize(model.centres.weight.detach(), dim=1)
    alike = (v @ v.T).numpy()
    same = np.kron(np.eye(2), np.ones((4, 4))) > 0
    assert alike[same].min() > alike[~same].max()


def test_pairs_subsampling_and_noise():
    rng = np.random.default_rng(0)
    ids = np.arange(1000)
    centres, neighbours = nn.skip_grams(ids, 3, rng)
    gaps = np.bincount(np.abs(centres - neighbours), minlength=4)
    assert gaps[0] == 0 and len(gaps) == 4 and gaps[1:] == pytest.approx([2000, 1333, 667], rel=0.08)
    text = rng.choice(4, 100_000, p=[0.7, 0.2, 0.09, 0.01])
    kept = np.bincount(nn.subsample(text, 4, 0.01, rng), minlength=4) / np.bincount(text)
    assert kept == pytest.approx([np.sqrt(0.01 / 0.7), np.sqrt(0.01 / 0.2), np.sqrt(0.01 / 0.09), 1], rel=0.06)
    assert nn.noise_distribution(np.array([0, 0, 0, 0, 1]), 3) == pytest.approx(
        np.array([4**0.75, 1, 0]) / (4**0.75 + 1)
    )


@pytest.mark.parametrize("attention", [None, rnnkit.AdditiveAttention(12, 12, 8),
                                       rnnkit.MultiplicativeAttention(12, 24)])  # fmt: skip
def test_encoder_decoder_learns_to_reverse(attention):
    rng = np.random.default_rng(0)
    both = attention is not None and attention.key_size == 24
    model = nn.EncoderDecoder((6, 6), 8, rnnkit.GRU(8, 12), rnnkit.GRU(8, 12), attention=attention, bidirectional=both)
    lengths = torch.tensor(rng.integers(1, 4, 64))
    source = torch.tensor(rng.integers(2, 6, (3, 64)))
    target = torch.ones(4, 64, dtype=torch.long)  # 0 begins, 1 ends
    for b, n in enumerate(lengths):
        target[:n, b] = source[:n, b].flip(0)
    before = torch.cat([torch.zeros(1, 64, dtype=torch.long), target[:-1]])
    asked = torch.arange(4)[:, None] <= lengths

    def loss(model, _):
        logits = model(source, lengths, before)
        return torch.nn.functional.cross_entropy(logits[asked], target[asked])

    run = nn.fit(model, loss, [None], torch.optim.Adam(model.parameters(), 0.03), epochs=120)
    assert run.history["loss"][-1] < 0.1
    told = greedy(model.step, model.start(source, lengths), 64, 0, 1, 6)
    want = [source[:n, b].flip(0).tolist() for b, n in enumerate(lengths)]
    assert np.mean([a == b for a, b in zip(told, want, strict=True)]) > 0.9
    best = beam(model.step, model.start(source[:, :1], lengths[:1]), 0, 1, 6, 4)
    assert best[0].tokens == want[0]
    changed = source.clone()
    changed[torch.arange(3)[:, None] >= lengths] = 5  # padding is not seen
    torch.testing.assert_close(model(changed, lengths, before), model(source, lengths, before))


def test_encoder_decoder_sizes():
    for arguments, message in (((rnnkit.GRU(9, 12), rnnkit.GRU(8, 12)), "encoder: expected input_size 8, got 9"),
                               ((rnnkit.GRU(8, 12), rnnkit.GRU(9, 12)), "decoder: expected input_size 8, got 9")):  # fmt: skip  # noqa: E501
        with pytest.raises(ValueError, match=message):
            nn.EncoderDecoder((6, 6), 8, *arguments)
    with pytest.raises(ValueError, match="attention: expected query_size 12 and key_size 24"):
        nn.EncoderDecoder((6, 6), 8, rnnkit.GRU(8, 12), rnnkit.GRU(8, 12), bidirectional=True,
                          attention=rnnkit.MultiplicativeAttention(12, 12))  # fmt: skip


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("attention", [None, rnnkit.AdditiveAttention, rnnkit.MultiplicativeAttention])
def test_side_by_side_is_each_network_by_itself(attention, both):
    sizes = (6, 12 if both else 6) if attention is not None else ()
    ask = attention and attention(*sizes, *([5] if attention is rnnkit.AdditiveAttention else []))
    models = [
        nn.EncoderDecoder((9, 8), 5, rnnkit.GRU(5, 6), rnnkit.GRU(5, 6), attention=ask, bidirectional=both, seed=s)
        for s in range(3)
    ]
    models = [model.double() for model in models]
    rng, loss = np.random.default_rng(0), torch.nn.functional.cross_entropy
    source, before, after = (torch.from_numpy(rng.integers(1, 8, (T, 3, 4))) for T in (7, 5, 5))
    lengths = torch.from_numpy(rng.integers(1, 8, (3, 4)))
    nets = nn.SideBySide(models)
    ys = nets(source, lengths, before)
    loss(ys.flatten(0, 2), after.flatten()).backward()
    for k, model in enumerate(models):
        own = model(source[:, k], lengths[k], before[:, k])
        torch.testing.assert_close(ys[:, k], own)
        (loss(own.flatten(0, 1), after[:, k].flatten()) / 3).backward()
        for name, x in model.named_parameters():
            if x.grad is not None:  # without attention nobody asks the second encoder
                torch.testing.assert_close(nets.p[name.replace(".", "/")].grad[k], x.grad)
    nets.clip(0.01)
    for k in range(3):
        length = sum(float((x.grad[k] ** 2).sum()) for x in nets.p.values() if x.grad is not None) ** 0.5
        assert length == pytest.approx(0.01)


def test_side_by_side_learns_with_and_without_its_own_words():
    rng = np.random.default_rng(0)
    sources = [rng.integers(3, 8, rng.integers(1, 4)) for _ in range(60)]
    targets = [x[::-1].copy() for x in sources]
    for own in (None, lambda done: 0.5 * done):
        models = [nn.EncoderDecoder((8, 8), 6, rnnkit.GRU(6, 16), rnnkit.GRU(6, 16), seed=s) for s in range(2)]
        nets = nn.SideBySide(models)
        losses = nets.fit(sources, targets, 250, rng=np.random.default_rng(1), own=own)
        assert losses[-1] < 0.4 < losses[0]
        source = torch.from_numpy(rnnkit.pad(sources)[0])
        for model in nets.split():
            start = model.start(source, torch.tensor([len(x) for x in sources]))
            told = greedy(model.step, start, 60, 1, 2, 5)
            assert np.mean([a == b.tolist() for a, b in zip(told, targets, strict=True)]) > 0.7


def test_side_by_side_wants_networks_of_one_shape_and_of_grus():
    def model(cell, H):
        return nn.EncoderDecoder((6, 6), 4, cell(4, H), cell(4, H))

    for models in ([], [model(rnnkit.GRU, 5), model(rnnkit.GRU, 6)]):
        with pytest.raises(ValueError, match="models: expected one or more, of one shape"):
            nn.SideBySide(models)
    with pytest.raises(ValueError, match="models: expected encoders and decoders with the cell GRU"):
        nn.SideBySide([model(rnnkit.LSTM, 5)])
