"""The parts that JSON reports share: the encoding of a document, of an element, of an assumption."""

from __future__ import annotations

from typing import Any

import msgspec

from archgen.assessment import FlowAssessment
from archgen.finding import Subject


def encode(document: dict[str, Any]) -> str:
    """JSON in the layout that all documents of archgen share."""
    try:
        # the line feed comes first: as text, a large document takes twice its size for one letter beyond ASCII
        return (msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n").decode()
    except UnicodeEncodeError:
        # a file's name need not be Unicode; only the slower encoder can write such a name, escaped
        from json import dumps

        return dumps(msgspec.to_builtins(document), indent=2) + "\n"


def element(one: Subject) -> dict[str, str]:
    """What can fail on its own, by kind and id."""
    return {"kind": one.kind, "id": one.id}


def assumed(one: FlowAssessment) -> list[dict[str, Any]]:
    """What a flow's availability assumes, element by element."""
    return [
        {"element": element(each.element), "availability": each.availability, "source": each.source}
        for each in one.assumed
    ]
