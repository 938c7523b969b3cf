"""A million characters of Shakespeare's plays."""

from __future__ import annotations

from rnnkit.data.card import Card
from rnnkit.data.record import Dataset, Record
from rnnkit.data.remote import Source, read
from rnnkit.data.vocabulary import Vocabulary

SOURCE = Source(
    name="tinyshakespeare",
    repository="karpathy/char-rnn",
    commit="6f9487a6fe5b420b7ca9afb0d7c078e37c1d1b4e",
    folder="data/tinyshakespeare/",
    terms="The text is in the public domain.",
    files={"input.txt": "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"},
)

CARD = Card(
    name="tinyshakespeare",
    what="scenes from Shakespeare's plays, one text of a million characters",
    source="The file data/tinyshakespeare/input.txt of github.com/karpathy/char-rnn, at a fixed commit. A download of "
    "1.1 MB.",
    licence=SOURCE.terms,
    size="1,115,394 characters; 65 symbols.",
    splits="Fixed: the last tenth is valid, as others have it. 1,003,854 and 111,540 characters.",
    best="Unknown. Nats per character on valid, counting on train: each character's own frequency 3.347, interpolated "
    "Kneser–Ney of order 2 2.484, order 5 1.561, order 7 1.517. Reported by others (README of "
    "github.com/karpathy/nanoGPT): transformers 1.88 after three minutes on a CPU, 1.4697 after three on an A100.",
    citation="Karpathy, A. (2015). The unreasonable effectiveness of recurrent neural networks. "
    "https://karpathy.github.io/2015/05/21/rnn-effectiveness/",
)


def load() -> Dataset:
    """Load the plays.

    Returns
    -------
    Dataset
        `train`, `valid`, each with `text` (str); `vocabulary` of characters, sorted.

    Raises
    ------
    ValueError, ConnectionError
        As `rnnkit.data.remote.read`.
    """
    text = read(SOURCE, "input.txt").decode("ascii")
    cut = len(text) * 9 // 10
    return Dataset(
        card=CARD, train=Record(text=text[:cut]), valid=Record(text=text[cut:]), vocabulary=Vocabulary.of([text])
    )
