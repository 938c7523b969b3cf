"""Elman's simple sentences: two or three words, with nothing to say where one ends."""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset
from rnnkit.data.vocabulary import Vocabulary

CLASSES = {
    "noun human": ("man", "woman", "boy", "girl"),
    "noun animal": ("cat", "dog", "mouse"),
    "noun inanimate": ("book", "rock", "car"),
    "noun aggressive": ("dragon", "monster", "lion"),
    "noun fragile": ("glass", "plate"),
    "noun food": ("cookie", "bread", "sandwich"),
    "verb intransitive": ("think", "sleep", "exist"),
    "verb transitive": ("see", "chase", "like"),
    "verb agent-patient": ("move", "break"),
    "verb perception": ("smell", "see"),
    "verb destruction": ("break", "smash"),
    "verb eat": ("eat",),
}
TEMPLATES = (
    ("noun human", "verb eat", "noun food"),
    ("noun human", "verb perception", "noun inanimate"),
    ("noun human", "verb destruction", "noun fragile"),
    ("noun human", "verb intransitive"),
    ("noun human", "verb transitive", "noun human"),
    ("noun human", "verb agent-patient", "noun inanimate"),
    ("noun human", "verb agent-patient"),
    ("noun animal", "verb eat", "noun food"),
    ("noun animal", "verb transitive", "noun animal"),
    ("noun animal", "verb agent-patient", "noun inanimate"),
    ("noun animal", "verb agent-patient"),
    ("noun inanimate", "verb agent-patient"),
    ("noun aggressive", "verb destruction", "noun fragile"),
    ("noun aggressive", "verb eat", "noun human"),
    ("noun aggressive", "verb eat", "noun animal"),
    ("noun aggressive", "verb eat", "noun food"),
)

CARD = Card(
    name="sentences",
    what="a stream of sentences of two or three words from a small grammar; predict the next word",
    source="Generated exactly: a template, then a word for each of its classes, all equally likely. Templates and "
    "example words are those of the paper's tables, which print 12 classes and 16 templates where its text counts 13 "
    "and 15; the further members of each class are the words of its cluster diagram, which makes 29.",
    licence="None needed.",
    size="10,000 sentences, about 27,500 words; 29 different words.",
    splits="None; draw another stream to test.",
    best="`ideal` is the exact probability of each next word given all words so far (the filter over templates and "
    "places); its mean surprise is the least possible cross-entropy, about 1.94 nats a word, "
    "against 3.18 for the frequencies of words alone.",
    citation="Elman, J. L. (1990). Finding structure in time. Cognitive Science 14, 179–211.",
)


def next_word_probabilities(words: np.ndarray, vocabulary: Vocabulary) -> np.ndarray:
    r"""Return the exact probability of each next word, given all the words before it.

    The grammar is a hidden Markov chain whose states are the places in its templates. The filter keeps
    :math:`P(\text{state}_t \mid w_1 \dots w_t)`.

    Parameters
    ----------
    words : (T,) int
        A stream of whole sentences.
    vocabulary : Vocabulary

    Returns
    -------
    (T, 29) float64
        Row t is :math:`P(w_{t+1} \mid w_1 \dots w_t)`; the first row follows the first word.
    """
    places = [(template, place) for template in TEMPLATES for place in range(len(template))]
    emit = np.zeros((len(places), len(vocabulary)))
    move = np.zeros((len(places), len(places)))
    starts = np.array([place == 0 for _, place in places]) / len(TEMPLATES)
    for state, (template, place) in enumerate(places):
        members = CLASSES[template[place]]
        emit[state, vocabulary.encode(members)] = 1 / len(members)
        if place + 1 < len(template):
            move[state, state + 1] = 1
        else:
            move[state] = starts
    ideal = np.empty((len(words), len(vocabulary)))
    belief = starts
    for tick, word in enumerate(words):
        belief = belief * emit[:, word]
        belief = (belief / belief.sum()) @ move
        ideal[tick] = belief @ emit
    return ideal


def load(*, rng: np.random.Generator, sentences: int = 10_000) -> Dataset:
    """Draw a stream of simple sentences.

    Parameters
    ----------
    rng : numpy.random.Generator
    sentences : int, default 10000
        Number of sentences, 1 or more.

    Returns
    -------
    Dataset
        `words`, list of T + 1 str; `inputs` (T, 1, 29) one-hot words but the last; `targets` (T, 1) int64, the next
        word's number; `ideal` (T, 29), the exact probabilities of the next word; `best`, the mean of
        −log `ideal` at the targets, in nats; `starts` (T + 1,) bool, where a sentence begins (not for the network);
        `vocabulary`; `classes`, the grammar's words by class.
    """
    count = check_size("sentences", sentences)
    words: list[str] = []
    starts: list[bool] = []
    for choice in rng.integers(len(TEMPLATES), size=count):
        template = TEMPLATES[choice]
        words += [CLASSES[kind][rng.integers(len(CLASSES[kind]))] for kind in template]
        starts += [place == 0 for place in range(len(template))]
    vocabulary = Vocabulary.of(CLASSES.values())
    numbers = vocabulary.encode(words)
    ideal = next_word_probabilities(numbers[:-1], vocabulary)
    targets = numbers[1:]
    return Dataset(
        card=CARD,
        inputs=np.eye(len(vocabulary))[numbers[:-1]][:, None, :],
        targets=targets[:, None],
        ideal=ideal,
        best=float(-np.log(ideal[np.arange(len(targets)), targets]).mean()),
        words=words,
        starts=np.array(starts),
        vocabulary=vocabulary,
        classes=CLASSES,
    )
