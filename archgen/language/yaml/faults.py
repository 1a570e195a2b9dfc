"""Problems of a text before it is a model."""

from __future__ import annotations

from msgspec import Struct

from archgen.language.yaml.tree import SourceFile


class SourceProblem(Struct, frozen=True):
    """A problem at a position of the text, and its fix; `hides` if declarations may be lost by it."""

    mark: int
    message: str
    fix: str
    hides: bool = False


class Unreadable(Exception):
    """The text can't be read beyond this problem."""

    def __init__(self, fault: SourceProblem) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.text = ""
        self.before: list[SourceProblem] = []

    def source(self, name: str) -> SourceFile:
        """Return the file as far as it is text, for an excerpt."""
        return SourceFile(name, self.text)
