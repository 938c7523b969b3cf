"""Booking a table: what does the guest want, given what was just asked?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from rnnkit.arrays import check_number, check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset, Record
from rnnkit.data.vocabulary import Vocabulary

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
VALUES = {
    "people": NUMBERS[1:8],
    "day": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    "time": (*NUMBERS, *(f"half past {hour}" for hour in NUMBERS)),
    "food": ("chinese", "french", "greek", "indian", "italian", "spanish", "turkish"),
}
SLOTS = tuple(VALUES)
CLEAR = {"people": "for {} people", "day": "on {}", "time": "at {}", "food": "with {} food"}
ANSWERS = {
    "people": ("{}", "we are {}", CLEAR["people"]),
    "day": ("{}", "{} would be good", CLEAR["day"]),
    "time": ("{}", "{} please", CLEAR["time"]),
    "food": ("{}", "something {}", CLEAR["food"]),
}
CONFUSED = {  # words that sound alike, to a machine
    "one": "nine", "two": "ten", "three": "eight", "four": "five", "six": "seven", "eleven": "twelve",
    "monday": "sunday", "tuesday": "thursday", "friday": "saturday", "italian": "indian", "french": "chinese",
    "greek": "turkish",
}  # fmt: skip
CONFUSED |= {heard: said for said, heard in CONFUSED.items()}
LABELS = ("O", *(f"{place}-{slot}" for slot in SLOTS for place in "BI" if place == "B" or slot == "time"))

CARD = Card(
    name="booking",
    what="guests book a table in a dialogue; which words fill which slot?",
    source="Generated exactly. The system asks for the first empty slot of people, day, time and food. The guest "
    "answers, sometimes tells one thing more, and sometimes corrects an earlier answer instead. With a chance of "
    "`noise` the recogniser hears another word for a value.",
    licence="None needed.",
    size="400 train, 100 test dialogues by default; 2 turns or more, 4 in the mean; 51 words; 6 labels.",
    splits="By the SHA-256 of the guest's words, a fifth in test: no dialogue stands in both parts.",
    best="Without noise every word has one right label, given the question, or all that the guest said before, from "
    'which the question follows. From the words of a turn alone nobody can tell whether "seven" is a time or a number '
    "of people: the best guess, people, is wrong in 6 % of dialogues. With noise unknown.",
    citation="This book; slots from words: Mesnil, G. et al. (2015). Using recurrent neural networks for slot filling "
    "in spoken language understanding. IEEE/ACM Transactions on Audio, Speech, and Language Processing 23, 530-539.",
)

Turn = tuple[str, list[str], list[str], dict[str, str]]  # question, words, labels, state after it


def held_out(words: Sequence[Sequence[str]]) -> bool:
    """Tell whether a dialogue of these turns belongs to the test part."""
    return hashlib.sha256(" / ".join(" ".join(turn) for turn in words).encode()).digest()[0] < 256 / 5


def load(*, rng: np.random.Generator, train: int = 400, test: int = 100, noise: float = 0.0) -> Dataset:
    """Draw dialogues.

    Parameters
    ----------
    rng : numpy.random.Generator
    train, test : int, default 400 and 100
        Dialogues in each part.
    noise : float, default 0
        Chance that a word of a value is heard as another, 0 to 1. Above 0 the confidence is drawn, too, and tends to be
        low where the word is wrong.

    Returns
    -------
    Dataset
        `train`, `test`, each a list of dialogues: `questions` [[str]], the slot asked for in each turn, "" in the
        first; `inputs` [[[str]]], the words that were heard; `confidence` [[(T,)]] in 0..1; `targets` [[(T,)]] int64,
        the labels of the words; `states` [[dict]], what the guest has settled after each turn. Also `labels`, `slots`
        and `vocabulary`.
    """
    check_number("noise", noise, 0, 1)

    def draw(part: bool, count: int) -> Record:
        fields: dict[str, list] = {"questions": [], "inputs": [], "confidence": [], "targets": [], "states": []}
        while len(fields["inputs"]) < count:
            turns = _dialogue(rng)
            if held_out([words for _, words, _, _ in turns]) != part:
                continue
            heard = [_recognise(words, noise, rng) for _, words, _, _ in turns]
            fields["questions"].append([question for question, _, _, _ in turns])
            fields["inputs"].append([words for words, _ in heard])
            fields["confidence"].append([confidence for _, confidence in heard])
            fields["targets"].append([np.array([LABELS.index(label) for label in labels]) for _, _, labels, _ in turns])
            fields["states"].append([state for _, _, _, state in turns])
        return Record(**fields)

    frames = " ".join([*CLEAR.values(), *(answer for some in ANSWERS.values() for answer in some)])
    words = {*frames.split(), *" ".join(v for some in VALUES.values() for v in some).split()} - {"{}"}
    return Dataset(
        card=CARD,
        train=draw(False, check_size("train", train)),
        test=draw(True, check_size("test", test)),
        labels=LABELS,
        slots=SLOTS,
        vocabulary=Vocabulary(sorted({*words, *"i want to book a table and no make it".split()})),
    )


def _dialogue(rng: np.random.Generator) -> list[Turn]:
    """One dialogue, as it was meant."""
    state: dict[str, str] = {}
    turns: list[Turn] = []
    question = ""
    while len(state) < len(SLOTS):
        empty = [slot for slot in SLOTS if slot not in state and slot != question]
        said: list[tuple[str, str]] = []  # frames, and the slots that they fill
        if not question:
            said.append(("i want to book a table", ""))
            said += [(CLEAR[SLOTS[k]], SLOTS[k]) for k in rng.permutation(len(SLOTS))[: rng.integers(3)]]
        elif state and rng.random() < 0.15:
            wrong = list(state)[rng.integers(len(state))]
            said.append((f"no make it {CLEAR[wrong]}", wrong))
        else:
            said.append((ANSWERS[question][rng.integers(len(ANSWERS[question]))], question))
            if empty and rng.random() < 0.2:
                more = empty[rng.integers(len(empty))]
                said.append((f"and {CLEAR[more]}", more))
        words: list[str] = []
        labels: list[str] = []
        for frame, slot in said:
            for word in frame.split():
                if word != "{}":
                    words.append(word)
                    labels.append("O")
                    continue
                others = [value for value in VALUES[slot] if value != state.get(slot)]
                state[slot] = others[rng.integers(len(others))]
                words += state[slot].split()
                labels += [f"B-{slot}", *[f"I-{slot}"] * state[slot].count(" ")]
        turns.append((question, words, labels, dict(state)))
        question = next((slot for slot in SLOTS if slot not in state), "")
    return turns


def _recognise(words: list[str], noise: float, rng: np.random.Generator) -> tuple[list[str], np.ndarray]:
    """What the recogniser makes of a turn, and how sure it is of each word."""
    if not noise:
        return words, np.ones(len(words))
    wrong = [word in CONFUSED and rng.random() < noise for word in words]
    heard = [CONFUSED[word] if bad else word for word, bad in zip(words, wrong, strict=True)]
    return heard, np.where(wrong, rng.beta(3, 3, len(words)), rng.beta(9, 2, len(words)))
