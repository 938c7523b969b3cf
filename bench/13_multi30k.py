"""Multi30k, English to German: small GRU networks with attention and without, at equal size and equal training.

    python bench/13_multi30k.py

Needs the data (`RNNKIT_DATA`, or a download of 1.3 MB). Goes on after the last whole epoch if it was stopped; what
is finished is kept in .cache/bench. Writes bench/results/13_multi30k.md.
"""

import datetime
import json
import platform
import re
import time
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from _report import RESULTS, marked
from sacrebleu.metrics import BLEU

import rnnkit
import rnnkit.nn
from rnnkit.data import load

KEPT = Path(__file__).resolve().parent.parent / ".cache" / "bench" / "13_multi30k"
MERGES, VECTOR, H, EPOCHS, BATCH, MOST = 4000, 128, 192, 6, 64, 60
PAD, START, END = 0, 1, 2


class Pieces:
    """Byte-pair encoding, learnt from lines: a piece keeps the blank before it, so joining them gives the line back."""

    def __init__(self, lines):
        counts = Counter(word for line in lines for word in self.words(line))
        words, times = zip(*((list(word), n) for word, n in counts.items() if n > 1), strict=True)
        words = list(words)
        pairs, where = Counter(), defaultdict(set)
        for n, word in enumerate(words):
            for pair in pairwise(word):
                pairs[pair] += times[n]
                where[pair].add(n)
        self.ranks = {}
        for rank in range(MERGES):
            best = max(pairs, key=pairs.get)
            self.ranks[best] = rank
            for n in where.pop(best):
                for pair in pairwise(words[n]):
                    pairs[pair] -= times[n]
                words[n] = self.merged(words[n], best)
                for pair in pairwise(words[n]):
                    pairs[pair] += times[n]
                    where[pair].add(n)
            del pairs[best]
        letters = sorted({letter for word in counts for letter in word})
        self.signs = ["", "", "", *letters, *("".join(pair) for pair in self.ranks)]
        self.index = {sign: n for n, sign in enumerate(self.signs) if sign}
        self.memo = {}

    @staticmethod
    def words(line):
        return re.findall(r" ?\w+| ?[^\w\s]", " " + line)

    @staticmethod
    def merged(word, pair):
        found, n = [], 0
        while n < len(word):
            two = tuple(word[n : n + 2]) == pair
            found.append("".join(pair) if two else word[n])
            n += 1 + two
        return found

    def encode(self, line):
        ids = []
        for word in self.words(line):
            if word not in self.memo:
                parts = list(word)
                while len(parts) > 1:
                    pair = min(pairwise(parts), key=lambda p: self.ranks.get(p, MERGES))
                    if pair not in self.ranks:
                        break
                    parts = self.merged(parts, pair)
                self.memo[word] = [self.index[part] for part in parts if part in self.index]
            ids += self.memo[word]
        return ids

    def decode(self, ids):
        return "".join(self.signs[n] for n in ids).strip()


class Translator(torch.nn.Module):
    """A bidirectional encoder; a decoder of two layers, the lower of which asks, while the upper reads the answer.

    With attention the answer is a mean of the encoder's outputs, weighted anew for each piece; without, it is one
    vector, made of the states at the sentence's two ends by a matrix of the same size. Every weight has its twin.
    """

    def __init__(self, sizes, attend):
        super().__init__()
        self.attend, self.dropout = attend, torch.nn.Dropout(0.2)
        self.source, self.target = (torch.nn.Embedding(V, VECTOR) for V in sizes)
        for table in (self.source, self.target):
            torch.nn.init.normal_(table.weight, std=VECTOR**-0.5)
        self.encoder = torch.nn.GRU(VECTOR, H // 2, bidirectional=True)
        self.bridge = torch.nn.Linear(H, H)
        self.lower, self.upper = torch.nn.GRU(VECTOR, H), torch.nn.GRU(2 * H, H)
        self.W_a = torch.nn.Parameter(torch.empty(H, H).uniform_(-(H**-0.5), H**-0.5))
        self.read = torch.nn.Linear(H, VECTOR)
        self.b_y = torch.nn.Parameter(torch.zeros(sizes[1]))

    def encode(self, source, lengths):
        xs = self.dropout(self.source(source))
        packed = torch.nn.utils.rnn.pack_padded_sequence(xs, lengths, enforce_sorted=False)
        hs, last = self.encoder(packed)  # `last`: each sentence's own end, and for the other direction its beginning
        hs, _ = torch.nn.utils.rnn.pad_packed_sequence(hs)
        ends = torch.cat([last[0], last[1]], -1)
        start = torch.tanh(self.bridge(ends))
        mask = torch.arange(len(hs))[:, None] < lengths
        state = torch.stack([start, torch.zeros_like(start)])
        return (hs, mask) if self.attend else (torch.tanh(ends @ self.W_a)[None], mask[:1]), state

    def write(self, before, memory, state):
        keys, mask = memory
        asked, low = self.lower(self.dropout(self.target(before)), state[:1].contiguous())
        if self.attend:
            contexts, _, _ = rnnkit.MultiplicativeAttention(H, H).forward({"W_a": self.W_a}, asked, keys, mask)
        else:
            contexts = keys.expand(len(asked), -1, -1)
        told, high = self.upper(self.dropout(torch.cat([asked, contexts], -1)), state[1:].contiguous())
        ys = self.read(self.dropout(told + asked)) @ self.target.weight.T + self.b_y  # residual; tied read-out
        return ys, torch.cat([low, high])

    @torch.no_grad()
    def greedy(self, source, lengths):
        memory, state = self.encode(source, lengths)
        words, told = torch.full((1, len(lengths)), START), []
        for _ in range(MOST):
            ys, state = self.write(words, memory, state)
            words = ys.argmax(-1)
            told.append(words)
        told = torch.cat(told).T.tolist()
        return [row[: row.index(END)] if END in row else row for row in told]

    @torch.no_grad()
    def beam(self, source, width):
        (keys, mask), state = self.encode(source[:, None], torch.tensor([len(source)]))

        def step(tokens, state):
            many = keys.expand(-1, len(tokens), -1), mask.expand(-1, len(tokens))
            ys, s = self.write(torch.from_numpy(tokens)[None], many, state.transpose(0, 1))
            return ys[0].log_softmax(-1).numpy(), s.transpose(0, 1)

        return rnnkit.decode.beam(step, state.transpose(0, 1), START, END, MOST, width, normalise=1.0)[0].tokens


def padded(rows):
    return torch.from_numpy(rnnkit.pad([np.array(row) for row in rows])[0])


def batches(pairs, seed, epoch):
    """Pairs of about equal length together, in random order."""
    rng = np.random.default_rng((seed, epoch))
    order = sorted(rng.permutation(len(pairs)), key=lambda n: len(pairs[n][0]) + rng.uniform(0, 2))
    groups = [order[n : n + BATCH] for n in range(0, len(order), BATCH)]
    for n in rng.permutation(len(groups)):
        source, target = zip(*(pairs[k] for k in groups[n]), strict=True)
        yield (
            padded(source),
            torch.tensor([len(row) for row in source]),
            padded([[START, *row] for row in target]),
            padded([[*row, END] for row in target]),
        )


def loss(model, batch):
    source, lengths, before, after = batch
    ys, _ = model.write(before, *model.encode(source, lengths))
    return torch.nn.functional.cross_entropy(ys.flatten(0, 1), after.flatten(), ignore_index=PAD)


def translate(model, rows, way):
    """Pieces for each row; long batches of equal length first."""
    model.eval()
    if way != "greedy":
        return [model.beam(torch.tensor(row), way) for row in rows]
    order = sorted(range(len(rows)), key=lambda n: len(rows[n]))
    said = {}
    for n in range(0, len(order), 100):
        group = order[n : n + 100]
        found = model.greedy(padded([rows[k] for k in group]), torch.tensor([len(rows[k]) for k in group]))
        said.update(zip(group, found, strict=True))
    return [said[n] for n in range(len(rows))]


def main():
    torch.set_num_threads(1)
    KEPT.mkdir(parents=True, exist_ok=True)
    data = load("multi30k")
    english, german = Pieces(data.train.english), Pieces(data.train.german)
    coded = {
        part: [(english.encode(e), german.encode(d)) for e, d in zip(record.english, record.german, strict=True)]
        for part, record in (("train", data.train), ("valid", data.valid), ("test", data.test))
    }
    sizes = len(english.signs), len(german.signs)
    rows = [e for e, _ in coded["test"]]
    words = np.array([len(line.split()) for line in data.test.english])
    cuts = [0, *np.quantile(words, [1 / 3, 2 / 3]).astype(int), words.max()]
    bleu, table, lengths = BLEU(), [], []
    for name, attend in (("with attention", True), ("without", False)):
        note = KEPT / f"{attend}.json"
        begun = time.process_time() - (json.loads(note.read_text()) if note.exists() else 0)
        torch.manual_seed(0)
        model = Translator(sizes, attend)

        def epoch_batches(epoch, begun=begun, note=note, name=name):
            note.write_text(json.dumps(time.process_time() - begun))
            print(name, "epoch", epoch, f"{time.process_time() - begun:.0f} s", flush=True)
            return batches(coded["train"], 0, epoch)

        def validate(model):
            with torch.no_grad():
                each = [(loss(model, b).item(), int((b[3] != PAD).sum())) for b in batches(coded["valid"], 1, 0)]
            found = np.average([v for v, _ in each], weights=[n for _, n in each])
            print(f"  valid {found:.3f}", flush=True)
            return found

        run = rnnkit.nn.fit(
            model, loss, epoch_batches, torch.optim.Adam(model.parameters(), 0.003), epochs=EPOCHS, clip=1.0,
            schedule=lambda epoch: 1 if epoch < EPOCHS - 2 else 0.4 if epoch < EPOCHS - 1 else 0.1,
            validate=validate, checkpoint=KEPT / f"{attend}.safetensors",
        )  # fmt: skip
        minutes = (time.process_time() - begun) / 60
        for way in ("greedy", 5):
            said = [german.decode(row) for row in translate(model, rows, way)]
            score = bleu.corpus_score(said, [data.test.german]).score
            label = f"{name}, {way if way == 'greedy' else f'beam {way}'}"
            table.append(f"| {label} | {score:.1f} | {min(run.history['validation']):.2f} |")
            print(table[-1], flush=True)
            if way == "greedy":
                parts = []
                for low, high in pairwise(cuts):
                    at = np.flatnonzero((low < words) & (words <= high))
                    part = bleu.corpus_score([said[n] for n in at], [[data.test.german[n] for n in at]])
                    parts.append(f"{part.score:.1f}")
                lengths.append([name, *parts])
                samples = [(data.test.english[n], said[n]) for n in (0, 1)]
                print(samples, flush=True)
        weights = sum(x.numel() for x in model.parameters())
        print(name, weights, f"{minutes:.1f} min", flush=True)
    short, middle = cuts[1], cuts[2]
    text = [
        "# Multi30k, English to German",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, torch "
        f"{torch.__version__}. Command: `python bench/13_multi30k.py`. 29,000 pairs of captions for training, the "
        "1,000 of `test_2016_flickr` for the score, looked at once. Pieces by byte-pair encoding, "
        f"{MERGES:,} merges a language, cased ({sizes[0]:,} English pieces and {sizes[1]:,} German). Vectors of "
        f"{VECTOR}, an encoder of {H // 2} units a direction, a decoder of two layers of {H}, dropout .2: "
        f"{weights:,} weights in each network. {EPOCHS} epochs of batches of {BATCH}, Adam at .003, lowered in the "
        f"last two; about {minutes:.0f} processor minutes a network. One seed. No setting was tuned. BLEU: "
        f"{bleu.get_signature()}. Loss: nats a piece on the 1,014 validation pairs, the least of all epochs, whose "
        "weights are scored. Beam scores are divided by the length penalty with exponent 1.",
        "\n".join(marked("bleu", ["| network, decoding | BLEU | valid loss |", "|---|---|---|", *table])),
        f"Greedy, by words of the English caption: about a third has at most {short}, a third more than {middle}.",
        "\n".join(
            marked(
                "length",
                [
                    f"| network | BLEU to {short} words | {short + 1} to {middle} | {middle + 1} and more |",
                    "|---|---|---|---|",
                    *(f"| {' | '.join(row)} |" for row in lengths),
                ],
            )
        ),
    ]
    (RESULTS / "13_multi30k.md").write_text("\n\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
