"""What a single unit knows: regression of a quantity on one unit at a time."""

import numpy as np
from jaxtyping import Float

from rnnkit.arrays import check_array, dtype_name


def unit_scores(
    hs: Float[np.ndarray, "N H"],
    target: Float[np.ndarray, " N"],
    new_hs: Float[np.ndarray, "M H"],
    new_target: Float[np.ndarray, " M"],
) -> Float[np.ndarray, " H"]:
    r"""How well each unit alone tells a quantity, :math:`R^2` on examples that the regression has not seen.

    For each unit :math:`j` a line :math:`\alpha_j + \beta_j h_j` is fitted to the target by least squares, and scored
    elsewhere: 1 is a perfect reading, 0 no better than the mean of the new targets, below 0 worse.

    Parameters
    ----------
    hs, target : array, (N, H) and (N,)
        States and the quantity, to fit on: a line's length so far, 1 inside quotes and 0 outside.
    new_hs, new_target : array, (M, H) and (M,)
        The same elsewhere, to score on.

    Returns
    -------
    scores : array, (H,)

    Raises
    ------
    TypeError, ValueError
        If a shape or dtype differs, there are no examples, or a target is constant: nothing can be learned of it.

    Notes
    -----
    The best of many units is a maximum over chances: compare it with that of an untrained network.
    """
    check_array("hs", hs, ("N", "H"))
    check_array("target", target, (len(hs),), dtype_name(hs))
    check_array("new_hs", new_hs, ("M", hs.shape[1]), dtype_name(hs))
    check_array("new_target", new_target, (len(new_hs),), dtype_name(hs))
    for name, y in (("target", target), ("new_target", new_target)):
        if not len(y) or y.min() == y.max():
            raise ValueError(f"{name}: expected at least two different values, got {len(y)} alike")
    centred, wanted = hs - hs.mean(0), target - target.mean()
    spread = (centred**2).sum(0)
    slope = (centred * wanted[:, None]).sum(0) / np.where(spread > 0, spread, 1)  # a constant unit tells nothing
    guess = target.mean() + (new_hs - hs.mean(0)) * slope
    error = ((guess - new_target[:, None]) ** 2).sum(0)
    return 1 - error / ((new_target - new_target.mean()) ** 2).sum()
