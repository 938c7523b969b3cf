"""A class hands in every assignment: from `make assignments` to feedback, with times.

    python bench/coursework.py

Writes bench/results/coursework.md. Thirty simulated students hand in what the tables of tests/coursework hold: the
solution, right answers in other styles, wrong ones, the blank; and accidents: a file that is no notebook, a deleted
cell, code that ends its process, code that never ends.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _mistakes import mistaken, table  # noqa: E402
from _pairs import machine  # noqa: E402
from _report import marked  # noqa: E402

from coursework import giveback, grade, nbgraders, release, report, sources  # noqa: E402
from coursework.sources import name_of  # noqa: E402

KEY, STUDENTS = "bench-2027", int(os.environ.get("RNNKIT_BENCH_STUDENTS", "30"))
RESULT = ROOT / "bench" / "results" / "coursework.md"


def answers(name, courses):
    """What may be handed in to one assignment: [(kind, notebook as text, tests that are lost or None), ...]."""
    assignment = sources.read(name, KEY)
    blank = nbformat.read(nbgraders.course(KEY, courses) / "release" / name / f"{name}.ipynb", 4)
    solution = sources.solution(assignment, blank)
    first = name_of(assignment.of_kind("solution")[0])
    tests = {name_of(cell) for cell in assignment.of_kind("test")}
    entries = table(name)

    def other(texts):
        return nbformat.writes(sources.with_texts(solution, texts))

    def fits(entry):
        return all(assignment.constants[each] == option for each, option in entry.get("constants", {}).items())

    texts = {name_of(cell): cell.source for cell in solution.cells}
    yield "solution", nbformat.writes(solution), set()
    yield "blank", nbformat.writes(blank), tests
    for entry in filter(fits, entries["right"]):
        yield "another style", other(entry["cells"]), set()
    for entry in filter(fits, entries["wrong"]):
        yield "one mistake", other({entry["cell"]: mistaken(entry, texts)}), set(entry["loses"])
    function = sources.function_of(texts[first])
    yield "no notebook", nbformat.writes(solution)[:900], None
    without = json.loads(nbformat.writes(solution))
    without["cells"] = [c for c in without["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != first]
    yield "a deleted cell", json.dumps(without), None
    yield "ends its process", other({first: f"import os\n\n\ndef {function}(*given):\n    os._exit(0)"}), None
    yield "never ends", other({first: f"def {function}(*given):\n    while True:\n        pass"}), None


def hand_in(folder, names, courses):
    """Write the submissions of the class. Returns {(assignment, student): (kind, tests that are lost or None)}."""
    expected, rng = {}, np.random.default_rng(2027)
    for place, name in enumerate(names):
        every = list(answers(name, courses))
        usual = [each for each in every if each[2] is not None]
        odd = [each for each in every if each[2] is None]
        for number in range(STUDENTS):
            accident = number < len(odd) and (place + number) % 4 == 0  # each kind of them twice in all
            kind, text, lost = odd[number] if accident else usual[rng.integers(len(usual))]
            student = f"student{number + 1:02}"
            path = folder / student / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            expected[name, student] = kind, lost
    return expected


def main():
    names, jobs, times = sources.names(), os.cpu_count(), {}

    def timed(what, function, *args, **kwargs):
        start = time.perf_counter()
        value = function(*args, **kwargs)
        times[what] = time.perf_counter() - start
        return value

    with tempfile.TemporaryDirectory() as place:
        courses, folder = Path(place) / "courses", Path(place) / "submissions"
        timed("make the assignments", lambda: [release.make(name, KEY, courses) for name in names])
        expected = hand_in(folder, names, courses)
        timed("grade", grade.grade, folder, KEY, courses, jobs)
        timed("enter into the gradebook", giveback.enter, KEY, courses)
        timed("make feedback", giveback.feedback, KEY, courses)
        timed("scores and report", lambda: (giveback.scores(KEY, courses), report.write(KEY, courses)))
        verdicts = {who: it[0] for who, it in grade.verdicts(KEY, courses).items()}
        if kept := os.environ.get("RNNKIT_BENCH_COURSE"):  # to look at the pages
            shutil.copytree(courses / KEY, kept, dirs_exist_ok=True)

    counts, as_expected, kinds = {}, 0, {}
    for who, (kind, lost) in expected.items():
        verdict = verdicts[who]
        counts[verdict.state] = counts.get(verdict.state, 0) + 1
        missed = {each for each, question in verdict.questions.items() if question.state not in {"passed", "by hand"}}
        tests = {name_of(cell) for cell in sources.read(who[0], KEY).of_kind("test")}
        if lost is None:
            right = verdict.state != "graded" and not [
                q for n, q in verdict.questions.items() if n in tests and q.score == 0
            ]
        else:
            right = verdict.state == "graded" and missed & tests == lost
        as_expected += right
        row = kinds.setdefault(kind, [0, 0, 0.0])
        kinds[kind] = [row[0] + 1, row[1] + right, row[2] + verdict.seconds]
    text = [
        "# A class's round of coursework",
        "",
        f"{machine()} {jobs} processes. {STUDENTS} simulated students hand in {len(names)} assignments each: "
        f"{len(expected)} submissions, of which {as_expected} ended as their table says. "
        f"At this rate 200 submissions take {200 * sum(times.values()) / len(expected) / 60:.0f} minutes.",
        "",
        *marked(
            "round",
            [
                "| step | seconds | a submission |",
                "|---|---|---|",
                *(f"| {what} | {seconds:.0f} | {seconds / len(expected):.2f} |" for what, seconds in times.items()),
                f"| all | {sum(times.values()):.0f} | {sum(times.values()) / len(expected):.2f} |",
            ],
        ),
        "",
        *marked(
            "states",
            [
                "| state | submissions |",
                "|---|---|",
                *(f"| {state} | {count} |" for state, count in sorted(counts.items())),
            ],
        ),
        "",
        *marked(
            "kinds",
            [
                "| handed in | submissions | ended as they should | seconds each |",
                "|---|---|---|---|",
                *(f"| {kind} | {n} | {good} | {seconds / n:.1f} |" for kind, (n, good, seconds) in kinds.items()),
            ],
        ),
    ]
    RESULT.write_text("\n".join(text) + "\n", encoding="utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main()
