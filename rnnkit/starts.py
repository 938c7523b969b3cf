"""Where training starts: recurrent matrices that neither shrink nor stretch a state.

Each function takes the parameters that a cell's `init` has drawn and gives them back with other recurrent matrices,
one for each block of columns in `W_h`; the rest stays as it was.
"""

from collections.abc import Mapping

import numpy as np

from rnnkit.arrays import check_number, check_rng
from rnnkit.cells.base import Params


def identity(p: Params, scale: float = 1.0) -> dict[str, np.ndarray]:
    r"""Every block of `W_h` the identity times `scale`, and biases 0: at first each unit copies itself.

    With `rnnkit.Elman(D, H, activation="relu")` this is the IRNN.

    Parameters
    ----------
    p : dict of arrays
        As from `cell.init`; not modified.
    scale : float
        0 or more (default 1; the paper takes 0.01 where long memory would hurt).

    Raises
    ------
    ValueError
        If `p` has no recurrent matrix, or one whose columns are no multiple of its rows.

    Notes
    -----
    Source: Q. V. Le, N. Jaitly and G. E. Hinton, A simple way to initialize recurrent networks of rectified linear
    units, arXiv:1504.00941 (2015).
    """
    check_number("scale", scale, 0)
    blocks = _blocks(p, lambda size: scale * np.eye(size))
    return blocks | {name: np.zeros_like(x) for name, x in p.items() if _last(name) == "b"}


def orthogonal(p: Params, rng: np.random.Generator, gain: float = 1.0) -> dict[str, np.ndarray]:
    r"""Every block of `W_h` a random rotation or reflection times `gain`: all singular values are equal.

    Parameters
    ----------
    p : dict of arrays
        As from `cell.init`; not modified.
    rng : numpy.random.Generator
    gain : float
        The singular values, above 0 (default 1).

    Raises
    ------
    TypeError, ValueError
        If `rng` is none, or `p` has no recurrent matrix, or one whose columns are no multiple of its rows.

    Notes
    -----
    Uniform over the orthogonal group: the QR decomposition of a Gaussian matrix, with the signs of R's diagonal taken
    into Q (F. Mezzadri, Notices of the AMS 54 (2007) 592-604). Source: A. M. Saxe, J. L. McClelland and S. Ganguli,
    Exact solutions to the nonlinear dynamics of learning in deep linear neural networks, ICLR 2014.
    """
    check_rng(rng)
    check_number("gain", gain, 0, open_low=True)

    def rotation(size: int) -> np.ndarray:
        q, r = np.linalg.qr(rng.normal(size=(size, size)))
        return gain * q * np.sign(np.diag(r))

    return _blocks(p, rotation)


def _blocks(p, make):
    """`p` with every square block of every `W_h` made anew."""
    if not isinstance(p, Mapping):
        raise TypeError(f"p: expected a dict of named arrays, got {type(p).__name__}")
    new = dict(p)
    for name, W in p.items():
        if _last(name) == "W_h":
            if W.ndim != 2 or W.shape[1] % W.shape[0]:
                raise ValueError(f"p[{name!r}]: expected square blocks side by side, got shape {W.shape}")
            count = W.shape[1] // W.shape[0]
            new[name] = np.concatenate([make(len(W)) for _ in range(count)], -1).astype(W.dtype)
    if not any(_last(name) == "W_h" for name in p):
        raise ValueError(f"p: expected a recurrent matrix W_h, got {', '.join(p) or 'no arrays'}")
    return new


def _last(name):
    """The name without the numbers of a stack's layers."""
    return name.rpartition(".")[2]
