"""A simple recurrent network that is normalised at every tick."""

from dataclasses import dataclass

import numpy as np

from rnnkit.activations import ACTIVATIONS
from rnnkit.arrays import flat, namespace
from rnnkit.cells.elman import Elman
from rnnkit.layer_norm import backnormalise, normalise


@dataclass(frozen=True)
class LayerNormElman(Elman):
    r"""An Elman network with layer normalisation inside its recurrence.

    .. math:: h_t = f\big(\gamma \odot \mathrm{LN}(x_t W_x + h_{t-1} W_h) + b\big)

    The same multiple of all weights gives the same network: how large :math:`W_h` is no longer decides whether
    states grow.

    The state is :math:`h_t`, `(B, H)`.

    Parameters
    ----------
    input_size, hidden_size, activation
        As for `Elman`.

    Raises
    ------
    TypeError, ValueError
        As for `Elman`.

    Notes
    -----
    Parameters: those of `Elman`, and `gain (H,)`, :math:`\gamma`, which starts near 1. The gradient of a drive has two
    blocks, before and after the normalisation.

    Source: J. L. Ba, J. R. Kiros and G. E. Hinton, Layer normalization, arXiv:1607.06450 (2016), equation 4.
    """

    @property
    def shapes(self):
        D, H = self.input_size, self.hidden_size
        return {"W_x": (D, H), "W_h": (H, H), "b": (H,), "gain": (H,)}

    @property
    def drive_size(self) -> int:
        return 2 * self.hidden_size

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        p = super().init(rng)
        return p | {"gain": 1 + 0.1 * p["gain"]}

    def drive(self, p, xs):
        return xs @ p["W_x"]

    def backdrive(self, p, das):
        return das[..., : self.hidden_size] @ p["W_x"].T

    def step(self, p, a, s):
        normed, rate = normalise(a + s @ p["W_h"])
        h = ACTIVATIONS[self.activation].f(p["gain"] * normed + p["b"])
        return h, {"h": h, "normed": normed, "rate": rate}

    def backstep(self, p, k, s, ds):
        after = ds * ACTIVATIONS[self.activation].slope(k["h"])
        da = backnormalise(k["normed"], k["rate"], after * p["gain"])
        return namespace(ds).concatenate([da, after], -1), da @ p["W_h"].T

    def collect(self, p, xs, before, traces, das):
        da, after = das[..., : self.hidden_size], das[..., self.hidden_size :]
        grads = {
            "W_x": flat(xs).T @ flat(da),
            "W_h": flat(before).T @ flat(da),
            "b": flat(after).sum(0),
            "gain": flat(after * traces["normed"]).sum(0),
        }
        return grads, self.backdrive(p, das)
