"""Say in one line what this machine lacks to set the book up, and its remedy. Runs on any Python 3."""

import importlib.util
import shutil
import sys

GIGABYTES = 4


def problem(version, modules, free):
    """The first thing that is missing, or None."""
    if not (3, 11) <= version < (3, 15):
        return (
            "Python {}.{} is here, 3.11 to 3.14 is needed: install one and name it: make book PYTHON=python3.12".format(
                *version
            )
        )
    if not {"venv", "ensurepip"} <= modules:
        return "Python's venv module is missing: install it (Debian, Ubuntu: apt-get install python3-venv)"
    if free < GIGABYTES:
        return f"{free:.1f} GB of disk are free here, {GIGABYTES} are needed: make room and try again"
    return None


if __name__ == "__main__":
    here = {name for name in ("venv", "ensurepip") if importlib.util.find_spec(name)}
    found = problem(sys.version_info[:2], here, shutil.disk_usage(".").free / 1e9)
    if found:
        sys.exit(found)
    print("Installing the locked packages into .venv: a minute from a warm cache, longer from the network.")
