"""Reviews from a grammar in which counting words cannot decide."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.checks import some_of
from rnnkit.data.record import Dataset, Record
from rnnkit.data.vocabulary import Vocabulary

ASPECTS = ("plot", "cast", "music", "script", "ending", "camera")
ADJECTIVES = {1: ("good", "great", "funny", "clever", "fresh"), 0: ("bad", "dull", "slow", "weak", "silly")}
FORMS = ("plain", "and", "but", "although")
LABELS = ("negative", "positive")

CARD = Card(
    name="reviews",
    what="film reviews from a grammar with negation and contrast, positive or negative",
    source='Generated exactly in four forms. A clause is "the plot was dull" or "the plot was not dull". "plain": one '
    'clause. "and": two that agree, both negated or neither. "but": two that disagree; the second decides. "although": '
    'two that disagree; the one that does not follow "although" decides, and may stand first or last.',
    licence="None needed.",
    size="2,000 train, 500 test by default; 21,120 different reviews; 23 words; 4 to 12 words a review.",
    splits="By the SHA-256 of the sorted words: all orders of the same words stand in one part, a fifth of such groups "
    "in test. Within a part a review may be drawn twice.",
    best='Accuracy 1 with order. Any model of word counts, however powerful: 1/2 on "but" and "although", where '
    'exchanging the clauses keeps the words and changes the answer; 1 on "plain" and "and"; 3/4 over all four. '
    'A window of three words is enough, too: those that end the first clause and begin the next ("not dull but").',
    citation="This book.",
)


def clause(aspect: str, negated: bool, adjective: str) -> tuple[str, ...]:
    """Return the words of a clause."""
    return ("the", aspect, "was", *(["not"] if negated else []), adjective)


def clauses() -> Iterator[tuple[str, bool, int, tuple[str, ...]]]:
    """Yield each clause as (aspect, negated, sentiment, words)."""
    for aspect, negated, good in product(ASPECTS, (False, True), (0, 1)):
        for adjective in ADJECTIVES[good]:
            yield aspect, negated, good ^ negated, clause(aspect, negated, adjective)


def reviews(form: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield every review of a form once, as (words, label); all are equally likely to be drawn."""
    if form == "plain":
        for _, _, sentiment, words in clauses():
            yield words, sentiment
        return
    for (aspect, negated, sentiment, words), (aspect2, negated2, sentiment2, words2) in product(clauses(), repeat=2):
        if aspect == aspect2:
            continue
        if form == "and" and sentiment == sentiment2 and negated == negated2:
            yield (*words, "and", *words2), sentiment
        if form == "but" and sentiment != sentiment2:
            yield (*words, "but", *words2), sentiment2
        if form == "although" and sentiment != sentiment2:
            yield ("although", *words, ",", *words2), sentiment2
            yield (*words, "although", *words2), sentiment


def held_out(words: Sequence[str]) -> bool:
    """Tell whether reviews of these words, in any order, belong to the test part."""
    return hashlib.sha256(" ".join(sorted(words)).encode()).digest()[0] < 256 / 5


def load(*, rng: np.random.Generator, train: int = 2000, test: int = 500, forms: Sequence[str] = FORMS) -> Dataset:
    """Draw reviews: a form, each equally likely, then one of its reviews, each equally likely.

    Parameters
    ----------
    rng : numpy.random.Generator
    train, test : int, default 2000 and 500
        Number of reviews in each part, 1 or more.
    forms : sequence of str, default ("plain", "and", "but", "although")
        Forms to draw from.

    Returns
    -------
    Dataset
        `train`, `test`, each with `inputs` (list of list of str), `targets` (N,) int64, 1 for positive, and `forms`
        (list of str); `labels`; `vocabulary`; `best_of_counts`, the best expected accuracy of any model of word counts.
    """
    chosen = some_of("forms", forms, FORMS)
    pools: dict[bool, list[list[tuple[tuple[str, ...], int]]]] = {False: [], True: []}
    for form in chosen:
        parts: dict[bool, list[tuple[tuple[str, ...], int]]] = {False: [], True: []}
        for words, label in reviews(form):
            parts[held_out(words)].append((words, label))
        for part in pools:
            pools[part].append(parts[part])

    def draw(part: bool, count: int) -> Record:
        drawn = rng.integers(len(chosen), size=count)
        rows = [pools[part][form][rng.integers(len(pools[part][form]))] for form in drawn]
        return Record(
            inputs=[list(words) for words, _ in rows],
            targets=np.array([label for _, label in rows], dtype=np.int64),
            forms=[chosen[form] for form in drawn],
        )

    symbols = {*ASPECTS, *ADJECTIVES[0], *ADJECTIVES[1], "the", "was", "not", "and", "but", "although", ","}
    return Dataset(
        card=CARD,
        train=draw(False, check_size("train", train)),
        test=draw(True, check_size("test", test)),
        labels=LABELS,
        vocabulary=Vocabulary(sorted(symbols)),
        best_of_counts=float(np.mean([1.0 if form in ("plain", "and") else 0.5 for form in chosen])),
    )
