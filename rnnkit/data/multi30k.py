"""Captions of photographs, in English and in German."""

from __future__ import annotations

import gzip

from rnnkit.data.card import Card
from rnnkit.data.record import Dataset, Record
from rnnkit.data.remote import Source, read

FILES = {"train": "train", "valid": "val", "test": "test_2016_flickr"}
SOURCE = Source(
    name="multi30k",
    repository="multi30k/dataset",
    commit="a3d2e0d26b56f3846f66a952536ffed4e401d05a",
    folder="data/task1/raw/",
    terms="See the repository github.com/multi30k/dataset; cite Elliott et al. (2016).",
    files={
        "test_2016_flickr.de.gz": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
        "test_2016_flickr.en.gz": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
        "train.de.gz": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
        "train.en.gz": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
        "val.de.gz": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
        "val.en.gz": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    },
)

CARD = Card(
    name="multi30k",
    what="captions of photographs in English, and their translations into German",
    source="Task 1, raw, of github.com/multi30k/dataset, at a fixed commit. A download of 1.3 MB.",
    licence=SOURCE.terms,
    size="29,000 train, 1,014 valid, 1,000 test pairs.",
    splits="Those of the shared task of 2016; test is test_2016_flickr.",
    best="Unknown.",
    citation="Elliott, D., Frank, S., Sima'an, K. and Specia, L. (2016). Multi30K: multilingual English-German image "
    "descriptions. Workshop on Vision and Language, 70–74.",
)


def load() -> Dataset:
    """Load the pairs of captions.

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `english` and `german` (lists of str), line by line translations of each
        other, as they were written but for blanks at the ends.

    Raises
    ------
    ValueError, ConnectionError
        As `rnnkit.data.remote.read`.
    """

    def lines(file: str) -> list[str]:
        text = gzip.decompress(read(SOURCE, file)).decode("utf-8")
        return [line.strip() for line in text.removesuffix("\n").split("\n")]

    return Dataset(
        card=CARD,
        **{part: Record(english=lines(f"{file}.en.gz"), german=lines(f"{file}.de.gz")) for part, file in FILES.items()},
    )
