"""The forget bias and copying of chapter 9 at more settings than the chapter has time for, by the chapter's own cells.

    python bench/09_settings.py

Writes bench/results/09_settings.md.
"""

import datetime
import platform
from functools import partial
from pathlib import Path

import nbformat
import numpy as np

import rnnkit
from rnnkit import optim

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "bench" / "results" / "09_settings.md"
CELLS = {cell.id: cell.source for cell in nbformat.read(ROOT / "chapters" / "09-lstm.ipynb", as_version=4).cells}
CHAPTER: dict = {}
for name in ("imports", "weld", "side-by-side", "notepad", "bias-task", "classics-tasks"):
    exec(CELLS[name], CHAPTER)
SideBySide = CHAPTER["SideBySide"]


class Spread(SideBySide):
    """Tallec and Ollivier (2018): b_f = ln u, u uniform from 1 to T - 1, a number for each unit, and b_i = -b_f."""

    T = 20

    def init(self, rng):
        p, n = super().init(rng), self.H * self.seeds
        b = np.log(rng.uniform(1, self.T - 1, n))
        for letter, values in (("i", -b), ("f", b)):
            at = self.cell.gates.index(letter) * n
            p["b"][at : at + n] = values
        return p


def nets(bias, D, H, T):
    if bias == "spread":
        found = Spread(rnnkit.LSTM, D, H, seeds=12)
        found.T = T
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
        xs, targets, counts = task(rng, seeds=6)
        ys, seen = many.run(p, xs)
        dys = 2 * (ys - targets) * counts / counts.sum((0, 1))
        grads, _, _ = many.net.backward(p, xs.reshape(*xs.shape[:2], -1), None, seen, dys)
        grads = optim.clip_value({n: g * many.free[n] for n, g in grads.items()}, 1.0)
        p, memory = adam.update(p, grads, memory)
        if update in marks:
            found[update] = many.score(p, task)
    return found


KINDS = {
    "simple": (rnnkit.Elman, 18),
    "LSTM, bias 1": (rnnkit.LSTM, 8),
    "bias 3": (partial(rnnkit.LSTM, forget_bias=3.0), 8),
}
RUNS = ((10, 0.01, (600, 2400)), (10, 0.03, (600,)), (40, 0.01, (1200,)))


def number(x):
    return f"{x:.2f}".replace("0.", ".", 1)


def write(biases, copied, slow):
    """`biases`: name to row of counts; `copied`: (delay, rate, updates) to the errors of each kind; `slow`: a count."""
    rows = [f"| {name} | {' | '.join(map(str, row))} |" for name, row in biases.items()]
    lines = []
    for (delay, lr, updates), errors in copied.items():
        cells = [f"{number(np.median(e))} ({number(min(e))}–{number(max(e))})" for e in errors]
        lines.append(f"| silence {delay}, rate {number(lr)}, {updates:,} updates | {' | '.join(cells)} |")
    text = [
        "# Forget biases and copying at more settings",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f"{np.__version__}. Cells, tasks, seeds and sizes are those of chapter 9.",
        "How many of twelve starts solve the task of the first sign at three lags (300 updates, rate 0.01) and the "
        "third demand on the notepad (1,000 updates, rate 0.03). Spread: ln u for each unit, u uniform from 1 to "
        "T - 1, and the input gate's bias its negative.",
        "\n".join(
            [
                "<!-- bias -->",
                "",
                "| forget bias | lag 12 | lag 24 | lag 48 | replace |",
                "|---|---|---|---|---|",
                *rows,
                "",
                "<!-- end of bias -->",
            ]
        ),
        f"Bias 0 at lag 24 after 1,500 updates: {slow} of 12.",
        "Copying four signs: squared error (0 always: 1) of six seeds, median (least–most).",
        "\n".join(
            [
                "<!-- copying -->",
                "",
                f"| setting | {' | '.join(KINDS)} |",
                "|---|---|---|---|",
                *lines,
                "",
                "<!-- end of copying -->",
            ]
        ),
    ]
    RESULT.write_text("\n\n".join(text) + "\n", encoding="utf-8")


def main():
    biases = {str(bias): bias_row(bias) for bias in (0.0, 1.0, 2.0, 4.0, 6.0, 8.0, "spread")}
    copied: dict = {}
    for delay, lr, marks in RUNS:
        for kind, H in KINDS.values():
            for updates, errors in copying(delay, lr, kind, H, marks).items():
                copied.setdefault((delay, lr, updates), []).append(errors)
    slow = solved(0.0, 2, 4, 24, partial(CHAPTER["first_sign"], T=24), 1500, 0.01)
    write(biases, copied, slow)


if __name__ == "__main__":
    main()
