"""Where to compute, chosen once."""

import os
from functools import cache

import torch


@cache
def device() -> torch.device:
    """The device for everything: `RNNKIT_DEVICE` if that is set, else CUDA if there is one, else the CPU.

    Raises
    ------
    ValueError
        If `RNNKIT_DEVICE` names no device of this machine.
    """
    wanted = os.environ.get("RNNKIT_DEVICE")
    if not wanted:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.empty(1, device=wanted)
        return torch.device(wanted)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ValueError(f"RNNKIT_DEVICE: expected a device of this machine such as cpu, got {wanted!r}") from error
