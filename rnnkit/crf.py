"""A linear-chain conditional random field: labels that are scored together, not one at a time."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from rnnkit.arrays import check_array, check_ids, check_params, check_rng, check_size, dtype_name, log_sum_exp
from rnnkit.cells.base import Params


@dataclass(frozen=True)
class CRF:
    r"""A score for a whole sequence of labels, and the probability that follows from it.

    .. math::
        S(y) = a_{y_1} + \sum_{t=1}^{T} e_{t, y_t} + \sum_{t=2}^{T} A_{y_{t-1} y_t} + z_{y_T}, \qquad
        p(y) = \frac{e^{S(y)}}{\sum_{y'} e^{S(y')}}

    The emissions :math:`e` come from a network, one number for each tick and label. The sum over all :math:`K^T`
    sequences takes :math:`T K^2` steps, because a sequence's score is a sum along a chain.

    Parameters
    ----------
    labels : int
        :math:`K`, labels 0 to K-1.

    Raises
    ------
    TypeError, ValueError
        If `labels` is not a whole number above 0.

    Notes
    -----
    Parameters: `A (K, K)`, from a label to the next, `a (K,)` for the first and `z (K,)` for the last.

    Source: J. Lafferty, A. McCallum and F. Pereira, Conditional random fields, ICML 2001; on top of a bidirectional
    LSTM Z. Huang, W. Xu and K. Yu, arXiv:1508.01991 (2015).
    """

    labels: int

    def __post_init__(self) -> None:
        check_size("labels", self.labels)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter."""
        K = self.labels
        return {"A": (K, K), "a": (K,), "z": (K,)}

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Draw parameters, uniform in ±0.1, in float64: at first the emissions decide."""
        check_rng(rng)
        return {name: rng.uniform(-0.1, 0.1, shape) for name, shape in self.shapes.items()}

    def loss(
        self,
        p: Params,
        ys: Float[np.ndarray, "T B K"],
        targets: Int[np.ndarray, "T B"],
        mask: Bool[np.ndarray, "T B"] | None = None,
    ) -> tuple[float, Float[np.ndarray, "T B K"], dict[str, np.ndarray]]:
        r"""Mean of :math:`-\ln p(y)` over the sequences, in nats, and its gradients.

        Parameters
        ----------
        p : dict of arrays
        ys : array, (T, B, K)
            Emissions.
        targets : array of int, (T, B)
            The right labels; behind the end of a sequence they may be anything from 0 to K-1.
        mask : array of bool, (T, B), optional
            True from the first tick of each sequence to its last, at least one; all by default.

        Returns
        -------
        value : float
        dys : array, (T, B, K)
            :math:`p(y_t = k)` minus the one-hot target, over `B`.
        grads : dict of arrays
            dL/dp.

        Raises
        ------
        TypeError, ValueError
            If an argument has another shape or dtype, or a mask has gaps; the message names it.
        """
        mask = self._check(p, ys, mask)
        T, B, K = ys.shape
        check_ids("targets", targets, (T, B), K)
        alpha, beta, total = self._both_ways(p, ys, mask)
        right = (np.arange(K) == targets[..., None]) * mask[..., None]  # (T, B, K)
        last = mask & ~np.concatenate([mask[1:], np.zeros((1, B), bool)])
        pairs = (mask[1:, :, None, None] * right[:-1, :, :, None] * right[1:, :, None, :]).sum((0, 1))
        ends = right * last[..., None]
        score = (right * ys).sum() + (pairs * p["A"]).sum() + (right[0] * p["a"]).sum() + (ends * p["z"]).sum()

        single = self._single(alpha, beta, total, mask)  # p(y_t = k)
        joint = alpha[:-1, :, :, None] + p["A"] + (ys + beta)[1:, :, None, :] - total[:, None, None]
        # p(y_{t-1} = i, y_t = j), summed over all ticks
        joint = np.exp(np.where(mask[1:, :, None, None], joint, -np.inf)).sum((0, 1))
        value = (total.sum() - score) / B if B else 0.0
        most = max(B, 1)
        grads = {
            "A": (joint - pairs) / most,
            "a": (single[0] - right[0]).sum(0) / most,
            "z": (single * last[..., None] - ends).sum((0, 1)) / most,
        }
        return float(value), (single - right) / ys.dtype.type(most), {n: g.astype(ys.dtype) for n, g in grads.items()}

    def marginals(
        self, p: Params, ys: Float[np.ndarray, "T B K"], mask: Bool[np.ndarray, "T B"] | None = None
    ) -> Float[np.ndarray, "T B K"]:
        """Probability of each label at each tick, all other labels summed over; 0 behind the end of a sequence."""
        mask = self._check(p, ys, mask)
        alpha, beta, total = self._both_ways(p, ys, mask)
        return self._single(alpha, beta, total, mask)

    def viterbi(
        self, p: Params, ys: Float[np.ndarray, "T B K"], mask: Bool[np.ndarray, "T B"] | None = None
    ) -> tuple[Int[np.ndarray, "T B"], Float[np.ndarray, " B"]]:
        """The sequence of labels with the highest score, and that score; arguments as for `loss`.

        Behind the end of a sequence the label is 0.

        Notes
        -----
        Source: A. J. Viterbi, IEEE Transactions on Information Theory 13 (1967) 260-269.
        """
        mask = self._check(p, ys, mask)
        T, B, _ = ys.shape
        best, origins = p["a"] + ys[0], []
        for t in range(1, T):
            paths = best[:, :, None] + p["A"]  # (B, from, to)
            origins.append(paths.argmax(1))
            best = np.where(mask[t, :, None], paths.max(1) + ys[t], best)
        score = best + p["z"]
        label = score.argmax(-1)
        labels = np.zeros((T, B), int)
        for t in range(T - 1, -1, -1):
            labels[t] = np.where(mask[t], label, 0)
            if t:
                label = np.where(mask[t], origins[t - 1][np.arange(B), label], label)
        return labels, score.max(-1)

    def _both_ways(self, p, ys, mask):
        """Log of the summed scores of all beginnings that end here, of all ends that begin here, and of everything."""
        T = len(ys)
        alpha, beta = np.empty_like(ys), np.empty_like(ys)
        alpha[0] = p["a"] + ys[0]
        for t in range(1, T):
            new = log_sum_exp(alpha[t - 1][:, :, None] + p["A"], 1) + ys[t]
            alpha[t] = np.where(mask[t, :, None], new, alpha[t - 1])
        beta[-1] = p["z"]
        for t in range(T - 1, 0, -1):
            new = log_sum_exp(p["A"] + (ys[t] + beta[t])[:, None, :], 2)
            beta[t - 1] = np.where(mask[t, :, None], new, beta[t])
        return alpha, beta, log_sum_exp(alpha[-1] + p["z"], -1)

    def _single(self, alpha, beta, total, mask):
        """Probability of each label at each tick, 0 behind the end."""
        return np.exp(np.where(mask[..., None], alpha + beta - total[:, None], -np.inf))

    def _check(self, p, ys, mask):
        check_array("ys", ys, ("T", "B", self.labels))
        check_params(p, self.shapes, dtype_name(ys))
        if not len(ys):
            raise ValueError("ys: expected at least one tick, got none")
        if mask is None:
            return np.ones(ys.shape[:2], bool)
        check_array("mask", mask, ys.shape[:2], "bool")
        if not mask[0].all() or (mask[1:] & ~mask[:-1]).any():
            raise ValueError("mask: expected True from the first tick of each sequence to its last, got a gap")
        return mask
