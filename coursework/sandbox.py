"""A process that can do no harm: no network, no files but those it needs, and limits on everything else.

Bubblewrap (Debian's `bubblewrap`) gives the process its own view of the machine: the Python environment and the
student's copy of the assignment, read-only; an empty home of limited size that is gone afterwards; no other user's
process, no network. `prlimit` and a watch from outside limit memory, processes, time and output.
"""

import base64
import functools
import os
import selectors
import shutil
import site
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from coursework import wire

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NOBODY = 65534
LONGEST = 25_000  # characters of one output, or of one error
NUMERIC = dict(
    line.split("=", 1) for line in (ROOT / "scripts" / "pinned.env").read_text(encoding="utf-8").splitlines()
)


@dataclass(frozen=True)
class Limits:
    """What a submission may use. Sizes in bytes, times in seconds."""

    memory: int = 4 << 30  # of one process, and of all of them together
    disk: int = 64 << 20
    processes: int = 64  # threads count
    output: int = 64 << 20  # of all answers together
    cell: float = 60.0  # for one cell
    call: float = 10.0  # for one call of a function
    total: float = 600.0  # for everything


class Abnormal(Exception):
    """The process ended, or had to be ended, before it answered. The message completes "The code ..."."""


class Unsafe(Exception):
    """Student code cannot be locked in on this machine."""


def why_not() -> str | None:
    """Why no sandbox can be had on this machine, or None."""
    if sys.platform != "linux":
        return f"bubblewrap needs Linux, this is {sys.platform} (a virtual machine or WSL 2 will do)"
    for program, package in (("bwrap", "bubblewrap"), ("prlimit", "util-linux"), ("setpriv", "util-linux")):
        if shutil.which(program) is None:
            return f"{program} is not installed (Debian: apt-get install {package})"
    tried = subprocess.run([*_bubblewrap({}), "true"], capture_output=True, text=True)
    if tried.returncode:
        return f"bubblewrap cannot start here: {tried.stderr.strip()}"
    return None


def _bubblewrap(readable, disk=1 << 20):
    """The command line that locks in whatever follows. `readable`: path inside -> path outside."""
    root = os.geteuid() == 0
    command = ["bwrap", "--die-with-parent", "--new-session", "--clearenv"]
    # Root would not be held by a limit on processes: it becomes nobody instead, inside.
    command += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    command += (
        ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
        if root
        else ["--unshare-user", "--disable-userns"]
    )
    command += ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib64", "lib32"):
        if (path := Path("/") / name).is_symlink():
            command += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            command += ["--ro-bind", str(path), str(path)]
    made = set()
    for inside in map(Path, readable):
        for parent in reversed(inside.parents):
            if str(parent) != "/" and parent not in made and not parent.is_relative_to("/usr"):
                command += ["--perms", "0755", "--dir", str(parent)]
                made.add(parent)
    command += ["--proc", "/proc", "--dev", "/dev"]
    command += ["--perms", "1777", "--size", str(disk), "--tmpfs", "/tmp", "--perms", "1777", "--size", "1048576"]
    command += ["--tmpfs", "/dev/shm"]
    command += ["--perms", "1777", "--dir", "/tmp/matplotlib"]
    for inside, outside in readable.items():
        command += ["--ro-bind", str(outside), str(inside)]
    command += ["--chdir", "/tmp"]
    if root:
        command += ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=-all"]
        command += ["--bounding-set=-all", "--no-new-privs"]
    return command


def _readable(folder):
    """What the process may read: Python, its packages, rnnkit, this child, and the student's own folder."""
    paths = {Path(sys.prefix), Path(sys.base_prefix), *map(Path, site.getsitepackages())}
    paths = {path for path in paths if path.exists() and not path.is_relative_to("/usr")}
    paths = {path for path in paths if not any(path != other and path.is_relative_to(other) for other in paths)}
    views = {str(path): path for path in sorted(paths)}
    views |= {f"/grader/{name}": HERE / name for name in ("child.py", "wire.py")}
    views["/grader/library/rnnkit"] = ROOT / "rnnkit"
    if folder is not None:
        views["/assignment"] = Path(folder).resolve()
    return views


def _fonts():
    """matplotlib's list of fonts, made once here, so that not every process makes it again."""
    import matplotlib.font_manager

    folder = Path(matplotlib.get_cachedir())
    return {f"/tmp/matplotlib/{path.name}": path for path in folder.glob("fontlist-*.json")}


class Child:
    """One process that runs a student's code.

    Args:
        folder: the student's copy of the assignment, seen read-only at /assignment; files are found there.
        limits: what it may use; default: `Limits()`.
        unsafe: without bubblewrap, as the user who calls: for teachers who know what they do.
    """

    def __init__(self, folder=None, limits=None, unsafe=False):
        if not unsafe and (reason := why_not_once()):
            raise Unsafe(reason)
        self.limits = limits = limits or Limits()
        self.began, self.got, self.number = time.monotonic(), 0, 0
        variables = NUMERIC | {
            "HOME": "/tmp",
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TMPDIR": "/tmp",
            "MPLCONFIGDIR": "/tmp/matplotlib",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "IPYTHONDIR": "/tmp/ipython",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        limited = [
            "prlimit",
            f"--as={limits.memory}",
            f"--nproc={limits.processes}",
            f"--fsize={limits.disk}",
            "--nofile=256",
            "--core=0",
            f"--cpu={int(limits.total)}",
        ]
        if unsafe:
            self.bench = tempfile.TemporaryDirectory()
            variables |= {"PYTHONPATH": str(ROOT)} | ({"ASSIGNMENT": str(folder)} if folder else {})
            command, environment = [sys.executable, "-s", str(HERE / "child.py")], variables
        else:
            command = _bubblewrap(_readable(folder) | _fonts(), limits.disk)
            self.bench = None
            variables |= {"PYTHONPATH": "/grader/library"} | ({"ASSIGNMENT": "/assignment"} if folder else {})
            given = [f"{name}={value}" for name, value in variables.items()]
            command += ["env", *given, *limited, sys.executable, "-s", "/grader/child.py"]
            environment = {"PATH": os.environ["PATH"]}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
            bufsize=0,
            cwd=self.bench and self.bench.name,
        )
        os.set_blocking(self.process.stdout.fileno(), False)
        os.set_blocking(self.process.stdin.fileno(), False)
        self.buffer = b""

    def run(self, source):
        """Run one cell: {"outputs": [{"kind": "stream" or "png", "text": ...}, ...], "error": None or words}."""
        answer = self._ask({"do": "run", "source": source}, self.limits.cell)
        error = answer.get("error")
        return {"outputs": list(_outputs(answer.get("outputs"))), "error": None if error is None else _words(error)}

    def call(self, name, *args, **kwargs):
        """Call the student's function: {"value": ...} or {"error": words}."""
        request = {"do": "call", "name": name, "args": args, "kwargs": kwargs}
        answer = self._ask(request, self.limits.call)
        return {"error": _words(answer["error"])} if "error" in answer else {"value": answer.get("value")}

    def close(self):
        """End the process and all that it started."""
        if self.process.poll() is None:
            self.process.kill()  # bubblewrap's end is the end of its whole process tree
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        if self.bench is not None:
            self.bench.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _ask(self, request, seconds):
        self.number += 1
        deadline = min(time.monotonic() + seconds, self.began + self.limits.total)
        try:
            answer = self._exchange(wire.dumps(request | {"number": self.number}), deadline, seconds)
            if not isinstance(answer, dict) or answer.get("number") != self.number:
                raise Abnormal("wrote over the channel of its answers")
        except Abnormal:
            self.close()
            raise
        return answer

    def _exchange(self, line, deadline, seconds):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            selector.register(self.process.stdin, selectors.EVENT_WRITE)
            looked = time.monotonic()
            while b"\n" not in self.buffer:
                if (now := time.monotonic()) >= deadline:
                    raise Abnormal(f"had not ended after {seconds:g} seconds")
                if now - looked > 0.2:
                    looked = now
                    self._watch()
                for key, _ in selector.select(min(0.2, deadline - now)):
                    try:
                        if key.fileobj is self.process.stdin:
                            line = line[os.write(key.fd, line[:65536]) :]
                            if not line:
                                selector.unregister(self.process.stdin)
                            continue
                        part = os.read(key.fd, 1 << 20)
                    except BlockingIOError:
                        continue
                    except OSError:
                        part = b""
                    if not part:
                        raise Abnormal(f"ended the process ({self._ending()})")
                    self.got += len(part)
                    if self.got > self.limits.output:
                        raise Abnormal(f"answered with more than {self.limits.output >> 20} MB")
                    self.buffer += part
        line, _, self.buffer = self.buffer.partition(b"\n")
        try:
            return wire.loads(line)
        except ValueError:
            raise Abnormal("wrote over the channel of its answers") from None

    def _watch(self):
        """All its processes together may not hold more memory than one may."""
        held = 0
        try:
            for process in psutil.Process(self.process.pid).children(recursive=True):
                held += process.memory_info().rss
        except psutil.Error:
            return
        if held > self.limits.memory:
            raise Abnormal(f"held more than {self.limits.memory >> 30} GB of memory")

    def _ending(self):
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:
            return "its output was closed"
        return {0: "exit status 0", 137: "killed, as when memory runs out", 152: "out of processor time"}.get(
            code, f"exit status {code}"
        )


def _words(value):
    """Words from a process that is not trusted: a string of bounded length."""
    return str(value)[:LONGEST]


def _outputs(given):
    """What a cell showed, as far as it is what it claims to be: the process that says so is not trusted."""
    for output in given if isinstance(given, list) else []:
        match output:
            case {"kind": "png", "text": str(text)}:
                try:
                    data = base64.b64decode(text, validate=False)
                except ValueError:
                    continue
                if data.startswith(b"\x89PNG\r\n\x1a\n"):
                    yield {"kind": "png", "text": base64.b64encode(data).decode()}
            case {"kind": "stream" | "text" as kind, "text": str(text)}:
                yield {"kind": kind, "text": _words(text)}


@functools.cache
def why_not_once():
    """`why_not`, asked once in a process."""
    return why_not()
