"""What the project says about itself is true: packages, commands, versions and licences agree wherever they stand."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from pinned import pinned
from preflight import problem

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
WANTED = [Requirement(line) for line in PROJECT["dependencies"] + EXTRAS["course"] + EXTRAS["teach"] + EXTRAS["dev"]]
CONDA_NAMES = {"pytorch-cpu": "torch"}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def locked():
    """The locked version of each package, as marked for this machine."""
    lines = [Requirement(line) for line in read("requirements.lock").splitlines() if line and line[0] != "#"]
    here = [line for line in lines if line.marker is None or line.marker.evaluate()]
    versions = {canonicalize_name(line.name): Version(str(line.specifier).removeprefix("==")) for line in here}
    assert len(versions) == len(here), "a package is locked twice"
    return versions


def tracked():
    """The project's own text files."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        path = ROOT / name
        if path.suffix not in {".png", ".ico", ".npz", ".woff2"} and path.exists():
            yield name, path.read_text(encoding="utf-8")


# Packages


def test_environment_equals_pyproject():
    environment = yaml.safe_load(read("environment.yml"))
    conda = [line for line in environment["dependencies"] if isinstance(line, str)]
    pip = next(line["pip"] for line in environment["dependencies"] if isinstance(line, dict))
    assert pip.pop() == "-e ."
    found = {}
    for line in map(Requirement, conda + pip):
        found[canonicalize_name(CONDA_NAMES.get(line.name, line.name))] = line.specifier
    assert str(found.pop("python")) == PROJECT["requires-python"] or PROJECT["requires-python"] == ">=3.11,<3.15"
    assert not found.pop("pip") and not found.pop("make")
    assert found == {canonicalize_name(line.name): line.specifier for line in WANTED}
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_lock_satisfies_pyproject():
    versions = locked()
    for line in WANTED:
        assert versions[canonicalize_name(line.name)] in line.specifier, line


def test_lock_names_no_build_of_torch():
    assert not re.search(r"nvidia|cuda|triton|--index|--find-links|\+cpu|@|file:", read("requirements.lock"))


@pytest.mark.skipif(Path(sys.prefix) != ROOT / ".venv", reason="these packages are not those of make's .venv")
def test_only_locked_packages_are_installed():
    versions = locked()
    places = [place for place in sys.path[1:] if not place.endswith("_vendor")]  # setuptools adds its own copies
    installed = {canonicalize_name(it.metadata["Name"]): Version(it.version) for it in distributions(path=places)}
    for name, version in installed.items():
        if name in {"pip", "rnnkit"} or name.startswith(("nvidia-", "cuda-", "triton")):
            continue  # the installer, this project, and what a CUDA build of torch brings
        assert versions.get(name, "not in requirements.lock") in {version, Version(version.public)}, name


def test_imports_are_declared():
    """Whatever rnnkit, scripts and tests import is the standard library, ours, or locked."""
    from importlib.metadata import packages_distributions

    owners, versions = packages_distributions(), locked()
    ours = {"rnnkit", "coursework"} | {
        path.stem for folder in ["scripts", "tests", "bench", "coursework"] for path in (ROOT / folder).rglob("*.py")
    }
    for folder in ["rnnkit", "scripts", "tests", "bench", "coursework"]:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module]
                for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - ours:
                    assert {canonicalize_name(owner) for owner in owners.get(name, [])} & set(versions), (path, name)


# Commands


def targets():
    return set(re.findall(r"^([a-z]+):", read("Makefile"), flags=re.MULTILINE))


def test_make_targets():
    phony = set(re.search(r"\.PHONY: (.*)", read("Makefile"))[1].split())
    assert (
        phony
        == targets()
        == {
            "help",
            "book",
            "test",
            "serve",
            "lab",
            "execute",
            "bench",
            "assignments",
            "lock",
            "clean",
        }
    )
    described = set(re.findall(r"^([a-z]+):.*## \S", read("Makefile"), flags=re.MULTILINE))
    assert described == targets()


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "book/how-to-use.md", "_config.yml", ".ci/run"])
def test_commands_in_the_text_exist(name):
    text = read(name)
    named = set(re.findall(r"(?:`|^\s*)make ([a-z]+)", text, flags=re.MULTILINE))
    assert named and named <= targets()
    for script in re.findall(r"\bscripts/\w+\.\w+", text):
        assert (ROOT / script).exists(), script


def test_readme_first_screen():
    first = "\n".join(read("README.md").splitlines()[:40])
    assert "make book" in first and "make test" in first and "book/_static/landing.svg" in first
    assert (ROOT / "book/_static/landing.svg").exists()


def test_files_named_in_the_text_exist():
    for name in ["README.md", "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", read(name)):
            assert (ROOT / target).exists(), (name, target)


@pytest.mark.parametrize(
    ("version", "modules", "free", "words"),
    [
        ((3, 11), {"venv", "ensurepip"}, 50, None),
        ((3, 14), {"venv", "ensurepip"}, 50, None),
        ((3, 9), {"venv", "ensurepip"}, 50, "Python 3.9 is here, 3.11 to 3.14 is needed"),
        ((3, 15), {"venv", "ensurepip"}, 50, "Python 3.15 is here"),
        ((3, 11), {"venv"}, 50, "apt-get install python3-venv"),
        ((3, 11), {"venv", "ensurepip"}, 1.25, "1.2 GB of disk are free"),
    ],
)
def test_preflight_says_what_is_missing(version, modules, free, words):
    found = problem(version, modules, free)
    assert found is None if words is None else words in found and "\n" not in found


def test_preflight_is_the_range_of_pyproject():
    assert PROJECT["requires-python"] == ">=3.11,<3.15"


def test_ci_runs_the_readme_commands():
    script = read(".ci/run")
    subprocess.run(["bash", "-n", str(ROOT / ".ci/run")], check=True)
    lines = script.splitlines()
    assert lines.index("make test") < lines.index("make book")
    assert "run: bash .ci/run" in read(".github/workflows/book.yml")


def test_forms_and_workflow_are_yaml():
    for path in [*(ROOT / ".github").rglob("*.yml"), ROOT / ".pre-commit-config.yaml", ROOT / "CITATION.cff"]:
        assert yaml.safe_load(path.read_text(encoding="utf-8")), path
    form = yaml.safe_load(read(".github/ISSUE_TEMPLATE/1-error-in-the-book.yml"))
    assert form["name"] == "Error in the book"


# Agreement


def test_versions_agree():
    assert yaml.safe_load(read("CITATION.cff"))["version"] == PROJECT["version"]
    assert re.search(r"^## (\S+)", read("CHANGELOG.md"), flags=re.MULTILINE)[1] == PROJECT["version"]


def test_licences():
    assert PROJECT["license"] == "MIT" and read("LICENSE").startswith("MIT License")
    assert "Attribution 4.0" in read("LICENSE-PROSE")


@pytest.mark.needs("git")
def test_numeric_environment_stands_in_one_place():
    for key in set(pinned()) - {"PYTHONHASHSEED"}:
        assert [name for name, text in tracked() if re.search(rf"\b{key}\s*[=:]", text)] == ["scripts/pinned.env"]


@pytest.mark.needs("git")
def test_no_machine_in_the_text():
    """No path of the machine that somebody worked on, no package registry's host."""
    places = r"(?<![\w.~/])/(work|root|home/\w+|Users/\w+)/"
    hosts = "|".join(
        ["py" + r"pi\.org", "python" + r"hosted\.org", r"download\.py" + r"torch\.org", "anaconda" + r"\.org"]
    )
    for name, text in tracked():
        found = re.search(f"{places}|{hosts}", text)
        assert not found, f"{name}: {found[0]}"


# Style


@pytest.mark.parametrize("command", ["ruff check", "ruff format --check", "mypy"])
def test_style(command):
    run = subprocess.run([sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
