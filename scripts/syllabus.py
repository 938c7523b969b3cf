"""The tables of the syllabus page, from the chapters' own headers.

python scripts/syllabus.py            print them
python scripts/syllabus.py --write    write them into book/teach/syllabus.md
"""

import json
import re
import sys
from functools import cache
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS, PAGE = ROOT / "chapters", ROOT / "book" / "teach" / "syllabus.md"
RUNTIMES = json.loads((CHAPTERS / "runtimes.json").read_text(encoding="utf-8"))
POINTS = 20  # of each assignment

# Each assignment: the chapters that it rests on.
ASSIGNMENTS = {
    "01-topologies": (1, 2, 3, 4),
    "02-bptt": (5,),
    "03-gradients": (6, 7, 8),
    "04-gates": (9, 10),
    "05-tagging": (11,),
    "06-translator": (12, 13),
    "07-ctc": (14,),
    "08-language": (15, 16, 17),
}
# Each week: its chapters and the assignment that is handed out in it.
TWELVE = [
    ((1, 2), None),
    ((3, 4), "01-topologies"),
    ((5,), "02-bptt"),
    ((6, 7), None),
    ((8,), "03-gradients"),
    ((9, 10), "04-gates"),
    ((11,), "05-tagging"),
    ((12, 13), "06-translator"),
    ((14,), "07-ctc"),
    ((15, 16), None),
    ((17,), "08-language"),
    ((), None),
]
SIX = [
    ((1, 2, 3, 4), "01-topologies"),
    ((5, 6), "02-bptt"),
    ((7, 9, 10), "04-gates"),
    ((12, 13), "06-translator"),
    ((15, 16), None),
    ((17,), "08-language"),
]


@cache
def chapters():
    """{number: (file's stem, title, minutes to read, seconds to run, goals, numbers of the chapters it needs)}."""
    found = {}
    for path in sorted(CHAPTERS.glob("[0-9]*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        header = "\n\n".join(cell.source for cell in cells[:4] if cell.cell_type == "markdown")
        title = re.search(r"^# (.*)", header, re.MULTILINE)[1]
        minutes = int(re.search(r"\*\*Read\*\* about (\d+) min", header)[1])
        needs = re.search(r"\*\*Needs\*\* (.*)", header)[1]
        goals = re.search(r"After this chapter you can\s+((?:- .*\n?)+)", header)[1].splitlines()
        found[int(path.stem[:2])] = (
            path.stem,
            title,
            minutes,
            RUNTIMES[path.stem],
            [goal.removeprefix("- ").rstrip(";.") for goal in goals if goal],
            {int(number) for number in re.findall(r"\b(\d\d)-[a-z]", needs)},
        )
    return found


def minutes_of(name):
    """The minutes that an assignment says it takes."""
    path = ROOT / "coursework" / "source" / name / f"{name}.ipynb"
    return int(re.search(r"\*\*Minutes\*\* about (\d+)", nbformat.read(path, as_version=4).cells[0].source)[1])


def link(number):
    return f"{{doc}}`{number} <../../chapters/{chapters()[number][0]}>`"


def every_chapter():
    """One row for each chapter."""
    ends = {numbers[-1]: name for name, numbers in ASSIGNMENTS.items()}
    yield "| Chapter | Read, min | Run, s | Then |"
    yield "|---|---|---|---|"
    for number, (stem, title, minutes, seconds, *_) in chapters().items():
        then = f"`{ends[number]}`" if number in ends else ""
        yield f"| {number}. {{doc}}`{title} <../../chapters/{stem}>` | {minutes} | {seconds} | {then} |"
    read, run = (sum(it[column] for it in chapters().values()) for column in (2, 3))
    yield f"| together | {read} | {run} | {len(ASSIGNMENTS)} × {POINTS} points |"


def plan(weeks):
    """One row for each week: its chapters, minutes at home, and what is handed out."""
    yield "| Week | Chapters | At home, min | Hand out |"
    yield "|---|---|---|---|"
    total = 0
    for week, (numbers, assignment) in enumerate(weeks, 1):
        minutes = sum(chapters()[n][2] for n in numbers) + (minutes_of(assignment) if assignment else 0)
        total += minutes
        names = ", ".join(map(link, numbers)) or "projects shown"
        yield f"| {week} | {names} | {minutes or ''} | {f'`{assignment}`' if assignment else ''} |"
    given = sum(bool(assignment) for _, assignment in weeks)
    yield f"| all | {sum(len(n) for n, _ in weeks)} | {total} | {given * POINTS} points |"


def goals():
    """A dropdown for each chapter: what one can do after it."""
    for number, (_, title, _, _, can, _) in chapters().items():
        yield f"```{{dropdown}} {number}. {title}\nAfter it one can\n"
        yield from (f"- {goal}" for goal in can)
        yield "```\n"


def page(text):
    """The page with its tables made again."""
    for name, lines in {
        "chapters": every_chapter(),
        "twelve": plan(TWELVE),
        "six": plan(SIX),
        "goals": goals(),
    }.items():
        begin, end = f"<!-- {name}: made by scripts/syllabus.py -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n" + "\n".join(lines).rstrip() + f"\n\n{end}{after}"
    return text


if __name__ == "__main__":
    made = page(PAGE.read_text(encoding="utf-8"))
    if "--write" in sys.argv:
        PAGE.write_text(made, encoding="utf-8")
    else:
        sys.stdout.write(made)
