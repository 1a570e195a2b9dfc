"""Ports of the machine itself that sources call, and those that they listen on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archgen.importers.sources.calls.source_calls import ONLY_SHOWS
from archgen.importers.sources.reading import CodeText
from archgen.importers.variable_names import names_callers

_LOCAL = re.compile(
    r"""(?:localhost|127\.0\.0\.1)(?<![\w.-]localhost)(?<!\w127\.0\.0\.1)(?:["'`]\s*,\s*(?:["']?port["']?\s*[:=]\s*)?|["'`]?\s*:\s*)([0-9]{2,5})(?![0-9.])"""
)
"""An address on the machine itself, or its name with the port behind it: `localhost:5432`, `host="localhost", port=5432`."""

_PAIR = re.compile(r"^[ \t]*(?:export )?(\w*?)_?HOST\s*=\s*[\"']?(?:localhost|127\.0\.0\.1)[\"']?[ \t]*$", re.MULTILINE)
_NAMED_PORT = re.compile(r"^[ \t]*(?:export )?(\w+?)_?PORT\s*=\s*[\"']?([0-9]{2,5})\b", re.MULTILINE)
_LISTENS = (
    re.compile(r"\b(?:ListenAndServe(?:TLS)?|Run|Listen|Start)\(\s*(?:\"tcp\",\s*)?\"[^\"\s]{0,40}:([0-9]{2,5})\""),
    re.compile(r"\bAddr:\s*\"(?:0\.0\.0\.0)?:([0-9]{2,5})\""),
    re.compile(r"\.listen\(\s*([0-9]{2,5})\b"),
    re.compile(r"\bPORT[\"')\]]*\s*(?:\|\||\?\?|,|or)\s*[\"']?([0-9]{2,5})\b"),
    re.compile(r"\.run\([^()\n]{0,200}\bport\s*=\s*([0-9]{2,5})\b"),
    re.compile(r"^[ \t]*(?:export )?(?:(?:APP|HTTP|SERVER)_)?PORT\s*=\s*[\"']?([0-9]{2,5})\b", re.MULTILINE),
    re.compile(
        r"^server\.port\s*=\s*([0-9]{2,5})\b|^server:\s*\n(?:[ \t]+[^\n]*\n){0,5}?[ \t]+port:\s*([0-9]{2,5})\b",
        re.MULTILINE,
    ),
)
"""How programs say on which port they answer."""


def local_ports_called(source: CodeText) -> Iterator[tuple[int, int]]:
    """Yield the ports of the machine itself that a source calls, each with its line."""
    text = source.bare
    if "localhost" not in text and "127.0.0.1" not in text:
        return
    for match in _LOCAL.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : text.find("\n", match.end())]
        if ONLY_SHOWS.search(line) is None and not names_callers(line):
            yield int(match[1]), source.line_at(match.start())
    ports: dict[str, int] = {}
    for named in _NAMED_PORT.finditer(text):
        ports.setdefault(named[1], int(named[2]))
    for pair in _PAIR.finditer(text):
        if pair[1] in ports:
            yield ports[pair[1]], source.line_at(pair.start(1))


def port_served(source: CodeText) -> int | None:
    """Return the port on which a source says that it answers."""
    for pattern in _LISTENS:
        match = pattern.search(source.bare)
        if match is not None:
            return int(next(filter(None, match.groups())))
    return None
