"""Draw the timeline of the field and write its page, from book/timeline.toml.

python scripts/pinned.py .venv/bin/python scripts/timeline.py

Writes book/timeline.md and book/_static/timeline.svg.
"""

import tomllib
from pathlib import Path

import matplotlib.pyplot as plt

from rnnkit import plot
from rnnkit.plot.colour import BLUE, FAINT, GREEN, INK, PURPLE, VERMILLION

BOOK = Path(__file__).resolve().parent.parent / "book"
KINDS = {  # kind: what it is called, colour, marker
    "network": ("networks", BLUE, "o"),
    "learning": ("ways to learn", VERMILLION, "s"),
    "limit": ("limits and rivals", PURPLE, "D"),
    "use": ("uses", GREEN, "^"),
}
LINE = 0.3  # inches between two names

PAGE = """# The field in dates

{first} to {last}: networks, ways to train them, limits found, and uses, as this book meets them. Each entry names the
work that did it; the {{doc}}`bibliography <bibliography>` says where to find it.

```{{image}} _static/timeline.svg
:alt: {alt}
:width: 480px
```

{entries}
"""


def load():
    """The works, in the order of the file."""
    return tomllib.loads((BOOK / "timeline.toml").read_text(encoding="utf-8"))["work"]


def draw(works, path):
    """Years run down a line in proportion, and the names stand beside it as near as they fit."""
    plot.use_style()
    first, last = works[0]["year"], works[-1]["year"]
    height = LINE * (len(works) + 2)
    figure, ax = plt.subplots(figsize=(4.3, height), layout="none")
    ax.set_position((0, 0, 1, 1))
    ax.set(xlim=(0, 4.3), ylim=(height, 0))
    ax.axis("off")

    def down(year):
        return LINE * 1.5 + (height - 3 * LINE) * (year - first) / (last - first)

    ax.plot([0.75, 0.75], [down(first), down(last)], color=FAINT, linestyle="-", linewidth=3)
    for year in range(1990, last + 1, 10):
        ax.text(0.55, down(year), str(year), ha="right", va="center", fontsize=13)
    for row, work in enumerate(works):
        _, colour, marker = KINDS[work["kind"]]
        y = LINE * (row + 1.5)
        ax.plot([0.75, 1.4], [down(work["year"]), y], color=FAINT, linestyle="-", linewidth=1, zorder=0)
        ax.plot(0.75, down(work["year"]), marker, color=colour, markersize=7)
        ax.plot(1.5, y, marker, color=colour, markersize=7)
        ax.text(1.65, y, f"{work['year']}  {work['name']}", va="center", fontsize=13, color=INK)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def page(works):
    """The page in MyST Markdown, by kind and year."""
    entries = []
    for kind, (title, _, _) in KINDS.items():
        entries.append(f"## {title[0].upper()}{title[1:]}\n")
        for work in works:
            if work["kind"] == kind:
                line = work["line"][0].upper() + work["line"][1:]
                entries.append(f"**{work['year']}, {work['name']}.** {line}. {{cite:p}}`{work['cite']}`\n")
    names = "; ".join(f"{work['year']} {work['name']}" for work in works)
    return PAGE.format(
        first=works[0]["year"], last=works[-1]["year"], entries="\n".join(entries).rstrip(),
        alt=f"A line of years from top to bottom with names beside it: {names}.",
    )  # fmt: skip


def main(book=BOOK):
    works = load()
    (book / "_static").mkdir(exist_ok=True)
    draw(works, book / "_static" / "timeline.svg")
    (book / "timeline.md").write_text(page(works), encoding="utf-8")


if __name__ == "__main__":
    main()
