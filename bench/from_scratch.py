"""What does the library's form of an LSTM gain over the form that is usually written from scratch?

    python bench/from_scratch.py

One thread, float32, forward and backward. The usual NumPy form holds its weight products and gradients inside the
loop; the usual torch form has a parameter for each gate and leaves the way back to autograd. All give the same
gradients, which is asserted before anything is timed.
"""

import sys

import numpy as np
import torch
from _pairs import everywhere, ratio, table, write

import rnnkit
import rnnkit.nn
from rnnkit.check import relative_error

SIZES = [(25, 1, 64, 100), (64, 32, 64, 128), (35, 20, 200, 200), (100, 64, 128, 256), (35, 20, 650, 650)]


def usual_numpy(p, xs, dhs):
    """An LSTM and its way back as it stands in many tutorials: one tick after the other, everything inside the loop."""

    def logistic(x):
        return 1 / (1 + np.exp(-x))

    T, B, _ = xs.shape
    H = len(p["W_h"])
    h, c = np.zeros((B, H), xs.dtype), np.zeros((B, H), xs.dtype)
    kept = []
    for x in xs:
        a = x @ p["W_x"] + h @ p["W_h"] + p["b"]
        i, f, g, o = (
            logistic(a[:, :H]),
            logistic(a[:, H : 2 * H]),
            np.tanh(a[:, 2 * H : 3 * H]),
            logistic(a[:, 3 * H :]),
        )
        before = h, c
        c = f * c + i * g
        m = np.tanh(c)
        h = o * m
        kept.append((x, *before, i, f, g, o, m))
    grads = {name: np.zeros_like(value) for name, value in p.items()}
    dxs = np.zeros_like(xs)
    dh_next, dc_next = np.zeros_like(h), np.zeros_like(c)
    for t in reversed(range(T)):
        x, h, c, i, f, g, o, m = kept[t]
        dh = dhs[t] + dh_next
        dc = dc_next + dh * o * (1 - m**2)
        da = np.hstack([dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2), dh * m * o * (1 - o)])
        grads["W_x"] += x.T @ da
        grads["W_h"] += h.T @ da
        grads["b"] += da.sum(0)
        dxs[t] = da @ p["W_x"].T
        dh_next, dc_next = da @ p["W_h"].T, dc * f
    return grads


def ours(cell, p, xs, dstates):
    states, traces = rnnkit.scan(cell, p, xs)
    return rnnkit.backscan(cell, p, xs, None, states, traces, dstates)[0]


class UsualTorch(torch.nn.Module):
    """A weight for each gate, a Python loop, autograd."""

    def __init__(self, p):
        super().__init__()
        H = len(p["W_h"])
        for k, gate in enumerate("ifgo"):
            for name, value in p.items():
                part = torch.tensor(value[..., k * H : (k + 1) * H])
                self.register_parameter(f"{name}_{gate}", torch.nn.Parameter(part))

    def forward(self, xs):
        h = c = xs.new_zeros(xs.shape[1], len(self.W_h_i))
        hs = []
        for x in xs:
            i = torch.sigmoid(x @ self.W_x_i + h @ self.W_h_i + self.b_i)
            f = torch.sigmoid(x @ self.W_x_f + h @ self.W_h_f + self.b_f)
            g = torch.tanh(x @ self.W_x_g + h @ self.W_h_g + self.b_g)
            o = torch.sigmoid(x @ self.W_x_o + h @ self.W_h_o + self.b_o)
            c = f * c + i * g
            h = o * torch.tanh(c)
            hs.append(h)
        return torch.stack(hs)


def trained(module, xs, dhs):
    """Forward, backward."""
    xs, dhs = torch.tensor(xs), torch.tensor(dhs)

    def run():
        module.zero_grad()
        hs = module(xs)
        ((hs if isinstance(hs, torch.Tensor) else hs[0]) * dhs).sum().backward()

    return run


def measure():
    rng = np.random.default_rng(0)
    for T, B, D, H in SIZES:
        cell = rnnkit.LSTM(D, H)
        p = {name: value.astype(np.float32) for name, value in cell.init(rng).items()}
        xs, dhs = (rng.normal(size=(T, B, n)).astype(np.float32) for n in (D, H))
        dstates = np.concatenate([dhs, np.zeros_like(dhs)], -1)
        mine, theirs = ours(cell, p, xs, dstates), usual_numpy(p, xs, dhs)
        assert all(relative_error(mine[name], theirs[name]) < 1e-4 for name in p)
        usual, wrapped = UsualTorch(p), rnnkit.nn.Recurrent(cell, 0)
        with torch.no_grad():
            for name, value in wrapped.named().items():
                value.copy_(torch.tensor(p[name]))
        trained(usual, xs, dhs)()
        got = torch.cat([getattr(usual, f"W_h_{gate}").grad for gate in "ifgo"], -1).numpy()
        assert relative_error(got, mine["W_h"]) < 1e-4
        in_numpy = ratio(lambda: usual_numpy(p, xs, dhs), lambda: ours(cell, p, xs, dstates))  # noqa: B023
        in_torch = ratio(trained(usual, xs, dhs), trained(wrapped, xs, dhs))
        print(f"| {T}×{B}×{D}×{H} | {in_numpy:.2f} | {in_torch:.2f} |", flush=True)


def main():
    lines = ["One thread, float32, forward and backward. Each figure says how many times as fast the library is."]
    for heading, found in everywhere(__file__):
        lines += [
            "",
            heading,
            "",
            *table("T×B×D×H", "`scan`, against the usual NumPy", "`nn.Recurrent`, against the usual torch"),
            *found,
        ]
    write("from_scratch", "An LSTM against the forms that are usually written from scratch", *lines)


if __name__ == "__main__":
    measure() if "--measure" in sys.argv else main()
