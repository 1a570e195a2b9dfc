"""The files that commands of Compose name, and those in the variable by which it reads several without being told."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec import Struct

from archgen.app.importing.directories import FoundFiles, path_in
from archgen.importers.stages import stage_of

COMMAND = re.compile(
    r"(?:docker(?<=\bdocker)(?:[ -]compose|[ ]+stack[ ]+(?:deploy|up))|podman(?<=\bpodman)[ -]compose)\b((?:\\\r?\n|[^\n;|&#])*)"
)
"""Begins with letters, by which it is sought several times faster than by the edge of a word."""

NAMED = re.compile(r"""(?:^|\s)(?:-f|--file|-c|--compose-file)(?:\s+|=)["']?([^\s"',]+)""")
"""A file that a command names."""

VARIABLE = "COMPOSE_FILE"
_ASSIGNED = re.compile(r"""COMPOSE_FILE(?<=\bCOMPOSE_FILE)["']?[ \t]*[=:][ \t]*["']?([\w./;:,-]{1,400}\.ya?ml)""")
_SEPARATOR = re.compile(r"[;:,]")
_STEP = re.compile(r"^[ \t]*-[ \t]+name:[ \t]*(.*)$|^[ \t]*(?:elif|if)\b(.*)$", re.MULTILINE)
"""The name of a step, or a condition, that tells for which stage a variable is set."""

_PARTS = re.compile(r"^(services|volumes|networks|include)[\"']?:[ \t]*(#.*)?\r?$", re.MULTILINE)
_MOST = 20
_LONGEST_STEP = 4000
_DEEPEST = 3


class Assignment(Struct, frozen=True):
    """The names of the files that a text has Compose read, and the stage for which it does."""

    names: tuple[str, ...]
    stage: int


def assignments_in(text: str) -> list[Assignment]:
    """Return the assignments of the variable to files in a text, those for visitors first."""
    found = [_assignment(text, match) for match in islice(_ASSIGNED.finditer(text), _MOST)] if VARIABLE in text else []
    return sorted(found, key=lambda each: each.stage)


def _assignment(text: str, match: re.Match[str]) -> Assignment:
    around = text[max(0, match.start() - _LONGEST_STEP) : match.start()]
    words = [step[1] or step[2] or "" for step in _STEP.finditer(around)]
    names = tuple(name for name in _SEPARATOR.split(match[1]) if name)
    return Assignment(names, stage_of(words[-1]) if words else stage_of(""))


def started_files(
    directory: str, scripts: Iterable[tuple[str, str]], below: Iterable[str], found: FoundFiles
) -> set[str]:
    """Return the files below a directory that scripts have Compose read, and that are of Compose: these may have any name."""
    words = {word for _, text in scripts for word in _words_in(text)}
    if not words:
        return set()
    ends = tuple(f"{os.sep}{word.replace('/', os.sep)}" for word in words)
    above = 0 if directory == "." else directory.count(os.sep) + 1
    likely = (
        path
        for path in below
        if path.endswith((".yml", ".yaml")) and path.count(os.sep) - above <= _DEEPEST
        if f"{os.sep}{path}".endswith(ends)
    )
    return {os.path.normpath(path) for path in likely if _is_of_compose(path, found)}


def _words_in(text: str) -> Iterator[str]:
    commands = COMMAND.finditer(text) if "compose" in text or "stack" in text else ()
    named = [name for match in commands for name in NAMED.findall(match[1])]
    for name in (*named, *(name for each in assignments_in(text) for name in each.names)):
        bare = re.sub(r"^(\$\{?\w+\}?/|\$\(\w+\)/|\.{0,2}/)+", "", name)
        if bare.endswith((".yml", ".yaml")) and "$" not in bare:
            yield path_in("", bare)


def _is_of_compose(path: str, found: FoundFiles) -> bool:
    """Return True for a file with a part of a project; one for production may have volumes and networks alone."""
    return _PARTS.search(found.text(path)) is not None
