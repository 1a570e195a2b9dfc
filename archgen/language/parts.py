"""Files that a model names in its text, read as parts of its document."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from msgspec.structs import replace

from archgen.language.yaml.faults import SourceProblem, Unreadable
from archgen.language.yaml.parser import parse
from archgen.language.yaml.scalars import shorten
from archgen.language.yaml.tree import Document, Map

Reader = Callable[[str], bytes]
"""Reads a file by its path relative to the model; OSError and ValueError say why it can't."""

_MOST_FILES = 1000


class PartReader:
    """Reads files into a document: their sources and scalars are added to it, their problems kept.

    `verb` is what a model does with the files, such as `include`.
    """

    def __init__(self, document: Document, read: Reader | None, verb: str) -> None:
        self.document = document
        self.faults: list[SourceProblem] = []
        self._read = read
        self._verb = verb
        self._directory = posixpath.dirname(document.sources[0].name.replace("\\", "/"))

    def root(self, name: str, mark: int) -> Map | None:
        """Return the mapping of a file that is named at a position; None with a problem if there is none."""
        number = len(self.document.sources)
        if self._read is None or number > _MOST_FILES:
            why = (
                f"files can't be {self._verb.rstrip('e')}ed here"
                if self._read is None
                else f"a model must {self._verb} at most {_MOST_FILES} files"
            )
            self.fail(mark, why, "Copy its content into this file.")
            return None
        try:
            data = self._read(name)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            reason = reason.replace(f"{name} ", "it ", 1)
            message = f"can't {self._verb} `{shorten(name)}`: {reason[:1].lower()}{shorten(reason[1:])}"
            self.fail(mark, message, "Name a file inside the project, relative to this one.")
            return None
        return self._add(posixpath.join(self._directory, name), data, number)

    def fail(self, mark: int, message: str, fix: str) -> None:
        """Keep a problem that may hide declarations."""
        self.faults.append(SourceProblem(mark, message, fix, True))

    def _add(self, shown: str, data: bytes, number: int) -> Map | None:
        try:
            part, faults = parse(number, shown, data)
        except Unreadable as unreadable:
            self.document.sources.append(unreadable.source(shown))
            self.faults.append(replace(unreadable.fault, hides=True))
            return None
        self.document.sources += part.sources
        self.document.written.update(part.written)
        self.faults += faults
        return part.root
