"""Two things timed in turn, in one process: the ratio holds where seconds do not."""

import datetime
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import torch
from _report import RESULTS

AVX2 = {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL", "ONEDNN_MAX_CPU_ISA": "AVX2"}
SETTINGS = [
    ("each library's own choice of kernels, one thread", {}, 1),
    ("each library's own choice of kernels, two threads", {}, 2),
    ("AVX-512 for all, one thread", {"OPENBLAS_CORETYPE": "SkylakeX"}, 1),
    ("AVX2 for NumPy and oneDNN as in the tests, one thread", AVX2, 1),
]


def ratio(a, b, seconds=1.5, least=7, clock=time.perf_counter):
    """Median time of `a` over time of `b`, in `least` pairs or more, after one warm-up each."""
    a(), b()
    ratios, end = [], clock() + seconds
    while len(ratios) < least or clock() < end:
        start = clock()
        a()
        middle = clock()
        b()
        ratios.append((middle - start) / (clock() - middle))
    return float(np.median(ratios))


def machine():
    """The processor and the versions that a figure depends on."""
    info = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
    return (
        f"{datetime.date.today()}, {model[1] if model else platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}, NumPy {np.__version__}, torch {torch.__version__}. Command: `make bench`."
    )


def write(name, title, *lines):
    """Write `results/NAME.md` and show it."""
    text = "\n".join([f"# {title}", "", machine(), "", *lines]) + "\n"
    (RESULTS / f"{name}.md").write_text(text, encoding="utf-8")
    print(text)


def table(*heads):
    """The two lines that begin a table of Markdown."""
    return [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]


def everywhere(script, threads=(1,)):
    """What `python SCRIPT --measure` prints in each setting that this machine has: (heading, lines)."""
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split() if Path("/proc/cpuinfo").exists() else []
    kept = {name: value for name, value in os.environ.items() if name not in AVX2}
    for heading, variables, count in SETTINGS:
        if count not in threads or ("512" in heading and "avx512f" not in flags):
            continue
        counts = {f"{library}_NUM_THREADS": str(count) for library in ("OPENBLAS", "OMP", "MKL")}
        command = [sys.executable, script, "--measure"]  # libraries choose their kernels when they are loaded
        run = subprocess.run(command, env=kept | counts | variables, check=True, stdout=subprocess.PIPE, text=True)
        yield f"## {heading[0].upper()}{heading[1:]}", run.stdout.splitlines()
