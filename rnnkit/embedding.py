"""Embeddings: a vector for each symbol, learned like any other weight."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from rnnkit.arrays import Array, check_array, check_ids, check_params, check_rng, check_size, dtype_name
from rnnkit.cells.base import Params


@dataclass(frozen=True)
class Embedding:
    r"""A table of vectors, :math:`x_t = E_{i_t}`: the product of a one-hot vector with :math:`E`, without the zeros.

    Parameters
    ----------
    vocabulary_size : int
        :math:`V`, symbols 0 to V-1.
    output_size : int
        :math:`D`, numbers in a vector.

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0.

    Notes
    -----
    Parameter: `E (V, D)`, drawn from a standard normal distribution, as `torch.nn.Embedding` does.
    """

    vocabulary_size: int
    output_size: int

    def __post_init__(self) -> None:
        check_size("vocabulary_size", self.vocabulary_size)
        check_size("output_size", self.output_size)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of the parameter."""
        return {"E": (self.vocabulary_size, self.output_size)}

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Draw the table, in float64."""
        check_rng(rng)
        return {"E": rng.normal(size=self.shapes["E"])}

    def forward(self, p: Params, ids: Int[Array, "T B"]) -> Float[Array, "T B D"]:
        """The rows of the table.

        Raises
        ------
        TypeError, ValueError
            If `ids` are not whole numbers, or one is no symbol.
        """
        check_ids("ids", ids, ("T", "B"), self.vocabulary_size)
        check_params(p, self.shapes, dtype_name(p["E"]) if "E" in p else "float64")
        return p["E"][ids]

    def backward(
        self, p: Params, ids: Int[np.ndarray, "T B"], dxs: Float[np.ndarray, "T B D"]
    ) -> dict[str, np.ndarray]:
        """dL/dxs, to dL/dp: each row has the sum of what came back wherever its symbol stood.

        Raises
        ------
        TypeError, ValueError
            If an argument has another shape or dtype; the message names it.
        """
        check_ids("ids", ids, ("T", "B"), self.vocabulary_size)
        check_array("dxs", dxs, (*ids.shape, self.output_size), dtype_name(p["E"]))
        grad = np.zeros_like(p["E"])
        if ids.size:
            flat = ids.ravel()
            order = np.argsort(flat, kind="stable")  # equal symbols side by side: one sum for each run of them
            starts = np.flatnonzero(np.diff(flat[order], prepend=-1))
            grad[flat[order][starts]] = np.add.reduceat(dxs.reshape(len(flat), -1)[order], starts)
        return {"E": grad}
