"""Melodies of Bach's four-part chorales."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from rnnkit.arrays import check_choice, check_size
from rnnkit.data.card import Card
from rnnkit.data.packages import folder
from rnnkit.data.record import Dataset, Record
from rnnkit.data.vocabulary import Vocabulary

VOICES = ("soprano", "alto", "tenor", "bass")
REST = "rest"
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
NOTES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
SIXTEENTHS = 4  # per quarter note
OPENING = 8  # intervals that tell one tune from another

CARD = Card(
    name="chorales",
    what="one voice of each of Bach's four-part chorales, as pitches and durations",
    source="MusicXML files of chorales in the corpus of the package music21, read directly; those with just the four "
    "voices, on a grid of sixteenths, and no melody twice.",
    licence="The music is in the public domain; the encodings are distributed with music21 by permission of their "
    "encoders (its corpus/license.txt); music21 itself is BSD-3-Clause.",
    size="353 chorales, 18,154 notes in the soprano; 31 symbols, rest among them.",
    splits="Fixed, by the SHA-256 of the tune's first eight intervals, so that settings of one tune stand in one part: "
    "259 train, 33 valid, 61 test.",
    best="Unknown.",
    citation="Cuthbert, M. S. and Ariza, C. (2010). music21: A toolkit for computer-aided musicology and symbolic "
    "music data. ISMIR, 637–642.",
    packages=("music21",),
)


class Voice(NamedTuple):
    """Notes in order: MIDI pitch (0 for a rest), length in sixteenths (a float where it is off the grid)."""

    pitches: tuple[int, ...]
    durations: tuple[float, ...]


class Chorale(NamedTuple):
    """A chorale as written: sharps (or minus flats) of its key signature, and four voices."""

    name: str
    sharps: int
    voices: tuple[Voice, ...]


def _pitch(note: ElementTree.Element) -> int:
    pitch = note.find("pitch")
    if pitch is None:
        return 0
    octave, alter = int(pitch.findtext("octave", "4")), int(float(pitch.findtext("alter") or 0))
    return 12 * (octave + 1) + STEPS[pitch.findtext("step", "C")] + alter


def _voice(part: ElementTree.Element) -> Voice:
    """Read the notes of a part; tied notes become one; ornaments without length are left out."""
    pitches: list[int] = []
    durations: list[float] = []
    divisions = 1
    for element in part.findall("measure/*"):
        if element.tag == "attributes":
            divisions = int(element.findtext("divisions") or divisions)
        if element.tag != "note" or element.find("grace") is not None or element.find("chord") is not None:
            continue
        pitch, length = _pitch(element), int(element.findtext("duration", "0")) * SIXTEENTHS / divisions
        tied = any(tie.get("type") == "stop" for tie in element.findall("tie"))
        if pitches and pitches[-1] == pitch and (tied or pitch == 0):
            durations[-1] += length
        else:
            pitches.append(pitch)
            durations.append(length)
    return Voice(tuple(pitches), tuple(durations))


@cache
def read(path: Path) -> Chorale | None:
    """Read a compressed MusicXML file; None if its parts are not just the four voices."""
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.endswith("xml") and not n.startswith("META-INF"))
        score = ElementTree.fromstring(archive.read(name))
    parts = [(part.findtext("part-name") or "").strip().lower() for part in score.iter("score-part")]
    if tuple(parts) != VOICES:
        return None
    return Chorale(path.stem, int(score.findtext(".//fifths", "0")), tuple(_voice(p) for p in score.findall("part")))


def chorales() -> Iterator[Chorale]:
    """Read all four-voice chorales, in the order of the SHA-256 of their names."""
    files = (folder("music21") / "corpus" / "bach").glob("bwv*.mxl")
    for path in sorted(files, key=lambda path: hashlib.sha256(path.stem.encode()).digest()):
        chorale = read(path)
        if chorale is not None:
            yield chorale


def semitones_to_c(sharps: int) -> int:
    """Return the shift, −5 to 6, that takes a key signature to the one without sharps and flats."""
    shift = -7 * sharps % 12
    return shift - 12 if shift > 6 else shift


def note_name(midi: int) -> str:
    """Return a name such as "C4" (middle C, MIDI 60), or "rest" for 0."""
    return REST if midi == 0 else f"{NOTES[midi % 12]}{midi // 12 - 1}"


def _part(tune: tuple[int, ...]) -> str:
    """Return the part to which a soprano belongs, by its opening."""
    sung = [pitch for pitch in tune if pitch]
    opening = [after - before for before, after in pairwise(sung)][:OPENING]
    draw = hashlib.sha256(str(opening).encode()).digest()[0] / 256
    return "test" if draw < 0.2 else "valid" if draw < 0.3 else "train"


def load(*, voice: str = "soprano", limit: int | None = None, transpose: bool = True) -> Dataset:
    """Load one voice of the chorales.

    Parameters
    ----------
    voice : {"soprano", "alto", "tenor", "bass"}, default "soprano"
    limit : int or None, default None
        Stop after so many chorales, 10 or more; None takes all. Reading all takes a second or two,
        once.
    transpose : bool, default True
        Shift each chorale by at most six semitones so that its key signature has no sharps and flats: C major, A minor,
        or an old mode on the white keys.

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `inputs`, list of (N,) int64, the notes of a voice as numbers into the
        vocabulary; `durations`, list of (N,) int64 in sixteenths; `names`, such as
        "bwv269". Also `vocabulary` of notes ("rest", then from low to high) and `midi` (V,), their MIDI numbers, 0 for
        a rest.

    Raises
    ------
    ValueError, TypeError
        For an unknown voice or a bad limit.
    """
    number = VOICES.index(check_choice("voice", voice, VOICES))
    most = None if limit is None else check_size("limit", limit, least=10)
    seen: set[Voice] = set()
    parts: dict[str, list[tuple[str, tuple[int, ...], Voice]]] = {"train": [], "valid": [], "test": []}
    for chorale in chorales():
        soprano = chorale.voices[0]
        shift = semitones_to_c(chorale.sharps)
        tune = Voice(tuple(pitch and pitch + shift for pitch in soprano.pitches), soprano.durations)
        if tune in seen or any(length % 1 for one in chorale.voices for length in one.durations):
            continue
        seen.add(tune)
        chosen = chorale.voices[number]
        pitches = tuple(pitch and pitch + shift * transpose for pitch in chosen.pitches)
        parts[_part(tune.pitches)].append((chorale.name, pitches, chosen))
        if len(seen) == most:
            break

    used = {0}.union(*(pitches for rows in parts.values() for _, pitches, _ in rows))
    midi = np.array(sorted(used), dtype=np.int64)
    vocabulary = Vocabulary(note_name(pitch) for pitch in midi)
    records = {
        part: Record(
            inputs=[np.searchsorted(midi, pitches) for _, pitches, _ in sorted(rows)],
            durations=[np.array(chosen.durations, dtype=np.int64) for _, _, chosen in sorted(rows)],
            names=[name for name, _, _ in sorted(rows)],
        )
        for part, rows in parts.items()
    }
    return Dataset(card=CARD, **records, vocabulary=vocabulary, midi=midi)
