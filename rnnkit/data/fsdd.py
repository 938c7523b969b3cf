"""Spoken digits, as sound."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import tarfile
import tempfile
import wave
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from rnnkit.data import remote
from rnnkit.data.card import Card
from rnnkit.data.record import Dataset, Record
from rnnkit.data.remote import Source

ARCHIVES = "https://codeload.github.com"
FOLDER = "recordings"
TEST = 5  # recordings 0 to 4 of each digit and speaker
SOURCE = Source(
    name="fsdd",
    repository="Jakobovski/free-spoken-digit-dataset",
    commit="26eb9aaf76e81b692f806f9140c2d2777410d7a1",
    folder="",
    terms="CC BY-SA 4.0 (Free Spoken Digit Dataset, Zohar Jackson and contributors).",
    files={FOLDER: "04e1baae96c6a26e39c623f2b01d0182ddae627ba0ac02a3cdc17ba2af99fd9b"},
)

CARD = Card(
    name="fsdd",
    what="the ten English digits, spoken by six people",
    source="The folder recordings of github.com/Jakobovski/free-spoken-digit-dataset, at a fixed commit. A download "
    "of the whole repository, 21 MB of it recordings.",
    licence=SOURCE.terms,
    size="3,000 recordings of 0.14 to 2.28 seconds, 8,000 samples per second: 10 digits × 6 speakers × 50.",
    splits="That of its authors: recordings 0 to 4 of each digit and speaker are test, 300; the other 2,700 are train. "
    "Every speaker is in both.",
    best="Unknown. Guessing gets 1 in 10.",
    citation="Jackson, Z. and contributors. Free Spoken Digit Dataset. "
    "https://github.com/Jakobovski/free-spoken-digit-dataset",
)


def combined_hash(files: Mapping[str, bytes]) -> str:
    """Return what `find recordings -type f | sort | xargs sha256sum | sha256sum` prints, in the C locale."""
    lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {FOLDER}/{name}\n" for name in sorted(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _checked(files: Mapping[str, bytes], place: Path) -> Mapping[str, bytes]:
    expected, found = SOURCE.files[FOLDER], combined_hash(files)
    if found != expected:
        raise ValueError(
            f"{place}: expected {FOLDER} of combined SHA-256 {expected}, got {found} ({len(files):,} files)"
        )
    return files


def read_folder(folder: Path) -> Mapping[str, bytes]:
    """Return the verified recordings in a folder, by name."""
    if not folder.is_dir():
        raise FileNotFoundError(folder)
    return _checked({path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}, folder)


def read_archive(archive: Path) -> Mapping[str, bytes]:
    """Return the verified recordings in a packed repository, by name.

    The host packs anew when it likes, so the archive has no hash of its own. Its members' paths are read but never
    written to: what is unpacked are regular files of the folder recordings, under their last name alone.
    """
    files = {}
    try:
        with tarfile.open(archive, "r:gz") as members:
            for member in members:
                if member.name.startswith("/") or ".." in member.name.split("/"):
                    raise ValueError(f"{archive}: expected paths inside the archive, got {member.name!r}")
                inside = re.fullmatch(rf"[^/]+/{FOLDER}/([\w-]+\.wav)", member.name, re.ASCII)
                if inside and member.isreg():
                    content = members.extractfile(member)
                    assert content is not None  # a regular file has content
                    files[inside[1]] = content.read()
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:  # cut off, or no archive at all
        raise ValueError(f"{archive}: expected a tar.gz archive, got {type(error).__name__}: {error}") from None
    return _checked(files, archive)


def unpack(folder: Path) -> None:
    """Download the repository, and put its recordings into a folder, all or none."""
    archive = folder.with_name(f"{FOLDER}.tar.gz")
    url = f"{ARCHIVES}/{SOURCE.repository}/tar.gz/{SOURCE.commit}"
    remote.download(url, archive, None, read_archive)
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            whole = Path(temporary) / FOLDER
            whole.mkdir()
            for name, content in read_archive(archive).items():
                (whole / name).write_bytes(content)
            if folder.exists():  # spoiled, or it would not be brought again
                shutil.move(folder, Path(temporary) / "spoiled")
            whole.rename(folder)
    finally:
        archive.unlink()


def load() -> Dataset:
    """Load the recordings.

    Returns
    -------
    Dataset
        `train`, `test`, each with `waveforms`, list of (N,) float32 in [-1, 1); `targets` (M,) int64, the digits;
        `speakers` (list of str) and `numbers` (M,) int64, which of the 50 recordings of that digit and speaker it is.
        Also `labels`, "0" to "9", and `rate`, 8000 samples per second.

    Raises
    ------
    ValueError, ConnectionError
        As `rnnkit.data.remote.read`.
    """
    files = remote.obtain(SOURCE, FOLDER, f"its folder {FOLDER}", read_folder, unpack)
    rows: dict[str, list[tuple[np.ndarray, int, str, int]]] = {"train": [], "test": []}
    for name in sorted(files):
        digit, speaker, number = name.removesuffix(".wav").split("_")
        with wave.open(io.BytesIO(files[name])) as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
        row = (samples.astype(np.float32) / 32768, int(digit), speaker, int(number))
        rows["test" if row[3] < TEST else "train"].append(row)
    records = {
        part: Record(
            waveforms=[row[0] for row in chosen],
            targets=np.array([row[1] for row in chosen], dtype=np.int64),
            speakers=[row[2] for row in chosen],
            numbers=np.array([row[3] for row in chosen], dtype=np.int64),
        )
        for part, chosen in rows.items()
    }
    return Dataset(card=CARD, **records, labels=tuple("0123456789"), rate=8000)
