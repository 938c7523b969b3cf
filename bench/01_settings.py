"""Chapter 01, surnames: does the order of the networks depend on the settings?

Each network is trained with three learning rates and for three times; the setting with the best median on the
validation names is then scored on the test names.  The code is the chapter's own, read from the notebook.

    python bench/01_settings.py       (about two minutes; writes bench/results/01_settings.md)
"""

from functools import partial
from pathlib import Path

import nbformat
import numpy as np

import rnnkit
from rnnkit.losses import softmax_cross_entropy

ROOT = Path(__file__).resolve().parent.parent
CELLS = ("setup", "puzzle", "views", "program", "tools", "sizes", "train")
RATES, EPOCHS, SEEDS = (0.003, 0.01, 0.03), (5, 15, 45), range(5)


def chapter():
    """The names that the chapter's cells define."""
    cells = {cell.id: cell.source for cell in nbformat.read(ROOT / "chapters/01-why-memory.ipynb", 4).cells}
    found = {}
    for name in CELLS:
        exec(compile(cells[name].replace("plot.use_style()", ""), name, "exec"), found)
    return found


def main():
    c = chapter()
    names = c["names"]
    D, O, k = len(names.vocabulary), len(names.labels), 4  # noqa: E741
    rows = []
    for kind in ("bag", "window", "convolution", "Elman"):
        learn, valid, test = (
            c["batch_of"](kind, k, [names.vocabulary.one_hot(x) for x in part.inputs], part.targets)
            for part in (names.train, names.valid, names.test)
        )
        H = c["widest"](kind, D, k, O, 4000)
        shapes = c["shapes_of"](kind, D, k, H, O)

        def score(p, batch, part, kind=kind):
            return float(np.mean(c["answers"](kind, p, batch) == part.targets))

        found = {}
        for lr in RATES:
            scores = []
            for seed in SEEDS:
                p = c["initial"](np.random.default_rng(seed), shapes)
                objective = c["view_objective"]
                if kind == "Elman":
                    objective = partial(rnnkit.bptt, c["network"](p), loss=softmax_cross_entropy)
                marks, batches = [], rnnkit.minibatches(learn, 100, seed)

                def note(p, marks=marks, valid=valid, test=test):
                    marks.append((score(p, valid, names.valid), score(p, test, names.test)))
                    return 0.0

                adam = rnnkit.optim.Adam(lr)
                rnnkit.fit(objective, p, batches, adam, epochs=max(EPOCHS), clip=1.0, validate=note)
                scores.append([marks[n - 1] for n in EPOCHS])
            for n, marks in zip(EPOCHS, np.swapaxes(scores, 0, 1), strict=True):
                found[lr, n] = marks  # (seeds, [valid, test])
        best = max(found, key=lambda setting: np.median(found[setting][:, 0]))
        tests = 100 * found[best][:, 1]
        same = 100 * np.median(found[0.01, 15][:, 1])
        own = f"{np.median(tests):.1f} ({tests.min():.1f} to {tests.max():.1f})"
        rows.append(f"| {kind} | {same:.1f} | {own} | {best[0]:g}, {best[1]} |")
        print(rows[-1], flush=True)
    (ROOT / "bench/results/01_settings.md").write_text(TABLE + "\n".join(rows) + "\n", encoding="utf-8")


TABLE = """# Surnames, each network with its own best setting

Chapter 01 trains all four networks alike (Adam, learning rate 0.01, 15 epochs). Here each has its own best of three
learning rates (0.003, 0.01, 0.03) and three training times (5, 15, 45 epochs), by the median of five seeds on the 240
validation names; then the 480 test names. Accuracy in per cent, medians of five seeds. Made by `bench/01_settings.py`
on 21 November 2026, on one thread of an x86-64 machine, in about two minutes.

<!-- table -->

| network | as above | own best | rate, epochs |
|---|---|---|---|
"""

if __name__ == "__main__":
    main()
