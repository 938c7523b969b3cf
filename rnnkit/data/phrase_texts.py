"""Short texts, English to German: one to several phrases in a row, numbers and compounds cut into pieces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from rnnkit.arrays import check_rng, check_size
from rnnkit.data import number_words, phrase_book
from rnnkit.data.packages import folder
from rnnkit.data.record import Record
from rnnkit.data.vocabulary import Vocabulary

# Longer pieces first: "siebzig" is one, "sieben" another.
_PIECES = (
    "zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig|dreizehn|vierzehn|fünfzehn|sechzehn|siebzehn|"
    "achtzehn|neunzehn|tausend|hundert|zwölf|elf|zehn|null|eins|ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|und"
)
_NUMBER = re.compile(f"(?:{_PIECES})+")


def english_pieces(phrase: str) -> list[str]:
    """Cut "twenty-one years" into "twenty", "-one", "years"."""
    return phrase.replace("-", " -").split()


def german_pieces(phrase: str) -> list[str]:
    """Cut "einundzwanzig Jahre" into "ein+", "und+", "zwanzig", "Jahre"."""
    found = []
    for word in phrase.split():
        parts = re.findall(_PIECES, word) if _NUMBER.fullmatch(word) else [word]
        found += [f"{part}+" for part in parts[:-1]] + parts[-1:]
    return found


def joined(pieces: Sequence[str]) -> str:
    """Put pieces of either language together again."""
    return " ".join(pieces).replace("+ ", "").replace(" -", "-")


@cache
def pools(test: bool) -> tuple[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...], ...]:
    """The phrases of one part, in pieces, by pattern; spelled once and kept, so all of it is tuples.

    The eight patterns of `rnnkit.data.phrase_book`; "my name is John", "ich heiße John"; and "the number is", "die Zahl
    ist", with the numbers from 13 to 999 of `rnnkit.data.number_words`. Names stand in both parts; of all else, phrases
    of test are those that the two data sets hold out.
    """
    folder("num2words")
    from num2words import num2words

    def german(number: int) -> str:
        return num2words(number, lang="de")

    patterns = [
        [pair for pair in pattern if phrase_book.held_out(pair[0]) == test]
        for pattern in phrase_book.patterns(num2words, german)
    ]
    patterns.append([(f"my name is {name}", f"ich heiße {name}") for name in phrase_book.NAMES])
    part = "test" if test else "train"
    numbers = [number for number in range(13, 1000) if number_words.part(number) == part]
    patterns.append([(f"the number is {num2words(n)}", f"die Zahl ist {german(n)}") for n in numbers])
    return tuple(
        tuple((tuple(english_pieces(en)), tuple(german_pieces(de))) for en, de in pattern) for pattern in patterns
    )


def load(*, rng: np.random.Generator, count: int, most: int = 3, least: int = 1, test: bool = False) -> Record:
    """Draw texts of `least` to `most` phrases: each number of phrases, pattern and phrase equally likely.

    Parameters
    ----------
    rng : numpy.random.Generator
    count : int
        How many.
    most, least : int, default 3 and 1
        Phrases in a text.
    test : bool
        True draws from the phrases held out, False (default) from the others.

    Returns
    -------
    Record
        `inputs` and `targets`, lists of lists of pieces, "." after each phrase; `phrases` (N,) int64, how many each
        text has.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its range.
    """
    check_rng(rng)
    check_size("least", least)
    check_size("most", most, least=least)
    patterns = pools(test)
    inputs, targets = [], []
    sizes = rng.integers(least, most + 1, check_size("count", count))
    for size in sizes:
        drawn = [patterns[k][rng.integers(len(patterns[k]))] for k in rng.integers(len(patterns), size=size)]
        inputs.append([piece for english, _ in drawn for piece in [*english, "."]])
        targets.append([piece for _, german in drawn for piece in [*german, "."]])
    return Record(inputs=inputs, targets=targets, phrases=sizes)


def vocabularies() -> tuple[Vocabulary, Vocabulary]:
    """Pieces of source and target, after signs for padding, the start, the end and the unknown."""
    signs = ["", "<s>", "</s>", "<?>"]
    pairs = [pair for test in (False, True) for pattern in pools(test) for pair in pattern]
    source, target = (
        Vocabulary([*signs, *sorted({piece for pair in pairs for piece in pair[side]} | {"."})], unknown="<?>")
        for side in (0, 1)
    )
    return source, target
