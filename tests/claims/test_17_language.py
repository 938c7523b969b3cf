"""Chapter 17: its network is the one that the bench trained, and its tables say what the chapter says."""

import hashlib
import importlib
import json
import re

import _ladder
import numpy as np
import pytest
from _report import RESULTS, marked_rows

bench = importlib.import_module("17_language")
FACTS = json.loads((RESULTS / "17_language.json").read_text(encoding="utf-8"))
NAME = "LSTM of 192, 8 passes"


def nats(level, name, part="test"):
    return np.array([row[part]["nats"] for row in _ladder.grouped(level)[name]])


def test_the_network_is_the_one_that_was_trained():
    path = bench.CHECKPOINT
    assert hashlib.sha256(path.read_bytes()).hexdigest() == FACTS["sha256"]
    assert path.stat().st_size < 1e6 and len(FACTS["valid"]) == bench.PASSES
    assert min(FACTS["valid"]) == pytest.approx(nats("character", NAME, "valid")[0], abs=1e-3)
    text = (RESULTS / "17_language.md").read_text(encoding="utf-8")
    assert re.search("SHA-256.*`([0-9a-f]{64})`", text)[1] == FACTS["sha256"]


def test_the_tables_are_made_of_the_rows():
    for level in ("word", "character"):
        lines = [line.strip("| ").split(" | ") for line in bench.differences(level)]
        assert {first: rest for first, *rest in lines} == marked_rows("17_language", f"{level} tricks")


def differences(level):
    return {name: list(map(float, row)) for name, row in marked_rows("17_language", f"{level} tricks").items()}
