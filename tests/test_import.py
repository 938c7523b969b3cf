"""`import rnnkit` is quick and light; the annotations of its public functions are true."""

import os
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import imports
import pytest

ROOT = Path(__file__).parents[1]


def python(program):
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_loads_neither_torch_nor_matplotlib():
    loaded = python("import sys, rnnkit; print(*{name.partition('.')[0] for name in sys.modules})").split()
    assert "numpy" in loaded
    assert not {"torch", "matplotlib", "scipy", "sklearn", "pandas", "music21", "faker"} & set(loaded)


def test_import_takes_under_three_tenths_of_a_second():
    """Of the processor's time, so that a busy machine does not count; the first run may have to compile."""
    program = "import time; start = time.process_time(); import rnnkit; print(time.process_time() - start)"
    times = [float(python(program)) for _ in range(5)]
    assert min(times) < 0.3, times


def test_shapes_in_annotations_are_true():
    """With jaxtyping and beartype watching every public function, a walk through the library raises nothing."""
    python("""
from jaxtyping import install_import_hook
with install_import_hook("rnnkit", "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"):
    import rnnkit
from functools import partial
import numpy as np
import torch
rng = np.random.default_rng(0)
for cell in (rnnkit.Elman(3, 5), rnnkit.Jordan(3, 5, 4, decay=0.5)):
    net = rnnkit.Network(cell, rnnkit.Readout(5, 4) if isinstance(cell, rnnkit.Elman) else None)
    p = net.init(rng)
    xs, mask = rnnkit.pad([rng.normal(size=(n, 3)) for n in (4, 6)])
    for loss, targets in (
        (rnnkit.losses.squared_error, rng.normal(size=(6, 2, 4))),
        (rnnkit.losses.binary_cross_entropy, rng.random((6, 2, 4))),
        (rnnkit.losses.softmax_cross_entropy, rng.integers(0, 4, (6, 2))),
    ):
        batch = rnnkit.Batch(xs, targets, mask)
        rnnkit.truncated_bptt(net, p, batch, loss, 2, 4)
        rnnkit.check.gradient_errors(net, p, batch, loss)
        objective, batches = partial(rnnkit.bptt, net, loss=loss), rnnkit.minibatches(batch, 1, 0)
        rnnkit.fit(objective, p, batches, rnnkit.optim.Adam(0.01), epochs=1)
    rnnkit.scan(cell, {n: torch.tensor(x) for n, x in p.items()}, torch.tensor(xs))
    rnnkit.probe.gradient_by_lag(cell, p, xs[:, :1])
rnnkit.one_hot(rng.integers(0, 3, (2, 4)), 3)
rnnkit.last_tick(mask)
try:
    rnnkit.scan(cell, p, xs[0])
except Exception as error:  # the hook does watch
    assert "xs" in str(error)
""")


def test_imports_run_one_way():
    graph = imports.modules(ROOT / "rnnkit")
    assert "rnnkit.scan" in graph["rnnkit"] and "rnnkit.arrays" in graph["rnnkit.scan"]
    list(TopologicalSorter(imports.rooms(graph)).static_order())
    # Modules of one package may import one another through its other modules, never through the package itself.
    inner = {name: {n for n in needed if n != "rnnkit"} for name, needed in graph.items()}
    list(TopologicalSorter(inner).static_order())
    assert not [name for name, needed in graph.items() if "rnnkit" in needed]


def test_a_circle_would_be_seen(tmp_path):
    package = tmp_path / "toy"
    package.mkdir()
    (package / "__init__.py").write_text("from toy.a import x")
    (package / "a.py").write_text("from toy.b import y")
    (package / "b.py").write_text("import toy.a")
    graph = imports.modules(package)
    assert graph == {"toy": {"toy.a"}, "toy.a": {"toy.b"}, "toy.b": {"toy.a"}}
    with pytest.raises(CycleError):
        imports.picture(imports.rooms(graph))


def test_contributing_shows_the_graph_as_it_is():
    text = imports.picture(imports.rooms(imports.modules(ROOT / "rnnkit")))
    assert imports.BEGIN + text + imports.END in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_file_is_short():
    long = {path.name: n for path in (ROOT / "rnnkit").rglob("*.py") if (n := len(path.read_text().splitlines())) > 300}
    assert not long
