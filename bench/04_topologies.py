"""Two questions from the exercises of chapter 04, with the very functions that the chapter shows.

How far does a delayed echo reach when one thing is changed, and does it help to show a picture at every tick?
Writes bench/results/04_topologies.md.
"""

import datetime
import platform
import time
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
from _report import marked

import rnnkit
from rnnkit.losses import softmax_cross_entropy

ROOT = Path(__file__).resolve().parent.parent
CHAPTER = nbformat.read(ROOT / "chapters" / "04-topologies.ipynb", as_version=4)
SHOWN = ["setup", "one-to-one-batch", "many-to-one-batch", "train", "spell"]
chapter = {"__name__": "chapter"}
for cell in CHAPTER.cells:
    if cell.id in SHOWN:
        exec(compile(cell.source, f"chapter 04, {cell.id}", "exec"), chapter)
SEEDS, DELAYS = chapter["SEEDS"], (4, 8, 12, 16, 24)


def identity(activation, batch, hidden, classes, seed, epochs):
    """As the chapter's `train`, but with units that start by keeping what they hold."""
    net = rnnkit.Network(rnnkit.Elman(batch.xs.shape[2], hidden, activation), rnnkit.Readout(hidden, classes))
    p = net.init(np.random.default_rng(seed)) | {"W_h": np.eye(hidden), "b": np.zeros(hidden)}
    objective = partial(rnnkit.bptt, net, loss=softmax_cross_entropy)
    batches = rnnkit.minibatches(batch, 64, seed)
    return net, rnnkit.fit(objective, p, batches, rnnkit.optim.Adam(0.01), epochs=epochs, clip=1.0).p


def reach():
    """Median share of echoes right, least and most, for each delay."""
    train = chapter["train"]
    for name, make, hidden, epochs in (
        ("nothing", train, 24, 20),
        ("2 × units", train, 48, 20),
        ("3 × epochs", train, 24, 60),
        ("10 × epochs", train, 24, 200),
        ("tanh, identity", partial(identity, "tanh"), 24, 20),
        ("relu, identity", partial(identity, "relu"), 24, 20),
    ):
        cells = []
        for delay in DELAYS:
            scores = []
            for seed in SEEDS:
                net, p = make(chapter["echo"](seed, delay), hidden, 4, seed, epochs)
                scores.append(chapter["accuracy"](net, p, chapter["echo"](1000 + seed, delay, count=200)))
            cells.append(f"{np.median(scores):.2f} ({min(scores):.2f}–{max(scores):.2f})")
            if delay == 12:  # what the chapter says
                assert name != "nothing" or max(scores) < 0.6
                assert name != "10 × epochs" or min(scores) > 0.9
        yield name, cells


def in_view():
    """Names spelled right, of 300 pictures, with the picture shown once and at every tick."""
    digits, pixels = chapter["digits"], slice(0, 64)
    right = [digits.names[k] for k in digits.test.targets]
    images = digits.test.images.reshape(-1, 64)
    for told in (False, True):
        for always in (False, True):
            scores = []
            for seed in SEEDS:
                batch = chapter["spelled"](digits.train, told)
                if always:
                    batch.xs[:, :, pixels] = batch.xs[0, :, pixels]
                net, p = chapter["train"](batch, 40 if told else 44, len(digits.vocabulary), seed, 15)
                seen = Always(net, images) if always else net
                words = chapter["spell"](seen, p, digits.test.images, told)
                scores.append(np.mean([a == b for a, b in zip(words, right, strict=True)]))
            share = f"{np.median(scores):.2f} ({min(scores):.2f}–{max(scores):.2f})"
            yield "told" if told else "silent", "at every tick" if always else "once", share


class Always:
    """A network that looks at its pictures at every tick."""

    def __init__(self, net, images):
        self.net, self.images = net, images

    def forward(self, p, xs, s=None):
        xs = xs.copy()
        xs[:, :, :64] = self.images
        return self.net.forward(p, xs, s)


def main():
    start = time.perf_counter()
    echoes, spelling = list(reach()), list(in_view())
    lines = [
        "# How far an echo reaches, and a picture that stays in view",
        "",
        f"{datetime.date.today()}, {platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, "
        f"{len(SEEDS)} seeds, {time.perf_counter() - start:.0f} s. Command: `make bench`.",
        "",
        "Share of echoes right: median (least–most). Four symbols, so ¼ without memory. The networks of the chapter "
        "have 24 units and train for 20 epochs; each row changes one thing, but the last, which changes two.",
        "",
        *marked(
            "echoes",
            [
                "| changed | " + " | ".join(f"delay {d}" for d in DELAYS) + " |",
                "|---" * (len(DELAYS) + 1) + "|",
                *(f"| {name} | " + " | ".join(cells) + " |" for name, cells in echoes),
            ],
        ),
        "",
        "Share of digits' names spelled right, of 300 test pictures: median (least–most).",
        "",
        *marked(
            "spelling",
            [
                "| letters | picture shown | right |",
                "|---|---|---|",
                *("| " + " | ".join(row) + " |" for row in spelling),
            ],
        ),
    ]
    out = ROOT / "bench" / "results" / "04_topologies.md"
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
