"""Who suffers from sparse data: Kneser–Ney and Bengio's window model on 1/32 and 1/8 of the text, about six minutes.

Keeps what it has trained in bench/results/15_sparse.json (delete it to begin anew); writes bench/results/15_sparse.md.
"""

import datetime
import json
import platform
from pathlib import Path

import numpy as np
import torch
from _ladder import windows
from _report import marked

from rnnkit import ngram
from rnnkit.data import load
from rnnkit.nn import WindowModel

RESULT = Path(__file__).parent / "results" / "15_sparse.md"
SEEDS, SHARES, ORDER, BATCH = range(5), (32, 8), 5, 256
RATE, PASSES = 0.005, (10, 20, 40)
PARTS = RESULT.with_suffix(".json")


def contexts(ids):
    """(T, 4): the words before each word."""
    return torch.tensor(windows(np.concatenate([[0], ids[:-1]]), ORDER - 1, 0))


def learn(ids, size, seed, passes):
    """A window model of the same order: 32 numbers a word, 64 hidden units; Adam, the rate falling to 0."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = WindowModel(size, ORDER - 1, 32, 64)
    adam = torch.optim.Adam(net.parameters(), RATE)
    xs, ys = contexts(ids), torch.tensor(ids)
    pieces = len(ids) // BATCH
    for k in range(passes):
        for j, rows in enumerate(np.array_split(rng.permutation(len(ids)), pieces)):
            adam.param_groups[0]["lr"] = RATE * (1 - (k * pieces + j) / (passes * pieces))
            adam.zero_grad()
            torch.nn.functional.cross_entropy(net(xs[rows]), ys[rows]).backward()
            adam.step()
    return net


@torch.no_grad()
def logprob(net, ids):
    pairs = zip(contexts(ids).split(5000), torch.tensor(ids).split(5000), strict=True)
    return np.concatenate([-torch.nn.functional.cross_entropy(net(x), y, reduction="none").numpy() for x, y in pairs])


def once(name, make):
    """The result of `make`, or what an earlier run kept of it."""
    kept = json.loads(PARTS.read_text("utf-8")) if PARTS.exists() else {}
    if name not in kept:
        kept[name] = make()
        print(name, kept[name], flush=True)
        PARTS.write_text(json.dumps(kept, indent=0) + "\n", "utf-8")
    return kept[name]


def choose(share, text, size, valid):
    """The passes that are best on valid, with a seed that is not reported; more are tried while they help."""
    tried = {}
    for passes in PASSES:

        def cost(passes=passes):
            return round(float(-logprob(learn(text, size, 100, passes), valid).mean()), 4)

        tried[passes] = once(f"1/{share}, valid: {passes} passes", cost)
        if tried[passes] > min(tried.values()):
            break
    return min(tried, key=tried.get)


def main():
    torch.set_num_threads(1)
    data = load("language")
    often = np.bincount(data.train.words, minlength=len(data.words))
    kept = (often >= 20) & (np.arange(len(data.words)) > 0)
    code = np.cumsum(kept) * kept  # all words seen fewer than 20 times are one
    size = int(kept.sum()) + 1
    strings = np.flatnonzero([t.startswith("\n\n\n") for t in data.train.tokens]) + 1
    pieces = np.split(code[data.train.words], strings)
    valid, test = code[data.valid.words], code[data.test.words]
    found, chosen = {}, {}
    for share in SHARES:
        for seed in SEEDS:
            order = np.random.default_rng(seed).permutation(len(pieces))
            text = np.concatenate([pieces[i] for i in order])[: len(data.train.words) // share]
            if seed == 0:  # once for each size
                chosen[share] = choose(share, text, size, valid)
            counts = ngram.count(text, ORDER, size)
            rows = counts.rows(test)[: ORDER - 1]
            reach = sum((np.concatenate([[-1], row[:-1]]) >= 0).astype(int) for row in rows)
            groups = [reach >= 0, reach <= 1, reach == 2, reach == 3, reach == 4]

            def parts(logp, groups=groups):
                return [round(float(-logp[group].mean()), 4) for group in groups]

            def window(text=text, seed=seed, how=chosen[share], parts=parts):
                return parts(logprob(learn(text, size, seed, how), test))

            models = {
                "Kneser–Ney": parts(ngram.KneserNey().estimate(counts).logprob(test)),
                "window": once(f"1/{share}, seed {seed}: {chosen[share]} passes", window),
            }
            for name, nats in models.items():
                found.setdefault((share, name), []).append(nats)
            found.setdefault((share, "share"), []).append([group.mean() for group in groups])

    def row(name, values):
        cells = [f"{x.mean():.2f} ±{np.abs(x - x.mean()).max():.2f}" for x in values]
        return f"| {name} | " + " | ".join(cells) + " |"

    table = {pair: np.array(values) for pair, values in found.items()}
    sizes = ["| model | 1/32 | 1/8 | gain |", "|---|---|---|---|"]
    for name in ("Kneser–Ney", "window"):
        small, large = (table[share, name][:, 0] for share in SHARES)
        sizes.append(row(name, [small, large, small - large]))
    text = [
        "# Who suffers from sparse data",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f"{np.__version__}, torch {torch.__version__}. Command: `make bench`. Modified Kneser–Ney of order 5, and a "
        f"window model that sees the same four words; {size:,} words are known. Five seeds, each with other "
        "documentation strings and other weights; nats of a word on test, the mean ± the largest distance from it. "
        f"Passes over the text: the best of {', '.join(map(str, PASSES))} on valid with another seed, more while they "
        f"helped ({chosen[32]} and {chosen[8]}).",
        "## By size of the text",
        "\n".join(marked("sizes", sizes)),
        "## By what training holds of the context",
        "How many of the words before stand in the training text just so. Behind: window less Kneser–Ney.",
    ]
    for share in SHARES:
        lines = ["| words known | Kneser–Ney | window | behind |", "|---|---|---|---|"]
        for n, what in enumerate(("0 or 1", "2", "3", "4"), 1):
            kn, net = (table[share, name][:, n] for name in ("Kneser–Ney", "window"))
            lines.append(row(f"{what}: {table[share, 'share'][:, n].mean():.0%} of words", [kn, net, net - kn]))
        text.append("\n".join(marked(f"reach {share}", lines)))
    RESULT.write_text("\n\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
