"""Recurrent language models: the network that chapter 17 looks into, and what five tricks are worth, 15 minutes.

    python bench/17_language.py [characters|keys|counting|words|write]

`characters` trains an LSTM of 192 units on characters, which goes into chapters/checkpoints/17-characters.npz, and
lets it go on learning while it is tested.  `keys` counts the keystrokes that it saves, and that counting saves;
`counting` lets the counts go on.  `words` trains the ladder's LSTM with tied weights, with variational dropout, with
none, and with another start, lets it go on learning, and mixes it with counting.  The rows go into the ladder
(bench/results/ladder/17-*.json), all else into bench/results/17_language.md.  What is finished is kept: the passes of
the first network in .cache/bench/17_language, everything else in the rows.
"""

import hashlib
import importlib
import json
import re
import sys
import time
from pathlib import Path

import _ladder
import numpy as np
import torch
from _pairs import machine, table
from _report import RESULTS, marked
from torch.nn.functional import cross_entropy

import rnnkit
from rnnkit import ngram, schedules
from rnnkit.arrays import log_softmax
from rnnkit.nn import fit, from_torch

ladder = importlib.import_module("15_ladder")
ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".cache" / "bench" / "17_language"
CHECKPOINT = ROOT / "chapters" / "checkpoints" / "17-characters.npz"
CHAPTER = "17"
SEEDS = (0, 1, 2)
HIDDEN, PASSES, DROPOUT = 192, 8, 0.2
TIED = 112  # units and numbers in a vector: as many numbers in all as the ladder's LSTM of 80
SHARES = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)  # of the network in a mixture
RATES = (0.03, 0.1, 0.3, 1.0, 3.0)  # of going on learning
SEGMENT = {"word": 20, "character": 50}
TRIED = {"word": 20_000, "character": 40_000}  # tokens of valid by which the rate is chosen
BEST = {"word": "6-gram, modified Kneser–Ney", "character": "9-gram, modified Kneser–Ney"}


# Networks


class Tied(torch.nn.Module):
    """One matrix of vectors, read at the way in and at the way out."""

    def __init__(self, size, hidden, dropout):
        super().__init__()
        self.layer, self.output = torch.nn.LSTM(hidden, hidden), torch.nn.Linear(hidden, size)
        self.drop = torch.nn.Dropout(dropout)

    def forward(self, words, state=None):
        vectors = torch.nn.functional.embedding(words, self.output.weight)
        hs, state = self.layer(self.drop(vectors), state)
        return self.output(self.drop(hs)), state


class Variational(ladder.Recurrent):
    """Gal's dropout: one mask for all ticks of a window, on the vectors, on what is fed back, and on what is shown."""

    def __init__(self, size, embed, hidden, dropout):
        super().__init__("LSTM", size, embed, hidden, 0.0)
        self.rate = dropout

    def mask(self, batch, width):
        return (torch.rand(batch, width) >= self.rate) / (1 - self.rate)

    def forward(self, words, state=None):
        if not self.training:
            return super().forward(words, state)
        B, H, layer = words.shape[1], self.layer.hidden_size, self.layer
        h, c = (torch.zeros(B, H),) * 2 if state is None else (s[0] for s in state)
        xs = self.embedding(words) * self.mask(B, self.layer.input_size)
        drives = xs @ layer.weight_ih_l0.T + layer.bias_ih_l0 + layer.bias_hh_l0
        back, out, W = self.mask(B, H), self.mask(B, H), layer.weight_hh_l0.T
        hs = []
        for drive in drives:
            i, f, g, o = torch.addmm(drive, h * back, W).chunk(4, -1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            hs.append(h)
        return self.output(torch.stack(hs) * out), (h[None], c[None])


def remembering(size, embed, hidden, dropout):
    """The ladder's LSTM with forget gates that begin nearly open; torch's begin half open."""
    net = ladder.Recurrent("LSTM", size, embed, hidden, dropout)
    with torch.no_grad():
        net.layer.bias_hh_l0[hidden : 2 * hidden] += 1
    return net


def dynamic(net, corpus, part, rate, most=None):
    """Logarithms of a part's probabilities while the network goes on learning from what it has been scored on."""
    before = {name: x.clone() for name, x in net.state_dict().items()}
    net.eval()  # no dropout
    xs, ys = torch.tensor(corpus.inputs(part)[:most]), torch.tensor(corpus.ids[part][:most])
    steps, state, found, k = torch.optim.SGD(net.parameters(), rate), None, [], SEGMENT[corpus.level]
    for t in range(0, len(ys), k):
        logits, state = net(xs[t : t + k, None], state)
        state = tuple(s.detach() for s in state)
        nats = cross_entropy(logits[:, 0], ys[t : t + k], reduction="none")
        found.append(-nats.detach())
        steps.zero_grad()
        nats.mean().backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        steps.step()
    net.load_state_dict(before)
    return torch.cat(found).numpy()


def best_rate(net, corpus):
    tried = {rate: -dynamic(net, corpus, "valid", rate, TRIED[corpus.level]).mean() for rate in RATES}
    print("  going on learning, on valid:", {rate: round(float(nats), 4) for rate, nats in tried.items()}, flush=True)
    return min(tried, key=tried.get)


# Counting


def counter(stream, order, size):
    """The counting model of a stream."""
    return ngram.KneserNey().estimate(ngram.count(stream, order, size))


def best_order(level):
    """How many tokens the best counting model counts together."""
    return int(BEST[level].split("-")[0])


def counted(corpus):
    """Logarithms of valid's and test's probabilities by the best counting model."""
    model = counter(corpus.stream, best_order(corpus.level), corpus.size)
    return {part: ladder.after_start(corpus, model, part) for part in ("valid", "test")}


def recent(ids, M, V):
    """Each token's frequency among the M before it."""
    c, out = np.zeros(V), np.full(len(ids), 1 / V)
    for t, w in enumerate(ids):
        if t:
            out[t] = c[w] / min(t, M)
        c[w] += 1
        if t >= M:
            c[ids[t - M]] -= 1
    return out


def mixed(a, b, share):
    """Logarithm of share · exp(a) + (1 - share) · exp(b)."""
    return np.logaddexp(np.log(share) + a, np.log1p(-share) + b)


def best_mixture(a, b):
    """Both parts mixed with the share of `a` that is best on valid."""
    share = max(SHARES, key=lambda share: mixed(a["valid"], b["valid"], share).mean())
    return share, {part: mixed(a[part], b[part], share) for part in ("valid", "test")}


def with_cache(corpus, base):
    """Counting that goes on learning too: its mixture with the words just read, both numbers chosen on valid."""
    best = None
    for M in (50, 100, 200, 400):
        new = {}
        for part in ("valid", "test"):
            with np.errstate(divide="ignore"):
                new[part] = np.log(recent(corpus.ids[part], M, corpus.size))
        for share in (0.02, 0.05, 0.1, 0.2):
            found = {part: mixed(new[part], base[part], share) for part in new}
            if best is None or found["valid"].mean() > best[2]["valid"].mean():
                best = M, share, found
    return best


def going_on(corpus, block):
    """By documentation string: nats of the test by counts that go on, made anew from train and all blocks so far."""
    order, begin = best_order(corpus.level), len(corpus.stream)
    stream, found = np.concatenate([corpus.stream, corpus.ids["test"]]), []
    for t in range(begin, len(stream), block):
        model = counter(stream[:t], order, corpus.size)
        found.append(model.logprob(stream[t + 1 - order : t + block])[order - 1 :])
    return -np.bincount(corpus.docstring, np.concatenate(found))


def counting():
    """What the best counting models reach if they, too, go on learning."""
    for level, block in (("word", 100), ("character", 1000)):
        name = f"{level}s counted on"
        if name not in recalled():
            corpus = _ladder.Corpus(level)
            nats = going_on(corpus, block)
            remember(**{name: [round(float(x), 1) for x in nats]})
            print(name, nats.sum() / len(corpus.ids["test"]), flush=True)


def recalled():
    """What results/17_language.json holds."""
    path = RESULTS / "17_language.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def remember(**facts):
    """Keep facts in results/17_language.json."""
    (RESULTS / "17_language.json").write_text(json.dumps(recalled() | facts) + "\n", "utf-8")


# Rows


def keep(corpus, name, rank, net, spent, logp, seed, sample="", **more):
    stored = sum(x.numel() for x in net.parameters())
    if "share" in more:  # a mixture needs the counts too
        stored += _ladder.grouped(corpus.level)[BEST[corpus.level]][0]["stored"]
    row = _ladder.record(CHAPTER, corpus, name, rank, stored=stored, seconds=spent, seed=seed, sample=sample,
                         **logp, **more)  # fmt: skip
    print(corpus.level, name, seed, row["valid"], row["test"], more, flush=True)


def both(net, corpus):
    count = ladder.VALID_STREAMS[corpus.level]
    return {"valid": ladder.logprob(net, corpus, "valid", count, 64), "test": ladder.logprob(net, corpus, "test")}


def falling(n):
    """A cosine of sixteen steps, of which passes take one at a time, from the fifth on three."""
    return schedules.cosine(16)(n if n < 4 else 3 * n - 8)


def characters():
    corpus = _ladder.Corpus("character")
    KEPT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    net, ids = ladder.Recurrent("LSTM", corpus.size, 32, HIDDEN, DROPOUT), corpus.ids["train"]
    carried = {}

    def batches(epoch):
        """Windows of 64 on 16 streams; they fall differently at each pass."""
        offset = int(np.random.default_rng(epoch).integers(64))
        inputs = np.concatenate([[corpus.start], ids[:-1]])
        xs, ys = ladder.streams(inputs[offset:], ids[offset:], 16)
        carried.clear()
        carried["began"] = time.process_time()
        return zip(xs.split(64), ys.split(64), strict=True)

    def loss(net, batch):
        logits, state = net(batch[0], carried.get("state"))
        carried["state"] = tuple(s.detach() for s in state)
        return ladder.loss_of(logits, batch[1])

    def validate(net):
        seconds = time.process_time() - carried["began"]
        nats = float(-ladder.logprob(net, corpus, "valid", 60, 64).mean())
        with (KEPT / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps({"nats": nats, "seconds": seconds}) + "\n")
        print(f"    {nats:.4f} nats, {seconds:.0f} s", flush=True)
        return nats

    run = fit(net, loss, batches, torch.optim.Adam(net.parameters(), 0.003), epochs=PASSES, clip=1.0,
              schedule=falling, validate=validate, checkpoint=KEPT / "run.safetensors")  # fmt: skip
    log = [json.loads(line) for line in (KEPT / "log.jsonl").read_text("utf-8").splitlines()]
    spent = PASSES * float(np.median([line["seconds"] for line in log]))  # it may have been stopped and gone on

    cell, p = from_torch(net.layer)
    p |= {"E": net.embedding.weight.detach().numpy(), "W_y": net.output.weight.detach().numpy().T.copy()}
    p["b_y"] = net.output.bias.detach().numpy()
    CHECKPOINT.parent.mkdir(exist_ok=True)
    np.savez(CHECKPOINT, **p)
    facts = {"valid": [round(x, 4) for x in run.history["validation"]], "seconds": round(spent),
             "sha256": hashlib.sha256(CHECKPOINT.read_bytes()).hexdigest()}  # fmt: skip
    remember(**facts)
    print(cell, facts, flush=True)

    name = f"LSTM of {HIDDEN}, {PASSES} passes"
    fixed = both(net, corpus)
    keep(corpus, name, 170, net, spent, fixed, 0, ladder.say(net, corpus, 240))
    share, mixture = best_mixture(fixed, counted(corpus))
    keep(corpus, f"{name}, and 9-gram KN", 172, net, spent, mixture, 0, share=share)
    rate = best_rate(net, corpus)
    learning = {part: dynamic(net, corpus, part, rate) for part in ("valid", "test")}
    keep(corpus, f"{name}, dynamic", 171, net, spent, learning, 0, rate=rate)


def words():
    corpus = _ladder.Corpus("word")
    setting, size, H = ladder.SETTINGS["word"], corpus.size, ladder.HIDDEN["word"]["LSTM"]
    kinds = {
        "LSTM, tied": (140, lambda: Tied(size, TIED, setting["dropout"])),
        "LSTM, variational": (141, lambda: Variational(size, setting["embed"], H, setting["dropout"])),
        "LSTM, no dropout": (142, lambda: ladder.Recurrent("LSTM", size, setting["embed"], H, 0.0)),
        "LSTM, forget bias 1": (143, lambda: remembering(size, setting["embed"], H, setting["dropout"])),
    }
    base, rate = counted(corpus), None
    done = {_ladder.key(row) for row in _ladder.read(CHAPTER)}
    for seed in SEEDS:
        for name, (rank, build) in kinds.items():
            last = "LSTM, tied, and 6-gram KN" if rank == 140 else name
            if ("word", last, seed) in done:
                continue
            torch.manual_seed(seed)
            net = build()
            spent, best = ladder.train(net, corpus, corpus.ids["train"], setting, seed)
            fixed = both(net, corpus)
            sample = ladder.say(net, corpus, setting["said"]) if seed == 0 and rank == 140 else ""
            more = {"pass": best} | ladder.by_kind(corpus, fixed["test"])
            keep(corpus, name, rank, net, spent, fixed, seed, sample, **more)
            if rank != 140:
                continue
            kept_rates = [row["rate"] for row in _ladder.read(CHAPTER) if row["level"] == "word" and "rate" in row]
            rate = kept_rates[0] if kept_rates else best_rate(net, corpus)
            learning = {part: dynamic(net, corpus, part, rate) for part in ("valid", "test")}
            keep(corpus, "LSTM, tied, dynamic", 150, net, spent, learning, seed, rate=rate)
            share, mixture = best_mixture(fixed, base)
            keep(corpus, last, 160, net, spent, mixture, seed, share=share)


# Keystrokes


WORD = re.compile(r"[^\W\d]\w*")


def spared(text, first):
    """By documentation string: keys saved, if word `a` to `b` can be completed from its letter `first(a, b)` on."""
    saved, ends = [], np.cumsum(_ladder.string_lengths())
    for match in WORD.finditer(text):
        a, b = match.span()
        if b < len(text):
            saved.append((np.searchsorted(ends, a, "right"), max(b - a - first(a, b) - 1, 0)))
    where, keys = np.array(saved).T
    return np.bincount(where, keys, len(ends))


def from_letters(corpus, logp_of):
    """`first` for a model of letters: all from there on, and the end, must be the likeliest event.

    `logp_of` gives the logarithms (N, V) of what comes after each of some places of the test.
    """
    inside = np.array([c.isalnum() or c == "_" for c in corpus.vocabulary.symbols])
    ids, V = corpus.ids["test"], corpus.size
    came, likeliest = np.where(inside[ids], ids, V), np.empty(len(ids), int)
    for at in np.array_split(np.arange(len(ids)), len(ids) // 2000):
        p = np.exp(logp_of(at))
        ends = p[:, ~inside].sum(1, keepdims=True)
        likeliest[at] = np.concatenate([np.where(inside, p, 0), ends], 1).argmax(1)
    right = likeliest == came

    def first(a, b):
        wrong = np.flatnonzero(~right[a : b + 1])
        return wrong[-1] + 1 if len(wrong) else 0

    return first


def next_letters(corpus, order):
    """Logarithms of all letters at places of the test, by counting."""
    model = counter(corpus.stream, order, corpus.size)
    V, counts = corpus.size, model.counts
    context = _ladder.windows(corpus.inputs("test"), order - 1, corpus.start)

    def logp(at):
        p, letters = np.full(len(at) * V, 1 / V), np.tile(np.arange(V), len(at))
        for n, level in enumerate(model.levels, 1):
            row = np.zeros(len(at), np.int64)
            for k, token in enumerate(context[at, order - n :].T, 1):
                row = counts.find(row, token, k)
            rows = np.repeat(row, V)
            seen = counts.find(rows, letters, n)
            rest = np.where(rows >= 0, level.rest[np.maximum(rows, 0)], 1.0)
            p = np.where(seen >= 0, level.seen[np.maximum(seen, 0)], 0.0) + rest * p
        return np.log(p).reshape(len(at), V)

    return logp


def shared(one, other):
    """How many letters two words begin with alike."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def from_words(corpus, order):
    """`first` for a model of words: it completes to the likeliest word that begins as typed."""
    model = counter(corpus.stream, order, corpus.size)
    tokens, ids = corpus.data.test.tokens, np.concatenate([[corpus.start], corpus.ids["test"]])
    symbols, ends = corpus.vocabulary.symbols, np.cumsum([len(t) for t in tokens])
    words = np.array([bool(re.fullmatch(f" ?{WORD.pattern}", symbol)) for symbol in symbols])

    def first(a, b):
        t = int(np.searchsorted(ends, a, "right"))
        if ids[t + 1] == 0:
            return b - a  # an unknown word is never offered
        p = model.distribution(ids[max(t + 2 - order, 0) : t + 1] if order > 1 else [])
        better = np.flatnonzero(words & (p > p[ids[t + 1]]))  # offered before it as long as they begin alike
        alike = max((shared(symbols[n], tokens[t]) for n in better), default=-1)
        lead = len(tokens[t]) - (b - a)  # its space is typed in any case
        return min(max(alike + 1 - lead, 0), b - a)

    return first


def keys():
    """Share of the test's keys that an autocomplete saves, by four models; and the row of each documentation string."""
    letter, word = _ladder.Corpus("character"), _ladder.Corpus("word")
    text = letter.data.test.text
    net = rnnkit.Network(
        rnnkit.LSTM(32, HIDDEN), rnnkit.Readout(HIDDEN, letter.size), rnnkit.Embedding(letter.size, 32)
    )
    p, known = dict(np.load(CHECKPOINT)), []
    state = None
    for piece in np.array_split(letter.inputs("test"), 40):
        ys, memory = net.forward(p, piece[:, None], state)
        state = memory.states[-1]
        known.append(log_softmax(ys[:, 0]))
    known = np.concatenate(known)
    firsts = {
        "words, 1-gram": lambda: from_words(word, 1),
        "words, 6-gram": lambda: from_words(word, 6),
        "letters, 9-gram": lambda: from_letters(letter, next_letters(letter, 9)),
        f"letters, LSTM of {HIDDEN}": lambda: from_letters(letter, lambda at: known[at]),
    }
    share = np.array([len(one) for one in letter.data.test.docstrings], float)
    found = recalled().get("keys", {})
    for name, first in firsts.items():
        if name in found:
            continue
        saved = spared(text, first())
        low, high = _ladder.interval(saved, share) * share.sum() / len(text)
        found[name] = [float(saved.sum() / len(text)), float(low), float(high)]
        remember(keys=found)
        print(name, found[name], flush=True)


# The tables


def tricks():
    """(name, with, without, level), each a list of nats by documentation string, seeds averaged."""

    def nats(level, name):
        rows = _ladder.grouped(level).get(name)
        return rows and np.mean([row["by_docstring"] for row in rows], 0)

    corpus = _ladder.Corpus("word")
    base = counted(corpus)
    M, share, cached = with_cache(corpus, base)
    print(f"cache of {M} words, share {share}: {cached['test'].mean() - base['test'].mean():.3f}")
    kn = nats("word", BEST["word"])
    yield "LSTM: tied weights", nats("word", "LSTM, tied"), nats("word", "LSTM"), "word"
    yield "LSTM: no dropout", nats("word", "LSTM, no dropout"), nats("word", "LSTM"), "word"
    yield "LSTM: variational dropout", nats("word", "LSTM, variational"), nats("word", "LSTM"), "word"
    yield "LSTM: forget bias 1", nats("word", "LSTM, forget bias 1"), nats("word", "LSTM"), "word"
    tied = nats("word", "LSTM, tied")
    yield "tied: going on learning", nats("word", "LSTM, tied, dynamic"), tied, "word"
    yield "tied: mixed with the 6-gram", nats("word", "LSTM, tied, and 6-gram KN"), tied, "word"
    yield "6-gram: mixed with tied", nats("word", "LSTM, tied, and 6-gram KN"), kn, "word"
    on = {level: recalled().get(f"{level}s counted on") for level in ("word", "character")}
    yield "6-gram: a cache", -np.bincount(corpus.docstring, cached["test"]), kn, "word"
    yield "6-gram: going on counting", on["word"], kn, "word"
    yield "both going on: tied against 6-gram", nats("word", "LSTM, tied, dynamic"), on["word"], "word"
    name = f"LSTM of {HIDDEN}, {PASSES} passes"
    large, kn = nats("character", name), nats("character", BEST["character"])
    learning = nats("character", f"{name}, dynamic")
    yield f"LSTM of {HIDDEN}, against the 9-gram", large, kn, "character"
    yield f"LSTM of {HIDDEN}: going on learning", learning, large, "character"
    yield "9-gram: going on counting", on["character"], kn, "character"
    yield "both going on: LSTM against 9-gram", learning, on["character"], "character"
    yield f"LSTM of {HIDDEN}: mixed with the 9-gram", nats("character", f"{name}, and 9-gram KN"), large, "character"


def differences(level, changes=None):
    """What each trick changes on test, nats a token, with 95 % of 2,000 draws of documentation strings."""
    test = _ladder.Corpus(level)
    share = np.array([len(one) for one in test.data.test.docstrings], float)
    for name, new, old, at in changes or tricks():
        if at == level and new is not None and old is not None:
            more, T = np.subtract(new, old), len(test.ids["test"])
            low, high = _ladder.interval(more, share) * share.sum() / T
            yield f"| {name} | {more.sum() / T:+.3f} | {low:+.3f} | {high:+.3f} |"


SHORT = {  # name on the page: name in the ladder; below the line those that go on with the test
    "word": {
        "6-gram": BEST["word"],
        "LSTM": "LSTM",
        "GRU": "GRU",
        "LSTM, tied": "LSTM, tied",
        "mixture: tied, 6-gram": "LSTM, tied, and 6-gram KN",
        "going on: tied": "LSTM, tied, dynamic",
        "going on: 6-gram": None,
    },
    "character": {
        "9-gram": BEST["character"],
        "LSTM": "LSTM",
        "GRU": "GRU",
        f"LSTM of {HIDDEN}": f"LSTM of {HIDDEN}, {PASSES} passes",
        f"mixture: {HIDDEN}, 9-gram": f"LSTM of {HIDDEN}, {PASSES} passes, and 9-gram KN",
        f"going on: LSTM of {HIDDEN}": f"LSTM of {HIDDEN}, {PASSES} passes, dynamic",
        "going on: 9-gram": None,
    },
}


def short(level):
    """The rows of the ladder that the chapter speaks of, and counts that go on; the best of both kinds in bold."""
    groups, corpus, rows = _ladder.grouped(level), _ladder.Corpus(level), {}
    for name, long in SHORT[level].items():
        if long is None:  # counts that go on are made of a bare list of nats
            nats = sum(recalled()[f"{level}s counted on"]) + corpus.spelling["test"]
            stored, bits = f"{groups[BEST[level]][0]['stored']:,} up", [nats / np.log(2) / len(corpus.data.test.text)]
        else:
            stored, bits = f"{groups[long][0]['stored']:,}", [row["test"]["bpc"] for row in groups[long]]
        rows[name] = stored, bits
    for name, (stored, bits) in rows.items():
        on = name.startswith("going on")
        best = min(np.mean(b) for other, (_, b) in rows.items() if other.startswith("going on") == on)
        mark = "**" if np.mean(bits) < best + 0.005 else ""
        yield f"| {name} | {stored} | {mark}{_ladder.spread(bits, 3)}{mark} |"


def write():
    _ladder.write()
    lines = ["# Recurrent language models", "", machine(), ""]
    facts, saved = recalled(), []
    if facts:
        for name, shares in facts.get("keys", {}).items():
            saved.append(f"| {name} | " + " | ".join(f"{100 * x:.1f}" for x in shares) + " |")
        passes = [f"| {n} | {nats:.3f} |" for n, nats in enumerate(facts["valid"], 1)]
        lines += [
            f"The network of chapter 17: an LSTM of {HIDDEN} units on characters, dropout {DROPOUT}, Adam .003 falling "
            f"along a cosine, 16 streams of windows of 64, {PASSES} passes, {facts['seconds']} seconds of one "
            "processor; the best pass on valid is kept. SHA-256 of chapters/checkpoints/17-characters.npz: "
            f"`{facts['sha256']}`.",
            "",
            *marked("training", [*table("pass", "nats on valid"), *passes]),
            "",
        ]
    for level, words in _ladder.LEVELS.items():
        lines += [
            f"Of the ladder by {words} the rows that the chapter speaks of; bits of the test text, best in bold:",
            "",
            *marked(f"{level} short", [*table("model", "numbers", "bits/char"), *short(level)]),
            "",
        ]
    lines += [
        "What each change makes of the nats of a token on test (below zero: better); the interval holds 95 % of 2,000 "
        "draws of documentation strings, seeds averaged. By words:",
        "",
        *marked("word tricks", [*table("change", "nats", "from", "to"), *differences("word")]),
        "",
        "By characters, one seed:",
        "",
        *marked("character tricks", [*table("change", "nats", "from", "to"), *differences("character")]),
        "",
        "Keys that an autocomplete saves on test, of a hundred, with the same interval:",
        "",
        *marked("keys", [*table("model", "saved", "from", "to"), *saved]),
    ]
    (RESULTS / "17_language.md").write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


PARTS = {"characters": characters, "keys": keys, "counting": counting, "words": words, "write": write}


def main():
    torch.set_num_threads(1)
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()


if __name__ == "__main__":
    main()
