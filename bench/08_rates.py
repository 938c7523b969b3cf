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
RATES, SEEDS, REPORTED = (0.003, 0.01, 0.03, 0.1, 0.3), (100, 101, 102), (0, 1, 2, 3, 4)
BEYOND = {RATES[0]: (0.001, 0.0003), RATES[-1]: (1.0, 3.0)}  # two rates further, where the best is at an end
SMALL = (1e-6, 1e-8)  # for the untreated patient E


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


def learned(names, case, rate):
    """How many of the reported networks learn the near and the far sign, and how many are not lost."""
    p, alive = names["train"](case, REPORTED, [rate] * len(REPORTED))
    far, near = (names["score"](case, p, REPORTED)[0] > 0.95).sum(0)
    return f"near {near}, far {far}, not lost {alive.sum()}"


def main():
    names = chapter()
    rows, ends = [], []
    for cure, cases in names["CASES"].items():
        rates = [best(names, case) for case in cases]
        rows.append(f"| {cure} | {rates[0]} | {rates[1]} |")
        print(rows[-1], flush=True)
        for patient, case, rate in zip("VE", cases, rates, strict=True):
            tried = BEYOND.get(rate, ()) + (SMALL if (cure, patient) == ("untreated", "E") else ())
            ends += [f"| {cure} | {patient} | {further} | {learned(names, case, further)} |" for further in tried]
    text = [
        "# Rates of chapter 8's treatments",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f"{np.__version__}. Command: `make bench`. For each treatment and patient the best of "
        f"{', '.join(map(str, RATES))} by mean squared error on new sequences after 300 updates, seeds "
        f"{', '.join(map(str, SEEDS))}; the chapter reports other seeds.",
        "\n".join(["| treatment | patient V | patient E |", "|---|---|---|", *rows]),
        "Where the best sits at an end of that grid: rates beyond it, on the five reported seeds (nothing was chosen).",
        "\n".join(["| treatment | patient | rate | learned, of 5 |", "|---|---|---|---|", *ends]),
    ]
    (ROOT / "bench" / "results" / "08_rates.md").write_text("\n\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
