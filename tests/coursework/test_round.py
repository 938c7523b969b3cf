"""A teacher's whole way: make, hand out, collect, grade, stop and go on, give back; with nbgrader's gradebook."""

import csv
import os
import re
import subprocess
import sys
import zipfile

import nbformat
import pytest

from coursework import collect, giveback, grade, nbgraders, otter, release, report, similar, sources
from coursework.__main__ import main
from coursework.sources import name_of

pytestmark = pytest.mark.needs("bubblewrap")
NAME, KEY = "04-gates", "round-2027"


@pytest.fixture(scope="module")
def school(tmp_path_factory):
    """A cohort's course with one assignment, and a folder of submissions in the layouts that schools use."""
    courses = tmp_path_factory.mktemp("courses")
    handout = release.make(NAME, KEY, courses)
    assignment = sources.read(NAME, KEY)
    blank = nbformat.read(nbgraders.course(KEY, courses) / "release" / NAME / f"{NAME}.ipynb", 4)
    solution = sources.solution(assignment, blank)
    wrong = nbformat.from_dict(solution)
    cell = next(c for c in wrong.cells if name_of(c) == name_of(assignment.of_kind("solution")[0]))
    cell.source = cell.source.replace("return ", "return None and ")
    answer = next(c for c in wrong.cells if name_of(c) == name_of(assignment.of_kind("manual")[0]))
    answer.source = "<script>document.title = 'owned'</script> [x](javascript:document.title=1) <img src=x onerror=x()>"
    folder = tmp_path_factory.mktemp("submissions")

    def put(path, notebook):
        path = folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook if isinstance(notebook, str) else nbformat.writes(notebook), encoding="utf-8")

    put(f"ada/{NAME}.ipynb", solution)
    put(f"ben/{NAME}/{NAME}.ipynb", wrong)
    put(f"Cleo Moodle_123_assignsubmission_file_/{NAME}.ipynb", blank)
    put(f"dancanvas_77_88_{NAME}-1.ipynb", solution)
    put(f"eve/{NAME}.ipynb", '{"cells": [')
    put("fred/holiday.txt", "hello")
    with zipfile.ZipFile(folder / "gina.zip", "w") as archive:
        archive.writestr(f"deep/inside/{NAME}.ipynb", nbformat.writes(solution))
    troubles = grade.grade(folder, KEY, courses, show=False)
    giveback.enter(KEY, courses, show=False)
    return {"courses": courses, "folder": folder, "handout": handout, "troubles": troubles, "assignment": assignment}


def rows(school, name):
    with open(giveback.scores(KEY, school["courses"]) / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_layout_is_found_and_what_is_no_submission_is_named(school):
    found = {student for _, student in grade.verdicts(KEY, school["courses"])}
    assert found == {"ada", "ben", "Cleo_Moodle", "dancanvas_77", "eve", "gina"}
    assert school["troubles"] == ["fred/holiday.txt is no submission: no assignment's name, or no student, in its path"]


LAYOUTS = {  # {what came back: the student whose file counts, or words of the line about it}
    "04-gates/hopper_7_90_04-gates.ipynb": "hopper_7_100_04-gates.ipynb counts",
    "04-gates/hopper_7_100_04-gates.ipynb": "hopper_7",
    "byron_LATE_8_95_04-gates-1.ipynb": "byron_8",
    "Ada Lovelace_123_assignsubmission_file_/04-gates.ipynb": "Ada_Lovelace",
    "Participant_5_assignsubmission_file_/04-gates.ipynb": "Participant_5",
    "Jo\u0308rg Groß/04-gates.ipynb": "J\u00f6rg_Groß",
    "twice/04-gates.ipynb": "twice/04-gates (10).ipynb counts",
    "twice/04-gates (2).ipynb": "twice/04-gates (10).ipynb counts",
    "twice/04-gates (10).ipynb": "twice",
    "Al Kim_1_assignsubmission_file_/04-gates.ipynb": "two students would both be Al_Kim",
    "Al Kim_2_assignsubmission_file_/04-gates.ipynb": "two students would both be Al_Kim",
    "mac.zip/04-gates.ipynb": "mac",
    "mac.zip/__MACOSX/._04-gates.ipynb": "",
    "mac.zip/.ipynb_checkpoints/04-gates-checkpoint.ipynb": "",
    "04-gates.zip/Bo Li_9_assignsubmission_file_/04-gates.ipynb": "Bo_Li",
    "04-gates.zip/liv_11_12_04-gates.ipynb": "liv_11",
    "nested.zip/inner.zip": "nested.zip cannot be read as a zip with a notebook",
    "04-gates.ipynb": "no student",
    "ann/04_gates.ipynb": "no assignment's name",
}


def test_the_later_file_counts_and_nothing_is_passed_over_in_silence(tmp_path):
    for text, path in enumerate(LAYOUTS):
        inner = tmp_path / path
        if ".zip/" in path:
            archive, _, inner = path.partition(".zip/")
            with zipfile.ZipFile(tmp_path / f"{archive}.zip", "a") as made:
                made.writestr(inner, str(text))
        else:
            inner.parent.mkdir(parents=True, exist_ok=True)
            inner.write_text(str(text), encoding="utf-8")
    handed, troubles = collect.collect(tmp_path, [NAME])
    words = list(LAYOUTS.values())
    assert sorted(each.student for each in handed) == sorted(each for each in words if each and " " not in each)
    assert all(words[int(each.data)] == each.student for each in handed)
    for path, word in LAYOUTS.items():
        assert " " not in word or any(word in line and path.partition(".zip/")[0] in line for line in troubles), path
    assert len(troubles) == 7


def test_scores_are_in_the_tables(school):
    assignment = school["assignment"]
    automatic = sum(assignment.points[name_of(cell)] for cell in assignment.of_kind("test"))
    lines = {row["student"]: row for row in rows(school, "scores.csv")}
    assert float(lines["ada"]["points so far"]) == automatic and lines["ada"]["final"] == ""
    assert set(lines["ada"]["waits for a person"].split()) == {name_of(c) for c in assignment.of_kind("manual")}
    assert 0 < automatic - float(lines["ben"]["points so far"])
    assert lines["Cleo_Moodle"]["final"] == "yes" and float(lines["Cleo_Moodle"]["points so far"]) == 0
    assert lines["eve"]["state"] == "needs review" and lines["eve"]["final"] == ""
    learning = {row["ID"]: row for row in rows(school, "scores-lms.csv")}
    column = f"{NAME} ({sum(assignment.points.values()):g})"
    assert learning["Cleo_Moodle"][column] == "0" and learning["ada"][column] == learning["eve"][column] == ""


def test_a_person_finishes_in_nbgrader_and_it_stays(school):
    course = nbgraders.course(KEY, school["courses"])
    with nbgraders.gradebook(course, KEY) as gradebook:
        for cell in school["assignment"].of_kind("manual"):
            entry = gradebook.find_grade(name_of(cell), NAME, NAME, "gina")
            entry.manual_score, entry.needs_manual_grade = 1.0, False
        gradebook.db.commit()
    (course / "verdicts" / "entered.json").unlink()
    giveback.enter(KEY, school["courses"], show=False)
    line = next(row for row in rows(school, "scores.csv") if row["student"] == "gina")
    manual = len(school["assignment"].of_kind("manual"))
    automatic = sum(school["assignment"].points[name_of(c)] for c in school["assignment"].of_kind("test"))
    assert float(line["points so far"]) == automatic + manual and line["final"] == "yes"


def test_what_is_graded_is_not_graded_again(school, monkeypatch):
    monkeypatch.setattr(grade, "_keep", lambda *args: pytest.fail("graded again"))
    grade.grade(school["folder"], KEY, school["courses"], show=False)


def test_a_killed_run_goes_on_where_it_was(school, tmp_path):
    """The command is killed after its first verdict; the next run grades the rest, and the first is left as it was."""
    courses, key = tmp_path, "killed-2027"
    release.strip(NAME, key, courses)
    where = f"Path({str(school['folder'])!r}), {key!r}, Path({str(courses)!r})"
    code = (
        "from pathlib import Path\nfrom coursework import grade\n"
        f"if __name__ == '__main__':\n    grade.grade({where}, jobs=1, show=False)"
    )
    script = tmp_path / "run.py"
    script.write_text(code, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(release.ROOT)}
    process = subprocess.Popen([sys.executable, str(script)], start_new_session=True, env=environment)
    place = courses / key / "verdicts" / NAME
    while process.poll() is None and not list(place.glob("*.json")):
        pass
    process.kill()
    process.wait()
    done = {path: path.stat().st_mtime_ns for path in place.glob("*.json")}
    assert 1 <= len(done) < 6, "it was killed in the middle"
    grade.grade(school["folder"], key, courses, jobs=1, show=False)
    assert len(list(place.glob("*.json"))) == 6
    assert all(path.stat().st_mtime_ns == before for path, before in done.items())


def test_feedback_tells_what_was_wrong_and_nothing_hidden(school):
    pages = giveback.feedback(KEY, school["courses"], show=False)
    assert len(pages) == 6
    hidden = {line for line in release.secrets(school["assignment"])}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        plain = re.sub(r"<[^>]+>", "", text).replace("&quot;", '"').replace("&#39;", "'").replace("&amp;", "&")
        if page.parts[-3] not in {"ada", "gina", "dancanvas_77", "ben"}:  # they handed in the solution itself
            assert not [line for line in hidden if line in plain]
        tests = "\n".join(school["assignment"].hidden.values())
        assert not [line for line in tests.splitlines() if len(line.strip()) > 20 and line.strip() in plain]
        assert (
            "<script" not in text and "default-src 'none'" in text and not re.search(r'(?:src|href)="(?:http|//)', text)
        )
        assert "onerror=" not in re.sub(r"&lt;.*?&gt;", "", text) and 'href="javascript' not in text
    ben = next(page for page in pages if page.parts[-3] == "ben").read_text(encoding="utf-8")
    assert "Not passed:" in ben and "Not final." in ben
    by_hand = [name_of(cell) for cell in school["assignment"].of_kind("manual")]
    assert all(f"{each}</a> (Waits for a person, of " in ben for each in by_hand), "a zero that is none yet"
    assert ben.count("Waits for a person") == 2 * len(by_hand) and "(Score so far: " in ben
    cleo = next(page for page in pages if page.parts[-3] == "Cleo_Moodle").read_text(encoding="utf-8")
    assert "Not final." not in cleo and "Waits for a person" not in cleo


def test_report_says_what_a_teacher_asks(school):
    text = report.write(KEY, school["courses"]).read_text(encoding="utf-8")
    assert "6 submissions" in text and "1 in need of review" in text
    assert text.count("every question: The file is not JSON") == text.count("The file is not JSON") == 1
    assert "<script" not in text
    for cell in school["assignment"].of_kind("test", "manual"):
        assert name_of(cell) in text
    assert "ada</td><td>dancanvas_77" in text.replace(" ", ""), "the same program twice"


def test_likeness_ignores_names_and_finds_nothing_in_the_blank(school):
    def notebook(code):
        made = nbformat.v4.new_notebook()
        made.cells = [nbformat.v4.new_code_cell(code)]
        return made

    one = (
        "def f(x, y):\n    z = x * y + 3\n    for k in range(4):\n"
        "        z = z + k ** 2 if k > 1 else z - k\n    return z, {y: x}"
    )
    same = one.replace("x", "first").replace("y", "second").replace("3", "17")
    other = (
        "def g(a):\n    import math\n    while a > 1:\n        a = math.sqrt(a)\n"
        "    return [a for _ in range(3) if a != 2] or None"
    )
    empty = notebook("")
    found = similar.pairs({"a": notebook(one), "b": notebook(same), "c": notebook(other)}, empty)
    assert [(one_, other_) for _, one_, other_ in found] == [("a", "b")] and found[0][0] == 1
    assert similar.pairs({"a": notebook(one), "b": notebook(one)}, notebook(one)) == []


def test_zip_is_all_that_a_student_needs(school, tmp_path):
    """Unpacked into an empty folder, with this project out of sight, the notebook's checks run."""
    with zipfile.ZipFile(school["handout"]) as archive:
        names = archive.namelist()
        assert {f"{NAME}.ipynb", "checks.py", "README.txt"} <= set(names)
        assert any(name.startswith("rnnkit-") and name.endswith(".whl") for name in names)
        assert {entry.date_time for entry in archive.infolist()} == {release.EPOCH}
        archive.extractall(tmp_path)
    notebook = nbformat.read(tmp_path / f"{NAME}.ipynb", 4)
    cells = [c.source for c in sources.solution(school["assignment"], notebook).cells if c.cell_type == "code"]
    script = tmp_path / "run.py"
    script.write_text("MPLBACKEND = 'agg'\n" + "\n".join(cells), encoding="utf-8")
    environment = {"PATH": "/usr/bin:/bin", "MPLBACKEND": "agg", "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_wheel_in_the_zip_is_rnnkit(school, tmp_path):
    with zipfile.ZipFile(school["handout"]) as archive:
        wheel = next(name for name in archive.namelist() if name.endswith(".whl"))
        archive.extract(wheel, tmp_path)
    code = f"import sys; sys.path.insert(0, {str(tmp_path / wheel)!r}); import rnnkit; print(rnnkit.__file__)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and ".whl" in done.stdout, done.stderr


def test_otter_gives_the_same_scores(school, tmp_path):
    """To a submission with some points; `bench/coursework_otter.py` compares three of every assignment."""
    made = otter.export(NAME, KEY, school["courses"])
    assert {path.name for path in made.iterdir()} >= {f"{NAME}.ipynb", "autograder.zip", "checks.py"}
    path = tmp_path / f"{NAME}.ipynb"
    path.write_bytes(
        (nbgraders.course(KEY, school["courses"]) / "submitted" / "ben" / NAME / f"{NAME}.ipynb").read_bytes()
    )
    verdict = grade.verdicts(KEY, school["courses"])[NAME, "ben"][0]
    ours = {each: verdict.questions[each].score for each in school["assignment"].hidden}
    assert 0 < sum(ours.values()) < sum(school["assignment"].points[each] for each in ours)
    assert otter.score(path, made / "autograder.zip") == ours


@pytest.mark.parametrize(
    ("key", "words"),
    [("x", "3 to 40 letters"), ("../../etc", "3 to 40 letters"), ("never-made", "nothing was released")],
)
def test_bad_input_gets_one_clear_line(key, words, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "coursework", "grade", key, str(tmp_path)], capture_output=True, text=True
    )
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["report", "otter"])
def test_a_misspelt_key_makes_nothing(command, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(nbgraders.made, "__defaults__", (tmp_path,))
    assert main([command, "never-made"]) == 2
    assert "is the key right?" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_a_report_before_any_grading_is_empty_and_so_is_one_after_a_student_was_removed(tmp_path):
    courses, key = tmp_path, "empty-2027"
    course = release.strip(NAME, key, courses).parent.parent
    (course / "autograded" / "gone" / NAME).mkdir(parents=True)
    giveback.enter(key, courses, show=False)
    assert giveback.feedback(key, courses, show=False) == []
    assert "gone" not in (giveback.scores(key, courses) / "scores.csv").read_text(encoding="utf-8")
