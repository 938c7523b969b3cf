"""Print the page of data cards: `python -m rnnkit.data > book/data.md`."""

from __future__ import annotations

import inspect
import sys

import rnnkit.data
from rnnkit.data import Card, card, names

INTRODUCTION = """# Data cards

Every data set of this book comes with the packages that the book uses, or is generated exactly. Nothing is downloaded.

```python
import numpy as np
import rnnkit.data

names = rnnkit.data.load("surnames")
bits = rnnkit.data.load("parity", rng=np.random.default_rng(0), length=30)
print(rnnkit.data.card("surnames"))
```

What is random needs a generator `rng`. Real sets are fixed, and so are their parts. Where the best that any model can
do is known, the card says it, and a test verifies it.

This page is printed by `python -m rnnkit.data`; versions are those of the lock file.
"""


def _call(name: str) -> str:
    """Return the call with its default options."""
    build = inspect.signature(rnnkit.data._SETS[name].load)
    options = []
    for option, parameter in build.parameters.items():
        default = parameter.default
        if default is inspect.Parameter.empty:
            options.append(f"{option}={option}")
        else:
            options.append(f"{option}=({default[0]!r}, ...)" if isinstance(default, tuple) else f"{option}={default!r}")
    return f"load({', '.join([repr(name), *options])})".replace("'", '"')


def _section(card: Card) -> str:
    rows = "\n\n".join(f"{heading.capitalize()}\n: {text}" for heading, text in card.rows())
    return f"## {card.name}\n\n{card.what[0].upper()}{card.what[1:]}.\n\n```python\n{_call(card.name)}\n```\n\n{rows}\n"


def page() -> str:
    """Return the page in MyST Markdown."""
    return "\n".join([INTRODUCTION, *(_section(card(name)) for name in names())])


if __name__ == "__main__":
    sys.stdout.write(page())
