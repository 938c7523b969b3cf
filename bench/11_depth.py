"""Depth and dropout in a character model: layers at equal size, residual against plain, and four places for dropout.

Writes bench/results/11_depth.md.
"""

import datetime
import platform
import time
from pathlib import Path

import numpy as np
import torch

from rnnkit.data import load

ROOT = Path(__file__).resolve().parent.parent
SEEDS, STREAMS, TICKS, VECTOR = range(5), 16, 32, 16


class Layer(torch.nn.Module):
    """An LSTM layer; `recurrent` drops what it sees of its own last output: "tick" anew each tick, "same" once."""

    def __init__(self, D, H, recurrent=None, rate=0.0):
        super().__init__()
        self.lstm, self.recurrent, self.rate = torch.nn.LSTM(D, H), recurrent, rate

    def forward(self, xs):
        if not (self.training and self.recurrent):
            return self.lstm(xs)[0]
        m = self.lstm
        drive = xs @ m.weight_ih_l0.T + m.bias_ih_l0 + m.bias_hh_l0
        W = m.weight_hh_l0.T
        h = c = xs.new_zeros(xs.shape[1], m.hidden_size)
        masks = torch.rand(len(xs) if self.recurrent == "tick" else 1, *h.shape) >= self.rate
        masks = (masks / (1 - self.rate)).expand(len(xs), -1, -1)
        hs = []
        for a, mask in zip(drive, masks, strict=True):
            i, f, g, o = (a + (h * mask) @ W).chunk(4, -1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            hs.append(h)
        return torch.stack(hs)


class Model(torch.nn.Module):
    def __init__(self, V, widths, residual=False, drop=None, rate=0.0):
        super().__init__()
        self.vectors = torch.nn.Embedding(V, VECTOR)
        recurrent = drop.partition("recurrent, ")[2] if drop else None
        sizes = zip([VECTOR, *widths[:-1]], widths, strict=True)
        self.layers = torch.nn.ModuleList(Layer(D, H, recurrent, rate) for D, H in sizes)
        self.readout = torch.nn.Linear(widths[-1], V)
        self.residual, self.rate = residual, rate
        self.between = drop.partition("between, ")[2] if drop else None
        for layer in self.layers:  # forget bias 1, the library's custom
            H = layer.lstm.hidden_size
            layer.lstm.bias_ih_l0.data[H : 2 * H] = 1.0
            layer.lstm.bias_hh_l0.data.zero_()

    def dropped(self, xs):
        if not (self.training and self.between):
            return xs
        shape = xs.shape if self.between == "tick" else (1, *xs.shape[1:])
        return xs * (torch.rand(shape) >= self.rate) / (1 - self.rate)

    def forward(self, xs):
        read = self.vectors(xs)
        for n, layer in enumerate(self.layers):
            shown = layer(self.dropped(read) if n else read)
            read = shown + read if n and self.residual else shown
        return self.readout(self.dropped(read))


def coded(text, index, streams):
    codes = np.array([index[character] for character in text])
    return torch.from_numpy(codes[: len(codes) // streams * streams].reshape(streams, -1).T.copy())


def run(model, train, valid, updates, seed, every=None, lr=0.005):
    """Validation loss, in nats a character: the last, or the least of those taken each `every` updates."""
    rng, adam, found = np.random.default_rng(seed), torch.optim.Adam(model.parameters(), lr), []
    for update in range(1, updates + 1):
        model.train()
        start = rng.integers(len(train) - TICKS)
        piece = train[start : start + TICKS + 1]
        loss = torch.nn.functional.cross_entropy(model(piece[:-1]).flatten(0, 1), piece[1:].flatten())
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        if update == updates or (every and update % every == 0):
            model.eval()
            with torch.no_grad():
                ys = model(valid[:-1])
                found.append(float(torch.nn.functional.cross_entropy(ys.flatten(0, 1), valid[1:].flatten())))
    return min(found), found[-1]


def weights(model):
    return sum(x.numel() for name, x in model.named_parameters() if "bias_hh" not in name)


def spread(values):
    low, mid, high = np.percentile(values, [0, 50, 100])
    return f"{mid:.2f} ({low:.2f}–{high:.2f})"


def rows(settings, train, valid, V, updates, every=None):
    for label, widths, options in settings:
        found = []
        for seed in SEEDS:
            torch.manual_seed(seed)
            model = Model(V, widths, **options)
            found.append(run(model, train, valid, updates, seed, every))
        best, last = np.array(found).T
        print(label, weights(model), best.round(3), last.round(3), f"{time.process_time():.0f} s", flush=True)
        yield label, weights(model), best, last


def main():
    torch.set_num_threads(1)
    data = load("docstrings")
    text, fresh = data.train.text[:400_000], data.valid.text[:10_000]
    alphabet = sorted(set(text + fresh))
    index = {character: n for n, character in enumerate(alphabet)}
    V, valid = len(alphabet), coded(fresh, index, 20)
    train = coded(text, index, STREAMS)

    flat = [
        ("1 layer", [64], {}),
        ("2 layers", [41, 41], {}),
        ("3 layers", [33, 33, 33], {}),
    ]
    deep = [
        (f"{n} layers, {kind}", [24] * n, {"residual": kind == "residual"})
        for n in (6,)
        for kind in ("plain", "residual")
    ]
    small = coded(data.train.text[:20_000], index, STREAMS)
    dropout = [("none", [64, 64], {})] + [
        (name, [64, 64], {"drop": name, "rate": 0.3})
        for name in ("between, tick", "recurrent, tick", "recurrent, same")
    ]
    lines = [
        "# Depth and dropout",
        "",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f"{np.__version__}, torch {torch.__version__}. Command: `make bench`. The next character of NumPy's "
        f"documentation by LSTM layers; Adam at .005 for all, {STREAMS} pieces of {TICKS} characters an update, "
        "gradient clipped to length 1. Loss: nats a character on 10,000 characters of other modules; five seeds, "
        "median (least–greatest). No setting was tuned.",
        "",
        "## Layers at equal size",
        "",
        "400,000 characters, 300 updates.",
        "",
        "<!-- layers -->",
        "",
        "| layers | weights | loss |",
        "|---|---|---|",
    ]
    for label, size, _, last in rows(flat, train, valid, V, 300):
        lines.append(f"| {label} | {size:,} | {spread(last)} |")
    lines += ["", "<!-- end of layers -->", "", "## Residual against plain", "", "The same, 24 units a layer.", ""]
    lines += ["<!-- residual -->", "", "| layers | weights | loss |", "|---|---|---|"]
    for label, size, _, last in rows(deep, train, valid, V, 300):
        lines.append(f"| {label} | {size:,} | {spread(last)} |")
    lines += ["", "<!-- end of residual -->", "", "## Dropout", ""]
    lines += ["20,000 characters, 240 updates, two layers of 64, rate .3. Best: of looks each 60 updates.", ""]
    lines += ["<!-- dropout -->", "", "| dropped | best loss | last loss |", "|---|---|---|"]
    for label, _, best, last in rows(dropout, small, valid, V, 240, 60):
        lines.append(f"| {label} | {spread(best)} | {spread(last)} |")
    lines += ["", "<!-- end of dropout -->"]
    text = "\n".join(lines) + "\n"
    (ROOT / "bench" / "results" / "11_depth.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
