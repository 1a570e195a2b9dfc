"""The parts that JSON reports share: the encoding of a document, of an element, of an assumption."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from io import BytesIO
from json import dumps
from typing import Any

import msgspec

from archgen.analysis.assessment import FlowAssessment
from archgen.model.subject import Subject

_STEERING = re.compile(
    b"##\\[|\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xa9]|\xef\xbb\xbf"
)
"""In UTF-8: C1, marks of direction, separators of lines, and the beginning of a command in a log, which only texts hold."""

_ORDINARY = bytes(set(range(0x7F)) - set(b"#["))
"""The bytes in no form of these; what is left without them is little, and is searched at once."""

_TOGETHER = 500
"""Items of a long list that are encoded together: few enough for the caches of a processor."""


def encode(document: Any) -> bytes:
    """JSON in the layout that all documents of archgen share; a terminal or a log obeys nothing of it.

    It stays in UTF-8 up to its file: as text, a large document takes twice its size for one letter beyond ASCII.
    """
    try:
        written = msgspec.json.encode(document)
    except UnicodeEncodeError:
        # a file's name need not be Unicode; only the slower encoder can write such a name, escaped
        return _inert(dumps(msgspec.to_builtins(document), indent=2).encode()) + b"\n"
    # the values of a large document take as much as its text
    del document
    return msgspec.json.format(_inert(written), indent=2) + b"\n"


def encode_long(document: dict[str, Any], key: str, items: Sequence[Any], form: Callable[[Any], Any]) -> bytes:
    """Return the same as `encode` for a document with the forms of items under a key, where it has an empty list.

    The items are formed and written some at a time, so that a report of a hundred thousand is in memory once, as its text.
    """
    frame = encode(document)
    if not items:
        return frame
    before, nothing, after = frame.partition(f'"{key}": []'.encode())
    inside = slice(len(f'{{\n  "{key}": ['.encode()), -len(b"\n  ]\n}"))
    written = BytesIO()
    written.write(before + nothing[:-1])
    for start in range(0, len(items), _TOGETHER):
        part = [form(item) for item in items[start : start + _TOGETHER]]
        try:
            text = msgspec.json.encode({key: part})
        except UnicodeEncodeError:
            return encode({**document, key: [form(item) for item in items]})
        written.write(b"," if start else b"")
        written.write(msgspec.json.format(_inert(text), indent=2)[inside])
    written.write(b"\n  ]" + after)
    return written.getvalue()


def _inert(written: bytes) -> bytes:
    return _STEERING.sub(_escaped, written) if _STEERING.search(written.translate(None, _ORDINARY)) else written


def _escaped(match: re.Match[bytes]) -> bytes:
    """The last character as its escape in JSON."""
    text = match[0].decode()
    return f"{text[:-1]}\\u{ord(text[-1]):04x}".encode()


def encode_element(subject: Subject) -> dict[str, str]:
    """Return an element by kind and id."""
    return {"kind": subject.kind, "id": subject.id}


def assumed(flow: FlowAssessment) -> list[dict[str, Any]]:
    """Return the assumed availabilities of a flow's elements, and the shares of time without its assumed bad changes."""
    return [
        {
            "element": encode_element(each.element),
            "availability": each.availability,
            "source": each.source,
            "promised": each.promised,
        }
        for each in flow.assumed
    ]


def assumed_times(flow: FlowAssessment) -> list[dict[str, Any]]:
    """Return the assumed times of a flow's failovers, moves and repairs."""
    return [
        {"element": encode_element(each.element), "what": each.what, "seconds": each.seconds, "source": each.source}
        for each in flow.times
    ]
