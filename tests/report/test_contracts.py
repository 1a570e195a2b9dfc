"""The contracts of JSON outputs allow keys and values that they do not name, so that a later release can add some."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tests.contracts import NAMES, check, contract, is_open_choice

FINDING = {
    "rule": "missing-tls",
    "code": "SEC001",
    "severity": "error",
    "category": "security",
    "subject": {"kind": "connection", "id": "user -> web"},
    "related": [],
    "flows": [],
    "message": "user -> web is unencrypted",
    "fix": "Use https.",
    "file": "model.arch.yaml",
    "line": 1,
    "column": 1,
    "end_line": 1,
    "fingerprint": "0123456789abcdef",
    "confidence": "high",
    "proof": None,
    "accepted": None,
}
REPORT = {"version": 1, "findings": [FINDING], "summary": {"error": 1, "warning": 0, "info": 0, "accepted": 0}}


def parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a schema, the schema among them."""
    if isinstance(schema, dict):
        yield schema
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from parts(inner)


@pytest.mark.parametrize("name", NAMES)
def test_a_contract_closes_nothing(name: str) -> None:
    every = list(parts(contract(name)))
    choices = [part["anyOf"][0] for part in every if is_open_choice(part)]
    assert not [part for part in every if part.get("additionalProperties") is False or "propertyNames" in part]
    assert choices
    assert not [part for part in every if "enum" in part and part not in choices]


def new_key(report: Any) -> None:
    report["findings"][0]["since"] = "2.0"


def new_inner_key(report: Any) -> None:
    report["findings"][0]["subject"]["label"] = "x"


def new_value(report: Any) -> None:
    report["findings"][0]["severity"] = "fatal"


def new_count(report: Any) -> None:
    report["summary"]["fatal"] = 1


@pytest.mark.parametrize("change", [new_key, new_inner_key, new_value, new_count])
def test_what_a_later_release_adds_is_read_and_noticed_by_tests(change: Any) -> None:
    check("lint", REPORT)
    later = copy.deepcopy(REPORT)
    change(later)
    jsonschema.Draft202012Validator(contract("lint")).validate(later)
    with pytest.raises(jsonschema.ValidationError):
        check("lint", later)


def test_a_missing_key_and_another_version_are_refused() -> None:
    for broken in ({**REPORT, "version": 2}, {"version": 1, "findings": []}, {**REPORT, "findings": [{}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(contract("lint")).validate(broken)
