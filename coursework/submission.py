"""What a student handed in, made sound: the released notebook with the student's own text in its places.

Whatever was deleted, doubled, changed where nothing may be changed, or broken is put right and noted; nothing that the
student wrote is lost.
"""

import json
from dataclasses import dataclass

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from coursework.sources import kind, name_of

LARGEST = 20 << 20  # bytes of a notebook


class Unreadable(Exception):
    """The file is no notebook. The message completes "The file ..."."""


@dataclass(frozen=True)
class Submission:
    """A notebook in the released form, and what was put right in it.

    notebook: every cell of the release in its order, the student's own cells between them, no outputs.
    remarks: sentences for the teacher.
    doubtful: {name of a cell: why a person must look at it}.
    blank: names of the cells for answers that stand as they were released.
    """

    notebook: nbformat.NotebookNode
    remarks: list
    doubtful: dict
    blank: set


def parse(data: bytes):
    """The cells of a file that claims to be a notebook: [(cell type, source, grade_id or None), ...].

    Raises:
        Unreadable: it is not one.
    """
    if len(data) > LARGEST:
        raise Unreadable(f"has {len(data) >> 20} MB, more than a notebook may have ({LARGEST >> 20})")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable("is not text in UTF-8") from None
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise Unreadable(f"is not JSON{where}") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise Unreadable("is JSON, but not a notebook of format 4")
    found = []
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        source = cell.get("source", "")
        if isinstance(source, list):
            source = "".join(x for x in source if isinstance(x, str))
        metadata = cell.get("metadata")
        marks = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        name = marks.get("grade_id") if isinstance(marks, dict) else None
        if isinstance(source, str) and cell.get("cell_type") in {"code", "markdown", "raw"}:
            found.append((cell["cell_type"], source, name if isinstance(name, str) else None))
    return found


def restore(data: bytes, release) -> Submission:
    """The submission in the released form.

    Args:
        data: the file.
        release: the notebook that the students got.

    Raises:
        Unreadable: the file is no notebook.
    """
    given, remarks, doubtful, blank = parse(data), [], {}, set()
    released = {name_of(cell): cell for cell in release.cells if name_of(cell)}
    texts: dict[str, list[str]] = {}
    for _, source, name in given:
        if name in released:
            texts.setdefault(name, []).append(source)

    # The student's own cells follow the cell of the release that they followed.
    own: dict = {}
    after = None
    for cell_type, source, name in given:
        if name in released:
            after = name
        elif source.strip() and source not in {cell.source for cell in release.cells}:
            own.setdefault(after, []).append((cell_type, source))

    cells = [_own(*each) for each in own.get(None, [])]
    for cell in release.cells:
        name = name_of(cell)
        cell = nbformat.from_dict(cell)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells.append(cell)
        if not name:
            continue
        found = texts.get(name, [])
        if kind(cell) in {"solution", "manual"}:
            written = list(dict.fromkeys(text for text in found if text.strip() != cell.source.strip()))
            if not found:
                remarks.append(f"The cell `{name}` was deleted; it counts as not answered.")
                doubtful[name] = "its cell was deleted"
            elif len(written) > 1:
                remarks.append(f"The cell `{name}` stands {len(written)} times with other text; the last was taken.")
                doubtful[name] = "its cell stands more than once with different text"
                cells += [_own("raw", f"Another text of {name}:\n\n{text}") for text in written[:-1]]
            if written:
                cell.source = written[-1]
            elif found:
                blank.add(name)
        elif not found:
            remarks.append(f"The cell `{name}` was deleted and put back.")
        elif any(text != cell.source for text in found):
            remarks.append(f"The cell `{name}` may not be changed and was; the released one was put back.")
        cells += [_own(*each) for each in own.get(name, [])]
    notebook = nbformat.from_dict(release)
    notebook.cells = cells
    return Submission(notebook, remarks, doubtful, blank)


def _own(cell_type, source):
    return new_code_cell(source) if cell_type == "code" else new_markdown_cell(_quoted(source, cell_type))


def _quoted(source, cell_type):
    return source if cell_type == "markdown" else "~~~text\n" + source.replace("~~~", "~ ~ ~") + "\n~~~"
