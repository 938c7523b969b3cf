"""A small training loop for modules, in the words of `rnnkit.fit`."""

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from rnnkit.arrays import check_number, check_size
from rnnkit.fit import Run
from rnnkit.nn.checkpoint import load, save
from rnnkit.schedules import Schedule


def fit(
    model: torch.nn.Module,
    loss: Callable[[torch.nn.Module, Any], torch.Tensor],
    batches: Sequence[Any] | Callable[[int], Iterable[Any]],
    optimizer: torch.optim.Optimizer,
    *,
    epochs: int,
    clip: float | None = None,
    schedule: Schedule | None = None,
    validate: Callable[[torch.nn.Module], float] | None = None,
    patience: int | None = None,
    checkpoint: str | Path | None = None,
) -> Run:
    """Train a module in place: one update a batch, `epochs` times over.

    Parameters
    ----------
    model : torch.nn.Module
        In the end it holds the parameters of the best validation if there was one, else the last.
    loss : function
        Model and batch, to a scalar tensor.
    batches : list, or function of int
        The batches, or a function from the number of the epoch to them.
    optimizer : torch.optim.Optimizer
        Over the model's parameters.
    epochs, clip, schedule, validate, patience
        As for `rnnkit.fit`; the model is in evaluation mode while it is validated.
    checkpoint : path, optional
        A safetensors file written after each epoch. If it is there already the run resumes from it and ends, on the
        CPU, with the same numbers, bit for bit, as a run that was never stopped; torch's random numbers go on where
        they were.

    Returns
    -------
    Run
        With history, and `p` the parameters as tensors.

    Raises
    ------
    TypeError, ValueError
        If an argument has another form, or the checkpoint is damaged or belongs to another model.
    """
    check_size("epochs", epochs, least=0)
    if clip is not None:
        check_number("clip", clip, 0, open_low=True)
    if patience is not None:
        check_size("patience", patience)
        if validate is None:
            raise ValueError("patience: expected validate too, for without it nothing can get better")
    rates = [group["lr"] for group in optimizer.param_groups]
    run = Run(_copy(model))
    if validate:
        run.history["validation"] = []
    if checkpoint and Path(checkpoint).exists():
        _resume(Path(checkpoint), model, optimizer, run)

    bar = tqdm(range(run.epochs, epochs), initial=run.epochs, total=epochs, disable=not sys.stderr.isatty())
    good = _copy(model)
    try:
        for epoch in bar:
            scores = run.history.get("validation", [])
            if patience and scores and len(scores) - 1 - scores.index(min(scores)) >= patience:
                run.stopped = "patience"
                break
            for group, rate in zip(optimizer.param_groups, rates, strict=True):
                group["lr"] = rate * (schedule(epoch) if schedule else 1)
            values, lengths = _epoch(model, loss, batches(epoch) if callable(batches) else batches, optimizer, clip)
            if not math.isfinite(values[-1]):
                model.load_state_dict(good)
                run.stopped = "loss is not finite"
                break
            good = _copy(model)
            run.history["loss"].append(sum(values) / len(values))
            run.history["gradient"].append(sum(lengths) / len(lengths))
            if validate:
                model.eval()
                with torch.no_grad():
                    score = float(validate(model))
                if score < min(scores, default=math.inf):
                    run.p = good
                run.history["validation"].append(score)
            else:
                run.p = good
            bar.set_postfix(loss=run.history["loss"][-1])
            if checkpoint:
                _write(Path(checkpoint), model, optimizer, run)
    except KeyboardInterrupt:
        run.stopped = "interrupted"
    for group, rate in zip(optimizer.param_groups, rates, strict=True):
        group["lr"] = rate
    model.load_state_dict(run.p)
    return run


def _epoch(model, loss, batches, optimizer, clip):
    """One pass over the batches; stops at the first number that is not finite."""
    model.train()
    values, lengths = [], []
    for batch in batches:
        optimizer.zero_grad()
        value = loss(model, batch)
        value.backward()
        dense = [p for p in model.parameters() if p.grad is not None and not p.grad.is_sparse]
        length = float(torch.nn.utils.clip_grad_norm_(dense, clip or math.inf))
        values.append(value.item())
        lengths.append(length)
        if not math.isfinite(values[-1]) or not math.isfinite(length):
            values.append(math.nan)
            break
        optimizer.step()
    if not values:
        raise ValueError("batches: expected at least one batch an epoch, got none")
    return values, lengths


def _copy(model):
    return {name: x.detach().clone() for name, x in model.state_dict().items()}


def _write(path, model, optimizer, run):
    state = optimizer.state_dict()
    moments = {f"optimizer/{n}/{name}": x for n, own in state["state"].items() for name, x in own.items()}
    numbers = {name: x for name, x in moments.items() if not torch.is_tensor(x)}
    tensors = {name: x for name, x in moments.items() if torch.is_tensor(x)}
    tensors |= {f"last/{name}": x for name, x in model.state_dict().items()}
    tensors |= {f"best/{name}": x for name, x in run.p.items()}
    save(path, tensors | {"random": torch.get_rng_state()}, {"history": run.history, "numbers": numbers})


def _resume(path, model, optimizer, run):
    own = model.state_dict()
    tensors, facts = load(path, {f"{part}/{name}": x for part in ("last", "best") for name, x in own.items()})
    if facts["history"].keys() != run.history.keys():
        raise ValueError(f"checkpoint: {path} belongs to another run: it holds {', '.join(facts['history'])}")
    state = {}
    for key, x in {**tensors, **facts["numbers"]}.items():
        if key.startswith("optimizer/"):
            _, n, name = key.split("/", 2)
            state.setdefault(int(n), {})[name] = x
    optimizer.load_state_dict(optimizer.state_dict() | {"state": state})
    model.load_state_dict({name: tensors[f"last/{name}"] for name in own})
    torch.set_rng_state(tensors["random"])
    run.p = {name: tensors[f"best/{name}"] for name in own}
    run.history = facts["history"]
