"""What a window model's vectors know.

    python bench/16_vectors.py 0 1 2       only these parts of the plan
    python bench/16_vectors.py table       only the table, of the parts that are there
    python bench/16_vectors.py             all parts, then the table

Parts 0 to 2 are chapter 15's window model, and all that the table and the chapter rest on.  Parts 3 to 8 begin it from
skip-gram's vectors, or from the same dealt out to the wrong words, as rows of the ladder; they have not been run.
Vectors are scored by the cells of chapter 16.  Finished parts are kept in .cache/bench and not run again.  Writes
bench/results/16_vectors.md.
"""

import datetime
import importlib
import platform
import sys
from pathlib import Path
from types import SimpleNamespace

import _ladder
import nbformat
import numpy as np
import torch
from _report import RESULTS, marked

ladder = importlib.import_module("15_ladder")
ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "chapters/16-embeddings.ipynb"
CACHE = ROOT / ".cache" / "bench" / "16_vectors"
CELLS = "setup candidates opposite-lists pairs nearness learner bare pushes directions counting".split()
STARTS = {"random": 100, "skip-gram start": 101, "shuffled start": 102}
SEEDS = (0, 1, 2)
PLAN = [("random", seed) for seed in SEEDS] + [(start, seed) for seed in SEEDS for start in list(STARTS)[1:]]


def chapter():
    """What the chapter's cells define."""
    names = {}
    cells = {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, 4).cells}
    for name in CELLS:
        exec(compile(cells[name], f"16-embeddings:{name}", "exec"), names)
    return names


def skip_gram(book, seed):
    """Skip-gram's vectors, kept once made."""
    path = CACHE / f"skip-gram-{seed}.npy"
    if not path.exists():
        np.save(path, book["learn"](100 + seed)[0])
    return np.load(path)


def window(corpus, book, start, seed):
    """Train chapter 15's window model; its vectors, kept once made."""
    path = CACHE / f"window-{start.replace(' ', '-')}-{seed}.npy"
    if path.exists():
        return np.load(path)
    setting = ladder.SETTINGS["word"]
    torch.manual_seed(seed)
    net = ladder.build("window", corpus, setting)
    if start != "random":
        E = skip_gram(book, seed)
        E = E / E.std()  # as large as random ones
        if start == "shuffled start":
            E = E[np.random.default_rng(seed).permutation(len(E))]
        with torch.no_grad():
            net.model.embedding.weight.copy_(torch.tensor(E, dtype=torch.float32))
    spent, best = ladder.train(net, corpus, corpus.ids["train"], setting, seed)
    valid, test = ladder.logprob(net, corpus, "valid", 29, 64), ladder.logprob(net, corpus, "test")
    if start != "random":
        numbers = sum(x.numel() for x in net.parameters())
        _ladder.record("16", corpus, f"window of 4, {start}", STARTS[start], stored=numbers, seconds=spent,
                       valid=valid, test=test, seed=seed, sample=ladder.say(net, corpus, 60) if seed == 0 else "",
                       **{"pass": best}, **ladder.by_kind(corpus, test))  # fmt: skip
    print(f"{start} {seed}: valid {-valid.mean():.4f} test {-test.mean():.4f}", flush=True)
    E = net.model.embedding.weight.detach().numpy()
    np.save(path, E)
    return E


def nearness(kept, book):
    """Per cent of words that find their relative among their ten nearest; in brackets least and greatest seed."""
    found = {name: [book["among_ten"](E) for E in some] for name, some in kept.items()}
    yield f"| relative | {' | '.join(found)} |"
    yield "|---" * (len(found) + 1) + "|"
    for kind in book["sets"]:
        cells = []
        for some in found.values():
            each = [100 * one[kind] for one in some]
            cells.append(f"{np.mean(each):.1f}" + (f" ({min(each):.1f}–{max(each):.1f})" if len(each) > 1 else ""))
        yield f"| {kind} | {' | '.join(cells)} |"


def beginning(size, seed):
    """The vectors that `window` began with at random."""
    torch.manual_seed(seed)
    net = ladder.build("window", SimpleNamespace(level="word", size=size), ladder.SETTINGS["word"])
    return net.model.embedding.weight.detach().numpy()


def travel(begun, ended, unit):
    """How far the vectors went from where they began."""
    cosines = [np.median((unit(a) * unit(b)).sum(1)) for a, b in zip(begun, ended, strict=True)]
    lengths = [
        (np.linalg.norm(a, axis=1).mean(), np.linalg.norm(b - a, axis=1).mean())
        for a, b in zip(begun, ended, strict=True)
    ]
    yield "| seed | length at the start | length of the move | cosine, median |"
    yield "|---|---|---|---|"
    for seed, (start, move), cosine in zip(SEEDS, lengths, cosines, strict=True):
        yield f"| {seed} | {start:.2f} | {move:.2f} | {cosine:.3f} |"


def starts():
    """Nats of a word by what the vectors began as, of those starts whose seeds are all there."""
    yield "| start of the vectors | valid | test |"
    yield "|---|---|---|"
    for name, rows in _ladder.grouped("word").items():
        if not name.startswith("window of 4") or len(rows) < len(SEEDS):
            continue
        kind = name.removeprefix("window of 4").strip(", ").removesuffix(" start") or "random"
        parts = (_ladder.spread([row[part]["nats"] for row in rows], 3) for part in ("valid", "test"))
        yield f"| {kind} | {' | '.join(parts)} |"


def write(book):
    ended = [np.load(CACHE / f"window-random-{seed}.npy").astype(float) for seed in SEEDS]
    begun = [beginning(len(E), seed).astype(float) for seed, E in zip(SEEDS, ended, strict=True)]
    kept = {
        "window": ended,
        "its moves": [b - a for a, b in zip(begun, ended, strict=True)],
        "counting": [book["counted"](book["train"])],
    }
    text = [
        "# What a window model's vectors know",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f"{np.__version__}, torch {torch.__version__}. Command: `python bench/16_vectors.py 0 1 2`, then `table`.",
        "Per cent of words that find their relative among their ten nearest, of 3,296; in brackets the range over "
        "seeds 0 to 2. Chance is 0.3.",
        "\n".join(marked("nearness", list(nearness(kept, book)))),
        "Where the window model's vectors went from where they began.",
        "\n".join(marked("travel", list(travel(begun, ended, book["unit"])))),
    ]
    rows = list(starts())
    if len(rows) > 3:
        text.append("Nats of a word, mean ± the largest distance from it; all else is chapter 15's window model.")
        text.append("\n".join(marked("starts", rows)))
        _ladder.write()
    (RESULTS / "16_vectors.md").write_text("\n\n".join(text) + "\n", "utf-8")


def main():
    torch.set_num_threads(1)
    CACHE.mkdir(parents=True, exist_ok=True)
    book, wanted = chapter(), sys.argv[1:]
    if wanted != ["table"]:
        corpus = _ladder.Corpus("word")
        for n, (start, seed) in enumerate(PLAN):
            if not wanted or str(n) in wanted:
                window(corpus, book, start, seed)
    if wanted in ([], ["table"]):
        write(book)


if __name__ == "__main__":
    main()
