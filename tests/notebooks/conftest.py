"""A small notebook with all that a chapter's machinery must bear: text, a figure, an expected error."""

import nbformat
import pytest
from execute import execute
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SETUP = """\
import matplotlib.pyplot as plt
import numpy as np

plt.rcParams["svg.hashsalt"] = "small"
shell = get_ipython()
shell.run_line_magic("config", "InlineBackend.figure_formats = ['svg']")
shell.run_line_magic("config", "InlineBackend.print_figure_kwargs = {'metadata': {'Date': None}}")
w = np.tanh(np.random.default_rng(0).normal(size=(8, 8)))
print(f"{w.sum():.3f}")"""
FIGURE = "plt.plot(w[0])\nplt.show()"
ALT = {"mystnb": {"image": {"alt": "Eight random weights between minus one and one"}}}


@pytest.fixture(scope="session")
def source(tmp_path_factory):
    """The path of the small notebook as an editor leaves it."""
    cells = [
        new_markdown_cell("# Small\n\nTwo minutes to read, about 2 s to run."),
        new_code_cell(SETUP, metadata={"execution": {"iopub.status.busy": "2026-01-01"}}),
        new_code_cell(FIGURE, metadata=ALT | {"scrolled": True}),
        new_code_cell("assert w.shape == (8, 8)\n1 / 0", metadata={"tags": ["raises-exception"]}),
    ]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    path = tmp_path_factory.mktemp("small") / "small.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": {"name": "someone's", "display_name": "?"}}), path)
    return path


@pytest.fixture(scope="session")
def executed(source):
    """The text of the small notebook, executed."""
    return execute(source)[0]
