"""What all decoders share: one call of the model, checked, and states of some hypotheses out of many."""

from collections.abc import Callable
from typing import Any

import numpy as np

State = Any
Step = Callable[[np.ndarray, State], tuple[np.ndarray, State]]


def ask(step: Step, tokens: np.ndarray, state: State) -> tuple[np.ndarray, State]:
    """Log-probabilities `(N, V)` of the next tokens, and the states after; -inf is allowed and means impossible."""
    logp, state = step(tokens, state)
    logp = check_logits("step", np.asarray(logp), 2)
    if len(logp) != len(tokens):
        raise ValueError(f"step: expected log-probabilities for {len(tokens)} hypotheses, got {len(logp)}")
    return logp, state


def check_logits(name: str, x: Any, axes: int) -> np.ndarray:
    """`x` itself; one clear error unless it is a floating-point array without NaN and +inf, some number in each row."""
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f":
        raise TypeError(f"{name}: expected an array of floating-point numbers, got {getattr(x, 'dtype', type(x))}")
    if x.ndim != axes or not x.shape[-1]:
        raise ValueError(f"{name}: expected {axes} axes and at least one token, got shape {x.shape}")
    if np.isnan(x).any() or (x == np.inf).any() or not (x > -np.inf).any(-1).all():
        raise ValueError(f"{name}: expected numbers, -inf for the impossible, got NaN, +inf or a row of -inf")
    return x


def pick(state: State, which: np.ndarray) -> State:
    """The states of some hypotheses; a tuple part by part."""
    if state is None:
        return None
    return tuple(pick(part, which) for part in state) if isinstance(state, tuple) else state[which]
