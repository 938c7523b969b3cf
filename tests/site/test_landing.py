"""The landing page's weights and picture are what its script writes."""

from pathlib import Path

import landing
import pytest


@pytest.mark.same_bytes
def test_landing_script_gives_the_committed_files(tmp_path):
    landing.main(tmp_path)
    for name in ("landing-weights.js", "landing.svg"):
        assert (tmp_path / name).read_bytes() == (Path(landing.STATIC) / name).read_bytes(), name
