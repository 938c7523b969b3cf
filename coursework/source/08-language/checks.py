"""Quick checks that you can run yourself: they say what is wrong, not how to do it. They are not the grade."""

import numpy as np


def untouched(function, *args):
    """The function's answer; an error if the function changed an argument."""

    def parts():
        found = []
        for arg in args:
            some = arg.values() if isinstance(arg, dict) else arg if isinstance(arg, tuple) else [arg]
            found += [np.array(x) for x in some if not callable(x)]
        return found

    before = parts()
    answer = function(*args)
    if not all(map(np.array_equal, parts(), before)):
        raise ValueError(f"{getattr(function, '__name__', 'your function')} changes an argument")
    return answer


def count(count, gap):
    """Sums and directions of the tables."""
    c = untouched(count, np.array([0, 1, 1, 1, 2]), 4)
    assert c["one"].sum() == 5, "one must count every token"
    assert c["near"][0, 1] == 1 and c["near"][1, 0] == 0, "row: the earlier word, column: the later one"
    assert not c["far"][:, 0].any(), "far: word 0 stands first, so it comes after nothing"
    assert c["near"][1, 1] == 2, "a pair that comes twice counts twice"
    assert c["near"].sum() == 4, "five tokens have four pairs of neighbours: near counts another number"
    assert c["far"].sum() == 5 - gap, f"five tokens have {5 - gap} pairs that are {gap} places apart"
    assert count(np.array([2]), 4)["far"].sum() == 0, "a text of one token has no pairs"
    print("count: nothing wrong found")


def _tables():
    rng = np.random.default_rng(0)
    c = {"one": rng.integers(1, 9, 4), "near": rng.integers(0, 5, (4, 4)), "far": rng.integers(0, 5, (4, 4))}
    return c, np.array([0, 1, 2, 1]), np.array([3, 3, 1, 0])


def predict(predict):
    """Sums, and which context each witness listens to."""
    c, us, vs = _tables()
    for weight in (0, 1, 0.4):
        p = np.asarray(untouched(predict, c, us, vs, weight))
        assert p.shape == (4, 4), f"p should have the shape (4, 4), yours has {p.shape}"
        assert np.allclose(p.sum(1), 1), f"the rows do not sum to 1 (weight {weight})"
    assert np.allclose(predict(c, us, vs, 1), predict(c, us[::-1], vs, 1)), "weight 1 must listen to v alone"
    assert np.allclose(predict(c, us, vs, 0), predict(c, us, vs[::-1], 0)), "weight 0 must listen to u alone"
    each = predict(c, us, vs, np.array([1, 0.4, 0.4, 0.4]))
    assert np.shape(each) == (4, 4), "with an array of weights p has another shape"
    assert np.allclose(each[1:], p[1:]), "with an array of weights, each row must use its own"
    empty = {name: 0 * part for name, part in c.items()}
    assert np.allclose(predict(empty, us, vs, 0.4), 1 / 4), "who has read nothing knows nothing: all words are equal"
    p = predict(c | {"near": empty["near"]}, us, vs, 1)
    often, seldom = c["one"].argmax(), c["one"].argmin()
    assert (p[:, often] > p[:, seldom]).all(), "a witness that saw nothing still knows which words are common"
    print("predict: nothing wrong found")


def trust(trust, mix):
    """What the weights may depend on."""
    c, us, vs = _tables()
    weights = np.asarray(untouched(trust, c, us, vs))
    assert weights.shape == (4,), f"one weight for each row, (4,); yours have the shape {weights.shape}"
    assert ((0 <= weights) & (weights <= 1)).all(), "a weight lies between 0 and 1"
    more = trust(c | {"near": 10 * c["near"]}, us, vs)
    if mix == "times":
        assert np.allclose(weights, trust(c, us[::-1], vs)), "your weights must depend on v alone"
        assert (more > weights).all(), "a last word that was seen more often must get more trust"
    else:
        assert np.allclose(weights, more), "how often does not matter, only how many different words followed"
        c = c | {"near": np.ones((4, 4), int), "far": np.eye(4, dtype=int)}
        assert (trust(c, us, vs) < 0.5).all(), "a last word that four words followed, against one: it leaves more open"
    print("trust: nothing wrong found")


def read(read, model, gap):
    """The same in one piece and in many."""
    ids, start = np.array([1, 3, 0, 2, 4, 1, 0]), (0.0, 0, np.arange(1, gap + 1))
    whole = untouched(read, model, start, ids, 10)
    assert whole[1] == 7, "seven tokens were read"
    for cuts in ((3,), (1, 2, 3), (0, 4)):
        state = start
        for piece in np.split(ids, cuts):
            state = read(model, state, piece, 10)
            assert np.shape(state[2]) == (gap,), "the history has another length after a short piece"
        assert np.isclose(state[0], whole[0]), f"read in pieces (cut at {cuts}) the text costs something else"
    assert read(model, start, np.array([0]), 10)[2][-1] == 0, "the newest token stands last in the history"
    more = read(model, start, ids, 20)[0] - whole[0]
    assert np.isclose(more, 2 * np.log(2)), "twice as many strangers must cost ln 2 more for each unknown word"
    even = read(lambda us, vs: np.full((len(us), 5), 0.2), start, np.array([1, 3]), 10)[0]
    assert np.isclose(even, 2 * np.log(5)), "where all five words are equal, a known word must cost ln 5 nats"
    other = 0.0, 0, np.append(np.zeros(gap - 1, int), gap)
    alike = (read(lambda us, vs: model(vs, vs), state, ids[:1], 10)[0] for state in (start, other))
    assert np.isclose(*alike), "the oldest word of the history changes what a model says that asks v alone"
    print("read: nothing wrong found")


def _case():
    rng = np.random.default_rng(1)
    sizes = {"E": (5, 4), "W_x": (4, 3), "b": (3,), "g": (2,), "W_y": (1, 5), "b_y": (5,)}
    return {name: rng.normal(size=size) for name, size in sizes.items()}, np.array([0, 2, 2]), rng.normal(size=(3, 5))


def forward(forward, tie):
    """Shapes and limits."""
    p, ids, _ = _case()
    hs, ys = untouched(forward, p, ids)
    assert np.shape(hs) == (3, 3) and np.shape(ys) == (3, 5), "hs should be (B, H), ys (B, V)"
    own = hs[:, 2:] @ p["W_y"] + p["b_y"]
    assert np.allclose(forward(p | {"g": 0 * p["g"]}, ids)[1], own), "with g = 0 the shared columns say nothing"
    print("forward: nothing wrong found")


def loss(loss, zeta):
    """Finite differences and large logits."""
    _, _, ys = _case()
    targets = np.array([1, 0, 4])
    untouched(loss, ys, targets)
    with np.errstate(all="ignore"):
        large = loss(1e4 * ys, targets)[0]
    assert np.isfinite(large), "logits in the thousands give a loss that is not finite"
    true = _slopes(lambda ys: loss(ys, targets)[0], ys)
    assert np.allclose(loss(ys, targets)[1], true, atol=1e-6), "dys differs from finite differences of your own loss"
    print("loss: nothing wrong found")


def gradient(forward, gradient):
    """Finite differences of your own forward."""
    p, ids, dys = _case()
    mine = untouched(gradient, p, ids, forward(p, ids)[0], dys)
    assert mine.keys() == p.keys(), "the gradient needs the keys of p"
    for name in p:
        assert np.shape(mine[name]) == p[name].shape, f"your gradient for {name} has another shape than {name}"
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
    """Sums, symmetries, the cut, and the third time running."""
    z = np.array([3.0, 1.0, 0.5, 0.2])
    untouched(rule, z, np.array([0, 0]))
    p = np.asarray(rule(z, np.array([0, 1])))
    assert p.shape == (4,) and np.isclose(p.sum(), 1), "the distribution must sum to 1"
    assert np.allclose(p, rule(z + 5, np.array([0, 1]))), "a number added to all logits changes your distribution"
    assert rule(z, np.array([2, 0, 0]))[0] == 0, "the token that came twice is possible a third time"
    for history in ([0, 0, 1], [0, 1, 0]):
        assert rule(z, np.array(history))[0] == p[0], "a token that came twice, but not just now in a row, is not out"
    with np.errstate(all="ignore"):
        sure = rule(np.array([20.0, 2.0, 1.0, 0.0]), np.array([0, 1]))
        large = rule(1e4 * z, np.array([0, 0]))
    if kind == "floor":
        assert np.count_nonzero(sure) == least, "one token is nearly certain: you keep another number than LEAST"
        assert (np.asarray(rule(np.zeros(8), np.array([0, 1]))) > 0).all(), "all tokens are equal, but you cut some"
    else:
        assert np.allclose(sure, [1, 0, 0, 0]), "one token is nearly certain: it alone should be left"
        many = rule(np.append(np.log(8), np.zeros(92)), np.array([0, 1]))
        assert many[0] == 0, "one token of .08, 92 of .01: its surprise is far from the mean, and you keep it"
    assert np.isfinite(large).all(), "large logits give numbers that are not finite"
    print("rule: nothing wrong found")


def _slopes(value, x, eps=1e-5):
    found = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        found[place] = (value(up) - value(down)) / (2 * eps)
    return found
