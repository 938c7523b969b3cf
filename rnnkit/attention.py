r"""Attention: a mean of many vectors, weighted by how well each answers a question.

Every query :math:`q_t` scores every key :math:`k_j`; a softmax over :math:`j` turns scores into weights
:math:`\alpha_{tj}`; the context is :math:`c_t = \sum_j \alpha_{tj} v_j`. The two forms differ in the score alone.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from rnnkit.arrays import Array, check_array, check_params, check_rng, check_size, dtype_name, flat, namespace
from rnnkit.cells.base import Params


@dataclass(frozen=True)
class Attention(ABC):
    """What all forms of attention share: everything but the score.

    Parameters
    ----------
    query_size, key_size : int
        :math:`Q` and :math:`K`, numbers in a query and in a key.
    """

    query_size: int
    key_size: int

    def __post_init__(self) -> None:
        check_size("query_size", self.query_size)
        check_size("key_size", self.key_size)

    @property
    @abstractmethod
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter."""

    @abstractmethod
    def scores(self, p: Params, queries: Array, keys: Array) -> tuple[Float[Array, "T B N"], Array]:
        """Every query with every key, and what the way back needs."""

    @abstractmethod
    def backscores(self, p: Params, queries: Array, keys: Array, kept: Array, dscores: Array) -> tuple:
        """dL/dscores, to dL/dp, dL/dqueries and dL/dkeys."""

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        r"""Draw parameters, uniform in :math:`\pm 1/\sqrt{n}`, with :math:`n` the first size of each, in float64."""
        check_rng(rng)
        return {name: rng.uniform(-1, 1, shape) / shape[0] ** 0.5 for name, shape in self.shapes.items()}

    def forward(
        self,
        p: Params,
        queries: Float[Array, "T B Q"],
        keys: Float[Array, "N B K"],
        mask: Bool[Array, "N B"] | None = None,
        values: Float[Array, "N B V"] | None = None,
    ) -> tuple[Float[Array, "T B V"], Float[Array, "T B N"], Array]:
        """Contexts and weights.

        Parameters
        ----------
        p : dict of arrays
        queries : array, (T, B, Q)
            One question a tick; `T` is 1 where a decoder asks tick by tick.
        keys : array, (N, B, K)
            What is looked at, such as the states of an encoder.
        mask : array of bool, (N, B), optional
            Where there is something; all by default. Elsewhere the weight is exactly 0.
        values : array, (N, B, V), optional
            What is averaged; the keys by default.

        Returns
        -------
        contexts : array, (T, B, V)
        weights : array, (T, B, N)
            At least 0, with sum 1.
        kept : array
            What the way back needs.

        Raises
        ------
        TypeError, ValueError
            If a shape or dtype differs, or a sequence has nothing to look at; the message names the argument.
        """
        self._check(p, queries, keys, mask, values)
        xp = namespace(queries)
        scores, kept = self.scores(p, queries, keys)
        if mask is not None:
            scores = xp.where(xp.asarray(mask).T[None], scores, -float("inf"))
        weights = xp.exp(scores - xp.amax(scores, -1)[..., None])
        weights = weights / weights.sum(-1)[..., None]
        return xp.einsum("tbn,nbv->tbv", weights, keys if values is None else values), weights, kept

    def backward(
        self,
        p: Params,
        queries: Float[Array, "T B Q"],
        keys: Float[Array, "N B K"],
        weights: Float[Array, "T B N"],
        kept: Array,
        dcontexts: Float[Array, "T B V"],
        values: Float[Array, "N B V"] | None = None,
    ) -> tuple[dict[str, Array], Float[Array, "T B Q"], Float[Array, "N B K"], Float[Array, "N B V"] | None]:
        """dL/dcontexts, to dL/dp, dL/dqueries, dL/dkeys and dL/dvalues (None where the keys are the values)."""
        xp = namespace(queries)
        dweights = xp.einsum("tbv,nbv->tbn", dcontexts, keys if values is None else values)
        dvalues = xp.einsum("tbn,tbv->nbv", weights, dcontexts)
        # Through the softmax: each score is pushed by how much better than the mean its own weight would do.
        dscores = weights * (dweights - (weights * dweights).sum(-1)[..., None])
        grads, dqueries, dkeys = self.backscores(p, queries, keys, kept, dscores)
        return (grads, dqueries, dkeys + dvalues, None) if values is None else (grads, dqueries, dkeys, dvalues)

    def _check(self, p, queries, keys, mask, values):
        check_array("queries", queries, ("T", "B", self.query_size))
        check_array("keys", keys, ("N", queries.shape[1], self.key_size), dtype_name(queries))
        check_params(p, self.shapes, dtype_name(queries))
        if values is not None:
            check_array("values", values, (*keys.shape[:2], "V"), dtype_name(queries))
        if mask is not None:
            check_array("mask", mask, tuple(keys.shape[:2]), "bool")
        if queries.shape[1] and (len(keys) == 0 or (mask is not None and not bool(mask.any(0).all()))):
            raise ValueError("mask: expected at least one place to look at in every sequence, got none in some")


@dataclass(frozen=True)
class AdditiveAttention(Attention):
    r"""Attention whose score is a small network, :math:`v^\top \tanh(q_t W_q + k_j W_k)`.

    Parameters
    ----------
    query_size, key_size, hidden_size : int
        :math:`Q`, :math:`K`, and :math:`A` hidden units of the score.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0.

    Notes
    -----
    Parameters: `W_q (Q, A)`, `W_k (K, A)`, `v (A,)`. All scores at once take an array (T, B, N, A).

    Source: D. Bahdanau, K. Cho and Y. Bengio, Neural machine translation by jointly learning to align and translate,
    ICLR 2015, appendix A.1.2.
    """

    hidden_size: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_size("hidden_size", self.hidden_size)

    @property
    def shapes(self):
        A = self.hidden_size
        return {"W_q": (self.query_size, A), "W_k": (self.key_size, A), "v": (A,)}

    def scores(self, p, queries, keys):
        xp = namespace(queries)
        asked, offered = queries @ p["W_q"], xp.swapaxes(keys @ p["W_k"], 0, 1)  # (T, B, A), (B, N, A)
        h = xp.tanh(asked[:, :, None] + offered[None])
        return h @ p["v"], h

    def backscores(self, p, queries, keys, kept, dscores):
        xp = namespace(queries)
        da = dscores[..., None] * p["v"] * (1 - kept * kept)  # (T, B, N, A)
        asked, offered = da.sum(2), xp.swapaxes(da.sum(0), 0, 1)
        grads = {
            "W_q": flat(queries).T @ flat(asked),
            "W_k": flat(keys).T @ flat(offered),
            "v": xp.einsum("tbn,tbna->a", dscores, kept),
        }
        return grads, asked @ p["W_q"].T, offered @ p["W_k"].T


@dataclass(frozen=True)
class MultiplicativeAttention(Attention):
    r"""Attention whose score is a product, :math:`q_t W k_j^\top / \sqrt K`.

    With the identity for :math:`W` it is scaled dot-product attention.

    Parameters
    ----------
    query_size, key_size : int
        :math:`Q` and :math:`K`.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0.

    Notes
    -----
    Parameter: `W_a (Q, K)`.

    Source: M.-T. Luong, H. Pham and C. D. Manning, Effective approaches to attention-based neural machine translation,
    EMNLP 2015, the score "general", without :math:`\sqrt K`; the scale is that of A. Vaswani et al., Attention is all
    you need, NIPS 2017.
    """

    @property
    def shapes(self):
        return {"W_a": (self.query_size, self.key_size)}

    def scores(self, p, queries, keys):
        asked = queries @ p["W_a"] / self.key_size**0.5
        return namespace(queries).einsum("tbk,nbk->tbn", asked, keys), asked

    def backscores(self, p, queries, keys, kept, dscores):
        xp = namespace(queries)
        dasked = xp.einsum("tbn,nbk->tbk", dscores, keys) / self.key_size**0.5
        return {"W_a": flat(queries).T @ flat(dasked)}, dasked @ p["W_a"].T, xp.einsum("tbn,tbk->nbk", dscores, kept)
