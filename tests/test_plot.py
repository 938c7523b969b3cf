"""Figures: the same bytes every time, legible on a phone, on a dark page and in grey; errors that name the argument."""

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import combinations, pairwise

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")
import matplotlib.pyplot as plt
from matplotlib.colors import same_color, to_rgb
from matplotlib.text import Text

import rnnkit
from rnnkit import plot
from rnnkit.plot import colour
from rnnkit.plot.curves import spread_apart
from rnnkit.plot.graph import ROLES
from rnnkit.plot.reach import connections, seen
from rnnkit.plot.topology import TOPOLOGIES
from rnnkit.plot.unrolled import PATTERNS, pattern_of, unrolled_graph

PHONE = 330  # pixels that a figure has on a 360-pixel phone
DARK_PAGE = "#14181e"
WHITE = (1.0, 1.0, 1.0)


@pytest.fixture(autouse=True)
def style():
    with mpl.rc_context():
        plot.use_style()
        yield
    plt.close("all")


def some(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape)


DRAWINGS: dict[str, Callable] = {
    "unrolled": lambda ax=None: plot.unrolled("elman", 3, ax, inputs="abc", outputs="bcd"),
    "unrolled jordan": lambda ax=None: plot.unrolled("jordan", 6, ax),
    "folded": lambda ax=None: plot.folded("jordan", ax),
    "topology": lambda ax=None: plot.topology("many-to-many, delayed", ax),
    "topologies": lambda ax=None: plot.topologies(ax),
    "receptive_field": lambda ax=None: plot.receptive_field("convolution", 6, ax),
    "automaton": lambda ax=None: plot.automaton(
        [[1, 2], [0, 0], [2, 1]], ax, accepting=[1], states=["even", "odd", "end"]
    ),
    "heat": lambda ax=None: plot.heat(some(3, 4), ax, "abc", "wxyz", "weight", diverging=True, annotate=True),
    "hidden_states": lambda ax=None: plot.hidden_states(np.tanh(some(6, 1, 20)), "a cat\n", ax),
    "digit": lambda ax=None: plot.digit(np.abs(some(8, 8)), ax),
    "curves": lambda ax=None: plot.curves({"one": some(3, 9), "two": some(9)}, ax, xlabel="epoch", ylabel="loss"),
    "gradient_flow": lambda ax=None: plot.gradient_flow({"tanh": np.exp(some(3, 9))}, ax, rate=0.5),
    "spread": lambda ax=None: plot.spread({"one": some(4), "two": some(1)}, ax, xlabel="accuracy", baseline=0.5),
    "scatter_by_class": lambda ax=None: plot.scatter_by_class(some(6, 2), "aabbcc", ax),
    "dendrogram": lambda ax=None: plot.dendrogram(some(6, 3), "abcdef", ax, classes="uuvvww"),
    "piano_roll": lambda ax=None: plot.piano_roll({"one": [60, 60, 62, -1], "two": [64, 65, 64, 61]}, ax),
}
every_drawing = pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)


# Colours: the dark page turns figures by invert(1) hue-rotate(180deg), whose matrix the filter specification gives.

TURN = np.array([[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]])


def turned(shade) -> np.ndarray:
    """The colour that the dark page shows."""
    return np.clip(TURN @ (1 - np.asarray(to_rgb(shade))), 0, 1)


def luminance(shade) -> float:
    channels = np.asarray(to_rgb(shade))
    return float(
        np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]
    )


def lightness(shade) -> float:
    """CIE L*, from 0 to 100: what is left of a colour in a grey print."""
    return 116 * np.cbrt(luminance(shade)) - 16


def contrast(one, other) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("shade", [*colour.CYCLE, colour.INK, colour.MUTED])
def test_every_text_and_line_colour_is_legible_on_both_pages(shade):
    assert contrast(shade, WHITE) >= 4.5
    assert contrast(turned(shade), DARK_PAGE) >= 4.5


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES)
def test_nodes_are_legible_on_both_pages(role):
    assert min(contrast(role.edge, WHITE), contrast(turned(role.edge), DARK_PAGE)) >= 3
    assert min(contrast(colour.INK, role.fill), contrast(turned(colour.INK), turned(role.fill))) >= 4.5


def test_roles_that_share_a_shape_have_rows_of_their_own():
    assert len({(role.round, role.row) for role in ROLES.values()}) == len(ROLES)


# How people without red or without green cones see linear sRGB (Machado, Oliveira and Fernandes, 2009, severity 1).
VISIONS = {
    "all cones": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}


@pytest.mark.parametrize("vision", VISIONS)
def test_cycle_is_told_apart_without_red_or_green(vision):
    shades = []
    for shade in colour.CYCLE:
        channels = np.asarray(to_rgb(shade))
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        to_xyz = [[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8728]]  # relative to white
        x, y, z = np.cbrt(to_xyz @ np.clip(VISIONS[vision] @ linear, 0, 1))
        shades.append(np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)]))
    assert min(np.linalg.norm(a - b) for a, b in combinations(shades, 2)) >= 15


def test_cycle_reads_in_grey():
    for look in (colour.CYCLE, colour.DASHES, colour.MARKERS):
        assert len(set(look)) == len(colour.CYCLE)
    assert [entry["linestyle"] for entry in mpl.rcParams["axes.prop_cycle"]] == list(colour.DASHES)


def test_sequential_map_darkens_from_white_throughout():
    steps = [lightness(colour.SEQUENTIAL(x)) for x in np.linspace(0, 1, 101)]
    assert steps[0] == pytest.approx(100, abs=0.01) and steps[-1] < 15
    assert all(later < earlier for earlier, later in pairwise(steps))


def test_diverging_map_darkens_both_ways_and_its_ends_differ_in_grey():
    steps = np.array([lightness(colour.DIVERGING(x)) for x in np.linspace(0, 1, 257)])
    assert steps[128] == pytest.approx(100, abs=0.01)
    assert (np.diff(steps[:129]) > 0).all() and (np.diff(steps[128:]) < 0).all()
    assert steps[0] - steps[-1] > 30


@pytest.mark.parametrize("diverging", [False, True])
def test_numbers_in_cells_are_legible_on_both_pages(diverging):
    ax = plot.heat(np.linspace(-1 if diverging else 0, 1, 60).reshape(6, 10), diverging=diverging, annotate=True)
    ax.figure.canvas.draw()
    cells = ax.collections[0].get_facecolor()
    for text, cell in zip(ax.texts, cells, strict=True):
        assert contrast(text.get_color(), cell[:3]) >= 4.5
        assert contrast(turned(text.get_color()), turned(cell[:3])) >= 4.5


# Every figure


@every_drawing
def test_draws_in_the_axes_it_is_given_and_shows_nothing(draw, monkeypatch):
    monkeypatch.setattr(plt, "show", lambda *args, **options: pytest.fail("a drawing called plt.show"))
    _, ax = plt.subplots()
    assert draw(ax) is ax
    assert len(plt.get_fignums()) == 1
    assert draw() is not ax
    assert len(plt.get_fignums()) == 2


@every_drawing
def test_changes_no_setting(draw):
    before = dict(mpl.rcParams)
    draw()
    assert dict(mpl.rcParams) == before


@every_drawing
def test_text_is_legible_on_a_phone_and_on_both_pages(draw):
    figure = draw().figure
    figure.canvas.draw()
    width = figure.get_tightbbox().width * 72
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    assert texts or draw is DRAWINGS["digit"]
    for text in texts:
        assert text.get_fontsize() * min(PHONE / width, 4 / 3) >= 8, text.get_text()
        if not any(same_color(text.get_color(), shade) for shade in ("white", "black")):  # in cells: tested above
            assert contrast(text.get_color(), WHITE) >= 4.5, text.get_text()
            assert contrast(turned(text.get_color()), DARK_PAGE) >= 4.5, text.get_text()


@every_drawing
def test_lines_are_visible_on_both_pages(draw):
    for line in draw().get_lines():
        if not same_color(line.get_color(), colour.FAINT):
            assert min(contrast(line.get_color(), WHITE), contrast(turned(line.get_color()), DARK_PAGE)) >= 3


FRESH = """
import hashlib, io, sys
import matplotlib; matplotlib.use("agg")
import importlib.util
spec = importlib.util.spec_from_file_location("drawings", sys.argv[1]); drawings = importlib.util.module_from_spec(spec)
spec.loader.exec_module(drawings)
drawings.plot.use_style()
for name, draw in drawings.DRAWINGS.items():
    file = io.BytesIO()
    draw().figure.savefig(file, metadata={"Date": None})
    assert b"<image" not in file.getvalue(), name
    print(name, hashlib.sha256(file.getvalue()).hexdigest())
"""


def test_fresh_processes_draw_the_same_bytes_and_only_vectors():
    command = [sys.executable, "-c", FRESH, __file__]
    processes = [
        subprocess.Popen(command, env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, text=True)
        for seed in "12"
    ]
    runs = [process.communicate()[0] for process in processes]
    assert runs[0] == runs[1]
    assert len(runs[0].splitlines()) == len(DRAWINGS)


NOTEBOOK_SHELL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
import rnnkit.plot
ax = rnnkit.plot.unrolled("elman", 2)
rnnkit.plot.use_style()
data, _ = shell.display_formatter.format(ax.figure)
assert set(data) == {"text/plain", "image/svg+xml"}, set(data)
assert "<dc:date>" not in data["image/svg+xml"]
"""


def test_notebooks_show_undated_svg_alone():
    subprocess.run([sys.executable, "-c", NOTEBOOK_SHELL], check=True)


def test_import_loads_neither_scipy_nor_torch():
    code = "import sys, rnnkit.plot; assert not {'scipy', 'torch', 'IPython'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# Diagrams


@pytest.mark.parametrize("steps", [1, 4])
@pytest.mark.parametrize("name", PATTERNS)
def test_unrolled_graph_uses_each_weight_where_its_equation_does(name, steps):
    pattern = PATTERNS[name]
    nodes, edges = unrolled_graph(pattern, steps)
    assert {edge.tail for edge in edges} | {edge.head for edge in edges} <= set(nodes)
    uses = [edge.label for edge in edges]
    assert uses.count("$W_x$") == uses.count("$W_h$") == steps
    assert uses.count("$W_y$") == (1 if name == "one-output" else steps)
    memory = {edge.tail[0] for edge in edges if edge.head[1] == edge.tail[1] + 1 and edge.head[0] == "h"}
    assert memory == {{"jordan": "c", "output-to-hidden": "y"}.get(name, "h")}


def test_a_cell_says_its_own_pattern():
    assert pattern_of(rnnkit.Elman(2, 3)) == PATTERNS["elman"]
    assert pattern_of(rnnkit.Jordan(2, 3, 1, decay=0.5)) == PATTERNS["jordan"]
    assert pattern_of(rnnkit.Jordan(2, 3, 1)) == PATTERNS["output-to-hidden"]


@pytest.mark.parametrize("kind", TOPOLOGIES)
def test_topology_draws_the_ticks_that_it_names(kind):
    steps, heard, spoken = TOPOLOGIES[kind]
    labels = [text.get_text() for text in plot.topology(kind).texts]
    assert sorted(labels) == sorted(
        [f"$x_{t}$" for t in heard] + [f"$h_{t}$" for t in range(1, steps + 1)] + [f"$y_{t}$" for t in spoken]
    )


@pytest.mark.parametrize(("kind", "first"), [("bag", 1), ("window", 4), ("convolution", 2), ("recurrent", 1)])
def test_receptive_field(kind, first):
    assert {t for letter, t in seen(connections(kind, 6, 3)) if letter == "x"} == set(range(first, 7))


def test_line_names_keep_their_order_and_distance():
    wanted = [3.0, 1.0, 1.5, 50.0, 1.2]
    placed = spread_apart(wanted, 10)
    assert np.argsort(placed).tolist() == np.argsort(wanted).tolist()
    assert min(np.diff(sorted(placed))) >= 10 - 1e-9
    assert placed[3] == 50


@pytest.mark.parametrize("table", [[[0]], [[0, 1], [1, 0]], np.arange(10)[:, None] // 2])
def test_automaton_draws_one_node_a_state(table):
    assert sum(text.get_text().startswith("$q") for text in plot.automaton(table).texts) == len(table)


def test_piano_roll_joins_equal_neighbours():
    ax = plot.piano_roll([60, 60, -1, 62, 60])
    assert [round(bar.get_x() + bar.get_width() + 0.06) for bar in ax.patches] == [2, 4, 5]


def test_hidden_states_of_a_batch_of_one_are_those_of_the_sequence():
    states = np.tanh(some(4, 1, 3))
    drawn = plot.hidden_states(states, "abcd").collections[0].get_array()
    assert np.array_equal(np.ravel(drawn), states[:, 0].T.ravel())


# Errors

WRONG = {
    "cell": lambda: plot.unrolled("transformer"),
    "steps": lambda: plot.unrolled("elman", 0),
    "steps: expected": lambda: plot.unrolled("elman", 7),
    "inputs": lambda: plot.unrolled("elman", 3, inputs="ab"),
    "kind": lambda: plot.topology("all-to-all"),
    "kind: expected": lambda: plot.receptive_field("transformer"),
    "width": lambda: plot.receptive_field("window", width=0),
    "matrix": lambda: plot.heat(np.zeros((2, 0))),
    "matrix: expected finite": lambda: plot.heat([[np.nan]]),
    "rows": lambda: plot.heat(np.eye(2), rows="abc"),
    "states": lambda: plot.hidden_states(some(3, 2, 4), "abc"),
    "states: expected at most": lambda: plot.hidden_states(some(90, 2), "a" * 90),
    "symbols": lambda: plot.hidden_states(some(3, 2), "ab"),
    "image": lambda: plot.digit(some(3)),
    "runs": lambda: plot.curves({}),
    r"runs\['a'\]": lambda: plot.curves({"a": "text"}),
    "x: expected 4": lambda: plot.curves({"a": some(4)}, x=[1, 2]),
    "band": lambda: plot.curves({"a": some(4)}, band="sigma"),
    "norms": lambda: plot.gradient_flow([1.0, 0.0]),
    "rate": lambda: plot.gradient_flow([1.0, 0.5], rate=-1),
    r"runs\['b'\]": lambda: plot.spread({"b": []}),
    "points": lambda: plot.scatter_by_class(some(3, 3), "abc"),
    "labels": lambda: plot.scatter_by_class(some(9, 2), "abcdefghi"),
    "vectors": lambda: plot.dendrogram(some(1, 3), "a"),
    "classes": lambda: plot.dendrogram(some(2, 3), "ab", classes="a"),
    "table": lambda: plot.automaton([[0, 2], [1, 0]]),
    "start": lambda: plot.automaton([[0]], accepting=[3]),
    "pitches": lambda: plot.piano_roll([-1, -1]),
}


@pytest.mark.parametrize("message", WRONG)
def test_wrong_arguments_are_named(message):
    with pytest.raises(ValueError, match=f"^{message}"):
        WRONG[message]()
    assert not plt.get_fignums()


def test_wrong_axes_are_named():
    with pytest.raises(TypeError, match=r"^ax: "):
        plot.heat(np.eye(2), ax=3)
