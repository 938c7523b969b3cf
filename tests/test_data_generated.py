"""Generated sets are exact: every optimum that a card states is verified by counting or by brute force."""

from collections import Counter, defaultdict
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit.data import card, letters, load, motor, reviews, sentences, tagging

counts = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)
examples = settings(max_examples=30, deadline=None)


def rng(seed=0):
    return np.random.default_rng(seed)


# Temporal XOR


@examples
@given(seeds, counts)
def test_every_third_bit_is_the_exclusive_or(seed, triples):
    data = load("temporal_xor", rng=rng(seed), triples=triples)
    first, second, third = data.bits.reshape(-1, 3).T
    assert np.array_equal(first ^ second, third)
    assert np.array_equal(data.inputs[:, 0, 0], data.bits[:-1]) and np.array_equal(data.targets[:, 0, 0], data.bits[1:])
    assert data.inputs.shape == data.targets.shape == (3 * triples - 1, 1, 1)


def test_temporal_xor_ideal_is_the_least_error():
    """All streams of three triples: the variance of the next bit among streams with the same past."""
    streams = [
        [bit for a, b in zip(pairs[::2], pairs[1::2], strict=True) for bit in (a, b, a ^ b)]
        for pairs in product((0, 1), repeat=6)
    ]
    ideal = load("temporal_xor", rng=rng(), triples=3).ideal
    for tick in range(8):
        following = defaultdict(list)
        for stream in streams:
            following[tuple(stream[: tick + 1])].append(stream[tick + 1])
        assert all(np.var(bits) == ideal[tick] for bits in following.values())


def test_temporal_xor_has_elmans_size():
    data = load("temporal_xor", rng=rng())
    assert len(data.bits) == 3000 and len(data.inputs) == 2999
    assert [set(data.ideal[data.position == place]) for place in range(3)] == [{0.25}, {0.25}, {0.0}]


# Letters in words


def test_letters_ideal_is_the_expectation():
    """All streams of four words: the mean code of the next letter among streams with the same past."""
    following = defaultdict(list)
    for words in product(letters.WORDS, repeat=4):
        text = "".join(words)
        for tick in range(len(text) - 1):
            following[text[: tick + 1]].append(letters.CODES[text[tick + 1]])
    for seed in range(20):
        data = load("letters", rng=rng(seed), words=4)
        for tick in range(len(data.text) - 1):
            codes = np.array(following[data.text[: tick + 1]])
            assert np.allclose(data.ideal[tick, 0], codes.mean(axis=0), atol=1e-15)
            assert np.isclose(codes.var(axis=0).sum(), 4 / 9 if data.consonant_next[tick] else 0)


@examples
@given(seeds, st.integers(2, 30))
def test_letters_spell_words(seed, words):
    data = load("letters", rng=rng(seed), words=words)
    assert data.text.replace("dii", "-").replace("guuu", "-").replace("ba", "-") == "-" * words
    for tick, letter in enumerate(data.text[:-1]):
        assert tuple(data.inputs[tick, 0]) == letters.CODES[letter]
        assert tuple(data.targets[tick, 0]) == letters.CODES[data.text[tick + 1]]
        assert data.consonant_next[tick] == (data.text[tick + 1] in "bdg")
    assert np.array_equal(data.codes, [letters.CODES[letter] for letter in data.vocabulary])
    assert data.features[0] == "consonant" and data.codes.shape == (6, 6)


# Elman's sentences


def test_the_lexicon_and_templates_have_the_sizes_of_the_tables():
    assert len(sentences.CLASSES) == 12 and len(sentences.TEMPLATES) == 16
    assert len({word for members in sentences.CLASSES.values() for word in members}) == 29
    assert {kind for template in sentences.TEMPLATES for kind in template} == set(sentences.CLASSES)


def test_next_word_probabilities_by_brute_force():
    """All streams of two sentences, with their exact probabilities."""
    single = [
        (words, 1 / len(sentences.TEMPLATES) / np.prod([len(sentences.CLASSES[kind]) for kind in template]))
        for template in sentences.TEMPLATES
        for words in product(*(sentences.CLASSES[kind] for kind in template))
    ]
    following = defaultdict(Counter)
    for (one, p), (two, q) in product(single, repeat=2):
        stream = one + two
        for tick in range(3):  # the fourth word always lies within two sentences
            following[stream[: tick + 1]][stream[tick + 1]] += p * q
    vocabulary = load("sentences", rng=rng(), sentences=1).vocabulary
    pasts = sorted(following)
    for past in [*pasts[:29], *pasts[:: len(pasts) // 100]]:
        expected = np.array([following[past][word] for word in vocabulary])
        ideal = sentences.next_word_probabilities(vocabulary.encode(past), vocabulary)
        assert np.allclose(ideal[-1], expected / expected.sum(), atol=1e-14)


def test_sentences_stream():
    data = load("sentences", rng=rng())
    kinds = {word: {kind for kind, members in data.classes.items() if word in members} for word in data.vocabulary}
    starts = np.flatnonzero(data.starts)
    assert len(starts) == 10_000 and 27_000 < len(data.words) < 28_000
    for start, stop in zip(starts, [*starts[1:], len(data.words)], strict=True):
        sentence = data.words[start:stop]
        assert any(
            len(template) == len(sentence)
            and all(kind in kinds[word] for kind, word in zip(template, sentence, strict=True))
            for template in sentences.TEMPLATES
        )
    numbers = data.vocabulary.encode(data.words)
    assert np.array_equal(data.inputs[:, 0].argmax(axis=1), numbers[:-1]) and (data.inputs.sum(axis=2) == 1).all()
    assert np.array_equal(data.targets[:, 0], numbers[1:])
    assert np.allclose(data.ideal.sum(axis=1), 1) and (data.ideal[np.arange(len(numbers) - 1), numbers[1:]] > 0).all()


def test_sentences_best_is_about_what_the_card_says():
    bests, entropies, surprises = [], [], []
    for seed in range(5):
        data = load("sentences", rng=rng(seed))
        bests.append(data.best)
        logs = np.log(np.where(data.ideal > 0, data.ideal, 1))
        entropies.append(-(data.ideal * logs).sum(axis=1).mean())
        frequency = np.bincount(data.targets[:, 0]) / len(data.targets)
        surprises.append(-(frequency * np.log(frequency)).sum())
    assert np.allclose(bests, 1.94, atol=0.02) and np.allclose(surprises, 3.18, atol=0.01)
    assert np.allclose(bests, entropies, atol=0.02)  # calibrated: mean surprise equals mean entropy
    assert "1.94" in card("sentences").best and "3.18" in card("sentences").best


# Motor sequences


@pytest.mark.parametrize("length", [8, 12, 24, 40])
@pytest.mark.parametrize("laps", [1, 2, 3])
def test_what_the_last_output_tells(length, laps):
    data = load("motor", length=length, laps=laps)
    ticks, plans = length * laps, 4
    assert data.inputs.shape == (ticks, plans, plans) and data.targets.shape == (ticks, plans, 2)
    assert np.array_equal(data.inputs, np.tile(np.eye(plans), (ticks, 1, 1)))
    assert np.abs(data.targets).max() <= 1
    assert np.array_equal(data.targets[:length], data.targets[-length:])
    for plan in range(plans):
        path = [tuple(point) for point in data.targets[:, plan]]
        error = 0.0
        for tick in range(1, ticks):
            others = np.array([path[k] for k in range(1, ticks) if path[k - 1] == path[tick - 1]])
            error += ((path[tick] - others.mean(axis=0)) ** 2).sum() / 2 / (ticks - 1)
        assert np.isclose(data.best_from_output[plan], error, atol=1e-15)
    circle, back, eight, line = data.best_from_output
    assert circle == back == 0 and line > 0
    crossings = 2 * laps
    assert np.isclose(eight, crossings * np.sin(2 * np.pi / length) ** 2 / (2 * (ticks - 1)))


def test_motor_plans_can_be_chosen():
    data = load("motor", plans=["eight"], laps=1)
    assert data.inputs.shape == (24, 1, 1) and data.vocabulary.symbols == ("eight",)
    assert motor.best_from_output(np.zeros((2, 2))) == 0


# Parity, echo, addition


@examples
@given(seeds, counts, st.integers(1, 12), st.sampled_from(["every", "last"]))
def test_parity(seed, count, length, answer):
    data = load("parity", rng=rng(seed), count=count, length=length, answer=answer)
    assert data.inputs.shape == data.targets.shape == (length, count, 1) and data.mask.shape == (length, count)
    for one in range(count):
        odd = 0
        for tick in range(length):
            odd ^= int(data.inputs[tick, one, 0])
            assert data.targets[tick, one, 0] == odd
            assert data.mask[tick, one] == (answer == "every" or tick == length - 1)


def test_parity_without_one_bit_is_chance():
    """Among all strings of seven bits, hide one bit: each of the rest is followed by both answers."""
    answers = Counter((bits[:3] + bits[4:], sum(bits) % 2) for bits in product((0, 1), repeat=7))
    assert len(answers) == 2**7 and set(answers.values()) == {1}


@examples
@given(seeds, counts, st.integers(1, 10), st.integers(2, 5), st.data())
def test_echo(seed, count, length, symbols, draw):
    delay = draw.draw(st.integers(0, length - 1))
    data = load("echo", rng=rng(seed), count=count, length=length, symbols=symbols, delay=delay)
    assert data.inputs.shape == (length, count, symbols)
    assert np.array_equal(data.inputs.argmax(axis=2), data.symbols) and (data.inputs.sum(axis=2) == 1).all()
    for tick in range(length):
        assert (data.mask[tick] == (tick >= delay)).all()
        assert np.array_equal(data.targets[tick], data.symbols[tick - delay] if tick >= delay else np.zeros(count))


@examples
@given(seeds, counts, st.integers(1, 60))
def test_addition(seed, count, bits):
    data = load("addition", rng=rng(seed), count=count, bits=bits)
    assert data.inputs.shape == (bits + 1, count, 2) and data.targets.shape == (bits + 1, count, 1)
    for one in range(count):
        a, b, total = (
            sum(int(bit) << tick for tick, bit in enumerate(column))
            for column in (data.inputs[:, one, 0], data.inputs[:, one, 1], data.targets[:, one, 0])
        )
        assert a + b == total
        plain = data.inputs[:, one].sum(axis=1) % 2
        assert np.array_equal(plain != data.targets[:, one, 0], data.carry[:, one])


def test_a_carry_comes_as_often_as_the_card_says():
    """All pairs of four-bit numbers; a carry is rarer than none, so the sum without it is the best without memory."""
    pairs = list(product(range(16), repeat=2))
    for tick in range(5):
        carries = sum(a % 2**tick + b % 2**tick >= 2**tick for a, b in pairs)
        assert carries / len(pairs) == (1 - 2.0**-tick) / 2 < 0.5
        # Given the bits that come in, too: the carry depends on lower bits alone.
        if tick < 4:
            by_bits = Counter()
            for a, b in pairs:
                by_bits[a >> tick & 1, b >> tick & 1, a % 2**tick + b % 2**tick >= 2**tick] += 1
            assert all(by_bits[x, y, True] * 4 == carries for x, y in product((0, 1), repeat=2))


# Reviews


def parse(words):
    """Read a review by an independent rule: sentiment of the clause that decides."""

    def sentiment(clause):
        return (clause[-1] in reviews.ADJECTIVES[1]) ^ ("not" in clause)

    if words[0] == "although":
        return sentiment(words[words.index(",") + 1 :])
    for joint in ("although", "and"):
        if joint in words:
            return sentiment(words[: words.index(joint)])
    return sentiment(words[words.index("but") + 1 :] if "but" in words else words)


def test_word_counts_decide_as_often_as_the_card_says():
    everything = {form: list(reviews.reviews(form)) for form in reviews.FORMS}
    assert sum(map(len, everything.values())) == 21_120 == len({w for rows in everything.values() for w, _ in rows})
    for form, rows in everything.items():
        bags = {True: defaultdict(Counter), False: defaultdict(Counter)}
        for words, label in rows:
            assert label == parse(words) and 4 <= len(words) <= 12
            bags[reviews.held_out(words)][tuple(sorted(words))][label] += 1
        assert sum(label for _, label in rows) * 2 == len(rows)
        for part in bags.values():
            best = sum(max(labels.values()) for labels in part.values()) / sum(sum(c.values()) for c in part.values())
            assert best == (1 if form in ("plain", "and") else 0.5)
            if form in ("but", "although"):  # exactly balanced for each bag of words
                assert all(labels[0] == labels[1] for labels in part.values())
    words_by_form = [{frozenset(Counter(w).items()) for w, _ in rows} for rows in everything.values()]
    assert sum(map(len, words_by_form)) == len(set().union(*words_by_form))  # a bag tells its form


def test_three_neighbouring_words_decide():
    """A three-word window at the end of the first clause gives the label of every review with two clauses."""
    for form in ("and", "but", "although"):
        labels = defaultdict(set)
        for words, label in reviews.reviews(form):
            joint = next(place for place in range(1, len(words)) if words[place] in (form, ","))
            labels[words[joint - 2 : joint + 1]].add(label)
        assert {len(found) for found in labels.values()} == {1}


@settings(max_examples=10, deadline=None)
@given(seeds, st.sets(st.sampled_from(reviews.FORMS), min_size=1))
def test_reviews(seed, forms):
    forms = tuple(form for form in reviews.FORMS if form in forms)
    data = load("reviews", rng=rng(seed), train=40, test=20, forms=forms)
    assert (
        len(data.train.inputs) == len(data.train.targets) == len(data.train.forms) == 40 and len(data.test.inputs) == 20
    )
    assert data.best_of_counts == np.mean([{"plain": 1, "and": 1}.get(form, 0.5) for form in forms])
    for part, held in (data.train, False), (data.test, True):
        for words, label, form in zip(part.inputs, part.targets, part.forms, strict=True):
            assert parse(words) == label and form in forms and reviews.held_out(words) == held
            data.vocabulary.encode(words)
    assert len(data.vocabulary) == 23 and data.labels[1] == "positive"
    bags = [{tuple(sorted(words)) for words in part.inputs} for part in (data.train, data.test)]
    assert not bags[0] & bags[1]


# Tagging


def tag(words, tick):
    """Tag a word by an independent rule that sees it and the words before it."""
    word, before = words[tick], words[:tick]
    if word == "toy" or word in tagging.THINGS or before[-1:] == ["toy"]:
        return "PRODUCT"
    if not word[0].isupper():
        return "O"
    place = before[-1:] in (["in"], ["from"], ["showed"]) or (before[-1:] == ["to"] and "flew" in before)
    return "PLACE" if place else "PERSON"


def test_tags_follow_from_the_past_and_test_names_are_new():
    data = load("tagging", rng=rng())
    people = {}
    for part in "train", "test":
        people[part] = set()
        for words, tags in zip(data[part].inputs, data[part].targets, strict=True):
            assert [data.labels[number] for number in tags] == [tag(words, tick) for tick in range(len(words))]
            assert 4 <= len(words) <= 7
            people[part] |= {word for word in words if word[0].isupper() and word not in tagging.PLACES}
    assert len(people["test"]) > 50 and not people["train"] & people["test"]
    for words in data.train.inputs:
        assert data.vocabulary.unknown not in data.vocabulary.decode(data.vocabulary.encode(words))
    assert not people["test"] & set(data.vocabulary)
    train, test = tagging.first_names()
    assert set(train) & set(test) == set(tagging.PLACES[:8])


def test_best_of_word_by_counting_many_sentences():
    data = load("tagging", rng=rng(), train=20_000, test=1)
    tags = defaultdict(Counter)
    for words, numbers in zip(data.train.inputs, data.train.targets, strict=True):
        for word, number in zip(words, numbers, strict=True):
            tags[word][number] += 1
    right, total = sum(max(c.values()) for c in tags.values()), sum(sum(c.values()) for c in tags.values())
    assert abs(right / total - data.best_of_word) < 0.004
    assert 0.9 < data.best_of_word < 0.96
