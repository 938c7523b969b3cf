"""The one figure style of the book."""

import sys

import matplotlib as mpl
from cycler import cycler

from rnnkit.plot.colour import CYCLE, DASHES, DIVERGING, FAINT, INK, MUTED, SEQUENTIAL

WIDTH = 5.6  # inches; on a phone's 330 pixels one point of text is then 0.82 of a pixel

STYLE = {
    "figure.figsize": (WIDTH, 3.2),
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "savefig.format": "svg",
    "savefig.bbox": "tight",
    "savefig.pad_inches": 0.04,
    "svg.hashsalt": "rnnkit",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 12.0,
    "mathtext.fontset": "cm",
    "axes.titlesize": 12.0,
    "axes.titleweight": "normal",
    "axes.titlelocation": "left",
    "axes.titlepad": 8.0,
    "axes.labelsize": 12.0,
    "xtick.labelsize": 11.0,
    "ytick.labelsize": 11.0,
    "legend.fontsize": 11.0,
    "legend.frameon": False,
    "legend.handlelength": 2.6,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.edgecolor": MUTED,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.9,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.prop_cycle": cycler(color=CYCLE) + cycler(linestyle=DASHES),
    "axes.formatter.useoffset": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.0,
    "lines.markersize": 6.0,
    "lines.solid_capstyle": "round",
    "image.cmap": SEQUENTIAL.name,
    "image.interpolation": "nearest",
}


def use_style() -> None:
    """Draw every later figure in the book's style; in a notebook, as SVG whose bytes depend on nothing but the data."""
    for colormap in (SEQUENTIAL, DIVERGING):
        if colormap.name not in mpl.colormaps:
            mpl.colormaps.register(colormap)
    mpl.rcParams.update(STYLE)
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
        from matplotlib_inline.backend_inline import set_matplotlib_formats

        set_matplotlib_formats("svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
