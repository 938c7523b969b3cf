"""Data behind one interface: `load(name, **options)` returns a `Dataset`, `card(name)` says what it is.

Print a data set to see its fields; `help(rnnkit.data.surnames.load)` tells the options of that set. Arrays are
time-first: T ticks, B sequences, D features; in square brackets, lists of what differs in length. Sets with parts have
`train`, `test` and mostly `valid`, each with the fields named below; the others have the fields themselves. Every data
set has `card`.

============== =================================== =====================================================================
name           options (default)                   fields
============== =================================== =====================================================================
surnames       countries (ten), per_country=300,   train, valid, test: inputs [str], targets (N,);
               fold=True                           labels, vocabulary
digits         language="en"                       train, valid, test: images (N,8,8), inputs (8,N,8), targets (N,);
                                                   labels, names, spelled (L,10), vocabulary
chorales       voice="soprano", limit=None,        train, valid, test: inputs [(N,)], durations [(N,)], names [str];
               transpose=True                      vocabulary, midi (V,)
docstrings     package="numpy"                     train, valid, test: text, docstrings [str], modules [str]
language       package="numpy", rare=5             train, valid, test: text, docstrings, tokens, modules [str],
                                                   characters (N,), words (T,); characters, words
shuffled       **rng**, packages (four), rare=3,   train, valid, test: inputs [[str]], targets (N,);
               limit=None                          labels, vocabulary
series         which="sunspots"                    train, valid, test: values, times, observed (T,); unit
reviews        **rng**, train=2000, test=500,      train, test: inputs [[str]], targets (N,), forms [str];
               forms (four)                        labels, vocabulary, best_of_counts
tagging        **rng**, train=2000, test=500       train, test: inputs [[str]], targets [(T,)];
                                                   labels, vocabulary, best_of_word
temporal_xor   **rng**, triples=1000               inputs, targets (T,1,1), position, ideal (T,), bits
letters        **rng**, words=1000                 inputs, targets, ideal (T,1,6), consonant_next (T,), text,
                                                   features, vocabulary, codes (6,6)
sentences      **rng**, sentences=10000            inputs (T,1,29), targets (T,1), ideal (T,29), best, words, starts,
                                                   vocabulary, classes
motor          plans (four), length=24, laps=2     inputs (T,K,K), targets (T,K,2), best_from_output (K,), vocabulary
parity         **rng**, count=256, length=20,      inputs, targets (T,B,1), mask (T,B)
               answer="every"
echo           **rng**, count=64, length=50,       inputs (T,B,K), targets, mask, symbols (T,B)
               symbols=4, delay=3
addition       **rng**, count=256, bits=8          inputs (T,B,2), targets (T,B,1), carry (T,B)
adding         **rng**, count=256, length=100      inputs (T,B,2), targets (T,B,1), mask (T,B)
copy           **rng**, count=128, delay=100       inputs (T,B,10), symbols, targets, mask (T,B)
selective_copy **rng**, count=128, length=64,      inputs (T,B,K+2), symbols, targets, mask (T,B)
               remember=8, symbols=8
delayed_xor    **rng**, count=256, delay=40,       inputs (T,B,2), targets (T,B,1), mask (T,B)
               early=10
temporal_order **rng**, count=256, length=100,     inputs (T,B,8), symbols, targets, mask (T,B); labels
               signs=2
dyck           **rng**, count=128, length=60,      inputs, ideal, legal (T,B,2K), symbols (T+1,B), targets,
               kinds=2, depth=4                    depths (T,B); alphabet
reber          **rng**, count=256,                 inputs, ideal, legal (T,B,7), targets, mask (T,B), strings [str];
               form="embedded", length=100         alphabet
tones          **rng**, count=64, keys=7, snr=10.0 inputs (T,B,7), lengths (B,), waves [(N,)], targets (L,B),
                                                   target_lengths (B,); alphabet
digit_strips   **rng**, train=512, test=128,       train, test: inputs (T,B,8), lengths (B,), targets, starts (L,B),
               length=5, gap=(-1, 3)               target_lengths (B,); alphabet
number_words   below=10000                         train, valid, test: inputs, targets [str], numbers (N,);
                                                   source, target
phrase_book    **rng**, train=2000, test=500       train, test: inputs, targets [[str]]; source, target
sessions       **rng**, count=256, length=20       inputs, targets, interests (T,B), ideal (T,B,54)
booking        **rng**, train=400, test=100,       train, test: questions [[str]], inputs [[[str]]], targets,
               noise=0.0                           confidence [[(T,)]], states [[dict]]; labels, slots, vocabulary
============== =================================== =====================================================================

What is random needs `rng`, a `numpy.random.Generator`; sets without it are fixed, parts included. Nothing above is
downloaded. Larger real sets are, when they are first loaded; `rnnkit.data.remote.read` says from where and to where:

=============== ================================== =====================================================================
name            options (default)                  fields
=============== ================================== =====================================================================
tinyshakespeare                                    train, valid: text; vocabulary
rt-polarity     fold=0                             train, valid, test: inputs [[str]], targets (N,);
                                                   labels, vocabulary
wnut17                                             train, valid, test: inputs [[str]], targets [(T,)];
                                                   labels, vocabulary
multi30k                                           train, valid, test: english, german [str]
jsb-chorales                                       train, valid, test: rolls [(T,88)]
fsdd                                               train, test: waveforms [(N,)], targets (N,), speakers [str],
                                                   numbers (N,); labels, rate
=============== ================================== =====================================================================

Examples
--------
>>> import numpy as np, rnnkit.data
>>> data = rnnkit.data.load("parity", rng=np.random.default_rng(0), count=2, length=4)
>>> data
Dataset 'parity': strings of fair bits; is the number of ones odd?
  inputs   float64 (4, 2, 1)
  targets  float64 (4, 2, 1)
  mask     bool (4, 2)
>>> data.inputs[:, 0, 0]
array([1., 1., 0., 0.])
>>> data.targets[:, 0, 0]
array([1., 0., 0., 0.])
"""

from __future__ import annotations

import difflib
import inspect
from types import ModuleType
from typing import Any

import numpy as np

from rnnkit.data import (
    adding,
    addition,
    booking,
    chorales,
    copy_task,
    delayed_xor,
    digit_strips,
    digits,
    docstrings,
    dyck,
    echo,
    fsdd,
    jsb_chorales,
    language,
    letters,
    motor,
    multi30k,
    number_words,
    parity,
    phrase_book,
    reber,
    reviews,
    rt_polarity,
    selective_copy,
    sentences,
    series,
    sessions,
    shuffled,
    surnames,
    tagging,
    temporal_order,
    temporal_xor,
    tinyshakespeare,
    tones,
    wnut17,
)
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset, Record
from rnnkit.data.vocabulary import Vocabulary

__all__ = ["Card", "Dataset", "Record", "Vocabulary", "card", "load", "names"]

_SETS = {
    module.CARD.name: module
    for module in (
        surnames,
        digits,
        chorales,
        docstrings,
        language,
        shuffled,
        series,
        reviews,
        tagging,
        temporal_xor,
        letters,
        sentences,
        motor,
        parity,
        echo,
        addition,
        adding,
        copy_task,
        selective_copy,
        delayed_xor,
        temporal_order,
        dyck,
        reber,
        tones,
        digit_strips,
        number_words,
        phrase_book,
        sessions,
        booking,
    )
}


_DOWNLOADS = {
    module.CARD.name: module for module in (tinyshakespeare, rt_polarity, wnut17, multi30k, jsb_chorales, fsdd)
}


def names(*, downloads: bool = False) -> tuple[str, ...]:
    """Return the names of the data sets that need no download, or of those that do."""
    return tuple(_DOWNLOADS if downloads else _SETS)


def _module(name: str) -> ModuleType:
    known = {**_SETS, **_DOWNLOADS}
    if not isinstance(name, str) or name not in known:
        close = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        raise ValueError(
            f"name: expected one of {', '.join(_SETS)}; with a download {', '.join(_DOWNLOADS)}, got {name!r}{hint}"
        )
    return known[name]


def card(name: str) -> Card:
    """Return the data card of a set, without loading the set.

    Raises
    ------
    ValueError
        If there is no set of that name; the message gives the nearest and all valid names.
    """
    return _module(name).CARD


def load(name: str, **options: Any) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    name : str
        One of `names()` or `names(downloads=True)`.
    **options
        As the table of `rnnkit.data` says. A set that draws at random needs `rng`, a `numpy.random.Generator`.

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        If the name, or the value of an option, is not valid.
    TypeError
        If an option is unknown or of the wrong kind, or `rng` is missing.
    ModuleNotFoundError
        If the package that holds the data is not installed; the message says how to install it.
    ConnectionError
        If a download is needed and fails; the message says which file to put where.
    """
    build = _module(name).load
    known = inspect.signature(build).parameters
    for option in options:
        if option not in known:
            if option == "rng":
                raise TypeError(f"data set {name!r} is fixed and takes no rng")
            close = difflib.get_close_matches(option, known, n=1, cutoff=0.5)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            raise TypeError(
                f"data set {name!r}: expected options of {', '.join(known) or 'none'}, got {option!r}{hint}"
            )
    if "rng" in known and not isinstance(options.get("rng"), np.random.Generator):
        came = f"got {options['rng']!r}" if "rng" in options else "it is missing"
        raise TypeError(f"data set {name!r} draws at random: rng must be a numpy.random.Generator, such as "
                        f"numpy.random.default_rng(0); {came}")  # fmt: skip
    return build(**options)
