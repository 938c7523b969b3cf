"""Quick checks that you can run yourself: they say what is wrong, not how to do it. They are not the grade."""

import numpy as np


def forward(forward, cell, alpha):
    """Try known limits of the cell."""
    p, xs, start = _case(T=4, B=2)
    hs = _unchanged(forward, p=p, xs=xs, start=start)
    _shape("hs", hs, (5, 2, 3))
    assert np.array_equal(hs[0], start), "hs must begin with start"
    silent = {name: 0 * part for name, part in p.items()}
    hs = _run(forward, silent, xs, start)
    if cell == "residual":
        assert not _apart(hs, hs[:1]), "with all weights 0 a residual network stays where it is. Yours moves"
    else:
        ratios = hs[1:] / np.where(hs[:-1] == 0, 1, hs[:-1])
        assert not _apart(ratios, ratios[0, 0, 0]) and 0 < ratios[0, 0, 0] < 1, (
            "with all weights 0 a leaky network shrinks by the same factor at every tick, below 1. Yours does not"
        )
    pushed = _run(forward, silent | {"b": np.full(3, 99.0)}, xs, start) - hs
    if cell == "leaky":
        ones = _run(forward, silent | {"b": np.full(3, 99.0)}, xs, np.ones_like(start))
        assert not _apart(ones, 1), "a leaky network whose tanh says 1 and whose state is 1 stays at 1. Yours moves"
    assert pushed[1].min() > 0, "the bias does not reach the first state"
    assert not _apart(pushed[1], alpha), (
        "where tanh is 1, one tick adds another number to the state than the formula says: what is tanh multiplied by?"
    )
    for name in ("W_x", "W_h"):
        moved = _run(forward, p | {name: 2 * p[name]}, xs[:1], start)
        assert _apart(moved[1], _run(forward, p, xs[:1], start)[1]), f"{name} does not reach the first state"
    hs = _run(forward, p, 1e4 * xs, start)
    assert np.isfinite(hs).all(), "large inputs give numbers that are not finite"
    print("forward: nothing wrong found")


def blame_whole(forward, blame):
    """Without marks: compare with finite differences of your own forward, from the simplest network upwards."""
    p, xs, start = _case(2, B=2)
    twin = p | {"W_h": p["W_h"] + p["W_h"].T}
    direct, marks = np.random.default_rng(2).normal(size=(2, 2, 3)), np.zeros((2, 2), bool)
    direct[0] = straight = 0  # all blame starts at the last tick
    for words, q, size in (
        ("where W_h is 0 and the straight road alone is left, it", p | {"W_h": 0 * p["W_h"]}, 1),
        ("where tanh is nearly a straight line, its share on the road through W_h", twin | {"b": 0 * p["b"]}, 1e-4),
        ("where tanh is nearly a straight line it is right. Where tanh bends, its share on that road", twin, 1),
        ("where W_h is symmetric it is right. Where it is not, its share on the road through W_h", p, 1),
    ):
        hs = _run(forward, q, size * xs, size * start)
        mine = _unchanged(blame, p=q, xs=size * xs, hs=hs, direct=direct, marks=marks)
        _shape("dhs", mine, hs.shape)
        true = _turned(forward, "", 1, q, size * xs, hs, direct, marks)
        how = _how(mine[2], true[2])
        assert not how, f"nothing comes after the last state, and its blame is wrong{how}"
        how = _how(mine[1] - straight, true[1] - straight)
        assert not how, f"the blame of the state before the last one, no tick marked: {words} is wrong{how}"
        if not q["W_h"].any():
            straight = true[1]
    for T in (1, 5):
        p, xs, start = _case(T, B=2)
        hs = _run(forward, p, xs, start)
        direct, marks = np.random.default_rng(2).normal(size=hs[1:].shape), np.zeros((T, 2), bool)
        mine, true = np.asarray(blame(p, xs, hs, direct, marks)), _turned(forward, "", 1, p, xs, hs, direct, marks)
        for t in reversed(range(1, T + 1)):
            how = _how(mine[t], true[t])
            assert not how, f"T = {T}, and blame comes directly at every tick: the blame of hs[{t}] is wrong{how}"
    print("blame without marks: nothing wrong found")


def blame_cut(forward, blame, cut, fade):
    """With marks: compare with finite differences in which the marked roads carry a constant."""
    T = 6
    p, xs, start = _case(T, B=2)
    hs = _run(forward, p, xs, start)
    everywhere, marks = np.random.default_rng(2).normal(size=hs[1:].shape), np.zeros((T, 2), bool)
    direct = everywhere * (np.arange(T) == T - 1)[:, None, None]  # all blame starts at the last tick
    off = np.asarray(blame(p, xs, hs, direct, marks.copy()))
    right = not _how(off[1:], _turned(forward, cut, fade, p, xs, hs, direct, marks)[1:])
    assert right, "without any mark the blame is wrong already: mend that first"
    marks[3, 0] = True
    mine = _unchanged(blame, p=p, xs=xs, hs=hs, direct=direct, marks=marks)
    _shape("dhs", mine, hs.shape)
    true = _turned(forward, cut, fade, p, xs, hs, direct, marks)
    words = "sequence 0 is marked at tick 4 alone (marks[3]), sequence 1 nowhere: "
    assert not _how(mine[1:, 1], off[1:, 1]), words + "the mark changes the blame in sequence 1"
    changed = [t for t in range(1, T + 1) if _how(mine[t, 0], off[t, 0])]
    assert changed, words + "the mark changes nothing"
    assert changed[-1] == 3, (
        words
        + f"the last state whose blame changes is hs[{changed[-1]}]. Between which two states does the mark stand?"
    )
    found = []  # of blame that starts at tick 4: what passes with W_h = 0, on the straight road alone, and with both
    for q in (p | {"W_h": 0 * p["W_h"]}, p):
        states, ask = _run(forward, q, xs[:4], start), everywhere[:4] * (np.arange(4) == 3)[:, None, None]
        some = np.asarray(blame(q, xs[:4], states, ask, marks[:4]))
        assert not _how(some[4], ask[3]), words + "the blame that comes directly at the marked tick is wrong"
        found.append((some[3, 0], _turned(forward, cut, fade, q, xs[:4], states, ask, marks[:4])[3, 0]))
    straight, both = np.array(found)
    roads = _passed(*straight), _passed(*(both - straight))
    assert roads == ("right", "right"), words + (
        f"of what passes here, the share on the straight road is {roads[0]}; on the road through W_h it is {roads[1]}"
    )
    for t in (2, 1):
        assert not _how(mine[t, 0], true[t, 0]), (
            words + f"what passes this tick is right, but the blame of hs[{t}] is wrong: is the mark forgotten again?"
        )
    marks = np.random.default_rng(3).random((T, 2)) < 0.5
    marks[0], marks[2:4, 0] = False, True
    mine = np.asarray(blame(p, xs, hs, everywhere, marks))
    true = _turned(forward, cut, fade, p, xs, hs, everywhere, marks)
    assert not _how(mine[1:], true[1:]), (
        "one mark is treated rightly where blame starts at the last tick alone. With several marks in both sequences, "
        "and blame that comes directly at every tick, yours is wrong"
    )
    print("blame with marks: nothing wrong found")


def blame_start(forward, blame, cut, fade):
    """The state before the first tick."""
    for first in (False, True):
        p, xs, start = _case(3, B=2)
        hs = _run(forward, p, xs, start)
        direct, marks = np.random.default_rng(2).normal(size=hs[1:].shape), np.zeros((3, 2), bool)
        marks[0] = first
        mine = np.asarray(blame(p, xs, hs, direct, marks))
        _shape("dhs", mine, hs.shape)
        true = _turned(forward, cut, fade, p, xs, hs, direct, marks)
        words = "where the first tick is marked" if first else "without a mark"
        assert not _how(mine[0], true[0]), f"the blame of start is wrong {words}{_how(mine[0], true[0])}"
    print("blame of start: nothing wrong found")


def left(left):
    """Matrices whose products are known."""
    found = _unchanged(left, J=np.tile(np.eye(3), (4, 1, 1)))
    _shape("ln g_k for 4 ticks", found, (5,))
    assert not _apart(found, 0), (
        "if every J_t is the identity, all blame is left at every lag, and ln 1 = 0. Yours is not"
    )
    found = np.asarray(left(np.tile(2 * np.eye(3), (4, 1, 1))))
    assert not _apart(found, np.log(2) * np.arange(5)), "if every J_t is 2 I, blame doubles at each lag. Yours does not"
    found = np.asarray(left(np.array([5 * np.eye(2), np.eye(2), np.eye(2)])))
    assert not _apart(found[:3], 0), "J of the first tick shows before the last lag: from which end do you count lags?"
    found = np.asarray(left(np.diag([3.0, 4.0])[None]))
    assert not _apart(found[1], np.log(5 / np.sqrt(2))), (
        "J = diag(3, 4) lets through the root mean square of 3 and 4: which norm do you take?"
    )
    one, two = np.array([[0.0, 1], [0, 0]]), np.array([[1.0, 0], [0, 0]])
    found = np.asarray(left(np.array([one, two])))
    assert np.isfinite(found[2]), "with two different ticks the product is wrong: in which order do you multiply?"
    assert not _apart(found[2], -0.5 * np.log(2)), (
        "with two different ticks the size is wrong: is it the size of the *product* that you measure?"
    )
    print("left: nothing wrong found")


def left_extremes(left):
    """Products that no float holds, and a tick that lets nothing through."""
    with np.errstate(all="ignore"):
        for size in (1e3, 1e-3):
            found = np.asarray(left(np.tile(size * np.eye(2), (400, 1, 1))))
            assert np.isfinite(found).all(), (
                f"400 ticks of {size:g} I: from lag {np.flatnonzero(~np.isfinite(found))[0]} on ln g_k is not finite. "
                "Its true value is a harmless number"
            )
            assert not _apart(found, np.log(size) * np.arange(401)), f"400 ticks of {size:g} I: wrong at some lag"
        found = np.asarray(left(np.array([np.eye(2), np.zeros((2, 2)), np.eye(2)])))
    assert not np.isnan(found).any(), "where a tick lets nothing through, ln g_k becomes nan"
    assert (found[2:] == -np.inf).all(), "beyond a tick that lets nothing through, nothing is left"
    print("left at extremes: nothing wrong found")


def parts(forward, parts):
    """Compare with finite differences of single ticks of your own forward."""
    for T, B in ((1, 1), (1, 3), (4, 2)):
        p, xs, start = _case(T, B)
        hs = _run(forward, p, xs, start)
        dhs, marks = np.random.default_rng(4).normal(size=hs.shape), np.zeros((T, B), bool)
        for marked in (False, True):
            marks[T // 2] = marked
            mine = _unchanged(parts, p=p, xs=xs, hs=hs, dhs=dhs, marks=marks)
            assert isinstance(mine, dict) and mine.keys() == p.keys(), (
                f"parts must return a dict with the keys {list(p)}"
            )
            for name, part in p.items():
                _shape(f"the part of {name}", np.asarray(mine[name]), (T, *part.shape))
                for t in range(T):

                    def value(x, name=name, t=t, p=p, xs=xs, hs=hs, dhs=dhs):
                        return (_run(forward, p | {name: x}, xs[t : t + 1], hs[t])[1] * dhs[t + 1]).sum()

                    how = _how(np.asarray(mine[name])[t], _slopes(value, part))
                    words = f"{T} tick{'s' * (T > 1)}, {B} sequence{'s' * (B > 1)}"
                    if marked and how:
                        raise AssertionError(
                            f"the part of {name} at a tick is right while that tick is not marked, and wrong when it "
                            "is: your rule stops blame on its way to h, but which *numbers* stand in the formula?"
                        )
                    assert not how, f"{words}: the part of {name} at tick {t + 1} is wrong{how}"
    print("parts: nothing wrong found")


def clip(clip, ruler):
    """Symmetries of the clip."""
    given = _parts(5)
    mine, broken = _unchanged(clip, parts=given, most=1e9)
    assert isinstance(mine, dict) and mine.keys() == given.keys(), "clip must return a dict with the keys of parts"
    for name, part in given.items():
        _shape(f"the gradient for {name}", np.asarray(mine[name]), part.shape[1:])
    assert broken == 0, "no tick is broken, and you count some"
    assert not _differ(mine, _sum(given)), "if `most` is huge, nothing is clipped and the answer is the sum over ticks"
    one = _parts(1)
    assert not _differ(clip(one, 1.0)[0], _sum(one)), "a single tick is its own ruler: with most = 1 it stays as it is"
    assert not _differ(_unchanged(clip, parts=one, most=0.5)[0], _sum(one, 0.5)), (
        "a single tick, most = 0.5: half of it must be left"
    )
    two = {"V": np.zeros((2, 3, 3)), "c": np.zeros((2, 3))}  # names of another network
    two["V"][:, 1, 2], two["c"][:, 0] = (3, 4), (4, 3)
    assert not _differ(clip(_copy(two), 1.0)[0], _sum(two)), (
        "two ticks, (3 in V, 4 in c) and (4 in V, 3 in c), have the same length, 5. With most = 1 neither is too "
        "long. You shorten one"
    )
    assert abs(clip({"c": np.array([[1.0], [3.0]])}, 1.0)[0]["c"] - 3) < 1e-6, (
        f"two ticks of lengths 1 and 3: their {ruler} is 2, and with most = 1 only the longer one is shortened, to "
        "that. Yours differs"
    )
    loud, louder = _parts(5), _parts(5)
    for name in loud:
        loud[name][2] *= 1e3
        louder[name][2] *= 1e6
    a, b = clip(loud, 1.0)[0], clip(louder, 1.0)[0]
    if ruler == "median":
        assert not _differ(a, b), (
            "a tick that is 1000 times too loud, or a million times: the median of the lengths is the same, and so "
            "must be the answer. Yours differs"
        )
    else:
        four = {name: np.delete(part, 2, axis=0) for name, part in louder.items()}
        fifth = {name: clip(louder, 1.0)[0][name] - _sum(four)[name] for name in four}
        ratio = _length(fifth) / _length({name: part[2] for name, part in louder.items()})
        assert abs(ratio - 0.2) < 1e-3, (
            "of five ticks one is so loud that it alone makes the mean: it is then five times as long as the mean, "
            "and with most = 1 a fifth of it must be left, the others whole. Yours differs"
        )
    print("clip: nothing wrong found")


def clip_scale(clip):
    """Units must not matter."""
    given = _parts(5)
    for name in given:
        given[name][1] *= 20
    with np.errstate(all="ignore"):
        once = clip(_copy(given), 1.0)[0]
        for s in (1e3, 1e-3, 1e200, 1e-200):
            mine = {n: np.asarray(x) / s for n, x in clip({n: s * x for n, x in given.items()}, 1.0)[0].items()}
            assert not _differ(mine, once), f"parts times {s:g} must give {s:g} times the answer. Yours do not"
        silent = {name: np.concatenate([part, 0 * part]) for name, part in given.items()}
        assert not _differ(clip(silent, 1.0)[0], once), "five more ticks that are all 0 change your answer"
        zeros = {name: 0 * part for name, part in given.items()}
        assert not _differ(clip(_copy(zeros), 1.0)[0], _sum(zeros)), "parts that are all 0 must give zeros"
    print("clip and units: nothing wrong found")


def clip_broken(clip):
    """A broken tick must not spoil the rest."""
    with np.errstate(all="ignore"):
        for bad in (np.nan, np.inf):
            given = _parts(4)
            rest = {name: np.delete(part, 1, axis=0) for name, part in given.items()}
            once = clip(_copy(rest), 1.0)[0]
            given["W_h"][1, 0, 0] = bad
            mine, broken = clip(_copy(given), 1.0)
            assert all(np.isfinite(part).all() for part in mine.values()), f"one {bad} makes the answer not finite"
            assert not _differ(mine, once), (
                f"a tick with a {bad} in it is broken, and must count as if it were not there"
            )
            assert broken == 1, f"one tick holds a {bad}, and you count {broken}"
    print("clip and broken ticks: nothing wrong found")


def _case(T, B, D=2, H=3):
    r = np.random.default_rng(T)
    p = {name: r.normal(0, 0.8, shape) for name, shape in {"W_x": (D, H), "W_h": (H, H), "b": (H,)}.items()}
    return p, r.normal(size=(T, B, D)), r.uniform(0.3, 0.9, (B, H))


def _parts(T):
    r = np.random.default_rng(T)
    return {"W_h": r.normal(size=(T, 3, 3)), "b": r.normal(size=(T, 3))}


def _sum(parts, factor=1.0):
    return {name: factor * part.sum(0) for name, part in parts.items()}


def _copy(parts):
    return {name: part.copy() for name, part in parts.items()}


def _length(grads):
    return np.sqrt(sum((part**2).sum() for part in grads.values()))


def _differ(mine, true):
    return any(_apart(np.asarray(mine[name]), part) for name, part in true.items())


def _run(function, *args):
    with np.errstate(all="ignore"):
        return np.asarray(function(*args))


def _unchanged(function, **args):
    """The answer to `args`, which the function must leave as they are."""
    kept = {name: _copy(arg) if isinstance(arg, dict) else np.array(arg) for name, arg in args.items()}
    with np.errstate(all="ignore"):
        found = function(*args.values())
    for name, arg in args.items():
        pairs = [(arg[n], kept[name][n]) for n in kept[name]] if isinstance(arg, dict) else [(arg, kept[name])]
        assert all(np.array_equal(*pair) for pair in pairs), (
            f"{function.__name__} changes its argument {name}: work on a copy"
        )
    assert found is not None, f"{function.__name__} returns nothing"
    return found if isinstance(found, dict | tuple) else np.asarray(found)


def _shape(name, array, shape):
    assert array.shape == shape, f"{name} should have the shape {shape}, yours has {array.shape}"


def _apart(mine, true):
    return not np.allclose(mine, true, rtol=1e-6, atol=1e-7)


def _how(mine, true):
    """ "" if both are the same; else in what simple way they differ, or ":" and that they do."""
    mine, true = np.asarray(mine), np.asarray(true)
    if not _apart(mine, true):
        return ""
    if not np.isfinite(mine).all():
        return ": it is not finite"
    if not _apart(mine, -true):
        return ": it has the wrong sign"
    if not _apart(mine, 0):
        return ": it is 0"
    ratio = (mine * true).sum() / max((true * true).sum(), 1e-30)
    if not _apart(mine, ratio * true):
        return f": it points the right way and is {ratio:.3g} times the true one"
    return ": it points elsewhere"


def _passed(mine, true):
    """How the blame on one road at a marked tick compares with what the formula lets through."""
    if not _how(mine, true):
        return "right"
    if not _apart(true, 0):
        return "not stopped"
    return "wrong" + _how(mine, true)


def _slopes(value, x, eps=1e-5):
    """Finite differences of value by every number of x."""
    found = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        found[place] = (value(up) - value(down)) / (2 * eps)
    return found


def _tick(forward, cut, fade, p, x, h, constant):
    """The new state of one sequence at a marked tick, where `constant` stands for h on the road that is cut."""
    if cut == "fade":
        h = constant = fade * h + (1 - fade) * constant
    straight, through = (h, constant) if cut == "weights" else (constant, h)
    moved = {"W_h": 0 * p["W_h"], "b": p["b"] + through @ p["W_h"]}
    return _run(forward, p | moved, x[None, None], straight[None])[1, 0]


def _turned(forward, cut, fade, p, xs, hs, direct, marks):
    """The blame of every state: turn it and run your forward on from there, with constants where marks say so."""
    found = np.zeros(hs.shape)
    for k, b in np.ndindex(hs.shape[:2]):

        def value(h, k=k, b=b):
            total = (direct[k - 1, b] * h).sum() if k else 0.0
            for t in range(k, len(xs)):
                if marks[t, b]:
                    h = _tick(forward, cut, fade, p, xs[t, b], h, hs[t, b])
                else:
                    h = _run(forward, p, xs[t : t + 1, b : b + 1], h[None])[1, 0]
                total += (direct[t, b] * h).sum()
            return total

        found[k, b] = _slopes(value, hs[k, b])
    return found
