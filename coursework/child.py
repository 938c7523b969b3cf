"""Runs a student's cells and calls a student's functions, inside the sandbox, as it is told over a pipe.

Nothing in this process is trusted: it holds no test, no expected value and no score. Requests come one a line on
standard input, answers go one a line to standard output; what the student's code prints there goes nowhere.
"""

import os
import re
import shutil
import sys
import traceback

sys.path.insert(0, os.path.dirname(__file__))
import wire

LONGEST = 20_000  # characters of text kept of one output
LARGEST = 2_000_000  # characters of one picture


def short(text):
    return text if len(text) <= LONGEST else text[:LONGEST] + f"\n… and {len(text) - LONGEST:,} characters more"


def outputs(captured):
    """What a cell showed, of the kinds that are safe to show again."""
    if captured.stdout:
        yield {"kind": "stream", "text": re.sub(r"^Out\[\d+\]: ", "", short(captured.stdout), flags=re.MULTILINE)}
    for output in captured.outputs:
        picture = output.data.get("image/png")
        if isinstance(picture, str) and len(picture) <= LARGEST:
            yield {"kind": "png", "text": picture}
        elif isinstance(text := output.data.get("text/plain"), str):
            yield {"kind": "text", "text": short(text)}


def explain(error):
    """The error and the student's own line where it arose."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "ipykernel" in frame.filename or "ipython-input" in frame.filename
    ]
    where = f" (line {frames[-1].lineno} of the cell: {frames[-1].line or ''})" if frames else ""
    return short("".join(traceback.format_exception_only(error)).strip()) + where


def main():
    if folder := os.environ.get("ASSIGNMENT"):  # a copy that it may write to
        shutil.copytree(folder, "assignment")
        os.chdir("assignment")
        sys.path.insert(0, os.getcwd())
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)

    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    shell.showtraceback = shell.showsyntaxerror = lambda *args, **kwargs: None
    shell.showindentationerror = lambda *args, **kwargs: None
    shell.enable_gui = lambda gui=None: None  # so that %matplotlib works
    names = shell.user_ns

    def run(source):
        with capture_output() as captured:
            result = shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
        return {"outputs": list(outputs(captured)), "error": error and explain(error)}

    def call(name, args, kwargs):
        function = names.get(name)
        if not callable(function):
            return {"error": f"`{name}` is not defined"}
        sys.stdout = sys.stderr = open(os.devnull, "w")
        try:
            value = function(*args, **kwargs)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            return {"error": f"`{name}` raised {explain(error)}"}
        finally:
            sys.stdout.close()
            sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
        try:
            wire.dumps(value)
        except TypeError as error:
            return {"error": f"`{name}` returned {error}"}
        return {"value": value}

    for line in requests:
        request = wire.loads(line, names)
        what = request.pop("do")
        number = request.pop("number")
        answer = {"run": run, "call": call}[what](**request)
        answers.write(wire.dumps({"number": number} | answer))
        answers.flush()


main()
