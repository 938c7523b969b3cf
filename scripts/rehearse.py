"""Write a folder of simulated submissions, to rehearse grading before a class depends on it.

python scripts/rehearse.py KEY FOLDER       of every assignment that was made for the cohort KEY

Six students: one knows everything, one has made a mistake, one hands in what was handed out, one has deleted a cell,
one has lost half of the file, and the code of one ends its process.
"""

import argparse
import json
from pathlib import Path

import nbformat

from coursework import nbgraders, sources
from coursework.nbgraders import COURSES
from coursework.sources import name_of


def submissions(name, key, courses=COURSES):
    """What six students hand in to one assignment: {student: the file's text}."""
    assignment = sources.read(name, key)
    blank = nbformat.read(nbgraders.course(key, courses) / "release" / name / f"{name}.ipynb", 4)
    solution = sources.solution(assignment, blank)
    first = assignment.of_kind("solution")[0]
    function = sources.function_of(first.source)

    def with_first(text):
        """The solution, with another function in the place of the first cell's last."""
        notebook = nbformat.from_dict(solution)
        for cell in notebook.cells:
            cell.source += f"\n\n\n{text}" if name_of(cell) == name_of(first) else ""
        return notebook

    short = nbformat.from_dict(solution)
    short.cells = [cell for cell in short.cells if name_of(cell) != name_of(first)]
    made = {
        "ada": solution,
        "ben": with_first(f"def {function}(*given, **named):\n    return 0.0"),
        "cleo": blank,
        "dan": short,
        "fay": with_first(f"import os\n\n\ndef {function}(*given, **named):\n    os._exit(0)"),
    }
    texts = {student: json.dumps(notebook) for student, notebook in made.items()}
    return texts | {"eve": texts["ada"][: len(texts["ada"]) // 2]}


def main(words=None, courses=COURSES):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("key")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args(words)
    names = sorted(path.name for path in (nbgraders.course(given.key, courses) / "release").glob("*"))
    if not names:
        parser.error(f"nothing was made for {given.key!r}: run `make assignments COHORT={given.key}` first")
    for name in names:
        for student, text in submissions(name, given.key, courses).items():
            path = given.folder / student / f"{name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    print(f"{len(names)} assignments of 6 students in {given.folder}")


if __name__ == "__main__":
    main()
