"""Quick checks that you can run yourself: they say what is wrong, not how to do it. They are not the grade."""

import itertools
import warnings

import numpy as np

# How many of all 3**8 paths of 8 ticks, over blank and two labels, keep each law.
LAWFUL = {("hold", 2): 355, ("hold", 3): 83, ("pause", 2): 83, ("pause", 3): 33,
          ("flow", 2): 1631, ("flow", 3): 1209}  # fmt: skip


def _counted(spell, law, least):
    """Does the rule accept as many paths as the law? Not which."""
    mine = sum(spell(list(path)) is not None for path in itertools.product(range(3), repeat=8))
    right = LAWFUL[law, least]
    assert mine == right, (
        f"of the 6561 paths of 8 ticks over `-`, `a` and `b` {right} keep the law; your spell accepts {mine}: "
        f"it is too {'strict' if mine < right else 'lax'} somewhere. Read the law again, word by word"
    )


def spell(spell, law, least):
    """The examples of the text, and what must hold under any of the laws."""
    a, b, gap = "a" * least, "b" * least, "-" * least
    examples = {
        "hold": {a + b + "-": "ab", a + "-" + a: "aa", a + "b": None, a[1:] + "-": None},
        "pause": {"-aa" + gap + "b" + gap: "ab", "a" + gap + "-a" + gap: "aa", "a" + gap + "b": None,
                  "a" + gap[1:] + "b" + gap: None, "a" + gap + "a" + gap: None},
        "flow": {"-aab-": "ab", "a" + gap + "a": "aa", "a-b": None, "a" + gap[1:] + "a": None},
    }[law]  # fmt: skip
    for path, word in ({"--": "", "-": ""} | examples).items():
        given = ["-ab".index(letter) for letter in path]
        mine = spell(list(given))
        assert mine is None or isinstance(mine, list | tuple | np.ndarray), (
            "spell must return a list of labels, or None"
        )
        shown = None if mine is None else "".join("-ab"[k] for k in mine)
        text = {None: "nothing: None", "": "the empty word: []"}
        assert shown == word, (
            f"the text says that the path `{path}` spells {text.get(word, word)}; yours gives {text.get(shown, shown)}"
        )
        spell(given)
        assert "".join("-ab"[k] for k in given) == path, "spell changes the path that it is given"
        more = spell([0, 0, *given])
        assert (more is None) == (word is None), (
            f"blanks before the first label are free, yet two more before `{path}` change what it spells"
        )
    _counted(spell, law, least)
    print("spell: nothing wrong found")


def tally(tally, spell_ctc, spell_open):
    """Probabilities sum to 1, ones count paths, and what spells nothing has its own entry."""
    p = np.random.default_rng(1).dirichlet(np.ones(3), 4)
    kept = p.copy()
    table = tally(p, spell_ctc)
    assert np.array_equal(p, kept), "tally changes p"
    assert isinstance(table, dict), "tally must return a dict"
    assert all(isinstance(key, tuple) for key in table), (
        "with ordinary CTC each key is a tuple of labels: every path spells something"
    )
    assert abs(sum(table.values()) - 1) < 1e-9, (
        f"all entries together must be 1, whatever the rule; yours sum to {sum(table.values()):.3f}"
    )
    total = sum(tally(np.ones((4, 3)), spell_ctc).values())
    assert abs(total - 3**4) < 1e-9, f"with ones you count the paths of 4 ticks and 3 labels: 81 in all, not {total:g}"
    table = tally(p, spell_open)
    assert None in table, "paths that spell nothing belong under the key None"
    assert abs(table[None] - p[-1, 0]) < 1e-9, (
        "spell_open refuses just the paths that end in blank: what is spent on them is blank's probability at the last "
        "tick. Yours differs"
    )
    print("tally: nothing wrong found")


def _machine(m, what):
    """A machine must have the right form."""
    assert isinstance(m, dict) and {"v", "may", "first", "last"} <= set(m), f"{what} must be a dict as in the table"
    J = len(m["v"])
    for key, shape in (("may", (J, J)), ("first", (J,)), ("last", (J,))):
        got = np.shape(m[key])
        assert got == shape, f'{what}: with {J} places "{key}" must have the shape {shape}, yours has {got}'
    return np.asarray(m["v"]), *(np.asarray(m[key], int) for key in ("may", "first", "last"))


def _walks(parts, path):
    """In how many ways can one path be walked?"""
    v, may, first, last = parts
    here = first * (v == path[0])
    for k in path[1:]:
        here = (here @ may) * (v == k)
    return int((here * last).sum())


def _drawn(path):
    return "`" + "".join("-abcd"[k] for k in path) + "`"


def chain(chain, spell, paths, law, least):
    """Walk short paths, and compare with the student's own rule, if that accepts as many as the law."""
    _counted(spell, law, least)
    for labels in ([1], [1, 2], [1, 1], [2, 1, 2], []):
        kept = list(labels)
        parts = _machine(chain(labels), "what chain returns")
        assert labels == kept, "chain changes the labels that it is given"
        what = f"your chain for {_drawn(labels)}" if labels else "your chain for the empty word"
        for T in (1, 2, 3, 4, 5, 8, 10):
            for path in paths(T, 3) if T < 6 else _some(T):
                wanted, walks = spell(list(path)), _walks(parts, path)
                if wanted is not None and list(wanted) == labels:
                    assert walks, f"by your own spell the path {_drawn(path)} is meant, but {what} has no walk for it"
                    assert walks == 1, (
                        f"{what} walks the path {_drawn(path)} in {walks} ways: it would count {walks} times"
                    )
                else:
                    says = "nothing" if wanted is None else _drawn(wanted) if len(wanted) else "the empty word"
                    assert not walks, f"by your own spell the path {_drawn(path)} spells {says}, but {what} walks it"
    print("chain: nothing wrong found (for short paths)")


def _some(T):
    """Paths of few runs."""
    for ends in itertools.combinations(range(1, T), 3):
        lengths = np.diff([0, *ends, T])
        for runs in ((1, 0, 1, 0), (1, 0, 2, 0), (0, 1, 2, 0), (0, 1, 0, 1), (2, 1, 2, 0), (0, 2, 1, 2), (2, 0, 1, 2)):
            yield tuple(np.repeat(runs, lengths).tolist())


def grammar(grammar, spell, paths, law, least):
    """Walk short paths, and compare with the student's own rule, if that accepts as many as the law."""
    _counted(spell, law, least)
    for K in (2, 3):
        parts = _machine(grammar(K), "what grammar returns")
        for T in (1, 2, 3, 4, 5, 8, 10):
            for path in paths(T, K) if T < 6 else _some(T):
                if max(path) >= K:
                    continue
                lawful, walks = spell(list(path)) is not None, _walks(parts, path)
                assert walks or not lawful, f"by your own spell {_drawn(path)} is lawful, but your grammar refuses it"
                assert lawful or not walks, f"by your own spell {_drawn(path)} is not lawful, but your grammar walks it"
                assert walks < 2, f"your grammar walks the path {_drawn(path)} in {walks} ways"
    print("grammar: nothing wrong found (for short paths)")


def _quiet(loss, *args):
    """A call that may neither warn nor change its arguments."""
    arrays = args[:-1]
    kept = [x.copy() for x in arrays]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            values = loss(*args)
        except Warning as warning:
            raise AssertionError(f"loss warns: {warning}. Where does it come from?") from None
    assert all(np.array_equal(x, y, equal_nan=True) for x, y in zip(arrays, kept, strict=True)), (
        "loss changes an array that it is given"
    )
    B = args[0].shape[1]
    assert np.shape(values) == (B,), (
        f"loss must return one number for each of {B} sequences, yours has {np.shape(values)}"
    )
    return np.asarray(values)


def loss(loss, chain_ctc, chain_again):
    """Known limits, on the chain of ordinary CTC; and a machine that is no chain."""
    rng = np.random.default_rng(2)
    ys = rng.normal(size=(3, 1, 3))
    words = {
        word: _quiet(loss, ys, np.array(word, int)[:, None], np.array([3]), np.array([len(word)]), chain_ctc)[0]
        for n in range(4)
        for word in itertools.product((1, 2), repeat=n)
    }
    for word, value in words.items():
        assert not np.isnan(value), (
            f"3 ticks, labels {list(word)}: your loss is nan (is it the logarithm of an empty sum?)"
        )
    assert np.isposinf(words[1, 1, 1]), (
        "3 ticks cannot spell 1 1 1 (equal labels need a blank between): its loss is inf"
    )
    total = sum(np.exp(-value) for value in words.values())
    assert abs(total - 1) < 1e-9, (
        f"over all labellings of 3 ticks ordinary CTC's probabilities sum to 1. Yours sum to {total:.4f}: "
        + (
            "some walks are lost"
            if total < 1
            else "some walks count that should not, or logits are not yet probabilities"
        )
    )
    one, three = np.array([[1]]), np.array([3])
    again = np.exp(-_quiet(loss, ys, one, three, np.array([1]), chain_again)[0])
    assert abs(again - np.exp(-words[1,]) - np.exp(-words[1, 1])) < 1e-9, (
        "3 ticks, chain_again([1]): it says 1, or 1 1, so its probability is the sum of what ordinary CTC gives to "
        "both. Yours is not: does your loss follow the machine that it is given?"
    )
    ys = rng.normal(size=(9, 3, 4))
    labels, lengths, many = np.array([[1, 2, 3], [2, 2, -1], [3, -1, -1]]), np.array([9, 6, 4]), np.array([3, 2, 1])
    alone = [
        _quiet(loss, ys[:T, b : b + 1], labels[:M, b : b + 1], np.array([T]), np.array([M]), chain_ctc)[0]
        for b, (T, M) in enumerate(zip(lengths, many, strict=True))
    ]
    for rubbish in (1.0, 1e3, np.nan):
        padded = ys.copy()
        for b in range(3):
            padded[lengths[b] :, b] = rubbish
        values = _quiet(loss, padded, labels, lengths, many, chain_ctc)
        for b in range(3):
            assert abs(values[b] - alone[b]) < 1e-9, (
                f"sequence {b} has another loss in a padded batch than alone (padding of {rubbish}): what stands "
                "behind its end counts"
            )
    moved = _quiet(loss, ys + 5, labels, lengths, many, chain_ctc)
    assert np.allclose(moved, alone), "a constant added to all logits changes the loss: are they probabilities yet?"
    long = _quiet(loss, rng.normal(size=(500, 1, 4)), one, np.array([500]), np.array([1]), chain_ctc)
    assert np.isfinite(long).all(), "500 ticks: your loss is not finite. How small is a product of 500 probabilities?"
    large = _quiet(loss, np.array([[[0.0, 2000.0]]]), one, np.array([1]), np.array([1]), chain_ctc)
    assert abs(large[0]) < 1e-9, "one tick, one label whose logit is 2000 above blank's: the loss is 0. Yours is not"
    print("loss: nothing wrong found")


def best(best, machine, chain_ctc, paths):
    """Compare with all paths of a small machine."""
    rng = np.random.default_rng(3)
    free = machine([0, 1, 2], list(itertools.product(range(3), repeat=2)), range(3), range(3))
    cases = {"a machine that allows every path": free, "the chain of ordinary CTC for `aa`": chain_ctc([1, 1]),
             "the chain of ordinary CTC for `ba`": chain_ctc([2, 1])}  # fmt: skip
    for what, m in cases.items():
        parts = _machine(m, what)
        for T in (5, 3, 1):
            logp = np.log(rng.dirichlet(np.ones(3), T))
            kept = logp.copy()
            answer = best(logp, m)
            assert np.array_equal(logp, kept), "best changes logp"
            assert isinstance(answer, tuple) and len(answer) == 2, "best must return two things: the value and the path"
            value, path = answer
            allowed = [path for path in paths(T, 3) if _walks(parts, path)]
            if not allowed:
                assert path is None and value == -np.inf, (
                    f"{what}, {T} ticks: there is no path; return -np.inf and None"
                )
                continue
            assert path is not None and len(path) == T, f"{what}: a path of {T} ticks has {T} labels. Yours: {path}"
            path = tuple(int(k) for k in path)
            assert max(path) < 3, f"{what}: your path names places of the machine, not what they say"
            assert _walks(parts, path), f"{what}: your path {_drawn(path)} has no walk in it"
            true = sum(logp[t, k] for t, k in enumerate(path))
            assert abs(true - value) < 1e-9, f"{what}: your value is not the log-probability of your path"
            top = max(sum(logp[t, k] for t, k in enumerate(other)) for other in allowed)
            assert value > top - 1e-9, f"{what}, {T} ticks: another path with a walk is likelier than yours"
    print("best: nothing wrong found")
