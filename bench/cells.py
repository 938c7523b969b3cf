"""How near do the hand-written cells come to the time of their own matrix products?  And to torch's fused loop?

    python bench/cells.py

Every figure is a ratio of two things timed in turn in one process, the median of many pairs, on one thread.
"""

import datetime
import os
import platform
import time
from pathlib import Path

import numpy as np
import torch

import rnnkit

SIZES = [(64, 32, 64, 128), (35, 20, 200, 200), (100, 64, 128, 256), (25, 1, 64, 100)]
RESULT = Path(__file__).parent / "results" / "cells.md"


def whole(cell, p, xs, dstates):
    states, traces = rnnkit.scan(cell, p, xs)
    rnnkit.backscan(cell, p, xs, None, states, traces, dstates)


def products(cell, p, xs, dstates):
    """The same matrix products in the same order and shapes, and nothing else."""
    T, B, D = xs.shape
    das = xs @ p["W_x"]
    hs = dstates[..., : p["W_h"].shape[0]]
    for h in hs:
        h @ p["W_h"]
    for da in das:
        da @ p["W_h"].T
    flat = das.reshape(T * B, -1)
    xs.reshape(T * B, D).T @ flat
    hs.reshape(T * B, -1).T @ flat
    das @ p["W_x"].T
    if "W_y" in p:
        dy = dstates[..., : cell.output_size]
        for h, y in zip(das, dy, strict=True):
            h @ p["W_y"]
            y @ p["W_y"].T
        flat.T @ dy.reshape(T * B, -1)


def fused(size):
    """`nn.RNN`, forward and backward, of the same size."""
    T, B, D, H = size
    rnn, xs, d = torch.nn.RNN(D, H), torch.randn(T, B, D), torch.randn(T, B, H)

    def run():
        rnn.zero_grad()
        (rnn(xs)[0] * d).sum().backward()

    return run


def ratio(a, b, seconds=3.0):
    """Median time of `a` over time of `b`, in pairs, after one warm-up each."""
    a(), b()
    ratios, end = [], time.perf_counter() + seconds
    while len(ratios) < 9 or time.perf_counter() < end:
        start = time.perf_counter()
        a()
        middle = time.perf_counter()
        b()
        ratios.append((middle - start) / (time.perf_counter() - middle))
    return float(np.median(ratios))


def rows():
    rng = np.random.default_rng(0)
    for size in SIZES:
        T, B, D, H = size
        for cell in (rnnkit.Elman(D, H), rnnkit.Jordan(D, H, H, decay=0.5)):
            p = {n: x.astype(np.float32) for n, x in cell.init(rng).items()}
            xs = rng.normal(size=(T, B, D)).astype(np.float32)
            args = cell, p, xs, rng.normal(size=(T, B, cell.state_size)).astype(np.float32)
            own = ratio(lambda args=args: whole(*args), lambda args=args: products(*args))
            torch_ = ratio(fused(size), lambda args=args: whole(*args)) if isinstance(cell, rnnkit.Elman) else None
            size_ = "×".join(map(str, size))
            yield f"| {type(cell).__name__} | {size_} | {own:.2f} | {f'{torch_:.2f}' if torch_ else '–'} |"


def main():
    torch.set_num_threads(1)
    lines = [
        "# Cells against their own matrix products",
        "",
        f"{datetime.date.today()}, {platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, "
        f"torch {torch.__version__}, OpenBLAS kernel {os.environ.get('OPENBLAS_CORETYPE', 'default')}, "
        "one thread, float32, forward and backward. Command: `make bench`.",
        "",
        "| cell | T×B×D×H | time / time of its own matrix products | speed / speed of `nn.RNN` |",
        "|---|---|---|---|",
        *rows(),
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
