"""Sentences from film reviews: praise or blame?"""

from __future__ import annotations

import hashlib

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset, Record
from rnnkit.data.remote import Source, read
from rnnkit.data.vocabulary import Vocabulary

FOLDS = 10
LABELS = ("negative", "positive")
UNKNOWN = "<unknown>"
SOURCE = Source(
    name="rt-polarity",
    repository="dennybritz/cnn-text-classification-tf",
    commit="18762b459e21d9c70e5c242f8d43fc4e6db37a0d",
    folder="data/rt-polaritydata/",
    terms="For research; cite Pang and Lee (2005). The sentences belong to the writers of the reviews.",
    files={
        "rt-polarity.neg": "2d11cfbc790f1cd96d78339f41ce53ced1efa83cd22d37d6788fa3fe3d17e2fd",
        "rt-polarity.pos": "4134882974a28d0c7b5151256f0e33a6169984ee7372c279e673f1114f475d58",
    },
)

CARD = Card(
    name="rt-polarity",
    what="sentences from film reviews, half of them positive and half negative",
    source="The folder data/rt-polaritydata of github.com/dennybritz/cnn-text-classification-tf, at a fixed commit: "
    "Pang and Lee's sentence polarity data, there in UTF-8, with spaces around punctuation. A "
    "download of 1.2 MB.",
    licence=SOURCE.terms,
    size="5,331 positive and 5,331 negative sentences.",
    splits="Ten folds, fixed by the SHA-256 of the sentence: one is test, the next valid, the other eight are train. "
    "With fold 0, 1,116, 1,029 and 8,517 sentences. No sentence occurs twice; which share a review is not known.",
    best="Unknown. Guessing gets 1 in 2.",
    citation="Pang, B. and Lee, L. (2005). Seeing stars: exploiting class relationships for sentiment categorization "
    "with respect to rating scales. ACL, 115–124.",
)


def fold_of(sentence: str) -> int:
    """Return the fold, 0 to 9, to which a sentence belongs."""
    return int.from_bytes(hashlib.sha256(sentence.encode()).digest()[:4], "big") % FOLDS


def load(*, fold: int = 0) -> Dataset:
    """Load the sentences.

    Parameters
    ----------
    fold : int, default 0
        Which of the ten folds is test; the next is valid, and the other eight are train.

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `inputs` (list of list of str) and `targets` (N,) int64, 1 for positive, in
        an order that mixes the two; `labels`; `vocabulary` of the words of train, "<unknown>" first.

    Raises
    ------
    ValueError, TypeError, ConnectionError
        For a bad fold; otherwise as `rnnkit.data.remote.read`.
    """
    test = check_size("fold", fold, least=0, most=FOLDS - 1)
    rows: list[tuple[bytes, str, int]] = []
    for label, ending in enumerate(("neg", "pos")):
        for line in read(SOURCE, f"rt-polarity.{ending}").decode("utf-8").removesuffix("\n").split("\n"):
            rows.append((hashlib.sha256(b"order of " + line.encode()).digest(), line, label))
    parts: dict[str, list[tuple[str, int]]] = {"train": [], "valid": [], "test": []}
    for _, line, label in sorted(rows):
        place = (fold_of(line) - test) % FOLDS
        parts["test" if place == 0 else "valid" if place == 1 else "train"].append((line, label))
    records = {
        part: Record(
            inputs=[line.split() for line, _ in lines], targets=np.array([label for _, label in lines], dtype=np.int64)
        )
        for part, lines in parts.items()
    }
    vocabulary = Vocabulary.of(records["train"].inputs, unknown=UNKNOWN)
    return Dataset(card=CARD, **records, labels=LABELS, vocabulary=vocabulary)
