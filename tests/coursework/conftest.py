"""A released assignment and its judge, made once for each cohort that a test asks for."""

import functools

import nbformat
import pytest

KEY = "tests-2027"


class Round:
    """One assignment released for one cohort: what a student gets, and how an answer is judged."""

    def __init__(self, name, courses, key=KEY, **chosen):
        from coursework import judge, nbgraders, release, sources

        release.strip(name, key, courses, **chosen)
        self.assignment = sources.read(name, key, **chosen)
        self.folder = nbgraders.course(key, courses) / "release" / name
        self.release = nbformat.read(self.folder / f"{name}.ipynb", 4)
        self.solution = sources.solution(self.assignment, self.release)
        self.judge = judge.Judge(self.assignment, self.folder)

    def answers(self):
        """The solution's cells by name."""
        from coursework.sources import name_of

        return {name_of(cell): cell.source for cell in self.solution.cells if name_of(cell)}

    def notebook(self, texts):
        """The solution with other text in some cells: {name of a cell: its text}."""
        from coursework.sources import with_texts

        assert texts.keys() <= self.answers().keys(), f"no cells {sorted(texts.keys() - self.answers().keys())}"
        return with_texts(self.solution, texts)

    def grade(self, notebook, show=False):
        """The verdict on a notebook."""
        from coursework import submission

        return self.judge.grade(submission.restore(nbformat.writes(notebook).encode(), self.release), show)


@pytest.fixture(scope="session")
def rounds(tmp_path_factory):
    """rounds(name, CONSTANT=value, ...) -> Round, each made once."""

    @functools.cache
    def made(name, **chosen):
        return Round(name, tmp_path_factory.mktemp(name), **chosen)

    return made
