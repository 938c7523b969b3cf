"""Chapter 01 says that the networks' order on surnames does not hang on the learning rate or the training time."""

import re
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results" / "01_settings.md"


def test_convolution_leads_with_every_networks_best_setting():
    rows = re.findall(r"\| (\w+) \| \S+ \| \S+ \((\S+) to (\S+)\)", RESULTS.read_text(encoding="utf-8"))
    low, high = ({name: float(ends[i]) for name, *ends in rows} for i in (0, 1))
    assert set(low) == {"bag", "window", "convolution", "Elman"}
    assert low["convolution"] > max(high["Elman"], high["window"], high["bag"]) + 1
    assert min(low["window"], low["Elman"]) > high["bag"] + 5
