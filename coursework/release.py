"""What students get: the source without its solutions and hidden tests, and a zip that works elsewhere."""

import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import nbformat

from coursework import nbgraders, sources
from coursework.nbgraders import COURSES
from coursework.sources import HIDDEN, SOURCES, name_of

ROOT = SOURCES.parent.parent
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
EPOCH = (1980, 1, 1, 0, 0, 0)  # a zip tells nobody when it was made
START = """# In Colab: upload {name}.zip in the pane "Files" first. Elsewhere this cell changes nothing.
import importlib.util, pathlib, subprocess, sys, zipfile

if not pathlib.Path("checks.py").exists():
    zipfile.ZipFile("{name}.zip").extractall()
if importlib.util.find_spec("rnnkit") is None:
    wheel = str(next(pathlib.Path().glob("rnnkit-*.whl")))
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", wheel], check=True)
"""
README = """{name}

JupyterLab   unpack this zip, open {name}.ipynb.
Colab        open {name}.ipynb, upload this zip in the pane "Files", run the first cell.

You need NumPy, Matplotlib and PyTorch. Hand in {name}.ipynb alone, under this name. Do not delete or double cells.
"""


def make(name, key, courses=COURSES) -> Path:
    """Make one assignment for a cohort. Returns the zip for the students."""
    return pack(name, strip(name, key, courses), nbgraders.course(key, courses) / "handout")


def strip(name, key, courses=COURSES, **chosen) -> Path:
    """The released folder of one assignment: nothing in it but what students may see.

    Args:
        name: the assignment.
        key: the cohort's key.
        courses: where the cohorts' folders lie.
        chosen: constants of the cohort to be set otherwise than the key would (for tests).
    """
    folder = nbgraders.course(key, courses)
    assignment = sources.read(name, key, **chosen)
    nbgraders.settle(folder, key)

    ours = folder / "source" / name
    shutil.rmtree(ours, ignore_errors=True)
    shutil.copytree(assignment.folder, ours, ignore=shutil.ignore_patterns("__pycache__", ".*", "*.ipynb"))
    notebook = nbformat.from_dict(assignment.notebook)
    start = nbformat.v4.new_code_cell(START.format(name=name), id="start")
    start.metadata["nbgrader"] = {
        "cell_type": "code",
        "grade": False,
        "grade_id": "start",
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    notebook.cells.insert(1, start)
    nbformat.write(notebook, ours / f"{name}.ipynb")

    shutil.rmtree(folder / "release" / name, ignore_errors=True)
    result = nbgraders.api(folder, key).generate_assignment(name, force=True, create=True)
    if not result["success"]:
        raise RuntimeError(f"nbgrader could not make {name}:\n{result.get('log') or result.get('error')}")
    released = folder / "release" / name
    path = released / f"{name}.ipynb"
    nbformat.write(_bare(nbformat.read(path, 4)), path)
    (folder / "rubrics").mkdir(exist_ok=True)
    (folder / "rubrics" / f"{name}.md").write_text(rubric(assignment), encoding="utf-8")
    return released


def _bare(notebook):
    """The notebook without anything but its cells' text and marks."""
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader")
        cell.metadata = {"nbgrader": marks} if marks else {}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def pack(name, released, folder) -> Path:
    """Everything that a student needs, in one zip: the notebook, its files, rnnkit."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.zip"
    files = {path.relative_to(released): path.read_bytes() for path in sorted(released.rglob("*")) if path.is_file()}
    files[Path("README.txt")] = README.format(name=name).encode()
    wheel = library(folder)
    files[Path(wheel.name)] = wheel.read_bytes()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(zipfile.ZipInfo(str(path), EPOCH), data, zipfile.ZIP_DEFLATED)
    return target


def library(folder) -> Path:
    """rnnkit as a wheel, made once for a folder of handouts."""
    if not (found := sorted(folder.glob("rnnkit-*.whl"))):
        with tempfile.TemporaryDirectory() as bench:  # setuptools leaves its work where it builds
            for name in ("pyproject.toml", "README.md", "LICENSE"):
                shutil.copy(ROOT / name, bench)
            shutil.copytree(ROOT / "rnnkit", Path(bench) / "rnnkit", ignore=shutil.ignore_patterns("__pycache__"))
            command = [
                sys.executable,
                "-m",
                "pip",
                "wheel",
                "-q",
                "--no-deps",
                "--no-build-isolation",
                "-w",
                str(folder),
                bench,
            ]
            subprocess.run(command, check=True)
        found = sorted(folder.glob("rnnkit-*.whl"))
    return found[-1]


def rubric(assignment) -> str:
    """What a teacher needs to grade by hand: each such question, its points, a sample answer with its rubric."""
    lines = [f"# {assignment.name}: what is graded by hand", ""]
    for cell in assignment.of_kind("manual"):
        sample = "\n".join(SOLUTION.findall(cell.source)) or cell.source
        fence = ["```python", sample.rstrip(), "```"] if cell.cell_type == "code" else [sample.rstrip()]
        lines += [f"## {name_of(cell)} ({assignment.points[name_of(cell)]:g} points)", "", *fence, ""]
    return "\n".join(lines)


def secrets(assignment):
    """Lines that no student may find in anything that is handed out: of solutions and of hidden tests."""
    shown = set()
    for cell in assignment.cells:
        visible = SOLUTION.sub("", HIDDEN.sub("", cell.source))
        shown |= {line.strip() for line in visible.splitlines()}
    for path in assignment.folder.glob("*.py"):
        shown |= {line.strip() for line in path.read_text(encoding="utf-8").splitlines()}
    found = set()
    for cell in assignment.cells:
        blocks = HIDDEN.findall(cell.source) + SOLUTION.findall(cell.source)
        found |= {line.strip() for block in blocks for line in block.splitlines()}
    return {line for line in found - shown if len(line) >= 12}
