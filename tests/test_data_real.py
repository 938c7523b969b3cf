"""Real sets, as the locked packages ship them: counts, hashes, parts that do not leak."""

import hashlib
import importlib.metadata
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from rnnkit.data import card, chorales, docstrings, language, load, shuffled, surnames

PARTS = ("train", "valid", "test")
ROOT = Path(__file__).parents[1]


def sha(*things):
    return hashlib.sha256("\n".join(map(str, things)).encode()).hexdigest()[:16]


@pytest.fixture
def locked():
    """Skip where another version of a package is installed than the lock file names: its data may differ."""

    def check(package):
        installed = importlib.metadata.version(package)
        lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
        if f"\n{package.lower()}=={installed}" not in lock:
            pytest.skip(f"{package} {installed} is not the locked version; install requirements.lock")

    return check


# Surnames


def test_surnames_are_as_the_card_says(locked):
    locked("Faker")
    data = load("surnames")
    assert data.labels == surnames.DEFAULT and len(data.labels) == 10
    for part, count in ("train", 210), ("valid", 30), ("test", 60):
        assert np.bincount(data[part].targets).tolist() == [count] * 10
        assert f"{count} {part}" in card("surnames").splits
    names = [name for part in PARTS for name in data[part].inputs]
    assert len(set(names)) == len(names) == 3000
    assert (min(map(len, names)), max(map(len, names))) == (3, 20) and len(data.vocabulary) == 28
    assert sha(*names, *(data[part].targets.tolist() for part in PARTS)) == "c26b7a5229333586"


def test_no_country_is_bunched():
    targets = load("surnames").train.targets
    assert max(len(set(targets[start : start + 100])) for start in range(0, 2100, 100)) == 10
    assert min(len(set(targets[start : start + 100])) for start in range(0, 2100, 100)) >= 9


@pytest.mark.parametrize("fold", [True, False])
def test_a_name_stands_in_one_country_and_one_part(fold):
    data = load("surnames", per_country=None, fold=fold)
    held = Counter(surnames.fold_name(name) for part in PARTS for name in data[part].inputs)
    assert set(held.values()) == {1}
    assert len(held) > 5000
    if fold:
        assert re.fullmatch("[a-z' -]*", "".join(data.vocabulary))


def test_folding_changes_only_the_spelling():
    plain, accents = load("surnames"), load("surnames", fold=False)
    for part in PARTS:
        pairs = dict(zip(plain[part].inputs, plain[part].targets, strict=True))
        assert pairs == {
            surnames.fold_name(name): target
            for name, target in zip(accents[part].inputs, accents[part].targets, strict=True)
        }
    assert len(accents.vocabulary) > len(plain.vocabulary) and "ß" in accents.vocabulary


def test_all_countries_load():
    data = load("surnames", countries=tuple(surnames.LOCALES), per_country=20)
    assert sum(len(data[part].inputs) for part in PARTS) == 20 * len(surnames.LOCALES)


# Digits


def test_digits_are_those_of_scikit_learn(locked):
    sklearn = pytest.importorskip("sklearn.datasets").load_digits()
    locked("scikit-learn")
    data = load("digits")
    images = np.concatenate([data[part].images for part in PARTS])
    assert np.array_equal(images * 16, sklearn.images)
    assert np.array_equal(np.concatenate([data[part].targets for part in PARTS]), sklearn.target)
    assert [len(data[part].targets) for part in PARTS] == [1297, 200, 300]
    assert images.min() == 0 and images.max() == 1
    for part in PARTS:
        inputs = data[part].inputs
        assert inputs.shape == (8, len(data[part].targets), 8) and inputs.flags.c_contiguous
        assert all(np.array_equal(inputs[:, one], data[part].images[one]) for one in range(5))
    most = np.bincount(data.train.targets).argmax()
    assert 0.08 < (data.test.targets == most).mean() < 0.13


def test_digit_names():
    data = load("digits")
    assert data.names == ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    assert ["".join(data.vocabulary.decode(column)).rstrip(".") for column in data.spelled.T] == list(data.names)
    assert data.spelled.shape == (6, 10) and (data.spelled[-1] == 0).all() and len(data.labels) == 10
    assert load("digits", language="de").names[4] == "vier"


# Chorales


def test_chorales_are_as_the_card_says(locked):
    locked("music21")
    data = load("chorales")
    assert [len(data[part].inputs) for part in PARTS] == [259, 33, 61]
    notes = [note for part in PARTS for one in data[part].inputs for note in one.tolist()]
    lengths = [length for part in PARTS for one in data[part].durations for length in one.tolist()]
    assert len(notes) == len(lengths) == 18_154 and len(data.vocabulary) == 31 and min(lengths) >= 1
    for number in "353", "18,154", "31":
        assert number in card("chorales").size
    assert "259 train, 33 valid, 61 test" in card("chorales").splits
    assert sha(notes, lengths, *(data[part].names for part in PARTS)) == "07be67b994a84eb3"


def test_settings_of_one_tune_stand_in_one_part():
    data = load("chorales")
    openings = {}
    for part in PARTS:
        openings[part] = set()
        for notes in data[part].inputs:
            sung = data.midi[notes[notes > 0]].tolist()
            openings[part].add(tuple(b - a for a, b in pairwise(sung))[:8])
    assert not openings["train"] & openings["test"] and not openings["train"] & openings["valid"]
    assert not openings["valid"] & openings["test"]


def test_transposition():
    for sharps in range(-7, 8):
        shift = chorales.semitones_to_c(sharps)
        assert -5 <= shift <= 6 and (7 * sharps + shift) % 12 == 0
    moved, written = load("chorales", limit=20), load("chorales", limit=20, transpose=False)
    shifts = set()
    for one, two in zip(moved.train.inputs, written.train.inputs, strict=True):
        difference = moved.midi[one] - written.midi[two]
        assert len(set(difference[one > 0])) == 1 and not difference[one == 0].any()
        shifts.add(difference.max())
    assert len(shifts) > 1
    white = np.isin(moved.midi % 12, [0, 2, 4, 5, 7, 9, 11])
    assert np.mean([white[notes].mean() for notes in moved.train.inputs]) > 0.9


def test_note_names():
    assert [chorales.note_name(midi) for midi in (0, 60, 61, 69, 58)] == ["rest", "C4", "C#4", "A4", "Bb3"]
    data = load("chorales", limit=10, voice="bass")
    assert data.vocabulary[0] == "rest" and (np.diff(data.midi) > 0).all() and data.midi.max() < 67
    assert data.vocabulary.symbols == tuple(map(chorales.note_name, data.midi))


def test_chorales_are_read_as_music21_reads_them(locked):
    """Found equal once for all 364 × 4 voices; here for three."""
    corpus = pytest.importorskip("music21.corpus")
    locked("music21")
    for chorale in (chorale for chorale, _ in zip(chorales.chorales(), range(3), strict=False)):
        for part, voice in zip(corpus.parse(f"bach/{chorale.name}.mxl").parts, chorale.voices, strict=True):
            notes = []
            for note in part.stripTies().flatten().notesAndRests:
                if note.duration.isGrace:
                    continue
                pitch, length = 0 if note.isRest else note.pitch.midi, float(note.quarterLength * 4)
                if notes and pitch == notes[-1][0] == 0:
                    notes[-1] = (0, notes[-1][1] + length)
                else:
                    notes.append((pitch, length))
            assert notes == list(zip(voice.pitches, voice.durations, strict=True))


# Documentation strings


@pytest.mark.parametrize(
    ("package", "characters", "digest"),
    [
        ("numpy", 1_648_737, "2b9b7eb2386bfbd6"),
        ("scipy", 4_999_399, "659ea77d20d5c242"),
        ("scikit-learn", 3_267_256, "b2dd0db01042daf0"),
        ("statsmodels", 3_098_099, "05be18068d8697f0"),
    ],
)
def test_documentation_strings_to_the_byte(package, characters, digest, locked):
    locked(package)
    data = load("docstrings", package=package)
    texts = [data[part].text for part in PARTS]
    assert sum(map(len, texts)) == characters and f"{package} {characters:,}" in card("docstrings").size
    assert sha(*texts) == digest
    strings = [string for part in PARTS for string in data[part].docstrings]
    assert len(set(strings)) == len(strings)
    modules = [module for part in PARTS for module in data[part].modules]
    assert len(set(modules)) == len(modules) and not any("\\" in module or "tests/" in module for module in modules)
    assert all(texts) and data.train.text.startswith(data.train.docstrings[0])
    if package == "numpy":
        sizes = f"{len(texts[0]):,}, {len(texts[1]):,} and {len(texts[2]):,} characters"
        assert sizes in card("docstrings").splits


def test_order_does_not_depend_on_the_file_system(tmp_path, monkeypatch):
    for name in "b.py", "a.py", "a/z.py", "tests/t.py", "version.py":
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f'"""Text of {name}."""\n', encoding="utf-8")
    (tmp_path / "c.py").write_text(
        'def f():\n    """One.\n\n      Two.\n    """\n    class C:\n        "Three"\n'
        'try:\n    def g(): "Four \\w"\nexcept E:\n    def h(): "Text of b.py."\n',
        encoding="utf-8",
    )
    expected = (
        ("a.py", ("Text of a.py.",)),
        ("a/z.py", ("Text of a/z.py.",)),
        ("b.py", ("Text of b.py.",)),
        ("c.py", ("One.\n\nTwo.", "Three", "Four \\w")),
    )
    assert docstrings.modules.__wrapped__(tmp_path) == expected
    listing = Path.rglob
    monkeypatch.setattr(Path, "rglob", lambda self, pattern: reversed(list(listing(self, pattern))))
    assert docstrings.modules.__wrapped__(tmp_path) == expected


def test_clean():
    assert docstrings.clean("  One.\n\n    Two.\n\tThree.\n      Four.   \n    ") == "One.\n\nTwo.\n    Three.\n  Four."
    assert docstrings.clean(" One. ") == "One."


# The text of the language models


def test_language_to_the_byte(locked):
    locked("numpy")
    data = load("language")
    told = card("language")
    assert sha(*(data[part].text for part in PARTS)) == "8616774e4305ed94"
    sizes = [(len(data[part].text), len(data[part].tokens)) for part in PARTS]
    said = "train {:,} characters, {:,} words; valid {:,} and {:,}; test {:,} and {:,}."
    assert said.format(*(n for pair in sizes for n in pair)) in told.splits
    both = "{:,} characters, {:,} words".format(*map(sum, zip(*sizes, strict=True)))
    assert both in told.size and len(data.characters) == 102 and f"{len(data.words):,} words" in told.size
    seen = set()
    for part in PARTS:
        own = data[part]
        assert "".join(own.tokens) == own.text == docstrings.BREAK.join(own.docstrings)
        assert np.array_equal(data.words.encode(own.tokens), own.words) and len(own.characters) == len(own.text)
        for text in own.docstrings:
            for paragraph in map(str.split, language.BLANK.split(text)):
                assert paragraph and tuple(paragraph) not in seen
                seen.add(tuple(paragraph))
    counts = np.bincount(data.train.words, minlength=len(data.words))
    assert counts.min() >= 5 and data.words[0] == data.words.unknown == language.UNKNOWN
    assert np.bincount(data.train.characters, minlength=102)[1:].min() >= 5
    with_repeats = load("docstrings")
    for part, shares in {"valid": (16.2, 21.6), "test": (6.9, 7.9)}.items():
        told_shares = [
            round(100 * repeated(source.train.text, source[part].text), 1) for source in (data, with_repeats)
        ]
        assert told_shares == list(shares) and all(str(share) in told.splits for share in shares)


def repeated(train, text, n=13):
    """The share of a text's runs of n words and signs that stand in train."""
    runs = [list(zip(*(words[k:] for k in range(n)), strict=False)) for words in
            (re.findall(r"\w+|[^\w\s]", t) for t in (train, text))]  # fmt: skip
    known = set(runs[0])
    return np.mean([run in known for run in runs[1]])


def test_tokens():
    text = "It is 10 `a_b`:\n\n    x1 -----  (é)\t>>>\n\n\nNot."
    told = ["It", " is", " 1", "0", " `", "a_b", "`", ":", "\n\n    ", "x1", " -----", " ", " (", "é", ")", "\t", ">>>"]
    assert language.tokenise(text) == [*told, "\n\n\n", "Not", "."]


def test_each_paragraph_once():
    seen = {"one two"}
    assert language.fresh(["One\n  two\n\nThree", "one\n two", "Three\n\n\n  Four"], seen) == [
        "One\n  two\n\nThree",
        "  Four",
    ]
    assert seen == {"one two", "One two", "Three", "Four"}


# Shuffled sentences


def test_twins_have_the_same_words():
    data = load("shuffled", rng=np.random.default_rng(0))
    assert sum(len(data[part].inputs) for part in PARTS) == 2 * 6362 and len(data.vocabulary) == 1766
    assert "6,362" in card("shuffled").size and "1,765" in card("shuffled").size
    held = {}
    for part in PARTS:
        inputs, targets = data[part].inputs, data[part].targets
        assert targets.tolist() == [1, 0] * (len(inputs) // 2)
        for sentence, twin in zip(inputs[::2], inputs[1::2], strict=True):
            assert sorted(sentence) == sorted(twin) and sentence != twin and 4 <= len(sentence) <= 12
        held[part] = {tuple(sentence) for sentence in inputs[::2]}
        assert len(held[part]) * 2 == len(inputs)
        assert np.mean([word in data.vocabulary for words in inputs for word in words]) > 0.85
    assert not held["train"] & held["test"] and not held["train"] & held["valid"] and not held["valid"] & held["test"]


def test_sentences_are_found_in_prose_only():
    text = "Sum the\nelements, one by one.  See `x`.\n\n>>> Do not take this one.\n\nToo short here. The the the the."
    assert list(shuffled.sentences(text)) == [("sum", "the", "elements", "one", "by", "one")]


# Series


@pytest.mark.parametrize(
    ("which", "count", "missing", "first", "last"),
    [("sunspots", 309, 0, 5.0, 2.9), ("co2", 2284, 59, 316.1, 371.5), ("elnino", 732, 0, 23.11, 22.07)],
)
def test_series(which, count, missing, first, last):
    data = load("series", which=which)
    values, times, observed = (np.concatenate([data[p][f] for p in PARTS]) for f in ("values", "times", "observed"))
    assert len(values) == count and (~observed).sum() == missing and np.isfinite(values).all()
    assert f"{which}: {count:,}" in card("series").size
    assert (np.diff(times) > 0).all() and values[0] == first and values[-1] == last
    assert len(data.train.values) == count * 70 // 100 and abs(len(data.test.values) - count * 0.15) < 1
    # A filled value lies between its neighbours, and none at an edge was filled from the part beyond it.
    assert all(data[part].observed[[0, -1]].all() for part in PARTS)
    assert data.unit
