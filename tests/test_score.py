"""Nats, bits, perplexity."""

import numpy as np
import pytest

from rnnkit import ngram, score


def test_a_fair_coin_costs_one_bit_and_a_fair_choice_is_its_own_perplexity():
    coin = score(np.full(8, np.log(0.5)), characters=8)
    assert (coin.nats, coin.bits, coin.perplexity) == pytest.approx((np.log(2), 1, 2))
    assert coin.bits_per_character == pytest.approx(1)
    assert score(np.full(5, -np.log(27)), 5).perplexity == pytest.approx(27)


def test_the_text_costs_the_same_however_it_is_cut():
    whole = score(np.array([-3.0, -5.0]), characters=4)
    letters = score(np.array([-1.0, -2.0, -2.0, -3.0]), characters=4)
    assert whole.bits_per_character == letters.bits_per_character and whole.nats == 2 * letters.nats
    spelled = score(np.array([-3.0, -5.0]), characters=4, spelling=4.0)
    assert spelled.nats == whole.nats and spelled.bits_per_character == pytest.approx(1.5 * whole.bits_per_character)


def test_it_agrees_with_the_counting_models():
    logprob = np.log(np.random.default_rng(0).random(20))
    assert score(logprob, 20).perplexity == pytest.approx(ngram.perplexity(logprob))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((2, 2)), 3), "logprob"),
        ((np.zeros(0), 3), "logprob: expected at least one token"),
        ((np.zeros(2), 0), "characters: expected at least 1, got 0"),
        ((np.zeros(2), 3, -1.0), "spelling"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        score(*arguments)
