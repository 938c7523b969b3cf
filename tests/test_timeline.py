"""The timeline: in order, cited, and drawn as its script draws it."""

import re
from pathlib import Path

import pytest
import timeline

WORKS = timeline.load()


def test_works_are_in_order_and_cited_by_works_of_the_bibliography():
    years = [work["year"] for work in WORKS]
    assert years == sorted(years) and years[0] == 1986 and len({work["name"] for work in WORKS}) == len(WORKS)
    entries = (timeline.BOOK / "references.bib").read_text(encoding="utf-8")
    for work in WORKS:
        assert set(work) == {"year", "name", "kind", "cite", "line"} and work["kind"] in timeline.KINDS
        entry = re.search(rf"^@\w+\{{{work['cite']},.*?^\}}", entries, flags=re.MULTILINE | re.DOTALL)
        assert entry and int(re.search(r"year = \{(\d{4})\}", entry[0])[1]) == work["year"], work["cite"]


@pytest.mark.same_bytes
def test_the_script_gives_the_committed_files(tmp_path):
    timeline.main(tmp_path)
    for name in ("timeline.md", "_static/timeline.svg"):
        assert (tmp_path / name).read_bytes() == (Path(timeline.BOOK) / name).read_bytes(), name
