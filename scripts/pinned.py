"""The pinned numeric environment: in it, every Linux x86-64 machine with AVX2 computes the same bytes.

    python scripts/pinned.py COMMAND ...      run a command in it

The variables stand in `pinned.env` alone; whoever needs them reads them here.
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

_FILE = Path(__file__).with_name("pinned.env")


def pinned() -> dict[str, str]:
    """The variables of `pinned.env`."""
    return dict(line.split("=", 1) for line in _FILE.read_text(encoding="utf-8").splitlines())


def why_not() -> str | None:
    """Why this machine cannot promise the same bytes, or None if it can."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return f"the same bytes need Linux on x86-64, this is {platform.system()} on {platform.machine()}"
    flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    if missing := {"avx2", "fma"} - set(flags):
        return f"the same bytes need a CPU with AVX2 and FMA, this one lacks {', '.join(sorted(missing))}"
    return None


if __name__ == "__main__":
    sys.exit(subprocess.run(sys.argv[1:], env=os.environ | pinned()).returncode)
