"""Write the page of claims from the file of claims.

python scripts/claims.py            print it
python scripts/claims.py --write    write book/claims.md
"""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE, PAGE = ROOT / "book" / "claims.toml", ROOT / "book" / "claims.md"
SAID = {"true": "**True.**", "true if": "**True if**", "false": "**False.**"}

INTRODUCTION = """# Claims on trial

What popular introductions to recurrent networks say, in our words, and what this book found. Each verdict links to
the place where it is decided, and rests on cells and tests that fail if it stops being true. Of {total} claims
{decided} are decided{rest}.

Vote before you open: which of them would you sign?
"""


def load():
    """The claims, as dicts, in their order."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))["claim"]


def verdict(claim):
    """The words of the verdict."""
    because = claim["because"]
    if claim["verdict"] != "true if":
        because = because[0].upper() + because[1:]
    return f"{SAID[claim['verdict']]} {because}."


def entry(claim):
    """One decided claim as a dropdown: the claim to be seen, the verdict to be opened."""
    number, chapter = claim["id"], claim["chapter"]
    evidence = ", ".join(f"`{item.rpartition('::')[2]}`" for item in claim["evidence"])
    return (
        f"```{{dropdown}} {number}. {claim['text']}\n{verdict(claim)}\n\n"
        f"Decided {{ref}}`here <claim-{number}>`, in {{doc}}`../chapters/{chapter}`. Evidence: {evidence}.\n```\n"
    )


def page():
    """The page in MyST Markdown."""
    claims = load()
    decided, waiting = ([c for c in claims if ("verdict" in c) == which] for which in (True, False))
    parts = [
        INTRODUCTION.format(
            total=len(claims), decided=len(decided), rest="; the others wait for their chapters" if waiting else ""
        ),
        "## Decided\n",
        *map(entry, decided),
    ]
    if waiting:
        parts += ["## Still open\n", *(f"- {claim['id']}. {claim['text']}" for claim in waiting)]
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
