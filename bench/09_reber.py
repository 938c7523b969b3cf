"""The embedded Reber grammar by the protocol of 1997, and the continual one of 2000, over thirty seeds side by side.

Writes bench/results/09_reber.md.
"""

import datetime
import platform
import time
from pathlib import Path

import numpy as np
from _report import marked

import rnnkit
from rnnkit.arrays import sigmoid
from rnnkit.data import load, reber

ROOT = Path(__file__).resolve().parent.parent
SYMBOLS = len(reber.SYMBOLS)


class SideBySide:
    """K independent networks as one: the weights are block-diagonal, so no network sees another."""

    def __init__(self, kind, H, seeds):
        self.K, self.H = len(seeds), H
        K = self.K
        one = rnnkit.Network(kind(SYMBOLS, H), rnnkit.Readout(H, SYMBOLS))
        self.each = one.size
        self.net = rnnkit.Network(kind(SYMBOLS * K, H * K), rnnkit.Readout(H * K, SYMBOLS * K))
        self.gates = len(one.cell.gates)
        self.letters = one.cell.gates
        blocks = np.eye(K)
        self.mask = {
            "W_x": np.tile(np.kron(blocks, np.ones((SYMBOLS, H))), self.gates),
            "W_h": np.tile(np.kron(blocks, np.ones((H, H))), self.gates),
            "W_y": np.kron(blocks, np.ones((H, SYMBOLS))),
        }

    def init(self, reach, biases, seed=0):
        """Uniform in ±reach, as in 1997; the biases of some gates are set by hand, one value for each cell in turn."""
        rng = np.random.default_rng(seed)
        p = {name: rng.uniform(-reach, reach, shape) for name, shape in self.net.shapes.items()}
        for letter, values in biases.items():
            at = self.letters.index(letter) * self.H * self.K
            p["b"][at : at + self.H * self.K] += np.tile(values, self.K)
        return {name: x * self.mask.get(name, 1) for name, x in p.items()}

    def gradient(self, p, xs, s, dys_of):
        ys, memory = self.net.forward(p, xs, s)
        grads, _, _ = self.net.backward(p, xs, s, memory, dys_of(ys))
        return {name: g * self.mask[name] if name in self.mask else g for name, g in grads.items()}, ys, memory.states

    def outputs(self, p, xs):
        """Outputs (T, B, K, 7) of inputs of the same shape."""
        ys, _ = self.net.forward(p, xs.reshape(*xs.shape[:2], -1))
        return ys.reshape(xs.shape)


def squared(ys, targets):
    """Logistic outputs and half the squared error, as in 1997: its gradient by the sums that enter the outputs."""
    y = sigmoid(ys)
    return (y - targets) * y * (1 - y)


def cross_entropy(ys, targets):
    y = np.exp(ys - ys.max(-1, keepdims=True))
    return y / y.sum(-1, keepdims=True) - targets


def strings(seeds, half, count=256):
    """Training (half 0) or test strings of all seeds, padded to one length: (T, count, K, ·)."""
    data = [load("reber", rng=np.random.default_rng([seed, half]), count=count) for seed in seeds]
    T = max(len(d.inputs) for d in data)

    def stacked(name):
        return np.stack([np.pad(d[name], [(0, T - len(d.inputs))] + [(0, 0)] * (d[name].ndim - 1)) for d in data], 2)

    targets = np.eye(SYMBOLS)[stacked("targets")]
    return {"xs": stacked("inputs"), "targets": targets, "legal": stacked("legal"), "mask": stacked("mask")}


def all_right(ys, data):
    """(K,): every string of every set right?"""
    K = ys.shape[2]
    return np.array([reber.solved(ys[:, :, k], data["legal"][:, :, k], data["mask"][:, :, k]).all() for k in range(K)])


def embedded(kind, H, lr, loss, *, seeds=30, most=30_000, every=250, reach=0.2, biases=None):
    """Sequences until all 256 training and 256 test strings are right, for each seed; NaN where it never came."""
    nets = SideBySide(kind, H, range(seeds))
    p = nets.init(reach, biases or {})
    parts = [strings(range(seeds), half) for half in (0, 1)]
    train, rng, k = parts[0], np.random.default_rng(1), np.arange(seeds)
    lengths = train["mask"].sum(0)
    found = np.full(seeds, np.nan)
    for done in range(1, most + 1):
        pick = rng.integers(256, size=seeds)
        T = lengths[pick, k].max()
        xs, targets = (train[name][:T, pick, k].reshape(T, 1, -1) for name in ("xs", "targets"))
        counts = train["mask"][:T, pick, k][..., None]

        def dys(ys, T=T, targets=targets, counts=counts):
            shape = (T, seeds, SYMBOLS)
            return (loss(ys.reshape(shape), targets.reshape(shape)) * counts).reshape(T, 1, -1)

        grads, _, _ = nets.gradient(p, xs, None, dys)
        for name in p:
            p[name] -= lr * grads[name]
        if done % every == 0:
            right = np.all([all_right(nets.outputs(p, part["xs"]), part) for part in parts], 0)
            found[right & np.isnan(found)] = done
            if not np.isnan(found).any():
                break
    return found, nets.each


def streams(seeds, part, ticks):
    """One continual stream for each seed: inputs, targets, legal (T, K, 7)."""
    data = [
        load("reber", rng=np.random.default_rng([seed, part]), count=1, form="continual", length=ticks)
        for seed in seeds
    ]
    xs, legal = (np.stack([d[name][:, 0] for d in data], 1) for name in ("inputs", "legal"))
    return xs, np.eye(SYMBOLS)[np.stack([d.targets[:, 0] for d in data], 1)], legal


def recalls(xs):
    """Where the outer T or P must be said again (T, K): by walking the grammar along each stream."""
    told = xs.argmax(-1)
    due = np.zeros(told.shape, bool)
    for k in range(told.shape[1]):
        place, inside = 0, False  # outside: B, T or P, then the inner string, then T or P, then E
        for t, symbol in enumerate(told[:, k]):
            if inside:
                place = reber.GRAMMAR[place][reber.SYMBOLS[symbol]]
                if place == 7:
                    due[t, k], inside, place, waited = True, False, 0, 0
            else:
                waited = 0 if t == 0 else waited + 1
                # after an inner string come T or P, E, B, T or P; at the very start only B, T or P
                if waited == (1 if due[:, k].sum() == 0 else 4):
                    inside = True
    return due


def continual(kind, H, lr, *, first=0, seeds=30, windows=12_000, ticks=40, test=3000, reach=0.2, biases=None):
    """Learn from one endless stream, the state carried on; then read another from its beginning."""
    numbers = range(first, first + seeds)
    nets = SideBySide(kind, H, numbers)
    p, s = nets.init(reach, biases or {}, first), None
    for window in range(windows):
        if window % 100 == 0:  # fresh streams are drawn in pieces; the state goes on
            xs, targets, _ = streams(numbers, 10 + window, 100 * ticks)
        at = slice(window % 100 * ticks, (window % 100 + 1) * ticks)
        now = targets[at]

        def dys(ys, now=now):
            return cross_entropy(ys.reshape(now.shape), now).reshape(ticks, 1, -1)

        grads, _, states = nets.gradient(p, xs[at].reshape(ticks, 1, -1), s, dys)
        s = states[-1]
        for name in p:
            p[name] -= lr * np.clip(grads[name], -5, 5)
    xs, _, legal = streams(numbers, 1, test)
    ys, memory = nets.net.forward(p, xs.reshape(test, 1, -1))
    ys = ys.reshape(xs.shape)
    right = np.where(legal, ys, np.inf).min(-1) > np.where(legal, -np.inf, ys).max(-1)
    due = recalls(xs)
    c = np.abs(memory.states[:, 0, nets.H * seeds :]).reshape(test, seeds, -1)
    return right, due, c, nets.each


def main():
    stairs = [-1.0 - j for j in range(6)]  # 1997 starts its output gates shut, each further than the one before
    rows = []
    for what, kind, H, lr, loss, biases in (
        ("LSTM 1997, squared error", rnnkit.LSTM1997, 6, 0.5, squared, {"o": stairs}),
        ("LSTM 1997, cross-entropy", rnnkit.LSTM1997, 6, 0.1, cross_entropy, {"o": stairs}),
        (
            "LSTM with forget gate (rate not tuned), cross-entropy",
            rnnkit.LSTM,
            6,
            0.1,
            cross_entropy,
            {"o": stairs, "f": [1.0] * 6},
        ),
        ("simple network, squared error", rnnkit.Elman, 15, 0.1, squared, {}),
        ("simple network, cross-entropy", rnnkit.Elman, 15, 0.03, cross_entropy, {}),
    ):
        start = time.perf_counter()
        found, each = embedded(kind, H, lr, loss, biases=biases)
        solved = found[np.isfinite(found)]
        quartiles = " ".join(f"{q:,.0f}" for q in np.percentile(solved, (25, 50, 75))) if len(solved) else "none"
        rows.append(f"| {what}, rate {lr} | {each} | {len(solved)} of {len(found)} | {quartiles} |")
        print(rows[-1], f"{time.perf_counter() - start:.0f} s", flush=True)
    streams_of = []
    for what, kind, H, biases in (
        ("LSTM 1997", rnnkit.LSTM1997, 8, {"o": [-1.0] * 8}),
        ("LSTM 1997, more cells", rnnkit.LSTM1997, 10, {"o": [-1.0] * 10}),
        ("with forget gate, bias 0", rnnkit.LSTM, 8, {"o": [-1.0] * 8}),
        ("with forget gate, bias 1", rnnkit.LSTM, 8, {"o": [-1.0] * 8, "f": [1.0] * 8}),
    ):
        start = time.perf_counter()
        right, due, c, each = continual(kind, H, 0.05, biases=biases, windows=8000)
        recall = (right & due).sum(0) / due.sum(0)
        reach = np.median(c[-500:].max((0, 2)))
        streams_of.append(
            f"| {what}: {H} cells, {each} weights | {(recall > 0.99).sum()} of {len(recall)} | "
            f"{np.median(recall):.2f} | {reach:,.0f} |"
        )
        print(streams_of[-1], f"{time.perf_counter() - start:.0f} s", flush=True)
    text = [
        "# The Reber grammar, embedded and continual",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, "
        f"NumPy {np.__version__}. Command: `make bench`. Thirty seeds, each with strings and weights of its own. "
        "Weights start within ±0.2; one update a string, no momentum, the whole gradient.",
        "## Embedded",
        "Solved: all of 256 training and 256 other strings right at every symbol, looked at every 250 strings, within "
        "30,000. Output gates start at -1, -2, … -6. Quartiles over the seeds that solved it.",
        "\n".join(
            marked(
                "embedded",
                [
                    "| network | weights | solved | strings, of those: quartiles |",
                    "|---|---|---|---|",
                    *rows,
                ],
            )
        ),
        "## Continual",
        "8,000 updates, one each 40 symbols, rate 0.05, cross-entropy, each gradient entry within ±5; the state is "
        "never reset. Test: 3,000 symbols of another stream, from a zero state. A recall is a symbol at which the "
        "outer T or P must be said again. Over 99 %: seeds with more than that share of recalls right; recalls: the "
        "median share. Memory: greatest |c| of the last 500 symbols, median seed.",
        "\n".join(
            marked(
                "continual",
                [
                    "| network | seeds over 99 % | recalls right | largest memory |",
                    "|---|---|---|---|",
                    *streams_of,
                ],
            )
        ),
    ]
    (ROOT / "bench" / "results" / "09_reber.md").write_text("\n\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
