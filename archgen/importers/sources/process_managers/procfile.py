"""The programs of a Procfile, as foreman, honcho, overmind and Heroku start them."""

from __future__ import annotations

import re

from archgen.importers.sources.process_managers.process import MOST, Process, Variable

PROCFILE = re.compile(r"(^|/)Procfile([.-][\w-]+)*$")
"""Paths that Procfiles have."""

_LINE = re.compile(r"^([A-Za-z0-9_-]{1,60}):[ \t]*(\S[^\n]{0,2000})$", re.MULTILINE)
_SETTING = re.compile(r"(?:env[ \t]+)?([A-Z][A-Z0-9_]*)=(\S+)[ \t]+")
_INTO = re.compile(r"cd[ \t]+([\w./-]+)[ \t]*&&[ \t]*")
_ONCE = "release"
"""What Heroku starts once, before a version is used."""


def read_procfile(text: str) -> list[Process]:
    """Return the programs of a Procfile: each is a line with its name and its command."""
    processes: list[Process] = []
    for match in _LINE.finditer(text):
        if match[1] == _ONCE or len(processes) == MOST:
            continue
        line, command, directory = text.count("\n", 0, match.start()) + 1, match[2].strip(), ""
        if (into := _INTO.match(command)) is not None:
            command, directory = command[into.end() :], into[1]
        variables: list[Variable] = []
        while (setting := _SETTING.match(command)) is not None:
            variables.append(Variable(setting[1], setting[2].strip("\"'"), line))
            command = command[setting.end() :]
        processes.append(Process(match[1], command, directory, (*variables,), line))
    return processes
