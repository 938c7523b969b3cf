"""The forget bias and copying of chapter 9 at more settings than the chapter has time for, by the chapter's own
cells; and its staircase, below the stairs and on them, with 5,000 updates.

    python bench/09_settings.py

Writes bench/results/09_settings.md.
"""

import datetime
import platform
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
from _report import marked

import rnnkit
from rnnkit import optim

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "bench" / "results" / "09_settings.md"
CELLS = {cell.id: cell.source for cell in nbformat.read(ROOT / "chapters" / "09-lstm.ipynb", as_version=4).cells}
CHAPTER: dict = {}
for name in ("imports", "weld", "side-by-side", "notepad", "bias-task", "classics-tasks"):
    exec(CELLS[name], CHAPTER)
SideBySide = CHAPTER["SideBySide"]
SideBySide.dtype = np.float64


class Start(SideBySide):
    """A start that knows the lag T: ln T in all units, or spread as Tallec and Ollivier (2018) have it, ln u with u
    uniform from 1 to T - 1, a number for each unit; and b_i = -b_f, or left as it is."""

    T = 20
    how = "spread"

    def init(self, rng):
        p, n = super().init(rng), self.H * self.seeds
        b = np.log(rng.uniform(1, self.T - 1, n)) if "spread" in self.how else np.full(n, np.log(self.T))
        for letter, values in (("i", -b), ("f", b)):
            at = self.cell.gates.index(letter) * n
            if letter == "f" or "−b_f" in self.how:
                p["b"][at : at + n] = values
        return p


STARTS = "ln T, b_i = −b_f", "spread, b_i as usual", "spread, b_i = −b_f"


def nets(bias, D, H, T):
    bias = np.log(T) if bias == "ln T" else bias
    if bias in STARTS:
        found = Start(rnnkit.LSTM, D, H, seeds=12)
        found.T, found.how = T, bias
        return found
    return SideBySide(partial(rnnkit.LSTM, forget_bias=bias), D, H, seeds=12)


def solved(bias, D, H, T, task, updates, lr):
    """How many of twelve starts end under 5 % of the error of saying 0."""
    many, rng = nets(bias, D, H, T), np.random.default_rng(0)
    return int((many.score(many.train(many.init(rng), task, updates, lr, rng), task) < 0.05).sum())


def bias_row(bias):
    lags = [solved(bias, 2, 4, T, partial(CHAPTER["first_sign"], T=T), 300, 0.01) for T in (12, 24, 48)]
    return [*lags, solved(bias, 3, 1, 20, partial(CHAPTER["notepad"], demand=3), 1000, 0.03)]


def copying(delay, lr, kind, H, marks):
    """Errors of six seeds at each of the marks, in one run."""
    many, rng = SideBySide(kind, 2, H, seeds=6), np.random.default_rng(0)
    task = partial(CHAPTER["copying"], delay=delay)
    p, adam, found = many.init(rng), optim.Adam(lr), {}
    memory = adam.init(p)
    for update in range(1, max(marks) + 1):
        grads = many.gradient(p, *task(rng, seeds=6))
        p, memory = adam.update(p, grads, memory)
        if update in marks:
            found[update] = many.score(p, task)
    return found


def staircase(welded, demand, updates=5000):
    """How many of twelve starts meet a demand with some gates welded, given 5,000 updates; the least error, and the
    errors of those that do not meet it."""
    many, rng = SideBySide(rnnkit.LSTM, 3, 1, seeds=12, welded=welded), np.random.default_rng(0)
    task = partial(CHAPTER["notepad"], demand=demand)
    errors = many.score(many.train(many.init(rng), task, updates, 0.03, rng), task)
    return int((errors < 0.05).sum()), errors.min(), np.sort(errors[errors >= 0.05])


KINDS = {
    "simple": (rnnkit.Elman, 18),
    "LSTM, bias 1": (rnnkit.LSTM, 8),
    "bias 3": (partial(rnnkit.LSTM, forget_bias=3.0), 8),
}
RUNS = ((10, 0.01, (600, 2400)), (10, 0.03, (600,)), (40, 0.01, (1200,)))


def number(x):
    return f"{x:.2f}".replace("0.", ".", 1)


def step(name, count, errors):
    return f"| {name} | {count} | {' '.join(map(number, errors)) or '–'} |"


def write(biases, copied, slow, below, on):
    """`biases`: name to row of counts; `copied`: (delay, rate, updates) to the errors of each kind; `slow`: a count;
    `below`, `on`: name to a count, the least error, and the errors of those that failed."""
    steps = [step(name, count, [least]) for name, (count, least, _) in below.items()]
    found = [step(name, count, failed) for name, (count, _, failed) in on.items()]
    rows = [f"| {name} | {' | '.join(map(str, row))} |" for name, row in biases.items()]
    lines = []
    for (delay, lr, updates), errors in copied.items():
        cells = [f"{number(np.median(e))} ({number(min(e))}–{number(max(e))})" for e in errors]
        lines.append(f"| silence {delay}, rate {number(lr)}, {updates:,} updates | {' | '.join(cells)} |")
    text = [
        "# Forget biases and copying at more settings",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f"{np.__version__}. Cells, tasks, seeds and sizes are those of chapter 9, which trains in float32; here "
        "it is float64.",
        "How many of twelve starts solve the task of the first sign at three lags (300 updates, rate 0.01) and the "
        "third demand on the notepad (1,000 updates, rate 0.03). Spread: ln u for each unit, u uniform from 1 to "
        "T - 1. b_i = −b_f: so is the input gate's bias set, for each unit.",
        "\n".join(
            marked(
                "bias",
                [
                    "| forget bias | lag 12 | lag 24 | lag 48 | replace |",
                    "|---|---|---|---|---|",
                    *rows,
                ],
            )
        ),
        f"Bias 0 at lag 24 after 1,500 updates: {slow} of 12.",
        "The notepad just below the stairs, 5,000 updates, rate 0.03: solved of twelve starts, and the least error of "
        "the twelve (answer 0: 1).",
        "\n".join(
            marked(
                "stairs",
                [
                    "| design and demand | solved | least error |",
                    "|---|---|---|",
                    *steps,
                ],
            )
        ),
        "The same on the stairs: solved of twelve starts, and the errors of the others.",
        "\n".join(
            marked(
                "on the stairs",
                [
                    "| design and demand | solved | errors of the others |",
                    "|---|---|---|",
                    *found,
                ],
            )
        ),
        "Copying four signs: squared error (0 always: 1) of six seeds, median (least–most).",
        "\n".join(
            marked(
                "copying",
                [
                    f"| setting | {' | '.join(KINDS)} |",
                    "|---|---|---|---|",
                    *lines,
                ],
            )
        ),
    ]
    RESULT.write_text("\n\n".join(text) + "\n", encoding="utf-8")


def main():
    biases = {str(bias): bias_row(bias) for bias in (0.0, 1.0, 2.0, 4.0, 6.0, 8.0, "ln T", *STARTS)}
    copied: dict = {}
    for delay, lr, marks in RUNS:
        for kind, H in KINDS.values():
            for updates, errors in copying(delay, lr, kind, H, marks).items():
                copied.setdefault((delay, lr, updates), []).append(errors)
    slow = solved(0.0, 2, 4, 24, partial(CHAPTER["first_sign"], T=24), 1500, 0.01)
    below = {
        "no gate: hold": staircase("ifo", 1),
        "input gate: be silent": staircase("fo", 2),
        "input and output gate: replace": staircase("f", 3),
    }
    on = {
        "input gate: hold": staircase("fo", 1),
        "input and output gate: be silent": staircase("f", 2),
        "all gates: replace": staircase("", 3),
    }
    write(biases, copied, slow, below, on)


if __name__ == "__main__":
    main()
