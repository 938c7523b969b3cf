"""How good is the grader: right answers in any style keep their points, wrong ones lose those that they should.

Beside this file lies a table for each assignment, NAME.toml. Each entry of `wrong` is the solution with one mistake
that a student may well make: in the cell `cell`, `old` becomes `new` (or `source` replaces the whole cell); it loses
exactly the tests `loses`. `check` are words that the student's own quick checks say of it, before anything is handed
in. Each entry of `right` is another correct answer: `cells` maps cells to their text. An entry may choose constants of
the cohort: `constants`.
"""

import sys
import tomllib
from pathlib import Path

import pytest

from coursework import release, sources
from coursework.sources import HIDDEN, kind, name_of

HERE = Path(__file__).resolve().parent
NAMES = sources.names()
TABLES = {name: tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8")) for name in NAMES}
pytestmark = pytest.mark.needs("bubblewrap")


def entries(which):
    return [pytest.param(name, entry, id=f"{name}: {entry['name']}") for name in NAMES for entry in TABLES[name][which]]


def lost(verdict):
    return {name for name, question in verdict.questions.items() if question.state != "passed"}


def automatic(assignment):
    return {name_of(cell) for cell in assignment.of_kind("test")}


def quick_checks(assignment, notebook):
    """What the student sees: the words of the first quick check that fails, or None. Our own mutants run here."""
    names = {"__name__": "student"}
    sys.path.insert(0, str(assignment.folder))
    try:
        for cell in notebook.cells:
            if cell.cell_type == "code" and kind(cell) != "manual" and name_of(cell) != "start":
                try:
                    exec(compile(HIDDEN.sub("", cell.source), name_of(cell) or "free", "exec"), names)
                except Exception as error:
                    return f"{name_of(cell)}: {error}"
    finally:
        sys.path.remove(str(assignment.folder))
        sys.modules.pop("checks", None)
    return None


@pytest.mark.parametrize("name", NAMES)
def test_solution_has_every_point_and_blank_none(rounds, name):
    round = rounds(name)
    verdict = round.grade(round.solution)
    assert lost(verdict) & automatic(round.assignment) == set(), verdict.questions
    assert not verdict.remarks
    assert quick_checks(round.assignment, round.solution) is None
    blank = round.grade(round.release)
    assert blank.state == "graded" and {question.score for question in blank.questions.values()} == {0.0}


@pytest.mark.parametrize(
    ("name", "constants"),
    [(name, {each: option}) for name in NAMES for each, some in sources.options(name).items() for option in some],
)
def test_solution_has_every_point_in_every_cohort(rounds, name, constants):
    round = rounds(name, **constants)
    verdict = round.grade(round.solution)
    assert lost(verdict) & automatic(round.assignment) == set(), verdict.questions


@pytest.mark.parametrize(("name", "entry"), entries("wrong"))
def test_wrong_answers_lose_what_they_should(rounds, name, entry):
    round = rounds(name, **entry.get("constants", {}))
    cell = entry["cell"]
    text = round.answers()[cell]
    if "source" in entry:
        text = entry["source"]
    else:
        assert text.count(entry["old"]) == 1, f"{entry['old']!r} stands {text.count(entry['old'])} times in {cell}"
        text = text.replace(entry["old"], entry["new"])
    notebook = round.notebook({cell: text})
    verdict = round.grade(notebook)
    assert lost(verdict) & automatic(round.assignment) == set(entry["loses"]), verdict.questions
    assert entry["loses"]
    if words := entry.get("check"):
        assert words in (quick_checks(round.assignment, notebook) or "nothing")


@pytest.mark.parametrize(("name", "entry"), entries("right"))
def test_right_answers_in_other_styles_keep_every_point(rounds, name, entry):
    round = rounds(name, **entry.get("constants", {}))
    notebook = round.notebook(entry["cells"])
    verdict = round.grade(notebook)
    assert lost(verdict) & automatic(round.assignment) == set(), verdict.questions
    assert quick_checks(round.assignment, notebook) is None


@pytest.mark.parametrize("name", NAMES)
def test_tables_are_long_enough(name):
    wrong, right = TABLES[name]["wrong"], TABLES[name]["right"]
    assert len(wrong) >= 10 and len(right) >= 3
    assert len({entry["name"] for entry in wrong + right}) == len(wrong + right)
    assert sum("check" in entry for entry in wrong) >= 4, "the quick checks should say what is wrong of some"
    mutated = {test for entry in wrong for test in entry["loses"]}
    assert mutated == automatic(sources.read(name, "any-key")), "every test is lost by some wrong answer"


@pytest.mark.parametrize("name", NAMES)
def test_another_cohort_needs_another_answer(rounds, name):
    """Last year's answer does not fit: the solution written for one variant loses points in another."""
    variant, some = next(iter(sources.options(name).items()))
    first, second = (rounds(name, **{variant: option}) for option in some[:2])
    answers = {
        cell: f"{variant} = {some[0]!r}\n{text}"
        for cell, text in first.answers().items()
        if cell in {name_of(each) for each in first.assignment.of_kind("solution")}
    }
    verdict = second.grade(second.notebook(answers))
    assert lost(verdict) & automatic(second.assignment)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_secret_is_handed_out(rounds, name):
    round = rounds(name)
    secrets = release.secrets(round.assignment)
    assert len(secrets) > 10
    for path in round.folder.rglob("*"):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace").replace('\\"', '"').replace("\\\\", "\\")
            assert not [line for line in secrets if line in text], path
            assert "HIDDEN" not in text and "BEGIN SOLUTION" not in text
    for cell in round.release.cells:
        assert not cell.get("outputs") and set(cell.metadata) <= {"nbgrader"}
    assert set(round.release.metadata) == {"kernelspec", "language_info"}


@pytest.mark.parametrize("name", NAMES)
def test_header_says_what_a_student_must_know(name):
    assignment = sources.read(name, "any-key")
    head = assignment.cells[0].source
    for word in ("**Points**", "**Minutes**", "**Chapters**", "After this assignment you can"):
        assert word in head, word
    assert f"**Points** {sum(assignment.points.values()):g}" in head
    assert len(assignment.of_kind("manual")) >= 3, "a derivation, an experiment and an open question"
    assert sources.options(name)
