"""Otter gives each submission the scores that our own judge gives it.

    python bench/coursework_otter.py

Writes bench/results/coursework_otter.md. Of each assignment three answers are scored by both: a right one, the one of
tests/coursework with the dearest mistake, and the blank.
"""

import sys
import tempfile
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from _mistakes import mistaken, table  # noqa: E402
from _pairs import machine  # noqa: E402
from _report import marked  # noqa: E402
from tqdm import tqdm  # noqa: E402

from coursework import judge, nbgraders, otter, release, sources, submission  # noqa: E402
from coursework.sources import name_of  # noqa: E402

KEY, HEAD = "otter-2027", ("assignment", "right", "a mistake", "blank", "same by Otter")
RESULT = ROOT / "bench" / "results" / "coursework_otter.md"


def answers(assignment, blank):
    """The notebooks that are handed in. Nothing in them is written by hand, so nothing slow runs."""
    code = {name_of(cell) for cell in assignment.of_kind("solution")}
    solution = sources.solution(assignment, blank)
    right = {name_of(cell): cell.source for cell in solution.cells if name_of(cell) in code}
    usable = [entry for entry in table(assignment.name)["wrong"] if "constants" not in entry]
    mistake = max(usable, key=lambda entry: len(entry["loses"]))
    yield "right", sources.with_texts(blank, right)
    yield "a mistake", sources.with_texts(blank, right | {mistake["cell"]: mistaken(mistake, right)})
    yield "blank", blank


def both(name, courses):
    """[(the answer's kind, its scores by our judge, its scores by Otter), ...], scores by question."""
    release.strip(name, KEY, courses)
    assignment = sources.read(name, KEY)
    folder = nbgraders.course(KEY, courses) / "release" / name
    blank = nbformat.read(folder / f"{name}.ipynb", 4)
    ours = judge.Judge(assignment, folder)
    autograder = otter.export(name, KEY, courses) / "autograder.zip"
    path = courses / f"{name}.ipynb"
    for kind, notebook in answers(assignment, blank):
        nbformat.write(notebook, path)
        verdict = ours.grade(submission.restore(path.read_bytes(), blank), False)
        yield kind, {n: verdict.questions[n].score for n in assignment.hidden}, otter.score(path, autograder)


def main():
    rows, equal, total = [], 0, 0
    with tempfile.TemporaryDirectory() as place:
        for name in tqdm(sources.names(), unit="assignment"):
            found = list(both(name, Path(place)))
            same = sum(ours == theirs for _, ours, theirs in found)
            equal, total = equal + same, total + len(found)
            points = " | ".join(f"{sum(ours.values()):g}" for _, ours, _ in found)
            rows.append(f"| {name} | {points} | {same} of {len(found)} |")
    text = [
        "# Otter and our judge",
        "",
        f"{machine()} Every question's score is the same in {equal} of {total} submissions. Points for code:",
        "",
        *marked("otter", [f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|", *rows]),
    ]
    RESULT.write_text("\n".join(text) + "\n", encoding="utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main()
