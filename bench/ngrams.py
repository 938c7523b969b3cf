"""Counting models at full size: how long do they take, and what do they reach?

    python bench/ngrams.py

One thread.  The embedded corpus is the documentation strings of SciPy, split by module.  Tiny Shakespeare is used if it
is there (RNNKIT_DATA, or downloaded before); its published figures are unigram 3.347, bigram 2.484, Kneser-Ney 5 1.561
and Kneser-Ney 7 1.517 nats a character on the last tenth.
"""

import datetime
import platform
import re
import time
from pathlib import Path

import numpy as np

import rnnkit.data
from rnnkit import ngram

RESULT = Path(__file__).parent / "results" / "ngrams.md"
RULES = {
    "add 1": ngram.AddK(1),
    "absolute discounting": ngram.AbsoluteDiscount(),
    "Kneser–Ney": ngram.KneserNey(modified=False),
    "modified Kneser–Ney": ngram.KneserNey(),
}


def coded(train, test):
    """Tokens as numbers; in the test, what training has not seen is one token more."""
    vocabulary = {token: i for i, token in enumerate(sorted(set(train)))}
    unknown = len(vocabulary)
    return (
        np.array([vocabulary[t] for t in train]),
        np.array([vocabulary.get(t, unknown) for t in test]),
        unknown + 1 if set(test) - set(vocabulary) else unknown,
    )


def corpora():
    data = rnnkit.data.load("docstrings", package="scipy")
    yield "SciPy, characters", data.train.text, data.test.text, (1, 2, 3, 5, 7)
    words = [re.findall(r"\w+|[^\w\s]", text.lower()) for text in (data.train.text, data.test.text)]
    yield "SciPy, words", *words, (1, 2, 3, 5)
    if "tinyshakespeare" in rnnkit.data.names():
        try:
            data = rnnkit.data.load("tinyshakespeare")
        except OSError as error:
            print(f"left out: {error}")
        else:
            yield "tiny Shakespeare, characters", data.train.text, data.valid.text, (1, 2, 3, 5, 7)


def rows():
    for name, *texts, orders in corpora():
        train, test, size = coded(*texts)
        for order in orders:
            for rule_name, rule in RULES.items():
                start = time.perf_counter()
                logprob = rule.estimate(ngram.count(train, order, size)).logprob(test)
                seconds = time.perf_counter() - start
                yield (f"| {name} | {len(train):,} + {len(test):,} | {order} | {rule_name} | {-logprob.mean():.3f} | "
                       f"{ngram.perplexity(logprob):.1f} | {seconds:.1f} |")  # fmt: skip


def main():
    lines = [
        "# Counting models",
        "",
        f"{datetime.date.today()}, {platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, "
        "one thread. Time: counting, estimating and the probability of every test token. Words that training has not "
        "seen are one token. Command: `make bench`.",
        "",
        "| corpus | tokens: train + test | order | rule | nats a token | perplexity | seconds |",
        "|---|---|---|---|---|---|---|",
        *rows(),
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
