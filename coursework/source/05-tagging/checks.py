"""Quick checks that you can run yourself: they say what is wrong, not how to do it. They are not the grade."""

from itertools import product
from time import perf_counter

import numpy as np


def views(views, sight, part):
    """Turn single inputs and see which views change; pad, and see that none does. `part`: left, right or padding."""
    rng = np.random.default_rng(1)
    ahead, back = _reader(rng), _reader(rng)
    T, n = 5, np.array([5, 5])
    xs = rng.normal(size=(T, 2, 2))
    both = _pair(_unchanged(views, ahead=ahead, back=back, xs=xs, lengths=n))
    _shape("left", both[0], (T, 2, 3))
    _shape("right", both[1], (T, 2, 3))

    def at(xs=xs, n=n, ahead=ahead, back=back):
        return _pair(_run(views, ahead, back, xs, n))

    if part == "padding":
        _padding(at, xs)
    else:
        side = int(part == "right")
        _one_view(part, lambda **given: at(**given)[side], both[side], xs, sight)
        name, p = (("ahead", ahead), ("back", back))[side]
        _one_reader(part, lambda p: at(**{name: p})[side], both[side], p, sight)
    print(f"views, {part}: nothing wrong found")


def _one_view(part, at, view, xs, sight):
    """What this view depends on, and that padding of zeros does not matter."""
    T = len(xs)
    for tau in range(T):
        turned = xs.copy()
        turned[tau, 0] += 1
        found = at(xs=turned)
        assert not _apart(found[:, 1], view[:, 1]), "an input of one sequence changes the views of another"
        for t in range(T):
            does = _apart(found[t, 0], view[t, 0])
            should = tau > t if part == "right" else tau <= t if sight == "once" else tau < t
            where = f"{part}[{t}] {'depends' if does else 'does not depend'} on xs[{tau}]"
            assert does == should, f"{where}: look again at what each tick may see"
    for ends in ((2, 5), (1, 3)):
        n = np.array(ends)
        padded = at(xs=np.where((np.arange(T)[:, None] < n)[:, :, None], xs, 0), n=n)
        for b, end in enumerate(ends):
            assert not _apart(padded[:end, [b]], at(xs=xs[:end, [b]], n=n[[b]])), (
                f"{part}: a sequence of {end} ticks padded to {T} gets other views than the same one alone. "
                f"Where does the reader start?"
            )


def _one_reader(part, at, view, p, sight):
    """Weights for which the states are known, and the start state."""
    first, T = (-1 if part == "right" else 0), len(view)
    assert _apart(at(p | {"s": p["s"] + 1})[first], view[first]), (
        f"{part}[{first % T}], where this reader starts, does not depend on its start state"
    )
    still = at({name: 0 * x for name, x in p.items()} | {"W_h": np.eye(3), "s": p["s"]})
    h = p["s"]
    for tick in range(T):
        t = T - 1 - tick if part == "right" else tick
        if tick or (part == "left" and sight == "once"):
            h = np.tanh(h)
        assert not _apart(still[t], [h, h]), (
            f"with W_h the unit matrix and no input, each tick takes the tanh of the state once more. Yours has taken "
            f"it a wrong number of times at {part}[{t}]"
        )


def _padding(at, xs):
    T = len(xs)
    for ends in ((2, 5), (1, 3)):
        n = np.array(ends)
        real = (np.arange(T)[:, None] < n)[:, :, None]
        base = at(xs=np.where(real, xs, 0), n=n)
        for words, filler in (("zeros", 0), ("other numbers", 1e6), ("nan", np.nan)):
            found = at(xs=np.where(real, xs, filler), n=n)
            for name, mine, old in zip(("left", "right"), found, base, strict=True):
                assert not _apart(np.where(real, mine, 0), np.where(real, old, 0)), (
                    f"{name} changes at real ticks when the padding holds {words}"
                )
                assert not _apart(np.where(real, 0, mine), 0 * old), (
                    f"{name} is not 0 on padding when the padding holds {words}"
                )


def seen(views, join, sight):
    """Rows t, columns tau, 1 where u_t sees x_tau: for one layer, and for two with a residual."""
    rng = np.random.default_rng(5)
    T, H, n = 6, 3, np.array([6])
    layers = []
    for _ in range(2):
        q = {"U": rng.normal(size=(H, H)), "V": rng.normal(size=(H, H)), "c": np.zeros(H)}
        layers.append((_reader(rng, H), _reader(rng, H), q))

    def layer(xs, ahead, back, q):
        left, right = _pair(_run(views, ahead, back, xs, n))
        if sight == "once":  # the colleague's: the right view one tick further on
            right = np.concatenate([right[1:], right[-1:]])
        return _run(join, left, right, q)

    def two(xs):
        u = layer(xs, *layers[0])
        return layer(u, *layers[1]) + u

    tables = {}
    for name, network in (("one layer", lambda xs: layer(xs, *layers[0])), ("two layers", two)):
        table = np.zeros((T, T), int)
        for _ in range(20):  # one input alone need not show, where a louder view drowns it
            xs = rng.normal(size=(T, 1, H))
            for tau in range(T):
                turned = xs.copy()
                turned[tau] += 1
                table[:, tau] |= np.abs(network(turned) - network(xs)).max((1, 2)) > 1e-9
        tables[name] = table
    return tables


def join(join, how):
    """Known limits of the join."""
    rng = np.random.default_rng(2)
    q = {"U": rng.normal(size=(3, 3)), "V": rng.normal(size=(3, 3)), "c": rng.normal(size=3)}
    left, right = rng.normal(size=(2, 4, 2, 3))
    u = _unchanged(join, left=left, right=right, q=q)
    _shape("u", u, left.shape)

    def at(left=left, right=right, **parts):
        return _run(join, left, right, q | parts)

    if how == "cross":
        off = {"U": 0 * q["U"], "V": 0 * q["V"], "c": 0 * q["c"]}
        assert not _apart(at(**off), (left + right) / 2), (
            "where U, V and c are 0, both gates are half open, and u is the mean of the views. Yours is not"
        )
        assert not _apart(at(right=0 * right, c=off["c"]), left / 2), (
            "if the right view is 0 and so is c, the left one passes a gate that is half open. In yours not"
        )
        assert not _apart(at(c=q["c"] - 1e3), 0 * u), "with c very low both gates are shut, and u is 0. Yours is not"
        assert not _apart(at(), at(left=right, right=left, U=q["V"], V=q["U"])), (
            "if the views change places, and U and V too, nothing should change. In yours it does"
        )
        assert not _apart(
            at(V=off["V"], c=off["c"]) - at(V=off["V"], c=off["c"], left=0 * left),
            at(V=off["V"], c=off["c"], right=right, left=left) - right / 2,
        ), "u is not the sum of one part that the left view passes and one that the right view passes"
    else:
        zero = 0 * q["c"]
        assert not _apart(at(right=0 * right, c=zero), left @ q["U"]), (
            "if the right view is 0 and so is c, the left one speaks. In yours it does not"
        )
        assert not _apart(at(left=0 * left, c=zero), right @ q["V"]), (
            "if the left view is 0 and so is c, the right one speaks. In yours it does not"
        )
        assert not _apart(at(c=zero + 1e6), left @ q["U"]), (
            "with c very high the left view speaks. In yours it does not"
        )
        assert not _apart(at(c=zero - 1e6), right @ q["V"]), (
            "with c very low the right view speaks. In yours it does not"
        )
        loud = q["V"] * np.array([1e6, 1, 1])
        assert not _apart(at(V=loud)[..., 1:], u[..., 1:]) and not _apart(at(V=loud)[..., 0], (right @ loud)[..., 0]), (
            "if column 0 of V grows very large, the right view speaks in unit 0, and all other units stay as they are. "
            "In yours not"
        )
        assert not _apart(at(-left, -right), -at()), "if both views change their sign, u should. In yours it does not"
    assert np.isfinite(at(1e4 * left, 1e4 * right)).all(), "large views give numbers that are not finite"
    for b in range(2):
        assert not _apart(at(left[:, [b]], right[:, [b]]), u[:, [b]]), "one sequence of the batch changes another"
    print("join: nothing wrong found")


def run_loss(run_loss):
    """Symmetries of the loss; all logits 0; logits of which only one tick's matters."""
    rng = np.random.default_rng(3)
    tags = np.array([[0, 2], [0, 2], [0, 2], [1, 2], [0, 2], [0, 2]])
    ys, n = rng.normal(size=(6, 2, 3)), np.array([6, 6])
    value = _unchanged(run_loss, ys=ys, tags=tags, lengths=n)
    _shape("the loss", value, (2,))

    def at(ys=ys, tags=tags, n=n):
        return _run(run_loss, ys, tags, n)

    assert not _apart(at(0 * ys), [np.log(3)] * 2), (
        "if every logit is 0, each tick loses ln 3 with three tags, and so does any mean. Yours differs"
    )
    wide = np.where(tags[:, :, None] == np.arange(3), 50.0, 0.0)
    lost = []
    for t in (0, 3, 5):  # one tick of each run says nothing, and so loses ln 3; all others are right
        ys_t = wide.copy()
        ys_t[t] = 0
        lost.append(at(ys_t)[0] / np.log(3))
    assert not _apart(lost[1] / lost[0], 3), (
        "for tags 0 0 0 1 0 0 the run of one tick should count as much as the run of three, so its tick three times as "
        f"much as each of theirs. In yours it counts {lost[1] / lost[0]:.3g} times as much"
    )
    assert not _apart(lost[1] / lost[2], 2), (
        "for tags 0 0 0 1 0 0 the last run is one of its own, and not the first one gone on. Yours: the tick of tag 1 "
        f"counts {lost[1] / lost[2]:.3g} times as much as the last"
    )
    assert not _apart(lost[1], 1 / 3), (
        "for tags 0 0 0 1 0 0 the second run loses ln 3 and the others nothing: L is not the mean over three runs"
    )
    assert np.isfinite(at(1e4 * ys)).all(), "logits in the thousands give a loss that is not finite"
    assert not _apart(at(ys + 3), value), "the same number added to all logits changes your loss: a softmax ignores it"
    short = np.array([2, 4])
    alone = [at(ys[:end, [b]], tags[:end, [b]], np.array([end]))[0] for b, end in enumerate(short)]
    pad = np.arange(6)[:, None] >= short
    for words, filler, tag in (("as it comes", None, None), ("nan, tags of -1", np.nan, -1), ("tags of 0", 0.0, 0)):
        given = (ys, tags) if tag is None else (np.where(pad[:, :, None], filler, ys), np.where(pad, tag, tags))
        assert not _apart(at(*given, short), alone), (
            f"a sequence alone and the same one padded ({words}) have different losses"
        )
    print("run_loss: nothing wrong found")


def score(score, rule):
    """Taggings that keep the rule and taggings that do not; and sums that can be told apart."""
    ys, A = 10.0 ** np.arange(15).reshape(5, 3) / 1e7, np.zeros((3, 3))

    def at(tags, m, ys=ys, A=A):
        tags = np.array(tags)
        return float(_unchanged(score, tags=tags, ys=ys[: len(tags)], A=A, m=m))

    for tags in ((0, 0, 0, 0, 0), (0,), (0, 0)):
        assert np.isfinite(at(tags, 2)), f"the tagging {tags}, all outside, keeps every rule. Yours forbids it, m = 2"
    keeps = {
        "least": [
            ((1, 1), 2),
            ((0, 1, 1), 2),
            ((1, 1, 0), 2),
            ((2, 2, 1, 1, 1), 2),
            ((1, 1, 1, 0, 0), 3),
            ((2, 0, 1), 1),
        ],
        "times": [
            ((1, 1), 2),
            ((0, 1, 1), 2),
            ((1, 1, 1, 1), 2),
            ((2, 2, 1, 1), 2),
            ((1, 1, 1, 0, 0), 3),
            ((1, 2, 1), 1),
        ],
    }
    breaks = {
        "least": [((1,), 2), ((0, 1), 2), ((1, 0, 0), 2), ((0, 1, 0), 2), ((2, 1, 1), 2), ((1, 1, 0, 1, 1), 3)],
        "times": [
            ((1,), 2),
            ((1, 1, 1), 2),
            ((0, 1, 1, 1), 2),
            ((1, 1, 1, 0), 2),
            ((2, 0, 2, 2), 2),
            ((1, 1, 1, 1), 3),
        ],
    }
    for tags, m in keeps[rule]:
        assert np.isfinite(at(tags, m)), f"the tagging {tags} keeps the rule for m = {m}. Yours forbids it"
    for tags, m in breaks[rule]:
        assert at(tags, m) == -np.inf, f"the tagging {tags} breaks the rule for m = {m}. Yours does not say -inf"
    tags, m = ((1, 1, 1, 0, 0), 3)
    want = sum(ys[t, k] for t, k in enumerate(tags))
    assert not _apart(at(tags, m), want), "with A = 0 the score is the sum of one emission a tick. Yours is another"
    step = A + np.outer([1, 0, 0], [0, 1, 0])
    assert not _apart(at((0, 1, 1, 1), 3, A=step) - at((0, 1, 1, 1), 3), 1), (
        "A[0, 1] should count once for the tagging (0, 1, 1, 1), which goes once from tag 0 to tag 1. Yours: not"
    )
    print("score: nothing wrong found")


def decode(decode, score):
    """Compare with all taggings of short sequences, by your own score; and see how the time grows with the ticks."""
    rng = np.random.default_rng(4)
    for T, K, m in ((1, 3, 1), (1, 3, 2), (2, 3, 2), (3, 3, 1), (5, 3, 2), (6, 2, 3), (3, 2, 5)):
        for case in range(4):
            ys, A = rng.normal(size=(T, K)) - 9 * (case == 1), rng.normal(size=(K, K))
            A += (0, 0, -1, 1)[case] * np.eye(K)
            ys, A = ys * (1, 1, 1, 1e12)[case], A * (1, 1, 1, 1e12)[case]
            tags = np.asarray(_unchanged(decode, ys=ys, A=A, m=m))
            assert tags.shape == (T,), f"a tagging of {T} ticks has the shape {(T,)}, yours has {tags.shape}"
            assert tags.dtype.kind in "iu", "tags are whole numbers"
            mine = float(score(tags, ys, A, m))
            every = [float(score(np.array(path), ys, A, m)) for path in product(range(K), repeat=T)]
            words = f"T = {T}, K = {K}, m = {m}{('', ', all emissions below 0', '', ', numbers of 1e12')[case]}"
            said = tuple(tags.tolist())
            assert mine > -np.inf, f"decode gives {said}, which breaks the rule by your own score: {words}"
            better = sum(value > mine + 1e-9 * (1 + abs(mine)) for value in every)
            assert not better, (
                f"of all {len(every)} taggings, {better} have a better score (your own) than {said} of decode: {words}"
            )
    short, long = (_seconds(decode, rng.normal(size=(T, 3))) for T in (7, 11))
    assert long < 0.15 or long < 20 * short, (
        f"decode takes {long / short:.0f} times as long for 11 ticks as for 7, as if it tried all taggings: for 80, as "
        "the grader has, that would never end"
    )
    print("decode: nothing wrong found")


def _reader(rng, D=2, H=3):
    shapes = {"W_x": (D, H), "W_h": (H, H), "b": (H,), "s": (H,)}
    return {name: rng.normal(0, 0.6, shape) for name, shape in shapes.items()}


def _seconds(decode, ys):
    """The shorter of two runs."""
    taken = []
    for _ in range(2):
        began = perf_counter()
        _run(decode, ys, np.zeros((3, 3)), 2)
        taken.append(perf_counter() - began)
    return min(taken)


def _pair(found):
    assert isinstance(found, tuple | list | np.ndarray) and len(found) == 2, (
        "views must return two things, left and right"
    )
    return tuple(np.asarray(part) for part in found)


def _run(function, *args):
    with np.errstate(all="ignore"):
        found = function(*args)
    return found if isinstance(found, tuple) else np.asarray(found)


def _unchanged(function, **args):
    """The answer to `args`, which the function must leave as they are."""

    def copy(arg):
        return {name: part.copy() for name, part in arg.items()} if isinstance(arg, dict) else np.array(arg)

    def equal(arg, kept):
        if isinstance(arg, dict):
            return arg.keys() == kept.keys() and all(np.array_equal(arg[name], kept[name]) for name in arg)
        return np.array_equal(arg, kept)

    kept = {name: copy(arg) for name, arg in args.items()}
    found = _run(function, *args.values())
    for name, arg in args.items():
        assert equal(arg, kept[name]), f"{function.__name__} changes its argument {name}: work on a copy"
    return found


def _shape(name, array, shape):
    assert array.shape == shape, f"{name} should have the shape {shape}, yours has {array.shape}"


def _apart(mine, true):
    return not np.allclose(mine, true, rtol=1e-6, atol=1e-7)
