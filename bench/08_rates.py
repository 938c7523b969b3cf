"""The learning rate of every treatment and patient of chapter 8, chosen on other seeds by the chapter's own code.

Writes bench/results/08_rates.md.
"""

import datetime
import platform
from pathlib import Path

import nbformat
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
CELLS = ("imports", "bare", "skip", "side-by-side", "train", "cures")
RATES, SEEDS = (0.003, 0.01, 0.03, 0.1, 0.3), (100, 101, 102)


def chapter():
    """The names that the chapter's cells define."""
    cells = nbformat.read(ROOT / "chapters" / "08-cures.ipynb", as_version=4).cells
    names = {"__name__": "chapter"}
    for wanted in CELLS:
        exec(next(cell.source for cell in cells if cell.id == wanted), names)
    return names


def best(names, case):
    """The rate with the least mean test error, each error held below 2 (saying 0 has 1)."""
    pairs = [(rate, seed) for rate in RATES for seed in SEEDS]
    seeds = [seed for _, seed in pairs]
    p, _ = names["train"](case, seeds, [rate for rate, _ in pairs])
    _, error = names["score"](case, p, seeds)
    return RATES[int(error.reshape(len(RATES), -1).mean(1).argmin())]


def main():
    names = chapter()
    rows = []
    for cure, cases in names["CASES"].items():
        rows.append(f"| {cure} | {best(names, cases[0])} | {best(names, cases[1])} |")
        print(rows[-1], flush=True)
    text = [
        "# Rates of chapter 8's treatments",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f"{np.__version__}. Command: `make bench`. For each treatment and patient the best of "
        f"{', '.join(map(str, RATES))} by mean squared error on new sequences after 300 updates, seeds "
        f"{', '.join(map(str, SEEDS))}; the chapter reports other seeds.",
        "\n".join(["| treatment | patient V | patient E |", "|---|---|---|", *rows]),
    ]
    (ROOT / "bench" / "results" / "08_rates.md").write_text("\n\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
