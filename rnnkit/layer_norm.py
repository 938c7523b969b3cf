"""Layer normalisation: every vector brought to mean 0 and variance 1, then to a learned gain and bias."""

from jaxtyping import Float

from rnnkit.arrays import Array

EPS = 1e-5
"""Added to the variance, so that a constant vector divides by no zero (the value of `torch.nn.LayerNorm`)."""


def normalise(a: Float[Array, "*many H"]) -> tuple[Float[Array, "*many H"], Float[Array, "*many 1"]]:
    r""":math:`\hat a = (a - \mu)/\sigma` over the last axis, and :math:`1/\sigma`.

    Notes
    -----
    Source: J. L. Ba, J. R. Kiros and G. E. Hinton, Layer normalization, arXiv:1607.06450 (2016), equation 3.
    """
    centred = a - a.mean(-1)[..., None]
    rate = ((centred * centred).mean(-1)[..., None] + EPS) ** -0.5
    return centred * rate, rate


def backnormalise(
    normed: Float[Array, "*many H"], rate: Float[Array, "*many 1"], dnormed: Float[Array, "*many H"]
) -> Float[Array, "*many H"]:
    r"""dL/d\hat a, to dL/da: what would only shift or stretch :math:`a` is taken out."""
    mean, along = dnormed.mean(-1)[..., None], (dnormed * normed).mean(-1)[..., None]
    return rate * (dnormed - mean - normed * along)
