"""nbgrader as a library: where a cohort's course lies, its settings, its database."""

import functools
import logging
import os
import re
import sys
from pathlib import Path

import nbgrader.api
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

COURSES = Path(__file__).resolve().parent / "courses"
CONFIG = '''"""nbgrader's settings for this course; open its pages with `jupyter lab` in this folder."""

c = get_config()
c.CourseDirectory.course_id = {key!r}
c.CourseDirectory.root = {root!r}
c.HTMLExporter.sanitize_html = True  # what a student writes is shown, never run
'''

# nbgrader starts a program to ask its database's version each time that it opens it; once is enough.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
nbgrader.api.get_alembic_version = functools.cache(nbgrader.api.get_alembic_version)


def course(key, courses=COURSES) -> Path:
    """The folder of a cohort's course, private to the teacher, in nbgrader's layout.

    `source`, `release`, `submitted`, `autograded`, `feedback`, `gradebook.db`; beside them our `handout`, `rubrics`,
    `verdicts` and `report`.

    Raises:
        ValueError: the key is not made of letters, digits, "-" and "_".
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{2,39}", key):
        raise ValueError(f"key must be 3 to 40 letters, digits, - or _, and begin with a letter or digit; got {key!r}")
    return Path(courses).resolve() / key


def made(key, courses=COURSES) -> list[str]:
    """The assignments that were made for a cohort.

    Raises:
        FileNotFoundError: there are none.
    """
    release = course(key, courses) / "release"
    names = sorted(path.name for path in release.glob("*") if (path / f"{path.name}.ipynb").exists())
    if not names:
        raise FileNotFoundError(
            f"nothing was released for {key!r}: is the key right? If so, run `make assignments COHORT={key}` first"
        )
    return names


def settle(folder, key):
    """Write the course's nbgrader_config.py, for its programs and pages."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(CONFIG.format(key=key, root=str(folder)), encoding="utf-8")


def api(folder, key) -> NbGraderAPI:
    """nbgrader's own interface, for one course."""
    config = Config()
    config.CourseDirectory.course_id = key
    config.CourseDirectory.root = str(folder)
    config.HTMLExporter.sanitize_html = True
    made = NbGraderAPI(config=config)
    made.log.setLevel(logging.ERROR)
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    return made


def gradebook(folder, key) -> nbgrader.api.Gradebook:
    """The course's database; use it in a `with` statement."""
    return nbgrader.api.Gradebook(f"sqlite:///{folder / 'gradebook.db'}", key)
