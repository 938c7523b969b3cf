"""Numbers in words, English to German: twenty-one is einundzwanzig."""

from __future__ import annotations

import hashlib

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.packages import folder
from rnnkit.data.record import Dataset, Record
from rnnkit.data.vocabulary import Vocabulary

CARD = Card(
    name="number_words",
    what="numbers spelled in English, and the same in German",
    source="Spelled by the package num2words; commas left out.",
    licence="LGPL-2.1 (num2words).",
    size="10,000 numbers, 0 to 9,999: English of up to 46 signs, German of up to 42; 21 letters and signs each.",
    splits="Fixed, by the SHA-256 of the number: 7,953 train, 1,013 valid, 1,034 test.",
    best="Exact match 1: in both languages every number has a name of its own. Units and tens change "
    "places: forty-seven is siebenundvierzig, seven-and-forty.",
    citation="Savoir-faire Linux. num2words. https://github.com/savoirfairelinux/num2words",
    packages=("num2words",),
)


def part(number: int) -> str:
    """Return the part that a number belongs to."""
    digit = hashlib.sha256(str(number).encode()).digest()[0]
    return "test" if digit < 26 else "valid" if digit < 51 else "train"


def load(*, below: int = 10_000) -> Dataset:
    """Spell the numbers from 0.

    Parameters
    ----------
    below : int, default 10000
        How many numbers, 100 to 1,000,000.

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `inputs` and `targets`, lists of str in English and German, and `numbers`
        (N,) int64, rising; `source` and `target`, vocabularies of the two languages' letters, without a sign for the
        end: `Vocabulary([".", *target])` adds one.
    """
    numbers = range(check_size("below", below, least=100, most=1_000_000))
    folder("num2words")
    from num2words import num2words

    english = [num2words(number).replace(",", "") for number in numbers]
    german = [num2words(number, lang="de") for number in numbers]

    def record(name: str) -> Record:
        mine = [number for number in numbers if part(number) == name]
        return Record(
            inputs=[english[number] for number in mine],
            targets=[german[number] for number in mine],
            numbers=np.array(mine, dtype=np.int64),
        )

    return Dataset(
        card=CARD,
        train=record("train"),
        valid=record("valid"),
        test=record("test"),
        source=Vocabulary.of(english),
        target=Vocabulary.of(german),
    )
