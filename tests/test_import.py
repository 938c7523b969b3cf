"""`import rnnkit` is quick and light; the annotations of its public functions are true."""

import os
import subprocess
import sys


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
