"""What gradients through time cost: BPTT, checkpointing, RTRL, by the length of the sequence and the size of the net.

    python bench/05_costs.py

An Elman network, batch 1, float64, one thread. Time is the least of several runs; memory is the peak of what NumPy
asked for, by tracemalloc. Each is fitted by a power of T or H, the slope of a straight line on logarithmic axes: it is
printed with its standard error, beside the power that the algorithm promises.
"""

import math
import time
import tracemalloc
from functools import partial
from pathlib import Path

import numpy as np
from _pairs import machine
from _report import marked
from scipy.stats import linregress

import rnnkit
from rnnkit.losses import squared_error

RESULT = Path(__file__).parent / "results" / "05_costs.md"
LENGTHS, SIZES = (128, 256, 512, 1024, 2048), (32, 64, 96, 128, 192)
PROMISED = {
    ("BPTT", "time"): "$TH^2$",
    ("BPTT", "memory"): "$TH$",
    ("checkpointed", "time"): "$TH^2$",
    ("checkpointed", "memory"): r"$\sqrt T H$",
    ("RTRL", "time"): "$TH^4$",
    ("RTRL", "memory"): "$H^3$",
}


def problem(T, H):
    rng = np.random.default_rng(0)
    net = rnnkit.Network(rnnkit.Elman(4, H), rnnkit.Readout(H, 2))
    batch = rnnkit.Batch(rng.normal(size=(T, 1, 4)), rng.normal(size=(T, 1, 2)))
    return net, net.init(rng), batch, squared_error


def ways(T, H):
    args = problem(T, H)
    return {
        "BPTT": partial(rnnkit.bptt, *args),
        "checkpointed": partial(rnnkit.checkpointed_bptt, *args, math.isqrt(T)),
        "RTRL": partial(rnnkit.rtrl, *args),
    }


def seconds(run, least=0.3):
    run()
    times, end = [], time.perf_counter() + least
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def megabytes(run):
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def exponent(sizes, costs):
    fit = linregress(np.log(sizes), np.log(costs))
    return f"{fit.slope:.2f} ± {fit.stderr:.2f}"


def measured():
    """(way, what, costs by T, costs by H)."""
    for name in ("BPTT", "checkpointed", "RTRL"):
        by_T = [ways(T, 16)[name] for T in LENGTHS]
        by_H = [ways(32, H)[name] for H in SIZES]
        yield name, "time", [seconds(run) * 1e3 for run in by_T], [seconds(run) * 1e3 for run in by_H]
        yield name, "memory", [megabytes(run) for run in by_T], [megabytes(run) for run in by_H]


def main():
    found = list(measured())
    lines = [
        "# What gradients through time cost",
        "",
        machine(),
        "",
        f"Elman, batch 1, float64, one thread. T from {LENGTHS[0]} to {LENGTHS[-1]} at H = 16; H from {SIZES[0]} to "
        f"{SIZES[-1]} at T = 32.",
        "",
        *marked(
            "costs",
            [
                "| cost | promised | power of T | power of H |",
                "|---|---|---|---|",
                *(
                    f"| {name}, {what} | {PROMISED[name, what]} | {exponent(LENGTHS, T)} | {exponent(SIZES, H)} |"
                    for name, what, T, H in found
                ),
            ],
        ),
        "",
        f"At T = {LENGTHS[-1]}, H = 16:",
        "",
        *marked(
            "prices",
            [
                "| way | ms | MB |",
                "|---|---|---|",
                *(
                    f"| {name} | {ms[-1]:.2f} | {mb[-1]:.2f} |"
                    for (name, _, ms, _), (_, _, mb, _) in zip(found[::2], found[1::2], strict=True)
                ),
            ],
        ),
        "",
        f"In milliseconds and megabytes, at T of {', '.join(map(str, LENGTHS))}:",
        "",
        *(f"- {name}, {what}: {', '.join(f'{cost:.2f}' for cost in T)}" for name, what, T, _ in found),
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
