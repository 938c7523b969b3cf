"""How near do the hand-written cells come to the time of their own matrix products? And to torch's fused loops?

    python bench/cells.py

The whole table is measured again for each choice of kernels, on one thread and on two.
"""

import sys

import numpy as np
import torch
from _pairs import everywhere, ratio, table, write

import rnnkit

SIZES = [(64, 32, 64, 128), (35, 20, 200, 200), (100, 64, 128, 256), (25, 1, 64, 100)]
FUSED = {rnnkit.Elman: torch.nn.RNN, rnnkit.LSTM: torch.nn.LSTM, rnnkit.GRU: torch.nn.GRU}
CELLS = [
    *FUSED, rnnkit.LSTM1997, rnnkit.PeepholeLSTM, rnnkit.CoupledLSTM, rnnkit.GRU2014, rnnkit.LeakyElman,
    rnnkit.LayerNormElman, rnnkit.IndRNN, rnnkit.Jordan,
]  # fmt: skip


def whole(cell, p, xs, dstates):
    states, traces = rnnkit.scan(cell, p, xs)
    rnnkit.backscan(cell, p, xs, None, states, traces, dstates)


def products(cell, p, xs, dstates):
    """The matrix products of both ways, in their order and shapes, and nothing else."""
    T, B, D = xs.shape
    recurrent = p["W_h"].ndim == 2  # that of an IndRNN is a vector
    hs = np.ascontiguousarray(dstates[..., : cell.hidden_size])
    dys = np.ascontiguousarray(dstates[..., : cell.output_size])

    def run():
        das = xs @ p["W_x"]
        for t in range(T):
            if recurrent:
                hs[t] @ p["W_h"]
            if "W_y" in p:
                hs[t] @ p["W_y"]
        for t in range(T):
            if recurrent:
                das[t] @ p["W_h"].T
            if "W_y" in p:
                dys[t] @ p["W_y"].T
        flat = das.reshape(T * B, -1)
        xs.reshape(T * B, D).T @ flat
        if recurrent:
            hs.reshape(T * B, -1).T @ flat
        if "W_y" in p:
            hs.reshape(T * B, -1).T @ dys.reshape(T * B, -1)
        das @ p["W_x"].T

    return run


def fused(kind, size):
    """`nn.RNN` and its kin, forward and backward."""
    T, B, D, H = size
    rnn, xs, d = kind(D, H), torch.randn(T, B, D), torch.randn(T, B, H)

    def run():
        rnn.zero_grad()
        (rnn(xs)[0] * d).sum().backward()

    return run


def measure():
    rng = np.random.default_rng(0)
    for kind in CELLS:
        own, against = [], []
        for size in SIZES:
            T, B, D, H = size
            cell = rnnkit.Jordan(D, H, H, decay=0.5) if kind is rnnkit.Jordan else kind(D, H)
            p = {n: x.astype(np.float32) for n, x in cell.init(rng).items()}
            xs = rng.normal(size=(T, B, D)).astype(np.float32)
            args = cell, p, xs, rng.normal(size=(T, B, cell.state_size)).astype(np.float32)
            ours = lambda args=args: whole(*args)  # noqa: E731
            own.append(f"{ratio(ours, products(*args)):.2f}")
            against.append(f"{ratio(fused(FUSED[kind], size), ours):.2f}" if kind in FUSED else "–")
        print(f"| {' | '.join([kind.__name__, *own, *against])} |", flush=True)


def main():
    sizes = ["×".join(map(str, size)) for size in SIZES]
    lines = [
        f"Forward and backward, float32, T×B×D×H of {', '.join(sizes)}.",
        "Four columns: time over the time of the cell's own matrix products, low is good; 1 is a cell that costs",
        "nothing else, and an IndRNN has none inside the loop. Four more: speed over that of `nn.RNN`, `nn.LSTM` or",
        "`nn.GRU`, high is good.",
    ]
    for heading, rows in everywhere(__file__, threads=(1, 2)):
        heads = table("cell", *[f"own, {size}" for size in sizes], *[f"torch, {size}" for size in sizes])
        lines += ["", heading, "", *heads, *rows]
    write("cells", "Cells against their own matrix products, and against torch", *lines)


if __name__ == "__main__":
    measure() if "--measure" in sys.argv else main()
