"""The synthetic tasks: each as it is described, and what its card calls the best is found again on another way."""

import re
from collections import Counter
from itertools import product

import numpy as np
import pytest

import rnnkit
from rnnkit.arrays import log_softmax
from rnnkit.data import load as load_set
from rnnkit.data import reber


def load(name, seed=0, **options):
    return load_set(name, rng=np.random.default_rng(seed), **options)


def test_adding():
    data = load("adding", count=20000, length=12)
    x, marks = data.inputs[..., 0], data.inputs[..., 1]
    assert (marks.sum(0) == 2).all() and (marks[:6].sum(0) == 1).all()
    assert marks[:6].mean(1) == pytest.approx(1 / 6, abs=0.02) and marks[6:].mean(1) == pytest.approx(1 / 6, abs=0.02)
    np.testing.assert_allclose(data.targets[-1, :, 0], (x * marks).sum(0))
    assert data.mask[-1].all() and not data.mask[:-1].any() and not data.targets[:-1].any()
    assert ((data.targets[-1] - 1) ** 2).mean() == pytest.approx(1 / 6, rel=0.03)
    assert load("adding", count=4, length=5000).inputs.shape == (5000, 4, 2)


@pytest.mark.parametrize("delay", [1, 7, 100])
def test_copy(delay):
    data = load("copy", count=50, delay=delay)
    assert data.inputs.shape == (delay + 20, 50, 10)
    assert (data.symbols[:10] == data.targets[-10:]).all() and not data.targets[:-10].any()
    assert (data.symbols[10 + delay - 1] == 9).all()  # `delay` ticks after the last symbol
    others = np.delete(data.symbols[10:], delay - 1, 0)
    assert not others.any() and set(np.unique(data.symbols[:10])) == set(range(1, 9))
    # A model without memory: blank before the sign has passed, and after it an eighth for each symbol.
    logits = np.full((delay + 20, 50, 9), -1e3)
    logits[:-10, :, 0], logits[-10:, :, 1:] = 0, 0
    loss, _ = rnnkit.losses.softmax_cross_entropy(logits, data.targets, data.mask)
    assert loss == pytest.approx(10 * np.log(8) / (delay + 20))


def test_selective_copy():
    data = load("selective_copy", count=4000, length=12, remember=3, symbols=4)
    for b in range(50):
        told = data.symbols[:12, b]
        assert told[told > 0].tolist() == data.targets[12:, b].tolist()
    assert (data.symbols[12:] == 5).all() and data.mask[12:].all() and not data.mask[:12].any()
    assert (data.symbols[:12] > 0).mean(1) == pytest.approx(3 / 12, abs=0.03)
    # No fixed place tells an answer: the likeliest guess from one input is right little more often than chance.
    for place in range(12):
        best = sum(Counter(data.targets[12, data.symbols[place] == s]).most_common(1)[0][1] for s in range(5)
                   if (data.symbols[place] == s).any())  # fmt: skip
        assert best / 4000 < 0.5


@pytest.mark.parametrize("signs, bag", [(2, 3 / 4), (3, 1 / 2)])
def test_temporal_order(signs, bag):
    data = load("temporal_order", count=3000, signs=signs)
    windows = {2: [(10, 20), (50, 60)], 3: [(10, 20), (33, 43), (66, 76)]}[signs]
    votes = {}
    for b in range(3000):
        symbols = data.symbols[:, b]
        (end,) = np.flatnonzero(data.mask[:, b])
        assert 99 <= end <= 109 and symbols[0] == 0 and symbols[end] == 1 and (symbols[end + 1 :] == -1).all()
        places = np.flatnonzero(symbols >= 6)
        assert len(places) == signs
        assert all(low <= place <= high for place, (low, high) in zip(places, windows, strict=True))
        said = "".join("XY"[symbols[place] - 6] for place in places)
        assert data.labels[data.targets[end, b]] == said
        votes.setdefault(said.count("X"), Counter())[said] += 1
    right = sum(counter.most_common(1)[0][1] for counter in votes.values())
    assert right / 3000 == pytest.approx(bag, abs=0.03)
    assert len(data.labels) == 2**signs == len(set(data.labels))
    assert (data.inputs.sum(-1) == (data.symbols >= 0)).all()


def test_delayed_xor():
    data = load("delayed_xor", count=20000, delay=5, early=4)
    bits, marks = data.inputs[..., 0].astype(int), data.inputs[..., 1].astype(bool)
    assert (marks.sum(0) == 2).all() and not marks[4:].any()
    pairs = bits.T[marks.T].reshape(-1, 2)
    assert (data.targets[-1, :, 0] == pairs[:, 0] ^ pairs[:, 1]).all() and data.mask[-1].all()
    answer = data.targets[-1, :, 0]
    for known in (pairs[:, 0], pairs[:, 1], *bits):
        assert abs(np.corrcoef(known, answer)[0, 1]) < 0.03


@pytest.mark.parametrize("kinds, depth", [(1, 1), (1, 3), (2, 4), (4, 2)])
def test_dyck(kinds, depth):
    data = load("dyck", count=200, length=40, kinds=kinds, depth=depth)
    closing = dict(zip("([{<", ")]}>", strict=True))
    for b in range(200):
        stack = []
        for t, symbol in enumerate(data.symbols[:-1, b]):
            sign = data.alphabet[symbol]
            if sign in closing:
                stack.append(closing[sign])
            else:
                assert stack.pop() == sign
            assert len(stack) == data.depths[t, b] <= depth
            legal = ({*"([{<"[:kinds]} if len(stack) < depth else set()) | ({stack[-1]} if stack else set())
            assert {data.alphabet[k] for k in np.flatnonzero(data.legal[t, b])} == legal
    assert data.ideal.sum(-1) == pytest.approx(1)
    assert (data.symbols[1:] == data.targets).all()


@pytest.mark.parametrize("kinds, depth", [(1, 2), (2, 4), (3, 1)])
def test_dyck_in_the_long_run(kinds, depth):
    data = load("dyck", count=500, length=400, kinds=kinds, depth=depth)
    p = np.take_along_axis(data.ideal, data.targets[..., None], -1)
    want = np.log(kinds) / (2 * depth) + (1 - 1 / depth) * (np.log(2) + np.log(kinds) / 2)
    assert -np.log(p).mean() == pytest.approx(want, abs=0.01)


def accepts(string):
    """Reber's grammar as a regular expression, written independently of the table."""

    after_x = "(XT*VP)*(S|XT*VV)"
    return re.fullmatch(f"B(TS*X{after_x}|PT*V(V|P{after_x}))E", string)


def probability(string):
    """Of a plain string: 1/2 for each fair choice."""
    place, p = 0, 1.0
    for symbol in string:
        p /= len(reber.GRAMMAR[place])
        place = reber.GRAMMAR[place][symbol]
    return p


def test_plain_reber_strings_are_those_of_the_grammar_with_their_frequencies():
    strings = load("reber", form="plain", count=20000).strings
    assert all(accepts(s) for s in strings)
    found = Counter(strings)
    short = {"".join(s) for n in range(3, 6) for s in product("TPSXV", repeat=n)}
    short = {f"B{s}E" for s in short if accepts(f"B{s}E")}
    assert {"BTXSE", "BPVVE", "BTSXSE", "BPTVVE"} <= short
    for string in short:
        assert found[string] / 20000 == pytest.approx(probability(string), abs=0.008)
    assert np.mean([len(s) for s in strings]) == pytest.approx(8, abs=0.1)  # 6 choices, B and E


@pytest.mark.parametrize("form, nats", [("plain", 6 * np.log(2)), ("embedded", 7 * np.log(2))])
def test_reber_probabilities_and_entropy(form, nats):
    data = load("reber", form=form, count=5000)
    p = np.take_along_axis(data.ideal, data.targets[..., None], -1)[..., 0]
    assert (data.ideal.sum(-1) == data.mask).all() and (p[data.mask] > 0).all()
    assert -np.log(p[data.mask]).sum() / 5000 == pytest.approx(nats, rel=0.03)
    for b, string in enumerate(data.strings):
        assert data.mask[:, b].sum() == len(string) - 1
        told = "".join(data.alphabet[k] for k in data.inputs[: len(string) - 1, b].argmax(-1))
        assert told == string[:-1] and data.alphabet[data.targets[len(string) - 2, b]] == "E"


def test_embedded_and_continual_reber_keep_the_outer_symbol():
    strings = load("reber", count=500).strings
    assert all(s[1] == s[-2] and s[0] == "B" and s[-1] == "E" and accepts(s[2:-2]) for s in strings)
    assert min(map(len, strings)) == 9 and np.mean([len(s) for s in strings]) == pytest.approx(12, abs=0.4)
    stream = load("reber", form="continual", count=3, length=300)
    assert stream.inputs.shape == (300, 3, 7) and stream.mask.all()
    for string in stream.strings:
        while len(string) > 60:  # cut off whole embedded strings from the front
            n = next(n for n in range(9, 61) if string[n - 1] == "E" and accepts(string[2 : n - 2])
                     and string[n - 2] == string[1])  # fmt: skip
            string = string[n:]
            assert string[0] == "B"
    p = np.take_along_axis(stream.ideal, stream.targets[..., None], -1)
    assert -np.log(p).mean() == pytest.approx(7 * np.log(2) / 12, rel=0.1)


def test_solved_is_the_criterion():
    data = load("reber", count=30)
    ideal = np.where(data.legal, 1.0, 0.0)
    assert reber.solved(ideal, data.legal, data.mask).all()
    wrong = ideal.copy()
    wrong[3, 7, np.flatnonzero(~data.legal[3, 7])[0]] = 1  # a tie is not above
    assert np.flatnonzero(~reber.solved(wrong, data.legal, data.mask)).tolist() == [7]
    noise = np.random.default_rng(0).normal(size=ideal.shape)
    assert not reber.solved(log_softmax(noise), data.legal, data.mask).any()
    with pytest.raises(ValueError, match="legal: expected shape"):
        reber.solved(ideal, data.legal[1:], data.mask)


@pytest.mark.parametrize("name, options, message", [
    ("adding", {"length": 1}, "length: expected at least 2, got 1"),
    ("copy", {"delay": 0}, "delay: expected at least 1, got 0"),
    ("selective_copy", {"length": 4, "remember": 5}, "remember: expected at least 1 and at most 4, got 5"),
    ("temporal_order", {"signs": 4}, "signs: expected one of 2, 3, got '4'"),
    ("delayed_xor", {"early": 1}, "early: expected at least 2, got 1"),
    ("dyck", {"kinds": 5}, "kinds: expected at least 1 and at most 4, got 5"),
    ("reber", {"form": "imbedded"}, "form: expected one of embedded, plain, continual, got 'imbedded'"),
])  # fmt: skip
def test_bad_options(name, options, message):
    with pytest.raises((TypeError, ValueError)) as error:
        load(name, **options)
    assert str(error.value).startswith(message)
