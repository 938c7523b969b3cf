"""The colours of every figure: one cycle of lines, four roles in diagrams, two colour maps.

The hues are those of Okabe and Ito, who chose them for readers with any kind of colour vision. Each is darkened until
text in it has a contrast of 4.5 to 1 on white, and on the dark page too, which turns figures by
`invert(1) hue-rotate(180deg)`.
"""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

INK = "#1a1a1a"
MUTED = "#595959"  # labels of secondary rank
FAINT = "#d4d4d4"  # grid and frames, never text

BLUE, VERMILLION, GREEN, PURPLE, OCHRE = "#005a91", "#c45000", "#00764f", "#94406f", "#5a4300"
CYCLE = (BLUE, VERMILLION, GREEN, PURPLE, OCHRE, INK)
DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (7, 4)), (0, (3, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P")

SEQUENTIAL = LinearSegmentedColormap.from_list(
    "rnnkit.sequential", ["#ffffff", "#cfe5f3", "#8dc1e0", "#3f92c4", "#0069a6", "#003f66", "#001d33"]
)
# Negative ends at a middle tone and positive at a dark one, so that the sign of large values survives a grey print.
DIVERGING = LinearSegmentedColormap.from_list(
    "rnnkit.diverging",
    ["#c45000", "#e58434", "#f6b87e", "#fde0c6", "#ffffff", "#c3deef", "#6fabd3", "#0069a6", "#00233a"],
    N=257,  # odd, so that zero itself is white
)

# The same without their dark ends, for cells with black numbers in them.
SEQUENTIAL_PALE = LinearSegmentedColormap.from_list("rnnkit.sequential_pale", SEQUENTIAL(np.linspace(0, 0.44, 9)))
DIVERGING_PALE = LinearSegmentedColormap.from_list(
    "rnnkit.diverging_pale", DIVERGING(np.r_[np.linspace(0.15, 0.5, 8), np.linspace(0.5, 0.76, 8)[1:]]), N=257
)
