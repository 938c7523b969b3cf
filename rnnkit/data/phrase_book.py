"""A phrase book, English to German, in which words change their places and their endings."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import product

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.packages import folder
from rnnkit.data.record import Dataset, Record
from rnnkit.data.vocabulary import Vocabulary

NAMES = ("Anna", "David", "Eva", "John", "Julia", "Lisa", "Mary", "Max", "Paul", "Peter", "Sarah", "Tom")
CITIES = ("Berlin", "Bonn", "Bremen", "Dresden", "Erfurt", "Essen", "Hamburg", "Kiel", "Leipzig", "Mainz")
ADJECTIVES = {"big": "groß", "cheap": "billig", "green": "grün", "new": "neu", "red": "rot", "small": "klein"}
VEHICLES = {"bus": "der Bus", "ship": "das Schiff", "train": "der Zug", "tram": "die Straßenbahn"}
# English, its plural, German with its article, its plural
THINGS = (
    ("apple", "apples", "der Apfel", "Äpfel"), ("bag", "bags", "die Tasche", "Taschen"),
    ("book", "books", "das Buch", "Bücher"), ("coat", "coats", "der Mantel", "Mäntel"),
    ("cup", "cups", "die Tasse", "Tassen"), ("hat", "hats", "der Hut", "Hüte"),
    ("key", "keys", "der Schlüssel", "Schlüssel"), ("map", "maps", "die Karte", "Karten"),
    ("picture", "pictures", "das Bild", "Bilder"), ("shirt", "shirts", "das Hemd", "Hemden"),
    ("suitcase", "suitcases", "der Koffer", "Koffer"), ("ticket", "tickets", "die Fahrkarte", "Fahrkarten"),
)  # fmt: skip

CARD = Card(
    name="phrase_book",
    what="phrases in English, and the same in German",
    source="Generated exactly from eight patterns, with names, cities, ages, hours, things and adjectives; numbers "
    "spelled by num2words. Written as in the middle of a sentence: a capital marks I, names and German nouns alone.",
    licence="None needed; LGPL-2.1 (num2words).",
    size="2,000 train, 500 test by default; 4,388 different phrases; 5 to 10 words in English.",
    splits="By the SHA-256 of the English phrase, a fifth in test. Within a part a phrase may be drawn twice; patterns "
    "are equally likely. No word stands in phrases of test alone.",
    best="Exact match 1: each English phrase has one German phrase. Word by word is not enough: verbs go to the end "
    "or split in two, and articles and endings follow the gender of a noun that may stand further on.",
    citation="This book.",
    packages=("num2words",),
)


def noun_phrase(thing: tuple[str, str, str, str], adjective: str, kind: str) -> str:
    """Return, say, "einen roten Hut" (`kind` "ein", or "mein") or "den roten Hut" ("der"): in the accusative."""
    article, noun = thing[2].split()
    stem = ADJECTIVES[adjective]
    if kind == "der":
        return f"{'den' if article == 'der' else article} {stem}{'en' if article == 'der' else 'e'} {noun}"
    endings = {"der": ("en", "en"), "die": ("e", "e"), "das": ("", "es")}[article]
    return f"{kind}{endings[0]} {stem}{endings[1]} {noun}"


def patterns(en: Callable[[int], str], de: Callable[[int], str]) -> list[Iterator[tuple[str, str]]]:
    """Return all phrases of each pattern, as (English, German); `en` and `de` spell numbers."""
    described = list(product(THINGS, ADJECTIVES))
    return [
        ((f"my name is {name} and I am {en(n)} years old", f"mein Name ist {name} und ich bin {de(n)} Jahre alt")
         for name, n in product(NAMES, range(20, 50))),
        ((f"I want to buy {en(n)} {thing[1]}", f"ich möchte {de(n)} {thing[3]} kaufen")
         for thing, n in product(THINGS, range(2, 13))),
        ((f"I cannot find my {a} {thing[0]}", f"ich kann {noun_phrase(thing, a, 'mein')} nicht finden")
         for thing, a in described),
        ((f"the {vehicle} to {city} leaves at {en(n)}", f"{VEHICLES[vehicle]} nach {city} fährt um {de(n)} ab")
         for vehicle, city, n in product(VEHICLES, CITIES, range(2, 13))),
        ((f"where is the {a} {thing[0]}", f"wo ist {thing[2].split()[0]} {ADJECTIVES[a]}e {thing[2].split()[1]}")
         for thing, a in described),
        ((f"I know that {name} has a {a} {thing[0]}", f"ich weiß , dass {name} {noun_phrase(thing, a, 'ein')} hat")
         for name, (thing, a) in product(NAMES, described)),
        ((f"yesterday {name} bought {en(n)} {thing[1]}", f"gestern hat {name} {de(n)} {thing[3]} gekauft")
         for name, thing, n in product(NAMES, THINGS, range(2, 13))),
        ((f"does {name} like the {a} {thing[0]}", f"mag {name} {noun_phrase(thing, a, 'der')}")
         for name, (thing, a) in product(NAMES, described)),
    ]  # fmt: skip


def held_out(phrase: str) -> bool:
    """Tell whether an English phrase belongs to the test part."""
    return hashlib.sha256(phrase.encode()).digest()[0] < 256 / 5


def load(*, rng: np.random.Generator, train: int = 2000, test: int = 500) -> Dataset:
    """Draw phrases: a pattern, each equally likely, then one of its phrases, each equally likely.

    Parameters
    ----------
    rng : numpy.random.Generator
    train, test : int, default 2000 and 500
        Number of phrases in each part, 1 or more.

    Returns
    -------
    Dataset
        `train`, `test`, each with `inputs` and `targets`, lists of lists of words in English and German; `source` and
        `target`, vocabularies of all words that the patterns hold; they have no sign for the end of a phrase.
    """
    folder("num2words")
    from num2words import num2words

    phrases = [list(pattern) for pattern in patterns(num2words, lambda n: num2words(n, lang="de"))]

    def draw(part: bool, count: int) -> Record:
        pools = [[pair for pair in pattern if held_out(pair[0]) == part] for pattern in phrases]
        rows: Sequence[tuple[str, str]] = [
            pools[k][rng.integers(len(pools[k]))] for k in rng.integers(len(pools), size=count)
        ]
        return Record(inputs=[english.split() for english, _ in rows], targets=[german.split() for _, german in rows])

    return Dataset(
        card=CARD,
        train=draw(False, check_size("train", train)),
        test=draw(True, check_size("test", test)),
        source=Vocabulary.of(english.split() for pattern in phrases for english, _ in pattern),
        target=Vocabulary.of(german.split() for pattern in phrases for _, german in pattern),
    )
