"""Checkpoints: tensors and a few facts in one safetensors file, written whole or not at all, read without pickle."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors import torch as safetensors


def save(path: str | Path, tensors: Mapping[str, torch.Tensor], facts: Mapping[str, Any] | None = None) -> None:
    """Write a checkpoint.

    A file beside it is written and synchronised first, then takes its place: whoever reads sees the old checkpoint or
    the new one.

    Parameters
    ----------
    path : path
    tensors : dict of tensors
    facts : dict, optional
        What JSON can say: numbers, strings, lists, dicts. Floats come back bit for bit.

    Raises
    ------
    TypeError
        If a fact is nothing for JSON.
    """
    path = Path(path)
    whole = {name: x.detach().cpu().contiguous().clone() for name, x in tensors.items()}
    data = safetensors.save(whole, {"facts": json.dumps(dict(facts or {}))})
    half = path.with_name(path.name + ".part")
    with open(half, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(half, path)


def load(
    path: str | Path, like: Mapping[str, torch.Tensor] | None = None
) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read a checkpoint.

    Parameters
    ----------
    path : path
    like : dict of tensors, optional
        What it must hold: names, shapes, dtypes.

    Returns
    -------
    tensors, facts

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If the file is damaged, or holds other tensors than `like`; the message names the file and the tensor.
    """
    try:
        with safe_open(path, "pt") as file:
            facts = json.loads((file.metadata() or {})["facts"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}
    except FileNotFoundError:
        raise
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise ValueError(f"checkpoint: {path} cannot be read ({error}); delete it to start anew") from error
    for name, want in (like or {}).items():
        got = tensors.get(name)
        if got is None or got.shape != want.shape or got.dtype != want.dtype:
            found = "nothing" if got is None else f"{got.dtype} {tuple(got.shape)}"
            raise ValueError(f"checkpoint: {path} belongs to another model: expected {name} as {want.dtype} "
                             f"{tuple(want.shape)}, got {found}")  # fmt: skip
    return tensors, facts
