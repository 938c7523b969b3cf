"""One text for all language models: documentation strings, each paragraph once, as characters and as words."""

from __future__ import annotations

import re
from collections import Counter

from rnnkit.arrays import check_size
from rnnkit.data import docstrings
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset, Record
from rnnkit.data.vocabulary import Vocabulary

UNKNOWN = "<unknown>"
UNKNOWN_CHARACTER = "\ufffd"
BLANK = re.compile(r"\n\s*\n")
TOKEN = re.compile(
    r"""\n+[ ]*             # line breaks, and the indentation after them
    |[ ]?[^\W\d]\w*         # a word or name, with the space before it
    |[ ]?\d                 # each digit by itself
    |[ ]?([^\w\s])\1*       # one sign, or the same one repeated
    |[ ]+(?=[ ])|\s         # spaces that are left""",
    re.VERBOSE,
)

CARD = Card(
    name="language",
    what="the text of the language models: documentation strings of a package, each paragraph once",
    source="The set docstrings. Paragraphs are parted by empty lines and compared without regard to white space; one "
    "that stands in an earlier part, or earlier in its own, is left out, and so is a string of which nothing is left.",
    licence="BSD-3-Clause (NumPy, SciPy, scikit-learn, statsmodels).",
    size="numpy: 1,495,433 characters, 433,508 words (line breaks, signs and digits count as words); 102 characters "
    "and 3,481 words in the vocabularies, unknown ones included.",
    splits="As docstrings, by module. numpy: train 1,186,269 characters, 346,182 words; valid 234,060 and 66,207; test "
    "75,104 and 21,119. Lines may still repeat: 6.9 % of the test's runs of 13 words and signs stand in train (7.9 % "
    "with repeated paragraphs); of valid's, a part of which documents masked arrays after the plain ones, "
    "16.2 % (21.6 %).",
    best="Unknown.",
    citation="The packages' contributors; see each package's own citation.",
    packages=docstrings.PACKAGES,
)


def tokenise(text: str) -> list[str]:
    """Cut a text into words, signs, digits and line breaks; joined, they are the text again.

    The space before a word belongs to the word; indentation belongs to the line break before it.
    """
    return [match.group() for match in TOKEN.finditer(text)]


def fresh(texts: list[str], seen: set[str]) -> list[str]:
    """Leave out every paragraph already in `seen`, and add those that are kept to it."""
    kept = []
    for text in texts:
        paragraphs = []
        for paragraph in BLANK.split(text):
            key = " ".join(paragraph.split())
            if key and key not in seen:
                seen.add(key)
                paragraphs.append(paragraph.rstrip())
        if paragraphs:
            kept.append("\n\n".join(paragraphs))
    return kept


def load(*, package: str = "numpy", rare: int = 5) -> Dataset:
    """Load the text of the language models.

    Parameters
    ----------
    package : {"numpy", "scipy", "scikit-learn", "statsmodels"}, default "numpy"
        Whose documentation strings; see the set docstrings.
    rare : int, default 5
        A vocabulary holds what occurs in train at least so often; anything else is unknown.

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `text` (str), `docstrings` [str], `modules` [str], `characters` (N,) int64,
        `tokens` [str], and `words` (T,) int64, the numbers of the tokens; `characters` and `words`, the vocabularies,
        number 0 for the unknown.

    Raises
    ------
    ValueError
        For an unknown package.
    """
    check_size("rare", rare)
    source = docstrings.load(package=package)
    seen: set[str] = set()
    strings = {part: fresh(source[part].docstrings, seen) for part in ("train", "valid", "test")}
    texts = {part: docstrings.BREAK.join(kept) for part, kept in strings.items()}
    tokens = {part: tokenise(text) for part, text in texts.items()}

    def often(symbols, unknown):
        counts = Counter(symbols)
        return Vocabulary([unknown, *sorted(s for s in counts if counts[s] >= rare)], unknown=unknown)

    characters = often(texts["train"], UNKNOWN_CHARACTER)
    words = often(tokens["train"], UNKNOWN)
    return Dataset(
        card=CARD,
        **{
            part: Record(
                text=texts[part],
                docstrings=strings[part],
                modules=source[part].modules,
                characters=characters.encode(texts[part]),
                tokens=tokens[part],
                words=words.encode(tokens[part]),
            )
            for part in texts
        },
        characters=characters,
        words=words,
    )
