"""Writes verdicts into nbgrader's gradebook, and gives them back: scores for the registrar, a page for each student."""

import csv
import hashlib
import html
import json
import re
import warnings
from pathlib import Path

import latex2mathml.converter
import nbformat
from nbformat.v4 import new_markdown_cell, new_output
from tqdm import tqdm

from coursework import grade, nbgraders
from coursework.judge import BY_HAND, PASSED, REVIEW
from coursework.nbgraders import COURSES
from coursework.sources import kind, name_of

POLICY = """<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<style>img { max-width: 100%; height: auto } pre { white-space: pre-wrap }
body .panel-heading { overflow: hidden } .rendered_html { overflow-x: auto }
@media (max-width: 600px) { body .container { padding: 4px; border: 0 } body ul, body ol { padding-left: 1.2em }
  body div.cell, body div.text_cell_render { padding: 2px } body h1 { font-size: 1.5em } body h2 { font-size: 1.3em } }
</style>"""
WORDS = {
    PASSED: "Passed.",
    REVIEW: "Not decided: a person will look at this.",
}


def shown(verdict, notebook):
    """The graded notebook with what its cells showed when they ran here, and with the verdict on each test."""
    notebook = nbformat.from_dict(notebook)
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            if kind(cell) in {"manual", "free"}:
                cell.source = harmless(cell.source)
            cell.source = formulas(cell.source)
            continue
        name = name_of(cell) or f"cell {number}"
        question = verdict.questions.get(name)
        if kind(cell) == "test" and question is not None:
            words = WORDS.get(question.state) or f"Not passed: {question.words}"
            if question.state == REVIEW:
                words += f" {question.words}"
            cell.outputs = [new_output("stream", name="stdout", text=words)]
            continue
        for output in verdict.shown.get(name, {}).get("outputs", []):
            if output["kind"] == "png":
                cell.outputs.append(new_output("display_data", {"image/png": output["text"]}))
            else:
                cell.outputs.append(new_output("stream", name="stdout", text=output["text"]))
        if error := verdict.shown.get(name, {}).get("error"):
            cell.outputs.append(new_output("stream", name="stdout", text=error))
    if verdict.remarks:
        lines = "\n".join(f"- {remark}" for remark in verdict.remarks)
        notebook.cells.insert(0, new_markdown_cell(f"**What the grader noticed**\n\n{lines}", id="noticed"))
    return notebook


def harmless(markdown):
    """Markdown without HTML of its own and without links that run: a browser shows what was typed, a space apart."""
    markdown = re.sub(r"<(?=[A-Za-z/!?])", "< ", markdown)
    return re.sub(r"(?i)\b(javascript|vbscript|data)\s*:", r"\1 :", markdown)


def formulas(markdown):
    """Markdown whose formulas are MathML: a browser shows them without a script."""

    def mathml(match):
        block, inline = (part and part.replace("{aligned}", "{split}") for part in match.groups())
        try:
            return latex2mathml.converter.convert(block or inline, display="block" if block else "inline")
        except Exception:  # whatever a student typed between dollars stays as it is
            return match[0]

    return re.sub(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$\n]+?)\$(?!\d)", mathml, markdown, flags=re.DOTALL)


def enter(key, courses=COURSES, show=True):
    """Enter every new verdict into nbgrader's gradebook, with the notebook that its pages show.

    A person's scores and comments are never touched; where the submission changed after a person graded it, nbgrader
    asks to look again.
    """
    course = nbgraders.course(key, courses)
    entered = course / "verdicts" / "entered.json"
    done = json.loads(entered.read_text(encoding="utf-8")) if entered.exists() else {}
    with nbgraders.gradebook(course, key) as gradebook, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Object of type")  # nbgrader's own, of SQLAlchemy
        waiting = {
            who: it for who, it in grade.verdicts(key, courses).items() if done.get("/".join(who)) != _fingerprint(it)
        }
        for (name, student), it in tqdm(waiting.items(), "gradebook", unit="submission", disable=not show):
            verdict, notebook, _ = it
            place = course / "autograded" / student / name
            place.mkdir(parents=True, exist_ok=True)
            nbformat.write(shown(verdict, notebook), place / f"{name}.ipynb")
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(name, student)
            for each, question in verdict.questions.items():
                entry = gradebook.find_grade(each, name, name, student)
                entry.auto_score = question.score
                entry.needs_manual_grade = question.score is None or entry.manual_score is not None
                if question.state == BY_HAND or (question.score == 0 and kind_of(notebook, each) == "manual"):
                    comment = gradebook.find_comment(each, name, name, student)
                    comment.auto_comment = question.words or None
            gradebook.db.commit()
            done[f"{name}/{student}"] = _fingerprint(it)
        entered.parent.mkdir(exist_ok=True)
        entered.write_text(json.dumps(done), encoding="utf-8")


def kind_of(notebook, name):
    """What kind of cell bears this name."""
    return next((kind(cell) for cell in notebook.cells if name_of(cell) == name), None)


def _fingerprint(it):
    verdict, _, submitted = it
    return hashlib.sha256(json.dumps([verdict.as_dict(), submitted]).encode()).hexdigest()


def feedback(key, courses=COURSES, show=True) -> list[Path]:
    """A page for each student and assignment: the notebook, what it showed, scores, words and comments."""
    course = nbgraders.course(key, courses)
    api = nbgraders.api(course, key)
    made, waiting = [], waits(key, courses)
    for name, student in tqdm(sorted(waiting, key=lambda who: who[::-1]), "feedback", unit="page", disable=not show):
        result = api.generate_feedback(name, student, force=True)
        if not result["success"]:
            raise RuntimeError(f"nbgrader made no feedback for {student}, {name}:\n{result.get('log')}")
        page = course / "feedback" / student / name / f"{name}.html"
        page.write_text(still(page.read_text(encoding="utf-8"), waiting[name, student]), encoding="utf-8")
        made.append(page)
    return made


def waits(key, courses=COURSES) -> dict[tuple[str, str], list[str]]:
    """The questions that a person has yet to score: {(assignment, student): [question, ...]}."""
    found = {}
    with nbgraders.gradebook(nbgraders.course(key, courses), key) as gradebook:
        for (name, student), (verdict, _, _) in grade.verdicts(key, courses).items():
            entries = {each: gradebook.find_grade(each, name, name, student) for each in verdict.questions}
            found[name, student] = [
                each for each, entry in entries.items() if entry.needs_manual_grade and entry.manual_score is None
            ]
    return found


def still(page, waiting=()):
    """An HTML page that asks no other host for anything and runs no script, whatever a student wrote into it.

    `waiting`: questions whose score of 0 is none yet; the page says so first, and instead of each 0.
    """
    page = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL | re.IGNORECASE)
    # the list of questions: by their names, where nbgrader calls each "Test cell"
    page = re.sub(r'(<li><a href="#([\w-]+)">)[^<]*(</a> \(Score: )', r"\1\2\3", page)
    for each in waiting:
        for place in (rf'<li><a href="#{each}">{each}</a> \(', rf'<a name="{each}"></a><div .*?class="pull-right">\s*'):
            page = re.sub(rf"({place})Score: 0\.0 / ", r"\1Waits for a person, of ", page, count=1, flags=re.DOTALL)
    if waiting:
        page = re.sub(r"(<h4>[^<]* \(Score)(: )", r"\1 so far\2", page, count=1)
        names = ", ".join(html.escape(each) for each in waiting)
        note = f'<p class="container"><strong>Not final.</strong> A person has yet to score: {names}.</p>'
        page = re.sub(r"(<body\b[^>]*>)", lambda match: match[1] + note, page, count=1)
    return page.replace("<head>", f"<head>\n{POLICY}", 1)


def scores(key, courses=COURSES) -> Path:
    """Scores as tables: `scores.csv`, a line for each submission, and `scores-lms.csv`, a line for each student.

    A score that a person has yet to give is empty, and so is a total that rests on one.
    """
    course = nbgraders.course(key, courses)
    target = course / "scores"
    target.mkdir(exist_ok=True)
    rows: list[list[str]] = []
    students: dict[str, dict] = {}
    assignments = {}
    waiting = waits(key, courses)
    with nbgraders.gradebook(course, key) as gradebook:
        for (name, student), (verdict, _, _) in grade.verdicts(key, courses).items():
            open_ = waiting[name, student]
            decided = verdict.questions.keys() - set(open_)
            total = sum(gradebook.find_grade(each, name, name, student).score for each in decided)
            most = sum(question.points for question in verdict.questions.values())
            assignments[name] = most
            whole = None if open_ else total
            rows.append(
                [name, student, verdict.state, f"{total:g}", f"{most:g}", "" if open_ else "yes", " ".join(open_)]
            )
            students.setdefault(student, {})[name] = whole
    with open(target / "scores.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["assignment", "student", "state", "points so far", "of", "final", "waits for a person"])
        table.writerows(rows)
    with open(target / "scores-lms.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["ID", *(f"{name} ({most:g})" for name, most in sorted(assignments.items()))])
        for student, own in sorted(students.items()):
            values = [own.get(name) for name in sorted(assignments)]
            table.writerow([student, *("" if value is None else f"{value:g}" for value in values)])
    return target
