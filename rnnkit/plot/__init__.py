"""Figures: every function draws in the axes it is given, or in a new figure, and returns the axes.

Only `use_style` changes anything outside its own axes.
"""

from rnnkit.plot.automaton import automaton
from rnnkit.plot.curves import curves, gradient_flow
from rnnkit.plot.heat import digit, heat, hidden_states
from rnnkit.plot.melody import piano_roll
from rnnkit.plot.reach import receptive_field
from rnnkit.plot.scatter import scatter_by_class
from rnnkit.plot.spread import spread
from rnnkit.plot.style import use_style
from rnnkit.plot.topology import topologies, topology
from rnnkit.plot.tree import dendrogram
from rnnkit.plot.unrolled import folded, unrolled

__all__ = [
    "automaton",
    "curves",
    "dendrogram",
    "digit",
    "folded",
    "gradient_flow",
    "heat",
    "hidden_states",
    "piano_roll",
    "receptive_field",
    "scatter_by_class",
    "spread",
    "topologies",
    "topology",
    "unrolled",
    "use_style",
]
