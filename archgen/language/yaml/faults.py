"""What is wrong with a text before it is a model."""

from __future__ import annotations

from msgspec import Struct

from archgen.language.yaml.tree import SourceFile


class SourceProblem(Struct, frozen=True):
    """Something wrong with the text at a position, and the next step; `hides` where declarations may be lost by it."""

    mark: int
    message: str
    fix: str
    hides: bool = False


class Unreadable(Exception):
    """The text cannot be read further than this fault."""

    def __init__(self, fault: SourceProblem) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.text = ""
        self.before: list[SourceProblem] = []

    def source(self, name: str) -> SourceFile:
        """The file as far as it is text, for an excerpt."""
        return SourceFile(name, self.text)
