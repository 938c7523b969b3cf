"""Find the files of an installed package without importing it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from pathlib import Path

IMPORT_NAMES = {"scikit-learn": "sklearn", "Faker": "faker"}


def folder(package: str) -> Path:
    """Return the folder of an installed package.

    Parameters
    ----------
    package : str
        The name that pip knows, such as "scikit-learn".

    Raises
    ------
    ModuleNotFoundError
        If it is not installed; the message says how to install it.
    """
    spec = importlib.util.find_spec(IMPORT_NAMES.get(package, package))
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"this data set lies inside the package {package}, which is not installed; "
            f'install it with: pip install "rnnkit[course]"',
            name=package,
        )
    return Path(spec.origin).parent


def version(package: str) -> str:
    """Return the installed version, or "not installed"."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
