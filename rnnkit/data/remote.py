"""Fetch one verified file: from the reader's folder, else from the cache, else from the network.

The bytes that a data set reads are the bytes whose SHA-256 was checked, wherever they came from. So a cut-off download,
a page of a captive portal or a changed file can stop a chapter, but cannot change what it computes.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tqdm import tqdm

try:
    import fcntl
except ImportError:  # Windows: two downloads at once may spoil each other's bytes, and then the checksum refuses both
    fcntl = None  # type: ignore[assignment]

RAW = "https://raw.githubusercontent.com"
VARIABLE = "RNNKIT_DATA"
RETRIES = 3  # after the first attempt, with pauses of 1, 2 and 3 seconds
TIMEOUT = 30  # seconds without a byte
Content = TypeVar("Content")


@dataclass(frozen=True)
class Source:
    """Where the files of a data set come from.

    Attributes
    ----------
    name : str
        The data set, and the folder that holds its files in `RNNKIT_DATA` and in the cache.
    repository, commit, folder : str
        On GitHub: owner/name, the full commit, and the folder there ("" or with a slash at its end).
    terms : str
        Licence or terms of use, shown before the first download and kept beside the files.
    files : mapping of str to str
        File name to SHA-256.
    """

    name: str
    repository: str
    commit: str
    folder: str
    terms: str
    files: Mapping[str, str]

    def url(self, file: str) -> str:
        """Return the address of a file."""
        return f"{RAW}/{self.repository}/{self.commit}/{self.folder}{file}"


def read(source: Source, file: str) -> bytes:
    """Return the verified bytes of a file.

    Looked for in `$RNNKIT_DATA/<name>/<file>`, then in the cache (`rnnkit` among the system's cache folders); if it is
    in neither, it is downloaded into the cache. The terms of a set are written to stderr before its first download, and
    never again: they stay in the cache as `TERMS.txt`. A file from `RNNKIT_DATA` prints nothing.

    Parameters
    ----------
    source : Source
    file : str
        One of `source.files`.

    Raises
    ------
    ValueError
        If the file in `RNNKIT_DATA`, or what the server sends time and again, has another SHA-256.
    NotADirectoryError
        If `RNNKIT_DATA` is set, but is no folder.
    ConnectionError
        If the file cannot be downloaded; the message says which file to put where.
    ModuleNotFoundError
        If a download is needed and pooch is not installed.
    """
    sha256 = source.files[file]
    return obtain(
        source,
        file,
        f"that file (SHA-256 {sha256})",
        lambda path: checked(path, sha256),
        lambda path: download(source.url(file), path, sha256, lambda part: checked(part, sha256)),
    )


def obtain(
    source: Source, item: str, what: str, load: Callable[[Path], Content], bring: Callable[[Path], object]
) -> Content:
    """Return `load(path)` for the first place that holds `item`; where none does, `bring(path)` it into the cache.

    `load` raises FileNotFoundError where there is nothing, and ValueError where there is something else. In the folder
    of the reader that is the end, because the reader's files are not ours to mend; in the cache it is brought again.
    `what` names the item to a reader who has no network.
    """
    if given := os.environ.get(VARIABLE):
        if not Path(given).is_dir():
            raise NotADirectoryError(f"{VARIABLE}: expected a folder, got {given!r}")
        with suppress(FileNotFoundError):
            return load(Path(given) / source.name / item)
    path = cache() / source.name / item
    with suppress(FileNotFoundError, ValueError):
        return load(path)
    with _alone(path.parent):
        with suppress(FileNotFoundError, ValueError):
            return load(path)  # another process has brought it while this one waited
        _show_terms(source, path.parent)
        try:
            bring(path)
        except ConnectionError as error:
            raise ConnectionError(
                f"data set {source.name!r}: {error}. To do without the network, put {what} at {path} "
                f"or at ${VARIABLE}/{source.name}/{item}"
            ) from error
        return load(path)


def checked(path: Path, sha256: str) -> bytes:
    """Return the bytes of a file, or raise ValueError with its name, both hashes and its size."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(f"{path}: expected a file of SHA-256 {sha256}, got {found} ({len(content):,} bytes)")
    return content


def download(url: str, path: Path, sha256: str | None, check: Callable[[Path], object]) -> None:
    """Download `url` to `path`; what an interruption leaves in `<path>.part` is continued by the next attempt.

    Parameters
    ----------
    url : str
    path : Path
    sha256 : str or None
        Known hash; None where only the contents of an archive are known, and `check` is all.
    check : callable
        Raises ValueError for a finished file that is not what was wanted; then it is thrown away.

    Raises
    ------
    ValueError, ConnectionError
        After all attempts.
    """
    pooch = _pooch()
    requests = importlib.import_module("requests")  # pooch brings it

    def resume(url: str, output_file: str, pooch: object) -> None:
        part = path.with_name(path.name + ".part")
        _continue(requests, url, part)
        try:
            check(part)
        except ValueError as error:
            part.unlink()
            raise ValueError(f"{url} sent something else: {error}") from None
        part.replace(output_file)

    # pooch tries again, checks the hash once more, and renames the finished file in one step
    keeper = pooch.create(path.parent, "", registry={path.name: sha256}, urls={path.name: url}, retry_if_failed=RETRIES)
    try:
        keeper.fetch(path.name, downloader=resume)
    except (requests.exceptions.RequestException, ConnectionError) as error:
        raise ConnectionError(f"could not download {url} ({_reason(error)})") from error


def _continue(requests: Any, url: str, part: Path) -> None:
    """Append to `part` what is missing of it."""
    done = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"}  # bytes as they are stored: a range of compressed bytes has no meaning
    if done:
        headers["Range"] = f"bytes={done}-"
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        if answer.status_code == 416:  # nothing lies beyond: the part is whole, or too long, and the check will tell
            return
        if 400 <= answer.status_code < 500 and answer.status_code not in (408, 429):
            raise ConnectionError(f"{answer.status_code} {answer.reason}")  # asking again would not help
        answer.raise_for_status()
        if answer.status_code != 206:  # the server sends the whole
            done = 0
        length = answer.headers.get("Content-Length")
        with (
            part.open("ab" if done else "wb") as file,
            tqdm(
                desc=part.stem, initial=done, total=int(length) + done if length else None, unit="B", unit_scale=True,
                disable=None,  # a bar on a terminal, and silence elsewhere
            ) as bar,
        ):  # fmt: skip
            for chunk in answer.iter_content(1 << 16):
                file.write(chunk)
                bar.update(len(chunk))


def _reason(error: BaseException) -> str:
    """Return the innermost cause in one line; requests wraps it several times."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return f"{type(error).__name__}: {error}"


def cache() -> Path:
    """Return the folder of downloaded files."""
    return Path(_pooch().os_cache("rnnkit"))


def _pooch() -> Any:
    try:
        import pooch
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f'downloads need the package pooch, which is not installed; install it with: pip install "rnnkit[course]", '
            f"or put the files into a folder that the environment variable {VARIABLE} names",
            name="pooch",
        ) from error
    return pooch


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time bring files into a folder; the system frees the lock of a process that dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("ab") as file:
        if fcntl:
            with suppress(OSError):  # a file system without locks, as Windows
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _show_terms(source: Source, folder: Path) -> None:
    terms = folder / "TERMS.txt"
    if not terms.exists():
        text = f"Data set {source.name!r}, from github.com/{source.repository}: {source.terms}"
        print(text, file=sys.stderr)
        terms.write_text(text + "\n", encoding="utf-8")
