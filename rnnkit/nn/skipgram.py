"""Skip-gram with negative sampling: words as vectors that tell their neighbours from strangers."""

import numpy as np
import torch
from jaxtyping import Float, Int

from rnnkit.arrays import check_ids, check_number, check_rng, check_size


class SkipGram(torch.nn.Module):
    r"""Two vectors for each word, one as a centre, one as a neighbour.

    .. math:: L = -\ln \sigma(u_o \cdot v_c) - \sum_{i=1}^{k} \ln \sigma(-u_{n_i} \cdot v_c)

    Gradients are sparse: optimise with `torch.optim.SGD`, `Adagrad` or `SparseAdam`.

    Parameters
    ----------
    vocabulary_size, embedding_size : int
    rng : numpy.random.Generator
        Draws the centres uniform in ±1/(2D), as the authors' program does; neighbours start at 0.

    Notes
    -----
    Source: T. Mikolov, I. Sutskever, K. Chen, G. Corrado and J. Dean, Distributed representations of words and phrases
    and their compositionality, NIPS 2013, equation 4.
    """

    def __init__(self, vocabulary_size: int, embedding_size: int, rng: np.random.Generator) -> None:
        super().__init__()
        check_rng(rng)
        V, D = check_size("vocabulary_size", vocabulary_size), check_size("embedding_size", embedding_size)
        self.centres = torch.nn.Embedding(V, D, sparse=True)
        self.neighbours = torch.nn.Embedding(V, D, sparse=True)
        torch.sparse.check_sparse_tensor_invariants.disable()  # unless one says so, torch warns
        with torch.no_grad():
            self.centres.weight.copy_(torch.tensor(rng.uniform(-0.5 / D, 0.5 / D, (V, D)), dtype=torch.float32))
            self.neighbours.weight.zero_()

    def forward(self, centres: torch.Tensor, neighbours: torch.Tensor, strangers: torch.Tensor) -> torch.Tensor:
        """Mean loss of pairs (N,) and (N,) with k strangers each, (N, k), in nats."""
        v = self.centres(centres)
        near = (self.neighbours(neighbours) * v).sum(-1)
        far = torch.einsum("nkd,nd->nk", self.neighbours(strangers), v)
        logsigmoid = torch.nn.functional.logsigmoid
        return -(logsigmoid(near) + logsigmoid(-far).sum(-1)).mean()


def skip_grams(
    ids: Int[np.ndarray, " T"], window: int, rng: np.random.Generator
) -> tuple[Int[np.ndarray, " N"], Int[np.ndarray, " N"]]:
    """Pairs of centre and neighbour: around each word a window of random size 1 to `window`, so that nearer ones count.

    Returns
    -------
    centres, neighbours : array of int, (N,)
        Shuffled.

    Raises
    ------
    TypeError, ValueError
        If `ids` are not whole numbers in one row, `window` is below 1, or `rng` is none.
    """
    check_ids("ids", ids, ("T",), np.iinfo(np.int64).max)
    check_size("window", window)
    check_rng(rng)
    reach = rng.integers(1, window + 1, len(ids))
    centres, neighbours = [], []
    for distance in range(1, window + 1):
        for centre, neighbour in ((slice(None, -distance), slice(distance, None)),
                                  (slice(distance, None), slice(None, -distance))):  # fmt: skip
            inside = reach[centre] >= distance
            centres.append(ids[centre][inside])
            neighbours.append(ids[neighbour][inside])
    order = rng.permutation(sum(map(len, centres)))
    return np.concatenate(centres)[order], np.concatenate(neighbours)[order]


def subsample(
    ids: Int[np.ndarray, " T"], vocabulary_size: int, threshold: float, rng: np.random.Generator
) -> Int[np.ndarray, " N"]:
    r"""Leave out frequent words, each occurrence with probability :math:`1 - \sqrt{t/f}`, where :math:`f` is its share.

    Parameters
    ----------
    threshold : float
        :math:`t`, above 0; the paper takes 1e-5 for a corpus of a thousand million words, 1e-3 suits a small one.

    Notes
    -----
    Source: equation 5 of the paper named at `SkipGram`.
    """
    check_number("threshold", threshold, 0, 1, open_low=True)
    check_rng(rng)
    check_ids("ids", ids, ("T",), vocabulary_size)
    share = np.bincount(ids, minlength=vocabulary_size) / max(len(ids), 1)
    return ids[rng.random(len(ids)) < np.sqrt(threshold / np.maximum(share[ids], 1e-300))]


def noise_distribution(ids: Int[np.ndarray, " T"], vocabulary_size: int) -> Float[np.ndarray, " V"]:
    """Where strangers are drawn from: each word's count to the power 3/4, as the paper found best."""
    check_ids("ids", ids, ("T",), vocabulary_size)
    weight = np.bincount(ids, minlength=vocabulary_size) ** 0.75
    return weight / weight.sum()
