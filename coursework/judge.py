"""Asks a student's functions questions from outside, and compares the answers here, where the student has no hand.

A hidden test is code that runs in this process. It sees

- `student.f(...)`: the student's function f, called in the sandbox; arguments and answers are plain data;
- `reference.f(...)`: the same function of the source's solution, called here;
- `rng(name)`: a generator that depends on the cohort's key and the name; `np`; the cohort's constants;
- `tensor(array)`: an argument that shall arrive as a torch tensor; `function("g")`: as the student's own function g;
- `close(got, want, what)` and `same(got, want, what)`: comparisons that say in plain words what differs.

It fails by an AssertionError whose words the student will read: they must not tell the answer.
"""

import contextlib
import sys
import time
import types
from dataclasses import asdict, dataclass, field

import numpy as np

from coursework import wire
from coursework.cohort import seed
from coursework.compare import Wrong, close, same
from coursework.sandbox import Abnormal, Child, Limits
from coursework.sources import kind, name_of

PASSED, LOST, REVIEW, BY_HAND = "passed", "lost", "needs review", "by hand"
GRADED, PARTLY = "graded", "partly graded"


@dataclass
class Question:
    """What became of one graded cell. `score` is None until a person has decided."""

    points: float
    state: str
    score: float | None
    words: str = ""


@dataclass
class Verdict:
    """What became of one submission.

    state: "graded", "partly graded" (a person must look at some questions) or "needs review" (at all).
    shown: {name or number of a cell: {"outputs": [...], "error": None or words}}, as the cells showed it when run.
    """

    state: str
    questions: dict[str, Question]
    remarks: list[str] = field(default_factory=list)
    shown: dict = field(default_factory=dict)
    seconds: float = 0.0

    def as_dict(self):
        return asdict(self)

    @classmethod
    def of(cls, values):
        return cls(**values | {"questions": {name: Question(**q) for name, q in values["questions"].items()}})


class Session:
    """A student's cells, run once, and functions, called; a process that died is started again without its killer."""

    def __init__(self, cells, folder, limits, unsafe):
        self.cells, self.start = cells, lambda: Child(folder, limits, unsafe)
        self.child, self.left_out, self.shown = None, {}, {}
        self.ended: dict[str, list[Abnormal]] = {}  # by function: a question may kill it once, and again; no more

    def run_all(self, show):
        """Run the needed cells (`show`: every cell) and keep what they show; one that kills the process is left out."""
        for name, source, needed in self.cells:
            if not (needed or show):
                continue
            try:
                self.shown[name] = self._alive(upto=name).run(source)
            except Abnormal as end:
                self.child = None
                self.left_out[name] = str(end)
                self.shown[name] = {"outputs": [], "error": f"This cell {end}."}

    def call(self, name, *args, **kwargs):
        ended = self.ended.setdefault(name, [])
        if len(ended) > 1:
            raise ended[-1]
        try:
            return self._alive().call(name, *args, **kwargs)
        except Abnormal as end:
            self.child = None
            ended.append(end)
            raise

    def close(self):
        if self.child is not None:
            self.child.close()

    def _alive(self, upto=None):
        if self.child is None:
            self.child = self.start()
            for name, source, needed in self.cells:
                if name == upto:
                    break
                if needed and name not in self.left_out:
                    try:
                        self.child.run(source)
                    except Abnormal as end:
                        self.child = None
                        self.left_out[name] = str(end)
                        return self._alive(upto)
        return self.child


class Student:
    """The student's functions, as a hidden test sees them."""

    def __init__(self, session):
        self._session = session

    def __getattr__(self, name):
        def call(*args, **kwargs):
            answer = self._session.call(name, *args, **kwargs)
            if "error" in answer:
                raise Wrong(str(answer["error"]))
            return answer["value"]

        return call


class Judge:
    """Grades the submissions of one assignment. Holds the reference; is made once in a process.

    Args:
        assignment: a `coursework.sources.Assignment`.
        folder: the released folder, which students' code may read.
        limits: what each submission may use; default: `Limits()`.
        unsafe: run student code without a sandbox.
    """

    def __init__(self, assignment, folder, limits=None, unsafe=False):
        self.assignment, self.folder, self.limits, self.unsafe = assignment, folder, limits or Limits(), unsafe
        names = {"__name__": "reference"}
        with _imports_from(assignment.folder):
            for source in assignment.prepared:
                exec(compile(source, f"<{assignment.name}>", "exec"), names)
        self.reference = types.SimpleNamespace(**names)
        self.tests = {
            name: compile(code, f"<hidden tests of {name}>", "exec") for name, code in assignment.hidden.items()
        }

    def grade(self, submission, show=True) -> Verdict:
        """Run a restored submission and decide its automatic questions. `show`: run what is graded by hand, too."""
        began = time.monotonic()
        cells = []
        for number, cell in enumerate(submission.notebook.cells):
            if cell.cell_type == "code" and kind(cell) != "test":
                cells.append((name_of(cell) or f"cell {number}", cell.source, kind(cell) != "manual"))
        session = Session(cells, self.folder, self.limits, self.unsafe)
        try:
            session.run_all(show)
            questions = {name: self._question(name, submission, session) for name in self.assignment.points}
        finally:
            session.close()
        decided = [q for q in questions.values() if q.state in {PASSED, LOST}]
        doubtful = [q for q in questions.values() if q.state == REVIEW]
        state = GRADED if not doubtful else PARTLY if decided else REVIEW
        remarks = submission.remarks + [f"The cell `{name}` {why}." for name, why in session.left_out.items()]
        return Verdict(state, questions, remarks, session.shown, time.monotonic() - began)

    def _question(self, name, submission, session):
        points = self.assignment.points[name]
        if name not in self.tests:
            if why := submission.doubtful.get(name):
                return Question(points, REVIEW, None, why)
            if name in submission.blank:
                return Question(points, LOST, 0.0, "no answer was written")
            return Question(points, BY_HAND, None)
        try:
            exec(self.tests[name], self._names(session))
        except Wrong as wrong:
            why = self._why_not_lost(name, submission, session)
            return (
                Question(points, REVIEW, None, f"{why}; then: {wrong}")
                if why
                else Question(points, LOST, 0.0, str(wrong))
            )
        except Abnormal as end:
            return Question(points, REVIEW, None, f"The code {end}.")
        except AssertionError as wrong:
            return Question(points, LOST, 0.0, str(wrong) or "not what the task asks for")
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            return Question(
                points, LOST, 0.0, f"your answer has another form than the task asks for ({type(error).__name__})"
            )
        return Question(points, PASSED, points)

    def _why_not_lost(self, name, submission, session):
        """Why a person must look before points are lost: what the question rests on was deleted, doubled or died."""
        before = []
        for cell in self.assignment.cells:
            if name_of(cell) == name:
                break
            if kind(cell) == "solution":
                before.append(name_of(cell))
        for each in before:
            if why := submission.doubtful.get(each):
                return f"{each}: {why}"
        for each, why in session.left_out.items():
            return f"the cell {each} {why}"
        return None

    def _names(self, session):
        key, name = self.assignment.key, self.assignment.name
        return {
            "np": np,
            "student": Student(session),
            "reference": self.reference,
            "rng": lambda word: np.random.default_rng(seed(key, name, word)),
            "tensor": wire.Tensor,
            "function": wire.Name,
            "close": close,
            "same": same,
        } | self.assignment.constants


def unreadable(assignment, why) -> Verdict:
    """The verdict on a file that is no notebook: everything waits for a person."""
    questions = {name: Question(points, REVIEW, None, f"The file {why}.") for name, points in assignment.points.items()}
    return Verdict(REVIEW, questions, [f"The file {why}."])


@contextlib.contextmanager
def _imports_from(folder):
    """Modules beside the source can be imported, and are forgotten afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if (file := getattr(sys.modules[name], "__file__", None)) and file.startswith(str(folder)):
                del sys.modules[name]
