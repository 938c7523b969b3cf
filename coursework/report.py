"""The teacher's report: how the class did, which questions were hard, what needs a person, and why. One HTML file."""

import statistics
from pathlib import Path

import jinja2
import nbformat

from coursework import grade, nbgraders, similar
from coursework.judge import BY_HAND, GRADED, LOST, PARTLY, PASSED, REVIEW
from coursework.nbgraders import COURSES
from coursework.sources import kind, name_of

BARS = 10


def write(key, courses=COURSES) -> Path:
    """Write `report/index.html` of a cohort; returns its path."""
    course = nbgraders.course(key, courses)
    everything = grade.verdicts(key, courses)
    facts = []
    for name in sorted({name for name, _ in everything}):
        own = {student: it for (each, student), it in everything.items() if each == name}
        release = nbformat.read(course / "release" / name / f"{name}.ipynb", 4)
        facts.append(_assignment(name, own, release))
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    target = course / "report" / "index.html"
    target.parent.mkdir(exist_ok=True)
    text = environment.get_template("report.html.j2").render(key=key, assignments=facts)
    target.write_text(text, encoding="utf-8")
    return target


def _assignment(name, own, release):
    verdicts = {student: verdict for student, (verdict, _, _) in own.items()}
    automatic = {name_of(cell) for cell in release.cells if kind(cell) == "test"}
    totals = {
        student: sum(verdict.questions[each].score or 0 for each in automatic) for student, verdict in verdicts.items()
    }
    first = next(iter(verdicts.values()))
    most = sum(first.questions[each].points for each in automatic)
    questions = []
    for each, question in first.questions.items():
        states = [verdict.questions[each].state for verdict in verdicts.values()]
        decided = [state for state in states if state in {PASSED, LOST}]
        words = [
            verdict.questions[each].words for verdict in verdicts.values() if verdict.questions[each].state == LOST
        ]
        questions.append(
            {
                "name": each,
                "points": question.points,
                "automatic": each in automatic,
                "passed": states.count(PASSED) / len(decided) if decided and each in automatic else None,
                "review": states.count(REVIEW),
                "by_hand": states.count(BY_HAND),
                "usual": statistics.mode(words) if words else "",
                "usual_count": words.count(statistics.mode(words)) if words else 0,
            }
        )
    waiting = []
    for student, verdict in sorted(verdicts.items()):
        open_ = {}  # why: the questions
        for each, question in verdict.questions.items():
            if question.state == REVIEW:
                open_.setdefault(question.words, []).append(each)
        every = len(verdict.questions)
        why = [f"{'every question' if len(q) == every else ', '.join(q)}: {words}" for words, q in open_.items()]
        why += [remark for remark in verdict.remarks if remark not in open_]
        if why:
            waiting.append({"student": student, "state": verdict.state, "why": why})
    waiting.sort(key=lambda line: [REVIEW, PARTLY, GRADED].index(line["state"]))
    return {
        "name": name,
        "count": len(verdicts),
        "states": {state: sum(v.state == state for v in verdicts.values()) for state in (GRADED, PARTLY, REVIEW)},
        "most": most,
        "bars": _bars(list(totals.values()), most),
        "median": statistics.median(totals.values()),
        "questions": questions,
        "waiting": waiting,
        "alike": similar.pairs({student: notebook for student, (_, notebook, _) in own.items()}, release),
        "seconds": sum(verdict.seconds for verdict in verdicts.values()),
    }


def _bars(totals, most):
    """The distribution of automatic points: for each tenth, [label, count, height in % of the highest]."""
    counts = [0] * BARS
    for total in totals:
        counts[min(BARS - 1, int(BARS * total / most)) if most else 0] += 1
    highest = max(counts) or 1
    width = most / BARS
    return [
        {"label": f"{k * width:.3g} to {(k + 1) * width:.3g}", "count": count, "height": 100 * count / highest}
        for k, count in enumerate(counts)
    ]
