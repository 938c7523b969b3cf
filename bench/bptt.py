"""Time and memory of full, checkpointed and truncated BPTT as the sequence grows.

    python bench/bptt.py

An LSTM, batch 32, hidden 64, float32, one thread. Memory is the peak of what NumPy asked for above the inputs, by
tracemalloc; times are against full BPTT, measured in pairs.
"""

import math
import resource
import subprocess
import sys
import tracemalloc

import numpy as np
from _pairs import ratio, table, write

import rnnkit

LENGTHS = (64, 256, 1024, 4096)
B, D, H, WINDOW = 32, 16, 64, 32


def problem(T, D=D, H=H, B=B):
    rng = np.random.default_rng(0)
    net = rnnkit.Network(rnnkit.LSTM(D, H), rnnkit.Readout(H, 4))
    p = {name: value.astype(np.float32) for name, value in net.init(rng).items()}
    xs = rng.normal(size=(T, B, D)).astype(np.float32)
    return net, p, rnnkit.Batch(xs, rng.integers(0, 4, (T, B))), rnnkit.losses.softmax_cross_entropy


def peak(run):
    """Megabytes at the highest point of a run."""
    run()
    tracemalloc.start()
    run()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 1e6


def rows():
    for T in LENGTHS:
        args = problem(T)
        every = math.isqrt(T)
        ways = {
            "full": lambda args=args: rnnkit.bptt(*args),
            f"checkpointed, every {every}": lambda args=args, k=every: rnnkit.checkpointed_bptt(*args, k),
            f"truncated, k1 = k2 = {WINDOW}": lambda args=args: rnnkit.truncated_bptt(*args, WINDOW),
        }
        for name, way in ways.items():
            yield f"| {T:,} | {name} | {peak(way):.1f} | {ratio(way, ways['full']):.2f} |"


def large():
    """The size that must fit a small laptop, alone in a process: peak of the whole process in megabytes."""
    rnnkit.bptt(*problem(1000, H=256, B=32))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if "--large" in sys.argv:
        print(f"{large():.0f}")
    else:
        most = subprocess.run(
            [sys.executable, __file__, "--large"], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        write(
            "bptt",
            "Time and memory of backpropagation through time",
            f"LSTM, batch {B}, hidden {H}, float32, one thread.",
            "",
            *table("T", "way", "peak memory / MB", "time / time of full BPTT"),
            *rows(),
            "",
            f"1,000 ticks, batch 32, hidden 256, full BPTT: {most.strip()} MB for the whole process.",
        )
