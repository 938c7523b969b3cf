"""Hostile and broken submissions: none gains a point, none costs another's work, each ends in a named state.

The table says for each what it does, the state it must end in, and what the test cells of the attacked function are.
All attack the assignment `04-gates`, whose first function is `ATTACKED`; the class around them is graded as ever.
"""

import json

import nbformat
import pytest

from coursework import judge, sources, submission
from coursework.sandbox import Abnormal, Child, Limits
from coursework.sources import kind, name_of

pytestmark = pytest.mark.needs("bubblewrap")
NAME = "04-gates"
QUICK = Limits(cell=6, call=4, total=60, memory=2 << 30)

# name: (code put before everything a student writes, state that must follow). The first function is broken as well, so
# that a gain would show.
ATTACKS = {
    "replaces np.allclose": ("import numpy as np\nnp.allclose = np.isclose = lambda *a, **k: True", "graded"),
    "rewrites the checker": (
        "import checks\nfor n in dir(checks):\n    setattr(checks, n, lambda *a, **k: None)",
        "graded",
    ),
    "answers with an object equal to all": (
        "class E:\n    __eq__ = lambda s, o: True\nATTACK = lambda *a: E()",
        "graded",
    ),
    "answers with a pickle": (
        "import pickle, os\nclass P:\n    def __reduce__(self): return (os.system, ('touch /tmp/owned',))\n"
        "ATTACK = lambda *a: pickle.dumps(P())",
        "graded",
    ),
    "answers with an array of objects": ("ATTACK = lambda *a: np.array([object()])", "graded"),
    "raises SystemExit when called": ("import sys\ndef ATTACK(*a): sys.exit(0)", "graded"),
    "leaves by os._exit when called": ("import os\ndef ATTACK(*a): os._exit(0)", "needs a person"),
    "loops when called": ("def ATTACK(*a):\n    while True: pass", "needs a person"),
    "loops and cannot be interrupted": (
        "import signal\nfor s in (signal.SIGINT, signal.SIGTERM): signal.signal(s, signal.SIG_IGN)\n"
        "def ATTACK(*a):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass",
        "needs a person",
    ),
    "allocates 10 GB": ("def ATTACK(*a): return np.ones(10 << 27)", "graded"),
    "fills memory by many processes": (
        "import os, time\ndef ATTACK(*a):\n    for k in range(20):\n        if os.fork() == 0:\n"
        "            x = b'1' * (400 << 20); time.sleep(60)\n    time.sleep(60)",
        "needs a person",
    ),
    "answers with a gigabyte": ("def ATTACK(*a): return 'x' * (1 << 30)", "needs a person"),
    "prints a gigabyte": ("def ATTACK(*a):\n    for k in range(1 << 10): print('x' * (1 << 20))", "graded"),
    "writes on every descriptor": (
        "import os\ndef ATTACK(*a):\n    for fd in range(3, 30):\n        try: os.write(fd, b'{\"number\": 1}\\n')\n"
        "        except OSError: pass",
        "needs a person",
    ),
    "is a fork bomb": ("import os\ndef ATTACK(*a):\n    while True: os.fork()", "any"),
    "fills the disk": (
        "def ATTACK(*a):\n    with open('/tmp/x', 'wb') as f:\n        while True: f.write(b'0' * (1 << 20))",
        "graded",
    ),
    "deletes its files": ("import shutil\ndef ATTACK(*a): shutil.rmtree('/', ignore_errors=True)", "any"),
    "kills its parents": ("import os, signal\ndef ATTACK(*a): os.kill(-1, signal.SIGKILL)", "any"),
}


@pytest.fixture(scope="module")
def round_(rounds):
    it = rounds(NAME)
    it.judge = judge.Judge(it.assignment, it.folder, QUICK)
    return it


def attacked(it):
    return next(name_of(cell) for cell in it.assignment.of_kind("solution"))


def test_attacks_gain_nothing(round_, subtests):
    it, cell = round_, attacked(round_)
    name = sources.function_of(it.answers()[cell])
    honest = it.grade(it.solution)
    others = {each for each, question in honest.questions.items() if question.state == "passed"}
    for attack, (code, state) in ATTACKS.items():
        with subtests.test(attack):
            code = code.replace("ATTACK", name)
            if f"def {name}" not in code and f"{name} =" not in code:
                code += f"\ndef {name}(*a, **k): return None"
            verdict = it.grade(it.notebook({cell: code}))
            passed = {each for each, question in verdict.questions.items() if question.state == "passed"}
            assert passed < others, "something is lost, nothing is gained"
            assert verdict.state in {"graded", "partly graded", "needs review"}
            states = {question.state for question in verdict.questions.values()}
            if state == "graded":
                assert verdict.state == "graded" and "lost" in states, verdict
            elif state == "needs a person":
                assert verdict.state != "graded" and "needs review" in states, verdict
                for question in verdict.questions.values():
                    assert question.state != "needs review" or (question.score is None and question.words), question
    assert lost_none(it.grade(it.solution), honest), "the next student is graded as ever"


def lost_none(verdict, honest):
    return {n: q.state for n, q in verdict.questions.items()} == {n: q.state for n, q in honest.questions.items()}


SECRETS = """
import os, glob
found = []
for base, folders, files in os.walk('/'):
    if base.startswith(('/proc', '/sys', '/usr', '/dev')) or '/site-packages/' in base or '/lib/python' in base:
        folders[:] = []
        continue
    found += [os.path.join(base, f) for f in files]
print('\\n'.join(found))
"""


def test_nothing_private_is_in_sight(round_):
    with Child(round_.folder) as child:
        seen = child.run(SECRETS)["outputs"][0]["text"]
        for word in ("gradebook", "courses", f"source/{NAME}", "test_hostile", ".git/", "verdicts", "/etc/passwd"):
            assert word not in seen, word
        environment = child.run("import os; print(dict(os.environ))")["outputs"][0]["text"]
        assert "TOKEN" not in environment and "RNNKIT_COHORT" not in environment
        assert child.run("import socket; socket.create_connection(('127.0.0.1', 22), 2)")["error"]
        assert child.run("import socket; socket.create_connection(('1.1.1.1', 53), 2)")["error"]
        processes = child.run("import os; print(sum(p.isdigit() for p in os.listdir('/proc')))")["outputs"][0]["text"]
        assert int(processes) < 10
        assert "0" != child.run("import os; print(os.getuid())")["outputs"][0]["text"].strip()
        for path in ("/assignment/x", "/usr/x", "/grader/child.py"):
            assert child.run(f"open({path!r}, 'a')")["error"], path


def test_what_is_shown_is_what_it_claims_to_be():
    with Child() as child:
        picture = child.run("%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()")
        assert [output["kind"] for output in picture["outputs"]] == ["png"]
        bad = "'iVBORw0KGgo=\" onerror=\"alert(1)'"
        shown = child.run(f"from IPython.display import display\ndisplay({{'image/png': {bad}}}, raw=True)")
        assert "onerror" not in str(shown)
        shown = child.run("from IPython.display import HTML, Javascript\nHTML('<b onclick=x()>hi</b>')")
        assert "onclick" not in str(shown)


def test_limits_hold():
    with Child(limits=QUICK) as child:
        assert "MemoryError" in child.run("x = b'1' * (3 << 30)")["error"]
        assert child.run("with open('/tmp/x', 'wb') as f:\n    f.write(b'1' * (100 << 20))")["error"]
        size = child.run("import os; print(os.path.getsize('/tmp/x'))")["outputs"][0]["text"]
        assert int(size) <= QUICK.disk
        threads = (
            "import threading, time\nfor k in range(500):\n    threading.Thread(target=time.sleep, args=(9,)).start()"
        )
        assert "can't start new thread" in child.run(threads)["error"]
    with Child(limits=QUICK) as child:
        forks = (
            "import os, time\nmade = 0\ntry:\n    while True:\n        if os.fork() == 0:\n"
            "            time.sleep(3); os._exit(0)\n        made += 1\nexcept BlockingIOError:\n    print(made)"
        )
        assert int(child.run(forks)["outputs"][0]["text"]) < QUICK.processes
    with Child(limits=QUICK) as child, pytest.raises(Abnormal, match="had not ended after 6 seconds"):
        child.run("while True: pass")
    with Child(limits=QUICK) as child, pytest.raises(Abnormal, match="more than 2 GB"):
        child.run(
            "import os, time\nfor k in range(8):\n    if os.fork() == 0:\n"
            "        x = b'1' * (500 << 20); time.sleep(9)\ntime.sleep(9)"
        )


def change(notebook, name, **fields):
    """The notebook as JSON with other fields in one cell."""
    values = json.loads(nbformat.writes(notebook))
    cell = next(c for c in values["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)
    cell.update(fields)
    return values


def written(values):
    return json.dumps(values).encode()


def test_unreadable_files_have_a_reason(round_):
    notebook = nbformat.writes(round_.solution)
    for data, words in (
        (notebook[: len(notebook) // 2].encode(), "is not JSON"),
        (b"", "is not JSON"),
        (b"\x80\x04\x95 pickled", "is not text"),
        (b"[1, 2]", "not a notebook"),
        (b'{"cells": 3}', "not a notebook"),
        (b"[" * 100_000, "is not JSON"),
        (b'{"cells": []' + b" " * (21 << 20) + b"}", "more than a notebook may have"),
    ):
        with pytest.raises(submission.Unreadable, match=words):
            submission.restore(data, round_.release)
        verdict = judge.unreadable(round_.assignment, "is not JSON")
        assert verdict.state == "needs review"
        assert all(q.score is None and q.state == "needs review" for q in verdict.questions.values())


def test_odd_cells_do_no_harm(round_):
    values = json.loads(nbformat.writes(round_.solution))
    odd = ["x", 3, None, {"cell_type": "code"}, {"cell_type": "code", "source": [1], "metadata": 5}]
    values["cells"] = [*odd, {"cell_type": "heading", "source": "x"}, *values["cells"]]
    values["metadata"] = "none"
    it = submission.restore(written(values), round_.release)
    assert not it.remarks and not it.doubtful
    verdict = round_.judge.grade(it)
    assert {q.state for q in verdict.questions.values()} == {"passed", "by hand"}


def test_deleted_and_doubled_cells_wait_for_a_person(round_):
    cell = attacked(round_)
    values = json.loads(nbformat.writes(round_.solution))
    mine = next(c for c in values["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == cell)

    without = values | {"cells": [c for c in values["cells"] if c is not mine]}
    verdict = round_.judge.grade(submission.restore(written(without), round_.release))
    assert verdict.state != "graded" and any("deleted" in remark for remark in verdict.remarks)
    assert not [q for q in verdict.questions.values() if q.score == 0], "no silent zero"

    same = values | {"cells": [*values["cells"], mine]}
    it = submission.restore(written(same), round_.release)
    assert not it.doubtful and lost_none(round_.judge.grade(it), round_.grade(round_.solution))

    other = values | {"cells": [*values["cells"], mine | {"source": "x = 1"}]}
    it = submission.restore(written(other), round_.release)
    assert cell in it.doubtful and any("x = 1" in c.source for c in it.notebook.cells)
    assert any("Another text" in c.source for c in it.notebook.cells), "the other text is kept for the teacher"


def test_what_may_not_change_is_put_back(round_):
    test = next(name_of(cell) for cell in round_.assignment.of_kind("test"))
    values = change(round_.release, test, source="pass  # 100 points please")
    for c in values["cells"]:
        if c["metadata"].get("nbgrader", {}).get("grade_id") == test:
            c["metadata"]["nbgrader"]["points"] = 1000
    it = submission.restore(written(values), round_.release)
    assert any(f"`{test}` may not be changed" in remark for remark in it.remarks)
    put_back = next(c for c in it.notebook.cells if name_of(c) == test)
    assert put_back.source == next(c for c in round_.release.cells if name_of(c) == test).source
    assert put_back.metadata.nbgrader.points == round_.assignment.points[test]
    verdict = round_.judge.grade(it)
    assert verdict.questions[test].points == round_.assignment.points[test] and verdict.questions[test].score == 0


def test_own_cells_are_kept_and_run_where_they_stand(round_):
    cell = attacked(round_)
    values = json.loads(nbformat.writes(round_.solution))
    at = next(k for k, c in enumerate(values["cells"]) if c["metadata"].get("nbgrader", {}).get("grade_id") == cell)
    name = sources.function_of(round_.answers()[cell])
    own = {
        "cell_type": "code",
        "metadata": {},
        "source": f"mine = {name}\nprint('kept')",
        "outputs": [],
        "execution_count": 1,
    }
    values["cells"].insert(at + 1, own)
    it = submission.restore(written(values), round_.release)
    verdict = round_.judge.grade(it)
    assert any("kept" in str(shown) for shown in verdict.shown.values())
    order = [name_of(c) or c.source for c in it.notebook.cells]
    assert order.index(own["source"]) == order.index(cell) + 1


def test_without_bubblewrap_nothing_is_graded(monkeypatch):
    from coursework import sandbox

    sandbox.why_not_once.cache_clear()
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    try:
        with pytest.raises(sandbox.Unsafe, match=r"bwrap is not installed .*apt-get install bubblewrap"):
            Child()
    finally:
        sandbox.why_not_once.cache_clear()
    with Child(unsafe=True) as child:
        assert child.run("print(1 + 1)")["outputs"][0]["text"].strip() == "2"


def test_kinds_of_cells(round_):
    assert {kind(cell) for cell in round_.release.cells} == {"free", "locked", "solution", "test", "manual"}
