"""The import graph of rnnkit: who needs whom, read from the source.

    python scripts/imports.py            print it
    python scripts/imports.py --write    write it into CONTRIBUTING.md

A line names a room (a module, or a package as one), and the rooms that it imports.  Lines stand in order: a room comes
after all that it needs, so an order exists only as long as there is no circle.
"""

import ast
import sys
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- imports: made by scripts/imports.py -->\n```text\n", "```\n<!-- end of imports -->\n"


def modules(package: Path) -> dict[str, set[str]]:
    """Full name of each module, to the modules of the package that it imports when it is loaded."""
    files = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(package.rglob("*.py"))
    }
    return {name: set(_imported(path, files)) - {name} for name, path in files.items()}


def _imported(path, files):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:  # imports inside a function wait until it is called
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in files)
        elif isinstance(node, ast.ImportFrom) and node.module in files:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in files else node.module


def rooms(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """The graph with each package below the top as one room; the top itself, which gathers all, left out."""
    short = {name: name.split(".")[1] for name in graph if "." in name}
    whole: dict[str, set[str]] = {room: set() for room in short.values()}
    for name, room in short.items():
        whole[room] |= {short[needed] for needed in graph[name] if needed in short} - {room}
    return whole


def picture(graph: dict[str, set[str]]) -> str:
    """One line a room, leaves first; rooms of one depth in the order of the alphabet."""
    sorter = TopologicalSorter(graph)
    sorter.prepare()
    lines = []
    width = max(map(len, graph))
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        lines += [f"{room:{width}}  {' '.join(sorted(graph[room]))}".rstrip() for room in ready]
        sorter.done(*ready)
    return "\n".join(lines) + "\n"


def main() -> None:
    text = picture(rooms(modules(ROOT / "rnnkit")))
    if "--write" in sys.argv[1:]:
        page = ROOT / "CONTRIBUTING.md"
        before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
        page.write_text(before + BEGIN + text + END + rest.partition(END)[2], encoding="utf-8")
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
