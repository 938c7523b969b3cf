"""Unknown words: what a word model owes for those it cannot name."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rnnkit.arrays import check_size
from rnnkit.ngram.counts import count
from rnnkit.ngram.model import Model
from rnnkit.ngram.smoothing import KneserNey

END, OTHER = 0, 1
CODE_POINTS = 0x110000


@dataclass(frozen=True)
class Speller:
    """A distribution over all words there can be, letter by letter, that has seen the rare ones.

    A word model gives all unknown words one probability together. To give a *text* a probability it must also say which
    word it was: times the probability of its spelling.

    Attributes
    ----------
    model : Model
        Kneser–Ney over characters; 0 is the end of a word, 1 any character that was never seen.
    numbers : dict of str to int
    """

    model: Model
    numbers: dict[str, int]

    @classmethod
    def fit(cls, words: Iterable[str], order: int = 6) -> Speller:
        """Learn to spell from the rare words of a training text, each different one once.

        Parameters
        ----------
        words : iterable of str
        order : int
            Of the model (default 6).

        Raises
        ------
        ValueError
            If there are too few words to count.
        """
        check_size("order", order)
        kinds = sorted(set(words))
        numbers = {c: i for i, c in enumerate(sorted({c for word in kinds for c in word}), 2)}
        stream = [END]
        for word in kinds:
            stream += [*(numbers[c] for c in word), END]
        if len(stream) <= order:
            raise ValueError(f"words: expected at least {order} letters, got {len(stream) - 1}")
        return cls(KneserNey().estimate(count(np.array(stream), order, len(numbers) + 2)), numbers)

    def logprob(self, word: str) -> float:
        """Natural logarithm of the probability of a word, its end included; over all words the sum is 1."""
        ids = np.array([END, *(self.numbers.get(c, OTHER) for c in word), END])
        strange = int((ids == OTHER).sum())  # each of them one of all the characters there are
        return float(self.model.logprob(ids)[1:].sum()) - strange * math.log(CODE_POINTS)
