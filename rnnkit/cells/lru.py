"""The linear recurrent unit: memories that turn as they fade."""

from dataclasses import dataclass

import numpy as np

from rnnkit.arrays import check_number, check_rng, flat, namespace
from rnnkit.cells.linear import LinearCell, broadcast


@dataclass(frozen=True)
class LRU(LinearCell):
    r"""A diagonal linear recurrence in complex numbers.

    .. math:: z_t = \lambda \odot z_{t-1} + e^{\gamma} \odot (x_t B), \qquad
        \lambda = \exp(-e^{\nu} + \mathrm{i}\, e^{\theta})

    :math:`|\lambda| = \exp(-e^\nu) < 1` whatever :math:`\nu` is, so the recurrence is stable by construction; the angle
    :math:`e^\theta` lets a unit count ticks as a clock does.

    The state is :math:`[\mathrm{Re}\, z_t \mid \mathrm{Im}\, z_t]`, `(B, 2·H)`, and all of it is shown: a read-out
    on it is the paper's :math:`\mathrm{Re}(C z_t)`.

    Parameters
    ----------
    input_size, hidden_size : int
        :math:`D`, and :math:`H` complex units.
    r_min, r_max : float
        Ring on which `init` draws :math:`\lambda`, uniform by area: 0 (default) to `r_max`, to 1 (default).

    Raises
    ------
    TypeError, ValueError
        If a size is not a whole number above 0, or the ring is none.

    Notes
    -----
    Parameters: `W_x (D, 2H)`, :math:`B` as [Re | Im], and `nu`, `theta`, `gamma`, `(H,)` each. `gamma` starts at
    :math:`\ln\sqrt{1 - |\lambda|^2}`, which keeps the state's variance at that of its input.

    Source: A. Orvieto, S. L. Smith, A. Gu, A. Fernando, C. Gulcehre, R. Pascanu and S. De, Resurrecting recurrent
    neural networks for long sequences, ICML 2023, sections 3.2 to 3.4.
    """

    r_min: float = 0.0
    r_max: float = 1.0

    gates = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("r_max", self.r_max, 0, 1, open_low=True)
        check_number("r_min", self.r_min, 0, self.r_max)

    @property
    def state_size(self) -> int:
        return 2 * self.hidden_size

    @property
    def output_size(self) -> int:
        return 2 * self.hidden_size

    @property
    def drive_size(self) -> int:
        return 2 * self.hidden_size

    @property
    def shapes(self):
        H = self.hidden_size
        return {"W_x": (self.input_size, 2 * H), "nu": (H,), "theta": (H,), "gamma": (H,)}

    def init(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        check_rng(rng)
        H = self.hidden_size
        radius2 = rng.uniform(self.r_min**2, self.r_max**2, H)
        return {
            "W_x": rng.normal(0, (2 * self.input_size) ** -0.5, (self.input_size, 2 * H)),
            "nu": np.log(-0.5 * np.log(radius2)),
            "theta": np.log(rng.uniform(0, 2 * np.pi, H)),
            "gamma": 0.5 * np.log(1 - radius2),
        }

    def drive(self, p, xs):
        return (xs @ p["W_x"]) * self._scale(p)

    def backdrive(self, p, das):
        return (das * self._scale(p)) @ p["W_x"].T

    def fold(self, s):
        return s[..., : self.hidden_size] + 1j * s[..., self.hidden_size :]

    def unfold(self, z):
        return namespace(z).concatenate([z.real, z.imag], -1)

    def coefficients(self, p, a):
        u = self.fold(a)
        return broadcast(self._decay(p), u), u, {}

    def backstep(self, p, k, s, ds):
        return ds, self.unfold(k["decay"].conj() * self.fold(ds))

    def collect(self, p, xs, before, traces, das):
        H, xp = self.hidden_size, namespace(xs)
        scaled = das * self._scale(p)
        # The gradient of one factor of a complex product: that of the product, times the conjugate of the other.
        towards = (self.fold(das) * self.fold(before).conj()).sum((0, 1)) * self._decay(p).conj()
        weighed = ((xs @ p["W_x"]) * scaled).sum((0, 1))
        grads = {
            "W_x": flat(xs).T @ flat(scaled),
            "nu": -xp.exp(p["nu"]) * towards.real,
            "theta": xp.exp(p["theta"]) * towards.imag,
            "gamma": weighed[:H] + weighed[H:],
        }
        return grads, self.backdrive(p, das)

    def _decay(self, p):
        xp = namespace(p["nu"])
        return xp.exp(-xp.exp(p["nu"]) + 1j * xp.exp(p["theta"]))

    def _scale(self, p):
        """One factor for the real and the imaginary part of each unit, `(2H,)`."""
        xp = namespace(p["gamma"])
        return xp.concatenate([xp.exp(p["gamma"]), xp.exp(p["gamma"])], -1)
