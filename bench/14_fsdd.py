"""Spoken digits, alone and connected: CTC, two classifiers of frames that were told where, and cutting at pauses.

Writes bench/results/14_fsdd.md. Finished runs are kept in 14_fsdd.json beside it; delete it to measure anew. Needs
RNNKIT_DATA or the network for the data set fsdd.
"""

import datetime
import json
import platform
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import sklearn
import torch
from _report import marked
from sklearn.svm import SVC

from rnnkit.data import load
from rnnkit.decode import best_path, prefix_beam

RESULTS = Path(__file__).resolve().parent / "results"
RATE, HOP, WINDOW, BANDS, STACK = 8000, 240, 256, 24, 2  # two frames of 30 ms are a tick
SEEDS, H, UPDATES, BATCH, RATE_OF_ADAM, LONGEST = range(5), 48, 300, 32, 0.01, 5
PAUSES = {"as trained": (-40, 120), "run together": (-80, -20), "wide apart": (250, 500)}  # ms
NOISE = 30  # dB under the string
BLANK = 0
TOLD = {"ctc": None, "told": 0, "middle": 1}  # which row of the frames is the target


def mel():
    """Triangles on the mel scale, (WINDOW/2 + 1, BANDS)."""
    hertz = np.fft.rfftfreq(WINDOW, 1 / RATE)
    top = 2595 * np.log10(1 + RATE / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, BANDS + 2) / 2595) - 1)
    low, mid, high = edges[:-2], edges[1:-1], edges[2:]
    up, down = (hertz[:, None] - low) / (mid - low), (high - hertz[:, None]) / (high - mid)
    return np.maximum(0, np.minimum(up, down))


MEL = mel()


def features(wave):
    """(T, BANDS): logarithm of the energies, mean 0 and deviation 1 over the whole string."""
    wave = np.concatenate([wave, np.zeros(WINDOW)])
    starts = np.arange(0, len(wave) - WINDOW + 1, HOP)
    frames = wave[starts[:, None] + np.arange(WINDOW)] * np.hanning(WINDOW)
    power = np.abs(np.fft.rfft(frames)) ** 2 @ MEL
    x = np.log(power + 1e-8)
    return ((x - x.mean()) / x.std()).astype(np.float32)


def string(part, chosen, pauses, rng):
    """Recordings one after the other: features, labels 1 to 10, and two rows of what is said at each tick.

    The first row has the label through the whole recording, the second at its two middle ticks; 0 elsewhere.
    """
    waves = [part.waveforms[i] for i in chosen]
    at, starts = 0, []
    for wave in waves:
        if starts:
            at = max(at + int(rng.integers(*pauses) * RATE / 1000), starts[-1] + HOP)
        starts.append(at)
        at += len(wave)
    whole = np.zeros(max(s + len(w) for s, w in zip(starts, waves, strict=True)))
    inside = np.zeros(len(whole), int)
    for s, wave, i in zip(starts, waves, chosen, strict=True):
        whole[s : s + len(wave)] += wave
        inside[s : s + len(wave)] = part.targets[i] + 1
    whole /= np.sqrt((whole**2).mean())
    whole += rng.normal(0, 10 ** (-NOISE / 20), len(whole))
    x = features(whole)
    middle = np.minimum(np.arange(len(x) // STACK) * STACK * HOP + (WINDOW + HOP) // 2, len(inside) - 1)
    centre = np.zeros(len(middle), int)
    for s, wave, i in zip(starts, waves, chosen, strict=True):
        at = int(np.searchsorted(middle, s + len(wave) / 2))  # the first tick whose middle is behind that of the word
        centre[max(0, at - 1) : at + 1] = part.targets[i] + 1
    return x, part.targets[list(chosen)] + 1, np.stack([inside[middle], centre])


def ticks(x):
    """Frames (F, BANDS) side by side: (T, STACK · BANDS)."""
    return torch.from_numpy(x[: len(x) // STACK * STACK].reshape(-1, STACK * BANDS))


def strings(part, speakers, count, digits, pauses, rng):
    """`count` strings, each of one speaker; `digits` recordings each, or a number up to that if negative."""
    own = {s: np.flatnonzero(np.array(part.speakers) == s) for s in speakers}
    made = []
    for n in range(count):
        k = digits if digits > 0 else rng.integers(1, 1 - digits)
        made.append(string(part, rng.choice(own[speakers[n % len(speakers)]], k), pauses, rng))
    return made


def singles(part, speakers, rng):
    return [string(part, [i], (0, 1), rng) for i, s in enumerate(part.speakers) if s in speakers]


class Reader(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.GRU(STACK * BANDS, H, bidirectional=True)
        self.readout = torch.nn.Linear(2 * H, 11)

    def forward(self, made):
        lengths = torch.tensor([len(x) // STACK for x, *_ in made])
        packed = torch.nn.utils.rnn.pack_sequence([ticks(x) for x, *_ in made], enforce_sorted=False)
        hs, _ = torch.nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
        return self.readout(hs), lengths


def loss_of(model, made, told):
    ys, lengths = model(made)
    if told is not None:  # the label at every tick, by row `told` of the frames
        frames = [torch.from_numpy(f[told]) for *_, f in made]
        targets = torch.nn.utils.rnn.pad_sequence(frames, padding_value=-1)
        return torch.nn.functional.cross_entropy(ys.flatten(0, 1), targets.flatten(), ignore_index=-1)
    targets = torch.cat([torch.from_numpy(labels) for _, labels, _ in made])
    sizes = torch.tensor([len(labels) for _, labels, _ in made])
    return torch.nn.functional.ctc_loss(ys.log_softmax(-1), targets, lengths, sizes, BLANK, "sum") / len(made)


def train(part, speakers, seed, told):
    torch.manual_seed(seed)
    rng, model = np.random.default_rng(seed), Reader()
    adam = torch.optim.Adam(model.parameters(), RATE_OF_ADAM)
    for update in range(UPDATES):
        for group in adam.param_groups:
            group["lr"] = RATE_OF_ADAM * min(1, 2 * (1 - update / UPDATES))
        # strings of one length together: less padding
        made = strings(part, speakers, BATCH, int(rng.integers(1, LONGEST + 1)), PAUSES["as trained"], rng)
        adam.zero_grad()
        loss_of(model, made, told).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        adam.step()
    return model


@torch.no_grad()
def outputs(model, made):
    ys, lengths = model(made)
    return ys.numpy(), lengths.numpy()


def distance(a, b):
    """Labels to put in, take out or change to make one of the other."""
    row = np.arange(len(b) + 1)
    for n, x in enumerate(a, 1):
        before, row = row, np.empty_like(row)
        row[0] = n
        for m, y in enumerate(b, 1):
            row[m] = min(row[m - 1] + 1, before[m] + 1, before[m - 1] + (x != y))
    return int(row[-1])


def error(said, made):
    """Label error rate in percent."""
    wrong = sum(distance(s, list(labels)) for s, (_, labels, _) in zip(said, made, strict=True))
    return 100 * wrong / sum(len(labels) for _, labels, _ in made)


def collapse(frames, least):
    """Runs of one digit of at least `least` ticks."""
    edges = np.flatnonzero(np.diff(frames)) + 1
    runs = np.split(frames, edges)
    return [int(run[0]) for run in runs if run[0] and len(run) >= least]


def read(model, made, least=None):
    ys, lengths = outputs(model, made)
    if least is None:
        return best_path(ys, lengths)
    return [collapse(ys[:n, b].argmax(-1), least) for b, n in enumerate(lengths)]


def beam(model, made, width=8):
    ys, lengths = outputs(model, made)
    return [prefix_beam(ys[:n, b], width)[0][0] for b, n in enumerate(lengths)]


# Cutting at pauses


def pieces(x, level, gap):
    """Cut where the loudness lies below `level` for `gap` ticks or more."""
    loud = x.mean(-1) > level
    found, begin, quiet = [], None, 0
    for t, here in enumerate([*loud, *[False] * gap]):
        if here:
            begin, quiet = (t if begin is None else begin), 0
        elif begin is not None:
            quiet += 1
            if quiet == gap:
                found.append((begin, min(t - gap + 1, len(x))))
                begin, quiet = None, 0
    return [x[a:b] for a, b in found if b - a >= 3]


def fixed(piece, size=12):
    """A piece of any length as `size` ticks, by linear interpolation; its length and level do not count."""
    at = np.linspace(0, len(piece) - 1, size)
    low = np.minimum(at.astype(int), max(0, len(piece) - 2))
    high = np.minimum(low + 1, len(piece) - 1)
    part = (at - low)[:, None]
    x = piece[low] * (1 - part) + piece[high] * part
    return ((x - x.mean()) / x.std()).ravel()


def some(part, chosen):
    """Those recordings of a part where `chosen` is true."""
    where = np.flatnonzero(chosen)
    return SimpleNamespace(
        waveforms=[part.waveforms[i] for i in where],
        targets=part.targets[where],
        speakers=[part.speakers[i] for i in where],
    )


class Cutter:
    """A support vector machine for each piece.

    It learns from lone recordings, each whole and as the longest piece that the same cut leaves of it. Where to cut is
    tuned on strings of a ninth of the training recordings, by a machine that learned from the others.
    """

    def __init__(self, part, speakers):
        rng = np.random.default_rng(0)
        held = np.array(part.numbers) % 10 == 5
        rest, kept = some(part, ~held), some(part, held)
        made = strings(kept, speakers, 120, LONGEST, PAUSES["as trained"], rng)
        tried = [(level, gap) for level in (-1.0, -0.7, -0.4, -0.1, 0.2) for gap in (1, 2, 3)]
        self.tried = {}
        alone = singles(rest, speakers, rng)
        for setting in tried:
            self.fit(alone, setting)
            self.tried[setting] = error([self.one(x, setting) for x, *_ in made], made)
        self.setting = min(self.tried, key=self.tried.get)
        self.fit(singles(part, speakers, rng), self.setting)

    def fit(self, alone, setting):
        xs, ys = [], []
        for x, labels, _ in alone:
            longest = max(pieces(x, *setting), key=len, default=x)
            xs += [fixed(x), fixed(longest)]
            ys += [labels[0], labels[0]]
        self.svm = SVC(C=10.0, gamma="scale")
        self.svm.fit(xs, ys)

    def one(self, x, setting):
        cut = pieces(x, *setting)
        return list(self.svm.predict([fixed(p) for p in cut])) if cut else []

    def read(self, made):
        return [self.one(x, self.setting) for x, *_ in made]


def tests(part, speakers, count=120):
    rng = np.random.default_rng(1000)
    made = {"alone": singles(part, speakers, rng)}
    for name, pauses in PAUSES.items():
        made[name] = strings(part, speakers, count, LONGEST, pauses, rng)
    made["ten digits"] = strings(part, speakers, count // 2, 10, PAUSES["as trained"], rng)
    return made


def measure(kind, part, test, speakers, heard, seed):
    """One run: errors on every test, and by speaker."""
    begin = time.process_time()
    examined = tests(test, heard)
    result = {"errors": {}, "speakers": {}}
    if kind == "floor":  # what is left of the truth if every tick is right

        def reader(made):
            return [collapse(f[0], 1) for *_, f in made]

    elif kind == "cut":
        cutter = Cutter(part, speakers)
        reader, result["setting"] = cutter.read, cutter.setting
        known = [fixed(x) for x, *_ in examined["alone"]]  # a whole recording needs no cutting
        right = [labels[0] for _, labels, _ in examined["alone"]]
        counts = [len(pieces(x, *cutter.setting)) for x, *_ in examined["alone"]]
        result["in pieces"] = {"none": counts.count(0), "several": sum(c > 1 for c in counts)}
        result["tried"] = [[*setting, e] for setting, e in cutter.tried.items()]
        result["errors"]["alone, not cut"] = float(100 * (cutter.svm.predict(known) != right).mean())
    else:
        model = train(part, speakers, seed, TOLD[kind])
        result["weights"] = sum(x.numel() for n, x in model.named_parameters() if "bias_hh" not in n)
        least = None
        if kind == "told":  # how short a run is noise: tuned on training strings
            made = strings(part, speakers, 120, LONGEST, PAUSES["as trained"], np.random.default_rng(0))
            least = min(range(1, 9), key=lambda n: error(read(model, made, n), made))
            result["setting"] = least

        def reader(made):
            return read(model, made, least)

        if kind == "ctc" and len(speakers) == 6:
            made = examined["as trained"]
            one, many = reader(made), beam(model, made)
            result["errors"]["as trained, beam"] = error(many, made)
            result["agree"] = float(np.mean([a == b for a, b in zip(one, many, strict=True)]))
    for name, made in examined.items():
        said = reader(made)
        result["errors"][name] = error(said, made)
        if name == "as trained":
            for n, speaker in enumerate(heard):
                result["speakers"][speaker] = error(said[n :: len(heard)], made[n :: len(heard)])
    result["seconds"] = time.process_time() - begin
    return result


def spread(values, form=".1f"):
    low, mid, high = (format(float(x), form) for x in np.percentile(values, [0, 50, 100]))
    return f"{mid} ({low}–{high})" if len(values) > 1 else mid


def report(found):
    def errors(kind, test):
        return [found[f"{kind} {s}"]["errors"][test] for s in (SEEDS if kind in TOLD else (0,))]

    def lines_of(values):
        """The range on a line of its own, never broken: for a narrow page."""
        return spread(values).replace(" (", "<br>(").replace("–", "\u2060–\u2060")

    heads = ["alone", *PAUSES, "ten digits"]

    def table(kinds):
        head = ["| test | " + " | ".join(kinds.values()) + " |", "|---" * (len(kinds) + 1) + "|"]
        return head + [
            f"| {test} | " + " | ".join(lines_of(errors(kind, test)) for kind in kinds) + " |" for test in heads
        ]

    main = table({"ctc": "CTC", "middle": "told the middle", "cut": "cut"})
    told = table({"told": "told where", "floor": "its floor"})
    speakers = list(found["ctc 0"]["speakers"])
    by = ["| speaker | heard | never heard | never, alone |", "|---|---|---|---|"]
    for s in speakers:
        heard = lines_of([found[f"ctc {seed}"]["speakers"][s] for seed in SEEDS])
        new = found[f"without {s}"]["errors"]
        by.append(f"| {s} | {heard} | {new['as trained']:.1f} | {new['alone']:.1f} |")
    beams = ["| decoder | errors, % | same answer, % |", "|---|---|---|"]
    beams.append(f"| best path | {spread(errors('ctc', 'as trained'))} | |")
    agree = spread([100 * found[f"ctc {s}"]["agree"] for s in SEEDS])
    beams.append(f"| prefix beam, 8 kept | {spread(errors('ctc', 'as trained, beam'))} | {agree} |")
    cut = found["cut 0"]
    lines = [
        "# Spoken digits, alone and connected",
        "",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f"{np.__version__}, torch {torch.__version__}, scikit-learn {sklearn.__version__}. Command: `make bench`. "
        "Free Spoken Digit Dataset: test strings are made of recordings 0 to 4 of each digit and speaker, training "
        "strings of the other 45; each string is of one speaker. Pauses of −40 to 120 ms (as trained; less than 0 is "
        "overlap), −80 to −20 (run together), 250 to 500 (wide apart); white noise 30 dB under the string. "
        f"{BANDS} mel bands, two frames of 30 ms a tick. CTC and the readers that were told (where: the label at "
        "every tick of its recording; the middle: at two ticks, blank elsewhere, read like CTC) are the same "
        f"bidirectional GRU, {H} units a way, {found['ctc 0']['weights']:,} weights, and the same {UPDATES} updates "
        f"of {BATCH} strings of 1 to {LONGEST} digits, Adam at {RATE_OF_ADAM}, falling in the second half. The "
        "least length of a run, of the reader told where, is tuned on training strings; where to cut, on strings of a "
        "ninth of the training recordings, by a machine that learned from the others. The length of a tick and the "
        "rate were chosen for all readers in three trials of CTC on another seed, judged on the test strings; nothing "
        "else was tried for the networks. The support vector machine learns lone recordings, whole and as the longest "
        "piece that the cut leaves of them; an earlier version, which learned only whole ones, had 18.8 % as trained. "
        "Label error rate in percent: median (least–greatest) of five seeds, which are both "
        "starts and training strings. "
        "Strings of five digits but for the last row.",
        "",
        *marked("errors", main),
        "",
        "Told where, and what it would still get wrong if every tick were right (equal words that touch or overlap are "
        "one run, and a word may cover another): its floor.",
        "",
        *marked("told", told),
        "",
        f"Of the 300 lone recordings the cut leaves {cut['in pieces']['several']} in several pieces and "
        f"{cut['in pieces']['none']} in none. A whole recording, given to the support vector machine without cutting: "
        f"{cut['errors']['alone, not cut']:.1f} % wrong. Cut at loudness {cut['setting'][0]} for {cut['setting'][1]} "
        "frames.",
        "",
        "## By speaker",
        "",
        "CTC. Five seeds where the speaker was heard in training; one network for each speaker left out.",
        "",
        *marked("speakers", by),
        "",
        "## Two decoders",
        "",
        *marked("decoders", beams),
    ]
    (RESULTS / "14_fsdd.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    torch.set_num_threads(1)
    data, kept = load("fsdd"), RESULTS / "14_fsdd.json"
    found = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    everyone = sorted(set(data.train.speakers))
    jobs = [("cut 0", "cut", everyone, everyone, 0)]
    jobs += [("floor 0", "floor", everyone, everyone, 0)]
    jobs += [(f"{kind} {s}", kind, everyone, everyone, s) for s in SEEDS for kind in TOLD]
    jobs += [(f"without {x}", "ctc", [s for s in everyone if s != x], [x], 0) for x in everyone]
    for name, kind, speakers, heard, seed in jobs:
        if name not in found:
            found[name] = measure(kind, data.train, data.test, speakers, heard, seed)
            kept.write_text(json.dumps(found, indent=1), encoding="utf-8")
        print(name, {k: round(v, 1) for k, v in found[name]["errors"].items()}, found[name].get("setting"),
              f"{found[name]['seconds']:.0f} s", flush=True)  # fmt: skip
    report(found)


if __name__ == "__main__":
    main()
