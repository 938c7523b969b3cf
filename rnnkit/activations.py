"""Activation functions, each beside its derivative, which is written in terms of the function's own output.

A backward pass has the output at hand and need not keep the input: for tanh, :math:`f' = 1 - f^2`.
"""

from collections.abc import Callable
from typing import NamedTuple

from rnnkit.arrays import Array, namespace, sigmoid


class Activation(NamedTuple):
    """A function applied to each element, and its derivative as a function of its output."""

    f: Callable[[Array], Array]
    slope: Callable[[Array], Array]


ACTIVATIONS: dict[str, Activation] = {
    "tanh": Activation(lambda a: namespace(a).tanh(a), lambda h: 1 - h * h),
    "sigmoid": Activation(sigmoid, lambda h: h * (1 - h)),
    "relu": Activation(lambda a: a * (a > 0), lambda h: (h > 0) * (h * 0 + 1)),
    "linear": Activation(lambda a: a, lambda h: h * 0 + 1),
    # Saturating-linear and step units: the ones with which one can build machines exactly (chapter 03).
    "satlin": Activation(lambda a: namespace(a).clip(a, 0, 1), lambda h: ((h > 0) & (h < 1)) * (h * 0 + 1)),
    "step": Activation(lambda a: (a > 0) * (a * 0 + 1), lambda h: h * 0),
}
"""By name: `tanh`, `sigmoid`, `relu`, `linear`, `satlin` (clipped to 0..1) and `step` (1 above 0, else 0)."""
