"""The coursework's commands.

python -m coursework make KEY [NAME ...]         make the assignments for a cohort
python -m coursework grade KEY FOLDER            grade a folder of submissions, give back scores, pages, a report
python -m coursework report KEY                  the same pages and tables again, after grading by hand
python -m coursework otter KEY [NAME ...]        export for Otter and Gradescope
"""

import argparse
import sys
import time
from pathlib import Path

from coursework import sandbox, sources


def main(words=None):
    parser = argparse.ArgumentParser(prog="python -m coursework", description="Release and grade the coursework.")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="make the assignments for a cohort")
    grade = commands.add_parser("grade", help="grade a folder of submissions")
    report = commands.add_parser("report", help="scores, feedback and report again, after grading by hand")
    otter = commands.add_parser("otter", help="export for Otter and Gradescope")
    for command in (make, grade, report, otter):
        command.add_argument("key", help="the cohort's key, a word that you keep for yourself, such as autumn-2027-x7")
    for command in (make, otter):
        command.add_argument("names", nargs="*", default=[], help=f"of {', '.join(sources.names())} (default: all)")
    grade.add_argument("folder", type=Path, help="where the submissions lie")
    grade.add_argument("--jobs", type=int, help="submissions at once (default: one for each core)")
    grade.add_argument(
        "--run-student-code-unprotected",
        action="store_true",
        help="without a sandbox: student code can read and change everything that you can, your gradebook and keys too",
    )
    given = parser.parse_args(words)
    try:
        return {"make": _make, "grade": _grade, "report": _report, "otter": _otter}[given.command](given)
    except (sandbox.Unsafe, FileNotFoundError, ValueError) as error:
        if isinstance(error, sandbox.Unsafe):
            error = f"{error}. Without a sandbox nothing is graded (--run-student-code-unprotected names the risk)"
        print(f"coursework: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ncoursework: stopped; what is graded is kept, the same command goes on from there", file=sys.stderr)
        return 130


def _make(given):
    from coursework import release

    for name in given.names or sources.names():
        print(release.make(name, given.key))
    return 0


def _grade(given):
    from coursework.grade import grade

    began = time.monotonic()
    troubles = grade(given.folder, given.key, jobs=given.jobs, unsafe=given.run_student_code_unprotected)
    _report(given)
    for trouble in troubles:
        print(f"not graded: {trouble}")
    print(f"{time.monotonic() - began:.0f} seconds")
    return 1 if troubles else 0


def _report(given):
    from coursework import giveback, nbgraders, report

    nbgraders.made(given.key)
    giveback.enter(given.key)
    giveback.feedback(given.key)
    folder = nbgraders.course(given.key)
    print(f"scores    {giveback.scores(given.key)}")
    print(f"feedback  {folder / 'feedback'}")
    print(f"report    {report.write(given.key)}")
    return 0


def _otter(given):
    from coursework import nbgraders, otter

    nbgraders.made(given.key)
    for name in given.names or sources.names():
        print(otter.export(name, given.key))
    return 0


if __name__ == "__main__":
    sys.exit(main())
