"""The parts that JSON reports share: the encoding of a document, of an element, of an assumption."""

from __future__ import annotations

import re
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
