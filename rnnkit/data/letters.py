"""Elman's letters in words: each consonant fixes the vowels that follow it."""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset
from rnnkit.data.vocabulary import Vocabulary

WORDS = ("ba", "dii", "guuu")
FEATURES = ("consonant", "vowel", "interrupted", "high", "back", "voiced")
CODES = {
    "b": (1, 0, 1, 0, 0, 1),
    "d": (1, 0, 1, 1, 0, 1),
    "g": (1, 0, 1, 0, 1, 1),
    "a": (0, 1, 0, 0, 1, 1),
    "i": (0, 1, 0, 1, 0, 1),
    "u": (0, 1, 0, 1, 1, 1),
}

CARD = Card(
    name="letters",
    what="a stream of the words ba, dii and guuu in random order; predict the next letter's six features",
    source="Generated exactly: a random sequence of b, d, g, then b → ba, d → dii, g → guuu; letters as in the paper's "
    "table (consonant, vowel, interrupted, high, back, voiced).",
    licence="None needed.",
    size="1,000 words, 2 to 4 letters each, about 3,000 letters in one stream.",
    splits="None; draw another stream to test.",
    best="Squared error summed over the six features: 0 where a vowel comes next, 4/9 where a consonant does (high and "
    "back are each 1 in a third of consonants; the other four features are certain). `ideal` is the best prediction.",
    citation="Elman, J. L. (1990). Finding structure in time. Cognitive Science 14, 179–211.",
)


def load(*, rng: np.random.Generator, words: int = 1000) -> Dataset:
    """Draw a stream of letters.

    Parameters
    ----------
    rng : numpy.random.Generator
    words : int, default 1000
        Number of words, 2 or more, each equally likely to be ba, dii or guuu.

    Returns
    -------
    Dataset
        `text` of T + 1 letters; `inputs` (T, 1, 6) and `targets` (T, 1, 6), the features of each letter but the last
        and of the next; `ideal` (T, 1, 6), the features expected given all letters so far; `consonant_next` (T,) bool;
        `features`, their names; `vocabulary` of the six letters; `codes` (6, 6), their features in that order.
    """
    drawn = rng.integers(len(WORDS), size=check_size("words", words, least=2))
    text = "".join(WORDS[word] for word in drawn)
    vocabulary = Vocabulary(CODES)
    codes = np.array([CODES[letter] for letter in vocabulary], dtype=np.float64)
    stream = codes[vocabulary.encode(text)][:, None, :]
    targets = stream[1:]
    consonant_next = targets[:, 0, 0] == 1
    any_consonant = np.mean([CODES[word[0]] for word in WORDS], axis=0)
    return Dataset(
        card=CARD,
        inputs=stream[:-1],
        targets=targets,
        ideal=np.where(consonant_next[:, None, None], any_consonant, targets),
        consonant_next=consonant_next,
        text=text,
        features=FEATURES,
        vocabulary=vocabulary,
        codes=codes,
    )
