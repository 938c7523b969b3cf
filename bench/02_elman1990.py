"""Elman's three experiments of 1990 at their full length, with the very training function that chapter 02 shows.

Writes bench/results/02_elman1990.md.
"""

import datetime
import platform
import time
from pathlib import Path

import nbformat
import numpy as np
from scipy.cluster import hierarchy

import rnnkit.data
from rnnkit.arrays import sigmoid

ROOT = Path(__file__).resolve().parent.parent
CHAPTER = nbformat.read(ROOT / "chapters" / "02-elman-jordan.ipynb", as_version=4)
SHOWN = next(cell.source for cell in CHAPTER.cells if cell.id == "elman-1990")
SCOPE = {"np": np, "sigmoid": sigmoid}
exec(compile(SHOWN, "chapter 02", "exec"), SCOPE)
weights_1990, train_1990 = SCOPE["weights_1990"], SCOPE["train_1990"]


def stacked(data):
    """Several one-stream data sets as (T, seeds, ·), cut to the shortest."""
    ticks = min(len(d.inputs) for d in data)
    return [np.stack([d[name][:ticks, 0] for d in data], 1) for name in ("inputs", "targets")]


def xor(lr, seeds=20, passes=600):
    data = [rnnkit.data.load("temporal_xor", rng=np.random.default_rng(seed)) for seed in range(seeds)]
    xs, targets = stacked(data)
    weights = weights_1990(np.random.default_rng(0), seeds, 1, 2, 1)
    for _ in range(passes):
        errors = ((train_1990(weights, xs, targets, lr) - targets) ** 2)[..., 0]
    by_place = np.array([errors[data[0].position == place].mean(0) for place in range(3)])
    falls = int((by_place[2] < by_place[:2].min(0) - 0.02).sum())
    return [
        ("squared error at first, second, third bit: median", " ".join(f"{e:.3f}" for e in np.median(by_place, 1))),
        ("third bit: least and greatest of the seeds", f"{by_place[2].min():.3f} {by_place[2].max():.3f}"),
        ("seeds in which the third bit is lower by .02 or more", f"{falls} of {seeds}"),
    ]


def letters(lr, seeds=5, passes=200):
    data = [rnnkit.data.load("letters", rng=np.random.default_rng(seed)) for seed in range(seeds)]
    xs, targets = stacked(data)
    weights = weights_1990(np.random.default_rng(0), seeds, 6, 20, 6)
    for _ in range(passes):
        errors = (train_1990(weights, xs, targets, lr) - targets) ** 2
    consonant = targets[..., 0] == 1
    at = [np.array([errors[consonant[:, s] == c, s].mean(0) for s in range(seeds)]) for c in (True, False)]
    bits = np.median(at[0], 0)
    return [
        (
            "sum of six squared errors before a consonant, before a vowel: median",
            " ".join(f"{np.median(a.sum(1)):.3f}" for a in at),
        ),
        ("before a consonant, bit by bit", " ".join(f"{b:.3f}" for b in bits)),
    ]


def words(lr, seeds=3, passes=6):
    data = rnnkit.data.load("sentences", rng=np.random.default_rng(0))
    xs = np.pad(data.inputs, ((0, 0), (0, 0), (0, 2))).repeat(seeds, 1)  # 31 units, two of them never used
    targets = np.pad(np.eye(29)[data.targets], ((0, 0), (0, 0), (0, 2))).repeat(seeds, 1)
    weights = weights_1990(np.random.default_rng(0), seeds, 31, 150, 31)
    for _ in range(passes):
        errors = (train_1990(weights, xs, targets, lr) - targets) ** 2
    last = len(xs) // 2
    root = np.sqrt(errors[last:].sum(-1).mean(0))
    ideal = np.sqrt(((np.eye(29)[data.targets[last:, 0]] - data.ideal[last:]) ** 2).sum(-1).mean())
    nouns = {word for kind, members in data.classes.items() if kind.startswith("noun") for word in members}
    noun = np.array([word in nouns for word in data.vocabulary])
    read = data.inputs[:, 0].argmax(1)
    W = weights[0]
    agree, split = [], []
    for seed in range(seeds):
        h, hs = np.full(150, 0.5), []
        for x in xs[:, seed]:
            h = sigmoid(x @ W[seed, :31] + h @ W[seed, 31:-1] + W[seed, -1])
            hs.append(h)
        means = np.stack([np.stack(hs)[read == word].mean(0) for word in range(29)])
        apart = ((means[:, None] - means) ** 2).sum(-1) + np.diag([np.inf] * 29)
        agree.append((noun[apart.argmin(1)] == noun).mean())
        branch = hierarchy.fcluster(hierarchy.linkage(means, "ward"), 3, "maxclust")
        called = np.array([noun[branch == branch[word]].mean() > 0.5 for word in range(29)])
        split.append((called == noun).mean())
    return [
        (
            "root of the summed squared error, last half pass: median (least possible)",
            f"{np.median(root):.3f} ({ideal:.3f})",
        ),
        (
            "share of words whose nearest word agrees on noun or verb: least, median",
            f"{min(agree):.2f} {np.median(agree):.2f}",
        ),
        (
            "share of words called rightly if each of three branches is called noun or verb: each seed",
            " ".join(f"{s:.2f}" for s in split),
        ),
    ]


def main():
    sections = {}
    for name, experiment, rates in (
        ("temporal XOR, 1-2-1, 600 passes, 20 seeds", xor, (0.1, 0.5)),
        ("letters in words, 6-20-6, 200 passes, 5 seeds", letters, (0.1,)),
        ("word classes, 31-150-31, 6 passes, 3 seeds", words, (0.1,)),
    ):
        rows = []
        for lr in rates:
            start = time.perf_counter()
            found = experiment(lr)
            print(f"{name}, rate {lr}: {time.perf_counter() - start:.0f} s", *found, sep="\n  ", flush=True)
            rows += [f"| {lr} | {what} | {value} |" for what, value in found]
        marker = f"<!-- {experiment.__name__} -->"
        sections[name] = [
            marker,
            "",
            f"*{name[0].upper()}{name[1:]}.*",
            "",
            "| rate | measured | value |",
            "|---|---|---|",
            *rows,
            "",
            marker.replace("<!-- ", "<!-- end of "),
        ]
    head = [
        "# Elman's experiments of 1990 at full length",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, "
        f"NumPy {np.__version__}. Command: `make bench`. Logistic units, squared error, an update at every tick, "
        "gradient of one tick, no momentum. Errors are those of the last pass.",
    ]
    text = "\n\n".join(head + [f"## {name}\n\n" + "\n".join(lines) for name, lines in sections.items()])
    (ROOT / "bench" / "results" / "02_elman1990.md").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
