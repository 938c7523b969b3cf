"""Quick checks that you can run yourself: they say what is wrong, not how to do it. They are not the grade."""

import numpy as np


def tick(context, tick, feedback):
    """Try known limits and symmetries of one tick."""
    rng = np.random.default_rng(0)
    shapes = {"W_x": (2, 4), "W_h": (3, 4), "b": (4,), "W_y": (4, 3), "b_y": (3,)}
    p = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    x, said = rng.normal(size=(2, 2)), np.eye(3)[[[0, 1], [2, 0]]]
    c = np.asarray(_unchanged(context, said=said))
    _shape("c", c, (2, 3))
    first = np.stack([0 * said[1], said[1]])
    assert _near(context(first), said[1]), "after the first tick the context is the first choice alone. Yours is not"
    if feedback == "word":
        assert _near(context(np.stack([said[1], said[1]])), c), "the older choice changes your context"
    else:
        assert _near(context(np.stack([said[1], said[1]])), 0), (
            "if the same was said twice nothing is new, and the context is 0. Yours is not"
        )
        assert _near(context(said[::-1].copy()), -c), "exchange the two choices, and the context must change its sign"

    h, y, after = (np.asarray(part) for part in _unchanged(tick, p=p, x=x, said=said))
    for name, part, shape in (("h", h, (2, 4)), ("y", y, (2, 3)), ("said", after, (2, 2, 3))):
        _shape(name, part, shape)
    assert _near(y, h @ p["W_y"] + p["b_y"]), "y is not the read-out of your h"
    deaf = p | {"W_h": 0 * p["W_h"]}
    assert _near(tick(deaf, x, said)[0], np.tanh(x @ p["W_x"] + p["b"])), (
        "with W_h = 0 nothing is fed back, and h depends on the input alone. Yours is wrong even then"
    )
    assert _near(tick(p, x, 0 * said)[0], tick(deaf, x, said)[0]), (
        "at the first tick nothing was said yet, and W_h plays no part. In yours it does"
    )
    assert not _near(h, tick(deaf, x, said)[0]), "W_h plays no part in h at a later tick"
    for b in (0, 1):
        told = deaf | {"b": p["b"] + c[b] @ p["W_h"]}  # no wire; the context of sequence b as a bias
        assert _near(tick(told, x, said)[0][b], h[b]), "tick does not hear the c that your context gives for said"
    assert _near(after[0], said[1]), "what was the newest choice must be the older one now: look at said[0]"
    assert np.isin(after[1], (0, 1)).all() and _near(after[1].sum(1), 1), (
        "the newest choice, said[1], is one 1 and else 0 in each row. Yours is not"
    )
    assert (after[1].argmax(1) == y.argmax(1)).all(), "said[1] has its 1 where y is not largest"
    tie = tick(p | {"W_y": 0 * p["W_y"], "b_y": np.array([0.0, 1, 1])}, x, said)[2]
    assert _near(np.asarray(tie)[1].sum(1), 1), "of two equal logits both are chosen"
    assert (np.asarray(tie)[1].argmax(1) == 1).all(), "of two equal logits the later one is chosen"
    on = np.asarray(tick(p, x, said, f=lambda a: 0 * a + 7)[0])
    assert _near(on, 7), "tick does not use the f that it is given"
    with np.errstate(all="ignore"):
        large = tick(p, 1e4 * x, said)[0]
    assert np.isfinite(np.asarray(large)).all(), "large inputs give numbers that are not finite"
    print("tick: nothing wrong found")


def run(run, toy):
    """Try streams and padding, with a tick that is not yours."""
    rng = np.random.default_rng(1)
    p, xs, start = {"W_x": rng.normal(size=(2, 3))}, rng.normal(size=(5, 2, 2)), rng.normal(size=(2, 2, 3))
    ones = np.ones((5, 2))
    ys, end = _unchanged(run, tick=toy, p=p, xs=xs, mask=ones, said=start)
    _shape("ys", ys, (5, 2, 3))
    _shape("said", end, (2, 2, 3))
    assert _near(ys[0], toy(p, xs[0], start)[1]), "the first tick does not start from the memory that was given"
    one, middle = run(toy, p, xs[:3], ones[:3], start)
    two, last = run(toy, p, xs[3:], ones[3:], middle)
    assert _near(np.concatenate([one, two]), ys) and _near(last, end), (
        "a stream cut in two, the second part begun with the memory of the first, gives something else than the whole"
    )
    for words, mask in (
        ("padding at the end", np.arange(5)[:, None] < np.array([5, 2])),
        ("ticks in the middle that did not happen", np.array([[1, 1], [1, 0], [1, 0], [1, 1], [1, 1]]) > 0),
    ):
        alone, short = run(toy, p, xs[mask[:, 1]][:, 1:], np.ones((mask[:, 1].sum(), 1)), start[:, 1:])
        for filler in (0.0, 1e3, np.nan):
            full = np.where(mask[:, :, None], xs, filler)
            got, memory = _unchanged(run, tick=toy, p=p, xs=full, mask=1.0 * mask, said=start)
            assert _near(np.asarray(got)[mask[:, 1], 1], alone[:, 0]), (
                f"{words}: a sequence gives other outputs than alone, without them (they hold {filler})"
            )
            assert _near(np.asarray(memory)[:, 1], short[:, 0]), (
                f"{words}: the memory at the end is not that after the sequence's own last tick (they hold {filler})"
            )
            assert _near(np.asarray(got)[~mask], 0), f"{words}: ys is not 0 where the mask is 0 (they hold {filler})"
    print("run: nothing wrong found")


def ask(ask, late, delay):
    """Count, and look at a few places."""
    labels = [np.array([3, 1, 4, 2]), np.array([5, 0])]
    T = 9 + delay
    asks = {"aligned": (4, 2), "last": (1, 1), "first": (4, 2), late: (4, 2)}
    for topology, counts in asks.items():
        heard, asked, targets = ask(topology, labels, T)
        for name, part in (("heard", heard), ("asked", asked), ("targets", targets)):
            _shape(f'"{topology}": {name}', part, (T, 2))
        hears = (1, 1) if topology == "first" else (4, 2)
        for part, verb, want in ((heard, "hear", hears), (asked, "are asked", counts)):
            got = tuple(int(n) for n in np.sum(np.asarray(part), 0))
            assert got == want, f'"{topology}": sequences of 4 and 2 labels {verb} {want} times, in yours {got}'
        assert ((np.asarray(targets) == -1) == (np.asarray(asked) == 0)).all(), (
            f'"{topology}": targets must be -1 where nobody asks, and nowhere else'
        )
        if topology in ("aligned", "last"):
            assert (np.asarray(asked) <= heard).all(), (
                f'"{topology}": it asks at a tick that the sequence does not have'
            )
        if topology == "delayed":
            assert not np.any(asked[:delay]), f'"delayed": it asks before there is a label of {delay} ticks ago'
        more = ask(topology, labels, T + 3)
        assert all(np.array_equal(a[:T], b) for a, b in zip(more, (heard, asked, targets), strict=True)), (
            f'"{topology}": three more ticks of padding change what comes before them'
        )
        for b, mine in enumerate(labels):
            alone = ask(topology, [mine], T)
            assert all(np.array_equal(a[:, 0], c[:, b]) for a, c in zip(alone, (heard, asked, targets), strict=True)), (
                f'"{topology}": sequence {b} has other ticks beside another sequence than alone'
            )
            if topology == "mirrored":
                assert not np.any(asked[: len(mine) + delay, b]), (
                    f'"mirrored": it asks sequence {b} before it has heard all and waited {delay} ticks'
                )
            want = {"last": mine[-1:], "mirrored": mine[::-1]}.get(topology, mine)
            got = np.asarray(targets)[np.asarray(asked)[:, b] > 0, b]
            assert np.array_equal(got, want), (
                f'"{topology}": the targets of sequence {b}, in order, are not those asked for'
            )
    print("ask: nothing wrong found")


def loss(loss, gamma):
    """Try symmetries and known values of the loss."""
    rng = np.random.default_rng(2)
    ys, targets, mask = rng.normal(size=(6, 2, 4)), rng.integers(0, 4, (6, 2)), np.zeros((6, 2))
    mask[[1, 4], 0], mask[1:6, 1] = 1, 1
    value = _unchanged(loss, ys=ys, targets=targets, mask=mask)
    assert np.ndim(value) == 0, "the loss is one number"
    assert _near(loss(0 * ys, targets, mask), np.log(4)), (
        "if every logit is 0, one place loses ln 4 with four classes, and so does any weighted mean. Yours differs"
    )
    assert _near(loss(ys + 5, targets, mask), value), "the same number added to all logits changes your loss"
    with np.errstate(all="ignore"):
        large = loss(1e4 * ys, targets, mask)
    assert np.isfinite(np.asarray(large)), "logits in the thousands give a loss that is not finite"
    two, one = np.zeros((2, 1, 4)), np.zeros((2, 1), int)
    two[0, 0, 0] = -1000.0  # the first answer loses about 1000, the second ln 4
    early = float(loss(two, one, np.ones((2, 1))))
    late = float(loss(two[::-1].copy(), one, np.ones((2, 1))))
    assert early < late, "a wrong first answer must cost less than a wrong last answer. In yours it does not"
    assert abs(early / late / gamma - 1) < 0.01, (
        "of two places asked, the first must count GAMMA times as much as the second. In yours it does not"
    )
    pad = np.zeros((3, 2))
    more = loss(np.concatenate([ys, ys[:3]]), np.concatenate([targets, targets[:3]]), np.concatenate([mask, pad]))
    assert _near(more, value), "three ticks of padding at the end change your loss"
    gone = np.delete(ys, 2, 0)[:, :1], np.delete(targets, 2, 0)[:, :1], np.delete(mask, 2, 0)[:, :1]
    assert _near(loss(*gone), loss(ys[:, :1], targets[:, :1], mask[:, :1])), (
        "a tick at which nobody asks, between two that are asked, changes your loss: what does n count?"
    )
    here = mask > 0
    assert _near(loss(np.where(here[:, :, None], ys, 9.0 * ys[::-1]), targets, mask), value), (
        "what the network says where the mask is 0 changes your loss"
    )
    assert _near(loss(ys, np.where(here, targets, -1), mask), value), "the target where the mask is 0 changes your loss"
    assert _near(loss(np.where(here[:, :, None], ys, np.nan), targets, mask), value), (
        "nan where the mask is 0 changes your loss"
    )
    with np.errstate(all="ignore"):
        nobody = loss(ys, targets, 0 * mask)
    assert _near(nobody, 0), "where nobody is asked the loss must be 0"
    print("loss: nothing wrong found")


def machine(machine, tick, delta):
    """Run your machine, with your tick, on every string of up to five symbols."""
    states, symbols = delta.shape
    p = _unchanged(machine, delta=delta)
    H, outputs = np.shape(p["W_y"])
    assert outputs % states == 0, f"{states} states and {outputs} outputs: see the task for how many are allowed"
    for name, shape in (("W_x", (symbols, H)), ("W_h", (outputs, H)), ("b", (H,)), ("b_y", (outputs,))):
        _shape(name, p[name], shape)
    strings = np.stack(np.meshgrid(*[np.arange(symbols)] * 5, indexing="ij")).reshape(5, -1)
    state, said = np.zeros(strings.shape[1], int), np.zeros((2, strings.shape[1], outputs))
    for t, read in enumerate(strings):
        state = delta[state, read]
        _, y, said = tick(p, np.eye(symbols)[read], said)
        answer = np.asarray(y).argmax(1) % states
        if (answer != state).any():
            b = int((answer != state).argmax())
            word = "".join("ab#"[k] for k in strings[: t + 1, b])
            raise AssertionError(f"after {word!r} your machine says {answer[b]}, with your tick; it should not")
    print("machine: right on every string of up to five symbols")


def _near(a, b):
    return np.allclose(np.asarray(a), np.asarray(b), rtol=1e-7, atol=1e-9)


def _shape(name, part, shape):
    assert np.shape(part) == shape, f"{name} should have the shape {shape}, yours has {np.shape(part)}"


def _unchanged(function, **args):
    """The answer of the function; says which argument it changed."""
    before = {
        k: {n: v.copy() for n, v in arg.items()} if isinstance(arg, dict) else np.copy(arg)
        for k, arg in args.items()
        if not callable(arg)
    }
    answer = function(*args.values())
    for name, old in before.items():
        now = args[name]
        pairs = [(old[n], now[n]) for n in old] if isinstance(old, dict) else [(old, now)]
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in pairs), (
            f"{function.__name__} changes its argument {name}"
        )
    return answer
