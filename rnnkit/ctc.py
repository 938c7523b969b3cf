"""Connectionist temporal classification: labels without knowing when."""

import numpy as np
from jaxtyping import Float, Int

from rnnkit.arrays import check_array, check_ids, check_size, log_softmax, log_sum_exp


def ctc(
    ys: Float[np.ndarray, "T B K"],
    targets: Int[np.ndarray, "L B"],
    lengths: Int[np.ndarray, " B"],
    target_lengths: Int[np.ndarray, " B"],
    blank: int = 0,
) -> tuple[float, Float[np.ndarray, "T B K"]]:
    r"""Mean of :math:`-\ln p(\ell)` over the sequences, in nats, and its gradient.

    At each tick the network says one label or blank; repeats are merged and blanks removed, so many paths spell one
    labelling, and :math:`p(\ell)` is the sum of the probabilities of them all. The sum runs along the labels with a
    blank around each, forwards (:math:`\alpha`) and backwards (:math:`\beta`), in logarithms throughout.

    Parameters
    ----------
    ys : array, (T, B, K)
        Logits of the labels and blank.
    targets : array of int, (L, B)
        Labels of each sequence, no blanks; behind the last one they may be anything from 0 to K-1.
    lengths : array of int, (B,)
        Ticks of each sequence, 0 to T.
    target_lengths : array of int, (B,)
        Labels of each sequence, 0 to L.
    blank : int
        Which of the K is blank (default 0).

    Returns
    -------
    value : float
    dys : array, (T, B, K)
        :math:`\mathrm{softmax}(y_t)_k` minus the probability that the path says `k` at tick `t`, over `B`; 0 behind the
        last tick of a sequence.

    Raises
    ------
    TypeError, ValueError
        If an argument has another shape or dtype, or a sequence has too few ticks to say its labels: each needs one,
        and one more between equal neighbours.

    Notes
    -----
    Equal to `torch.nn.functional.ctc_loss` with `reduction="sum"`, over `B`.

    Source: A. Graves, S. Fernández, F. Gomez and J. Schmidhuber, Connectionist temporal classification: labelling
    unsegmented sequence data with recurrent neural networks, ICML 2006, equations 5 to 16.
    """
    T, B = _check(ys, targets, lengths, target_lengths, blank)
    if not B:
        return 0.0, np.zeros_like(ys)
    columns, ticks = np.arange(B), np.arange(T)[:, None]
    states = 2 * len(targets) + 1
    said = np.full((states, B), blank)  # what each place of the chain says: blank, label, blank, label, ..., blank
    said[1::2] = targets
    last = 2 * target_lengths  # the place of the final blank
    there = np.arange(states)[:, None] <= last
    # One may skip the blank between two labels, unless they are equal: then it is what keeps them apart.
    skip = np.zeros((states, B), bool)
    skip[3::2] = targets[1:] != targets[:-1]

    logp = log_softmax(ys)
    emit = np.where(there, logp[ticks[:, :, None], columns, said], -np.inf)  # (T, states, B)
    alpha = np.full((T, states, B), -np.inf)
    beta = np.full((T, states, B), -np.inf)
    for t in range(T):
        if t == 0:
            alpha[0, :2] = emit[0, :2]
            continue
        a = alpha[t - 1]
        alpha[t] = _sum(a, _later(a, 1), np.where(skip, _later(a, 2), -np.inf)) + emit[t]
    ends = (np.arange(states)[:, None] == last) | (np.arange(states)[:, None] == last - 1)
    for t in range(T - 1, -1, -1):
        stop = np.where(ends & (t == lengths - 1), 0.0, -np.inf)
        if t < T - 1:
            b = beta[t + 1] + emit[t + 1]
            skipped = _earlier(np.where(skip, b, -np.inf), 2)
            stop = np.where(t < lengths - 1, _sum(b, _earlier(b, 1), skipped), stop)
        beta[t] = stop

    log_each = np.zeros(B)  # no tick and no label: probability 1
    if T:
        final = alpha[np.maximum(lengths - 1, 0), :, columns].T
        log_each = np.where(lengths > 0, log_sum_exp(np.where(ends, final, -np.inf), 0), 0.0)
    path = np.exp(alpha + beta - log_each)  # p(the path is at this place of the chain at tick t)
    says = np.zeros_like(ys)
    np.add.at(says, (ticks[:, :, None], columns, said), path)
    dys = np.where((ticks < lengths)[..., None], np.exp(logp) - says, 0) / B
    return float(-log_each.sum() / B), dys.astype(ys.dtype)


def _sum(*terms):
    return log_sum_exp(np.stack(terms), 0)


def _later(a, n):
    """Each place sees what stands `n` places before it."""
    return np.concatenate([np.full_like(a[:n], -np.inf), a[:-n]])[: len(a)]


def _earlier(a, n):
    """Each place sees what stands `n` places after it."""
    return np.concatenate([a[n:], np.full_like(a[:n], -np.inf)])[: len(a)]


def _check(ys, targets, lengths, target_lengths, blank):
    check_array("ys", ys, ("T", "B", "K"))
    T, B, K = ys.shape
    check_size("blank", blank, least=0, most=K - 1)
    check_ids("targets", targets, ("L", B), K)
    check_ids("lengths", lengths, (B,), T + 1)
    check_ids("target_lengths", target_lengths, (B,), len(targets) + 1)
    real = np.arange(len(targets))[:, None] < target_lengths
    if (targets[real] == blank).any():
        raise ValueError(f"targets: expected no blank ({blank}) among the labels, got one")
    needed = target_lengths + ((targets[1:] == targets[:-1]) & real[1:]).sum(0)
    if (needed > lengths).any():
        b = int(np.argmax(needed > lengths))
        raise ValueError(f"lengths: expected at least {needed[b]} ticks to say the labels of sequence {b}, "
                         f"got {lengths[b]}")  # fmt: skip
    return T, B
