"""Figures: every function draws in the axes it is given, or in a new figure, and returns the axes.

Only `use_style` changes anything outside its own axes.
"""

from rnnkit.plot.curves import curves, gradient_flow
from rnnkit.plot.heat import digit, heat, hidden_states
from rnnkit.plot.style import use_style
from rnnkit.plot.topology import topologies, topology
from rnnkit.plot.unrolled import folded, unrolled

__all__ = [
    "curves",
    "digit",
    "folded",
    "gradient_flow",
    "heat",
    "hidden_states",
    "topologies",
    "topology",
    "unrolled",
    "use_style",
]
