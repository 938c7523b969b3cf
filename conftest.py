"""What every test shares: the pinned numeric environment, and system programs that may be absent."""

import os
import shutil
import sys

import pytest
from pinned import pinned, why_not

assert "numpy" not in sys.modules, "NumPy was loaded before its environment was pinned"
os.environ |= pinned()

PROGRAMS = {  # what a test may need -> the names it goes by, and the Debian package
    "chromium": (("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"), "chromium"),
    "qemu": (("qemu-x86_64",), "qemu-user"),
    "bubblewrap": (("bwrap",), "bubblewrap"),
    "git": (("git",), "git"),
}
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def find(name):
    """The path of a system program of `PROGRAMS`, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS[name][0])), None)


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(*programs): skip with the remedy where a system program is absent")
    config.addinivalue_line("markers", "same_bytes: skip where the machine cannot have the pinned numeric environment")
    if why_not() and not config.option.nbval_sanitize_with:  # compare assertions and the shape of texts instead
        config.option.nbval_sanitize_with = str(config.rootpath / "scripts" / "shape.sanitize")


def pytest_report_header():
    if reason := why_not():
        return f"NOT BYTE FOR BYTE: {reason}; stored outputs are compared by the shape of their text alone"
    return "numeric environment: pinned, outputs are compared byte for byte"


def pytest_runtest_setup(item):
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            if find(name) is None:
                pytest.skip(f"{name} is not installed (Debian: apt-get install {PROGRAMS[name][1]})")
    if item.get_closest_marker("same_bytes") and (reason := why_not()):
        pytest.skip(reason)


def _no_skip_in_ci(report):
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"A skip fails in CI. {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    return _no_skip_in_ci((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    return _no_skip_in_ci((yield))


@pytest.fixture(scope="session")
def chromium():
    """The path of Chromium; use it with the mark `needs("chromium")`."""
    return find("chromium")
