"""Real names in tweets: a bidirectional LSTM on WNUT 2017, with and without a CRF, over five seeds.

Downloads 0.8 MB once (see `rnnkit.data.wnut17`). Writes bench/results/11_wnut17.md.
"""

import datetime
import platform
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import torch
from seqeval.metrics import accuracy_score, f1_score
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

import rnnkit
from rnnkit.data import load

ROOT = Path(__file__).resolve().parent.parent
EPOCHS, SIZE, SEEDS = 24, 32, range(5)
WORD, AFFIX, SHAPE = 48, 16, 8  # numbers in the vectors of a word, its ends, its outline
NEVER = -10_000.0
LABELS = load("wnut17").labels


def outline(word):
    """One of eight: the shape of a word, which a new word has too."""
    if word.startswith("@"):
        return 1
    if word.startswith("#"):
        return 2
    if word.startswith("http"):
        return 3
    if any(letter.isdigit() for letter in word):
        return 4
    if word.isupper() and len(word) > 1:
        return 5
    if word[:1].isupper():
        return 6
    return 7 if word.isalpha() else 0


def tables(sentences):
    """Indices of what occurs at least twice in training: words, first and last three letters. 0 is unknown."""
    found = []
    for part in (str.lower, lambda word: word.lower()[:3], lambda word: word.lower()[-3:]):
        counts = Counter(part(word) for sentence in sentences for word in sentence)
        found.append((part, {key: n for n, key in enumerate((k for k, c in counts.items() if c > 1), 1)}))
    return found


def coded(sentences, known):
    """Each sentence as (T, 4) indices."""
    return [
        np.array([[index.get(part(word), 0) for part, index in known] + [outline(word)] for word in sentence])
        for sentence in sentences
    ]


class CRFLoss(torch.autograd.Function):
    """`rnnkit.CRF.loss`, whose gradients are written by hand, as an operation of autograd."""

    @staticmethod
    def forward(ctx, ys, A, a, z, crf, targets, mask):
        p = {"A": A.detach().numpy(), "a": a.detach().numpy(), "z": z.detach().numpy()}
        value, dys, grads = crf.loss(p, ys.detach().numpy(), targets, mask)
        ctx.save_for_backward(*map(torch.from_numpy, (dys, grads["A"], grads["a"], grads["z"])))
        return torch.tensor(value)

    @staticmethod
    def backward(ctx, d):
        return (*(d * g for g in ctx.saved_tensors), None, None, None)


class Tagger(torch.nn.Module):
    def __init__(self, sizes, hidden, both, crf):
        super().__init__()
        widths = WORD, AFFIX, AFFIX, SHAPE
        self.vectors = torch.nn.ModuleList(torch.nn.Embedding(n, d) for n, d in zip(sizes, widths, strict=True))
        self.lstm = torch.nn.LSTM(sum(widths), hidden, bidirectional=both)
        self.readout = torch.nn.Linear(hidden * (2 if both else 1), len(LABELS))
        self.drop = torch.nn.Dropout(0.5)
        self.crf = rnnkit.CRF(len(LABELS)) if crf else None
        if crf:
            for name, x in legal().items():
                self.register_parameter(name, torch.nn.Parameter(torch.from_numpy(x)))

    def forward(self, xs, lengths):
        if self.training:  # some words are hidden, so that unknown ones are met in training
            hide = torch.rand(xs.shape[:2]) < 0.15
            xs = torch.where(hide[..., None] & (torch.arange(4) == 0), 0, xs)
        read = torch.cat([table(xs[..., n]) for n, table in enumerate(self.vectors)], -1)
        hs, _ = self.lstm(pack_padded_sequence(self.drop(read), lengths, enforce_sorted=False))
        return self.readout(self.drop(pad_packed_sequence(hs)[0]))


def legal():
    """Transitions that start at 0, and at -10,000 where BIO forbids them; no gradient ever moves those."""
    A = np.zeros((len(LABELS),) * 2, np.float32)
    for row, before in enumerate(LABELS):
        for col, after in enumerate(LABELS):
            if after[0] == "I" and before[2:] != after[2:]:
                A[row, col] = NEVER
    first = np.array([NEVER if label[0] == "I" else 0 for label in LABELS], np.float32)
    return {"A": A, "a": first, "z": np.zeros(len(LABELS), np.float32)}


def batches(xs, targets, rng=None, size=SIZE):
    """Sentences of like length together, in an order of chance if there is an `rng`."""
    lengths = np.array([len(x) for x in xs]) + (0 if rng is None else rng.uniform(-2, 2, len(xs)))
    groups = np.split(np.argsort(lengths, kind="stable"), range(size, len(xs), size))
    for n in range(len(groups)) if rng is None else rng.permutation(len(groups)):
        chosen = groups[n]
        padded, mask = rnnkit.pad([xs[n] for n in chosen])
        asked, _ = rnnkit.pad([targets[n] for n in chosen])
        yield chosen, torch.from_numpy(padded), asked, mask


def train(model, part, valid, seed):
    rng, best = np.random.default_rng(seed), (-1.0, None)
    adam = torch.optim.Adam(model.parameters(), 0.005)
    for epoch in range(1, EPOCHS + 1):
        model.train()
        for _, xs, asked, mask in batches(*part, rng):
            ys = model(xs, mask.sum(0))
            if model.crf:
                loss = CRFLoss.apply(ys, model.A, model.a, model.z, model.crf, asked, mask)
            else:
                m = torch.from_numpy(mask)
                loss = torch.nn.functional.cross_entropy(ys[m], torch.from_numpy(asked)[m])
            adam.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            adam.step()
        if epoch % 2:
            continue
        score = scores(valid[1], tags(model, *valid))[0]
        if score > best[0]:
            best = score, {name: x.clone() for name, x in model.state_dict().items()}
    model.load_state_dict(best[1])
    return best[0]


def tags(model, xs, targets, paths=False):
    """The model's tags, sentence by sentence; `paths` finds the best legal path, with nothing learnt about paths."""
    found = [None] * len(xs)
    model.eval()
    with torch.no_grad():
        for chosen, padded, _, mask in batches(xs, targets, size=128):
            ys = model(padded, mask.sum(0))
            if model.crf or paths:
                p = {n: x.detach().numpy() for n, x in model.named_parameters() if n in "Aaz"} or legal()
                said, _ = rnnkit.CRF(len(LABELS)).viterbi(p, ys.numpy(), mask)
            else:
                said = ys.argmax(-1).numpy()
            for b, n in enumerate(chosen):
                found[n] = said[: len(xs[n]), b]
    return found


def scores(targets, said):
    """Entity F1, accuracy, and illegal tags in a thousand words."""
    right, ours = ([[LABELS[k] for k in tags] for tags in both] for both in (targets, said))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a kind of entity that was never found has no precision
        f1 = f1_score(right, ours)
    broken = sum(
        after[0] == "I" and before[2:] != after[2:]
        for sentence in ours
        for before, after in zip(["O", *sentence], sentence, strict=False)
    )
    return float(f1), float(accuracy_score(right, ours)), 1000 * broken / sum(map(len, ours))


def spread(values, form=".1f"):
    low, mid, high = np.percentile(values, [0, 50, 100])
    return f"{mid:{form}} ({low:{form}}–{high:{form}})"


def main():
    torch.set_num_threads(1)
    start = time.process_time()
    data = load("wnut17")
    known = tables(data.train.inputs)
    sizes = [len(index) + 1 for _, index in known] + [8]
    parts = {name: (coded(data[name].inputs, known), data[name].targets) for name in ("train", "valid", "test")}

    votes = {}
    for words, own in zip(data.train.inputs, data.train.targets, strict=True):
        for word, tag in zip(words, own, strict=True):
            votes.setdefault(word, Counter())[tag] += 1
    lookup = [
        [votes[word].most_common(1)[0][0] if word in votes else 0 for word in words] for words in data.test.inputs
    ]
    rows = {
        "always O": (0, [scores(data.test.targets, [[0] * len(x) for x in data.test.inputs])]),
        "lookup": (0, [scores(data.test.targets, lookup)]),
    }
    for name, hidden, both, crf in (
        ("both ways", 50, True, False),
        ("both ways, CRF", 50, True, True),
        ("forwards", 83, False, False),
    ):
        for seed in SEEDS:
            torch.manual_seed(seed)
            model = Tagger(sizes, hidden, both, crf)
            weights = sum(x.numel() for n, x in model.named_parameters() if "vectors" not in n)
            valid = train(model, parts["train"], parts["valid"], seed)
            rows.setdefault(name, (weights, []))[1].append(scores(parts["test"][1], tags(model, *parts["test"])))
            if name == "both ways":
                said = tags(model, *parts["test"], paths=True)
                rows.setdefault("both ways, legal path", (weights, []))[1].append(scores(parts["test"][1], said))
            print(
                name,
                seed,
                weights,
                f"valid {valid:.3f}",
                rows[name][1][-1],
                f"{time.process_time() - start:.0f} s",
                flush=True,
            )
    lines = [
        "# Names in tweets: WNUT 2017",
        "",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f"{np.__version__}, torch {torch.__version__}. Command: `make bench`. Five seeds: median (least–greatest). "
        f"Words, first and last three letters and outline of each word as vectors learnt from the 3,394 training "
        f"sentences alone; one LSTM layer; dropout .5; Adam at .005, {SIZE} sentences an update, {EPOCHS} epochs, of "
        "which every other is looked at and the one with the best F1 on the validation part kept; nothing tuned on "
        "the test part. Entity F1 by seqeval. Weights: "
        f"without the {sum(n * d for n, d in zip(sizes, (WORD, AFFIX, AFFIX, SHAPE), strict=True)):,} of the vectors.",
        "",
        "<!-- table -->",
        "",
        "| tagger, weights | entity F1, % | right words, % | illegal in 1,000 |",
        "|---|---|---|---|",
    ]
    for name, (weights, found) in rows.items():
        f1, right, broken = np.array(found).T
        label = f"{name}, {weights:,}" if weights else name
        cells = [spread(100 * f1), spread(100 * right), spread(broken)]
        if not weights:
            cells = [cell.split(" ")[0] for cell in cells]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    lines += ["", "<!-- end of table -->"]
    text = "\n".join(lines) + "\n"
    (ROOT / "bench" / "results" / "11_wnut17.md").write_text(text, encoding="utf-8")
    print(text)
    print(f"{time.process_time() - start:.0f} s")


if __name__ == "__main__":
    main()
