"""The adding problem at lags of 200 and 1,000: IndRNN against tanh, IRNN and LSTM, networks side by side.

Writes bench/results/08_indrnn.md.
"""

import datetime
import platform
import time
from functools import partial
from pathlib import Path

import numpy as np
from _report import marked

import rnnkit
from rnnkit.arrays import sigmoid

ROOT = Path(__file__).resolve().parent.parent
BATCH, EVERY = 16, 100
LENGTH, SHORT = 1000, 200
UPDATES = {SHORT: 2000, LENGTH: 4000}
RATES = (0.001, 0.003, 0.01)
TUNING, SEEDS = (100, 101), (0, 1, 2)


def flushed(back, t):
    """Every tenth tick what has vanished becomes 0, in place: with numbers below 1e-38 a processor is slow."""
    if t % 10 == 0:
        back[np.abs(back) < 1e-25] = 0
    return back


class Tanh:
    """The recurrences, forward and back, of K networks at once: drives (T, K, B, G·H), weights (K, ...)."""

    gates, f, slope = 1, staticmethod(np.tanh), staticmethod(lambda h: 1 - h * h)

    def forward(self, W, a):
        hs = np.empty_like(a)
        h = np.zeros_like(a[0])
        for t in range(len(a)):
            h = hs[t] = self.f(a[t] + h @ W)
        return hs, None

    def backward(self, W, hs, _, dhs):
        das, back, Wt = np.empty_like(hs), np.zeros_like(hs[0]), W.swapaxes(1, 2).copy()
        for t in reversed(range(len(hs))):
            das[t] = (dhs[t] + back) * self.slope(hs[t])
            back = flushed(das[t] @ Wt, t)
        return das

    def recurrent(self, before, das):
        return product(before, das)


class ReLU(Tanh):
    f, slope = staticmethod(lambda a: np.maximum(a, 0)), staticmethod(lambda h: h > 0)


class Independent(ReLU):
    def forward(self, w, a):
        hs = np.empty_like(a)
        h = np.zeros_like(a[0])
        for t in range(len(a)):
            np.multiply(h, w, out=hs[t])
            hs[t] += a[t]
            h = np.maximum(hs[t], 0, out=hs[t])
        return hs, None

    def backward(self, w, hs, _, dhs):
        das, back = np.empty_like(hs), np.zeros_like(hs[0])
        for t in reversed(range(len(hs))):
            back += dhs[t]
            np.multiply(back, hs[t] > 0, out=das[t])
            np.multiply(das[t], w, out=back)
            flushed(back, t)
        return das

    def recurrent(self, before, das):
        return np.einsum("tkbh,tkbh->kh", before, das)[:, None]


class LSTM(Tanh):
    gates = 4

    def forward(self, W, a):
        H = W.shape[1]
        hs, kept = np.empty((*a.shape[:3], H), a.dtype), []
        h = c = np.zeros_like(hs[0])
        for t in range(len(a)):
            z = a[t] + h @ W
            s = sigmoid(z)
            i, f, o, g = s[..., :H], s[..., H : 2 * H], s[..., 3 * H :], np.tanh(z[..., 2 * H : 3 * H])
            old, c = c, f * c + i * g
            m = np.tanh(c)
            h = hs[t] = o * m
            kept.append((i, f, g, o, old, m))
        return hs, kept

    def backward(self, W, hs, kept, dhs):
        H = W.shape[1]
        das = np.empty((*hs.shape[:3], 4 * H), hs.dtype)
        back, dc, Wt = np.zeros_like(hs[0]), np.zeros_like(hs[0]), W.swapaxes(1, 2).copy()
        for t in reversed(range(len(hs))):
            i, f, g, o, old, m = kept[t]
            dh = dhs[t] + back
            do = dh * o
            dc = dc + do * (1 - m * m)
            di, df = dc * i, dc * f
            da = das[t]
            da[..., :H] = di * (g - g * i)
            da[..., H : 2 * H] = df * (old - old * f)
            da[..., 2 * H : 3 * H] = di - di * g * g
            da[..., 3 * H :] = do * (m - m * o)
            back, dc = flushed(da @ Wt, t), flushed(df, t)
        return das


def product(left, right):
    """Sum over ticks and sequences of outer products, for each network: (T, K, B, I), (T, K, B, J) to (K, I, J)."""
    T, K, B, _ = left.shape
    left, right = (x.transpose(1, 0, 2, 3).reshape(K, T * B, -1) for x in (left, right))
    return left.swapaxes(1, 2) @ right


CELLS = {Tanh: rnnkit.Elman, ReLU: partial(rnnkit.Elman, activation="relu"), Independent: rnnkit.IndRNN}
CELLS[LSTM] = rnnkit.LSTM


class SideBySide:
    """K networks with the same cell, layer upon layer, and a read-out at the last tick."""

    def __init__(self, kind, H, layers, start, bound=True):
        self.kind, self.H, self.layers, self.start, self.bound = kind, H, layers, start, bound
        cells = [CELLS[kind](2 if n == 0 else H, H) for n in range(layers)]
        self.one = rnnkit.Network(rnnkit.Stack(cells) if layers > 1 else cells[0], rnnkit.Readout(H, 1))

    def name(self, n, part):
        return f"{n + 1}.{part}" if self.layers > 1 else part

    def init(self, seeds, length):
        """Every seed draws its own weights, as the library does, then the start is set."""
        drawn = []
        for seed in seeds:
            rng = np.random.default_rng(seed)
            drawn.append(self.start(self.one.init(rng), rng, length))
        p = {n: np.stack([d[n] for d in drawn]).astype(np.float32) for n in drawn[0]}
        return {n: x if x.ndim == 3 else x[:, None] for n, x in p.items()}

    def gradient(self, p, xs, targets):
        """Squared error of each network (K,) and the gradients; targets (K, B)."""
        seen, below = [], xs
        for n in range(self.layers):
            a = below @ p[self.name(n, "W_x")] + p[self.name(n, "b")]
            hs, kept = self.kind().forward(p[self.name(n, "W_h")], a)
            seen.append((below, hs, kept))
            below = hs
        ys = (below[-1] @ p["W_y"] + p["b_y"])[..., 0]
        error = ys - targets
        dy = (2 / error.shape[1] * error)[..., None]
        grads = {"W_y": below[-1].swapaxes(1, 2) @ dy, "b_y": dy.sum(1, keepdims=True)}
        dhs = np.zeros_like(below)
        dhs[-1] = dy @ p["W_y"].swapaxes(1, 2)
        for n in reversed(range(self.layers)):
            below, hs, kept = seen[n]
            das = self.kind().backward(p[self.name(n, "W_h")], hs, kept, dhs)
            before = np.concatenate([np.zeros_like(hs[:1]), hs[:-1]])
            grads[self.name(n, "W_h")] = self.kind().recurrent(before, das)
            grads[self.name(n, "W_x")] = product(below, das)
            grads[self.name(n, "b")] = das.sum((0, 2))[:, None]
            if n:
                dhs = das @ p[self.name(n, "W_x")].swapaxes(1, 2)
        return error, grads

    def test(self, p, length, count=256):
        """Absolute errors of each network (K, count) on fresh sequences."""
        rngs = [np.random.default_rng([seed, 2]) for seed in range(len(p["b_y"]))]
        errors = []
        for _ in range(count // 64):
            xs, targets = sequences(rngs, length, 64)
            with np.errstate(over="ignore", invalid="ignore"):
                errors.append(self.gradient(p, xs, targets)[0])
        return np.nan_to_num(np.abs(np.concatenate(errors, 1)), nan=1e3)

    def project(self, p, length):
        """The bound of IndRNN: no gradient more than doubles on its way."""
        if self.kind is Independent and self.bound:
            most = 2 ** (1 / length)
            for n in range(self.layers):
                p[self.name(n, "W_h")].clip(-most, most, out=p[self.name(n, "W_h")])

    def train(self, seeds, rates, length, updates, report=None):
        """Adam, gradients clipped to length 1, a rate for each; mean squared errors of every `EVERY` updates."""
        p = self.init(seeds, length)
        rngs = [np.random.default_rng([seed, 1]) for seed in seeds]
        rate = np.array(rates, np.float32)[:, None, None]
        m, q = ({n: np.zeros_like(x) for n, x in p.items()} for _ in range(2))
        course, window = [], []
        for update in range(1, updates + 1):
            xs, targets = sequences(rngs, length, BATCH)
            with np.errstate(over="ignore", invalid="ignore"):
                error, grads = self.gradient(p, xs, targets)
                size = np.sqrt(sum((g * g).sum((1, 2), keepdims=True) for g in grads.values()))
                fine = np.isfinite(size)
                shrink = np.where(fine, 1 / np.maximum(size, 1), 0)
            for n in p:
                g = np.where(fine, grads[n], 0) * shrink
                m[n] = 0.9 * m[n] + 0.1 * g
                q[n] = 0.999 * q[n] + 0.001 * g * g
                step = m[n] / (1 - 0.9**update) / (np.sqrt(q[n] / (1 - 0.999**update)) + 1e-8)
                p[n] = (p[n] - rate * step).astype(np.float32)
            self.project(p, length)
            window.append((np.nan_to_num(np.abs(error), nan=1e3).clip(0, 1e3) ** 2).mean(1))
            if update % EVERY == 0:
                course.append(np.mean(window, 0))
                window = []
                if report:
                    report(update, course[-1])
        return p, np.array(course)


def sequences(rngs, length, count):
    """Adding problems, as in rnnkit.data: (T, K, B, 2) and (K, B), one generator for each network."""
    xs = np.zeros((length, len(rngs), count, 2), np.float32)
    for k, rng in enumerate(rngs):
        xs[:, k, :, 0] = rng.random((length, count), np.float32)
        for low, high in ((0, length // 2), (length // 2, length)):
            xs[rng.integers(low, high, count), k, np.arange(count), 1] = 1
    return xs, (xs[..., 0] * xs[..., 1]).sum(0)


def usual(p, rng, length):
    return p


def identity(p, rng, length):
    return rnnkit.starts.identity(p)


def slow(p, rng, length):
    """The upper layer's memories halve or double in `length` ticks at most, and take in little at a time."""
    H = len(p["2.W_h"])
    return p | {"2.W_h": 2 ** (rng.uniform(-1, 1, H) / length), "2.W_x": p["2.W_x"] / length**0.5, "2.b": 0 * p["2.b"]}


def open_gates(p, rng, length):
    """Forget gates start at a mean of 1 - 1/length."""
    H = len(p["W_h"])
    p["b"][H : 2 * H] += np.log(length) - 1
    return p


NETWORKS = {
    "tanh": SideBySide(Tanh, 34, 1, usual),
    "IRNN": SideBySide(ReLU, 34, 1, identity),
    "LSTM, $b_f = \\ln T$": SideBySide(LSTM, 16, 1, open_gates),
    "IndRNN, 0 to 1": SideBySide(Independent, 32, 2, usual),
    "IndRNN, slow": SideBySide(Independent, 32, 2, slow),
    "the same, no bound": SideBySide(Independent, 32, 2, slow, bound=False),
}
LONG = ("tanh", "LSTM, $b_f = \\ln T$", "IndRNN, slow")


def check():
    """The arithmetic is the library's: losses and gradients of one network, to float32."""
    for nets in NETWORKS.values():
        p = nets.init((0, 1), 20)
        xs, targets = sequences([np.random.default_rng(s) for s in (0, 1)], 20, 4)
        error, grads = nets.gradient(p, xs, targets)
        for k in (0, 1):
            shapes = nets.one.shapes
            one = {n: p[n][k].reshape(shapes[n]) for n in shapes}
            wanted = np.zeros((20, 4, 1), np.float32)
            wanted[-1, :, 0] = targets[k]
            mask = np.zeros((20, 4), bool)
            mask[-1] = True
            batch = rnnkit.Batch(np.ascontiguousarray(xs[:, k]), wanted, mask)
            value, g, _ = rnnkit.bptt(nets.one, one, batch, rnnkit.losses.squared_error)
            assert np.isclose(value, (error[k] ** 2).mean(), rtol=1e-4)
            for n in shapes:
                assert np.allclose(g[n], grads[n][k].reshape(shapes[n]), rtol=1e-3, atol=1e-4), n


def study(name, length, report=None):
    """Choose a rate at the short lag on two other seeds, then train at `length`; a row of the table."""
    nets = NETWORKS[name]
    pairs = [(rate, seed) for rate in RATES for seed in TUNING]
    _, course = nets.train([s for _, s in pairs], [r for r, _ in pairs], SHORT, 500)
    rate = RATES[course[-1].reshape(len(RATES), -1).mean(1).argmin()]
    p, course = nets.train(SEEDS, [rate] * len(SEEDS), length, UPDATES[length], report)
    errors = nets.test(p, length)
    squared = " ".join(f"{e:.3f}" if e < 10 else "lost" for e in (errors**2).mean(1))
    return f"| {name} | {nets.one.size}, {rate} | {squared} |"


def table(name, rows):
    head = ["| network | weights, rate | squared error, each seed |", "|---|---|---|"]
    return "\n".join(marked(name, [*head, *rows]))


def write(short, long):
    text = [
        "# Adding two numbers that stand far apart",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, "
        f"NumPy {np.__version__}. Command: `make bench`. Updates of {BATCH} fresh sequences, Adam, gradients clipped "
        "to length 1, float32. Three seeds. The rate is the best of "
        f"{', '.join(map(str, RATES))} for two other seeds at {SHORT} ticks and 500 updates. Saying 1 always has a "
        "squared error of 1/6 = .167. Squared error on 256 new sequences; above 10 it is *lost*.",
        f"## {SHORT} ticks, {UPDATES[SHORT]:,} updates",
        table("short", short),
        f"## {LENGTH:,} ticks, {UPDATES[LENGTH]:,} updates",
        table("long", long),
    ]
    (ROOT / "bench" / "results" / "08_indrnn.md").write_text("\n\n".join(text) + "\n", encoding="utf-8")


def main():
    check()
    rows = {SHORT: [], LENGTH: []}
    for length, names in ((SHORT, NETWORKS), (LENGTH, LONG)):
        for name in names:
            start = time.perf_counter()
            rows[length].append(study(name, length))
            print(length, rows[length][-1], f"{time.perf_counter() - start:.0f} s", flush=True)
    write(*rows.values())


if __name__ == "__main__":
    main()
