"""What came back: a folder as schools' platforms fill it, read as submissions of students.

Nothing is passed over in silence: what is no submission, or does not count, is named.
"""

import hashlib
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Handed:
    """One file that a student handed in."""

    student: str
    assignment: str
    data: bytes

    @property
    def digest(self):
        return hashlib.sha256(self.data).hexdigest()


def collect(folder, names) -> tuple[list[Handed], list[str]]:
    """Every submission below a folder; and a sentence about each file that is none, or that does not count.

    A file belongs to the assignment whose name its own name holds. Its student is the folder or zip it lies in, of
    those just below `folder`, or below a folder that bears an assignment's name; else its own name up to the
    assignment's. Of Moodle's folders and Canvas's files only what names the same student in every assignment counts;
    see `_student`. Of two files of one student the later counts, numbers in order.
    """
    found: dict = {}
    troubles = []
    for path, data in _files(Path(folder)):
        name = next((each for each in sorted(names, key=len, reverse=True) if each in path.name), None)
        who, student = _student(path, name, names)
        if path.suffix == ".ipynb" and name and student:
            found.setdefault((student, name), []).append((_order(path), path, who, data))
        elif path.suffix == ".zip":
            troubles.append(f"{path} cannot be read as a zip with a notebook in it")
        else:
            troubles.append(f"{path} is no submission: no assignment's name, or no student, in its path")
    handed = []
    for (student, name), files in sorted(found.items()):
        *others, (_, last, _, data) = sorted(files, key=lambda file: file[0])
        if len({who for _, _, who, _ in files}) > 1:
            paths = ", ".join(str(path) for _, path, _, _ in files)
            troubles.append(f"{paths}: two students would both be {student}; rename one")
            continue
        troubles += [f"{path}: the same student's {last} counts" for _, path, _, _ in others]
        handed.append(Handed(student, name, data))
    return handed, troubles


def _student(path, name, names) -> tuple[str, str]:
    """Who handed a file in: as the school's platform calls them, and as a name of a file.

    Moodle's number (`Ada Lovelace_123_assignsubmission_file_`) and Canvas's second (`lovelaceada_77_88_NAME.ipynb`) are
    others in each assignment, so they are left out; but Moodle's stays where it stands for the name
    (`Participant_123_…`).
    """
    first, *rest = path.parts[1:] if len(path.parts) > 1 and path.parts[0].removesuffix(".zip") in names else path.parts
    if rest and not first.endswith(".zip"):
        who = first.partition("_assignsubmission")[0]
        student = re.sub(r"( .*)_\d+$", r"\1", who) if who != first else who
    else:
        stem = first.removesuffix(".zip").removesuffix(".ipynb")
        who = stem.partition(name)[0].rstrip("_- ") if name else stem
        who = student = re.sub(r"(?:_LATE)?_(\d+)_\d+(?:_.*)?$", r"_\1", who) or (stem if rest else "")
    who, student = (unicodedata.normalize("NFC", each.strip()).lstrip(".") for each in (who, student))
    return who, re.sub(r"[^\w.@+-]", "_", student)


def _order(path):
    """What files of one student are sorted by: numbers count as numbers, and `NAME (1)` comes after `NAME`."""
    words = re.split(r"(\d+)", str(path.with_suffix("")).replace("_LATE", ""))
    return [int(word) if k % 2 else word for k, word in enumerate(words)]


def _files(folder) -> Iterator[tuple[Path, bytes]]:
    """Every file below a folder, and instead of a zip the notebooks in it; nothing that an editor or a Mac adds."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if _hidden(inside) or path.is_symlink() or not path.is_file():
            continue
        if path.suffix == ".zip":
            books = []
            try:
                with zipfile.ZipFile(path) as archive:
                    for entry in archive.infolist():
                        within = Path(entry.filename.lstrip("/"))
                        if within.suffix == ".ipynb" and entry.file_size < 50 << 20 and not _hidden(within):
                            books.append((inside / within, archive.read(entry)))
            except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
                books.append((inside, b""))
            yield from books or [(inside, b"")]
        else:
            yield inside, path.read_bytes() if path.stat().st_size < 50 << 20 else b"too large"


def _hidden(path):
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
