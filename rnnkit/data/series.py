"""Three long records of nature: sunspots, carbon dioxide on Mauna Loa, the temperature of the Pacific."""

from __future__ import annotations

import csv
from datetime import datetime

import numpy as np

from rnnkit.arrays import check_choice
from rnnkit.data.card import Card
from rnnkit.data.packages import folder
from rnnkit.data.record import Dataset, Record

SERIES = {
    "sunspots": "sunspots a year, yearly",
    "co2": "carbon dioxide on Mauna Loa, parts per million by volume, weekly",
    "elnino": "sea surface temperature in the eastern Pacific (Niño 1+2), degrees Celsius, monthly",
}

CARD = Card(
    name="series",
    what="one of three records of nature: sunspots, carbon dioxide on Mauna Loa, temperature of the Pacific",
    source="The files sunspots.csv, co2.csv and elnino.csv in the package statsmodels.",
    licence="Public domain, as statsmodels states for each; statsmodels itself is BSD-3-Clause.",
    size="sunspots: 309 years, 1700–2008. co2: 2,284 weeks, 1958–2001, of which 59 are missing and filled by straight "
    "lines. elnino: 732 months, 1950–2010.",
    splits="Fixed, in time: the first 70 % train, the next 15 % valid, the last 15 % test.",
    best="Unknown.",
    citation="National Geophysical Data Center (sunspots); Keeling, C. D. and Whorf, T. P. (2004), Trends, CDIAC "
    "(CO₂); NOAA ERSST.V3B (El Niño).",
    packages=("statsmodels",),
)


def _year(date: str) -> float:
    """Return a date YYYYMMDD as a year with fraction."""
    day = datetime.strptime(date, "%Y%m%d")
    start, end = datetime(day.year, 1, 1), datetime(day.year + 1, 1, 1)
    return day.year + (day - start) / (end - start)


def load(*, which: str = "sunspots") -> Dataset:
    """Load a time series.

    Parameters
    ----------
    which : {"sunspots", "co2", "elnino"}, default "sunspots"

    Returns
    -------
    Dataset
        `train`, `valid`, `test`, each with `values` (T,), `times` (T,), years with fraction, and `observed` (T,) bool,
        False where a missing value was filled by a straight line; `unit`, what is measured.

    Raises
    ------
    ValueError
        For an unknown series.
    """
    name = check_choice("which", which, SERIES)
    with open(folder("statsmodels") / "datasets" / name / f"{name}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    if name == "elnino":
        times = np.array([int(row[0]) + (month + 0.5) / 12 for row in rows for month in range(12)])
        cells = [cell for row in rows for cell in row[1:]]
    else:
        times = np.array([_year(row[0]) if name == "co2" else float(row[0]) for row in rows])
        cells = [row[1] for row in rows]
    measured = np.array([float(cell) if cell else np.nan for cell in cells])
    observed = ~np.isnan(measured)
    values = np.interp(times, times[observed], measured[observed])
    cuts = {"train": slice(0, len(values) * 70 // 100), "test": slice(len(values) * 85 // 100, None)}
    cuts["valid"] = slice(cuts["train"].stop, cuts["test"].start)
    records = {
        part: Record(values=values[cuts[part]], times=times[cuts[part]], observed=observed[cuts[part]])
        for part in ("train", "valid", "test")
    }
    return Dataset(card=CARD, **records, unit=SERIES[name])
