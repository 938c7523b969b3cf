"""Depth in a character model: layers at equal size, and residual against plain stacks.

Writes bench/results/11_depth.md.
"""

import datetime
import platform
import time
from pathlib import Path

import numpy as np
import torch
from _report import marked

from rnnkit.data import load

ROOT = Path(__file__).resolve().parent.parent
SEEDS, STREAMS, TICKS, VECTOR = range(5), 16, 32, 16


class Model(torch.nn.Module):
    def __init__(self, V, widths, residual=False):
        super().__init__()
        self.vectors = torch.nn.Embedding(V, VECTOR)
        sizes = zip([VECTOR, *widths[:-1]], widths, strict=True)
        self.layers = torch.nn.ModuleList(torch.nn.LSTM(D, H) for D, H in sizes)
        self.readout = torch.nn.Linear(widths[-1], V)
        self.residual = residual
        for layer in self.layers:  # forget bias 1, the library's custom
            H = layer.hidden_size
            layer.bias_ih_l0.data[H : 2 * H] = 1.0
            layer.bias_hh_l0.data.zero_()

    def forward(self, xs):
        read = self.vectors(xs)
        for n, layer in enumerate(self.layers):
            shown, _ = layer(read)
            read = shown + read if n and self.residual else shown
        return self.readout(read)


def coded(text, index, streams):
    codes = np.array([index[character] for character in text])
    return torch.from_numpy(codes[: len(codes) // streams * streams].reshape(streams, -1).T.copy())


def run(model, train, valid, updates, seed, lr=0.005):
    """Validation loss after training, in nats a character."""
    rng, adam = np.random.default_rng(seed), torch.optim.Adam(model.parameters(), lr)
    for _ in range(updates):
        start = rng.integers(len(train) - TICKS)
        piece = train[start : start + TICKS + 1]
        loss = torch.nn.functional.cross_entropy(model(piece[:-1]).flatten(0, 1), piece[1:].flatten())
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
    with torch.no_grad():
        ys = model(valid[:-1])
    return float(torch.nn.functional.cross_entropy(ys.flatten(0, 1), valid[1:].flatten()))


def weights(model):
    return sum(x.numel() for name, x in model.named_parameters() if "bias_hh" not in name)


def spread(values):
    low, mid, high = np.percentile(values, [0, 50, 100])
    return f"{mid:.2f} ({low:.2f}–{high:.2f})"


def rows(settings, train, valid, V, updates):
    for label, widths, options in settings:
        found = []
        for seed in SEEDS:
            torch.manual_seed(seed)
            model = Model(V, widths, **options)
            found.append(run(model, train, valid, updates, seed))
        print(label, weights(model), np.round(found, 3), f"{time.process_time():.0f} s", flush=True)
        yield f"| {label} | {weights(model):,} | {spread(found)} |"


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
    head = ["| layers | weights | loss |", "|---|---|---|"]
    lines = [
        "# Depth",
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
        *marked("layers", [*head, *rows(flat, train, valid, V, 300)]),
        "",
        "## Residual against plain",
        "",
        "The same, 24 units a layer.",
        "",
        *marked("residual", [*head, *rows(deep, train, valid, V, 300)]),
    ]
    text = "\n".join(lines) + "\n"
    (ROOT / "bench" / "results" / "11_depth.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
