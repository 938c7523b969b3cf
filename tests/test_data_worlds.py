"""A phrase book, a shop, a table for seven: what their cards promise, found on another way."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from num2words import num2words

from rnnkit.data import booking, load, phrase_book, sessions


def phrases():
    return [list(p) for p in phrase_book.patterns(num2words, lambda n: num2words(n, lang="de"))]


def test_each_english_phrase_has_one_german_phrase():
    pairs = [pair for pattern in phrases() for pair in pattern]
    assert len(pairs) == len({english for english, _ in pairs}) == 5012
    lengths = [len(english.split()) for english, _ in pairs]
    assert (min(lengths), max(lengths)) == (5, 10)
    share = np.mean([phrase_book.held_out(english) for english, _ in pairs])
    assert share == pytest.approx(0.2, abs=0.02)


def test_german_endings_follow_gender_and_case():
    found = dict(pair for pattern in phrases() for pair in pattern)
    for english, german in {
        "I know that Anna has a red hat": "ich weiß , dass Anna einen roten Hut hat",
        "I know that Anna has a red bag": "ich weiß , dass Anna eine rote Tasche hat",
        "I know that Anna has a red book": "ich weiß , dass Anna ein rotes Buch hat",
        "I cannot find my small key": "ich kann meinen kleinen Schlüssel nicht finden",
        "I cannot find my small cup": "ich kann meine kleine Tasse nicht finden",
        "I cannot find my small shirt": "ich kann mein kleines Hemd nicht finden",
        "does Tom like the big coat": "mag Tom den großen Mantel",
        "does Tom like the big map": "mag Tom die große Karte",
        "does Tom like the big picture": "mag Tom das große Bild",
        "where is the new suitcase": "wo ist der neue Koffer",
        "where is the new ticket": "wo ist die neue Fahrkarte",
        "the tram to Kiel leaves at seven": "die Straßenbahn nach Kiel fährt um sieben ab",
        "the ship to Kiel leaves at two": "das Schiff nach Kiel fährt um zwei ab",
        "I want to buy two apples": "ich möchte zwei Äpfel kaufen",
        "yesterday Mary bought twelve hats": "gestern hat Mary zwölf Hüte gekauft",
        "my name is John and I am twenty-one years old": "mein Name ist John und ich bin einundzwanzig Jahre alt",
    }.items():
        assert found[english] == german


def test_no_phrase_of_the_test_part_is_trained_on():
    data = load("phrase_book", rng=np.random.default_rng(0), train=1500, test=800)
    train, test = ({" ".join(words) for words in data[part].inputs} for part in ("train", "test"))
    assert not train & test
    for part in ("train", "test"):
        for words, translated in zip(data[part].inputs, data[part].targets, strict=True):
            data.source.encode(words), data.target.encode(translated)


def test_the_ideal_recommender_beats_the_best_table_by_what_the_card_says():
    """The card's numbers from the chain itself: sums over runs of popular items, and over pairs of items."""
    E, A = sessions.emissions(), sessions.transitions()
    np.testing.assert_allclose([E.sum(1), A.sum(1)], 1)
    nats = hits = 0.0
    belief = np.eye(6)[0]  # an item of an interest gives it away; then n popular items follow
    for n in range(300):
        belief = belief @ A
        share, q = 0.4**n * 0.6, belief @ E
        nats, hits = nats - share * (q * np.log(q)).sum(), hits + share * np.sort(q)[-5:].sum()
    pairs = np.einsum("zi,zw,wj->ij", E / 6, A, E)
    table = pairs / pairs.sum(1, keepdims=True)
    best5 = np.take_along_axis(pairs, np.argsort(-table, 1)[:, :5], 1).sum()
    assert (nats, -(pairs * np.log(table)).sum()) == pytest.approx((2.789, 3.000), abs=6e-4)
    assert (hits, best5) == pytest.approx((0.59, 0.52), abs=5e-3)
    text = str(sessions.CARD)
    assert all(number in text for number in ("2.789", "3.000", "59 %", "52 %"))

    data = load("sessions", rng=np.random.default_rng(0), count=200, length=400)
    p = np.take_along_axis(data.ideal, data.targets[..., None], -1)[40:, :, 0]
    assert -np.log(p).mean() == pytest.approx(nats, abs=0.02)
    np.testing.assert_allclose(data.ideal.sum(-1), 1, atol=1e-12)


def test_probabilities_of_sessions_are_frequencies():
    """After a popular item at the third look, by counting two million drawn looks: interests are not yet forgotten."""
    data = load("sessions", rng=np.random.default_rng(1), count=150_000, length=3)
    counted = defaultdict(Counter)
    ideal = {}
    for past, item, q in zip(data.inputs.T, data.targets[-1], data.ideal[-1], strict=True):
        key = tuple(past)
        if key in ((0, 6, 0), (6, 0, 0), (14, 1, 0)):  # the popular item 0, and the first items of interests 0 and 1
            counted[key][item] += 1
            ideal[key] = q
    assert len(counted) == 3
    for key, found in counted.items():
        total = found.total()
        for item in range(54):
            spread = 5 * np.sqrt(ideal[key][item] / total) + 1e-9
            assert found[item] / total == pytest.approx(ideal[key][item], abs=spread)


# A reader of bookings, written from the card: words, and the question for what is bare.
PEOPLE, DAYS, FOOD = booking.VALUES["people"], booking.VALUES["day"], booking.VALUES["food"]


def understand(question, words, state):
    labels = ["O"] * len(words)
    for k, word in enumerate(words):
        before = words[k - 1] if k else ""
        if word in DAYS:
            labels[k] = "B-day"
        elif word in FOOD:
            labels[k] = "B-food"
        elif word == "half":
            labels[k : k + 3] = ["B-time", "I-time", "I-time"]
        elif word in booking.NUMBERS and labels[k] == "O":
            bare = "people" if question == "people" and before != "at" else "time"
            labels[k] = "B-people" if before in ("for", "are") else f"B-{bare}"
    state = dict(state)
    for k, label in enumerate(labels):
        if label.startswith("B"):
            size = next((n for n in range(1, len(words) - k) if not labels[k + n].startswith("I")), len(words) - k)
            state[label[2:]] = " ".join(words[k : k + size])
    return labels, state


def test_a_reader_who_knows_the_question_understands_every_booking():
    data = load("booking", rng=np.random.default_rng(0), train=600, test=200)
    for part in (data.train, data.test):
        for questions, turns, targets, states in zip(
            part.questions, part.inputs, part.targets, part.states, strict=True
        ):
            state = {}
            for question, words, target, after in zip(questions, turns, targets, states, strict=True):
                labels, state = understand(question, words, state)
                assert labels == [data.labels[n] for n in target] and state == after
            assert set(state) == set(data.slots)
            assert questions[0] == "" and all(questions[1:])


def test_without_the_question_the_same_words_mean_two_things():
    data = load("booking", rng=np.random.default_rng(1), train=2000).train
    meanings = defaultdict(Counter)
    for turns, targets in zip(data.inputs, data.targets, strict=True):
        for words, target in zip(turns, targets, strict=True):
            meanings[" ".join(words)][tuple(target)] += 1
    both = {words for words, found in meanings.items() if len(found) > 1}
    assert {"two", "seven", "eight"} <= both and all(words.split()[0] in PEOPLE for words in both)
    wrong = sum(found.total() - max(found.values()) for found in meanings.values())
    assert wrong > 50  # what the best reader of words alone gets wrong


def test_the_recogniser_mishears_as_often_as_asked_and_is_less_sure_then():
    clean = load("booking", rng=np.random.default_rng(2), train=300)
    assert all((c == 1).all() for turns in clean.train.confidence for c in turns)
    data = load("booking", rng=np.random.default_rng(2), train=1500, noise=0.3)
    sure, unsure, wrong, could = [], [], 0, 0
    for turns, targets, states, confidences in zip(
        data.train.inputs, data.train.targets, data.train.states, data.train.confidence, strict=True
    ):
        for words, target, state, confidence in zip(turns, targets, states, confidences, strict=True):
            for word, label, c in zip(words, target, confidence, strict=True):
                slot = data.labels[label][2:]
                if not slot or word not in booking.CONFUSED or (slot == "time" and " " in state["time"]):
                    continue
                misheard = word != state[slot]
                could, wrong = could + 1, wrong + misheard
                (unsure if misheard else sure).append(c)
    assert wrong / could == pytest.approx(0.3, abs=0.03)
    assert np.mean(sure) > np.mean(unsure) + 0.2 and min(unsure) >= 0 and max(sure) <= 1


def test_no_dialogue_of_the_test_part_is_trained_on():
    data = load("booking", rng=np.random.default_rng(3), train=800, test=200)
    train, test = ({str(turns) for turns in data[part].inputs} for part in ("train", "test"))
    assert not train & test
    for turns in data.train.inputs:
        for words in turns:
            data.vocabulary.encode(words)
    assert len(data.vocabulary) == 51 and len(data.labels) == 6


def test_bad_options():
    with pytest.raises(ValueError, match="noise: expected at least 0 and at most 1, got 2"):
        booking.load(rng=np.random.default_rng(0), noise=2)
    with pytest.raises(ValueError, match="length: expected at least 1"):
        sessions.load(rng=np.random.default_rng(0), length=0)
    with pytest.raises(TypeError, match="train: expected a whole number"):
        phrase_book.load(rng=np.random.default_rng(0), train=2.5)
