"""Quick checks that you can run yourself: they say what is wrong, not how to do it. They are not the grade."""

import numpy as np

NAMES = ("W_x", "W_h", "W_s", "b", "W_y", "b_y")


def forward(forward, echo, d):
    """Try known limits and symmetries of the cell."""
    p, xs, start = _case(d, T=5)
    hs, ys = _unchanged(forward, p=p, xs=xs, start=start)
    _shape("hs", hs, (d + 5, 2, 3))
    _shape("ys", ys, (5, 2, 4))
    assert np.array_equal(hs[:d], start), "hs must begin with the given states, as they came: the oldest first"
    right = hs[d:] @ p["W_y"] + p["b_y"]
    assert not _apart(ys, right), "ys is not the read-out of the states after the T ticks: which states did you read?"

    off = p | {"W_s": 0 * p["W_s"]}
    h = start[-1]
    elman = [h := np.tanh(x @ p["W_x"] + h @ p["W_h"] + p["b"]) for x in xs]
    hs, _ = _run(forward, off, xs, start)
    assert not _apart(hs[d], elman[0]), (
        "with W_s = 0 the delayed path is off, and the cell is Elman's. Yours is not at the first tick"
    )
    assert not _apart(hs[d:], elman), (
        "with W_s = 0 the delayed path is off, and the cell is Elman's. Yours is right at the first tick only"
    )

    def first(p=p, move=None):
        moved = start.copy()
        if move is not None:
            moved[move] += 1
        return _run(forward, p, xs[:1], moved)[0][d]

    assert _apart(first(move=-1), first()), "h_1 does not depend on h_0"
    assert _apart(first(move=0), first()), f"h_1 does not depend on the state {d} ticks before it, the oldest one given"
    for between in range(1, d - 1):
        assert not _apart(first(move=between), first()), "h_1 depends on a state that is not in the formula"
    if echo == "product":
        silent = {name: 0 * part if name in ("W_x", "W_h", "b") else part for name, part in p.items()}
        assert not _apart(first(silent), np.zeros((2, 3))), (
            "with a_t = 0 a product is 0, whatever comes back. Yours is not"
        )
        ones = np.ones_like(start)
        hs, _ = _run(forward, p | {"W_s": -np.eye(3)}, xs[:1], ones)
        assert not _apart(hs[d], np.zeros((2, 3))), "where the delayed path brings -1, the factor is 0. Yours is not"
    else:
        same = np.zeros_like(start) + start[-1]
        mine, elman = _run(forward, p, xs[:1], same)[0][d], _run(forward, off, xs[:1], same)[0][d]
        assert not _apart(mine, elman), (
            "where nothing has changed, the difference is 0 and W_s does nothing. Yours does"
        )
        turned = p | {"W_s": -p["W_h"]}
        assert not _apart(first(turned, move=-1), first(turned)), (
            "with W_s = -W_h the state just before drops out of the sum. In yours it does not: look at the signs"
        )
    hs, _ = _run(forward, p, 1e4 * xs, start)
    assert np.isfinite(hs).all(), "large inputs give numbers that are not finite"
    print("forward: nothing wrong found")


def loss(loss):
    """Try symmetries of the loss, and its gradient against finite differences of its own value."""
    rng = np.random.default_rng(1)
    ys, targets, mask = rng.normal(size=(6, 2, 4)), rng.integers(0, 4, (6, 2)), np.zeros((6, 2))
    mask[[1, 4], 0], mask[1:6, 1] = 1, 1
    value, dys = _unchanged(loss, ys=ys, targets=targets, mask=mask)
    assert np.ndim(value) == 0, "the loss is one number"
    _shape("dys", dys, ys.shape)

    def at(ys=ys, targets=targets, mask=mask):
        return float(_run(loss, ys, targets, mask)[0])

    assert not _apart(at(0 * ys), np.log(4)), (
        "if every logit is 0, one place loses ln 4 with four classes, and so does any mean over places. Yours differs"
    )
    noisy = np.where(mask[:, :, None] > 0, ys, 7 * rng.normal(size=ys.shape))
    assert not _apart(at(noisy), at()), "what the network says at a tick where the mask is 0 changes your loss"
    unknown = np.where(mask > 0, targets, -1)
    assert not _apart(at(targets=unknown), at()), "the target at a tick where the mask is 0 changes your loss"
    alone = [at(ys[:, [b]], targets[:, [b]], mask[:, [b]]) for b in range(2)]
    assert not _apart(at(), np.mean(alone)), (
        "two sequences, one asked twice and one asked five times, must count alike: the loss of both is not the "
        "mean of the two losses that you give to each alone"
    )
    silent = [np.concatenate([part, part[:, :1]], axis=1) for part in (ys, targets, mask)]
    silent[2][:, 2] = 0
    more = at(*silent)
    assert np.isfinite(more), "a sequence that is never asked makes your loss infinite or nan"
    assert not _apart(more, at()), "a sequence that is never asked changes your loss"
    nobody, flat = _run(loss, ys, targets, 0 * mask)
    assert nobody == 0 and not flat.any(), "where nobody is asked, your loss or its gradient is not 0"
    assert np.isfinite(at(1e4 * ys)), "logits in the thousands give a loss that is not finite"
    assert not _apart(at(1e5 * ys), 10 * at(1e4 * ys)), (
        "with logits in the thousands, ten times the logits make ten times the loss. Not so with yours: what bounds it?"
    )
    assert not _apart(at(ys + 3), at()), "the same number added to all logits changes your loss: a softmax ignores it"

    true = _slopes(at, ys)
    assert not _apart(dys * (mask == 0)[:, :, None], 0 * dys), "dys is not 0 at a tick where the mask is 0"
    for b in range(2):
        assert not _apart(dys[:, b], true[:, b]), (
            f"dys differs from finite differences of your own loss, in sequence {b}{_how(dys[:, b], true[:, b])}"
        )
    print("loss: nothing wrong found")


def blame(forward, blame, d):
    """Compare with finite differences of your own forward, lag by lag."""
    for T in (d + 3, 2, 1):
        p, xs, start = _case(d, T)
        hs, ys = _run(forward, p, xs, start)
        dys = np.random.default_rng(2).normal(size=ys.shape)
        mine = _unchanged(blame, p=p, xs=xs, hs=hs, dys=dys)
        _shape("dhs", mine, hs.shape)
        true = _turned(forward, d, p, xs, hs, dys)
        wrong = [lag for lag in range(d + T) if _apart(mine[-1 - lag], true[-1 - lag])]
        if not wrong:
            continue
        lag = wrong[0]
        how = _how(mine[-1 - lag], true[-1 - lag])
        if lag == 0:
            raise AssertionError(
                f"the last state has one road to the loss, its own output, and its blame is wrong{how}"
            )
        if lag >= T:
            raise AssertionError(
                f"for T = {T} the blame of the states after the ticks is right, but among the {d} states at the start "
                f"that of h_{T - lag} is wrong{how}: which roads lead out of it?".replace("h_-", "h_minus ")
            )
        before = "the last state" if lag == 1 else f"the last {lag} states"
        raise AssertionError(
            f"for T = {T} the blame of {before} is right, and that of the one before is wrong{how}: so finite "
            f"differences of your forward say. Which roads lead from {lag} tick{'s' * (lag > 1)} before the end, with "
            "which factors?"
        )
    print("blame: nothing wrong found")


def gradient(forward, gradient, d):
    """Compare with finite differences of your own forward, for one tick and several, one sequence and several."""
    good = dict.fromkeys(NAMES, "")
    for T, B, words in (
        (1, 1, "one tick of one sequence"),
        (1, 3, "one tick of three sequences"),
        (d + 2, 1, f"{d + 2} ticks of one sequence"),
        (d + 2, 3, f"{d + 2} ticks of three sequences"),
    ):
        p, xs, start = _case(d, T, B)
        hs, ys = _run(forward, p, xs, start)
        dys = np.random.default_rng(3).normal(size=ys.shape)
        dhs = _turned(forward, d, p, xs, hs, dys)
        mine = _unchanged(gradient, p=p, xs=xs, hs=hs, dys=dys, dhs=dhs)
        assert isinstance(mine, dict) and mine.keys() == p.keys(), f"gradient must return a dict with the keys {NAMES}"
        for name in NAMES:

            def value(part, name=name, p=p, xs=xs, start=start, dys=dys):
                return (_run(forward, p | {name: part}, xs, start)[1] * dys).sum()

            true, found = _slopes(value, p[name]), np.asarray(mine[name])
            _shape(f"the gradient for {name}", found, p[name].shape)
            before = f"is right for {good[name]}, but" if good[name] else "is"
            assert not _apart(found, true), f"your gradient for {name} {before} wrong for {words}{_how(found, true)}"
            good[name] = words
    print("gradient: nothing wrong found")


def _case(d, T, B=2, D=2, H=3):
    rng = np.random.default_rng(T)
    shapes = {"W_x": (D, H), "W_h": (H, H), "W_s": (H, H), "b": (H,), "W_y": (H, 4), "b_y": (4,)}
    p = {name: rng.normal(0, 0.7, shape) for name, shape in shapes.items()}
    return p, rng.normal(size=(T, B, D)), rng.uniform(-0.8, 0.8, (d, B, H))


def _run(function, *args):
    with np.errstate(all="ignore"):
        found = function(*args)
    assert isinstance(found, tuple) and len(found) == 2, (
        f"{function.__name__} must return two things, as its first line says"
    )
    return tuple(np.asarray(part) for part in found)


def _unchanged(function, **args):
    """The answer to `args`, which the function must leave as they are."""
    kept = {name: {n: x.copy() for n, x in arg.items()} if name == "p" else arg.copy() for name, arg in args.items()}
    with np.errstate(all="ignore"):
        found = function(*args.values())
    for name, arg in args.items():
        parts = [(arg[n], kept[name][n]) for n in arg] if name == "p" else [(arg, kept[name])]
        assert all(np.array_equal(*pair) for pair in parts), (
            f"{function.__name__} changes its argument {name}: work on a copy"
        )
    if isinstance(found, tuple):
        return tuple(np.asarray(part) for part in found)
    return found if isinstance(found, dict) else np.asarray(found)


def _shape(name, array, shape):
    assert array.shape == shape, f"{name} should have the shape {shape}, yours has {array.shape}"


def _apart(mine, true):
    return not np.allclose(mine, true, rtol=1e-6, atol=1e-7)


def _how(mine, true):
    """In what simple way two arrays differ, if any."""
    if not np.isfinite(mine).all():
        return ": it is not finite"
    if not _apart(mine, -np.asarray(true)):
        return ": it has the wrong sign"
    if mine.ndim == 2 and mine.shape[0] == mine.shape[1] and not _apart(mine.T, true):
        return ": it is the transposed of the true one"
    ratio = (mine * true).sum() / max((true * true).sum(), 1e-30)
    if ratio and not _apart(mine, ratio * true):
        return f": it points the right way and is {ratio:.3g} times the true one"
    return ""


def _slopes(value, x, eps=1e-5):
    """Finite differences of value by every number of x."""
    found = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        found[place] = (value(up) - value(down)) / (2 * eps)
    return found


def _turned(forward, d, p, xs, hs, dys):
    """The blame of every state, with the sum of dys * ys as the loss: turn it, hold earlier ones, run on from there."""
    found = np.zeros(hs.shape)
    for k in range(len(hs)):
        t = max(0, k - d + 1)  # the first tick that comes after state k, or the very first

        def value(h, k=k, t=t):
            window = hs[t : t + d].copy()
            window[k - t] = h
            own = (dys[k - d] * (h @ p["W_y"])).sum() if k >= d else 0.0
            return own + ((_run(forward, p, xs[t:], window)[1] * dys[t:]).sum() if t < len(xs) else 0.0)

        found[k] = _slopes(value, hs[k])
    return found
