"""The read-out: from what a cell shows to what the task asks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import Array, check_array, check_params, check_rng, check_size, dtype_name, flat
from rnnkit.cells.base import Params


@dataclass(frozen=True)
class Readout:
    r"""An affine map at each tick, :math:`y_t = h_t W_y + b_y`.

    It has no activation: a loss that wants probabilities applies its own (see `rnnkit.losses`).

    Parameters
    ----------
    input_size : int
        Columns read, the cell's `output_size`.
    output_size : int
        :math:`O`, numbers given at each tick.

    Notes
    -----
    Parameters: `W_y (H, O)`, `b_y (O,)`.
    """

    input_size: int
    output_size: int

    def __post_init__(self) -> None:
        check_size("input_size", self.input_size)
        check_size("output_size", self.output_size)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each parameter."""
        return {"W_y": (self.input_size, self.output_size), "b_y": (self.output_size,)}

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        r"""Draw parameters, uniform in :math:`\pm 1/\sqrt{H}` (the rule of `torch.nn.Linear`), in float64."""
        check_rng(rng)
        bound = self.input_size**-0.5
        return {name: rng.uniform(-bound, bound, shape) for name, shape in self.shapes.items()}

    def forward(self, p: Params, hs: Float[Array, "T B H"]) -> Float[Array, "T B O"]:
        """`hs @ W_y + b_y`, for every tick at once."""
        check_array("hs", hs, ("T", "B", self.input_size))
        check_params(p, self.shapes, dtype_name(hs))
        return hs @ p["W_y"] + p["b_y"]

    def backward(
        self, p: Params, hs: Float[Array, "T B H"], dys: Float[Array, "T B O"]
    ) -> tuple[dict[str, Array], Float[Array, "T B H"]]:
        """dL/dys, to dL/dp and dL/dhs."""
        return {"W_y": flat(hs).T @ flat(dys), "b_y": flat(dys).sum(0)}, dys @ p["W_y"].T
