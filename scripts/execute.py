"""Execute chapters in place: the only way a stored output may come about.

    python scripts/execute.py                      every chapter
    python scripts/execute.py chapters/02-*.ipynb  some notebooks
    python scripts/execute.py --check              execute, write nothing, and say where the bytes differ
    python scripts/execute.py --check --emulate    the same on an emulated older CPU (Haswell, by qemu-x86_64)

A run is a function of the notebook's sources, the locked packages and `pinned.env`: repeating it changes no byte. The
times that chapters took are kept apart, in `chapters/runtimes.json`; a recorded time stands until a run departs from it
by a third (and two seconds).
"""

import argparse
import difflib
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from pinned import pinned, why_not

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
RUNTIMES = CHAPTERS / "runtimes.json"
# Haswell, less the features that qemu cannot emulate and no arithmetic uses.
EMULATOR = ["qemu-x86_64", "-cpu", "Haswell-noTSX,-pcid,-x2apic,-tsc-deadline,-invpcid"]
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
NOTEBOOK_KEYS = {"mystnb", "myst", "html_meta"}  # metadata that authors write; everything else is an editor's
CELL_KEYS = {"mystnb", "tags"}


class ThisInterpreter(KernelSpecManager):
    """Knows one kernel, the interpreter that runs this script, whatever kernelspecs the machine has."""

    def __init__(self, prefix=()):
        super().__init__()
        self.prefix = list(prefix)

    def get_kernel_spec(self, kernel_name):
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--log-level=ERROR"]
        return KernelSpec(argv=[*self.prefix, *argv], display_name="Python 3", language="python")


def tidy(nb):
    """Keep the metadata that authors write and drop what editors leave."""
    nb.nbformat, nb.nbformat_minor = 4, 5
    nb.metadata = {key: value for key, value in nb.metadata.items() if key in NOTEBOOK_KEYS}
    nb.metadata |= {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    for number, cell in enumerate(nb.cells, 1):
        cell.setdefault("id", f"cell-{number}")
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in CELL_KEYS and value}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.from_dict(nb)


def execute(path, emulate=False):
    """Execute the notebook at `path` beside its file; return its new text and the seconds it took."""
    nb = tidy(nbformat.read(path, as_version=4))
    kernel = ThisInterpreter(EMULATOR if emulate else ())
    client = NotebookClient(
        nb,
        km=AsyncKernelManager(kernel_name="python3", kernel_spec_manager=kernel),
        timeout=None if emulate else 300,
        startup_timeout=600,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    with tempfile.TemporaryDirectory() as profile:  # nobody's IPython settings reach a chapter
        start = time.perf_counter()
        client.execute(cleanup_kc=True, env=os.environ | pinned() | {"IPYTHONDIR": profile})
        seconds = time.perf_counter() - start
    nb.metadata["language_info"] = {"name": "python"}
    return nbformat.writes(nb) + "\n", seconds


def record(path, seconds):
    """Note a chapter's time, unless the noted one still tells the truth."""
    times = json.loads(RUNTIMES.read_text(encoding="utf-8")) if RUNTIMES.exists() else {}
    known = times.get(path.stem)
    if known is None or abs(seconds - known) > max(2, known / 3):
        times[path.stem] = max(1, round(seconds))
        RUNTIMES.write_text(json.dumps(times, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def difference(old, new, lines=40):
    """The first lines in which two texts differ, each cut to a readable width."""
    found = list(difflib.unified_diff(old.splitlines(), new.splitlines(), "stored", "executed", lineterm="", n=2))
    rest = [f"... and {len(found) - lines} more lines"] if len(found) > lines else []
    return "\n".join([line[:160] for line in found[:lines]] + rest)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: every chapter")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a byte would change")
    parser.add_argument("--emulate", action="store_true", help="the same on an emulated Haswell CPU")
    options = parser.parse_args(arguments)
    check = options.check or options.emulate
    if options.emulate and not shutil.which(EMULATOR[0]):
        sys.exit(f"{EMULATOR[0]} is missing: install it (Debian, Ubuntu: apt-get install qemu-user)")
    if reason := why_not():
        print(f"{reason}: the tests may find other last digits than those stored here", file=sys.stderr)
    failed = False
    for path in options.notebooks or sorted(CHAPTERS.glob("*.ipynb")):
        path = path.resolve()
        try:
            text, seconds = execute(path, options.emulate)
        except CellExecutionError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
            failed = True
            continue
        stored = path.read_text(encoding="utf-8")
        print(f"{path.name}: {seconds:.1f} s, {'the same bytes' if text == stored else 'changed'}", flush=True)
        if check and text != stored:
            print(difference(stored, text))
            failed = True
        elif not check:
            path.write_text(text, encoding="utf-8", newline="\n")
            if path.parent == CHAPTERS:
                record(path, seconds)
    return failed


if __name__ == "__main__":
    sys.exit(main())
