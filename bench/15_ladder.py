"""The ladder from unigram to LSTM, by words and by characters: rows of chapter 15, about twenty-five minutes.

    python bench/15_ladder.py [word|character]

Rows that are there already are kept: delete bench/results/ladder/15-*.json to begin anew.  Writes
bench/results/15_ladder.md.
"""

import sys
import time

import _ladder
import numpy as np
import torch

from rnnkit import ngram
from rnnkit.nn import WindowModel

CHAPTER = "15"
SEEDS = (0, 1, 2)
LR, CLIP = 0.003, 1.0
SETTINGS = {
    "word": {"embed": 48, "context": 4, "batch": 16, "ticks": 32, "epochs": 3, "dropout": 0.2, "said": 60},
    "character": {"embed": 32, "context": 10, "batch": 16, "ticks": 64, "epochs": 3, "dropout": 0.0, "said": 240},
}
HIDDEN = {
    "word": {"window": 88, "Elman": 88, "GRU": 84, "LSTM": 80},
    "character": {"window": 180, "Elman": 216, "GRU": 130, "LSTM": 112},
}
RECURRENT = {"Elman": torch.nn.RNN, "GRU": torch.nn.GRU, "LSTM": torch.nn.LSTM}
VALID_STREAMS = {"word": 29, "character": 60}  # they divide its length
RANKS = {"window": 100, "Elman": 110, "GRU": 120, "LSTM": 130}


def level_of(corpus, share):
    """The table of rows that were trained on the first 1/`share` of the text."""
    return corpus.level if share == 1 else f"{corpus.level}, 1/{share}"


# Counting


def counting(corpus):
    """(rank, name, order, rule) of every counting model."""
    word = corpus.level == "word"
    middle, high = (3, 5) if word else (5, 7)
    yield 1, "unigram", 1, ngram.AddK(1)
    yield 2, "bigram, add 1", 2, ngram.AddK(1)
    yield 3, f"{middle}-gram, add 1", middle, ngram.AddK(1)
    yield 4, f"{middle}-gram, add k", middle, None  # the best k on valid
    for n, order in enumerate((middle, high)):
        yield 10 + n, f"{order}-gram, interpolated", order, "held out"
        yield 20 + n, f"{order}-gram, absolute discount", order, ngram.AbsoluteDiscount()
        yield 30 + n, f"{order}-gram, Kneser–Ney", order, ngram.KneserNey(modified=False)
    for n, order in enumerate((2, 3, 4, 5, 6) if word else (3, 5, 7, 9)):
        yield 40 + n, f"{order}-gram, modified Kneser–Ney", order, ngram.KneserNey()


def after_start(corpus, model, part):
    return model.logprob(np.concatenate([[corpus.start], corpus.ids[part]]))[1:]


def count_rows(corpus, done, share=1):
    """All counting models; on the first 1/`share` of the text only the best."""
    stream = corpus.stream[: 1 + len(corpus.ids["train"]) // share]
    level = level_of(corpus, share)
    for rank, name, order, rule in counting(corpus):
        if (level, name, None) in done or (share > 1 and rank != 43):
            continue
        more = {}
        start = time.process_time()
        counts = ngram.count(stream, order, corpus.size)
        if rule is None:
            tried = {k: -after_start(corpus, ngram.AddK(k).estimate(counts), "valid").mean()
                     for k in (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)}  # fmt: skip
            more["k"] = min(tried, key=tried.get)
            rule = ngram.AddK(more["k"])
        elif rule == "held out":
            weights = ngram.held_out_weights(counts, corpus.ids["valid"])
            more["weights"] = weights.round(3).tolist()
            rule = ngram.Interpolated(weights)
        model = rule.estimate(counts)
        seconds = time.process_time() - start
        said, rng = [corpus.start], np.random.default_rng(0)
        for _ in range(SETTINGS[corpus.level]["said"]):
            said.append(int(rng.choice(corpus.size, p=model.distribution(said[-order + 1 :] if order > 1 else []))))
        test = after_start(corpus, model, "test")
        if corpus.level == "word":
            more |= by_kind(corpus, test)
        stored = sum(len(table.keys) for table in counts.tables)
        row = _ladder.record(CHAPTER, corpus, name, rank, stored=stored, seconds=seconds, test=test,
                             valid=after_start(corpus, model, "valid"), sample=corpus.text(said[1:]),
                             level=level, **more)  # fmt: skip
        print(corpus.level, name, row["valid"], row["test"], more, flush=True)


def by_kind(corpus, logprob):
    """Nats on the test by how much of the context train has, and by how often it has the word."""
    reach = corpus.reach("test")
    often = np.bincount(corpus.ids["train"], minlength=corpus.size)[corpus.ids["test"]]
    often = np.where(corpus.ids["test"] == 0, 0, often)
    steps = np.searchsorted([5, 20, 100, 1000], often, "right")
    return {
        "by_reach": [round(-float(logprob[reach == n].mean()), 3) for n in range(1, _ladder.REACH + 1)],
        "by_count": [round(-float(logprob[steps == n].mean()), 3) for n in range(5)],
    }


# Networks


class Recurrent(torch.nn.Module):
    """Embedding, one recurrent layer, and a read-out; the weights fit `rnnkit`'s cells by `rnnkit.nn.from_torch`."""

    def __init__(self, kind, size, embed, hidden, dropout):
        super().__init__()
        self.embedding = torch.nn.Embedding(size, embed)
        self.layer = RECURRENT[kind](embed, hidden)
        self.output = torch.nn.Linear(hidden, size)
        self.drop = torch.nn.Dropout(dropout)

    def forward(self, words, state=None):
        hs, state = self.layer(self.drop(self.embedding(words)), state)
        return self.output(self.drop(hs)), state


class Window(torch.nn.Module):
    """Bengio's model with dropout, for whole streams: (T, B) with `context` - 1 more ticks in front."""

    def __init__(self, size, context, embed, hidden, dropout):
        super().__init__()
        self.model, self.context = WindowModel(size, context, embed, hidden), context
        self.drop = torch.nn.Dropout(dropout)

    def forward(self, words):
        m = self.model
        x = self.drop(m.embedding(words)).flatten(1)
        return m.output(self.drop(torch.tanh(m.hidden(x))))


def loss_of(logits, targets):
    return torch.nn.functional.cross_entropy(logits.flatten(0, -2), targets.flatten())


def streams(inputs, targets, count):
    """(T, count) each: the text cut into `count` pieces side by side; what does not fill them is left out."""
    T = len(targets) // count
    return (torch.tensor(x[: T * count].reshape(count, T).T.copy()) for x in (inputs, targets))


@torch.no_grad()
def logprob(net, corpus, part, count=1, piece=500):
    """Logarithm of the probability of every token; a recurrent network carries its state through."""
    net.eval()
    inputs, targets = corpus.inputs(part), corpus.ids[part]
    found = []
    if isinstance(net, Window):
        xs, ys = torch.tensor(_ladder.windows(inputs, net.context, corpus.start)), torch.tensor(targets)
        for at in range(0, len(ys), 2000):
            y = ys[at : at + 2000]
            found.append(-torch.nn.functional.cross_entropy(net(xs[at : at + 2000]), y, reduction="none"))
        return torch.cat(found).numpy()
    xs, ys = streams(inputs, targets, count)
    state = None
    for at in range(0, len(ys), piece):
        y = ys[at : at + piece]
        logits, state = net(xs[at : at + piece], state)
        found.append(
            -torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten(), reduction="none").view(y.shape)
        )
    return torch.cat(found).T.flatten().numpy()


def batches(net, corpus, ids, setting, rng):
    """Yield the losses of one pass over the training text."""
    inputs = np.concatenate([[corpus.start], ids[:-1]])
    B, T = setting["batch"], setting["ticks"]
    if isinstance(net, Window):
        xs, ys = torch.tensor(_ladder.windows(inputs, net.context, corpus.start)), torch.tensor(ids)
        for rows in np.array_split(rng.permutation(len(ids)), len(ids) // (B * T)):
            yield loss_of(net(xs[rows]), ys[rows])
        return
    offset = int(rng.integers(T))  # windows fall differently at each pass
    xs, ys = streams(inputs[offset:], ids[offset:], B)
    state = None
    for at in range(0, len(ys), T):
        logits, state = net(xs[at : at + T], state)
        state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        yield loss_of(logits, ys[at : at + T])


def train(net, corpus, ids, setting, seed):
    """Adam, its rate falling to 0 along a straight line; keeps the weights of the best pass on valid."""
    rng, epochs = np.random.default_rng(seed), setting["epochs"]
    adam = torch.optim.Adam(net.parameters(), LR)
    B, T = setting["batch"], setting["ticks"]
    updates, done, best, spent = epochs * -(-len(ids) // (B * T)), 0, None, 0.0
    for epoch in range(epochs):
        start = time.process_time()
        net.train()
        for value in batches(net, corpus, ids, setting, rng):
            adam.param_groups[0]["lr"] = LR * max(0.0, 1 - done / updates)
            adam.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), CLIP)
            adam.step()
            done += 1
        spent += time.process_time() - start
        nats = -logprob(net, corpus, "valid", VALID_STREAMS[corpus.level], 64).mean()
        print(f"    pass {epoch + 1}: {nats:.4f} nats, {spent:.0f} s", flush=True)
        if best is None or nats < best[0]:
            best = nats, epoch + 1, {name: x.clone() for name, x in net.state_dict().items()}
    net.load_state_dict(best[2])
    return spent, best[1]


@torch.no_grad()
def say(net, corpus, length, seed=0):
    """Draw a text, token by token."""
    net.eval()
    rng, said, state = np.random.default_rng(seed), [corpus.start], None
    for _ in range(length):
        if isinstance(net, Window):
            before = ([corpus.start] * net.context + said)[-net.context :]
            logits = net(torch.tensor([before]))[0]
        else:
            logits, state = net(torch.tensor([[said[-1]]]), state)
        p = torch.softmax(logits.flatten().double(), 0).numpy()
        said.append(int(rng.choice(corpus.size, p=p / p.sum())))
    return corpus.text(said[1:])


def build(kind, corpus, setting):
    hidden = HIDDEN[corpus.level][kind]
    if kind == "window":
        return Window(corpus.size, setting["context"], setting["embed"], hidden, setting["dropout"])
    return Recurrent(kind, corpus.size, setting["embed"], hidden, setting["dropout"])


def network_row(corpus, kind, seed, share=1):
    """One network, trained on the whole text or on the first 1/`share` of it."""
    setting = SETTINGS[corpus.level]
    name = {"window": f"window of {setting['context']}"}.get(kind, kind)
    level = level_of(corpus, share)
    if (level, name, seed) in {_ladder.key(row) for row in _ladder.read(CHAPTER)}:
        return
    torch.manual_seed(seed)
    net = build(kind, corpus, setting)
    ids = corpus.ids["train"][: len(corpus.ids["train"]) // share]
    print(corpus.level, kind, seed, share, flush=True)
    spent, best = train(net, corpus, ids, setting | {"epochs": setting["epochs"] * (1 if share == 1 else 3)}, seed)
    valid, test = logprob(net, corpus, "valid", VALID_STREAMS[corpus.level], 64), logprob(net, corpus, "test")
    more = {"pass": best} | (by_kind(corpus, test) if corpus.level == "word" else {})
    numbers = sum(x.numel() for x in net.parameters())
    sample = say(net, corpus, setting["said"]) if seed == 0 else ""
    row = _ladder.record(CHAPTER, corpus, name, RANKS[kind], stored=numbers, seconds=spent, valid=valid, test=test,
                         level=level, seed=seed, sample=sample, **more)  # fmt: skip
    print(f"{level} {name} seed {seed}: {row['valid']} {row['test']} {more}", flush=True)


def main():
    torch.set_num_threads(1)
    for level in sys.argv[1:] or _ladder.LEVELS:
        corpus = _ladder.Corpus(level)
        done = {_ladder.key(row) for row in _ladder.read(CHAPTER)}
        count_rows(corpus, done)
        for seed in SEEDS:
            for kind in RANKS:
                network_row(corpus, kind, seed)
                _ladder.write()
        if level == "word":
            count_rows(corpus, done, share=8)
            for seed in SEEDS:
                network_row(corpus, "window", seed, share=8)
    _ladder.write()


if __name__ == "__main__":
    main()
