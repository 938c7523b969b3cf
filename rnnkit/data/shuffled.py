"""Is this a sentence, or one with its words shuffled?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data import docstrings
from rnnkit.data.card import Card
from rnnkit.data.checks import some_of
from rnnkit.data.record import Dataset, Record
from rnnkit.data.vocabulary import Vocabulary

UNKNOWN = "<unknown>"
SENTENCE = re.compile(r"[A-Z][a-z]+(?: [a-z]+(?:[-'][a-z]+)*,?)+\.")
SHORTEST, LONGEST = 4, 12

CARD = Card(
    name="shuffled",
    what="short sentences from documentation strings, each as written and with its words shuffled",
    source="The set docstrings: sentences of 4 to 12 plain words, in small letters, without commas.",
    licence="BSD-3-Clause (NumPy, SciPy, scikit-learn, statsmodels).",
    size="6,362 sentences and as many shuffled; 1,765 words and <unknown> cover most of them.",
    splits="As docstrings, by module; a sentence that occurs in two parts is kept in the first of train, valid, test. "
    "A sentence and its shuffled twin stand in the same part.",
    best="Any model of word counts: exactly 1/2, since twins have the same words. With order: unknown, below 1, "
    "because some shuffles are sentences too.",
    citation="The packages' contributors; see each package's own citation.",
    packages=docstrings.PACKAGES,
)


def sentences(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the plain sentences of a documentation string as words in small letters."""
    for paragraph in re.split(r"\n\s*\n", text):
        for sentence in re.split(r"(?<=\.)\s+", " ".join(paragraph.split())):
            if SENTENCE.fullmatch(sentence):
                words = tuple(sentence[:-1].replace(",", "").lower().split())
                if SHORTEST <= len(words) <= LONGEST and len(set(words)) > 1:
                    yield words


def load(
    *, rng: np.random.Generator, packages: Sequence[str] = docstrings.PACKAGES, rare: int = 3, limit: int | None = None
) -> Dataset:
    """Load sentences and shuffle them.

    Parameters
    ----------
    rng : numpy.random.Generator
        Shuffles; the sentences themselves are fixed.
    packages : sequence of str, default: all four
        Packages to read, as in the set docstrings; all four take about five seconds, once.
    rare : int, default 3
        The vocabulary holds the words that occur in at least so many training sentences.
    limit : int or None, default None
        At most so many sentences in a part, the first in the order of the source; None takes all.

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `inputs` (list of list of str), at 2i a sentence and at 2i + 1 its shuffled
        twin, and `targets` (N,) int64, 1 for the sentence as written; `labels`; `vocabulary`, with "<unknown>".
    """
    chosen = some_of("packages", packages, docstrings.PACKAGES)
    most = None if limit is None else check_size("limit", limit)
    check_size("rare", rare)
    seen: set[tuple[str, ...]] = set()
    found: dict[str, list[tuple[str, ...]]] = {"train": [], "valid": [], "test": []}
    sources = [docstrings.load(package=package) for package in chosen]
    for part, list_of in found.items():
        for source in sources:
            for text in source[part].docstrings:
                for words in sentences(text):
                    if words not in seen:
                        seen.add(words)
                        list_of.append(words)

    records = {}
    for part, list_of in found.items():
        inputs: list[list[str]] = []
        for words in list_of[:most]:
            twin = list(words)
            while tuple(twin) == words:
                twin = [words[place] for place in rng.permutation(len(words))]
            inputs += [list(words), twin]
        records[part] = Record(inputs=inputs, targets=np.tile(np.array([1, 0]), len(inputs) // 2))

    counts = Counter(word for words in records["train"].inputs[::2] for word in set(words))
    kept = sorted(word for word, count in counts.items() if count >= rare)
    return Dataset(
        card=CARD,
        **records,
        labels=("shuffled", "as written"),
        vocabulary=Vocabulary([UNKNOWN, *kept], unknown=UNKNOWN),
    )
