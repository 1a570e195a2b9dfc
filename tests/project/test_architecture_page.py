"""docs/architecture.md leads to what is there, and every path of the package that a document names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.project.rooms import PAGE, renewed

DOCUMENTS = (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))
PLACE = re.compile(r"`(\w+)` in `(archgen/[\w/]+\.py)`")


def test_the_table_of_rooms_is_up_to_date() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page, "run `python -m tests.project.rooms`"


def test_every_place_leads_to_what_it_names() -> None:
    places = PLACE.findall(PAGE.read_text(encoding="utf-8"))
    assert len(places) > 12
    for name, file in places:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert name in defined, f"{file} defines no {name}"


@pytest.mark.parametrize(
    "document", [file for file in DOCUMENTS if file.name != "CHANGELOG.md"], ids=lambda file: file.name
)
def test_every_path_that_a_document_names_exists(document: Path) -> None:
    for path in re.findall(
        r"(?<![\w/])(?:archgen|tests|benchmarks|lab|requirements)/[\w./-]*\w/?", document.read_text(encoding="utf-8")
    ):
        assert (ROOT / path).exists(), f"{document.name} names {path}"
