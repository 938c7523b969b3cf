"""Who, what, where: a tag for every word."""

from __future__ import annotations

import hashlib
import importlib
import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.packages import folder
from rnnkit.data.record import Dataset, Record
from rnnkit.data.vocabulary import Vocabulary

LABELS = ("O", "PERSON", "PRODUCT", "PLACE")
UNKNOWN = "<unknown>"
PLACES = (
    "Austin", "Charlotte", "Florence", "Jackson", "Madison", "Orlando", "Savannah", "Victoria",  # first names, too
    "Berlin", "Cairo", "Dublin", "Lima", "London", "Oslo", "Rome", "Tokyo",
)  # fmt: skip
THINGS = ("bicycle", "camera", "guitar", "kite", "lamp", "puzzle", "radio", "robot")
TEMPLATES = (
    "PERSON bought a THING",
    "PERSON bought a toy NAME",
    "PERSON bought a THING in PLACE",
    "PERSON bought a toy NAME in PLACE",
    "PERSON flew from PLACE to PLACE",
    "PERSON met PERSON in PLACE",
    "PERSON gave PERSON a THING",
    "PERSON sold PERSON a toy NAME",
    "PERSON showed PLACE to PERSON",
)
SLOTS = {"PERSON": "PERSON", "NAME": "PRODUCT", "THING": "PRODUCT", "PLACE": "PLACE"}

CARD = Card(
    name="tagging",
    what='sentences such as "Bob bought a toy Alice in Florence", each word tagged person, product, place or none',
    source="Generated exactly from nine templates, all equally likely; first names are the list for the United States "
    'in the package Faker. A first name is a person, after "toy" a product; eight names are also places.',
    licence="MIT (Faker).",
    size="2,000 train and 500 test sentences by default; 4 to 7 words; 4 tags.",
    splits="By name: a fifth of the names, chosen by SHA-256, occur in test only and are the only names there, but for "
    "the eight that are also places, which occur in both.",
    best="1.0 from each word and the words before it, held-out names included. `best_of_word` is the best expected "
    "accuracy on the training part of a model that sees the word alone.",
    citation="This book; names from Faraglia, D. and contributors. Faker. https://github.com/joke2k/faker",
    packages=("Faker",),
)


def first_names() -> tuple[list[str], list[str]]:
    """Return the names for train and the names held out for test; the eight that are also places in both."""
    folder("Faker")
    provider = importlib.import_module("faker.providers.person.en_US").Provider
    names = {*PLACES[:8], *(name for name in provider.first_names if re.fullmatch("[A-Z][a-z]+", name))}
    names -= set(PLACES[8:])
    train, test = list(PLACES[:8]), list(PLACES[:8])
    for name in sorted(names - set(PLACES)):
        (test if hashlib.sha256(name.encode()).digest()[0] < 256 / 5 else train).append(name)
    return train, test


def best_of_word(names: list[str]) -> float:
    """Return the best expected accuracy, per word, of a model that sees one word at a time."""
    fillers: dict[str, Sequence[str]] = {"PERSON": names, "NAME": names, "THING": THINGS, "PLACE": PLACES}
    expected: dict[tuple[str, str], float] = defaultdict(float)
    for template in TEMPLATES:
        for word in template.split():
            if word in SLOTS:
                for filler in fillers[word]:
                    expected[filler, SLOTS[word]] += 1 / len(fillers[word])
            else:
                expected[word, "PRODUCT" if word == "toy" else "O"] += 1
    right: dict[str, float] = {}
    for (word, _), weight in expected.items():
        right[word] = max(right.get(word, 0.0), weight)
    return sum(right.values()) / sum(expected.values())


def load(*, rng: np.random.Generator, train: int = 2000, test: int = 500) -> Dataset:
    """Draw tagged sentences.

    Parameters
    ----------
    rng : numpy.random.Generator
    train, test : int, default 2000 and 500
        Number of sentences in each part, 1 or more.

    Returns
    -------
    Dataset
        `train`, `test`, each with `inputs` (list of list of str) and `targets` (list of (T,) int64 arrays, tags as
        numbers into `labels`); `labels`, the tags; `vocabulary` of all words that can occur in train, with
        "<unknown>"; `best_of_word`.
    """
    pools = dict(zip(("train", "test"), first_names(), strict=True))

    def draw(part: str, count: int) -> Record:
        fillers: dict[str, Sequence[str]] = {
            "PERSON": pools[part],
            "NAME": pools[part],
            "THING": THINGS,
            "PLACE": PLACES,
        }
        sentences, tags = [], []
        for choice in rng.integers(len(TEMPLATES), size=count):
            words = TEMPLATES[choice].split()
            sentences.append(
                [fillers[word][int(rng.integers(len(fillers[word])))] if word in SLOTS else word for word in words]
            )
            kinds = [SLOTS.get(word, "PRODUCT" if word == "toy" else "O") for word in words]
            tags.append(np.array([LABELS.index(kind) for kind in kinds], dtype=np.int64))
        return Record(inputs=sentences, targets=tags)

    fixed = {word for template in TEMPLATES for word in template.split()} - set(SLOTS)
    return Dataset(
        card=CARD,
        train=draw("train", check_size("train", train)),
        test=draw("test", check_size("test", test)),
        labels=LABELS,
        vocabulary=Vocabulary.of([pools["train"], PLACES, THINGS, fixed], unknown=UNKNOWN),
        best_of_word=best_of_word(pools["train"]),
    )
