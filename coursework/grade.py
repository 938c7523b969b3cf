"""From a folder of submissions to verdicts, kept one by one: what was graded is not graded again.

A verdict is a file, `verdicts/ASSIGNMENT/STUDENT.json` in the course's folder, written when it is whole. It names the
hash of what was submitted and of the source, so that only what changed is graded again after a crash or a correction.
"""

import functools
import hashlib
import json
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import nbformat
from tqdm import tqdm

from coursework import nbgraders, sandbox, sources
from coursework.collect import collect
from coursework.judge import Judge, Verdict, unreadable
from coursework.nbgraders import COURSES
from coursework.submission import Unreadable, restore


def version(name) -> str:
    """A hash of everything that a verdict on this assignment rests on."""
    digest = hashlib.sha256()
    for path in sorted(sources.SOURCES.joinpath(name).glob("*")) + sorted(Path(__file__).parent.glob("*.py")):
        if path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@functools.cache
def _judge(name, key, courses, unsafe):
    folder = nbgraders.course(key, courses) / "release" / name
    release = nbformat.read(folder / f"{name}.ipynb", 4)
    return Judge(sources.read(name, key), folder, unsafe=unsafe), release


def one(handed, key, courses=COURSES, unsafe=False) -> tuple[Verdict, str]:
    """The verdict on one file, and the notebook as it was graded, as text."""
    judge, release = _judge(handed.assignment, key, str(courses), unsafe)
    try:
        submission = restore(handed.data, release)
    except Unreadable as why:
        blank = nbformat.from_dict(release)
        text = handed.data[:50_000].decode("utf-8", "replace").replace("~~~", "~ ~ ~")
        words = f"**The file {why}.** It begins:\n\n~~~text\n{text}\n~~~"
        blank.cells.insert(0, nbformat.v4.new_markdown_cell(words, id="unreadable"))
        return unreadable(judge.assignment, why), nbformat.writes(blank)
    return judge.grade(submission), nbformat.writes(submission.notebook)


def _work(handed, key, courses, unsafe):
    verdict, notebook = one(handed, key, courses, unsafe)
    return verdict.as_dict(), notebook


def grade(folder, key, courses=COURSES, jobs=None, unsafe=False, show=True) -> list[str]:
    """Grade every submission below a folder that has no verdict yet.

    Args:
        folder: where the submissions lie; see `collect`.
        key: the cohort's key; its assignments have been made.
        courses: where the cohorts' folders lie.
        jobs: processes at once; default: one for each core.
        unsafe: run student code without a sandbox.
        show: show progress.

    Returns:
        what could not be graded, as sentences.

    Raises:
        coursework.sandbox.Unsafe: no sandbox can be had here and `unsafe` is not set.
        FileNotFoundError: the folder, or the cohort's release, is not there.
    """
    if not unsafe and (reason := sandbox.why_not_once()):
        raise sandbox.Unsafe(reason)
    course = nbgraders.course(key, courses)
    made = nbgraders.made(key, courses)
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"submissions must be a folder; {folder} is none")
    handed, troubles = collect(folder, made)
    versions = {name: version(name) for name in made}
    waiting = [each for each in handed if _kept(course, each, versions[each.assignment]) is None]
    jobs = jobs or os.cpu_count() or 1
    bar = tqdm(total=len(handed), initial=len(handed) - len(waiting), unit="submission", disable=not show)
    with bar, ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(_work, each, key, str(courses), unsafe): each for each in waiting}
        try:
            for done in as_completed(running):
                each = running[done]
                try:
                    verdict, notebook = done.result()
                except BrokenProcessPool:
                    raise
                except Exception as error:
                    troubles.append(f"{each.student}, {each.assignment}: the grader failed ({error!r})")
                else:
                    _keep(course, each, versions[each.assignment], verdict, notebook)
                bar.update()
        except (KeyboardInterrupt, BrokenProcessPool):
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return troubles


def _place(course, assignment, student):
    return course / "verdicts" / assignment / f"{student}.json"


def _kept(course, handed, version):
    try:
        kept = json.loads(_place(course, handed.assignment, handed.student).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return kept if (kept["submitted"], kept["source"]) == (handed.digest, version) else None


def _keep(course, handed, version, verdict, notebook):
    path = _place(course, handed.assignment, handed.student)
    path.parent.mkdir(parents=True, exist_ok=True)
    submitted = course / "submitted" / handed.student / handed.assignment
    submitted.mkdir(parents=True, exist_ok=True)
    (submitted / f"{handed.assignment}.ipynb").write_bytes(handed.data)
    kept = {"submitted": handed.digest, "source": version, "verdict": verdict, "notebook": notebook}
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(kept), encoding="utf-8")
    partial.replace(path)


def verdicts(key, courses=COURSES) -> dict[tuple[str, str], tuple[Verdict, nbformat.NotebookNode, str]]:
    """Every verdict of a cohort: {(assignment, student): (verdict, the notebook as graded, hash of its file)}."""
    found = {}
    for path in sorted((nbgraders.course(key, courses) / "verdicts").glob("*/*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        notebook = nbformat.reads(kept["notebook"], 4)
        found[path.parent.name, path.stem] = (Verdict.of(kept["verdict"]), notebook, kept["submitted"])
    return found
