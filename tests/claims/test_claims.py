"""The file of claims: whole, at one with the chapters, and resting on evidence that exists and asserts."""

import ast
import re
from pathlib import Path

import claims
import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
CLAIMS = claims.load()
DECIDED = [claim for claim in CLAIMS if "verdict" in claim]
every_decided = pytest.mark.parametrize("claim", DECIDED, ids=lambda claim: str(claim["id"]))


def cells(chapter):
    return nbformat.read(ROOT / "chapters" / f"{chapter}.ipynb", as_version=4).cells


def asserts(node):
    return any(isinstance(inner, ast.Assert) for inner in ast.walk(node))


def test_fifty_claims_each_once():
    assert [claim["id"] for claim in CLAIMS] == list(range(1, 51))
    assert len({claim["text"] for claim in CLAIMS}) == 50
    for claim in CLAIMS:
        known = {"id", "text", "verdict", "because", "chapter", "evidence"}
        assert set(claim) in (known, {"id", "text"}), claim["id"]


@every_decided
def test_the_chapter_holds_the_claim_and_says_the_same(claim):
    text = "\n".join(cell.source for cell in cells(claim["chapter"]) if cell.cell_type == "markdown")
    found = re.search(rf"\(claim-{claim['id']}\)=\n(?:\(claim-\d+\)=\n)*(.*\n){{1,3}}?[^\n]*?\*+(True|False)", text)
    assert found, f"no verdict under the label claim-{claim['id']}"
    assert found[2].lower() == claim["verdict"].split()[0]


@every_decided
def test_the_evidence_exists_and_asserts(claim):
    assert claim["evidence"]
    code = {cell.id: cell.source for cell in cells(claim["chapter"]) if cell.cell_type == "code"}
    for item in claim["evidence"]:
        if "::" not in item:
            assert item in code and asserts(ast.parse(code[item])), item
            continue
        path, name = item.split("::")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
        assert len(tests) == 1 and asserts(tests[0]), item


def test_every_label_in_a_chapter_is_decided_in_the_file():
    labels = set()
    for path in (ROOT / "chapters").glob("*.ipynb"):
        for cell in cells(path.stem):
            labels |= {(int(n), path.stem) for n in re.findall(r"\(claim-(\d+)\)=", cell.source)}
    assert labels == {(claim["id"], claim["chapter"]) for claim in DECIDED}


def test_the_page_is_up_to_date():
    assert claims.PAGE.read_text(encoding="utf-8") == claims.page(), "run: python scripts/claims.py --write"
