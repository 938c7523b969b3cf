"""What a network is trained on: batches, the padding that makes them rectangular, and ways of cutting them."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from rnnkit.arrays import Array, check_array, check_size


class Batch(NamedTuple):
    """Sequences side by side, with what is asked of them.

    Attributes
    ----------
    xs : array, (T, B, D), or (T, B)
        Inputs, time first; whole numbers where symbols are embedded.
    targets : array, (T, B, O) or (T, B)
        What the outputs should be; one whole number a place for a softmax.
    mask : array of bool, (T, B), or None
        Where there is a question to answer; None means everywhere.
    advance : int or None
        After how many ticks the state is handed to the next batch; None means at the end.
    lengths : array of int, (B,), or None
        How many ticks of each sequence there are, before padding, for nets that read from the end; None means all.
    """

    xs: Array
    targets: Array
    mask: Array | None = None
    advance: int | None = None
    lengths: Array | None = None


def one_hot(ids: Int[np.ndarray, "*shape"], size: int) -> Float[np.ndarray, "*shape size"]:
    """Rows of the identity matrix: `ids` of any shape, 0 to `size - 1`, to float64 with a last axis of `size`.

    Raises
    ------
    TypeError, ValueError
        If `ids` are not whole numbers, or one lies outside 0..size-1.
    """
    ids = np.asarray(ids)
    check_size("size", size)
    if ids.size and not np.issubdtype(ids.dtype, np.integer):
        raise TypeError(f"ids: expected whole numbers, got {ids.dtype}")
    if ids.size and (ids.min() < 0 or ids.max() >= size):
        raise ValueError(f"ids: expected 0 to {size - 1}, got {ids.min()} to {ids.max()}")
    return np.eye(size)[ids.astype(int)]


def pad(sequences: Sequence[Array]) -> tuple[Float[np.ndarray, "T B *rest"], Bool[np.ndarray, "T B"]]:
    """Lay sequences of several lengths side by side, zeros behind the shorter ones.

    Parameters
    ----------
    sequences : list of arrays, (T_b, ...)
        The trailing axes and the dtype must agree; lengths may be 0.

    Returns
    -------
    xs : array, (T, B, ...)
        `T` is the longest length.
    mask : array of bool, (T, B)
        True where a sequence is, False where padding is.

    Raises
    ------
    ValueError
        If the list is empty, or the trailing shapes or dtypes differ.
    """
    arrays = [np.asarray(x) for x in sequences]
    if not arrays:
        raise ValueError("sequences: expected at least one")
    for n, x in enumerate(arrays):
        if x.ndim < 1 or x.shape[1:] != arrays[0].shape[1:] or x.dtype != arrays[0].dtype:
            like = f"{arrays[0].dtype} (T, {', '.join(map(str, arrays[0].shape[1:]))})"
            raise ValueError(f"sequences[{n}]: expected {like} as the first, got {x.dtype} {x.shape}")
    lengths = np.array([len(x) for x in arrays])
    xs = np.zeros((lengths.max(), len(arrays), *arrays[0].shape[1:]), arrays[0].dtype)
    for b, x in enumerate(arrays):
        xs[: len(x), b] = x
    return xs, np.arange(lengths.max())[:, None] < lengths


def last_tick(mask: Bool[Array, "T B"]) -> Bool[Array, "T B"]:
    """The last True of each column, alone: the place where a whole sequence has been read, before any padding."""
    mask = np.asarray(mask)
    if mask.dtype != bool or mask.ndim != 2:
        raise TypeError(f"mask: expected a (T, B) array of bool, got {mask.dtype} {mask.shape}")
    later = np.cumsum(mask[::-1], 0)[::-1]
    return mask & (later == 1)


def minibatches(batch: Batch, size: int, seed: int) -> Callable[[int], Iterator[Batch]]:
    """Shuffle the sequences of a batch into smaller ones, anew for each epoch.

    The order is a function of `seed` and the epoch's number alone, so a training run that was stopped goes on with
    just the batches it would have seen. Ticks that only pad are cut off each minibatch.

    Parameters
    ----------
    batch : Batch
        All sequences, (T, B, D).
    size : int
        Sequences in one minibatch; the last may be smaller.
    seed : int
        Names the order.

    Returns
    -------
    epoch : function of int
        Epoch number, to its minibatches.
    """
    check_size("size", size)
    check_size("seed", seed, least=0)

    def epoch(number: int) -> Iterator[Batch]:
        order = np.random.default_rng([seed, number]).permutation(batch.xs.shape[1])
        for chosen in np.split(order, range(size, len(order), size)):
            mask = None if batch.mask is None else batch.mask[:, chosen]
            if batch.lengths is not None:
                lengths = batch.lengths[chosen]
                end = int(lengths.max(initial=0))
            else:  # behind the last question of a minibatch nothing can change its loss
                lengths = None
                end = len(batch.xs) if mask is None or not mask.any() else int(np.flatnonzero(mask.any(1))[-1]) + 1
            asked = None if mask is None else mask[:end]
            yield Batch(batch.xs[:end, chosen], batch.targets[:end, chosen], asked, lengths=lengths)

    return epoch


def windows(batch: Batch, k1: int, k2: int | None = None) -> Iterator[Batch]:
    """Cut long sequences into windows: truncated backpropagation is a way of cutting the data.

    Every `k1` ticks there is an update; its gradient reaches back `k2` ticks. Each window holds the `k1` ticks that
    it answers for, and before them up to `k2 - k1` ticks that give context but are not asked again. The state is
    handed on from window to window as a plain number, so the past is remembered but not blamed.

    Parameters
    ----------
    batch : Batch
        The long sequences, (T, B, D).
    k1 : int
        Ticks between updates, at least 1; the last window may be shorter.
    k2 : int, optional
        Ticks that the gradient reaches back, at least `k1`; `k1` by default.

    Yields
    ------
    Batch
        With `advance` set to the ticks between its start and the next window's start.

    Raises
    ------
    ValueError
        If `k1 < 1` or `k2 < k1`.

    Notes
    -----
    Source: R. J. Williams and J. Peng, An efficient gradient-based algorithm for on-line training of recurrent network
    trajectories, Neural Computation 2 (1990) 490-501; their BPTT(h; h') is k2 = h, k1 = h'.
    """
    check_size("k1", k1)
    k2 = k1 if k2 is None else k2
    check_size("k2", k2, least=k1)
    T, B = batch.xs.shape[:2]
    mask = np.ones((T, B), bool) if batch.mask is None else batch.mask
    stops = [min(new + k1, T) for new in range(0, T, k1)]
    starts = [max(0, stop - k2) for stop in stops]
    followings = [*starts[1:], T]
    news = range(0, T, k1)  # none if T is 0
    edges = zip(news, starts, stops, followings, strict=False)
    for new, start, stop, following in edges:
        i = slice(start, stop)
        own = (np.arange(start, stop) >= new)[:, None]
        asked = mask[i] & own
        advance = following - start
        yield Batch(batch.xs[i], batch.targets[i], asked, advance)


def check_batch(batch: Batch) -> None:
    """Raise one clear error unless the three arrays of a batch share their first two axes."""
    if not isinstance(batch, Batch):
        raise TypeError(f"batch: expected rnnkit.Batch(xs, targets), got {type(batch).__name__}")
    if getattr(batch.xs, "ndim", 0) != 2:  # two axes are symbols, which the embedding checks
        check_array("batch.xs", batch.xs, ("T", "B", "D"))
    for name, x in (("targets", batch.targets), ("mask", batch.mask)):
        if x is not None and tuple(x.shape[:2]) != tuple(batch.xs.shape[:2]):
            raise ValueError(f"batch.{name}: expected to begin with {tuple(batch.xs.shape[:2])}, got {tuple(x.shape)}")
