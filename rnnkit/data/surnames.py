"""Which country does a surname come from?"""

from __future__ import annotations

import hashlib
import importlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.checks import some_of
from rnnkit.data.packages import folder
from rnnkit.data.record import Dataset, Record
from rnnkit.data.vocabulary import Vocabulary

LOCALES = {
    "Croatia": "hr_HR",
    "Estonia": "et_EE",
    "Finland": "fi_FI",
    "France": "fr_FR",
    "Germany": "de_DE",
    "Ireland": "ga_IE",
    "Italy": "it_IT",
    "Kenya": "en_KE",
    "Netherlands": "nl_NL",
    "Slovakia": "sk_SK",
    "Spain": "es_ES",
    "Sweden": "sv_SE",
    "United Kingdom": "en_GB",
}
DEFAULT = (
    "Croatia", "Estonia", "Finland", "France", "Germany", "Italy", "Kenya", "Netherlands", "Spain", "United Kingdom",
)  # fmt: skip
LONGEST = 20
LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "đ": "d", "ł": "l", "ı": "i", "’": "'"})

CARD = Card(
    name="surnames",
    what="surnames and the country they come from",
    source="Lists of last names by country in the package Faker, read whole, with nothing sampled.",
    licence="MIT (Faker).",
    size="10 countries × 300 names = 3,000; 3 to 20 letters; 28 symbols after folding.",
    splits="Fixed, by the SHA-256 of the name: in each country 210 train, 30 valid, 60 test. A name that several of "
    "the chosen countries share is left out, so each name has one right answer and stands in one part only. "
    "Related names (Matić, Matijević) may stand in different parts.",
    best="Unknown. Guessing one country gets 1 in 10.",
    citation="Faraglia, D. and contributors. Faker. https://github.com/joke2k/faker",
    packages=("Faker",),
)


def fold_name(name: str) -> str:
    """Return a name in small letters a–z, space, hyphen and apostrophe, its accents removed."""
    marks = unicodedata.normalize("NFKD", name.lower().translate(LETTERS))
    return "".join(letter for letter in marks if not unicodedata.combining(letter))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _names(locale: str) -> dict[str, str]:
    """Map each folded name of a locale to its name in small letters."""
    folder("Faker")
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    names: dict[str, str] = {}
    for name in sorted(provider.last_names):
        folded = fold_name(name)
        if re.fullmatch(rf"[a-z][a-z' -]{{1,{LONGEST - 1}}}", folded):
            names.setdefault(folded, unicodedata.normalize("NFC", name.lower()))
    return names


def load(*, countries: Sequence[str] = DEFAULT, per_country: int | None = 300, fold: bool = True) -> Dataset:
    """Load surnames by country.

    Parameters
    ----------
    countries : sequence of str, default: ten
        At least two of `rnnkit.data.surnames.LOCALES`.
    per_country : int or None, default 300
        At most so many names of each country, 10 or more; None takes all, and then countries differ in size.
    fold : bool, default True
        Write names in a–z, space, hyphen and apostrophe. False keeps accents, which give the country away
        (still in small letters). Names are compared, and split, in their folded form either way.

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `inputs` (list of str) and `targets` (N,) int64, in an order that mixes
        countries; `labels`, the countries; `vocabulary` of letters.

    Raises
    ------
    ValueError, TypeError
        For an unknown country or a bad number.
    """
    chosen = some_of("countries", countries, LOCALES, least=2)
    most = None if per_country is None else check_size("per_country", per_country, least=10)
    names = {country: _names(LOCALES[country]) for country in chosen}
    holders = Counter(folded for of_country in names.values() for folded in of_country)

    parts: dict[str, list[tuple[str, str, int]]] = {"train": [], "valid": [], "test": []}
    for label, country in enumerate(chosen):
        order = sorted(
            (_hash(folded), folded if fold else name, label)
            for folded, name in names[country].items()
            if holders[folded] == 1
        )[:most]
        test, valid = len(order) // 5, len(order) * 3 // 10
        parts["test"] += order[:test]
        parts["valid"] += order[test:valid]
        parts["train"] += order[valid:]

    records = {}
    for part, rows in parts.items():
        rows.sort(key=lambda row: _hash("order of " + row[1]))
        records[part] = Record(
            inputs=[name for _, name, _ in rows], targets=np.array([label for *_, label in rows], dtype=np.int64)
        )
    vocabulary = Vocabulary.of(name for record in records.values() for name in record.inputs)
    return Dataset(card=CARD, **records, labels=chosen, vocabulary=vocabulary)
