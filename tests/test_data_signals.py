"""Tone-dialled numbers, strips of digits, numbers in words: what their cards promise, found on another way."""

import numpy as np
import pytest
from num2words import num2words
from scipy.signal import periodogram

from rnnkit.data import digit_strips, load, number_words, tones


def heard(inputs, silence):
    """Keys of one number: runs of loud ticks, and the loudest row and column of each run as a whole."""
    loud = np.append(np.minimum(inputs[:, :4].max(1), inputs[:, 4:].max(1)) > silence, False)
    edges = np.flatnonzero(np.diff(loud.astype(int), prepend=0))
    runs = [inputs[start:stop].sum(0) for start, stop in edges.reshape(-1, 2)]
    return [1 + 3 * run[:4].argmax() + run[4:].argmax() for run in runs]


def share_heard(silence, **options):
    data = load("tones", count=150, **options)
    return np.mean(
        [heard(data.inputs[: data.lengths[b], b], silence) == data.targets[:, b].tolist() for b in range(150)]
    )


@pytest.mark.parametrize("seed", range(3))
def test_every_number_is_heard_without_noise(seed):
    assert share_heard(1e-9, rng=np.random.default_rng(seed), snr=None) == 1


@pytest.mark.parametrize("seed", range(3))
def test_nearly_every_number_is_heard_at_ten_decibels_and_none_in_loud_noise(seed):
    assert share_heard(0.07, rng=np.random.default_rng(seed)) > 0.9
    assert share_heard(0.07, rng=np.random.default_rng(seed), snr=-20) == 0


def test_tones_are_those_of_the_recommendation():
    """The spectrum of a whole tone, by SciPy: its two highest peaks are the key's row and column."""
    data = load("tones", rng=np.random.default_rng(0), count=40, keys=1, snr=None)
    for wave, key in zip(data.waves, data.targets[0], strict=True):
        sound = wave[wave != 0]
        frequencies, power = periodogram(sound, tones.RATE, nfft=8 * tones.RATE)
        low = frequencies[np.where(frequencies < 1075, power, 0).argmax()]
        high = frequencies[np.where(frequencies > 1075, power, 0).argmax()]
        row, column = divmod("123456789*0#".index(data.alphabet[key]), 3)
        assert low == pytest.approx([697, 770, 852, 941][row], abs=9)
        assert high == pytest.approx([1209, 1336, 1477][column], abs=9)


@pytest.mark.parametrize("snr", [0, 10, 20])
def test_noise_is_as_loud_as_asked(snr):
    clean = load("tones", rng=np.random.default_rng(1), count=1, keys=7, snr=None).waves[0]
    noisy = load("tones", rng=np.random.default_rng(1), count=1, keys=7, snr=snr).waves[0]
    power = ((noisy - clean) ** 2).mean()
    assert 10 * np.log10((clean[clean != 0] ** 2).mean() / power) == pytest.approx(snr, abs=0.5)


def test_strips_are_made_of_the_digits_of_their_own_part():
    strips, real = load("digit_strips", rng=np.random.default_rng(0), train=60, test=60), load("digits")
    steps = []
    for part in ("train", "test"):
        mine = strips[part]
        assert mine.inputs.shape == (mine.lengths.max(), 60, 8) and mine.inputs.min() == 0 and mine.inputs.max() <= 1
        assert (mine.targets >= 1).all() and (mine.targets <= 10).all()
        for b in range(60):
            assert (mine.inputs[mine.lengths[b] :, b] == 0).all()
            steps += np.diff(mine.starts[:, b]).tolist()
            strip = np.zeros((mine.lengths[b], 8))
            for start, label in zip(mine.starts[:, b], mine.targets[:, b] - 1, strict=True):
                inner = mine.inputs[start + 1 : start + 7, b].T  # no neighbour reaches these columns
                same = (real[part].images[:, :, 1:7] == inner).all((1, 2))
                assert label in real[part].targets[same]
                window = strip[start : start + 8]
                np.maximum(window, real[part].images[np.flatnonzero(same)[0]].T, out=window)
                assert not (real["test" if part == "train" else "train"].images[:, :, 1:7] == inner).all((1, 2)).any()
            assert np.array_equal(strip, mine.inputs[: mine.lengths[b], b])  # the darker of two strokes is seen
    assert set(steps) == {7, 8, 9, 10, 11}
    wide = load("digit_strips", rng=np.random.default_rng(0), train=60, test=1, gap=(5, 6)).train
    assert set(np.diff(wide.starts, axis=0).ravel().tolist()) == {13, 14}


def test_every_number_has_a_name_of_its_own():
    data = load("number_words")
    parts = [data[name] for name in ("train", "valid", "test")]
    assert [len(part.inputs) for part in parts] == [7953, 1013, 1034]
    assert sorted(np.concatenate([part.numbers for part in parts])) == list(range(10_000))
    english = [word for part in parts for word in part.inputs]
    german = [word for part in parts for word in part.targets]
    assert len(set(english)) == len(set(german)) == 10_000
    assert (max(map(len, english)), max(map(len, german))) == (46, 42)
    assert (len(data.source), len(data.target)) == (21, 21)
    for part in parts:
        for number, word, wort in list(zip(part.numbers, part.inputs, part.targets, strict=True))[:50]:
            assert word == num2words(int(number)).replace(",", "") and wort == num2words(int(number), lang="de")
            assert number_words.part(int(number)) == next(n for n in ("train", "valid", "test") if data[n] is part)


def test_units_and_tens_change_places():
    data = load("number_words", below=100)
    pairs = dict(zip(data.train.inputs, data.train.targets, strict=True))
    assert pairs["twenty-one"] == "einundzwanzig" and pairs["seventy-six"] == "sechsundsiebzig"


def test_bad_options():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="snr: expected at least -40"):
        tones.load(rng=rng, snr=-50)
    with pytest.raises(ValueError, match="keys: expected at least 1"):
        tones.load(rng=rng, keys=0)
    with pytest.raises(ValueError, match="length: expected at least 1"):
        digit_strips.load(rng=rng, length=0)
    for gap in ((-8, 0), (2, 1)):
        with pytest.raises(ValueError, match="gap: expected two whole numbers"):
            digit_strips.load(rng=rng, gap=gap)
    with pytest.raises(ValueError, match="below: expected at least 100"):
        number_words.load(below=3)
