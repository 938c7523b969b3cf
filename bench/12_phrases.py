"""Texts of the phrase book through one vector, and with attention, at equal size and equal training.

    python bench/12_phrases.py [ROW]

Writes bench/results/12_phrases.md, and .json for the figures, once all rows are there. What is finished is kept in
.cache/bench and not run again; with ROW, one group of seeds of that row.
"""

import datetime
import json
import platform
import sys
import time
from pathlib import Path

import numpy as np
import torch
from _report import RESULTS, marked
from sacrebleu.metrics import BLEU

import rnnkit
import rnnkit.nn
from rnnkit.data import phrase_texts

KEPT = Path(__file__).resolve().parent.parent / ".cache" / "bench" / "12_phrases"
GROUPS, UPDATES, BATCH, VECTOR, MOST = ((10, 11, 12), (13, 14)), 1000, 32, 24, 3
RATE, MEASURES = 0.01, ("exact", "bleu", "forced", "free")
LONGER = 2  # times as many updates, in the row that asks whether training was short
SOURCE, TARGET = phrase_texts.vocabularies()
BLEU_SIGNATURE = "nrefs:1|case:mixed|eff:no|tok:none|smooth:exp"
# five seeds where the comparison is, three elsewhere; units, attention, source reversed, share of own words at the end
ROWS = {
    "one vector": (64, None, False, 0.0),
    "one vector, source reversed": (64, None, True, 0.0),
    "one vector, a third of the units": (21, None, False, 0.0),
    "one vector, scheduled sampling": (64, None, False, 0.5),
    "one vector, twice the updates": (64, None, False, 0.0),
    "multiplicative attention": (56, "multiplicative", False, 0.0),
    "additive attention": (56, "additive", False, 0.0),
}
ALIGNED = ("one vector", "one vector, scheduled sampling", "multiplicative attention")  # their first three seeds


def attention(kind, H):
    if kind is None:
        return None
    return rnnkit.MultiplicativeAttention(H, H) if kind == "multiplicative" else rnnkit.AdditiveAttention(H, H, H // 2)


def model(H, kind, seed):
    sizes, cells = (len(SOURCE), len(TARGET)), [rnnkit.GRU(VECTOR, H) for _ in range(2)]
    return rnnkit.nn.EncoderDecoder(sizes, VECTOR, *cells, attention=attention(kind, H), seed=seed)


def coded(texts, reverse=False):
    step = -1 if reverse else 1
    return [SOURCE.encode(x)[::step].copy() for x in texts.inputs], [TARGET.encode(y) for y in texts.targets]


def told(net, sources):
    lengths = torch.tensor([len(x) for x in sources])
    state = net.start(torch.from_numpy(rnnkit.pad(sources)[0]), lengths)
    return rnnkit.decode.greedy(net.step, state, len(sources), 1, 2, 70)


def forced(net, sources, targets):
    """The share of words that are right when all before them are given."""
    source = torch.from_numpy(rnnkit.pad(sources)[0])
    before, after = (
        torch.from_numpy(rnnkit.pad([f(y) for y in targets])[0]) for f in (lambda y: np.r_[1, y], lambda y: np.r_[y, 2])
    )
    with torch.no_grad():
        guess = net(source, torch.tensor([len(x) for x in sources]), before).argmax(-1)
    return float((guess == after)[after != 0].float().mean())


def free(said, targets):
    """The same when the network goes on from its own words: a place beyond its end is wrong."""
    right = sum(sum(a == b for a, b in zip([*x, 2], [*y, 2], strict=False)) for x, y in zip(said, targets, strict=True))
    return right / sum(len(y) + 1 for y in targets)


def common(a, b):
    """The length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        last = row
        row = [0]
        for n, y in enumerate(b):
            row.append(last[n] + 1 if x == y else max(row[n], last[n + 1]))
    return row[-1]


def aligned(net, said, sources, targets):
    """The share of target words, in order but in any place, in what is told after right words and after own words."""
    before, source = (torch.from_numpy(rnnkit.pad(x)[0]) for x in ([np.r_[1, y] for y in targets], sources))
    with torch.no_grad():
        guess = net(source, torch.tensor([len(x) for x in sources]), before).argmax(-1).T.tolist()
    given = [x[: len(y) + 1] for x, y in zip(guess, targets, strict=True)]
    own = [[*x, 2] for x in said]
    return [
        sum(common(x, [*y, 2]) for x, y in zip(words, targets, strict=True)) / sum(len(y) + 1 for y in targets)
        for words in (given, own)
    ]


def early(said):
    """The share of texts that end after as many phrases as the longest in training."""
    stop = TARGET.encode(["."])[0]
    return float(np.mean([sum(x == stop for x in words) == MOST for words in said]))


def groups(name):
    if name.endswith("updates"):
        return ((10,),)
    return GROUPS if name in ("one vector", "multiplicative attention") else GROUPS[:1]


def place(name, seeds):
    return KEPT / f"{name}, {seeds[0]}.json"


def whole(name):
    """The groups of seeds as one."""
    parts = [json.loads(place(name, seeds).read_text()) for seeds in groups(name)]
    joined = {
        key: [[x for row in rows for x in row] for rows in zip(*(part[key] for part in parts), strict=True)]
        for key in MEASURES
    }
    return joined | {key: parts[0].get(key) for key in ("weights", "aligned", "early", "loss")}


def run(name, seeds):
    H, kind, reverse, own = ROWS[name]
    begun = time.process_time()
    data = coded(phrase_texts.load(rng=np.random.default_rng(10), count=6000, most=MOST), reverse)
    nets = rnnkit.nn.SideBySide([model(H, kind, seed) for seed in seeds])
    share = (lambda done: own * done) if own else None
    updates = UPDATES * (LONGER if name.endswith("updates") else 1)
    losses = nets.fit(*data, updates, rng=np.random.default_rng(seeds[0]), batch=BATCH, lr=RATE, own=share)
    found = {"weights": sum(x[0].numel() for x in nets.p.values()), "exact": [], "bleu": [], "forced": [], "free": []}
    found["loss"] = float(np.mean(losses[-50:]))
    models, bleu = nets.split(), BLEU(tokenize="none", force=True)
    for count in range(1, MOST + 2):
        texts = phrase_texts.load(rng=np.random.default_rng(20 + count), count=200, most=count, least=count, test=True)
        sources, targets = coded(texts, reverse)
        lines = [phrase_texts.joined(y) for y in texts.targets]
        rows = {key: [] for key in MEASURES}
        outputs = [told(net, sources) for net in models]
        for net, said in zip(models, outputs, strict=True):
            rows["exact"].append(np.mean([list(y) == x for x, y in zip(said, targets, strict=True)]))
            hypotheses = [phrase_texts.joined(TARGET.decode(x)) for x in said]
            rows["bleu"].append(bleu.corpus_score(hypotheses, [lines]).score)
            rows["forced"].append(forced(net, sources, targets))
            rows["free"].append(free(said, targets))
        for key, values in rows.items():
            found[key].append(values)
        if name in ALIGNED and seeds == GROUPS[0] and count == MOST:
            found["aligned"] = [aligned(*pair, sources, targets) for pair in zip(models, outputs, strict=True)]
        if name in ALIGNED and seeds == GROUPS[0] and count == MOST + 1:
            found["early"] = [early(said) for said in outputs]
    found["seconds"] = time.process_time() - begun
    place(name, seeds).write_text(json.dumps(found))
    for key in MEASURES:
        print(name, found["weights"], key, *np.round(found[key], 2).tolist(), sep="\n  ", flush=True)


def spread(values, form):
    return f"{np.median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def table(found, key, form, factor=1.0):
    """Two tables of three columns, for a narrow page: one and two phrases, three and four."""
    lines = []
    for counts in ((1, 2), (3, 4)):
        lines += [f"| network | {' | '.join(f'{n} phrase' + 's' * (n > 1) for n in counts)} |", "|---|---|---|"]
        for name in ROWS:
            cells = [spread(factor * np.array(found[name][key][n - 1]), form) for n in counts]
            lines.append(f"| {name} | {' | '.join(cells)} |")
        lines.append("")
    return lines[:-1]


def medians(found, key, form):
    lines = ["| network | one phrase | two | three |", "|---|---|---|---|"]
    for name in (name for name in ROWS if name != "additive attention"):
        cells = [f"{np.median(values):{form}}" for values in found[name][key][:3]]
        lines.append(f"| {name.replace('multiplicative attention', 'a vector a word')} | {' | '.join(cells)} |")
    return lines


def main(names):
    torch.set_num_threads(1)
    KEPT.mkdir(parents=True, exist_ok=True)
    for name in names or ROWS:
        for seeds in groups(name):
            if not place(name, seeds).exists():
                run(name, seeds)
                if names:
                    return
    if any(not place(name, seeds).exists() for name in ROWS for seeds in groups(name)):
        return
    found = {name: whole(name) for name in ROWS}
    sizes = "; ".join(f"{name} {found[name]['weights']:,}" for name in ROWS)
    heads = ["| network | right words given | its own |", "|---|---|---|"]
    places, order = list(heads), list(heads)
    for name in ROWS:
        cells = [spread(100 * np.array(found[name][key][MOST - 1]), ".0f") for key in ("forced", "free")]
        places.append(f"| {name} | {' | '.join(cells)} |")
    for name in ALIGNED:
        cells = [spread(100 * np.array(values), ".0f") for values in zip(*found[name]["aligned"], strict=True)]
        order.append(f"| {name.replace('multiplicative attention', 'a vector a word')} | {' | '.join(cells)} |")
    stopped = spread(100 * np.array(found["multiplicative attention"]["early"]), ".0f")
    losses = "; ".join(f"{name} {found[name]['loss']:.3f}" for name in ALIGNED)
    text = [
        "# Phrases through one vector, and with attention",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, torch "
        f"{torch.__version__}. Command: `python bench/12_phrases.py`. 6,000 texts of 1 to {MOST} phrases, {UPDATES:,} "
        f"updates of {BATCH}, Adam at .01, falling to 0 in the second half; seeds 10 to 14, "
        "which chose nothing (other seeds chose the rate, from three, for both kinds). GRU cells, "
        f"vectors of {VECTOR}, one-way encoders. Test: 200 texts of held-out phrases for each number of phrases; four "
        "is more than was trained. Greedy. Median (least–greatest) of five seeds for one vector and for multiplicative "
        "attention, of three for the others, of one for twice the updates. "
        f"Weights: {sizes}. "
        "Scheduled sampling: the share of own words rises from 0 to one half.",
        f"Loss of the last 50 updates, seeds 10 to 12, nats a word: {losses}.",
        f"Four phrases, multiplicative attention, seeds 10 to 12: {stopped} % of the texts end after three.",
        "Median BLEU:",
        "\n".join(marked("medians", medians(found, "bleu", ".0f"))),
        "Exact match, per cent:",
        "\n".join(marked("exact", table(found, "exact", ".0f", 100))),
        f"BLEU of whole words ({BLEU_SIGNATURE}):",
        "\n".join(marked("bleu", table(found, "bleu", ".0f"))),
        f"Per cent of words right at {MOST} phrases, by place:",
        "\n".join(marked("exposure", places)),
        "The same, of words in the right order (longest common subsequence), seeds 10 to 12:",
        "\n".join(marked("order", order)),
    ]
    kept = {name: {key: np.round(found[name][key], 4).tolist() for key in ("exact", "bleu")} for name in ROWS}
    (RESULTS / "12_phrases.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    (RESULTS / "12_phrases.md").write_text("\n\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
