"""Names that are new: persons, places and products in tweets and comments."""

from __future__ import annotations

from rnnkit.data.card import Card
from rnnkit.data.record import Dataset, Record
from rnnkit.data.remote import Source, read
from rnnkit.data.vocabulary import Vocabulary

KINDS = ("corporation", "creative-work", "group", "location", "person", "product")
LABELS = ("O", *(f"{place}-{kind}" for kind in KINDS for place in "BI"))
UNKNOWN = "<unknown>"
FILES = {"train": "wnut17train.conll", "valid": "emerging.dev.conll", "test": "emerging.test.annotated"}
SOURCE = Source(
    name="wnut17",
    repository="leondz/emerging_entities_17",
    commit="e52a2d2a71ac1a051ca2d532eef28653c5c02603",
    folder="",
    terms="CC BY 4.0; cite Derczynski et al. (2017).",
    files={
        "emerging.dev.conll": "e053b752b8155113ca66e7db08af5f2f5f43ab993694e4774f1ec5bad42312d8",
        "emerging.test.annotated": "2aa79b764e56ec9264a1b30fdd9b70195bd00ff400b62edd8f399d5f13c178f0",
        "wnut17train.conll": "731820e13f71af324c6b55a1575ec2ce59fbaa2a0806f8f0400b98d56cd6a7a5",
    },
)

CARD = Card(
    name="wnut17",
    what="tweets and comments, each word tagged with the emerging entity that it begins or continues",
    source="Three files of github.com/leondz/emerging_entities_17, at a fixed commit. A download of 0.8 MB.",
    licence=SOURCE.terms,
    size="3,394 train, 1,009 valid, 1,287 test sentences; 6 kinds of entities; 13 tags.",
    splits="Those of the shared task WNUT 2017.",
    best="Unknown. Tagging every word O is right for 92.6 % of the words of test and finds no entity, so count "
    "entities, not words.",
    citation="Derczynski, L., Nichols, E., van Erp, M. and Limsopatham, N. (2017). Results of the WNUT2017 shared task "
    "on novel and emerging entity recognition. W-NUT, 140–147. doi:10.18653/v1/W17-4418",
)


def load() -> Dataset:
    """Load the tagged sentences.

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `inputs` (list of list of str) and `targets`, list of (T,) int64 into
        `labels`: "O", or "B-" or "I-" with the kind of entity that begins or goes on there. Also `vocabulary` of the
        words of train, "<unknown>" first.

    Raises
    ------
    ValueError, ConnectionError
        As `rnnkit.data.remote.read`.
    """
    tags = Vocabulary(LABELS)
    records = {}
    for part, file in FILES.items():
        sentences: list[list[list[str]]] = [[]]
        for line in read(SOURCE, file).decode("utf-8").split("\n"):
            if line.strip():
                sentences[-1].append(line.split("\t"))
            elif sentences[-1]:  # sentences end at a line that is empty, or holds a lone tab
                sentences.append([])
        records[part] = Record(
            inputs=[[word for word, _ in sentence] for sentence in sentences if sentence],
            targets=[tags.encode(tag for _, tag in sentence) for sentence in sentences if sentence],
        )
    vocabulary = Vocabulary.of(records["train"].inputs, unknown=UNKNOWN)
    return Dataset(card=CARD, **records, labels=LABELS, vocabulary=vocabulary)
