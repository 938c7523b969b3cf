"""LSTM and GRU at equal weights and at equal time, on four tasks; and each of them with a gate taken away.

    python bench/10_gru.py            all
    python bench/10_gru.py text       some tasks; the others stay as they are

Writes bench/results/10_gru.md, the table, and bench/results/10_gru.json, every seed's score, which chapter 10 draws.
"""

import json
import sys
import time
from functools import partial

import numpy as np
import torch
from _pairs import RESULTS, ratio, table, write
from _report import marked
from scipy import stats

import rnnkit
from rnnkit import losses, optim
from rnnkit.data import load

RATES, BIASES = (0.01, 0.03), (0.0, 2.0)  # the grid of both sides: rate, bias of the gate that keeps
TUNED_ON, REPORTED = range(100, 103), (range(5), range(5, 10))
SHUT_START = "LSTM, b_i = −2"
SHUT, OPEN = -40.0, 40.0  # σ of them is 0 and 1, to the last digit of a float32 or all but


# Four tasks. `draw(rng)` gives a batch for one network, `score(outputs)` its error in units of what guessing gets.


class Adding:
    """Numbers stream by, two are marked; their sum at the end. Guessing: squared error 1/6."""

    D, outputs, updates, loss = 2, 1, 600, staticmethod(losses.squared_error)

    def __init__(self, length=40):
        self.length = length

    def draw(self, rng, count=16):
        data = load("adding", rng=rng, count=count, length=self.length)
        return rnnkit.Batch(data.inputs, data.targets, data.mask)

    def fresh(self, part):
        return self.draw(np.random.default_rng({"valid": 998, "test": 999}[part]), 500)

    def score(self, ys, batch):
        return float(((ys - batch.targets) ** 2)[batch.mask].mean()) * 6


class Order:
    """Two signs far apart among distractors; in which order? Guessing: three wrong in four."""

    D, outputs, updates, loss = 8, 4, 400, staticmethod(losses.softmax_cross_entropy)

    def __init__(self, length=40):
        self.length = length

    def draw(self, rng, count=16):
        data = load("temporal_order", rng=rng, count=count, length=self.length)
        return rnnkit.Batch(data.inputs, data.targets, data.mask)

    def fresh(self, part):
        return self.draw(np.random.default_rng({"valid": 998, "test": 999}[part]), 500)

    def score(self, ys, batch):
        return float((ys.argmax(-1) != batch.targets)[batch.mask].mean()) / 0.75


class Surnames:
    """From which of ten countries is this name? Guessing: nine wrong in ten."""

    loss = staticmethod(losses.softmax_cross_entropy)

    def __init__(self):
        data = load("surnames")
        self.D, self.outputs, self.updates = len(data.vocabulary), len(data.labels), 300
        self.parts = {}
        for part in ("train", "valid", "test"):
            names = [np.eye(self.D)[data.vocabulary.encode(name)] for name in data[part].inputs]
            self.parts[part] = names, data[part].targets

    def batch(self, part, chosen):
        names, targets = self.parts[part]
        xs, mask = rnnkit.pad([names[n] for n in chosen])
        last = rnnkit.last_tick(mask)
        return rnnkit.Batch(xs, np.where(last, targets[chosen], 0), last)

    def draw(self, rng, count=32):
        return self.batch("train", rng.integers(len(self.parts["train"][0]), size=count))

    def fresh(self, part):
        return self.batch(part, np.arange(len(self.parts[part][0])))

    def score(self, ys, batch):
        return float((ys.argmax(-1) != batch.targets)[batch.mask].mean()) / 0.9


class Text:
    """The next character of NumPy's documentation, in small letters. Guessing: by how often each occurs."""

    T, loss = 30, staticmethod(losses.softmax_cross_entropy)

    def __init__(self):
        data = load("docstrings")
        train = data.train.text.lower()
        often = sorted(sorted(set(train)), key=train.count, reverse=True)[:29]
        self.D = self.outputs = len(often) + 1
        self.updates = 400
        self.codes = {part: self.coded(data[part].text.lower(), often) for part in ("train", "valid", "test")}
        counts = np.bincount(self.codes["train"], minlength=self.D)
        self.guess = float(-np.log(counts / counts.sum())[self.codes["test"]].mean())

    def coded(self, text, often):
        index = {character: n for n, character in enumerate(often)}
        return np.array([index.get(character, len(often)) for character in text])

    def cut(self, codes, starts):
        piece = codes[starts + np.arange(self.T + 1)[:, None]]
        # the first ten ticks only read: every character asked for has a past
        asked = np.broadcast_to(np.arange(self.T)[:, None] >= 10, piece[1:].shape)
        return rnnkit.Batch(np.eye(self.D)[piece[:-1]], piece[1:], asked)

    def draw(self, rng, count=16):
        return self.cut(self.codes["train"], rng.integers(len(self.codes["train"]) - self.T - 1, size=count))

    def fresh(self, part):
        return self.cut(self.codes[part], np.arange(0, len(self.codes[part]) - self.T - 1, 4 * self.T))

    def score(self, ys, batch):
        return losses.softmax_cross_entropy(ys, batch.targets, batch.mask)[0] / self.guess


TASKS = {"adding": Adding, "order": Order, "surnames": Surnames, "text": Text}


# A design: a cell, and gates that are welded to a fixed value.

DESIGNS = {
    "GRU": (rnnkit.GRU, {}),
    "GRU, r = 1": (rnnkit.GRU, {"r": OPEN}),
    "GRU, z = 0": (rnnkit.GRU, {"z": SHUT}),
    "GRU, z = .88": (rnnkit.GRU, {"z": 2.0}),
    "LSTM": (rnnkit.LSTM, {}),
    "LSTM, i = 1": (rnnkit.LSTM, {"i": OPEN}),
    "LSTM, f = 1": (rnnkit.LSTM, {"f": OPEN}),
    "LSTM, o = 1": (rnnkit.LSTM, {"o": OPEN}),
    "LSTM, i = 1 − f": (rnnkit.CoupledLSTM, {}),
}
KEEPS = {rnnkit.GRU: "z", rnnkit.LSTM: "f", rnnkit.CoupledLSTM: "f"}


def sizes(task):
    """Hidden units of LSTM and GRU, near 20, for which the sizes of the networks agree best."""

    def size(kind, H):
        return rnnkit.Network(kind(task.D, H), rnnkit.Readout(H, task.outputs)).size

    pairs = [(abs(size(rnnkit.GRU, g) / size(rnnkit.LSTM, n) - 1), n, g) for n in range(16, 22) for g in range(n, 30)]
    _, n, g = min(pairs)
    return {"LSTM": n, "GRU": g}, {"LSTM": size(rnnkit.LSTM, n), "GRU": size(rnnkit.GRU, g)}


def start(network, welded, bias, seed, write=0.0):
    """Parameters of one network, and 1 where they may move. The gate that keeps starts at `bias`, plus chance.

    `write` is added to the bias of an LSTM's input gate.
    """
    cell = network.cell
    H = cell.hidden_size
    p = network.init(np.random.default_rng([seed, 1]))
    if hasattr(cell, "forget_bias"):
        p["b"][cell.gates.index("f") * H :][:H] -= cell.forget_bias
    p["b"][cell.gates.index(KEEPS[type(cell)]) * H :][:H] += bias
    if write:
        p["b"][cell.gates.index("i") * H :][:H] += write
    free = {name: np.ones_like(x) for name, x in p.items()}
    for letter, value in welded.items():
        at = slice(cell.gates.index(letter) * H, (cell.gates.index(letter) + 1) * H)
        for name in ("W_x", "W_h", "b"):
            p[name][..., at] = value if name == "b" else 0
            free[name][..., at] = 0
    return p, free


def together(batches):
    """Batches of several networks, (T, B, ·) each, to one (T, B, K, ·); what is shorter is padded."""
    T = max(len(batch.xs) for batch in batches)

    def stacked(name):
        arrays = [getattr(batch, name) for batch in batches]
        return np.stack([np.pad(x, [(0, T - len(x))] + [(0, 0)] * (x.ndim - 1)) for x in arrays], 2)

    return stacked("xs").astype(np.float32), stacked("targets"), stacked("mask")


def train(task, design, H, rate, bias, seeds, checkpoints, part="test", write=0.0):
    """Scores of each seed after each of the numbers of updates: (checkpoints, seeds)."""
    kind, welded = DESIGNS[design]
    network = rnnkit.Network(kind(task.D, H), rnnkit.Readout(H, task.outputs))
    nets = rnnkit.SideBySide(network, len(seeds))
    ps, free = zip(*(start(network, welded, bias, seed, write) for seed in seeds), strict=True)
    p, free = ({name: x.astype(np.float32) for name, x in nets.join(part).items()} for part in (ps, free))
    rngs = [np.random.default_rng([seed, 2]) for seed in seeds]
    adam = optim.Adam(rate)
    memory, scores, test = adam.init(p), [], task.fresh(part)
    for done in range(1, max(checkpoints) + 1):
        batches = [task.draw(rng) for rng in rngs]
        xs, targets, mask = together(batches)
        ys, seen = nets.forward(p, xs)
        dys = np.zeros_like(ys)
        for k in range(len(seeds)):
            wanted = targets[:, :, k]
            if wanted.dtype == float:
                wanted = wanted.astype(np.float32)
            _, dys[:, :, k] = task.loss(ys[:, :, k].copy(), wanted, mask[:, :, k])
        grads = nets.backward(p, xs, seen, dys)
        grads = optim.clip_value({name: g * free[name] for name, g in grads.items()}, 1.0)
        p, memory = adam.update(p, grads, memory)
        if done in checkpoints:
            found = []
            for k in range(len(seeds)):
                ys, _ = network.forward(nets.split(p, k), test.xs.astype(np.float32))
                found.append(task.score(ys, test))
            scores.append(found)
    return np.array(scores)


def clocks(task, hidden):
    """Processor time of an LSTM's update over that of a GRU's, there and back: in this library, in torch."""
    batch = task.draw(np.random.default_rng(0))
    xs = batch.xs.astype(np.float32)

    def ours(kind, H):
        cell = kind(task.D, H)
        p = {name: x.astype(np.float32) for name, x in cell.init(np.random.default_rng(0)).items()}

        def run():
            states, traces = rnnkit.scan(cell, p, xs)
            rnnkit.backscan(cell, p, xs, None, states, traces, np.ones_like(states))

        return run

    def fused(kind, H):
        module, inputs = kind(task.D, H), torch.from_numpy(xs)

        def run():
            module.zero_grad()
            module(inputs)[0].sum().backward()

        return run

    torch.set_num_threads(1)
    pairs = ((ours, rnnkit.LSTM, rnnkit.GRU), (fused, torch.nn.LSTM, torch.nn.GRU))
    measure = partial(ratio, seconds=3, least=15, clock=time.process_time)  # others may use the machine, too
    return [measure(make(a, hidden["LSTM"]), make(b, hidden["GRU"])) for make, a, b in pairs]


def whole(design):
    return "GRU" if design.startswith("GRU") else "LSTM"


def measure(name):
    """All that is known of one task after some minutes."""
    task = TASKS[name]()
    hidden, size = sizes(task)
    N = task.updates
    in_numpy, in_torch = clocks(task, hidden)
    clock = {"weights": N, "numpy": round(N * in_numpy), "torch": max(round(N * in_torch), 1)}
    found = {"hidden": hidden, "size": size, "clock": clock, "ratio": {"numpy": in_numpy, "torch": in_torch}}
    grid, chosen = {"LSTM": {}, "GRU": {}}, {}
    for cell in grid:
        for rate in RATES:
            for bias in BIASES:
                scores = train(task, cell, hidden[cell], rate, bias, TUNED_ON, [N], "valid")
                grid[cell][f"{rate} {bias:g}"] = float(scores.mean())
        chosen[cell] = [float(x) for x in min(grid[cell], key=grid[cell].get).split()]
        print(name, cell, chosen[cell], {k: round(v, 3) for k, v in grid[cell].items()}, flush=True)
    scores = {}
    for cell, points in (("LSTM", [N]), ("GRU", sorted(set(clock.values())))):
        parts = [train(task, cell, hidden[cell], *chosen[cell], seeds, points) for seeds in REPORTED]
        rows = dict(zip(points, np.concatenate(parts, 1).tolist(), strict=True))
        for what, updates in clock.items() if cell == "GRU" else [("weights", N)]:
            scores[f"{cell}, {what}"] = rows[updates]
        print(name, cell, {k: np.round(v, 3).tolist() for k, v in rows.items()}, flush=True)
    if name == "adding":  # an input gate that starts as shut as a coupled one's, or a GRU's: σ(−2) = 1 − σ(2)
        scores[SHUT_START] = shut_start(task, hidden["LSTM"], chosen["LSTM"])
    ablated = {}
    for design in DESIGNS:
        cell = whole(design)
        if design == cell:
            ablated[design] = scores[f"{cell}, weights"][:5]
        else:
            ablated[design] = train(task, design, hidden[cell], *chosen[cell], REPORTED[0], [N])[0].tolist()
        print(name, design, np.round(ablated[design], 3), flush=True)
    return found | {"grid": grid, "chosen": chosen, "scores": scores, "ablated": ablated}


def shut_start(task, H, chosen):
    """Scores of LSTMs whose input gate starts at bias −2."""
    runs = [train(task, "LSTM", H, *chosen, seeds, [task.updates], write=-2.0) for seeds in REPORTED]
    return np.concatenate(runs, 1)[0].tolist()


def solved(scores):
    """How many end below a tenth of a guess."""
    return sum(score < 0.1 for score in scores)


def fisher(found, left="LSTM, weights", right="GRU, weights"):
    """The row of a table: how many of ten solve the task on either side, and Fisher's exact test."""
    a, b = (solved(found["scores"][name]) for name in (left, right))
    return f"{a} | {b} | {stats.fisher_exact([[a, 10 - a], [b, 10 - b]]).pvalue:.2f} |"


def difference(found, kind):
    """LSTM minus GRU: the mean, and Welch's 95 % interval."""
    test = stats.ttest_ind(found["scores"]["LSTM, weights"], found["scores"][f"GRU, {kind}"], equal_var=False)
    middle = np.mean(found["scores"]["LSTM, weights"]) - np.mean(found["scores"][f"GRU, {kind}"])
    return float(middle), *map(float, test.confidence_interval())


def report(known):
    """results/10_gru.md of results/10_gru.json."""

    def cell(scores):
        return f"{np.mean(scores):.3f} ± {np.std(scores, ddof=1):.3f}"

    def interval(found, kind):
        middle, low, high = difference(found, kind)
        return f"{middle:+.3f} [{low:+.3f}, {high:+.3f}]".replace("-", "−")

    pairs = [
        f"| {name} | {cell(found['scores']['LSTM, weights'])} | {cell(found['scores']['GRU, weights'])} | "
        f"{interval(found, 'weights')} |"
        for name, found in known.items()
    ]
    timed = [
        f"| {name} | {found['ratio']['numpy']:.2f}: {found['clock']['numpy']} | {interval(found, 'numpy')} | "
        f"{found['ratio']['torch']:.2f}: {found['clock']['torch']} | {interval(found, 'torch')} |"
        for name, found in known.items()
    ]
    settings = [
        f"| {name} | {found['clock']['weights']} | {found['hidden'][c]}, {found['size'][c]} | {c} "
        f"{found['chosen'][c][0]:g}, {found['chosen'][c][1]:g} | "
        + ", ".join(f"({g}) {v:.3f}" for g, v in found["grid"][c].items())
        + " |"
        for name, found in known.items()
        for c in ("LSTM", "GRU")
    ]
    designs = [
        f"| {design} | " + " | ".join(cell(found["ablated"][design]) for found in known.values()) + " |"
        for design in DESIGNS
    ]
    write(
        "10_gru",
        "LSTM and GRU at equal weights and at equal time, and without one of their gates",
        "Pinned kernels, one thread. Scores: error on fresh data over that of guessing: 1 is a guess, 0 is perfect.",
        "Mean ± standard deviation; ten seeds, five where a gate is taken away. Intervals: Welch, 95 %.",
        "",
        "## Equal weights, equal updates",
        "",
        *marked(
            "equal",
            [
                *table("task", "LSTM", "GRU", "LSTM − GRU"),
                *pairs,
            ],
        ),
        "",
        "## Solved",
        "",
        "On adding and order most networks end near 0 or near a guess. So count: below .1 of a guess, of ten, equal",
        "updates. Fisher's exact test. Last row: an LSTM whose input gate starts at bias −2 (not tuned).",
        "",
        *marked(
            "solved",
            [
                *table("solved, of ten", "LSTM", "GRU", "Fisher's p"),
                *(f"| {name} | {fisher(known[name])}" for name in ("adding", "order")),
                f"| adding, $b_i=-2$ | {fisher(known['adding'], SHUT_START)}",
            ],
        ),
        "",
        "## Equal weights, equal time",
        "",
        "How long an update of the LSTM takes in units of one of the GRU, and how many updates that gives the GRU; and",
        "LSTM minus GRU after those. Recurrent layer alone, forward and backward.",
        "",
        *table("task", "this library", "LSTM − GRU", "torch", "LSTM − GRU"),
        *timed,
        "",
        "## Settings",
        "",
        "Chosen among two rates and two biases of the gate that keeps, by the mean of three other seeds on other data.",
        "",
        *table("task", "updates", "units, weights", "chosen: rate, bias", "grid: (rate bias) mean score"),
        *settings,
        "",
        "## A gate taken away",
        "",
        *table("design", *known),
        *designs,
    )


def main(names):
    path = RESULTS / "10_gru.json"
    for name in names:
        start = time.process_time()
        found = measure(name)
        print(name, f"{time.process_time() - start:.0f} s of CPU time", flush=True)
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        known = {task: (known | {name: found}).get(task) for task in TASKS if task in known or task == name}
        path.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    if len(known) == len(TASKS):
        report(known)


if __name__ == "__main__":
    main(sys.argv[1:] or TASKS)
