"""Write the page that says how good the grader is, from the tables that the tests hold.

python scripts/grader.py            print it
python scripts/grader.py --write    write book/teach/grader.md
"""

import ast
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLES, PAGE = ROOT / "tests" / "coursework", ROOT / "book" / "teach" / "grader.md"
ENDS = {
    "graded": "graded; points lost",
    "needs a person": "waits for a person",
    "any": "graded or waits; no point gained",
}

INTRODUCTION = """# How good is the grader?

A grader is a measuring instrument, so it is tested like one. Each assignment has a table of **mistakes that students
make**. The solution with one such mistake must lose exactly the tests named beside it, no more and no fewer; every test
is lost by some mistake. **Right answers in other styles** (loops, whole arrays, torch, a class) must keep every point.
The solution has all automatic points, the blank none. These are tests of this project, {wrong} mistakes and {right}
other right answers: a change that makes the grader blind fails them.

What the tables do not show: mistakes that nobody thought of. If you meet one, add a line to the table.

| Assignment | Mistakes | Seen by the student's own checks | Other right answers |
|---|---|---|---|
{counts}

## Hostile code

Each of these attacks one function of a submission that is right otherwise. None gains a point, none changes what the
next student gets, and each ends in a named state.

| What the code does | How it ends |
|---|---|
{attacks}

Broken submissions wait for a person as well, never a silent zero: no JSON, no notebook, not text, too large, a deleted
cell, a cell that stands twice with different text. Changed tests and raised points are put back. Without bubblewrap
nothing is graded.

## Every mistake, and what it loses
"""


def table(name):
    """An assignment's table of answers."""
    return tomllib.loads((TABLES / f"{name}.toml").read_text(encoding="utf-8"))


def attacks():
    """{what hostile code does: how it must end}, from the test of it."""
    tree = ast.parse((TABLES / "test_hostile.py").read_text(encoding="utf-8"))
    value = next(
        line.value for line in tree.body if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "ATTACKS"
    )
    return {name: end for name, (_, end) in ast.literal_eval(value).items()}


def page():
    """The page in MyST Markdown."""
    tables = {path.stem: table(path.stem) for path in sorted(TABLES.glob("*.toml"))}
    counts = []
    for name, some in tables.items():
        seen = sum("check" in entry for entry in some["wrong"])
        counts.append(f"| `{name}` | {len(some['wrong'])} | {seen} | {len(some['right'])} |")
    parts = [
        INTRODUCTION.format(
            wrong=sum(len(some["wrong"]) for some in tables.values()),
            right=sum(len(some["right"]) for some in tables.values()),
            counts="\n".join(counts),
            attacks="\n".join(f"| {name} | {ENDS[end]} |" for name, end in attacks().items()),
        )
    ]
    for name, some in tables.items():
        rows = [
            f"| {entry['name'].replace('|', ' ')} | {', '.join(f'`{test}`' for test in entry['loses'])} |"
            for entry in some["wrong"]
        ]
        parts.append(f"````{{dropdown}} {name}\n| Mistake | Loses |\n|---|---|\n" + "\n".join(rows) + "\n````\n")
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page())
