"""Chapter 01 says that the networks' order on surnames does not hang on the learning rate or the training time."""

from pathlib import Path

RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results" / "01_settings.md"


def test_convolution_leads_with_every_networks_best_setting():
    rows = [line.strip("| \n").split(" | ") for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    found = {row[0]: row[-1] for row in rows if row[0] in ("bag", "window", "convolution", "Elman")}
    low, high = ({name: float(cell.split(" to ")[end]) for name, cell in found.items()} for end in (0, 1))
    assert len(found) == 4
    assert low["convolution"] > max(high["Elman"], high["window"], high["bag"]) + 1
    assert low["window"] > high["bag"] + 5
    assert low["Elman"] > high["bag"] + 5
