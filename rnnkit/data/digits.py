"""Handwritten digits: as pictures, as sequences of rows, and as the English words for them."""

from __future__ import annotations

import gzip

import numpy as np

from rnnkit.data.card import Card
from rnnkit.data.packages import folder
from rnnkit.data.record import Dataset, Record
from rnnkit.data.vocabulary import Vocabulary

END = "."
VALID, TEST = 1297, 1497  # where these parts begin

CARD = Card(
    name="digits",
    what="8×8 pictures of handwritten digits, and the digits' names",
    source="The file digits.csv.gz in the package scikit-learn: the test part of the UCI set Optical Recognition of "
    "Handwritten Digits; names spelled by num2words.",
    licence="CC BY 4.0 (UCI); BSD-3-Clause (scikit-learn); LGPL-2.1 (num2words).",
    size="1,797 pictures of 8×8 grey levels 0..16, here divided by 16; 10 classes.",
    splits="Fixed, in the order of the file: 1,297 train, 200 valid, 300 test. "
    "Nothing is shuffled, so that neighbours in the file, which may be by one writer, stay in one part.",
    best="Unknown. The most frequent class of the training part gets about 1 in 10.",
    citation="Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten Digits. UCI Machine Learning "
    "Repository. doi:10.24432/C50P49",
    packages=("scikit-learn", "num2words"),
)


def load(*, language: str = "en") -> Dataset:
    """Load the handwritten digits.

    Parameters
    ----------
    language : str, default "en"
        Language of the digits' names, as num2words calls it ("de", "fr", ...).

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `images` (N, 8, 8) in [0, 1]; `inputs` (8, N, 8), the same with time first,
        a row of the picture at each tick; `targets` (N,) int64. Also `names`, ten str; `spelled` (L, 10) int64, name
        by column, padded with its end sign; `vocabulary` of the names' letters, the end sign "." first.

    Raises
    ------
    ValueError
        If num2words does not know the language.
    """
    folder("num2words")
    from num2words import num2words

    try:
        names = tuple(num2words(digit, lang=language) for digit in range(10))
    except NotImplementedError:
        raise ValueError(f"language: expected a code that num2words knows, such as 'en', got {language!r}") from None
    vocabulary = Vocabulary([END, *sorted(set("".join(names)))])
    length = max(map(len, names)) + 1
    spelled = np.stack([vocabulary.encode(name.ljust(length, END)) for name in names], axis=1)

    with gzip.open(folder("scikit-learn") / "datasets" / "data" / "digits.csv.gz", "rt", encoding="ascii") as file:
        table = np.loadtxt(file, delimiter=",")
    images, targets = table[:, :64].reshape(-1, 8, 8) / 16, table[:, 64].astype(np.int64)

    def part(start: int, stop: int | None) -> Record:
        some = images[start:stop]
        return Record(images=some, inputs=some.transpose(1, 0, 2).copy(), targets=targets[start:stop])

    return Dataset(
        card=CARD,
        train=part(0, VALID),
        valid=part(VALID, TEST),
        test=part(TEST, None),
        labels=tuple("0123456789"),
        names=names,
        spelled=spelled,
        vocabulary=vocabulary,
    )
