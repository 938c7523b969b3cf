"""Technical English: the documentation strings of a package, read from its source."""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from rnnkit.arrays import check_choice
from rnnkit.data.card import Card
from rnnkit.data.packages import folder
from rnnkit.data.record import Dataset, Record

PACKAGES = ("numpy", "scipy", "scikit-learn", "statsmodels")
BREAK = "\n\n\n"  # between two documentation strings
GENERATED = ("__config__.py", "version.py", "_version.py")  # differ from build to build

CARD = Card(
    name="docstrings",
    what="the documentation strings of a package: technical English with headings, code and examples",
    source="Source files of the package, parsed without importing them, tests left out; modules in the order of their "
    "paths, strings in the order of the source, indentation removed, each different string once.",
    licence="BSD-3-Clause (NumPy, SciPy, scikit-learn, statsmodels).",
    size="Characters: numpy 1,648,737; scipy 4,999,399; scikit-learn 3,267,256; statsmodels 3,098,099.",
    splits="Fixed, by the SHA-256 of the module's path: whole modules stand in train, valid or test, about a "
    "tenth of the modules in each of the latter two. numpy: 1,310,132, 260,451 and 78,154 characters.",
    best="Unknown.",
    citation="The packages' contributors; see each package's own citation.",
    packages=PACKAGES,
)


def clean(text: str) -> str:
    """Remove the indentation that all lines but the first share, and blank ends.

    The standard library's own cleaning changes between Python versions; this one does not.
    """
    first, *rest = text.expandtabs().split("\n")
    margin = min((len(line) - len(line.lstrip(" ")) for line in rest if line.strip()), default=0)
    lines = [first.strip(" "), *(line[margin:].rstrip() for line in rest)]
    return "\n".join(lines).strip()


def documented(node: ast.AST) -> Iterator[str]:
    """Yield the documentation strings below a node in the order of the source."""
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        text = ast.get_docstring(node, clean=False)
        if text and text.strip():
            yield clean(text)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.stmt, ast.excepthandler, ast.match_case)):
            yield from documented(child)


@cache
def modules(root: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (path, its documentation strings) below a folder, in the order of paths, repeated strings left out."""
    paths = [
        path.relative_to(root)
        for path in root.rglob("*.py")
        if "tests" not in path.parts[len(root.parts) :] and path.name not in GENERATED
    ]
    seen: set[str] = set()
    found = []
    for path in sorted(paths, key=Path.as_posix):
        source = (root / path).read_text(encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # stray backslashes in somebody else's strings
            tree = ast.parse(source)
        fresh = []
        for text in documented(tree):
            if text not in seen:
                seen.add(text)
                fresh.append(text)
        if fresh:
            found.append((path.as_posix(), tuple(fresh)))
    return tuple(found)


def part_of(path: str) -> str:
    """Return the part to which a module belongs."""
    draw = hashlib.sha256(path.encode()).digest()[0] / 256
    return "test" if draw < 0.1 else "valid" if draw < 0.2 else "train"


def load(*, package: str = "numpy") -> Dataset:
    """Load the documentation strings of a package.

    Parameters
    ----------
    package : {"numpy", "scipy", "scikit-learn", "statsmodels"}, default "numpy"
        Reading takes one to three seconds, once.

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `text` (str), `docstrings` (list of str) and `modules` (list of paths). The
        text is the strings joined by two empty lines.

    Raises
    ------
    ValueError
        For an unknown package.
    """
    strings: dict[str, list[str]] = {"train": [], "valid": [], "test": []}
    paths: dict[str, list[str]] = {"train": [], "valid": [], "test": []}
    for path, found in modules(folder(check_choice("package", package, PACKAGES))):
        part = part_of(path)
        strings[part] += found
        paths[part].append(path)
    return Dataset(
        card=CARD,
        **{
            part: Record(text=BREAK.join(strings[part]), docstrings=strings[part], modules=paths[part])
            for part in strings
        },
    )
