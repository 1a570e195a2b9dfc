"""A program as a process manager starts it."""

from __future__ import annotations

import re

from msgspec import Struct

from archgen.importers.sources.calls.command_ports import ports_in_words

_QUOTE = re.compile("[\"']")
_NEXT = re.compile(r"\bnext start\b")
_START = re.compile(r'"start"\s*:\s*"([^"\n]{1,500})"')
_OF_PACKAGE = re.compile(r"\b(?:npm|pnpm|yarn|bun)\b(?: (?:run|run-script))? start\b|\.sh$")

MOST = 60
"""The most programs that one file starts."""


class Variable(Struct, frozen=True):
    """A variable of a program, and its line."""

    name: str
    value: str
    line: int


class Process(Struct, frozen=True):
    """A program: its name, its command, the directory in which it starts as the file calls it, its variables and its line.

    `count` is the number of its processes, 0 where no file tells.
    """

    name: str
    command: str
    directory: str
    variables: tuple[Variable, ...]
    line: int
    count: int = 0


def port_of_process(process: Process, package: str) -> int | None:
    """Return the port on which a program answers by its command, or by what its package starts; that of Next.js unless it states one."""
    start = _START.search(package) if _OF_PACKAGE.search(process.command) is not None else None
    for command in (process.command, start[1] if start is not None else ""):
        port = next(ports_in_words(_QUOTE.sub("", command)), None)
        if port is not None:
            return port
        if _NEXT.search(command) is not None:
            return 3000
    return None
