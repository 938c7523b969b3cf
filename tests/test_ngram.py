"""Counting models against the textbook, written with dictionaries, on small random texts."""

from collections import Counter, defaultdict
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit import ngram

texts = st.tuples(st.integers(2, 4), st.integers(1, 5), st.integers(5, 60), st.integers(0, 2**32))


def drawn(V, order, T, seed):
    """A text with habits, so that all counts of counts occur; and a new one."""
    rng = np.random.default_rng(seed)
    habits = rng.dirichlet(np.full(V, 0.4), V)
    ids = [0]
    for _ in range(T + 24):
        ids.append(int(rng.choice(V, p=habits[ids[-1]])))
    return np.array(ids[:T]), np.array(ids[T:])


class Textbook:
    """All orders as Counters of tuples; every probability from its formula, recursively."""

    def __init__(self, ids, order, V):
        ids = list(map(int, ids))
        self.V, self.order = V, order
        self.c = {n: Counter(tuple(ids[i : i + n]) for i in range(len(ids) - n + 1)) for n in range(1, order + 1)}

    def kinds(self, n):
        """How many different tokens stood before each n-gram."""
        before = defaultdict(set)
        for gram in self.c[n + 1]:
            before[gram[1:]].add(gram[0])
        return Counter({gram: len(tokens) for gram, tokens in before.items()})

    def sums(self, counts):
        total, followers = Counter(), Counter()
        for gram, c in counts.items():
            total[gram[:-1]] += c
            followers[gram[:-1]] += 1
        return total, followers

    def add_k(self, gram, k):
        gram = gram[-self.order :]
        total, _ = self.sums(self.c[len(gram)])
        if len(gram) < self.order:  # early tokens: the longest context is not there
            return 1 / self.V
        return (self.c[len(gram)][gram] + k) / (total[gram[:-1]] + k * self.V)

    def interpolated(self, gram, weights):
        gram = gram[-self.order :]
        parts = [weights[0] / self.V]
        used = weights[0]
        for n in range(1, len(gram) + 1):
            short = gram[-n:]
            total, _ = self.sums(self.c[n])
            if total[short[:-1]]:
                parts.append(weights[n] * self.c[n][short] / total[short[:-1]])
                used += weights[n]
        return sum(parts) / used

    def discounted(self, gram, tables, offs):
        if not gram:
            return 1 / self.V
        gram = gram[-self.order :]
        table, off = tables[len(gram)], offs[len(gram)]
        total, _ = self.sums(table)
        below = self.discounted(gram[1:], tables, offs)
        if not total[gram[:-1]]:
            return below
        left = sum(off[min(c, 3)] for g, c in table.items() if g[:-1] == gram[:-1])
        c = table[gram]
        return (c - off[min(c, 3)] + left * below) / total[gram[:-1]]

    def absolute(self, gram, d):
        return self.discounted(gram, self.c, dict.fromkeys(self.c, (0, d, d, d)))

    def kneser_ney(self, gram, modified):
        tables = {n: self.c[n] if n == self.order else self.kinds(n) for n in self.c}
        offs = {}
        for n, table in tables.items():
            n1, n2, n3, n4 = (sum(c == k for c in table.values()) for k in (1, 2, 3, 4))
            if not n1 or not n2 or (modified and not (n3 and n4)):
                offs[n] = (0, 0.5, 0.5, 0.5)
                continue
            y = n1 / (n1 + 2 * n2)
            d = (1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3) if modified else (y, y, y)
            offs[n] = (0, *(max(x, 0) for x in d))
        return self.discounted(gram, tables, offs)


def weights_for(order):
    raw = np.random.default_rng(order).random(order + 1) + 0.1
    return tuple(raw / raw.sum())


RULES = {
    "add-k": (lambda n: ngram.AddK(0.3), lambda book, gram, n: book.add_k(gram, 0.3)),
    "interpolated": (lambda n: ngram.Interpolated(weights_for(n)),
                     lambda book, gram, n: book.interpolated(gram, weights_for(n))),
    "absolute": (lambda n: ngram.AbsoluteDiscount(0.6), lambda book, gram, n: book.absolute(gram, 0.6)),
    "kneser-ney": (lambda n: ngram.KneserNey(modified=False), lambda book, gram, n: book.kneser_ney(gram, False)),
    "modified": (lambda n: ngram.KneserNey(), lambda book, gram, n: book.kneser_ney(gram, True)),
}  # fmt: skip
every_rule = pytest.mark.parametrize("rule, textbook", RULES.values(), ids=RULES.keys())


@every_rule
@given(text=texts)
@settings(max_examples=40, deadline=None)
def test_rule_is_the_textbook(rule, textbook, text):
    V, order, _, _ = text
    ids, new = drawn(*text)
    model = rule(order).estimate(ngram.count(ids, order, V))
    book = Textbook(ids, order, V)
    told = [int(i) for i in new]
    want = [textbook(book, tuple(told[max(0, t - order + 1) : t + 1]), order) for t in range(len(told))]
    np.testing.assert_allclose(np.exp(model.logprob(new)), want, rtol=1e-12)


@every_rule
@given(text=texts, context=st.lists(st.integers(0, 1), max_size=6))
@settings(max_examples=40, deadline=None)
def test_distributions_sum_to_one_and_are_those_of_logprob(rule, textbook, text, context):
    V, order, _, _ = text
    model = rule(order).estimate(ngram.count(drawn(*text)[0], order, V))
    p = model.distribution(context)
    assert p.shape == (V,) and p.sum() == pytest.approx(1, abs=1e-12) and p.min() > 0
    for token in range(V):
        assert model.logprob(np.array([*context, token]))[-1] == pytest.approx(np.log(p[token]), abs=1e-12)


def test_all_counts_of_counts_occur_so_that_modified_differs():
    ids, new = drawn(4, 3, 60, 1)
    counts = ngram.count(ids, 3, 4)
    found = set(np.bincount(np.minimum(counts.tables[2].counts, 4)).nonzero()[0])
    assert {1, 2, 3, 4} <= found
    models = [rule.estimate(counts).logprob(new) for rule in (ngram.KneserNey(), ngram.KneserNey(False))]
    assert np.abs(models[0] - models[1]).max() > 1e-3


@given(text=texts)
@settings(max_examples=40, deadline=None)
def test_tables_are_counters(text):
    V, order, _, _ = text
    ids, _ = drawn(*text)
    counts = ngram.count(ids, order, V)
    for n, table in enumerate(counts.tables, 1):
        want = Counter(tuple(ids[i : i + n].tolist()) for i in range(len(ids) - n + 1))
        for gram, c in want.items():
            rows = counts.rows(np.array(gram))[n - 1]
            assert table.counts[rows[-1]] == c
        assert len(table.keys) == len(want) and (np.diff(table.keys) > 0).all()


def test_held_out_weights_are_the_best():
    ids, new = drawn(4, 3, 60, 5)
    counts = ngram.count(ids, 3, 4)
    weights = ngram.held_out_weights(counts, new)
    assert weights.sum() == pytest.approx(1) and weights.min() >= 0

    def loss(w):
        return -ngram.Interpolated(w).estimate(counts).logprob(new).mean()

    best = loss(weights)
    rng = np.random.default_rng(0)
    for _ in range(200):
        other = np.abs(weights + rng.normal(0, 0.05, 4)) + 1e-9
        assert loss(other / other.sum()) > best - 1e-6
    assert best < loss(np.full(4, 0.25)) - 1e-3


def test_held_out_weights_refuse_an_empty_text():
    with pytest.raises(ValueError, match="ids: expected a held-out text, got an empty one"):
        ngram.held_out_weights(ngram.count(np.array([0, 1, 0]), 2, 2), np.zeros(0, int))


def test_perplexity_and_longer_context_on_a_text_with_a_rule():
    ids = np.tile([0, 1, 2, 0, 2, 1], 200)
    losses = [-ngram.KneserNey().estimate(ngram.count(ids, n, 3)).logprob(ids[:60]).mean() for n in (1, 2, 3)]
    assert losses[0] == pytest.approx(np.log(3), abs=0.02) and losses[2] < 0.1 < losses[1] < losses[0]
    assert ngram.perplexity(np.log(np.full(7, 0.25))) == pytest.approx(4)


@pytest.mark.parametrize("call, message", [
    (lambda ids: ngram.count(ids, 0, 3), "order: expected at least 1"),
    (lambda ids: ngram.count(ids, 2, 2), "ids: expected 0 to 1, got 0 to 2"),
    (lambda ids: ngram.count(ids[:1], 2, 3), "ids: expected at least 2 tokens, got 1"),
    (lambda ids: ngram.count(ids * 1.0, 2, 3), "ids: expected an array of whole numbers"),
    (lambda ids: ngram.AddK(0), "k: expected above 0"),
    (lambda ids: ngram.AbsoluteDiscount(1.5), "discount: expected at least 0"),
    (lambda ids: ngram.Interpolated((0.5, 0.2)), "weights: expected numbers from 0 up with sum 1"),
    (lambda ids: ngram.Interpolated((0.5, 0.5)).estimate(ngram.count(ids, 2, 3)), "weights: expected 3"),
    (lambda ids: ngram.KneserNey().estimate(ngram.count(ids, 2, 3)).logprob(ids + 5), "ids: expected 0 to 2"),
    (lambda ids: ngram.KneserNey().estimate(ngram.count(ids, 2, 3)).distribution([7]), "context: expected 0 to 2"),
    (lambda ids: ngram.perplexity(np.zeros(0)), "logprob: expected at least one token"),
])  # fmt: skip
def test_bad_input(call, message):
    with pytest.raises((TypeError, ValueError)) as error:
        call(np.array([0, 1, 2, 1, 0, 2]))
    assert str(error.value).startswith(message)


# Unknown words


def test_a_speller_is_a_distribution_over_words():
    speller = ngram.Speller.fit(["ab", "ba", "abba", "b", "ab"], order=3)
    # Letter by letter the sum is 1; so over words it is at most that, with the long ones still to come.
    for before in ([], [0], [0, 2], [0, 3, 3, 2]):
        assert speller.model.distribution(before).sum() == pytest.approx(1)
    sums = [sum(np.exp(speller.logprob("".join(w))) for n in range(most) for w in product("ab", repeat=n))
            for most in (4, 6, 8)]  # fmt: skip
    assert sums[0] < sums[1] < sums[2] < 1
    ids = np.array([0, 2, 3, 0])
    assert speller.logprob("ab") == pytest.approx(speller.model.logprob(ids)[1:].sum())
    strange = np.array([0, 1, 0])
    assert speller.logprob("ż") == pytest.approx(speller.model.logprob(strange)[1:].sum() - np.log(0x110000))
    assert speller.logprob("ab") > speller.logprob("aa") > speller.logprob("az")
