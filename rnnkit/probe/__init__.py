"""Looking inside a recurrence: how one state depends on another, what gates do, and what a unit knows."""

from rnnkit.probe.gate import gate_statistics, saturation
from rnnkit.probe.jacobian import gradient_by_lag, jacobians, products, singular_values, spectral_radius
from rnnkit.probe.lyapunov import lyapunov_exponents
from rnnkit.probe.unit import unit_scores

__all__ = [
    "gate_statistics",
    "gradient_by_lag",
    "jacobians",
    "lyapunov_exponents",
    "products",
    "saturation",
    "singular_values",
    "spectral_radius",
    "unit_scores",
]
