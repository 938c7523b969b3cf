"""What every room needs of arrays: their own module, two stable functions, and one place for errors about them.

The same arithmetic runs on NumPy arrays and on torch tensors, because each function asks the array for its own
module.  torch is never imported here: a tensor can only arrive if its owner has imported it.
"""

import difflib
import sys
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

Array = Any
"""A NumPy array or a torch tensor; the shape and the kind stand in the jaxtyping annotation around it."""


def namespace(x: Array) -> ModuleType:
    """The module whose functions apply to `x`: `torch` for a tensor, `numpy` for everything else."""
    if type(x) is np.ndarray:  # the common case first: cells ask at every tick
        return np
    return sys.modules["torch"] if type(x).__module__.partition(".")[0] == "torch" else np


def sigmoid(x: Array) -> Array:
    r"""The logistic function :math:`\sigma(x) = 1/(1+e^{-x})`, written so that no exponential can overflow."""
    if namespace(x) is not np:
        return x.sigmoid()
    y = np.tanh(0.5 * x)
    y *= 0.5  # in place: at a tick's sizes a fresh array costs more than the sum
    y += 0.5
    return y


def log_sigmoid(x: Array) -> Array:
    r"""Logarithm of the logistic function, :math:`-\ln(1+e^{-x})`, for any size of `x`."""
    xp = namespace(x)
    return x * (x < 0) - xp.log1p(xp.exp(-abs(x)))


def log_softmax(z: Array) -> Array:
    r"""Logarithm of the softmax over the last axis, :math:`z_k - \log\sum_j e^{z_j}`, shifted by the maximum first."""
    xp = namespace(z)
    z = z - xp.amax(z, -1)[..., None]
    return z - xp.log(xp.exp(z).sum(-1))[..., None]


def log_sum_exp(z: Array, axis: int) -> Array:
    r""":math:`\ln \sum e^{z}` over one axis, shifted by the maximum first; `-inf` where all are."""
    most = np.max(z, axis, keepdims=True)
    most = np.where(np.isfinite(most), most, 0)
    with np.errstate(divide="ignore"):  # ln 0 is -inf, and meant
        return np.log(np.exp(z - most).sum(axis)) + most.squeeze(axis)


def flat(x: Array) -> Array:
    """Time and batch folded into one axis: `(T, B, D)` to `(T·B, D)`, so that a sum over both is one matrix product."""
    return x.reshape(-1, x.shape[-1])


def dtype_name(x: Array) -> str:
    """`"float32"`, `"float64"`, ...: the same words for NumPy and torch."""
    return str(x.dtype).removeprefix("torch.")


def check_array(name: str, x: Array, shape: tuple[int | str, ...], dtype: str | None = None) -> None:
    """Raise one clear error unless `x` is a finite floating-point array of the given shape.

    Parameters
    ----------
    name : str
        What the caller calls the argument; it opens the message.
    x : array
        The argument.
    shape : tuple of int or str
        Expected sizes; a string such as `"T"` stands for any size and names the axis in the message.
    dtype : str, optional
        The exact dtype; by default float32 or float64.

    Raises
    ------
    TypeError
        If `x` is no array, or an array of another kind.
    ValueError
        If the shape differs, or a value is NaN or infinite.
    """
    if not hasattr(x, "shape") or not hasattr(x, "dtype"):
        raise TypeError(f"{name}: expected an array, got {type(x).__name__}")
    if dtype_name(x) not in ((dtype,) if dtype else ("float32", "float64")):
        raise TypeError(f"{name}: expected {dtype or 'float32 or float64'}, got {dtype_name(x)}")
    got = tuple(x.shape)
    if len(got) != len(shape) or any(isinstance(n, int) and n != m for n, m in zip(shape, got, strict=True)):
        raise ValueError(f"{name}: expected shape ({', '.join(map(str, shape))}), got {got}")
    if not bool(namespace(x).isfinite(x).all()):
        raise ValueError(f"{name}: expected finite values, got NaN or infinity")


def check_ids(name: str, x: Array, shape: tuple[int | str, ...], size: int) -> None:
    """Raise one clear error unless `x` is an array of whole numbers 0 to `size - 1`, of the given shape."""
    if not hasattr(x, "shape") or not dtype_name(x).startswith(("int", "uint")):
        raise TypeError(f"{name}: expected an array of whole numbers, got {getattr(x, 'dtype', type(x).__name__)}")
    got = tuple(x.shape)
    if len(got) != len(shape) or any(isinstance(n, int) and n != m for n, m in zip(shape, got, strict=True)):
        raise ValueError(f"{name}: expected shape ({', '.join(map(str, shape))}), got {got}")
    if 0 not in got and (int(x.min()) < 0 or int(x.max()) >= size):
        raise ValueError(f"{name}: expected 0 to {size - 1}, got {int(x.min())} to {int(x.max())}")


def check_params(p: Mapping[str, Array], shapes: Mapping[str, tuple[int, ...]], dtype: str) -> None:
    """Raise one clear error unless `p` holds every array of `shapes`, in one dtype with the input."""
    if not isinstance(p, Mapping):
        raise TypeError(f"p: expected a dict of named arrays, got {type(p).__name__}")
    for name, shape in shapes.items():
        if name not in p:
            raise ValueError(f"p: expected the names {', '.join(shapes)}, got {', '.join(p) or 'none'}")
        check_array(f"p[{name!r}]", p[name], shape, dtype)


def check_size(name: str, n: Any, least: int = 1, most: int | None = None) -> int:
    """`n` itself; one clear error unless it is a whole number, at least `least` and at most `most`."""
    if not isinstance(n, (int, np.integer)) or isinstance(n, bool):
        raise TypeError(f"{name}: expected a whole number, got {n!r}")
    if n < least or (most is not None and n > most):
        raise ValueError(f"{name}: expected at least {least}{'' if most is None else f' and at most {most}'}, got {n}")
    return int(n)


def check_choice(name: str, value: Any, choices: Iterable[str]) -> str:
    """`value` itself; one clear error, with the nearest choice, unless it is one of `choices`."""
    choices = list(choices)
    if not isinstance(value, str) or value not in choices:
        close = difflib.get_close_matches(str(value), choices, n=1, cutoff=0.5)
        hint = f" (did you mean {close[0]!r}?)" if close else ""
        some = ", ".join(choices[:20]) + (", ..." if len(choices) > 20 else "")
        raise ValueError(f"{name}: expected one of {some}, got {value!r}{hint}")
    return value


def check_number(name: str, x: Any, low: float, high: float = float("inf"), *, open_low: bool = False) -> None:
    """Raise one clear error unless `x` is a number with `low <= x <= high` (`low < x` if `open_low`)."""
    if not isinstance(x, (int, float, np.integer, np.floating)) or isinstance(x, bool):
        raise TypeError(f"{name}: expected a number, got {x!r}")
    if not (low < x <= high if open_low else low <= x <= high):
        raise ValueError(f"{name}: expected {'above' if open_low else 'at least'} {low} and at most {high}, got {x}")


def check_rng(rng: Any) -> None:
    """Raise one clear error unless `rng` is a NumPy generator: randomness is always named by its owner."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected numpy.random.default_rng(seed), got {type(rng).__name__}")
