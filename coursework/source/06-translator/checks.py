"""Quick checks that you can run yourself: they say what is wrong, not how to do it."""

import itertools

import numpy as np

TINY = 1e-5


def look(look, guilt):
    """Weights that are weights, a memory that remembers, padding that does not matter."""
    r = np.random.default_rng(1)
    scores, mask = r.normal(size=(4, 2, 3)), np.ones((3, 2), bool)
    w = np.asarray(look(scores, mask, 1.0))
    assert w.shape == (4, 2, 3), f"weights must have the shape of the scores, (4, 2, 3); yours have {w.shape}"
    assert np.isfinite(w).all(), "some weights are not finite"
    assert np.allclose(w.sum(-1), 1), "the weights of one text at one tick must add up to 1, over its words"
    e = np.exp(scores - scores.max(-1, keepdims=True))
    plain = e / e.sum(-1, keepdims=True)
    assert np.allclose(np.asarray(look(scores, mask, 0.0)), plain), "with lambda = 0 the guilt must have no effect"
    assert np.allclose(w[0], plain[0]), "at the first tick nothing was read yet: the guilt must be 0 there"
    assert not np.allclose(w[1], plain[1]), (
        "at the second tick your weights do not depend on what was read at the first"
    )
    other = scores.copy()
    other[0, :, 0] += 1
    v = np.asarray(look(other, mask, 1.0))
    assert (v[1, :, 0] < w[1, :, 0]).all(), "who reads more of a word must have less of it at the next tick"
    sure = 60.0 * np.eye(3)[:, None]
    sure[2] = 0  # tick 1 reads word 1, tick 2 word 2; at tick 3 all scores are equal
    v = np.asarray(look(sure, np.ones((3, 1), bool), 1.0))[2, 0]
    assert v[0] < v[2], "what was read at tick 1 must still count at tick 3"
    assert np.isclose(v[0], v[1]), "a word read at tick 1 and one read at tick 2 must count alike at tick 3"
    alone = np.asarray(look(np.zeros((3, 1, 2)), np.ones((2, 1), bool), 2.0))
    assert np.allclose(alone, 0.5), "of two words with equal scores none is ever ahead"
    twice = 60.0 * np.array([[[1, 0]], [[1, 0]], [[0, 0]]])
    v = np.asarray(look(twice, np.ones((2, 1), bool), 0.5))[2, 0]  # word 1 was read twice, word 2 never: g(2) - g(0)
    size = {"linear": 1.0, "log": np.log(2), "square": 2.0}[guilt]
    assert np.isclose(np.log(v[1] / v[0]), size), (
        "after two whole looks at a word its guilt is not the g(2) of your text"
    )
    mask[2, 1] = False
    for filling in (0.0, 1e6, np.nan):
        filled = np.where(mask.T, scores, filling)
        w = np.asarray(look(filled, mask, 1.0))
        assert np.isfinite(w).all() and (w[:, 1, 2] == 0).all(), (
            f"padding that holds {filling} must get the weight 0, and leave all weights finite"
        )
        short = np.asarray(look(scores[:, 1:, :2], mask[:2, 1:], 1.0))
        assert np.allclose(w[:, 1:, :2], short), "a padded text must have the weights that it has without its padding"
    with np.errstate(all="ignore"):
        large = np.asarray(look(5e3 * scores, np.ones((3, 2), bool), 1.0))
    assert np.isfinite(large).all(), "with scores of thousands some weights are not finite"


def blame(look, blame):
    """The blame against small turns of each score, tick by tick."""
    r = np.random.default_rng(2)
    for T in (1, 2, 4):
        scores, mask, dw = r.normal(size=(T, 2, 3)), np.ones((3, 2), bool), r.normal(size=(T, 2, 3))
        w = np.asarray(look(scores, mask, 1.3))
        mine = np.asarray(blame(w.copy(), dw.copy(), 1.3))
        assert mine.shape == scores.shape, f"dscores must have the shape of the scores; yours have {mine.shape}"
        true = np.zeros_like(scores)
        for at in np.ndindex(scores.shape):
            up, down = scores.copy(), scores.copy()
            up[at] += TINY
            down[at] -= TINY
            true[at] = ((np.asarray(look(up, mask, 1.3)) - np.asarray(look(down, mask, 1.3))) * dw).sum() / (2 * TINY)
        right = np.isclose(mine, true, rtol=1e-4, atol=1e-7).all((1, 2))
        if right.all():
            continue
        if T == 1:
            raise AssertionError("with one tick your blame is wrong already: look at the softmax alone")
        if right[-1]:
            wrong = T - int(np.flatnonzero(~right)[-1]) - 1
            more = "" if T == 2 else f" It is wrong from {wrong} tick(s) before the last."
            raise AssertionError(
                "your blame is right at the last tick and wrong before it: a score's later effect, through what was "
                f"read, is missing or has another size or sign.{more}"
            )
        raise AssertionError(f"with {T} ticks your blame is wrong at the last of them, where nothing comes after")


def outputs(logp, rule, reward):
    """Every output that the rule allows, with its value: few tokens and ticks only."""
    T, V, _ = logp.shape
    for length in range(T):
        for words in itertools.product(range(1, V), repeat=length):
            twice = len(set(words)) < length if rule == "ever" else any(a == b for a, b in itertools.pairwise(words))
            if not twice:
                path = (0, *words, 0)
                yield list(words), sum(logp[t, path[t], path[t + 1]] for t in range(length + 1)) + reward * length


def search(search, rule, reward):
    """A wide beam finds the best of all outputs; any beam finds an output with the value that it says."""
    r = np.random.default_rng(3)
    for T, V in ((1, 3), (3, 3), (4, 4), (4, 4), (5, 4), (5, 4), (5, 5)):
        p = r.dirichlet(np.ones(V), (T, V)) * np.where(np.arange(V) == 0, 0.03, 1)
        logp = np.log(p / p.sum(-1, keepdims=True))
        every = {tuple(words): value for words, value in outputs(logp, rule, reward)}
        for width in (1, 2, 1000):
            words, value = search(logp.copy(), width)
            words = tuple(int(w) for w in words)
            assert 0 not in words, "the words returned must not contain the end, token 0"
            assert len(words) < T, (
                f"with {T} ticks an output has at most {T - 1} words, for the end takes one; yours has more"
            )
            assert words in every, f"your output {list(words)} breaks the rule"
            assert value > -np.inf, f"with {T} ticks and width {width} there is an output, and you found none"
            assert np.isclose(every[words], value), (
                f"your output's value is not what its words are worth (width {width}): is the end's log-probability "
                "in it, and the reward once for each word?"
            )
        assert np.isclose(value, max(every.values())), "a beam as wide as all outputs must find the best of them"
