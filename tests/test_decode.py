"""Decoding against exhaustive search on random automata, and sampling against the distribution."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnkit.arrays import log_softmax
from rnnkit.decode import beam, draw, greedy, length_penalty, nucleus, sample, temperature, top_k

START, END = 0, 1


class Automaton:
    """A random model: the next token depends on the last one and on a hidden state that the tokens move."""

    def __init__(self, V=4, states=3, seed=0):
        rng = np.random.default_rng(seed)
        self.logp = log_softmax(rng.normal(0, 1.5, (states, V, V)))
        self.move = rng.integers(0, states, (states, V))
        self.V = V

    def step(self, tokens, state):
        return self.logp[state, tokens], self.move[state, tokens]

    def score(self, told):
        total, state, token = 0.0, 0, START
        for following in told:
            total += self.logp[state, token, following]
            state, token = self.move[state, token], following
        return total

    def every(self, most):
        """All sequences that end within `most` tokens, with their log-probabilities, the end included."""
        inner = [v for v in range(self.V) if v != END]
        return {told: self.score((*told, END)) for n in range(most) for told in product(inner, repeat=n)}


ONE = np.zeros(1, int)
penalties = pytest.mark.parametrize("normalise", [0.0, 0.6, lambda n: n], ids=["none", "gnmt", "mean"])


@penalties
@given(seed=st.integers(0, 2**32), V=st.integers(2, 4), most=st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_a_wide_beam_is_exhaustive(normalise, seed, V, most):
    model = Automaton(V, seed=seed)
    divide = normalise if callable(normalise) else lambda n: length_penalty(n, normalise)
    want = {told: logp / divide(len(told) + 1) for told, logp in model.every(most).items()}
    found = [h for h in beam(model.step, ONE, START, END, most, 10**4, normalise) if h.ended]
    assert {tuple(h.tokens): pytest.approx(h.score) for h in found} == want
    assert tuple(found[0].tokens) == max(want, key=want.get)
    for h in found:
        assert h.logp == pytest.approx(model.score((*h.tokens, END)))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_beam_of_one_is_greedy_and_wider_is_no_worse_in_the_limit(seed):
    model = Automaton(seed=seed)
    told = greedy(model.step, ONE, 1, START, END, 6)[0]
    narrow = beam(model.step, ONE, START, END, 6, 1)[0]
    assert narrow.tokens == told and narrow.ended == (len(told) < 6)
    best = beam(model.step, ONE, START, END, 6, 10**4)
    assert best[0].score >= narrow.score - 1e-12 or not narrow.ended
    assert len(beam(model.step, ONE, START, END, 6, 3)) <= 3


def test_greedy_on_many_is_greedy_on_each():
    model = Automaton(states=5, seed=3)
    together = greedy(model.step, np.arange(5), 5, START, END, 8)
    assert together == [greedy(model.step, np.array([n]), 1, START, END, 8)[0] for n in range(5)]
    assert greedy(model.step, np.arange(5), 5, START, END, 0) == [[]] * 5


def test_states_may_be_tuples():
    model = Automaton(seed=5)

    def step(tokens, state):
        logp, inner = model.step(tokens, state[0])
        return logp, (inner, (state[1][0] + 1,))

    plain = beam(model.step, ONE, START, END, 5, 4)
    assert beam(step, (ONE, (ONE,)), START, END, 5, 4) == plain


@given(seed=st.integers(0, 2**32), p=st.floats(0.01, 1), k=st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_nucleus_is_the_smallest_set_and_top_k_the_k_best(seed, p, k):
    logits = np.random.default_rng(seed).normal(0, 2, (3, 7))
    probabilities = np.exp(log_softmax(logits))
    for row, kept in zip(probabilities, np.isfinite(nucleus(logits, p)), strict=True):
        order = np.sort(row)[::-1]
        assert row[kept].sum() >= min(p, 1) - 1e-9 and np.isclose(row[kept].sum(), order[: kept.sum()].sum())
        assert order[: kept.sum() - 1].sum() < p  # one fewer would not do
    kept = np.isfinite(top_k(logits, k))
    assert (kept.sum(-1) == min(k, 7)).all()
    assert (np.where(kept, logits, np.inf).min(-1) >= np.where(kept, -np.inf, logits).max(-1)).all()


def test_temperature_ends():
    logits = np.random.default_rng(0).normal(size=(4, 6))
    cold = np.exp(log_softmax(temperature(logits, 1e-3)))
    assert (cold.argmax(-1) == logits.argmax(-1)).all() and cold.max(-1).min() > 0.999
    np.testing.assert_allclose(np.exp(log_softmax(temperature(logits, 1e6))), 1 / 6, atol=1e-5)
    np.testing.assert_allclose(log_softmax(temperature(logits, 1.0)), log_softmax(logits))


def test_drawn_as_often_as_said():
    """Chi-square of 20,000 draws from 6 tokens; 20.5 is passed once in a thousand times."""
    logits = np.append(np.random.default_rng(0).normal(size=5), -np.inf)
    drawn = draw(np.tile(logits, (20000, 1)), np.random.default_rng(1))
    want = 20000 * np.exp(log_softmax(logits[None]))[0]
    counts = np.bincount(drawn, minlength=6)
    assert counts[5] == 0 and ((counts[:5] - want[:5]) ** 2 / want[:5]).sum() < 20.5


def test_sampled_sequences_follow_the_model():
    model = Automaton(V=3, seed=2)
    told = sample(model.step, np.zeros(20000, int), 20000, START, END, 3, np.random.default_rng(0))
    for sequence, logp in model.every(3).items():
        share = np.mean([t == list(sequence) for t in told])
        assert share == pytest.approx(np.exp(logp), abs=0.012)
    again = sample(model.step, np.zeros(9, int), 9, START, END, 5, np.random.default_rng(0))
    assert again == sample(model.step, np.zeros(9, int), 9, START, END, 5, np.random.default_rng(0))
    sure = sample(model.step, np.zeros(9, int), 9, START, END, 5, np.random.default_rng(0), lambda z: top_k(z, 1))
    assert sure == greedy(model.step, np.zeros(9, int), 9, START, END, 5)
    assert {len(t) for t in sample(model.step, np.zeros(3, int), 3, START, None, 7, np.random.default_rng(0))} == {7}


@pytest.mark.parametrize("call, message", [
    (lambda z: temperature(z, 0), "t: expected above 0"),
    (lambda z: top_k(z, 0), "k: expected at least 1"),
    (lambda z: nucleus(z, 1.5), "p: expected above 0 and at most 1"),
    (lambda z: top_k(z * np.nan, 2), "logits: expected numbers, -inf for the impossible, got NaN"),
    (lambda z: nucleus(z - np.inf, 0.5), "logits: expected numbers, -inf for the impossible"),
    (lambda z: draw(z, 0), "rng: expected"),
    (lambda z: draw(z[0], np.random.default_rng(0)), "logits: expected 2 axes"),
    (lambda z: beam(lambda t, s: (z * np.nan, s), ONE, 0, 1, 3, 2), "step: expected numbers"),
    (lambda z: beam(lambda t, s: (z, s), ONE, 0, 1, 3, 2), "step: expected log-probabilities for 1 hypotheses, got 2"),
    (lambda z: beam(lambda t, s: (z[:1], s), ONE, 0, 1, 3, 0), "width: expected at least 1"),
    (lambda z: beam(lambda t, s: (z[:1], s), ONE, 0, 1, 3, 2, -1.0), "normalise: expected at least 0"),
])  # fmt: skip
def test_bad_input(call, message):
    with pytest.raises((TypeError, ValueError)) as error:
        call(np.zeros((2, 4)))
    assert str(error.value).startswith(message)
