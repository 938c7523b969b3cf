"""The interface of rnnkit.data: names, cards, options, errors, laziness."""

import doctest
import importlib.util
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import rnnkit.data
from rnnkit.data import Dataset, Record, Vocabulary, __main__, card, load, names, vocabulary

ROOT = Path(__file__).parents[1]
SMALL = {
    "surnames": {"countries": ("Finland", "Italy")},
    "digits": {},
    "chorales": {"limit": 12},
    "docstrings": {},
    "language": {},
    "shuffled": {"packages": ("numpy",), "limit": 20},
    "series": {},
    "reviews": {"train": 5, "test": 3},
    "tagging": {"train": 5, "test": 3},
    "temporal_xor": {"triples": 5},
    "letters": {"words": 5},
    "sentences": {"sentences": 5},
    "motor": {},
    "parity": {"count": 3, "length": 4},
    "echo": {"count": 3, "length": 6},
    "addition": {"count": 3, "bits": 4},
    "adding": {"count": 3, "length": 5},
    "copy": {"count": 3, "delay": 4},
    "selective_copy": {"count": 3, "length": 12},
    "delayed_xor": {"count": 3, "delay": 4},
    "temporal_order": {"count": 3, "length": 20},
    "dyck": {"count": 3, "length": 6},
    "reber": {"count": 3},
    "tones": {"count": 3},
    "digit_strips": {"train": 3, "test": 2},
    "number_words": {},
    "phrase_book": {"train": 5, "test": 3},
    "sessions": {"count": 3, "length": 5},
    "booking": {"train": 3, "test": 2},
}
FIXED = {"surnames", "digits", "chorales", "docstrings", "language", "series", "motor", "number_words"}


def small(name, seed=0):
    rng = {} if name in FIXED else {"rng": np.random.default_rng(seed)}
    return load(name, **rng, **SMALL[name])


def same(a, b):
    """Equal down to the last bit, whatever is inside."""
    if isinstance(a, Record):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b)
    if isinstance(a, Vocabulary):
        return a.symbols == b.symbols
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def test_every_set_is_examined_here():
    assert set(names()) == set(SMALL)


@pytest.mark.parametrize("name", names())
def test_the_same_call_gives_the_same_data(name):
    assert same(small(name), small(name))


@pytest.mark.parametrize("name", sorted(set(names()) - FIXED))
def test_another_generator_gives_other_data(name):
    assert not same(small(name, 0), small(name, 1))


@pytest.mark.parametrize("name", names())
def test_the_table_in_the_docstring_names_every_option_and_field(name):
    rows = rnnkit.data.__doc__.split("\n")
    start = next(i for i, row in enumerate(rows) if row.startswith(name + " "))
    stop = next(i for i in range(start + 1, len(rows)) if rows[i][:1].strip())
    entry = " ".join(rows[start:stop])
    for option in SMALL[name]:
        assert option in entry
    data = small(name)
    for field in data:
        value = data[field]
        if field != "card":
            assert field in entry
        for inner in value if isinstance(value, Record) else ():
            assert inner in entry


@pytest.mark.parametrize("name", names())
def test_cards_are_complete(name):
    this = card(name)
    assert this.name == name and small(name).card is this
    text = str(this)
    assert text.startswith(f"{name}: ") and all(len(line) <= 100 for line in text.split("\n")[1:])
    for heading, content in this.rows():
        assert content.strip() and f"  {heading}" in text
    assert "not installed" not in text and "COUNTS" not in text


def test_the_page_of_cards_is_up_to_date():
    versions = re.compile(r" Installed: [^\n]*")
    page = (ROOT / "book" / "data.md").read_text(encoding="utf-8")
    assert versions.sub("", page) == versions.sub("", __main__.page()), "run: python -m rnnkit.data > book/data.md"
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    shown = {pair for line in versions.findall(page) for pair in re.findall(r"([\w-]+) (\d[\w.]*\w)", line)}
    assert len(shown) == 7
    for package, version in shown:
        assert f"\n{package.lower()}=={version}" in lock


@pytest.mark.parametrize("module", [rnnkit.data, vocabulary])
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0


def test_unknown_name():
    with pytest.raises(
        ValueError, match=r"name: expected one of surnames, .*, got 'surname' \(did you mean 'surnames'\?\)"
    ):
        load("surname")
    with pytest.raises(ValueError, match=r"name: expected one of .*, got 3"):
        card(3)


def test_sets_that_need_a_download_are_named_apart_and_have_cards_without_it():
    downloads = names(downloads=True)
    assert len(downloads) == 6 and not set(downloads) & set(names())
    assert [card(name).name for name in downloads] == list(downloads)
    with pytest.raises(ValueError, match=r"got 'fsd' \(did you mean 'fsdd'\?\)") as error:
        load("fsd")
    assert all(name in str(error.value) for name in (*names(), *downloads))


def test_unknown_option():
    with pytest.raises(
        TypeError, match=r"'parity': expected options of rng, count, .*, got 'lenght' \(did you mean 'length'\?\)"
    ):
        load("parity", rng=np.random.default_rng(0), lenght=3)
    with pytest.raises(TypeError, match="'digits' is fixed and takes no rng"):
        load("digits", rng=np.random.default_rng(0))


@pytest.mark.parametrize("name", sorted(set(names()) - FIXED))
def test_rng_is_required(name):
    with pytest.raises(TypeError, match=f"{name!r} draws at random: rng must be .*Generator.*it is missing"):
        load(name)
    with pytest.raises(TypeError, match="got 7"):
        load(name, rng=7)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("surnames", {"countries": ("Italy", "Atlantis")}, "countries: expected one of Croatia, .*, got 'Atlantis'"),
        ("surnames", {"countries": ("Italy", "Italy")}, "countries: expected each name once"),
        ("surnames", {"countries": ("Italy",)}, "at least 2"),
        ("surnames", {"countries": "Italy"}, "sequence of names"),
        ("surnames", {"per_country": 1}, "per_country: expected at least 10, got 1"),
        ("digits", {"language": "klingon"}, "language: expected a code .*, got 'klingon'"),
        ("chorales", {"voice": "sopran"}, "did you mean 'soprano'"),
        ("chorales", {"limit": 0}, "limit: expected at least 10, got 0"),
        ("docstrings", {"package": "sklearn"}, "did you mean 'scikit-learn'"),
        ("series", {"which": "sunspot"}, "did you mean 'sunspots'"),
        ("motor", {"length": 10}, "multiple of 4"),
        ("motor", {"plans": ()}, "at least 1"),
        ("reviews", {"forms": ("but", "or")}, "forms: expected one of .*, got 'or'"),
        ("reviews", {"train": 0}, "train: expected at least 1, got 0"),
        ("tagging", {"test": True}, "test: expected a whole number, got True"),
        ("parity", {"length": 2.5}, "length: expected a whole number, got 2.5"),
        ("parity", {"answer": "first"}, "answer: expected one of every, last, got 'first'"),
        ("echo", {"length": 4, "delay": 4}, "delay: expected at least 0 and at most 3, got 4"),
        ("echo", {"symbols": 1}, "symbols: expected at least 2, got 1"),
        ("addition", {"bits": 61}, "bits: expected at least 1 and at most 60, got 61"),
        ("letters", {"words": 1}, "words: expected at least 2, got 1"),
    ],
)
def test_bad_options(name, options, message):
    rng = {} if name in FIXED else {"rng": np.random.default_rng(0)}
    with pytest.raises((ValueError, TypeError), match=message):
        load(name, **rng, **options)


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("surnames", "Faker"),
        ("tagging", "Faker"),
        ("digits", "num2words"),
        ("chorales", "music21"),
        ("docstrings", "numpy"),
        ("series", "statsmodels"),
    ],
)
def test_a_missing_package_is_named_with_its_remedy(name, package, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=rf'package {package}, .*pip install "rnnkit\[course\]"'):
        small(name)


def test_import_is_light():
    code = (
        "import sys, time, numpy; start = time.process_time(); import rnnkit.data as data\n"
        "took = time.process_time() - start\n"
        "data.load('parity', rng=numpy.random.default_rng(0)); data.card('surnames')\n"
        "heavy = {'torch', 'sklearn', 'music21', 'statsmodels', 'faker', 'num2words', 'scipy', 'matplotlib'}\n"
        "print(took, sorted(heavy & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    took, heavy = out.split(" ", 1)
    assert heavy.strip() == "[]"
    assert float(took) < 1  # 0.04 s when the machine is idle


def test_real_sets_do_not_import_the_packages_that_hold_them():
    code = (
        "import sys, rnnkit.data as data\n"
        "for name in ('digits', 'series', 'docstrings'): data.load(name)\n"
        "data.load('chorales', limit=10)\n"
        "print(sorted({'sklearn', 'music21', 'statsmodels', 'scipy', 'pandas'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_record():
    record = Dataset(card=card("parity"), inputs=np.zeros((2, 3)), train=Record(texts=["a"]), text="x" * 50, n={"a": 1})
    assert record.inputs is record["inputs"] and record.train.texts == ["a"] and len(record) == 5
    assert repr(record).split("\n")[0] == f"Dataset 'parity': {card('parity').what}"
    assert "train.texts  list of 1 str" in repr(record) and "str, 50 characters" in repr(record)
    assert "inputs" in dir(record) and repr(Record()) == "Record" and repr(Record(a=[])).endswith("list of 0 nothing")
    with pytest.raises(AttributeError, match="no field 'inptus' here; there are: card, inputs, train, text, n"):
        _ = record.inptus
    with pytest.raises(AttributeError, match="read-only; 'inputs' cannot be set"):
        record.inputs = 1
    assert pickle.loads(pickle.dumps(record)).train.texts == ["a"]


def test_vocabulary():
    v = Vocabulary.of(["hello", "world"], unknown="?")
    assert v.symbols == ("?", "d", "e", "h", "l", "o", "r", "w") and len(v) == 8 and "h" in v and "z" not in v
    assert v.decode(v.encode("held!")) == ["h", "e", "l", "d", "?"]
    assert v.encode([]).shape == (0,) and v.one_hot("he").tolist() == np.eye(8)[[3, 2]].tolist()
    assert v[0] == "?" and list(v)[1] == "d" and "Vocabulary of 8" in repr(v)
    with pytest.raises(ValueError, match="symbol: expected one of a, b, got 'z'"):
        Vocabulary("ab").encode("abz")
    with pytest.raises(ValueError, match="symbols: expected each symbol once"):
        Vocabulary("aa")
    with pytest.raises(ValueError, match="unknown: expected one of the symbols, got 'c'"):
        Vocabulary("ab", unknown="c")
