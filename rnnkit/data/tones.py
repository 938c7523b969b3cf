"""Telephone numbers as they sound when they are dialled."""

from __future__ import annotations

import numpy as np

from rnnkit.arrays import check_number, check_size
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset

RATE = 8000  # samples a second
HOP = 160  # samples a tick: 20 ms
ROWS, COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
KEYS = "123456789*0#"  # left to right, top to bottom
FREQUENCIES = ROWS + COLUMNS

CARD = Card(
    name="tones",
    what="telephone numbers dialled in tones; which keys were pressed?",
    source="Synthesised: each key sounds one frequency of its row and one of its column, 697 to 1,477 Hz. Tones and "
    "pauses of 60 to 160 ms, loudness, the balance of the two and their phases are drawn for each key; white noise is "
    "added at a given ratio to the tones.",
    licence="None needed.",
    size="64 numbers of 7 keys, 8,000 samples a second, cut into ticks of 20 ms.",
    splits="None; draw again to test.",
    best="Without noise every key of every number: the two loudest of the seven frequencies name it, and every pause "
    "is longer than a tick. With the default 10 dB still nearly all.",
    citation="ITU-T Recommendation Q.23 (1988). Technical features of push-button telephone sets.",
)


def energies(wave: np.ndarray) -> np.ndarray:
    """Return (T, 7): the amplitude of each of the seven frequencies in each tick, by sines and cosines (Goertzel)."""
    ticks = wave[: len(wave) // HOP * HOP].reshape(-1, HOP)
    turns = np.exp(-2j * np.pi * np.outer(np.arange(HOP), FREQUENCIES) / RATE)
    return 2 * np.abs(ticks @ turns) / HOP


def load(*, rng: np.random.Generator, count: int = 64, keys: int = 7, snr: float | None = 10.0) -> Dataset:
    """Dial random numbers.

    Parameters
    ----------
    rng : numpy.random.Generator
    count, keys : int, default 64 and 7
        Telephone numbers B, and keys L in each.
    snr : float or None, default 10
        Power of the tones over the power of the noise in decibels, -40 to 100; None for silence in the pauses.

    Returns
    -------
    Dataset
        `inputs` (T, B, 7), the amplitudes of the seven frequencies in each tick, 0 behind the end; `lengths` (B,)
        int64, ticks of each number; `waves`, list of (N,) arrays, the sound itself, without noise within
        -1.125..1.125; `targets` (L, B) int64, 1 to 12, so that 0 is free for the blank of CTC; `target_lengths` (B,)
        int64; `alphabet`, the blank "-" and the keys.
    """
    B, L = check_size("count", count), check_size("keys", keys)
    if snr is not None:
        check_number("snr", snr, -40, 100)
    pressed = rng.integers(len(KEYS), size=(L, B))
    waves = [_dial(pressed[:, b], snr, rng) for b in range(B)]
    features = [energies(wave) for wave in waves]
    lengths = np.array([len(feature) for feature in features])
    inputs = np.zeros((lengths.max(), B, len(FREQUENCIES)))
    for b, feature in enumerate(features):
        inputs[: len(feature), b] = feature
    return Dataset(
        card=CARD,
        inputs=inputs,
        lengths=lengths,
        waves=waves,
        targets=pressed + 1,
        target_lengths=np.full(B, L),
        alphabet=("-", *KEYS),
    )


def _dial(pressed: np.ndarray, snr: float | None, rng: np.random.Generator) -> np.ndarray:
    """The sound of one number, with a pause before, between and behind the keys."""
    sound = [np.zeros(rng.integers(480, 1280))]
    for key in pressed:
        time = np.arange(rng.integers(480, 1280)) / RATE
        loud = rng.uniform(0.15, 0.45)
        both = [
            loud * rng.uniform(0.8, 1.25) * np.sin(2 * np.pi * (frequency * time + rng.random()))
            for frequency in (ROWS[key // 3], COLUMNS[key % 3])
        ]
        sound += [both[0] + both[1], np.zeros(rng.integers(480, 1280))]
    wave = np.concatenate(sound)
    if snr is None:
        return wave
    power = (wave[wave != 0] ** 2).mean() / 10 ** (snr / 10)
    return wave + rng.normal(0, np.sqrt(power), len(wave))
