"""The same source for Otter and Gradescope: the released notebook, and an autograder with the same hidden tests.

Otter runs tests in the student's own process, so that Gradescope's container is all that stands between a student and
them: scores there are as honest as the students are. Arguments and answers pass over the same wire as in our judge,
so that the same submission has the same score.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from coursework import nbgraders, release, sources
from coursework.nbgraders import COURSES

HERE = Path(__file__).resolve().parent
TEST = """OK_FORMAT = False

from otter.test_files import test_case

name = {name!r}
points = None


@test_case(name={name!r}, points={points:g}, hidden=True)
def test(env):
    import hidden_tests

    hidden_tests.run({name!r}, env)
"""
MODULE = '''"""Made from the assignment's source: its hidden tests, and the solution that they compare with."""

import json
import pathlib
import types

import numpy as np

import cohort
import compare
import wire

HELD = json.loads(pathlib.Path(__file__).with_name("hidden_tests.json").read_text(encoding="utf-8"))


class Student:
    """The student's functions; what passes to and from them is a copy, as plain data."""

    def __init__(self, names):
        self._names = names

    def __getattr__(self, name):
        def call(*args, **kwargs):
            function = self._names.get(name)
            if not callable(function):
                raise compare.Wrong(f"`{name}` is not defined")
            args, kwargs = wire.loads(wire.dumps((args, kwargs)), self._names)
            try:
                value = function(*args, **kwargs)
            except Exception as error:
                raise compare.Wrong(f"`{name}` raised {type(error).__name__}: {error}") from None
            try:
                return wire.loads(wire.dumps(value))
            except TypeError as error:
                raise compare.Wrong(f"`{name}` returned {error}") from None

        return call


def run(name, env):
    reference = {"__name__": "reference"}
    for cell in HELD["prepared"]:
        exec(cell, reference)
    exec(
        HELD["hidden"][name],
        {
            "np": np,
            "student": Student(env),
            "reference": types.SimpleNamespace(**reference),
            "rng": lambda word: np.random.default_rng(cohort.seed(HELD["key"], HELD["name"], word)),
            "tensor": wire.Tensor,
            "function": wire.Name,
            "close": compare.close,
            "same": compare.same,
        }
        | HELD["constants"],
    )
'''
REQUIREMENTS = ("numpy", "matplotlib", "jaxtyping", "tqdm")


def export(name, key, courses=COURSES) -> Path:
    """An assignment's folder for Otter: `NAME.ipynb` for students, `autograder.zip` for Gradescope or `otter run`.

    Raises:
        RuntimeError: Otter refused; the message holds what it said.
    """
    assignment = sources.read(name, key)
    released = nbgraders.course(key, courses) / "release" / name
    if not released.exists():
        released = release.strip(name, key, courses)
    target = nbgraders.course(key, courses) / "otter" / name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(released, target)
    with tempfile.TemporaryDirectory() as place:
        bench = Path(place)
        (bench / "tests").mkdir()
        for each in assignment.hidden:
            text = TEST.format(name=each, points=assignment.points[each])
            (bench / "tests" / f"{each}.py").write_text(text, encoding="utf-8")
        held = {
            "name": name,
            "key": key,
            "constants": assignment.constants,
            "prepared": assignment.prepared,
            "hidden": assignment.hidden,
        }
        (bench / "hidden_tests.json").write_text(json.dumps(held), encoding="utf-8")
        (bench / "hidden_tests.py").write_text(MODULE, encoding="utf-8")
        torch = ("torch",) if any("torch" in text for text in assignment.prepared) else ()
        (bench / "requirements.txt").write_text("\n".join(REQUIREMENTS + torch) + "\n", encoding="utf-8")
        for module in ("cohort.py", "compare.py", "wire.py"):
            shutil.copy(HERE / module, bench)
        for path in released.iterdir():
            if path.suffix != ".ipynb":
                shutil.copy(path, bench)
        shutil.copytree(HERE.parent / "rnnkit", bench / "rnnkit", ignore=shutil.ignore_patterns("__pycache__"))
        files = sorted(str(path.relative_to(bench)) for path in bench.rglob("*") if path.is_file())
        files = [path for path in files if not path.startswith("tests/") and path != "requirements.txt"]
        command = [
            sys.executable,
            "-m",
            "otter",
            "generate",
            "-t",
            "tests",
            "-r",
            "requirements.txt",
            "--no-environment",
        ]
        done = subprocess.run(
            [*command, "-o", str(target / "autograder.zip"), *files], cwd=bench, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"otter could not make {name}:\n{done.stdout}{done.stderr}")
    return target


def score(notebook, autograder) -> dict[str, float]:
    """What Otter gives a submission here, by question (`otter run`).

    Raises:
        RuntimeError: Otter failed; the message holds what it said.
    """
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "otter", "run", "--no-logo", "-a", str(autograder), "-o", place, str(notebook)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=place)
        results = Path(place) / "results.json"
        if not results.exists():
            raise RuntimeError(f"otter gave no results:\n{done.stdout}{done.stderr}")
        tests = json.loads(results.read_text(encoding="utf-8"))["tests"]
    return {test["name"].split(" - ")[0]: test["score"] for test in tests if "score" in test}
