"""Every chapter passes the gate, and the gate is shut to what it should be shut to."""

import json

import nbformat
import pytest
from execute import CHAPTERS, RUNTIMES
from gate import complaints

TIMES = json.loads(RUNTIMES.read_text(encoding="utf-8")) if RUNTIMES.exists() else {}


@pytest.mark.parametrize("path", sorted(CHAPTERS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_chapter_passes(path):
    assert list(complaints(path, TIMES.get(path.stem))) == []


def test_times_are_of_chapters():
    assert set(TIMES) == {path.stem for path in CHAPTERS.glob("*.ipynb")}


@pytest.fixture
def complain(executed, tmp_path):
    """Change the small executed notebook and return the gate's complaints."""

    def of(change, seconds=2):
        nb = nbformat.reads(executed, as_version=4)
        change(nb)
        path = tmp_path / "changed.ipynb"
        nbformat.write(nb, path)
        return "\n".join(complaints(path, seconds))

    return of


def test_a_good_notebook_passes(complain):
    assert complain(lambda nb: None) == ""


def unexecute(nb):
    nb.cells[1].execution_count, nb.cells[1].outputs = None, []


def skip_a_number(nb):
    nb.cells[2].execution_count = 7


def time_a_cell(nb):
    nb.cells[1].metadata["execution"] = {"iopub.status.busy": "2026-01-01T00:00:00Z"}


def untag(nb):
    nb.cells[3].metadata = {}


def silence(nb):
    nb.cells[2].metadata["mystnb"]["image"]["alt"] = "A line"


def rasterise(nb):
    nb.cells[2].outputs[0].data = {"image/png": "aGVsbG8="}


def warn(nb):
    nb.cells[1].outputs.append(nbformat.v4.new_output("stream", name="stderr", text="a warning"))


def show_address(nb):
    nb.cells[1].outputs.append(nbformat.v4.new_output("stream", name="stdout", text="<object at 0x7f0123456789>"))


def import_a_stranger(nb):
    nb.cells[1].source += "\nfrom playwright import sync_api"


def use_magic(nb):
    nb.cells[1].source = "%pip install something"


def assert_nothing(nb):
    for cell in nb.cells:
        cell.source = cell.source.replace("assert ", "")


def choose_a_kernel(nb):
    nb.metadata.kernelspec.name = "my-kernel"


def forget_the_time(nb):
    nb.cells[0].source = "# Small"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (unexecute, "execution count is None"),
        (skip_a_number, "not 2"),
        (time_a_cell, "metadata ['execution']"),
        (untag, "ends in ZeroDivisionError"),
        (silence, "no alternative text"),
        (rasterise, "only SVG"),
        (warn, "stderr"),
        (show_address, "shows the machine"),
        (import_a_stranger, "imports playwright"),
        (use_magic, "not plain Python"),
        (assert_nothing, "asserts nothing"),
        (choose_a_kernel, "kernelspec"),
        (forget_the_time, 'does not say "about 2 s"'),
    ],
)
def test_gate_is_shut(complain, change, words):
    assert words in complain(change)


@pytest.mark.parametrize(("seconds", "words"), [(None, "no run time"), (9, "recorded are 9 s")])
def test_times_agree(complain, seconds, words):
    assert words in complain(lambda nb: None, seconds)


def test_a_chapter_is_short(complain):
    def boast(nb):
        nb.cells[0].source = "about 75 s"

    assert "too long" in complain(boast, 75)
