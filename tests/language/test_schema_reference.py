"""The page of the model language: its reference is what the schema says."""

from __future__ import annotations

import json

from archgen.language.schema import schema_text
from archgen.language.schema.reference import renew
from tests.paths import ROOT

PAGE = ROOT / "docs" / "model-language.md"


def test_reference_is_what_the_schema_says() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renew(page) == page, "mend with: python -m archgen.language.schema.reference docs/model-language.md"


def test_reference_names_every_key() -> None:
    page = PAGE.read_text(encoding="utf-8")
    schema = json.loads(schema_text())
    for said in [schema, *schema["$defs"].values()]:
        for key in said.get("properties", {}):
            assert f"| `{key}`" in page
