"""The one table of Part V: rows in, tables out.

A chapter's bench keeps its rows in bench/results/ladder/NN-level.json, one a line, so that an interruption loses
nothing; `write` makes bench/results/15_ladder.md of all chapters' rows.
"""

import datetime
import functools
import json
import platform

import numpy as np
from _report import RESULTS, marked

from rnnkit import ngram
from rnnkit.data import load
from rnnkit.data.docstrings import BREAK
from rnnkit.score import score

FOLDER = RESULTS / "ladder"
LEVELS = {"word": "words", "character": "characters"}
SHORT = {"word": (1, 2, 10, 21, 31, 42, 43, 44), "character": (1, 2, 11, 21, 31, 40, 41, 42, 43)}  # ranks shown first
NETWORKS = (100, 110, 120, 130)  # the ranks of chapter 15's
REACH = 4  # the longest context that `reach` looks for


class Corpus:
    """The text at one level: numbers of all parts, scores, and what the unknown words owe."""

    def __init__(self, level):
        self.level, self.data = level, load("language")
        self.vocabulary = self.data[LEVELS[level]]
        self.size = len(self.vocabulary)
        start = "\n\n\n" if level == "word" else "\n"
        self.start = self.vocabulary.numbers[start]  # as if a documentation string had just ended
        self.ids = {part: self.data[part][LEVELS[level]] for part in ("train", "valid", "test")}
        if level == "word":
            train = self.data.train
            rare = [token for token, n in zip(train.tokens, train.words, strict=True) if n == 0]
            spell = ngram.Speller.fit(rare).logprob
            self.spelling = {
                part: -sum(spell(t) for t, n in zip(self.data[part].tokens, ids, strict=True) if n == 0)
                for part, ids in self.ids.items()
            }
        else:
            strange = np.log(ngram.spelling.CODE_POINTS)
            self.spelling = {part: float((ids == 0).sum() * strange) for part, ids in self.ids.items()}

        ends = (
            np.cumsum([len(t) for t in self.data.test.tokens])
            if level == "word"
            else np.arange(len(self.ids["test"])) + 1
        )
        self.docstring = docstring_at(ends)  # in which each token of the test stands

    @property
    def stream(self):
        """What a counting model reads: train, after the end of a documentation string."""
        return np.concatenate([[self.start], self.ids["train"]])

    def inputs(self, part):
        """What stands before each token of a part."""
        return np.concatenate([[self.start], self.ids[part][:-1]])

    def score(self, part, logprob):
        """The `Score` of a part from the logarithms of all its tokens."""
        if len(logprob) != len(self.ids[part]):
            raise ValueError(f"logprob: expected {len(self.ids[part])} numbers for {part}, got {len(logprob)}")
        return score(logprob, len(self.data[part].text), self.spelling[part])

    def reach(self, part):
        """How many of the tokens before each token stand in train just so, as a context; REACH at most."""
        counts = ngram.count(self.stream, REACH, self.size)
        rows = counts.rows(self.inputs(part))
        return sum((row >= 0).astype(int) for row in rows)

    def text(self, ids):
        """A sample as text."""
        return "".join(self.vocabulary.decode(ids))


def string_lengths():
    """Characters of each of the test's documentation strings, with the break after it."""
    return np.array([len(text) for text in load("language").test.docstrings]) + len(BREAK)


def docstring_at(ends):
    """In which of the test's documentation strings the tokens stand that end at these characters."""
    return np.searchsorted(np.cumsum(string_lengths()), ends)


def interval(values, sizes, draws=2000):
    """95 % of draws of documentation strings: the sum of their `values` over the sum of their `sizes`."""
    ids = np.random.default_rng(0).integers(len(sizes), size=(draws, len(sizes)))
    return np.percentile(values[ids].sum(1) / sizes[ids].sum(1), (2.5, 97.5))


def windows(inputs, context, start):
    """(T, context): the tokens before each token, nearest last."""
    padded = np.concatenate([np.full(context - 1, start), inputs])
    return np.lib.stride_tricks.sliding_window_view(padded, context).copy()


def read(chapter=None):
    """All rows, or those of one chapter."""
    paths = sorted(FOLDER.glob("*.json" if chapter is None else f"{chapter}-*.json"))
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


def record(chapter, corpus, name, rank, *, stored, seconds, valid, test, level=None, seed=None, sample="", **more):
    """Keep a row; one of the same level, name and seed is replaced.

    `stored` are parameters or counts, `seconds` the processor's for training, `valid` and `test` logarithms of every
    token's probability, `rank` the row's place in the table, `more` numbers that a chapter wants to keep with it;
    `level` names the table, where it is not that of the corpus.
    """
    row = {"level": level or corpus.level, "name": name, "rank": rank, "seed": seed, "stored": int(stored)}
    row["seconds"] = round(float(seconds), 1)
    for part, logprob in (("valid", valid), ("test", test)):
        s = corpus.score(part, np.asarray(logprob, float))
        row[part] = {"nats": round(s.nats, 4), "bpc": round(s.bits_per_character, 4)}
    row["by_docstring"] = [round(float(nats), 1) for nats in -np.bincount(corpus.docstring, test)]
    row |= {"sample": sample, **more}
    FOLDER.mkdir(exist_ok=True)
    rows = [old for old in read(chapter) if old["level"] == row["level"] and key(old) != key(row)] + [row]
    rows.sort(key=lambda row: (row["rank"], row["name"], row["seed"] or 0))
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path = FOLDER / f"{chapter}-{row['level'].replace(', 1/', '-')}.json"
    path.with_suffix(".new").write_text("\n".join(lines) + "\n", "utf-8")
    path.with_suffix(".new").replace(path)
    return row


def key(row):
    return row["level"], row["name"], row["seed"]


def spread(values, digits):
    """The mean, and where there are several seeds the largest distance from it."""
    mean = np.mean(values)
    text = f"{mean:.{digits}f}"
    return text if len(values) == 1 else f"{text} ±{np.abs(np.array(values) - mean).max():.{digits}f}"


def grouped(level):
    """Rows of one level by name, in the order of their ranks."""
    rows = sorted((row for row in read() if row["level"] == level), key=lambda row: (row["rank"], row["name"]))
    names = dict.fromkeys(row["name"] for row in rows)
    return {name: [row for row in rows if row["name"] == name] for name in names}


def best_counting(groups):
    """The counting model that is best on valid."""
    counting = {name: rows for name, rows in groups.items() if rows[0]["seed"] is None}
    return min(counting, key=lambda name: counting[name][0]["valid"]["nats"])


def beside(groups, level):
    """Nats by which a model is worse than the best counting model, and 95 % of draws of documentation strings."""
    text = load("language").test
    tokens, base = len(text[LEVELS[level]]), best_counting(groups)
    share = np.array([len(one) for one in text.docstrings], float)
    lines = [f"| model | nats more than {base} | from | to |", "|---|---|---|---|"]
    for name, rows in groups.items():
        if rows[0]["seed"] is None and name != base:
            continue
        more = np.mean([row["by_docstring"] for row in rows], 0) - groups[base][0]["by_docstring"]
        low, high = interval(more, share) * share.sum() / tokens
        if name != base:
            lines.append(f"| {name} | {more.sum() / tokens:+.3f} | {low:+.3f} | {high:+.3f} |")
    return lines


@functools.cache
def copied(run=13):
    """Which of the test's documentation strings hold a run of words that train holds too."""
    data, view = load("language"), np.lib.stride_tricks.sliding_window_view
    held = set(map(tuple, view(data.train.words, run).tolist()))
    hit = np.array([tuple(words) in held for words in view(data.test.words, run).tolist()])
    docstring = docstring_at(np.cumsum([len(token) for token in data.test.tokens]))
    inside = np.convolve(hit, np.ones(run))[: len(docstring)] > 0
    return np.bincount(docstring, inside, len(data.test.docstrings)) > 0


def behind(groups):
    """Bits a character behind the best counting model, in all of the test's strings and in those without copies."""
    lengths, copies, base = string_lengths(), copied(), best_counting(groups)
    lines = ["| model | all strings | strings without copies |", "|---|---|---|"]
    for name, rows in groups.items():
        if rows[0]["rank"] not in NETWORKS:
            continue
        more = np.mean([row["by_docstring"] for row in rows], 0) - groups[base][0]["by_docstring"]
        cells = []
        for which in (np.ones(len(lengths), bool), ~copies):
            gap, size = more[which] / np.log(2), lengths[which]
            low, high = interval(gap, size)
            cells.append(f"{gap.sum() / size.sum():.3f} ({low:.3f} to {high:.3f})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def known(groups):
    """Nats behind the 5-gram model, by how many of the words before stand in train just so."""
    nats = {name: np.array([row["by_reach"] for row in groups[name]]) for name in ("window of 4", "GRU")}
    base = np.array(groups["5-gram, modified Kneser–Ney"][0]["by_reach"])
    lines = ["| words known | Kneser–Ney | window behind | GRU behind |", "|---|---|---|---|"]
    for n in range(REACH):
        cells = [f"{base[n]:.2f}", *(spread(nats[name][:, n] - base[n], 2) for name in nats)]
        lines.append(f"| {n + 1} | {' | '.join(cells)} |")
    return lines


def rare(groups):
    """Nats where the context or the word itself is rare."""
    counted = ("unigram", "5-gram, modified Kneser–Ney", best_counting(groups))
    shown = {n: r for n, r in groups.items() if "by_reach" in r[0] and (r[0]["seed"] is not None or n in counted)}
    reach = ["| model | 1 | 2 | 4 |", "|---|---|---|---|"]
    count = ["| model | 5 to 19 | 100 to 999 | 1,000 up |", "|---|---|---|---|"]
    for name, rows in shown.items():
        for table, key, places in ((reach, "by_reach", (0, 1, 3)), (count, "by_count", (1, 3, 4))):
            table.append(f"| {name} | " + " | ".join(spread([r[key][at] for r in rows], 2) for at in places) + " |")
    return reach, count


def sizes():
    """The same models on an eighth of the text and on all of it."""
    lines = ["| model | an eighth | all | gain |", "|---|---|---|---|"]
    whole = grouped("word")
    for name, rows in grouped("word, 1/8").items():
        nats = [[row["test"]["nats"] for row in r] for r in (rows, whole.get(name, []))]
        if all(nats):
            gain = np.mean(nats[0]) - np.mean(nats[1])
            lines.append(f"| {name} | {spread(nats[0], 3)} | {spread(nats[1], 3)} | {gain:.2f} |")
    return lines


def section(name, lines):
    lines = [line.replace("absolute discount", "absolute").replace("Kneser–Ney", "KN") for line in lines]
    return [*marked(name, lines), ""]


def write():
    """Make the table of all rows there are."""
    text = [
        "# The ladder of language models",
        "",
        f"{datetime.date.today()}, {platform.machine()}, one thread, Python {platform.python_version()}, NumPy "
        f'{np.__version__}. The text: `load("language")`. Seconds are the processor\'s, for training or counting. '
        "Where there are seeds: the mean ± the largest distance from it. KN: Kneser–Ney. Command: `make bench`.",
        "",
    ]
    for level, words in LEVELS.items():
        groups = grouped(level)
        if not groups:
            continue
        cost, short, reached, samples = [], [], [], []
        for name, rows in groups.items():
            bpc = spread([row["test"]["bpc"] for row in rows], 3)
            seconds = np.mean([row["seconds"] for row in rows])
            cost.append(f"| {name} | {rows[0]['stored']:,} | {seconds:,.1f} | {bpc} |")
            if rows[0]["rank"] in SHORT[level] or rows[0]["rank"] in NETWORKS:
                short.append(cost[-1])
            nats = {part: [row[part]["nats"] for row in rows] for part in ("valid", "test")}
            cells = [spread(nats[part], 3) for part in nats]
            bits = [spread(np.array(nats[part]) / np.log(2), 2) for part in nats]
            hard = [f"{np.exp(np.mean(nats[part])):.{1 if level == 'word' else 2}f}" for part in nats]
            reached.append(f"| {name} | {' / '.join(cells)} | {' / '.join(bits)} | {' / '.join(hard)} |")
            if rows[0]["sample"]:
                shown = rows[0]["sample"].strip("\n").replace("\n\n\n", "\n\n").split("\n")
                samples += [f"**{name}**", "", "````text", *shown, "````", ""]
        text += [f"## By {words}", "", "Bits a character are of the test text, unknown ones spelled out.", ""]
        text += section(f"{level} cost", ["| model | numbers | seconds | bits/char |", "|---|---|---|---|", *cost])
        text += ["Chapter 15 shows some of these rows:", ""]
        text += section(f"{level} short", ["| model | numbers | seconds | bits a char. |", "|---|---|---|---|", *short])
        text += [f"Of each {level}, valid / test:", ""]
        text += section(f"{level} scores", ["| model | nats | bits | perplexity |", "|---|---|---|---|", *reached])
        text += [
            "Beside the best counting model on test, nats of each token; the interval holds 95 % of 2,000 draws of the "
            "test's documentation strings, seeds averaged:",
            "",
        ]
        text += section(f"{level} beside", beside(groups, level))
        text += [
            f"Bits a character behind {best_counting(groups)}, seeds averaged, same interval: in all strings of the "
            "test, and in those that hold no run of 13 words that train holds.",
            "",
        ]
        text += section(f"{level} behind", behind(groups))
        if level == "word":
            text += ["Nats of a word behind the 5-gram model, by how many words before stand in train just so:", ""]
            text += section("word known", known(groups))
            reach, count = rare(groups)
            text += [
                "Nats on test, by how many of the words before stand in train just so, up to four (three left out):",
                "",
            ]
            text += section("word reach", reach)
            text += ["Nats on test, by how often train has the word itself:", ""]
            text += section("word count", count)
            text += [
                "Nats on test, trained on the first eighth of the text (three times as many passes) and on all:",
                "",
            ]
            text += section("word sizes", sizes())
        text += section(f"{level} samples", samples)
    (RESULTS / "15_ladder.md").write_text("\n".join(text).rstrip("\n") + "\n", "utf-8")
