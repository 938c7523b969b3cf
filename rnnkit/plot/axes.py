"""What every plot begins with: axes to draw in, and arrays that can be drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from rnnkit.plot.style import WIDTH


def axes_or_new(ax: Axes | None, height: float = 3.2, width: float = WIDTH) -> Axes:
    """`ax` itself, or the axes of a new figure of `width` by `height` inches."""
    if ax is None:
        return plt.subplots(figsize=(width, height))[1]
    if not isinstance(ax, Axes):
        raise TypeError(f"ax: expected matplotlib axes or None, got {type(ax).__name__}")
    return ax


def figure_size(ax: Axes) -> np.ndarray:
    """Width and height of the whole figure, in inches."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("ax: expected axes of a figure, got axes that were removed from theirs")
    return figure.get_size_inches()


def numbers(name: str, values: Any, *ndims: int) -> np.ndarray:
    """`values` as a non-empty array of finite floats with one of the given numbers of dimensions."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: expected numbers, got {type(values).__name__}") from error
    if array.ndim not in ndims or array.size == 0:
        wanted = " or ".join(str(n) for n in ndims)
        raise ValueError(f"{name}: expected a non-empty array of {wanted} dimensions, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: expected finite numbers, got NaN or infinity")
    return array


def same_length(name: str, labels: Sequence[Any] | None, length: int) -> list[str] | None:
    """`labels` as text, one for each of `length` things, or None."""
    if labels is None:
        return None
    if len(labels) != length:
        raise ValueError(f"{name}: expected {length} labels, got {len(labels)}")
    return [str(label) for label in labels]


def groups(name: str, values: Any) -> dict[str, Any]:
    """`values` as a non-empty dict; anything but a mapping becomes one group without a name."""
    found = dict(values) if isinstance(values, Mapping) else {"": values}
    if not found:
        raise ValueError(f"{name}: expected at least one group, got none")
    return found
