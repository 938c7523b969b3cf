"""Chapter 01: do its comparisons depend on the settings?

Surnames: each network is trained with three learning rates and for three times; the setting with the best median on
the validation names is then scored on the test names.  Parity: bag, window and convolution with four times the weights
and ten times the updates of the chapter, and the exercise "Diet" with ten times the updates.  The code is the
chapter's own, read from the notebook.

Sentences: the convolution and the Elman network, read at its last tick and at all, with other rates and times.

    python bench/01_settings.py            (about seven minutes; writes bench/results/01_settings.md)
    python bench/01_settings.py sentences  (under a minute; writes bench/results/01_sentences.md)
"""

import sys
from pathlib import Path

import nbformat
import numpy as np

import rnnkit

ROOT = Path(__file__).resolve().parent.parent
CELLS = (
    "setup", "puzzle", "twins", "views", "program", "program-objective", "tools", "sizes", "train", "parity-strings",
    "parity-lengths",
)  # fmt: skip
RATES, EPOCHS, SEEDS = (0.003, 0.01, 0.03), (5, 15, 45), range(5)
LENGTHS = (8, 9, 12, 20, 50)
SENTENCES = {0.003: (18,), 0.01: (6, 18, 40), 0.03: (6,)}  # learning rate: epochs


def chapter():
    """The names that the chapter's cells define."""
    cells = {cell.id: cell.source for cell in nbformat.read(ROOT / "chapters/01-why-memory.ipynb", 4).cells}
    found = {}
    for name in CELLS:
        exec(compile(cells[name].replace("plot.use_style()", ""), name, "exec"), found)
    found["KINDS"]["Elman, max"] = found["Kind"](found["ticks"], recurrent=True)
    return found


def surnames(c):
    """A row for each network: test accuracy with the chapter's setting and with its own best."""
    names = c["names"]
    D, O, k = len(names.vocabulary), len(names.labels), 4  # noqa: E741
    for kind in c["KINDS"]:
        learn, valid, test = (c["given"](kind, k, names, part) for part in (names.train, names.valid, names.test))
        shapes = c["shapes_of"](kind, D, k, c["widest"](kind, D, k, O, 4000), O)

        def score(p, batch, part):
            return float(np.mean(c["answers"](p, batch) == part.targets))

        found = {}
        for lr in RATES:
            scores = []
            for seed in SEEDS:
                marks = []

                def note(p, marks=marks, valid=valid, test=test):
                    marks.append((score(p, valid, names.valid), score(p, test, names.test)))
                    return 0.0

                p = c["initial"](np.random.default_rng(seed), shapes)
                batches, adam = rnnkit.minibatches(learn, 100, seed), rnnkit.optim.Adam(lr)
                rnnkit.fit(c["objective"], p, batches, adam, epochs=max(EPOCHS), clip=1.0, validate=note)
                scores.append([marks[n - 1] for n in EPOCHS])
            for n, marks in zip(EPOCHS, np.swapaxes(scores, 0, 1), strict=True):
                found[lr, n] = marks  # (seeds, [valid, test])
        best = max(found, key=lambda setting: np.median(found[setting][:, 0]))
        tests = 100 * found[best][:, 1]
        same = 100 * np.median(found[0.01, 15][:, 1])
        own = f"{np.median(tests):.1f} ({tests.min():.1f}\u2060–\u2060{tests.max():.1f})"
        yield f"| {kind} | {same:.1f} | {own} | {best[0]:g}, {best[1]} |"


def parity(c):
    """A row for each of the three that did not fit: accuracy by length, once they do."""
    batch_of, odd, wide = c["batch_of"], c["odd"], c["LONGEST"]
    for kind in ("bag", "window", "convolution"):
        batch = batch_of(kind, wide, c["beginnings"], odd)
        shapes = c["shapes_of"](kind, 1, wide, c["widest"](kind, 1, wide, 2, 400), 2)
        shares = []
        for seed in range(3):
            p = c["initial"](np.random.default_rng(seed), shapes)
            batches, adam = rnnkit.minibatches(batch, 256, seed), rnnkit.optim.Adam(0.03)
            p = rnnkit.fit(c["objective"], p, batches, adam, epochs=1000, clip=1.0).p
            shares.append([c["right"](kind, p, c["strings_of"](n)) for n in LENGTHS])
        yield f"| {kind} | " + " | ".join(f"{100 * share:.0f}" for share in np.median(shares, axis=0)) + " |"


def diet(c):
    """Accuracy on 8 bits of Elman networks that met each of the 510 strings equally often, ten times as long."""
    strings = [1.0 * x[:t, None] for t in range(1, 9) for x in c["bits"].T[: 2**t]]
    batch = c["batch_of"]("Elman", 1, strings, [int(x.sum()) % 2 for x in strings])
    shapes = c["shapes_of"]("Elman", 1, 1, 8, 2)
    for together, epochs in ((256, 4000), (128, 2000)):
        shares = []
        for seed in range(3):
            p = c["initial"](np.random.default_rng(seed), shapes)
            batches, adam = rnnkit.minibatches(batch, together, seed), rnnkit.optim.Adam(0.01)
            p = rnnkit.fit(c["objective"], p, batches, adam, epochs=epochs, clip=1.0).p
            shares.append(c["right"]("Elman", p, c["strings_of"](8)))
        yield f"| {together} | " + " | ".join(f"{100 * share:.0f}" for share in shares) + " |"


def sentences(c):
    """A row for each setting: test accuracy of convolution, Elman and Elman with a maximum over ticks."""
    text, kinds = c["text"], ("convolution", "Elman", "Elman, max")
    D, O, k = len(text.vocabulary), len(text.labels), 4  # noqa: E741
    for lr, stops in SENTENCES.items():
        shares = {stop: [] for stop in stops}
        for kind in kinds:
            learn, test = (c["given"](kind, k, text, part) for part in (text.train, text.test))
            shapes = c["shapes_of"](kind, D, k, c["widest"](kind, D, k, O, 6000), O)
            scores = []
            for seed in range(3):
                marks = []

                def note(p, marks=marks, test=test):
                    marks.append(float(np.mean(c["answers"](p, test) == text.test.targets)))
                    return 0.0

                p = c["initial"](np.random.default_rng(seed), shapes)
                batches, adam = rnnkit.minibatches(learn, 100, seed), rnnkit.optim.Adam(lr)
                rnnkit.fit(c["objective"], p, batches, adam, epochs=max(stops), clip=1.0, validate=note)
                scores.append(marks)
            for stop in stops:
                shares[stop].append(100 * np.median([marks[stop - 1] for marks in scores]))
        for stop, found in shares.items():
            yield f"| {lr:g}, {stop} | " + " | ".join(f"{share:.1f}" for share in found) + " |"


def main():
    c, text = chapter(), HEAD
    if sys.argv[1:] == ["sentences"]:
        rows = []
        for row in sentences(c):
            print(row, flush=True)
            rows.append(row + "\n")
        text = SENTENCE_HEAD + "".join(rows) + SENTENCE_END
        (ROOT / "bench/results/01_sentences.md").write_text(text, encoding="utf-8")
        return
    for rows, (start, end) in zip((diet(c), parity(c), surnames(c)), (DIET, PARITY, NAMES), strict=True):
        text += start
        for row in rows:
            print(row, flush=True)
            text += row + "\n"
        text += end
    (ROOT / "bench/results/01_settings.md").write_text(text, encoding="utf-8")


HEAD = """# Chapter 01 with other settings

Made by `bench/01_settings.py` on 21 November 2026, on one thread of an x86-64 machine, in about seven minutes.
"""
DIET = (
    """
## Exercise "Diet" with ten times the updates

Each of the 510 strings of 1 to 8 bits once an epoch, 8,000 updates, minibatches of two sizes, otherwise as in the
chapter. 8-bit strings right, in per cent.

<!-- diet -->

| strings in a minibatch | seed 0 | seed 1 | seed 2 |
|---|---|---|---|
""",
    "\n<!-- end of diet -->\n",
)
PARITY = (
    """
## Parity, with four times the weights and ten times the updates

At most 400 weights, learning rate 0.03, 1,000 epochs (8,000 updates), otherwise as in the chapter. Share of strings
right by the number of their bits, in per cent, medians of three seeds.

<!-- parity -->

| bits | 8 | 9 | 12 | 20 | 50 |
|---|---|---|---|---|---|
""",
    "\n<!-- end of parity -->\n",
)
NAMES = (
    """
## Surnames, each network with its own best setting

Chapter 01 trains all alike (Adam, learning rate 0.01, 15 epochs). Here each has its own best of three
learning rates (0.003, 0.01, 0.03) and three training times (5, 15, 45 epochs), by the median of five seeds on the 240
validation names; then the 480 test names. Accuracy in per cent, medians of five seeds.

<!-- names -->

| network | as above | own best | rate, epochs |
|---|---|---|---|
""",
    "\n<!-- end of names -->\n",
)
SENTENCE_HEAD = """# Chapter 01: sentences with other rates and times

Made by `bench/01_settings.py sentences` on 21 November 2026, on one thread of an x86-64 machine, in under a minute.
Sentences and their shuffled twins told apart, test, in per cent, medians of three seeds. Chapter 01 uses the learning
rate 0.01 and 6 epochs.

<!-- sentences -->

| rate, epochs | convolution | Elman | Elman, max |
|---|---|---|---|
"""
SENTENCE_END = "\n<!-- end of sentences -->\n"

if __name__ == "__main__":
    main()
