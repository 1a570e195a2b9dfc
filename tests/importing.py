"""Cases of imports, each in one file: the files that it holds, and what is expected of them."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from archgen.app.importing.importing import Import, import_model, summary
from tests.paths import TESTS

CASES = TESTS / "imports"

_HEADING = re.compile(r"^=== (.+)$", re.MULTILINE)


class Case(Struct, dict=True):
    """A case: its name, its files by path, and the text of the expectation, which is read where it is asked for."""

    name: str
    files: dict[str, str]
    expectation: str

    @cached_property
    def expected(self) -> dict[str, Any]:
        """The expectation."""
        return dict(yaml.load(self.expectation, getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def cases(format_name: str) -> list[Case]:
    """Return the cases of a format."""
    return [read_case(path) for path in sorted((CASES / format_name).glob("*.txt"))]


def read_case(path: Path) -> Case:
    """Return a case; `=== path` begins a file of it, `=== expect` the expectation."""
    pieces = _HEADING.split(path.read_text(encoding="utf-8"))[1:]
    files = {name: text.removeprefix("\n") for name, text in zip(pieces[::2], pieces[1::2], strict=True)}
    return Case(f"{path.parent.name}/{path.stem}", files, files.pop("expect"))


def write_case(case: Case, directory: Path) -> None:
    """Write the files of a case."""
    for name, text in case.files.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def imported(case: Case) -> Import:
    """Import a case from the working directory, by the paths that it names, else all of it."""
    return import_model(tuple(case.expected.get("paths", ["."])), "Case")


def outcome(result: Import) -> dict[str, Any]:
    """Return what cases expect of an import, in the form in which they say it."""
    values = result.model.values
    components = {name: value["kind"] for name, value in values["components"].items() if value["kind"] != "client"}
    replicas = {part.id: part.replicas for part in result.model.inventory.parts.values() if part.replicas > 1}
    return {
        "components": components,
        "connections": sorted(values.get("connections", {})),
        "guesses": sorted(call.id for call in result.model.inventory.calls.values() if call.guess),
        "doors": sorted(result.model.doors.front),
        "flows": sorted(values.get("flows", {})),
        "replicas": replicas,
        "unknown": values.get("unknown", []),
        "left_out": sorted(omission.name for omission in result.reading.omissions),
        "errors": [f"{error.path}:{error.line}" for error in result.errors],
        "values": values,
    }


def check(case: Case, result: Import) -> None:
    """Assert that an import is as expected; `values` of a case are a part of those of the model."""
    actual = outcome(result)
    for key, expected in case.expected.items():
        if key == "values":
            _check_part(case.name, expected, actual["values"])
        elif key == "summary":
            assert [line for line in summary(result).splitlines() if line in expected] == expected, summary(result)
        elif key != "paths":
            assert actual[key] == expected, (case.name, key, actual[key], expected)


def _check_part(where: str, expected: Any, actual: Any) -> None:
    if isinstance(expected, dict):
        assert isinstance(actual, dict), (where, actual)
        for key, value in expected.items():
            assert key in actual, (where, key, sorted(actual))
            _check_part(f"{where}/{key}", value, actual[key])
    else:
        assert actual == expected, (where, actual, expected)
