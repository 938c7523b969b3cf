"""From what length on does a parallel scan pay?

    python bench/scan.py

minGRU, batch 4, hidden 32, float32, one thread: the loop against the associative scan, which does more arithmetic in
fewer steps. NumPy runs forward and backward with the hand-written ways back, torch with autograd of the forward pass.
"""

import numpy as np
import torch
from _pairs import ratio, table, write

import rnnkit

LENGTHS = (64, 256, 1024, 4096, 16384)
B, D, H = 4, 32, 32


def rows():
    rng = np.random.default_rng(0)
    cell = rnnkit.MinGRU(D, H)
    p = {name: value.astype(np.float32) for name, value in cell.init(rng).items()}
    leaves = {name: torch.tensor(value, requires_grad=True) for name, value in p.items()}
    for T in LENGTHS:
        xs = rng.normal(size=(T, B, D)).astype(np.float32)
        dstates = rng.normal(size=(T, B, H)).astype(np.float32)
        txs, tds = torch.tensor(xs), torch.tensor(dstates)

        def numpy_way(scan, backscan, xs=xs, dstates=dstates):
            states, traces = scan(cell, p, xs)
            backscan(cell, p, xs, None, states, traces, dstates)

        def torch_way(scan, txs=txs, tds=tds):
            states, _ = scan(cell, leaves, txs)
            torch.autograd.grad((states * tds).sum(), list(leaves.values()))

        in_numpy = ratio(
            lambda way=numpy_way: way(rnnkit.scan, rnnkit.backscan),
            lambda way=numpy_way: way(rnnkit.parallel_scan, rnnkit.parallel_backscan),
        )
        in_torch = ratio(lambda way=torch_way: way(rnnkit.scan), lambda way=torch_way: way(rnnkit.parallel_scan))
        yield f"| {T:,} | {in_numpy:.2f} | {in_torch:.2f} |"


if __name__ == "__main__":
    torch.set_num_threads(1)
    write(
        "scan",
        "The parallel scan against the loop",
        f"minGRU, batch {B}, hidden {H}, float32, one thread, forward and backward. Times as fast as the loop:",
        "",
        *table("T", "NumPy", "torch"),
        *rows(),
    )
