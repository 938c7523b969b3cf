"""Print the page of data cards: `python -m rnnkit.data > book/data.md`."""

from __future__ import annotations

import inspect
import sys

import rnnkit.data
from rnnkit.data import Card, card, names

INTRODUCTION = """# Data cards

Every data set that the chapters need comes with the packages that the book uses, or is generated exactly. Nothing is
downloaded, but for the six sets {ref}`at the end <downloads>`, when you ask for them.

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

DOWNLOADS = """(downloads)=
## Sets that are downloaded

The first `load` of these sets brings their files from a fixed commit of a public repository, shows the terms of use
once, and keeps them in the cache, a folder that `rnnkit.data.remote.cache()` tells. Later calls need no network. An
interrupted download goes on where it stopped. Every file is compared with a known SHA-256 each time it is read, so that
no cut-off or altered file is ever used.

Without a network, put the files into a folder of your own, as `<name>/<file>`, and let the environment variable
`RNNKIT_DATA` name it. That folder is looked at first, and nothing in it is ever changed. The error of a failed download
names each file, its address and its SHA-256.
"""


def _call(name: str) -> str:
    """Return the call with its default options."""
    build = inspect.signature(rnnkit.data._module(name).load)
    options = []
    for option, parameter in build.parameters.items():
        default = parameter.default
        if default is inspect.Parameter.empty:
            options.append(f"{option}={option}")
        else:
            options.append(f"{option}=({default[0]!r}, ...)" if isinstance(default, tuple) else f"{option}={default!r}")
    return f"load({', '.join([repr(name), *options])})".replace("'", '"')


def _section(card: Card, level: str = "##") -> str:
    rows = "\n\n".join(f"{heading.capitalize()}\n: {text}" for heading, text in card.rows())
    what = card.what[0].upper() + card.what[1:] + ("" if card.what.endswith("?") else ".")
    return f"{level} {card.name}\n\n{what}\n\n```python\n{_call(card.name)}\n```\n\n{rows}\n"


def page() -> str:
    """Return the page in MyST Markdown."""
    downloads = (_section(card(name), "###") for name in names(downloads=True))
    return "\n".join([INTRODUCTION, *(_section(card(name)) for name in names()), DOWNLOADS, *downloads])


if __name__ == "__main__":
    sys.stdout.write(page())
