"""The programs that supervisord starts: `[program:web]` with `command=`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from archgen.importers.sources.process_managers.process import MOST, Process, Variable

SUPERVISOR = re.compile(r"(^|/)(supervisord?[^/]*\.(conf|ini)|supervisord?(\.d|/conf\.d)/[^/]+\.(conf|ini))$")
"""Paths that configurations of supervisord have."""

_SECTION = re.compile(r"^\[(?:program|fcgi-program):([\w.-]{1,60})\][ \t]*$(.*?)(?=^\[|\Z)", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^(\w+)[ \t]*=(.*(?:\n[ \t]+\S.*)*)$", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*[;#].*$|[ \t];.*$", re.MULTILINE)
_SETTING = re.compile(r"""\b(\w{1,100})[ \t]{0,9}=[ \t]*("[^"\n]*"|'[^'\n]*'|[^,\s"']+)""")


def read_supervisor(text: str) -> list[Process]:
    """Return the programs of a configuration of supervisord."""
    bare = _COMMENT.sub("", text.replace("\r\n", "\n"))
    return [process for process in islice(_processes(bare), MOST) if process.command]


def _processes(text: str) -> Iterator[Process]:
    for section in _SECTION.finditer(text):
        fields = {match[1]: match for match in _FIELD.finditer(section[2])}
        command, directory, count = (
            fields[key][2].strip() if key in fields else "" for key in ("command", "directory", "numprocs")
        )
        line = text.count("\n", 0, section.start()) + 1
        variables: list[Variable] = []
        if (environment := fields.get("environment")) is not None:
            first = section.start(2) + environment.start(2)
            for match in _SETTING.finditer(environment[2]):
                place = text.count("\n", 0, first + match.start()) + 1
                variables.append(Variable(match[1], match[2].strip("\"'"), place))
        number = int(count) if count.isascii() and count.isdecimal() and len(count) < 4 else 0
        yield Process(section[1], command, directory, (*variables,), line, number)
