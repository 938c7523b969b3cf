"""Tiny Shakespeare, a character at a time: an LSTM against a small transformer in equal time, and against counting.

    python bench/17_tinyshakespeare.py

Writes bench/results/17_tinyshakespeare.md. What is finished is kept in .cache/bench and not run again; a run that was
stopped goes on from its last epoch. Needs the text (`RNNKIT_DATA`, or a download of 1.1 MB).

The transformer and its recipe are those that the README of nanoGPT gives for a CPU: 4 layers of 4 heads, 128 numbers
wide, contexts of 64, 2,000 updates of 12 of them. The LSTM has as many weights and stops after as many seconds. All use
one thread, and time is the processor's, so that another job on the machine takes nothing away.
"""

import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from _pairs import machine
from _report import marked
from torch import nn
from torch.nn import functional as F

import rnnkit.data
from rnnkit import ngram, schedules
from rnnkit.nn import fit

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".cache" / "bench" / "17_tinyshakespeare"
RESULT = ROOT / "bench" / "results" / "17_tinyshakespeare.md"
SEEDS = range(3)
CONTEXT, STRIDE = 64, 8
HELD = 20_000  # characters at the end of the training text that choose an epoch and a rate


class Block(nn.Module):
    """Look back, then think: both added to what is there."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.look, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.think = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        B, T, W = x.shape
        q, k, v = (
            part.view(B, T, self.heads, W // self.heads).transpose(1, 2)
            for part in self.look(self.before(x)).chunk(3, -1)
        )
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(B, T, W))
        return x + self.think(self.between(x))


class Transformer(nn.Module):
    """A decoder of the GPT-2 kind, without dropout; the read-out shares its weights with the embedding."""

    def __init__(self, V, width=128, layers=4, heads=4):
        super().__init__()
        self.token, self.place = nn.Embedding(V, width), nn.Embedding(CONTEXT, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(layers)))
        self.last = nn.LayerNorm(width)
        for name, x in self.named_parameters():
            if x.dim() == 2:
                small = 0.02 / math.sqrt(2 * layers) if name.endswith(("out.weight", "think.2.weight")) else 0.02
                nn.init.normal_(x, 0, small)
            elif name.endswith("bias"):
                nn.init.zeros_(x)

    def forward(self, ids):
        x = self.token(ids) + self.place.weight[: ids.shape[1]]
        return self.last(self.blocks(x)) @ self.token.weight.T


class Reader(nn.Module):
    """An LSTM between an embedding and a read-out. Ids (T, B)."""

    def __init__(self, V, H, E=64, dropout=0.0):
        super().__init__()
        self.embedding, self.lstm = nn.Embedding(V, E), nn.LSTM(E, H)
        self.drop, self.readout = nn.Dropout(dropout), nn.Linear(H, V)
        with torch.no_grad():  # forget bias 1; torch adds two biases
            self.lstm.bias_hh_l0.zero_()
            self.lstm.bias_ih_l0[H : 2 * H] = 1

    def forward(self, ids, state=None):
        hs, state = self.lstm(self.drop(self.embedding(ids)), state)
        return self.readout(self.drop(hs)), state


def nats(logits, ids):
    return F.cross_entropy(logits.flatten(0, -2), ids.flatten())


def size(model):
    return sum(x.numel() for x in model.parameters())


def rate(share, warm=0.05, floor=0.1):
    """The recipe's course of the learning rate over the share of the run that is done."""
    return share / warm if share < warm else floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * share))


def pieces(ids, count, rng):
    """`count` random windows of the text and what follows each: (count, CONTEXT) twice."""
    at = rng.integers(len(ids) - CONTEXT, size=count)
    return tuple(torch.stack([ids[a + k : a + k + CONTEXT] for a in at]) for k in (0, 1))


def train_transformer(ids, V, seed, updates=2000):
    torch.manual_seed(seed)
    model, rng = Transformer(V), np.random.default_rng(seed)
    matrices = [x for x in model.parameters() if x.dim() == 2]
    others = [x for x in model.parameters() if x.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    adam = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99))
    start = time.process_time()
    for update in range(updates):
        for group in adam.param_groups:
            group["lr"] = 1e-3 * rate((update + 1) / updates)
        xs, targets = pieces(ids, 12, rng)
        adam.zero_grad()
        nats(model(xs), targets).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
    return model, time.process_time() - start


def begin_anew(state, rng, share=0.05):
    """The carried state, set to zero in a few streams: a network that never begins does not learn how to."""
    kept = torch.from_numpy(rng.random((1, state[0].shape[1], 1)) >= share).to(state[0].dtype)
    return tuple(x.detach() * kept for x in state)


def train_lstm(ids, V, seed, seconds, H=408, lr=8e-3, B=32):
    """For so many seconds on B streams of the text, the state carried on and cut every 64 characters.

    The rate and B were chosen of (.004, 32), (.008, 32), (.004, 16) on another seed and the end of the training text.
    """
    torch.manual_seed(seed)
    model, rng = Reader(V, H), np.random.default_rng(seed)
    adam = torch.optim.Adam(model.parameters(), betas=(0.9, 0.99))
    start, read, state, t = time.process_time(), 0, None, 0
    streams = None
    while (spent := time.process_time() - start) < seconds:
        if streams is None or t + CONTEXT >= len(streams):
            cut = int(rng.integers(CONTEXT))  # another cut in each pass
            long = (len(ids) - cut) // B
            streams, state, t = ids[cut : cut + long * B].view(B, long).T, None, 0
        for group in adam.param_groups:
            group["lr"] = lr * rate(spent / seconds)
        adam.zero_grad()
        logits, state = model(streams[t : t + CONTEXT], state)
        nats(logits, streams[t + 1 : t + CONTEXT + 1]).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        adam.step()
        state = begin_anew(state, rng)
        t, read = t + CONTEXT, read + B * CONTEXT
    return model, time.process_time() - start, read


@torch.no_grad()
def windows_apart(logits_of, ids):
    """Nats when every window of 64 is read alone, as the recipe's own evaluation reads them."""
    count = (len(ids) - 1) // CONTEXT
    xs, targets = (ids[k : k + count * CONTEXT].view(count, CONTEXT) for k in (0, 1))
    return float(np.mean([nats(logits_of(x), y) for x, y in zip(xs.split(200), targets.split(200), strict=True)][:-1]))


@torch.no_grad()
def sliding(model, ids):
    """Nats of the transformer when each character has 57 to 64 before it, itself left out, and all are asked once."""
    at = torch.arange(0, len(ids) - CONTEXT - 1, STRIDE)
    total, asked = 0.0, 0
    for part in at.split(200):
        xs, targets = (torch.stack([ids[a + k : a + k + CONTEXT] for a in part]) for k in (0, 1))
        total += float(nats(model(xs)[:, -STRIDE:], targets[:, -STRIDE:])) * len(part)
        asked += len(part)
    return total / asked


@torch.no_grad()
def whole(model, ids):
    """Nats of the LSTM on the text as one stream, the state carried from its first character to its last."""
    model.eval()
    total, state = 0.0, None
    for t in range(0, len(ids) - 1, 1000):
        xs, targets = ids[t : t + 1000][: len(ids) - 1 - t], ids[t + 1 : t + 1001]
        logits, state = model(xs[:, None], state)
        total += float(nats(logits, targets[:, None])) * len(targets)
    return total / (len(ids) - 1)


@torch.no_grad()
def dynamic(model, ids, lr, k=50):
    """The same while it goes on learning from what it has read: plain gradient descent, every k characters."""
    model.eval()
    total, state = 0.0, None
    steps = torch.optim.SGD(model.parameters(), lr)
    for t in range(0, len(ids) - 1, k):
        targets = ids[t + 1 : t + 1 + k]
        with torch.enable_grad():
            steps.zero_grad()
            logits, state = model(ids[t : t + len(targets)][:, None], state)
            value = nats(logits, targets[:, None])
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            steps.step()
        state = tuple(x.detach() for x in state)
        total += float(value) * len(targets)
    return total / (len(ids) - 1)


def train_fully(ids, held, V, H=512, epochs=16, B=50, k=100):
    """Until little is gained: dropout, a cosine, the best epoch by text that it neither learns nor is scored on."""
    torch.manual_seed(0)
    model = Reader(V, H, dropout=0.35)
    long = (len(ids) - 1) // B
    streams, targets = (ids[a : a + long * B].view(B, long).T for a in (0, 1))
    carried, rng = {}, np.random.default_rng(0)

    def loss(model, t):
        logits, state = model(streams[t : t + k], carried.get("state") if t else None)
        carried["state"] = begin_anew(state, rng)
        return nats(logits, targets[t : t + k])

    start = time.process_time()
    run = fit(
        model,
        loss,
        list(range(0, long - k + 1, k)),
        torch.optim.Adam(model.parameters(), lr=3e-3),
        epochs=epochs,
        clip=1.0,
        schedule=schedules.cosine(epochs),
        validate=lambda model: whole(model, held),
        checkpoint=KEPT / "full.safetensors",
    )
    return model, run, time.process_time() - start


def counts_going_on(train, valid, V, every=5_000):
    """Nats of modified Kneser–Ney of order 7 that counts anew, with all that was read, every so many characters."""
    total = 0.0
    for t in range(0, len(valid), every):
        model = ngram.KneserNey(modified=True).estimate(ngram.count(np.concatenate([train, valid[:t]]), 7, V))
        before = min(t, 6)  # the characters that the first of these may look back to
        total -= model.logprob(valid[t - before : t + every])[before:].sum()
    return float(total / len(valid))


def kept(name, make):
    """What `make` gives, from the file where an earlier run left it if there is one."""
    path = KEPT / f"{name}.json"
    if not path.exists():
        value = make()
        path.write_text(json.dumps(value), encoding="utf-8")
        print(name, value, flush=True)
    return json.loads(path.read_text(encoding="utf-8"))


def side_by_side(train, valid, V, seed):
    model, seconds = train_transformer(train, V, seed)
    model.eval()
    found = {"seconds": seconds, "size": size(model), "read": 2000 * 12 * CONTEXT}
    found |= {"apart": windows_apart(model, valid), "best": sliding(model, valid)}
    lstm, spent, read = train_lstm(train, V, seed, seconds)
    lstm.eval()
    other = {"seconds": spent, "size": size(lstm), "read": read}
    other |= {"apart": windows_apart(lambda x: lstm(x.T)[0].transpose(0, 1), valid), "best": whole(lstm, valid)}
    return {"transformer": found, "LSTM": other}


def main():
    torch.set_num_threads(1)
    KEPT.mkdir(parents=True, exist_ok=True)
    try:
        data = rnnkit.data.load("tinyshakespeare")
    except OSError as error:
        print(f"left out: {error}")
        return
    train, valid = (np.array(data.vocabulary.encode(part.text)) for part in (data.train, data.valid))
    V = len(data.vocabulary)

    counts = kept(
        "counts",
        lambda: {
            f"{'modified ' * modified}Kneser–Ney, order {order}": float(
                -ngram.KneserNey(modified=modified).estimate(ngram.count(train, order, V)).logprob(valid).mean()
            )
            for modified in (False, True)
            for order in (5, 7)
        },
    )
    going_on = kept("counts-going-on", lambda: counts_going_on(train, valid, V))
    ids, valid_ids = torch.from_numpy(train), torch.from_numpy(valid)
    runs = [kept(f"equal-{seed}", lambda seed=seed: side_by_side(ids, valid_ids, V, seed)) for seed in SEEDS]

    def full():
        held = ids[-HELD:]
        model, run, seconds = train_fully(ids[:-HELD], held, V)
        before = {name: x.clone() for name, x in model.state_dict().items()}
        going_on = {}
        for lr in (0.03, 0.1, 0.3):
            model.load_state_dict(before)
            going_on[lr] = dynamic(model, held, lr)
        lr = min(going_on, key=going_on.get)
        model.load_state_dict(before)
        return {
            "size": size(model),
            "epochs": run.epochs,
            "history": run.history["validation"],
            "seconds": seconds,
            "best": whole(model, valid_ids),
            "dynamic": dynamic(model, valid_ids, lr),
            "dynamic rate": lr,
        }

    whole_budget = kept("full", full)
    write(counts, going_on, runs, whole_budget)


def spread(values, form=".3f"):
    return f"{np.mean(values):{form}} ± {np.std(values, ddof=1):{form}}"


def write(counts, going_on, runs, full):
    rows = []
    for name in ("transformer", "LSTM"):
        own = [run[name] for run in runs]
        read = np.mean([x["read"] for x in own]) / 1e6
        rows.append(
            f"| {name} | {read:.2f} | {spread([x['apart'] for x in own])} | {spread([x['best'] for x in own])} |"
        )
    sizes = [runs[0][name]["size"] for name in ("transformer", "LSTM")]
    seconds = np.mean([run[name]["seconds"] for run in runs for name in ("transformer", "LSTM")])
    hours = full["seconds"] / 3600
    text = [
        "# Tiny Shakespeare, a character at a time",
        "",
        f"{machine()} One thread used. Nats a character on the last tenth of the text, by models that read the other "
        "nine. Times are the processor's.",
        "",
        "## In equal time",
        "",
        "The transformer trains by the recipe that nanoGPT gives for a CPU (own code, same sizes, 2,000 updates of "
        f"12 × 64 characters); the LSTM for the same seconds, {seconds:.0f} of one core. "
        f"{sizes[0]:,} weights and {sizes[1]:,}. "
        f"{len(runs)} seeds, mean ± standard deviation. Windows apart: each window of 64 characters read alone, as in "
        "that recipe. Best use: the LSTM reads the text as one stream; the transformer sees 57 to 64 characters at "
        "every place.",
        "",
        *marked(
            "equal",
            [
                "| model | millions read | windows apart | best use |",
                "|---|---|---|---|",
                *rows,
            ],
        ),
        "",
        "## With time to spare",
        "",
        f"An LSTM of 512 units ({full['size']:,} weights) with dropout .35, {full['epochs']} epochs, {hours:.1f} hours "
        f"of one core, one seed; the last {HELD:,} characters of its text chose the epoch and were not learned from. "
        "Going on learning: the "
        f"gradient of each 50 characters is used after they were scored, rate {full['dynamic rate']}, chosen there "
        "too. Going on counting: all counts are made anew, with the text read so far, every 5,000 characters.",
        "",
        *marked(
            "full",
            [
                "| model | nats |",
                "|---|---|",
                *(f"| {name} | {value:.3f} |" for name, value in counts.items()),
                f"| LSTM | {full['best']:.3f} |",
                f"| modified Kneser–Ney, order 7, going on counting | {going_on:.3f} |",
                f"| LSTM, going on learning | {full['dynamic']:.3f} |",
            ],
        ),
    ]
    RESULT.write_text("\n".join(text) + "\n", encoding="utf-8")
    print("\n".join(text))


if __name__ == "__main__":
    main()
