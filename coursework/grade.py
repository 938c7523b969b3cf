"""From a folder of submissions to verdicts, kept one by one: what was graded is not graded again.

A verdict is a file, `verdicts/ASSIGNMENT/STUDENT.json` in the course's folder, written when it is whole. It names the
hash of what was submitted and of the source, so that only what changed is graded again after a crash or a correction.
"""

import functools
import hashlib
import json
import os
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import nbformat
from tqdm import tqdm

from coursework import nbgraders, sandbox, sources
from coursework.judge import Judge, Verdict, unreadable
from coursework.nbgraders import COURSES
from coursework.submission import Unreadable, restore


@dataclass(frozen=True)
class Handed:
    """One file that a student handed in."""

    student: str
    assignment: str
    data: bytes

    @property
    def digest(self):
        return hashlib.sha256(self.data).hexdigest()


def collect(folder, names) -> tuple[list[Handed], list[str]]:
    """Every submission below a folder; and a sentence about each file that is none, or that does not count.

    A file belongs to the assignment whose name its own name holds. Its student is the folder or zip it lies in, of
    those just below `folder`, or below a folder that bears an assignment's name; else its own name up to the
    assignment's. Of Moodle's folders and Canvas's files only what names the same student in every assignment counts;
    see `_student`. Of two files of one student the later counts, numbers in order.
    """
    found: dict = {}
    troubles = []
    for path, data in _files(Path(folder)):
        name = next((each for each in sorted(names, key=len, reverse=True) if each in path.name), None)
        who, student = _student(path, name, names)
        if path.suffix == ".ipynb" and name and student:
            found.setdefault((student, name), []).append((_order(path), path, who, data))
        elif path.suffix == ".zip":
            troubles.append(f"{path} cannot be read as a zip with a notebook in it")
        else:
            troubles.append(f"{path} is no submission: no assignment's name, or no student, in its path")
    handed = []
    for (student, name), files in sorted(found.items()):
        *others, (_, last, _, data) = sorted(files, key=lambda file: file[0])
        if len({who for _, _, who, _ in files}) > 1:
            paths = ", ".join(str(path) for _, path, _, _ in files)
            troubles.append(f"{paths}: two students would both be {student}; rename one")
            continue
        troubles += [f"{path}: the same student's {last} counts" for _, path, _, _ in others]
        handed.append(Handed(student, name, data))
    return handed, troubles


def _student(path, name, names) -> tuple[str, str]:
    """Who handed a file in: as the school's platform calls them, and as a name of a file.

    Moodle's number (`Ada Lovelace_123_assignsubmission_file_`) and Canvas's second (`lovelaceada_77_88_NAME.ipynb`) are
    others in each assignment, so they are left out; but Moodle's stays where it stands for the name
    (`Participant_123_…`).
    """
    first, *rest = path.parts[1:] if len(path.parts) > 1 and path.parts[0].removesuffix(".zip") in names else path.parts
    if rest and not first.endswith(".zip"):
        who = first.partition("_assignsubmission")[0]
        student = re.sub(r"( .*)_\d+$", r"\1", who) if who != first else who
    else:
        stem = first.removesuffix(".zip").removesuffix(".ipynb")
        who = stem.partition(name)[0].rstrip("_- ") if name else stem
        who = student = re.sub(r"(?:_LATE)?_(\d+)_\d+(?:_.*)?$", r"_\1", who) or (stem if rest else "")
    who, student = (unicodedata.normalize("NFC", each.strip()).lstrip(".") for each in (who, student))
    return who, re.sub(r"[^\w.@+-]", "_", student)


def _order(path):
    """What files of one student are sorted by: numbers count as numbers, and `NAME (1)` comes after `NAME`."""
    words = re.split(r"(\d+)", str(path.with_suffix("")).replace("_LATE", ""))
    return [int(word) if k % 2 else word for k, word in enumerate(words)]


def _files(folder) -> Iterator[tuple[Path, bytes]]:
    """Every file below a folder, and instead of a zip the notebooks in it; nothing that an editor or a Mac adds."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if _hidden(inside) or path.is_symlink() or not path.is_file():
            continue
        if path.suffix == ".zip":
            books = []
            try:
                with zipfile.ZipFile(path) as archive:
                    for entry in archive.infolist():
                        within = Path(entry.filename.lstrip("/"))
                        if within.suffix == ".ipynb" and entry.file_size < 50 << 20 and not _hidden(within):
                            books.append((inside / within, archive.read(entry)))
            except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
                books.append((inside, b""))
            yield from books or [(inside, b"")]
        else:
            yield inside, path.read_bytes() if path.stat().st_size < 50 << 20 else b"too large"


def _hidden(path):
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


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
