"""Reber's grammar, plain, embedded and continual: a symbol to be kept while others come and go."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from rnnkit.arrays import check_array, check_choice, check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

SYMBOLS = ("B", "T", "P", "S", "X", "V", "E")
GRAMMAR: dict[int, dict[str, int]] = {
    0: {"B": 1},
    1: {"T": 2, "P": 3},
    2: {"S": 2, "X": 4},
    3: {"T": 3, "V": 5},
    4: {"X": 3, "S": 6},
    5: {"P": 4, "V": 6},
    6: {"E": 7},
}
"""From each place, by which symbols to which place; where there are two, both are equally likely. It ends at 7."""

CARD = Card(
    name="reber",
    what="strings of Reber's grammar; which symbols may come next?",
    source="Generated exactly from the grammar, each choice fair.",
    licence="None needed.",
    size="256 embedded strings of 9 symbols and more, 12 on average.",
    splits="None; draw again to test. The paper trains on 256 strings and tests on 256 others.",
    best="The field `ideal` holds the true probabilities. A plain string has 6 fair choices on average, so 6 ln 2 "
    "nats; an embedded one 7 ln 2, of which a network without long memory pays ln 2 more at the last but one symbol.",
    citation="Reber, A. S. (1967). Implicit learning of artificial grammars. Journal of Verbal Learning and Verbal "
    "Behavior 6, 855-863; embedded: Hochreiter, S. and Schmidhuber, J. (1997), experiment 1; continual: Gers, F. A., "
    "Schmidhuber, J. and Cummins, F. (2000). Learning to forget. Neural Computation 12, 2451-2471.",
)


def load(*, rng: np.random.Generator, count: int = 256, form: str = "embedded", length: int = 100) -> Dataset:
    """Draw strings of the grammar.

    Parameters
    ----------
    rng : numpy.random.Generator
    count : int, default 256
        Number B of strings or streams.
    form : {"embedded", "plain", "continual"}
        An embedded string is B, then T or P, a plain string, the same T or P, E; continual ones follow on one another
        without a sign that a new one begins.
    length : int, default 100
        Predictions T in a continual stream; the other forms end by themselves.

    Returns
    -------
    Dataset
        `inputs` (T, B, 7) one-hot, zero behind the end; `strings`, B of str, the last symbol too; `targets` (T, B)
        int64, the next symbol; `ideal` (T, B, 7), its true probabilities; `legal` (T, B, 7) bool, where they are above
        0; `mask` (T, B) bool, where there is a next symbol; `alphabet`.
    """
    check_choice("form", form, ("embedded", "plain", "continual"))
    count, length = check_size("count", count), check_size("length", length)
    told = [_stream(rng, length) if form == "continual" else _string(rng, form == "embedded") for _ in range(count)]
    T = max(map(len, told)) - 1
    inputs, ideal = np.zeros((T, count, 7)), np.zeros((T, count, 7))
    targets, mask = np.zeros((T, count), np.int64), np.zeros((T, count), bool)
    for b, string in enumerate(told):
        for t, (symbol, _) in enumerate(string[:-1]):
            inputs[t, b, SYMBOLS.index(symbol)] = 1
            following, choices = string[t + 1]
            targets[t, b], mask[t, b] = SYMBOLS.index(following), True
            ideal[t, b, [SYMBOLS.index(choice) for choice in choices]] = 1 / len(choices)
    return Dataset(
        card=CARD,
        inputs=inputs,
        strings=["".join(symbol for symbol, _ in string) for string in told],
        targets=targets,
        ideal=ideal,
        legal=ideal > 0,
        mask=mask,
        alphabet=SYMBOLS,
    )


def solved(
    ys: Float[np.ndarray, "T B 7"], legal: Bool[np.ndarray, "T B 7"], mask: Bool[np.ndarray, "T B"]
) -> Bool[np.ndarray, " B"]:
    """Which strings are right by the criterion of 1997: at every tick all legal symbols above all others.

    Parameters
    ----------
    ys : array, (T, B, 7)
        Outputs, logits or activations.
    legal, mask
        As from `load`.

    Raises
    ------
    TypeError, ValueError
        If a shape or dtype differs; the message names the argument.
    """
    check_array("ys", ys, ("T", "B", len(SYMBOLS)))
    check_array("legal", legal, tuple(ys.shape), "bool")
    check_array("mask", mask, tuple(ys.shape[:2]), "bool")
    lowest, highest = np.where(legal, ys, np.inf).min(-1), np.where(legal, -np.inf, ys).max(-1)
    return ((lowest > highest) | ~mask).all(0)


def _string(rng, embedded):
    """Symbols of one string, each with what might have stood there."""
    if embedded:
        outer = "TP"[rng.integers(2)]
        inner = _string(rng, False)
        return [("B", "B"), (outer, "TP"), *inner, (outer, outer), ("E", "E")]
    string, place = [], 0
    while place != 7:
        choices = tuple(GRAMMAR[place])
        symbol = choices[rng.integers(len(choices))]
        string.append((symbol, choices))
        place = GRAMMAR[place][symbol]
    return string


def _stream(rng, length):
    stream = []
    while len(stream) <= length:
        stream += _string(rng, True)
    return stream[: length + 1]
