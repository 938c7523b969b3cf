"""What the gates of a character model do on real text, over five starts, with a control for what a line's end does.

    python bench/09_gates.py

Writes bench/results/09_gates.md. The model is the one of the chapter, its start the first of the five.
"""

import datetime
import platform
from pathlib import Path

import numpy as np
from _report import marked

import rnnkit
from rnnkit import losses, optim
from rnnkit.data import load

RESULT = Path(__file__).parent / "results" / "09_gates.md"
SEEDS, UPDATES, TICKS, STREAMS, H = 5, 200, 50, 32, 48


def corpus():
    data = load("docstrings")
    text, fresh = data.train.text[:400_000], data.valid.text[:40_000]
    alphabet = sorted(set(text + fresh))
    index = {character: n for n, character in enumerate(alphabet)}

    def coded(text, streams):
        return np.array([index[character] for character in text]).reshape(streams, -1).T.copy()

    return coded(text, STREAMS), coded(fresh, 40), alphabet


def trained(codes, size, seed, updates):
    net = rnnkit.Network(rnnkit.LSTM(16, H), rnnkit.Readout(H, size), rnnkit.Embedding(size, 16))
    p = {name: x.astype(np.float32) for name, x in net.init(np.random.default_rng(seed)).items()}
    adam, s, start = optim.Adam(0.01), None, 0
    memory = adam.init(p)
    for _ in range(updates):
        if start + TICKS >= len(codes):
            s, start = None, 0
        piece = codes[start : start + TICKS + 1]
        batch = rnnkit.Batch(piece[:-1], piece[1:])
        _, grads, s = rnnkit.bptt(net, p, batch, losses.softmax_cross_entropy, s)
        p, memory = adam.update(p, optim.clip_norm(grads, 1.0), memory)
        start += TICKS
    return net, p


def kept(f):
    """Ticks until the product of each unit's gates has fallen to a half, from every twentieth tick of every stream."""
    so_far = np.concatenate([np.zeros((1, *f.shape[1:])), np.cumsum(np.log(f), 0)])
    found = []
    for start in range(0, len(f) - 200, 20):
        gone = so_far[start + 1 : start + 201] - so_far[start] < np.log(0.5)
        found.append(np.where(gone.any(0), gone.argmax(0) + 1, 200))
    return np.median(np.concatenate(found), 0)


def looked_at(seed, updates=UPDATES):
    codes, heard, alphabet = corpus()
    net, p = trained(codes, len(alphabet), seed, updates)
    ys, seen = net.forward(p, heard[:-1])
    loss, _ = losses.softmax_cross_entropy(ys, heard[1:])
    out = {"nats a character": loss}
    f = seen.traces["f"]
    for letter, name in (("f", "forget"), ("i", "input"), ("o", "output")):
        gate = seen.traces[letter]
        out[f"{name} gates between .1 and .9, %"] = 100 * ((gate > 0.1) & (gate < 0.9)).mean()
    out["forget gates above .9 for 80 % of the time, %"] = 100 * ((f > 0.9).mean((0, 1)) > 0.8).mean()
    half = kept(f)
    out["ticks until half is gone: median unit"] = np.median(half)
    out["the same: longest-lived unit"] = half.max()
    # units whose gate falls by more than .5 on average while one character is read
    read, falls = heard[:-1], {}
    often = np.bincount(read.ravel(), minlength=len(alphabet)).argsort()[::-1][:20]
    for n in {*often, alphabet.index("\n")}:
        at = read == n
        falls[alphabet[n]] = int((f[~at].mean(0) - f[at].mean(0) > 0.5).sum())
    out["units that fall by .5 at a line's end"] = falls.pop("\n")
    out["the same: at a space"] = falls[" "]
    worst = max(falls, key=falls.get)
    out["the same: the most at any of 19 other characters"] = falls[worst]
    print(seed, "two units or more fall at", {c: n for c, n in falls.items() if n > 1}, flush=True)
    return out


def write(runs):
    rows = []
    for name in runs[0]:
        values = [run[name] for run in runs]
        form = ".2f" if "nats" in name else ".0f"
        rows.append(f"| {name} | {np.median(values):{form}} | {min(values):{form}}–{max(values):{form}} |")
    text = [
        "# Gates on real text",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f"{np.__version__}. Five starts of one LSTM of 48 units, {UPDATES} updates (Adam at 0.01, {STREAMS} streams by "
        f"{TICKS} ticks, norm clipped at 1), on 400,000 characters of NumPy's documentation; "
        "measured on 40,000 others, read as 40 streams from a zero state.",
        "Ticks until half is gone: until the product of a unit's own forget gates falls below a half, median over "
        "every twentieth tick as a start. A unit falls by .5 at a character if its forget gate is on average .5 lower "
        "while that character is read than elsewhere; the twenty most frequent characters were looked at.",
        "\n".join(
            marked(
                "gates",
                [
                    "| five models, after 200 updates | median | least–most |",
                    "|---|---|---|",
                    *rows,
                ],
            )
        ),
    ]
    RESULT.write_text("\n\n".join(text) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write([looked_at(seed) for seed in range(SEEDS)])
