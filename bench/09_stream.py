"""The continual Reber grammar on ten seeds that chose nothing: the LSTM of 1997 at two more rates, and with resets.

    python bench/09_stream.py

Writes bench/results/09_stream.md. Cells, starts and lengths are those of 09_reber.py.
"""

import datetime
import importlib
import platform
from pathlib import Path

import numpy as np
from _report import marked

import rnnkit

reber = importlib.import_module("09_reber")
RESULT = Path(__file__).parent / "results" / "09_stream.md"
FIRST, SEEDS, H, UPDATES = 30, 10, 8, 8000
BIASES = {"o": [-1.0] * H}
ROWS = {
    "LSTM 1997, rate 0.01": (rnnkit.LSTM1997, 0.01, BIASES, False),
    "LSTM 1997, rate 0.2": (rnnkit.LSTM1997, 0.2, BIASES, False),
    "LSTM 1997, rate 0.05, reset at each string": (rnnkit.LSTM1997, 0.05, BIASES, True),
}


def with_resets(kind, lr, biases, each=3):
    """As many symbols an update as in the stream, three strings, but every string begins from zero."""
    seeds = range(FIRST, FIRST + SEEDS)
    nets = reber.SideBySide(kind, H, seeds)
    p = nets.init(0.2, biases, FIRST)
    for update in range(UPDATES):
        if update % 100 == 0:
            data = reber.strings(seeds, 10 + update, 100 * each)
            xs, targets, mask = data["xs"], data["targets"], data["mask"]
        at = slice(update % 100 * each, (update % 100 + 1) * each)
        T = mask[:, at].sum(0).max()
        now, counts = targets[:T, at], mask[:T, at][..., None]

        def dys(ys, now=now, counts=counts):
            return (reber.cross_entropy(ys.reshape(now.shape), now) * counts).reshape(*now.shape[:2], -1)

        grads, _, _ = nets.gradient(p, xs[:T, at].reshape(T, each, -1), None, dys)
        for name in p:
            p[name] -= lr * np.clip(grads[name], -5, 5)
    data = reber.strings(seeds, 1, 240)
    xs, legal, mask = data["xs"], data["legal"], data["mask"]
    ys, memory = nets.net.forward(p, xs.reshape(*xs.shape[:2], -1))
    ys = ys.reshape(xs.shape)
    right = np.where(legal, ys, np.inf).min(-1) > np.where(legal, -np.inf, ys).max(-1)
    last = mask & ~np.concatenate([mask[2:], np.zeros_like(mask[:2])])  # the last two of each string
    due = last & np.concatenate([mask[1:], np.zeros_like(mask[:1])])
    recall = (right & due).sum((0, 1)) / due.sum((0, 1))
    c = np.abs(memory.states[..., H * SEEDS :]).reshape(*mask.shape, H)
    return recall, (c * mask[..., None]).max((0, 1, 3))


def row(name):
    kind, lr, biases, resets = ROWS[name]
    if resets:
        recall, most = with_resets(kind, lr, biases)
    else:
        right, due, c, _ = reber.continual(kind, H, lr, first=FIRST, seeds=SEEDS, windows=UPDATES, biases=biases)
        recall, most = (right & due).sum(0) / due.sum(0), c[-500:].max((0, 2))
    return (
        f"| {name} | {(recall > 0.99).sum()} of {SEEDS} | {np.median(recall):.2f} "
        f"({recall.min():.2f}–{recall.max():.2f}) | {np.median(most):,.0f} |"
    )


def write(rows):
    text = [
        "# The continual grammar: rates and resets",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f"{np.__version__}. Ten seeds, {FIRST} to {FIRST + SEEDS - 1}, none of which chose a setting. {H} cells, "
        "weights within ±0.2, output gates from -1; 8,000 updates of 40 symbols (with resets: of three strings, 36 "
        "symbols on average), cross-entropy, entries within ±5. Test: 3,000 symbols of another stream (with resets: "
        "240 strings).",
        "Over 99 %: seeds with more than that share of recalls right; recalls: median (least–most). Largest memory: "
        "greatest |c| of the last 500 symbols (with resets: of all), median seed.",
        "\n".join(
            marked(
                "stream",
                [
                    "| network | seeds over 99 % | recalls right | largest memory |",
                    "|---|---|---|---|",
                    *rows,
                ],
            )
        ),
    ]
    RESULT.write_text("\n\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write([row(name) for name in ROWS])
