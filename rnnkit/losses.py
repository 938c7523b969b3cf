r"""Losses, each beside its gradient.

All have one form: outputs, targets and an optional mask, to the mean over the places that count and its gradient with
respect to the outputs. A mask `(T, B)` says at which ticks of which sequence there is a question to answer: the four
topologies of chapter 04 differ in little else. Where nothing counts, the loss is 0 and so is the gradient.
"""

import numpy as np
from jaxtyping import Bool, Float, Int

from rnnkit.arrays import Array, check_array, dtype_name, log_softmax, sigmoid


def squared_error(
    ys: Float[Array, "T B O"], targets: Float[Array, "T B O"], mask: Bool[Array, "T B"] | None = None
) -> tuple[float, Float[Array, "T B O"]]:
    r"""Mean of :math:`(y - t)^2` over counted places and their features (`torch.nn.functional.mse_loss`).

    Parameters
    ----------
    ys, targets : array, (T, B, O)
        Outputs and what they should have been.
    mask : array of bool, (T, B), optional
        Which places count; all by default.

    Returns
    -------
    value : float
    dys : array, (T, B, O)

    Raises
    ------
    TypeError, ValueError
        If a shape or dtype differs; the message names the argument.
    """
    check_array("ys", ys, ("T", "B", "O"))
    check_array("targets", targets, tuple(ys.shape), dtype_name(ys))
    weight = _weight(ys, mask)[..., None] / ys.shape[-1]
    error = ys - targets
    return float((weight * error * error).sum()), 2 * weight * error


def binary_cross_entropy(
    ys: Float[Array, "T B O"], targets: Float[Array, "T B O"], mask: Bool[Array, "T B"] | None = None
) -> tuple[float, Float[Array, "T B O"]]:
    r"""Mean of :math:`-t \ln \sigma(y) - (1-t) \ln(1 - \sigma(y))`, in nats; `ys` are logits.

    Equal to `torch.nn.functional.binary_cross_entropy_with_logits`, and computed as
    :math:`\max(y, 0) - ty + \ln(1 + e^{-|y|})`, which cannot overflow.

    Parameters
    ----------
    ys : array, (T, B, O)
        Logits, any size.
    targets : array, (T, B, O)
        Probabilities, 0 to 1.
    mask : array of bool, (T, B), optional
        Which places count; all by default.

    Returns
    -------
    value : float
    dys : array, (T, B, O)
        :math:`\sigma(y) - t`, weighted.

    Raises
    ------
    TypeError, ValueError
        If a shape or dtype differs, or a target is outside 0..1; the message names the argument.
    """
    check_array("ys", ys, ("T", "B", "O"))
    check_array("targets", targets, tuple(ys.shape), dtype_name(ys))
    if bool(((targets < 0) | (targets > 1)).any()):
        raise ValueError(f"targets: expected 0 to 1, got {float(targets.min()):g} to {float(targets.max()):g}")
    weight = _weight(ys, mask)[..., None] / ys.shape[-1]
    each = ys * (ys > 0) - ys * targets + np.log1p(np.exp(-np.abs(ys)))
    return float((weight * each).sum()), weight * (sigmoid(ys) - targets)


def softmax_cross_entropy(
    ys: Float[Array, "T B O"], targets: Int[Array, "T B"], mask: Bool[Array, "T B"] | None = None
) -> tuple[float, Float[Array, "T B O"]]:
    r"""Mean of :math:`-\ln \mathrm{softmax}(y)_t`, in nats; `ys` are logits (`torch.nn.functional.cross_entropy`).

    Parameters
    ----------
    ys : array, (T, B, O)
        Logits, one for each class.
    targets : array of int, (T, B)
        The right class, 0 to O-1; where the mask is False it may be anything.
    mask : array of bool, (T, B), optional
        Which places count; all by default.

    Returns
    -------
    value : float
    dys : array, (T, B, O)
        :math:`\mathrm{softmax}(y) - \mathrm{onehot}(t)`, weighted.

    Raises
    ------
    TypeError, ValueError
        If a shape or dtype differs, or a counted target is no class; the message names the argument.
    """
    check_array("ys", ys, ("T", "B", "O"))
    T, B, classes = ys.shape
    weight = _weight(ys, mask)
    if not hasattr(targets, "dtype") or not dtype_name(targets).startswith(("int", "uint")):
        raise TypeError(f"targets: expected an array of whole numbers, got {getattr(targets, 'dtype', type(targets))}")
    if tuple(targets.shape) != (T, B):
        raise ValueError(f"targets: expected shape ({T}, {B}), got {tuple(targets.shape)}")
    if bool((((targets < 0) | (targets >= classes)) & (weight > 0)).any()):
        raise ValueError(
            f"targets: expected classes 0 to {classes - 1}, got {int(targets.min())} to {int(targets.max())}"
        )
    right = np.arange(classes) == np.where(weight > 0, targets, 0)[..., None]  # one-hot, (T, B, O)
    logp = log_softmax(ys)
    value = -float((weight * np.where(right, logp, 0 * logp).sum(-1)).sum())
    return value, weight[..., None] * (np.exp(logp) - right)


def _weight(ys: Array, mask: Array | None) -> Array:
    """1/n at each of the n places that count and 0 elsewhere, `(T, B)`."""
    shape = tuple(ys.shape[:2])
    if mask is None:
        mask = np.ones(shape, dtype=bool)
    elif not hasattr(mask, "dtype") or dtype_name(mask) != "bool":
        raise TypeError(f"mask: expected an array of bool, got {getattr(mask, 'dtype', type(mask).__name__)}")
    elif tuple(mask.shape) != shape:
        raise ValueError(f"mask: expected shape {shape}, got {tuple(mask.shape)}")
    return mask / ys.dtype.type(max(int(mask.sum()), 1))


__all__ = ["binary_cross_entropy", "softmax_cross_entropy", "squared_error"]
