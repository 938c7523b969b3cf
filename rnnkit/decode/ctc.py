"""Reading labels off a network that was trained with CTC."""

from collections import defaultdict
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int

from rnnkit.arrays import check_ids, check_size, log_softmax
from rnnkit.decode.step import check_logits


def best_path(
    ys: Float[np.ndarray, "T B K"], lengths: Int[np.ndarray, " B"] | None = None, blank: int = 0
) -> list[list[int]]:
    """The likeliest label at each tick, repeats merged and blanks removed.

    Parameters
    ----------
    ys : array, (T, B, K)
        Logits.
    lengths : array of int, (B,), optional
        Ticks of each sequence; all by default.
    blank : int
        Which label is blank (default 0).

    Raises
    ------
    TypeError, ValueError
        If an argument has another shape or dtype; the message names it.

    Notes
    -----
    The likeliest path need not spell the likeliest labelling, for that has many paths.
    """
    check_logits("ys", ys, 3)
    T, B, K = ys.shape
    check_size("blank", blank, least=0, most=K - 1)
    if lengths is None:
        lengths = np.full(B, T)
    check_ids("lengths", lengths, (B,), T + 1)
    best = ys.argmax(-1)
    changes = best != np.concatenate([np.full((1, B), -1), best[:-1]])
    keep = changes & (best != blank) & (np.arange(T)[:, None] < lengths)
    return [best[keep[:, b], b].tolist() for b in range(B)]


def prefix_beam(
    ys: Float[np.ndarray, "T K"],
    width: int,
    blank: int = 0,
    prior: Callable[[tuple[int, ...], int], float] | None = None,
) -> list[tuple[list[int], float]]:
    """The likeliest labellings of one sequence: all paths that spell one beginning are counted as one.

    Parameters
    ----------
    ys : array, (T, K)
        Logits of one sequence.
    width : int
        Beginnings kept at each tick, 1 or more.
    blank : int
        Which label is blank (default 0).
    prior : function, optional
        A language model: beginning and next label, to a log-probability that is added when the label is added.

    Returns
    -------
    labellings : list of (list of int, float)
        At most `width`, with the log-probability of the paths that were followed, the likeliest first. If `width` is
        no smaller than the number of beginnings, these are exact.

    Notes
    -----
    Source: A. Y. Hannun, A. L. Maas, D. Jurafsky and A. Y. Ng, First-pass large vocabulary continuous speech
    recognition using bi-directional recurrent DNNs, arXiv:1408.2873 (2014), algorithm 1; the idea of prefixes is in
    section 3.2 of Graves et al. 2006.
    """
    check_size("width", width)
    check_logits("ys", ys, 2)
    check_size("blank", blank, least=0, most=ys.shape[1] - 1)
    never = -np.inf
    # Each beginning has two log-probabilities: of paths that end in a blank, and of those that end in its last label.
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (0.0, never)}
    for logp in log_softmax(ys):
        new: dict[tuple[int, ...], list[float]] = defaultdict(lambda: [never, never])
        for prefix, (blank_p, label_p) in beams.items():
            both = np.logaddexp(blank_p, label_p)
            here = new[prefix]
            here[0] = np.logaddexp(here[0], both + logp[blank])
            if prefix:
                here[1] = np.logaddexp(here[1], label_p + logp[prefix[-1]])  # the same label, held on
            for label in range(len(logp)):
                if label == blank:
                    continue
                before = blank_p if prefix and label == prefix[-1] else both  # a repeat needs a blank between
                added = before + logp[label] + (prior(prefix, label) if prior else 0.0)
                if added > never:
                    longer = new[(*prefix, label)]
                    longer[1] = np.logaddexp(longer[1], added)
        best = sorted(new.items(), key=lambda item: -np.logaddexp(item[1][0], item[1][1]))[:width]
        beams = {prefix: (p[0], p[1]) for prefix, p in best}
    found = [(list(prefix), float(np.logaddexp(*p))) for prefix, p in beams.items()]
    return sorted(found, key=lambda item: -item[1])
