"""An assignment's one source, read for a cohort: what students see, what they must write, how it is tested.

A source is a notebook with nbgrader's metadata. Besides nbgrader's own marks it may hold

- one cell named `cohort`, of lines `NAME = pick("NAME", [options])`: a cohort's notebook has the chosen values instead;
- in Markdown, `{{ expression }}` over those names;
- in a test cell, after the quick checks that a student runs, a block between `### BEGIN HIDDEN TESTS` and
  `### END HIDDEN TESTS`: the grader alone runs it, in its own process, with `student` and `reference` to ask.
"""

import ast
import copy
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat

from coursework.cohort import pick

SOURCES = Path(__file__).resolve().parent / "source"
HIDDEN = re.compile(r"^ *### BEGIN HIDDEN TESTS\n(.*?)^ *### END HIDDEN TESTS\n?", re.DOTALL | re.MULTILINE)


def names():
    """The assignments, in the course's order."""
    return sorted(path.parent.name for path in SOURCES.glob("*/*.ipynb") if path.stem == path.parent.name)


def kind(cell):
    """What nbgrader's metadata say of a cell: "solution", "test", "manual", "locked" or "free"."""
    marks = cell.metadata.get("nbgrader", {})
    if marks.get("grade"):
        return "manual" if marks.get("solution") else "test"
    if marks.get("solution"):
        return "solution"
    return "locked" if marks.get("locked") else "free"


def name_of(cell):
    """The name by which nbgrader knows a cell, or None."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def function_of(text):
    """The name of the function that a solution cell is for: the last that it defines, after its helpers."""
    return re.findall(r"^def (\w+)", text, re.MULTILINE)[-1]


def choices(source):
    """The constants of a `cohort` cell with their options: {name: [option, ...]}."""
    found = {}
    for line in ast.parse(source).body:
        if isinstance(line, ast.ImportFrom):
            continue
        match line:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Name(id="pick"), args=[ast.Constant(value=same), ast.List() as options]),
            ) if same == name:
                found[name] = ast.literal_eval(options)
            case _:
                raise ValueError(f'a line of the cohort cell is not NAME = pick("NAME", [...]): {ast.unparse(line)}')
    return found


@dataclass(frozen=True)
class Assignment:
    """One assignment for one cohort."""

    name: str
    key: str
    constants: dict
    notebook: nbformat.NotebookNode

    @cached_property
    def cells(self):
        return self.notebook.cells

    def of_kind(self, *kinds):
        """The cells of these kinds, in order."""
        return [cell for cell in self.cells if kind(cell) in kinds]

    @property
    def folder(self):
        """Where the source lies, with the files that go with it."""
        return SOURCES / self.name

    @cached_property
    def points(self):
        """{name of a graded cell: its points}."""
        return {name_of(cell): float(cell.metadata.nbgrader["points"]) for cell in self.of_kind("test", "manual")}

    @cached_property
    def hidden(self):
        """{name of a test cell: its hidden tests}."""
        found = {}
        for cell in self.of_kind("test"):
            blocks = HIDDEN.findall(cell.source)
            found[name_of(cell)] = "\n".join(blocks)
        return found

    @cached_property
    def prepared(self):
        """The source of the cells that the solution needs: everything but tests and what is graded by hand."""
        return [cell.source for cell in self.cells if cell.cell_type == "code" and kind(cell) not in {"test", "manual"}]


def read(name, key, **chosen):
    """An assignment for a cohort.

    Args:
        name: the assignment's folder below `coursework/source`.
        key: the cohort's key.
        chosen: constants to be set otherwise than the key would (for tests).

    Returns:
        Assignment.

    Raises:
        FileNotFoundError: there is no such assignment.
        ValueError: its source breaks a rule of this module.
    """
    path = SOURCES / name / f"{name}.ipynb"
    if not path.exists():
        raise FileNotFoundError(f"no assignment {name!r}; there are {', '.join(names()) or 'none'}")
    notebook = nbformat.read(path, 4)
    constants = {}
    for cell in notebook.cells:
        if name_of(cell) == "cohort":
            options = choices(cell.source)
            constants = {each: pick(f"{name}/{each}", some, key) for each, some in options.items()} | chosen
            lines = ["# The constants of your cohort."] + [f"{each} = {value!r}" for each, value in constants.items()]
            cell.source = "\n".join(lines)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(
                r"\{\{(.+?)\}\}",
                lambda match: str(eval(match[1].strip(), {"__builtins__": {}}, constants)),
                cell.source,
            )
        if kind(cell) != "test" and "HIDDEN TESTS" in cell.source:
            raise ValueError(f"{name}: the cell {name_of(cell)} holds hidden tests and is not a test cell")
    return Assignment(name, key, constants, notebook)


def options(name):
    """What varies between cohorts: {constant: [option, ...]}."""
    notebook = nbformat.read(SOURCES / name / f"{name}.ipynb", 4)
    return next((choices(cell.source) for cell in notebook.cells if name_of(cell) == "cohort"), {})


def solution(assignment, release):
    """The released notebook with the source's own answers in it: the submission of who knows everything."""
    return with_texts(release, {name_of(cell): cell.source for cell in assignment.of_kind("solution", "manual")})


def with_texts(notebook, texts):
    """A copy of a notebook, with other text in some cells: {name of a cell: its text}."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        cell.source = texts.get(name_of(cell), cell.source)
    return notebook
