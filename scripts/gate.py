"""What a chapter must be before its outputs are worth comparing.

    python scripts/gate.py [NOTEBOOK ...]      default: every chapter

nbval compares the outputs that a notebook holds; it passes a notebook that was never executed. This gate does not.
"""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
from execute import CELL_KEYS, CHAPTERS, KERNELSPEC, RUNTIMES

ROOT = CHAPTERS.parent
LONGEST = 60  # seconds that a chapter may run
MACHINE = re.compile(r"0x[0-9a-f]{6,}|/(home|root|Users)/|[A-Z]:\\|site-packages")


def course_packages():
    """The distributions that chapters may import: the base and the `course` extra of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["course"] + [project["name"]]
    return {re.split(r"[<>=!~\[; ]", line)[0].lower() for line in wanted}


def imports(tree):
    """The top-level names that a piece of code imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def cell_complaints(cell, number):
    """What is wrong with one code cell that should be the `number`-th to have run."""
    tags = cell.metadata.get("tags", [])
    if cell.execution_count != number:
        yield f"its execution count is {cell.execution_count}, not {number}"
    if extra := set(cell.metadata) - CELL_KEYS:
        yield f"it holds the metadata {sorted(extra)}"
    for output in cell.outputs:
        if output.output_type == "error" and "raises-exception" not in tags:
            yield f"it ends in {output.ename} and has no tag raises-exception"
        if output.get("name") == "stderr":
            yield "it writes to stderr"
        pictures = [kind for kind in output.get("data", {}) if kind.startswith("image/")]
        if set(pictures) - {"image/svg+xml"}:
            yield f"its figure is {pictures[0]}; only SVG is compared"
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if pictures and len(alt) < 20:
            yield "its figure has no alternative text of 20 characters (metadata mystnb.image.alt)"
        texts = [str(text) for kind, text in output.get("data", {}).items() if kind not in pictures]
        texts += [output.get("text", ""), *output.get("traceback", [])]
        if found := MACHINE.search("\n".join(texts)):
            yield f"its output shows the machine: {found[0]!r}"


def complaints(path, seconds=None):
    """All that is wrong with the notebook at `path`, which is recorded to run for `seconds`."""
    nb = nbformat.read(path, as_version=4)
    if nb.metadata.get("kernelspec") != KERNELSPEC or nb.metadata.get("language_info") != {"name": "python"}:
        yield "its kernelspec is not the one that scripts/execute.py writes"
    code = [cell for cell in nb.cells if cell.cell_type == "code"]
    owners, course, asserted = packages_distributions(), course_packages(), False
    for number, cell in enumerate(code, 1):
        for complaint in cell_complaints(cell, number):
            yield f"code cell {number}: {complaint}"
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:
            yield f"code cell {number}: it is not plain Python"
            continue
        asserted |= any(isinstance(node, ast.Assert) for node in ast.walk(tree))
        for name in set(imports(tree)) - sys.stdlib_module_names:
            if not {owner.lower() for owner in owners.get(name, [])} & course:
                yield f"code cell {number}: it imports {name}, which is not a package of the course"
    if not asserted:
        yield "it asserts nothing"
    header = "\n".join(cell.source for cell in nb.cells[:3] if cell.cell_type == "markdown")
    printed = re.search(r"about (\d+)\s*s\b", header)
    if seconds is None:
        yield "no run time is recorded for it; run scripts/execute.py"
    elif not printed:
        yield f'its header does not say "about {seconds} s"'
    elif abs(int(printed[1]) - seconds) > max(2, seconds / 3):
        yield f"its header says about {printed[1]} s, recorded are {seconds} s"
    elif seconds >= LONGEST:
        yield f"it runs for {seconds} s; {LONGEST} s are too long"


def main(paths):
    times = json.loads(RUNTIMES.read_text(encoding="utf-8")) if RUNTIMES.exists() else {}
    found = 0
    for path in map(Path, paths or sorted(CHAPTERS.glob("*.ipynb"))):
        for complaint in complaints(path, times.get(path.stem)):
            print(f"{path.name}: {complaint}")
            found += 1
    return found > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
