"""Numbers read aloud, a phrase book, a shop, a table for seven: what their cards promise, found on another way."""

import re
from collections import Counter, defaultdict

import numpy as np
import pytest
from num2words import num2words

from rnnkit.data import booking, load, phrase_book, phrase_texts, sessions, tones


def test_tones_and_pauses_last_60_to_160_ms():
    """Read off the clean sound: a sample of exactly 0 is silence, but for one where a tone crosses it."""
    data = load("tones", rng=np.random.default_rng(0), count=60, snr=None)
    lasted = {True: [], False: []}
    for wave in data.waves:
        assert np.abs(wave).max() <= 1.125
        near = np.convolve(wave != 0, np.ones(9), "same") > 4  # most of nine samples
        edges = np.flatnonzero(np.diff(near))
        parts = np.diff([0, *edges + 1, len(wave)])
        assert len(parts) == 15  # 7 tones, 8 pauses
        lasted[True] += (parts[1::2] / tones.RATE).tolist()
        lasted[False] += (parts[0::2] / tones.RATE).tolist()
        assert parts[0] / tones.RATE >= 0.06 and len(wave) - edges[-1] >= 480
    for seconds in lasted.values():
        assert (min(seconds), max(seconds)) == pytest.approx((0.06, 0.16), abs=0.002)


# Two readers of number words, written from the two grammars.
EN = dict(zip("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
              "seventeen eighteen nineteen".split(), range(20), strict=True))  # fmt: skip
EN |= dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
DE = dict(zip("null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn "
              "siebzehn achtzehn neunzehn".split(), range(20), strict=True))  # fmt: skip
TENS = dict(
    zip("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split(), range(20, 100, 10), strict=True)
)


def english(words):
    thousands, _, rest = words.rpartition("thousand")
    hundreds, _, rest = rest.rpartition("hundred")
    ones = sum(EN[word] for word in re.split("[ -]", rest) if word not in ("", "and"))
    return 1000 * EN.get(thousands.strip(), 0) + 100 * EN.get(hundreds.strip(), 0) + ones


def german(word):
    thousands, _, rest = word.rpartition("tausend")
    hundreds, _, rest = rest.rpartition("hundert")
    rest = "ein" if rest == "eins" else rest
    units, _, tens = rest.rpartition("und")
    ones = TENS[tens] + DE.get(units, 0) if tens in TENS else DE[rest] if rest else 0
    return 1000 * DE.get(thousands, 0) + 100 * DE.get(hundreds, 0) + ones


def test_every_number_can_be_read_back_from_either_language():
    data = load("number_words")
    for part in (data.train, data.valid, data.test):
        for number, words, word in zip(part.numbers, part.inputs, part.targets, strict=True):
            assert english(words) == german(word) == number
    assert english("forty-seven") == german("siebenundvierzig") == 47


def phrases():
    return [list(p) for p in phrase_book.patterns(num2words, lambda n: num2words(n, lang="de"))]


def test_each_english_phrase_has_one_german_phrase():
    pairs = [pair for pattern in phrases() for pair in pattern]
    assert len(pairs) == len({english for english, _ in pairs}) == 4388
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
    plurals = "Äpfel Taschen Bücher Mäntel Tassen Hüte Schlüssel Karten Bilder Hemden Koffer Fahrkarten".split()
    assert [found[f"I want to buy two {thing[1]}"].split()[3] for thing in phrase_book.THINGS] == plurals
    assert [found[f"where is the {a} hat"].split()[3] for a in ("big", "cheap", "green", "new", "red", "small")] == [
        "große", "billige", "grüne", "neue", "rote", "kleine"]  # fmt: skip


def test_no_word_stands_in_phrases_of_test_alone():
    for pattern in phrases():
        for language in range(2):
            words = [{w for pair in pattern if phrase_book.held_out(pair[0]) == part for w in pair[language].split()}
                     for part in (False, True)]  # fmt: skip
            assert words[1] <= words[0]
    for seed in range(5):  # nor does a draw of the default size leave one out
        data = load("phrase_book", rng=np.random.default_rng(seed))
        for field in ("inputs", "targets"):
            train, test = ({w for words in data[part][field] for w in words} for part in ("train", "test"))
            assert test <= train


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


def test_sessions_are_as_the_card_describes_them():
    data = load("sessions", rng=np.random.default_rng(2), count=3000, length=40)
    special = data.inputs >= 6
    assert (data.interests == (data.inputs - 6) // 8)[special].all()  # an item of an interest gives it away
    assert (~special).mean() == pytest.approx(0.4, abs=0.005)
    assert (data.interests[1:] == data.interests[:-1]).mean() == pytest.approx(0.9, abs=0.003)
    assert np.bincount(data.interests[0], minlength=6) / 3000 == pytest.approx(1 / 6, abs=0.03)
    moved = (data.interests[1:] - data.interests[:-1])[data.interests[1:] != data.interests[:-1]] % 6
    assert np.bincount(moved)[1:] / len(moved) == pytest.approx(1 / 5, abs=0.02)
    for group, size in ((data.inputs[~special], 6), ((data.inputs[special] - 6) % 8, 8)):
        shares = np.bincount(group, minlength=size) / len(group)
        assert shares / shares[0] == pytest.approx(1 / np.arange(1, size + 1), abs=0.02)


def test_probabilities_of_sessions_are_frequencies():
    """After a popular item at the third look, by counting in 150,000 sessions: interests are not yet forgotten."""
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


def test_what_the_guest_said_before_tells_the_question():
    data = load("booking", rng=np.random.default_rng(4), train=500).train
    for turns, questions, states in zip(data.inputs, data.questions, data.states, strict=True):
        state, asked = {}, ""
        for words, question, after in zip(turns, questions, states, strict=True):
            assert asked == question
            _, state = understand(asked, words, state)
            assert state == after
            asked = next((slot for slot in ("people", "day", "time", "food") if slot not in state), "")


def test_guests_tell_more_correct_themselves_and_take_four_turns_in_the_mean():
    data = load("booking", rng=np.random.default_rng(5), train=5000).train
    turns = np.array([len(turns) for turns in data.inputs])
    assert turns.min() == 2 and turns.mean() == pytest.approx(4, abs=0.1)
    first = [turns[0] for turns in data.inputs]
    assert all(words[:6] == "i want to book a table".split() for words in first)
    later = [(words, old, new) for turns, states in zip(data.inputs, data.states, strict=True)
             for words, old, new in zip(turns[1:], states, states[1:], strict=False)]  # fmt: skip
    corrected = [(old, new) for words, old, new in later if words[0] == "no" and old]
    assert len(corrected) / sum(bool(old) for _, old, _ in later) == pytest.approx(0.15, abs=0.01)
    for old, new in corrected:
        assert set(old) == set(new) and sum(old[slot] != new[slot] for slot in old) == 1
    answers = [words for words, old, _ in later if words[0] != "no" and len(old) < 3]
    assert np.mean(["and" in words for words in answers]) == pytest.approx(0.2, abs=0.02)
    assert all("and" not in words for words, old, _ in later if words[0] != "no" and len(old) == 3)


def test_without_the_question_the_same_words_mean_two_things():
    data = load("booking", rng=np.random.default_rng(1), train=20000).train
    meanings = defaultdict(Counter)
    for turns, targets in zip(data.inputs, data.targets, strict=True):
        for words, target in zip(turns, targets, strict=True):
            meanings[" ".join(words)][tuple(target)] += 1
    both = {words for words, found in meanings.items() if len(found) > 1}
    assert {"two", "seven", "eight"} <= both and all(words.split()[0] in PEOPLE for words in both)
    wrong = sum(found.total() - max(found.values()) for found in meanings.values())
    assert wrong / 20000 == pytest.approx(0.06, abs=0.005)  # what the best reader of words alone gets wrong
    assert "6 %" in booking.CARD.best


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
    assert all(map(booking.held_out, data.test.inputs)) and not any(map(booking.held_out, data.train.inputs))
    assert np.mean([booking.held_out([[str(n)]]) for n in range(5000)]) == pytest.approx(0.2, abs=0.02)
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


def test_pieces_join_to_the_phrases_they_were_cut_from():
    for english, german in (pair for pattern in phrases() for pair in pattern):
        assert phrase_texts.joined(phrase_texts.english_pieces(english)) == english
        assert phrase_texts.joined(phrase_texts.german_pieces(german)) == german
    for n in range(1000):
        word = num2words(n, lang="de")
        assert phrase_texts.joined(phrase_texts.german_pieces(word)) == word
    assert phrase_texts.german_pieces("dreihunderteinundzwanzig") == ["drei+", "hundert+", "ein+", "und+", "zwanzig"]
    assert phrase_texts.german_pieces("siebzig und ein Achtel") == ["siebzig", "und", "ein", "Achtel"]


def test_texts_hold_as_many_phrases_as_asked_and_no_number_or_sentence_of_the_other_part():
    rng = np.random.default_rng(0)
    seen = {}
    for test in (False, True):
        record = phrase_texts.load(rng=rng, count=600, most=3, least=2, test=test)
        assert set(record.phrases) == {2, 3}
        cut = [" ".join(x).split(" .") for x in record.inputs]
        assert [len(x) - 1 for x in cut] == record.phrases.tolist()
        assert [w.count(".") for w in record.targets] == record.phrases.tolist()
        seen[test] = {phrase.strip() for x in cut for phrase in x[:-1]}
    shared = seen[False] & seen[True]
    assert shared == {f"my name is {name}" for name in phrase_book.NAMES}
    source, target = phrase_texts.vocabularies()
    assert source.symbols[:4] == target.symbols[:4] == ("", "<s>", "</s>", "<?>")
    assert source.encode(["my", "Ada"]).tolist() == [source.numbers["my"], 3]
    assert phrase_texts.pools(True) is phrase_texts.pools(True)  # spelled once
    with pytest.raises(ValueError, match="most"):
        phrase_texts.load(rng=rng, count=5, most=1, least=2)
