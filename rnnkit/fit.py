"""A small training loop: epochs, history, progress, early stop, resume."""

import os
import sys
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from tqdm import tqdm

from rnnkit.arrays import Array, check_number, check_size
from rnnkit.batch import Batch
from rnnkit.optim import Optimizer, clip_norm, norm
from rnnkit.schedules import Schedule

Arrays = dict[str, np.ndarray]


@runtime_checkable
class Objective(Protocol):
    """What is minimised: parameters, a batch and a state, to loss, gradients and the state after it.

    `functools.partial(rnnkit.bptt, net, loss=...)` is one.
    """

    def __call__(self, p: Arrays, batch: Batch, *, s: Array | None) -> tuple[float, Arrays, Array]: ...


@dataclass
class Run:
    """A training run, finished or not.

    Attributes
    ----------
    p : dict of arrays
        The parameters: those of the best validation if there was one, else the last.
    history : dict of list of float
        One number an epoch: `"loss"` and `"gradient"` (norm before clipping), means over the batches, and
        `"validation"` if there was one.
    stopped : str
        Why it ended: `"epochs"`, `"patience"`, `"interrupted"` or `"loss is not finite"`. In the last two cases
        nothing is lost: `p` and `history` are those of the last whole epoch.
    """

    p: Arrays
    history: dict[str, list[float]] = field(default_factory=lambda: {"loss": [], "gradient": []})
    stopped: str = "epochs"

    @property
    def epochs(self) -> int:
        """Whole epochs behind it."""
        return len(self.history["loss"])


def fit(
    objective: Objective,
    p: Mapping[str, np.ndarray],
    batches: Sequence[Batch] | Callable[[int], Iterable[Batch]],
    optimizer: Optimizer,
    *,
    epochs: int,
    clip: float | Callable[[Arrays], Arrays] | None = None,
    schedule: Schedule | None = None,
    project: Callable[[Arrays], Arrays] | None = None,
    carry: bool = False,
    validate: Callable[[Arrays], float] | None = None,
    patience: int | None = None,
    checkpoint: str | Path | None = None,
) -> Run:
    """Train: one update a batch, `epochs` times over.

    Parameters
    ----------
    objective : function
        `functools.partial(rnnkit.bptt, net, loss=rnnkit.losses.squared_error)`, for example.
    p : dict of arrays
        Where to start; not modified.
    batches : list of Batch, or function of int
        The batches, or a function from the number of the epoch to them (`rnnkit.minibatches`).
    optimizer : Optimizer
        `rnnkit.optim.SGD`, `RMSProp` or `Adam`.
    epochs : int
        Passes over the batches, in all: a resumed run does what is left.
    clip : float or function, optional
        Longest gradient let through (`rnnkit.optim.clip_norm`), or a function from gradients to gradients, such as
        `functools.partial(rnnkit.optim.clip_value, most=1)`; by default they pass as they are.
    schedule : function of int, optional
        The number of the epoch, to a factor of the learning rate (`rnnkit.schedules`); by default 1.
    project : function, optional
        Parameters to parameters, after each update: back to where they are allowed (`rnnkit.IndRNN.bounded`).
    carry : bool
        True hands the state on from batch to batch, for windows of one long sequence; each epoch starts from zeros.
    validate : function, optional
        Parameters to a number to be made small, asked after each epoch.
    patience : int, optional
        Stop after so many epochs without a better validation.
    checkpoint : path, optional
        A file written after each epoch, whole or not at all. If it is there already the run resumes from it and ends
        with the same numbers, bit for bit, as a run that was never stopped.

    Returns
    -------
    Run

    Raises
    ------
    TypeError, ValueError
        If an argument has another form, or the checkpoint is damaged or belongs to other parameters.

    Notes
    -----
    Progress is shown on a terminal and nowhere else.
    """
    check_size("epochs", epochs, least=0)
    if clip is not None and not callable(clip):
        check_number("clip", clip, 0, open_low=True)
        clip = partial(clip_norm, most=clip)
    if patience is not None:
        check_size("patience", patience)
        if validate is None:
            raise ValueError("patience: expected validate too, for without it nothing can get better")
    run = Run({name: x.copy() for name, x in p.items()})
    if validate:
        run.history["validation"] = []
    last, memory = run.p, optimizer.init(p)
    if checkpoint and Path(checkpoint).exists():
        run, last, memory = _load(Path(checkpoint), run, memory)

    bar = tqdm(range(run.epochs, epochs), initial=run.epochs, total=epochs, disable=not sys.stderr.isatty())
    try:
        for epoch in bar:
            if _patience_is_over(run, patience):
                run.stopped = "patience"
                break
            rule = replace(optimizer, lr=optimizer.lr * schedule(epoch)) if schedule else optimizer  # type: ignore[type-var]
            new, memory_after, losses, lengths = _epoch(
                objective, last, batches(epoch) if callable(batches) else batches, rule, memory, clip, project, carry
            )
            if not np.isfinite(losses[-1]):
                run.stopped = "loss is not finite"
                break
            last, memory = new, memory_after
            score = validate(last) if validate else None
            run.history["loss"].append(float(np.mean(losses)))
            run.history["gradient"].append(float(np.mean(lengths)))
            if score is None:
                run.p = last
            else:
                if score < min(run.history["validation"], default=np.inf):
                    run.p = last
                run.history["validation"].append(float(score))
            bar.set_postfix(loss=run.history["loss"][-1])
            if checkpoint:
                _save(Path(checkpoint), run, last, memory)
    except KeyboardInterrupt:
        run.stopped = "interrupted"
    return run


def _epoch(objective, p, batches, optimizer, memory, clip, project, carry):
    """One pass over the batches; stops at the first number that is not finite."""
    losses, lengths, s = [], [], None
    for batch in batches:
        value, grads, after = objective(p, batch, s=s)
        losses.append(value)
        lengths.append(norm(grads))
        if finite := np.isfinite(value) and np.isfinite(lengths[-1]):
            p, memory = optimizer.update(p, clip(grads) if clip else grads, memory)
            p = project(p) if project else p
        if not finite or not np.isfinite(norm(p)):
            losses.append(np.nan)
            break
        s = after if carry else None
    if not losses:
        raise ValueError("batches: expected at least one batch an epoch, got none")
    return p, memory, losses, lengths


def _patience_is_over(run: Run, patience: int | None) -> bool:
    scores = run.history.get("validation")
    return bool(patience and scores and len(scores) - 1 - int(np.argmin(scores)) >= patience)


def _save(path: Path, run: Run, last: Arrays, memory: Arrays) -> None:
    """Write everything to a file beside it, then swap: a reader sees the old one or the new one, never a half."""
    parts: dict[str, Mapping] = {"best": run.p, "last": last, "memory": memory, "history": run.history}
    half = path.with_name(path.name + ".part")
    with open(half, "wb") as file:
        np.savez(file, **{f"{part}/{name}": x for part, arrays in parts.items() for name, x in arrays.items()})
        file.flush()
        os.fsync(file.fileno())
    os.replace(half, path)


def _load(path: Path, run: Run, memory: Arrays) -> tuple[Run, Arrays, Arrays]:
    parts: dict[str, Arrays] = {"best": {}, "last": {}, "memory": {}, "history": {}}
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            for key in file.files:
                part, _, name = key.partition("/")
                parts[part][name] = file[key]
    except (ValueError, EOFError, OSError, KeyError, zipfile.BadZipFile) as error:
        raise ValueError(f"checkpoint: {path} cannot be read ({error}); delete it to start anew") from error
    for part, expected in (("best", run.p), ("last", run.p), ("memory", memory)):
        want, got = ({n: x.shape for n, x in arrays.items()} for arrays in (expected, parts[part]))
        if got != want:
            raise ValueError(f"checkpoint: {path} belongs to another run: expected {part} {want}, got {got}")
    if parts["history"].keys() != run.history.keys():
        raise ValueError(f"checkpoint: {path} belongs to another run: it holds {', '.join(parts['history'])}")
    history = {name: [float(v) for v in values] for name, values in parts["history"].items()}
    return Run(parts["best"], history), parts["last"], parts["memory"]
