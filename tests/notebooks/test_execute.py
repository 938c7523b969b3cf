"""The execution script repeats itself to the byte, and nbval sees an output that somebody touched."""

import json
import os
import re
import subprocess
import sys

import execute as script
import nbformat
import pytest


def test_repeats_itself(source, executed):
    assert script.execute(source)[0] == executed


def test_keeps_no_trace_of_editor_or_machine(executed):
    nb = nbformat.reads(executed, as_version=4)
    assert nb.metadata == {"kernelspec": script.KERNELSPEC, "language_info": {"name": "python"}}
    assert [set(cell.metadata) for cell in nb.cells] == [set(), set(), {"mystnb"}, {"tags"}]


def test_check_says_what_differs(executed, tmp_path, capfd):
    path = tmp_path / "small.ipynb"
    path.write_text(executed, encoding="utf-8")
    assert not script.main(["--check", str(path)])
    tampered = executed.replace('"name": "ZeroDivisionError"', "").replace("division by zero", "division by one")
    path.write_text(tampered, encoding="utf-8")
    assert script.main(["--check", str(path)])
    assert '-     "evalue": "division by one"' in capfd.readouterr().out
    assert path.read_text(encoding="utf-8") == tampered


def test_an_unexpected_error_leaves_the_notebook_alone(executed, tmp_path, capfd):
    path = tmp_path / "small.ipynb"
    broken = executed.replace("assert w.shape == (8, 8)", "assert w.shape == (9, 9)").replace(
        "raises-exception", "remark"
    )
    path.write_text(broken, encoding="utf-8")
    assert script.main([str(path)])
    assert "AssertionError" in capfd.readouterr().err
    assert path.read_text(encoding="utf-8") == broken


def test_times_stand_until_they_lie(tmp_path, monkeypatch):
    monkeypatch.setattr(script, "RUNTIMES", tmp_path / "runtimes.json")
    chapter = script.CHAPTERS / "09-nine.ipynb"
    recorded = []
    for seconds in [12.2, 14.9, 9.1, 20.0, 0.2]:
        script.record(chapter, seconds)
        recorded.append(json.loads(script.RUNTIMES.read_text())["09-nine"])
    assert recorded == [12, 12, 12, 20, 1]


@pytest.mark.same_bytes
def test_nbval_fails_on_a_touched_output(executed, tmp_path):
    nb = nbformat.reads(executed, as_version=4)
    (tmp_path / "untouched.ipynb").write_text(executed, encoding="utf-8")

    nb.cells[1].outputs[0].text = "0.000\n"
    nbformat.write(nb, tmp_path / "text.ipynb")

    nb = nbformat.reads(executed, as_version=4)
    svg = nb.cells[2].outputs[0].data["image/svg+xml"]
    nb.cells[2].outputs[0].data["image/svg+xml"] = re.sub(r"\bL (\d)", r"L 1\1", svg, count=1)
    nbformat.write(nb, tmp_path / "figure.ipynb")

    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "no:cacheprovider", "-q", "-rA"]
    command += ["--color=no", "-p", "nbval.plugin", "--nbval", "--nbval-current-env", "."]
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    out = subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, timeout=300).stdout
    failed = {line.split(" ", 1)[1].split(" - ")[0] for line in out.splitlines() if line.startswith("FAILED ")}
    assert failed == {"text.ipynb::Cell 0", "figure.ipynb::Cell 1"}, out
    assert "7 passed" in out
