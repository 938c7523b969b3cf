"""Where a program or the pinned environment is absent, tests say so: by a skip with its remedy; in CI by a failure."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NEEDY = """
import pytest

@pytest.mark.needs("chromium")
def test_site(): ...

@pytest.mark.same_bytes
def test_bytes(): ...
"""


@pytest.fixture
def elsewhere(tmp_path):
    """Test the files of `tmp_path` with our settings, as on a machine without programs and with another processor."""
    (tmp_path / "elsewhere.py").write_text("import pinned\npinned.why_not = lambda: 'another processor'\n")
    (tmp_path / "test_needy.py").write_text(NEEDY)

    def run(*arguments, **variables):
        path = os.pathsep.join(map(str, [tmp_path, ROOT, ROOT / "scripts"]))
        command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-rs", "--color=no", "-p", "no:cacheprovider"]
        command += ["-p", "nbval.plugin", "-p", "elsewhere", "-p", "conftest", "--rootdir", str(ROOT), *arguments]
        alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": path}
        variables = os.environ | alone | {"CI": "", "PATH": ""} | variables
        return subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=300).stdout

    return run


def test_a_skip_names_its_remedy(elsewhere):
    out = elsewhere("test_needy.py")
    assert "2 skipped" in out
    assert "chromium is not installed (Debian: apt-get install chromium)" in out
    assert "another processor" in out


def test_a_skip_fails_in_ci(elsewhere):
    out = elsewhere("test_needy.py", CI="true")
    assert "2 failed" in out or "2 errors" in out
    assert "A skip fails in CI" in out


def test_another_processor_compares_shapes_and_says_so(elsewhere, executed, tmp_path):
    def other(name, change):
        nb = nbformat.reads(executed, as_version=4)
        change(nb.cells)
        nbformat.write(nb, tmp_path / name)

    def number(cells):
        cells[1].outputs[0].text = "-0.123\n"

    def figure(cells):
        data = cells[2].outputs[0].data
        data["image/svg+xml"] = re.sub(r"\bL (\d)", r"L 1\1", data["image/svg+xml"])

    def words(cells):
        cells[1].outputs[0].text = "2.018 and a word\n"

    def claim(cells):
        cells[3].source = "assert w.shape == (9, 9)"
        cells[3].metadata, cells[3].outputs = {}, []

    for change in [number, figure, words, claim]:
        other(f"{change.__name__}.ipynb", change)
    out = elsewhere("--nbval", "--nbval-current-env", "-rf", ".", PATH=os.environ["PATH"])
    assert "NOT BYTE FOR BYTE: another processor" in out
    assert set(re.findall(r"^FAILED \S*?(\w+)\.ipynb::Cell (\d)", out, flags=re.MULTILINE)) == {
        ("words", "0"),
        ("claim", "2"),
    }
