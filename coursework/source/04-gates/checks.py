"""Quick checks that you can run yourself: they say what is wrong, not how to do it. They are not the grade."""

import warnings

import numpy as np

rng = np.random.default_rng


def plain(function):
    """The same function, its answer in NumPy arrays."""
    return lambda *args: tuple(map(np.asarray, function(*args)))


def near(a, b, tolerance=1e-6):
    a, b = np.asarray(a), np.asarray(b)
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=tolerance, atol=tolerance)


def slope(loss, x, step=1e-5):
    """Finite differences of a number by every entry of the array x, which is changed in place and put back."""
    found = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        kept, ends = x[place], []
        for end in (kept + step, kept - step):
            x[place] = end
            ends.append(loss())
        x[place] = kept
        found[place] = (ends[0] - ends[1]) / (2 * step)
    return found


def unchanged(function, *args):
    """The answer of a function, and the names of arrays among its arguments that it changed."""
    arrays = {}
    for number, arg in enumerate(args, 1):
        arrays |= arg if isinstance(arg, dict) else {f"argument {number}": arg}
    arrays = {name: value for name, value in arrays.items() if isinstance(value, np.ndarray)}
    before = {name: value.copy() for name, value in arrays.items()}
    answer = function(*args)
    changed = [name for name, value in arrays.items() if not np.array_equal(before[name], value, equal_nan=True)]
    assert not changed, f"your function changes what it was given ({', '.join(changed)}); make new arrays instead"
    return answer


# Task 1 ---------------------------------------------------------------------------------------------------------------


def gates(gates, order):
    a = rng(0).normal(size=(2, 9))
    k = unchanged(gates, a)
    assert isinstance(k, dict) and sorted(k) == sorted("fgio"), (
        'gates must return a dict with the keys "f", "o", "g", "i"'
    )
    for name, value in k.items():
        assert np.shape(value) == (2, 3), (
            f"{name} should have shape (2, 3) when a is (2, 9), yours has {np.shape(value)}"
        )
    for place, name in enumerate(order):
        other = a.copy()
        other[:, 3 * place : 3 * place + 3] += 1
        moved = "".join(n for n in "fog" if not near(gates(other)[n], k[n]))
        assert moved == name, (
            f"block {place + 1} of a belongs to {name}; when it moves, yours moves {moved or 'nothing'}"
        )
        up = gates(other)[name] - k[name]
        assert (up > 0).all(), f"{name} should grow with its sum"
    middle = gates(np.zeros((1, 3)))
    assert near(middle["f"], [[0.5]]) and near(middle["o"], [[0.5]]), (
        "a sum of 0 should leave the gates f and o half open"
    )
    assert near(middle["g"], [[0.0]]), "a sum of 0 should give the candidate g = 0"
    low, high = (gates(np.full((1, 3), float(x)))["g"] for x in (-9, 9))
    assert low < -0.9 and high > 0.9, "g should run from -1 to 1"
    with np.errstate(all="ignore"):
        i = gates(rng(1).normal(0, 3, size=(50, 9)))["i"]
    assert ((i >= 0) & (i <= 1)).all(), "i should lie between 0 and 1"


def extremes(gates):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for size in (50.0, 1000.0):
            for sign in (1, -1):
                try:
                    k = gates(np.full((1, 3), sign * size))
                except RuntimeWarning as warning:
                    raise AssertionError(f"NumPy warns of sums of {sign * size:g}: {warning}") from None
                assert all(np.isfinite(k[n]).all() for n in "fogi"), f"a gate is not finite for sums of {sign * size:g}"
    # all sums grow from x to x + 1: where next to nothing is written, i shrinks to 1/e of itself
    for x in (30.0, 200.0):
        ends = [gates(np.full((1, 3), x + more))["i"].item() for more in (0, 1)]
        assert ends[0] > 0, f"with all sums at {x:g}, your i is exactly 0; it should be tiny, but not nothing"
        ratio = ends[1] / ends[0]
        assert abs(ratio * np.e - 1) < 1e-3, f"with all sums near {x:g}, your i has lost its significant digits"


# Task 2 ---------------------------------------------------------------------------------------------------------------


def some(seed=0, B=2, H=3, **fixed):
    """Gates between 0 and 1, without any coupling, and h, c."""
    noise = rng(seed)
    k = {n: noise.uniform(0.1, 0.9, size=(B, H)) for n in "foi"} | {"g": noise.uniform(-0.9, 0.9, size=(B, H))}
    k |= {name: np.full((B, H), float(value)) for name, value in fixed.items()}
    return k, *noise.normal(size=(2, B, H))


def tick(tick):
    tick, (k, h, c) = plain(tick), some()
    new_h, new_c = unchanged(tick, k, h, c)
    assert np.shape(new_h) == np.shape(new_c) == (2, 3), "tick must return h and c, in this order, both shaped (B, H)"
    k, h, c = some(f=1, i=0)
    assert near(tick(k, h, c)[1], c), "with f = 1 and i = 0 the memory c should come out as it went in"
    k, h, c = some(f=0, i=1)
    assert near(tick(k, h, c)[1], k["g"]), "with f = 0 and i = 1 the memory should be g, and nothing else"
    k, h, c = some(o=0)
    assert near(tick(k, h, c)[0], h), "with o = 0 the output should be the old h"
    k, h, c = some(o=1)
    new_h, new_c = tick(k, h, c)
    assert not near(new_h, np.tanh(c)), "with o = 1 your output shows the memory of the tick before, not the new one"
    assert near(new_h, tick(k, h + 1, c)[0]), "with o = 1 nothing of the old h should be left in the output"
    assert (np.abs(tick(some(o=1)[0], h, 100 * c)[0]) <= 1).all(), "with o = 1 the output should stay between -1 and 1"


def whole(tick, gates, a, h, c):
    """One tick from the sums; what `backtick` needs to go back."""
    k = gates(a)
    new_h, new_c = plain(tick)(k, h, c)
    return new_h, new_c, k | {"h": h, "c": c, "new_c": new_c}


def carried(tick, gates, backtick):
    k, (h, c) = gates(rng(1).normal(size=(2, 9))), rng(4).normal(size=(2, 2, 3))
    dh, dc = rng(2).normal(size=(2, 2, 3))
    nothing = np.zeros((2, 3))
    for mine, its, words in (
        (dh, nothing, "when only h is asked for (dc = 0)"),
        (nothing, dc, "when only c is asked for (dh = 0)"),
        (dh, dc, "when both h and c are asked for"),
    ):

        def loss(mine=mine, its=its):
            new_h, new_c = plain(tick)(k, h, c)
            return (mine * new_h + its * new_c).sum()

        answer = unchanged(backtick, k | {"h": h, "c": c, "new_c": plain(tick)(k, h, c)[1]}, mine, its)
        assert isinstance(answer, tuple) and len(answer) == 3, "backtick must return da, dh_before, dc_before"
        assert near(answer[1], slope(loss, h), 1e-5), f"{words}, dh_before is not the slope of your own tick by h"
        assert near(answer[2], slope(loss, c), 1e-5), f"{words}, dc_before is not the slope of your own tick by c"


def back_gates(tick, gates, backtick, order):
    for seed in range(2):
        a, (h, c) = rng(seed).normal(size=(2, 9)), rng(seed + 9).normal(size=(2, 2, 3))
        dh, dc = rng(seed + 20).normal(size=(2, 2, 3))
        at = order.index("g") * 3
        for quiet in (True, False):
            if quiet:
                a[:, at : at + 3] = 0
            else:
                a[:, at : at + 3] = rng(seed + 30).normal(size=(2, 3))
            for mine, its, words in ((0 * dh, dc, "dh = 0"), (dh, 0 * dc, "dc = 0"), (dh, dc, "both dh and dc")):

                def loss(a=a, mine=mine, its=its, h=h, c=c):
                    new_h, new_c, _ = whole(tick, gates, a, h, c)
                    return (mine * new_h + its * new_c).sum()

                da = backtick(whole(tick, gates, a, h, c)[2], mine, its)[0]
                assert isinstance(da, dict) and sorted(da) == ["f", "g", "o"], (
                    'da must be a dict with the keys "f", "g", "o"'
                )
                true = slope(loss, a)
                for place, name in enumerate(order):
                    if not near(da[name], true[:, 3 * place : 3 * place + 3], 1e-5):
                        hint = (
                            "" if quiet or name == "g" else "; it is true where g = 0, that is, where i does not matter"
                        )
                        raise AssertionError(f"with {words}, da[{name!r}] is not the slope by the sum of {name}{hint}")


# Task 3 ---------------------------------------------------------------------------------------------------------------


def sample(T, B=3, D=2, H=2, blocks=2, seed=0):
    noise = rng(seed)
    shapes = {"W_x": (D, blocks * H), "W_h": (H, blocks * H), "b": (blocks * H,), "h_0": (H,), "c_0": (H,)}
    p = {name: 0.7 * noise.normal(size=shape) for name, shape in shapes.items()}
    return p, noise.normal(size=(T, B, D)), np.full(B, T)


def run_whole(run, step):
    p, xs, lengths = sample(4)
    answer = unchanged(run, step, p, xs, lengths)
    assert isinstance(answer, tuple) and len(answer) == 3, "run must return hs, ends, traces"
    hs, ends, traces = answer
    assert np.shape(hs) == (4, 3, 2), (
        f"hs should have shape (4, 3, 2) for 4 ticks, 3 sequences, 2 units, not {np.shape(hs)}"
    )
    assert len(ends) == 2 and np.shape(ends[0]) == np.shape(ends[1]) == (3, 2), (
        "ends must be two arrays of shape (B, H)"
    )
    assert len(traces) == 4, f"4 ticks should leave 4 traces, yours are {len(traces)}"
    assert near(traces[0]["h"], np.tile(p["h_0"], (3, 1))), (
        'the first tick should start from p["h_0"], in every sequence'
    )
    assert near(hs[-1], ends[0]), "without padding, the last outputs and the h of ends should be the same"
    for t in range(1, 4):
        assert near(traces[t]["h"], hs[t - 1]), (
            f"tick {t + 1} should be given the h of tick {t}; look at what changes in place"
        )
    first = run(step, p, xs[:1], np.ones(3, int))
    q = p | {"W_h": p["W_h"] + 1}
    assert not near(run(step, q, xs[:1], np.ones(3, int))[0], first[0]), "W_h should act at the first tick, too"
    q = p | {"c_0": p["c_0"] + 1}
    assert not near(run(step, q, xs[:1], np.ones(3, int))[0], first[0]), "c_0 should matter at the first tick"
    assert np.shape(run(step, p, xs[2:], np.full(3, 2))[0]) == (2, 3, 2), "run should take any number of ticks"
    q = p | {"h_0": ends[0][0], "c_0": ends[1][0]}
    on = run(step, q, xs[:, :1], np.full(1, 4))[0]
    twice = run(step, p, np.concatenate([xs, xs])[:, :1], np.full(1, 8))[0]
    assert near(twice[4:], on), "run to the end, start again from `ends`: that should be the same as one longer run"


def ragged(T=5, fill=0.0):
    p, xs, _ = sample(T, seed=5)
    lengths = np.array([T, 1, 3])
    xs[np.arange(T)[:, None] >= lengths] = fill
    return p, xs, lengths


def run_padded(run, step, after):
    with np.errstate(all="ignore"):
        p, xs, lengths = ragged()
        hs, ends, _ = run(step, p, xs, lengths)
        for b, length in enumerate(lengths):
            alone = run(step, p, xs[:length, b : b + 1], lengths[b : b + 1])
            words = f"a sequence of length {length} in a batch of {lengths.max()} ticks"
            assert near(hs[:length, b], alone[0][:, 0]), f"{words} has other outputs than alone"
            assert near(ends[0][b], alone[1][0][0]), (
                f"{words} has another h in `ends` than alone: does it stop at its own end?"
            )
            assert near(ends[1][b], alone[1][1][0]), (
                f"{words} has another c in `ends` than alone: does it stop at its own end?"
            )
            for late in hs[length:, b]:
                want, say = (0 * late, "be 0") if after == "zero" else (hs[length - 1, b], "hold the last output")
                assert near(late, want), f"after the end of a sequence, outputs should {say}"
        for fill, what in ((9.0, "other numbers"), (np.nan, "nan")):
            p, xs, lengths = ragged(fill=fill)
            others, their_ends, traces = run(step, p, xs, lengths)
            assert near(others, hs) and near(their_ends, ends), f"{what} in the padding should not matter, but it does"
            for trace in traces:
                assert all(np.isfinite(x).all() for x in trace.values()), f"{what} in the padding reach your traces"


def compare(run, sweep, step, backstep, names, words, p, xs, lengths, tolerance=1e-5):
    """The gradients by `sweep` against finite differences of `run`."""
    weights = rng(7).normal(size=(len(xs), len(lengths), len(p["h_0"])))

    def loss():
        return (weights * run(step, p, xs, lengths)[0]).sum()

    grads = unchanged(sweep, backstep, p, xs, lengths, run(step, p, xs, lengths)[2], weights)
    assert isinstance(grads, dict) and sorted(grads) == sorted(p), (
        f"sweep must return a dict with the keys {', '.join(p)}"
    )
    for name in names:
        assert np.shape(grads[name]) == p[name].shape, (
            f"the gradient for {name} should have the shape {p[name].shape}, yours has {np.shape(grads[name])}"
        )
        assert near(grads[name], slope(loss, p[name]), tolerance), f"your gradient for {name} is not true {words}"


def sweep_weights(run, sweep, step, backstep):
    args = run, sweep, step, backstep
    one = sample(1, B=1)
    compare(*args, ["b", "W_x", "W_h"], "even for one tick of one sequence", *one)
    compare(*args, ["b", "W_x", "W_h"], "for one tick of three sequences, though it is for one", *sample(1))
    words = "for T = 2, though it is for T = 1: something that h or c carries from tick to tick is missing"
    compare(*args, ["b", "W_x", "W_h"], words, *sample(2))
    compare(*args, ["b", "W_x", "W_h"], "for T = 4, though it is for T = 2", *sample(4))


def sweep_start(run, sweep, step, backstep):
    args = run, sweep, step, backstep
    compare(*args, ["h_0", "c_0"], "even for one tick of one sequence", *sample(1, B=1))
    compare(*args, ["h_0", "c_0"], "for three sequences, though it is for one", *sample(1))
    compare(*args, ["h_0", "c_0"], "for T = 4, though it is for T = 1", *sample(4))


def sweep_padded(run, sweep, step, backstep):
    args = run, sweep, step, backstep
    with np.errstate(all="ignore"):
        words = "when lengths differ: what does a number in the padding of dhs do, and what may padding change?"
        compare(*args, ["b", "W_x", "W_h"], words, *ragged())
        compare(*args, ["b", "W_x", "W_h"], "when there is nan in the padding of xs", *ragged(fill=np.nan))


def together(run, sweep, step, backstep):
    p, xs, _ = sample(4, blocks=3)
    compare(run, sweep, step, backstep, list(p), "for your own cell", p, xs, np.array([4, 1, 3]))
