"""Optimisers and clipping: gradients in, better parameters out.

An optimiser is a frozen rule. What it remembers (a velocity, a running mean) is a dict of arrays that is handed in
and handed back, so that a training run can be written down, stopped and taken up again. Nothing is modified in place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from rnnkit.arrays import check_number

Arrays = Mapping[str, np.ndarray]
New = dict[str, np.ndarray]


@runtime_checkable
class Optimizer(Protocol):
    """What `rnnkit.fit` asks of an optimiser: a frozen dataclass with a learning rate and two functions."""

    @property
    def lr(self) -> float:
        """The learning rate, which a schedule multiplies."""
        ...

    def init(self, p: Arrays) -> New:
        """What is remembered before the first update."""
        ...

    def update(self, p: Arrays, grads: Arrays, memory: Arrays) -> tuple[New, New]:
        """Parameters, gradients and memory, to new parameters and memory."""
        ...


@dataclass(frozen=True)
class SGD:
    r"""Gradient descent with momentum: :math:`v \leftarrow \beta v + g`, :math:`p \leftarrow p - \eta v`.

    Parameters
    ----------
    lr : float
        :math:`\eta`, above 0.
    momentum : float
        :math:`\beta`, 0 (default: plain gradient descent) up to 1.

    Notes
    -----
    Equal to `torch.optim.SGD`. Source of the momentum term: Rumelhart, Hinton and Williams, Nature 323 (1986) 533-536.
    """

    lr: float
    momentum: float = 0.0

    def __post_init__(self) -> None:
        check_number("lr", self.lr, 0, open_low=True)
        check_number("momentum", self.momentum, 0, 1)

    def init(self, p: Arrays) -> New:
        return _zeros("v", p) if self.momentum else {}

    def update(self, p: Arrays, grads: Arrays, memory: Arrays) -> tuple[New, New]:
        _check(p, grads)
        if not self.momentum:
            return {n: p[n] - self.lr * grads[n] for n in p}, {}
        v = {n: self.momentum * memory[f"v {n}"] + grads[n] for n in p}
        return {n: p[n] - self.lr * v[n] for n in p}, _named("v", v)


@dataclass(frozen=True)
class RMSProp:
    r"""Steps divided by a running root mean square of the gradient.

    :math:`q \leftarrow \rho q + (1-\rho) g^2`, :math:`p \leftarrow p - \eta\, g / (\sqrt{q} + \epsilon)`.

    Parameters
    ----------
    lr : float
        :math:`\eta`, above 0.
    decay : float
        :math:`\rho`, 0 to 1 (default 0.99).
    eps : float
        :math:`\epsilon`, above 0 (default 1e-8).

    Notes
    -----
    Equal to `torch.optim.RMSprop`. Source: T. Tieleman and G. Hinton, Lecture 6.5, Neural networks for machine
    learning, 2012.
    """

    lr: float
    decay: float = 0.99
    eps: float = 1e-8

    def __post_init__(self) -> None:
        check_number("lr", self.lr, 0, open_low=True)
        check_number("decay", self.decay, 0, 1)
        check_number("eps", self.eps, 0, open_low=True)

    def init(self, p: Arrays) -> New:
        return _zeros("q", p)

    def update(self, p: Arrays, grads: Arrays, memory: Arrays) -> tuple[New, New]:
        _check(p, grads)
        q = {n: self.decay * memory[f"q {n}"] + (1 - self.decay) * grads[n] ** 2 for n in p}
        return {n: p[n] - self.lr * grads[n] / (np.sqrt(q[n]) + self.eps) for n in p}, _named("q", q)


@dataclass(frozen=True)
class Adam:
    r"""Running mean of the gradient over running root mean square, both corrected for their start at zero.

    :math:`m \leftarrow \beta_1 m + (1-\beta_1) g`, :math:`q \leftarrow \beta_2 q + (1-\beta_2) g^2`,
    :math:`p \leftarrow p - \eta\, \hat m / (\sqrt{\hat q} + \epsilon)` with :math:`\hat m = m/(1-\beta_1^t)` and
    :math:`\hat q = q/(1-\beta_2^t)`.

    Parameters
    ----------
    lr : float
        :math:`\eta`, above 0.
    beta1, beta2 : float
        0 to 1 (defaults 0.9 and 0.999).
    eps : float
        :math:`\epsilon`, above 0 (default 1e-8).

    Notes
    -----
    Equal to `torch.optim.Adam`. Source: D. P. Kingma and J. Ba, Adam: a method for stochastic optimization, ICLR 2015.
    """

    lr: float
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        check_number("lr", self.lr, 0, open_low=True)
        check_number("beta1", self.beta1, 0, 1)
        check_number("beta2", self.beta2, 0, 1)
        check_number("eps", self.eps, 0, open_low=True)

    def init(self, p: Arrays) -> New:
        return {"t": np.array(0), **_zeros("m", p), **_zeros("q", p)}

    def update(self, p: Arrays, grads: Arrays, memory: Arrays) -> tuple[New, New]:
        _check(p, grads)
        t = int(memory["t"]) + 1
        m = {n: self.beta1 * memory[f"m {n}"] + (1 - self.beta1) * grads[n] for n in p}
        q = {n: self.beta2 * memory[f"q {n}"] + (1 - self.beta2) * grads[n] ** 2 for n in p}
        fix_m, fix_q = 1 - self.beta1**t, 1 - self.beta2**t
        new = {n: p[n] - self.lr * (m[n] / fix_m) / (np.sqrt(q[n] / fix_q) + self.eps) for n in p}
        return new, {"t": np.array(t), **_named("m", m), **_named("q", q)}


def norm(grads: Arrays) -> float:
    """Euclidean length of all gradients as one vector."""
    return float(np.sqrt(sum(float((g * g).sum()) for g in grads.values())))


def clip_norm(grads: Arrays, most: float) -> New:
    """Shorten the gradient to length `most` if it is longer; its direction stays.

    Source: R. Pascanu, T. Mikolov and Y. Bengio, On the difficulty of training recurrent neural networks, ICML 2013.
    """
    check_number("most", most, 0, open_low=True)
    length = norm(grads)
    return dict(grads) if length <= most else {n: g * (most / length) for n, g in grads.items()}


def clip_value(grads: Arrays, most: float) -> New:
    """Hold every number of the gradient within ±`most`; its direction may turn."""
    check_number("most", most, 0, open_low=True)
    return {n: g.clip(-most, most) for n, g in grads.items()}


def _zeros(letter: str, p: Arrays) -> New:
    return {f"{letter} {n}": np.zeros_like(x) for n, x in p.items()}


def _named(letter: str, arrays: Arrays) -> New:
    return {f"{letter} {n}": x for n, x in arrays.items()}


def _check(p: Arrays, grads: Arrays) -> None:
    if p.keys() != grads.keys():
        raise ValueError(f"grads: expected the names {', '.join(p)}, got {', '.join(grads) or 'none'}")
    for n in p:
        if p[n].shape != grads[n].shape:
            raise ValueError(f"grads[{n!r}]: expected shape {p[n].shape}, got {grads[n].shape}")
