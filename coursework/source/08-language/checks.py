"""Quick checks that you can run yourself: they say what is wrong, not how to do it. They are not the grade."""

import numpy as np


def count(count, gap):
    """Sums and directions of the tables."""
    c = count(np.array([0, 1, 1, 1, 2]), 4)
    assert c["one"].sum() == 5, "one must count every token"
    assert c["near"].sum() == 4, "five tokens have four pairs of neighbours: near counts another number"
    assert c["far"].sum() == 5 - gap, f"five tokens have {5 - gap} pairs that are {gap} places apart"
    assert c["near"][0, 1] == 1 and c["near"][1, 0] == 0, "row: the earlier word, column: the later one"
    assert c["near"][1, 1] == 2, "a pair that comes twice counts twice"
    assert count(np.array([2]), 4)["far"].sum() == 0, "a text of one token has no pairs"
    print("count: nothing wrong found")


def predict(predict, mix):
    """Sums, and which context each witness listens to."""
    rng = np.random.default_rng(0)
    c = {"one": rng.integers(1, 9, 4), "near": rng.integers(0, 5, (4, 4)), "far": rng.integers(0, 5, (4, 4))}
    us, vs = np.array([0, 1, 2]), np.array([3, 3, 1])
    for weight in (None, 0, 1, 0.4):
        p = np.asarray(predict(c, us, vs, weight))
        assert p.shape == (3, 4), f"p should have the shape (3, 4), yours has {p.shape}"
        assert np.allclose(p.sum(1), 1), f"the rows do not sum to 1 (weight {weight})"
    assert np.allclose(predict(c, us, vs, 1), predict(c, us[::-1], vs, 1)), "weight 1 must listen to v alone"
    assert np.allclose(predict(c, us, vs, 0), predict(c, us, vs[::-1], 0)), "weight 0 must listen to u alone"
    empty = {name: 0 * part for name, part in c.items()}
    assert np.allclose(predict(empty, us, vs), 1 / 4), "who has read nothing knows nothing: each word is as likely"
    print("predict: nothing wrong found")


def read(read, model, gap):
    """The same in one piece and in many."""
    ids, start = np.array([1, 3, 0, 2, 4, 1, 0]), (0.0, 0, np.arange(1, gap + 1))
    whole = state = read(model, start, ids, 10)
    assert whole[1] == 7, "seven tokens were read"
    for cuts in ((3,), (1, 2, 3), (0, 4)):
        state = start
        for piece in np.split(ids, cuts):
            state = read(model, state, piece, 10)
            assert np.shape(state[2]) == (gap,), "the history has another length after a short piece"
        assert np.isclose(state[0], whole[0]), f"read in pieces (cut at {cuts}) the text costs something else"
    more = read(model, start, ids, 20)[0] - whole[0]
    assert np.isclose(more, 2 * np.log(2)), "twice as many strangers must cost ln 2 more for each unknown word"
    print("read: nothing wrong found")


def _case():
    rng = np.random.default_rng(1)
    sizes = {"E": (5, 4), "W_x": (4, 3), "b": (3,), "g": (2,), "W_y": (1, 5), "b_y": (5,)}
    return {name: rng.normal(size=size) for name, size in sizes.items()}, np.array([0, 2, 2]), rng.normal(size=(3, 5))


def forward(forward, tie):
    """Shapes and limits."""
    p, ids, _ = _case()
    hs, ys = forward(p, ids)
    assert np.shape(hs) == (3, 3) and np.shape(ys) == (3, 5), "hs should be (B, H), ys (B, V)"
    own = hs[:, 2:] @ p["W_y"] + p["b_y"]
    assert np.allclose(forward(p | {"g": 0 * p["g"]}, ids)[1], own), "with g = 0 the shared columns say nothing"
    print("forward: nothing wrong found")


def loss(loss, zeta):
    """Finite differences and large logits."""
    _, _, ys = _case()
    targets = np.array([1, 0, 4])
    assert np.isfinite(loss(1e4 * ys, targets)[0]), "logits in the thousands give a loss that is not finite"
    true = _slopes(lambda ys: loss(ys, targets)[0], ys)
    assert np.allclose(loss(ys, targets)[1], true, atol=1e-6), "dys differs from finite differences of your own loss"
    print("loss: nothing wrong found")


def gradient(forward, gradient):
    """Finite differences of your own forward."""
    p, ids, dys = _case()
    mine = gradient(p, ids, forward(p, ids)[0], dys)
    for name in p:
        true = _slopes(lambda part, name=name: (forward(p | {name: part}, ids)[1] * dys).sum(), p[name])
        wrong = ~np.isclose(mine[name], true, atol=1e-6)
        where = ""
        if name == "E" and not wrong[[1, 3, 4]].any():
            where = ", but only in rows of words that were read"
        elif name == "E" and not wrong[:, 2:].any():
            where = ", but only in the shared columns: has each of the two uses its part?"
        assert not wrong.any(), f"your gradient for {name} differs from finite differences{where}"
    print("gradient: nothing wrong found")


def rule(rule, kind, least):
    """Sums, symmetries and the third time running."""
    z = np.array([3.0, 1.0, 0.5, 0.2])
    p = np.asarray(rule(z, np.array([0, 1])))
    assert p.shape == (4,) and np.isclose(p.sum(), 1), "the distribution must sum to 1"
    assert np.allclose(p, rule(z + 5, np.array([0, 1]))), "a number added to all logits changes your distribution"
    assert rule(z, np.array([2, 0, 0]))[0] == 0, "the token that came twice is possible a third time"
    assert rule(z, np.array([0, 0, 1]))[0] == p[0], "a token that came twice, but not just now, is not out"
    assert np.isfinite(rule(1e4 * z, np.array([0, 0]))).all(), "large logits give numbers that are not finite"
    print("rule: nothing wrong found")


def _slopes(value, x, eps=1e-5):
    found = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        found[place] = (value(up) - value(down)) / (2 * eps)
    return found
