"""Which submissions look alike: a hint where to look, never a verdict.

Names, numbers, strings, comments and layout do not count: what is left of a program are its keywords and operators in
their order. Runs of nine such signs are compared. Runs that the release holds, or that more than a
third of the class (and more than five) share, say nothing and are left out.
"""

import io
import keyword
import tokenize
from collections import Counter
from itertools import combinations

from coursework.sources import kind, name_of

RUN = 9
LEAST = 15  # runs; shorter answers are alike by chance


def signs(source):
    """The program as signs: keywords and operators as they are, every name, number and string as one sign each."""
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME:
                found.append(token.string if keyword.iskeyword(token.string) else "n")
            elif token.type == tokenize.NUMBER:
                found.append("0")
            elif token.type == tokenize.STRING:
                found.append("s")
            elif token.type == tokenize.OP:
                found.append(token.string)
    except (tokenize.TokenError, SyntaxError, IndentationError):
        pass
    return found


def runs(notebook):
    """Every run of signs in the cells that a student wrote."""
    found = set()
    for cell in notebook.cells:
        if cell.cell_type == "code" and kind(cell) in {"solution", "manual", "free"} and name_of(cell) != "start":
            own = signs(cell.source)
            found |= {tuple(own[k : k + RUN]) for k in range(len(own) - RUN + 1)}
    return found


def pairs(notebooks, release, least=0.6):
    """Pairs of students whose programs are alike.

    Args:
        notebooks: {student: notebook as graded}.
        release: the notebook that all began with.
        least: the share of common runs, of the shorter program's, from which a pair is named.

    Returns:
        [(share, student, student), ...], the most alike first.
    """
    given = runs(release)
    own = {student: runs(notebook) - given for student, notebook in notebooks.items()}
    held = Counter(run for some in own.values() for run in some)
    usual = {run for run, count in held.items() if count > max(5, len(own) / 3)}
    rare = {student: some - usual for student, some in own.items()}
    found = []
    for one, other in combinations(sorted(rare), 2):
        shorter = min(len(rare[one]), len(rare[other]))
        if shorter >= LEAST and (share := len(rare[one] & rare[other]) / shorter) >= least:
            found.append((share, one, other))
    return sorted(found, reverse=True)
