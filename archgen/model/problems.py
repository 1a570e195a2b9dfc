"""What can be wrong with an input: a place in a file, a problem at it, and the two errors that stop a command."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ProblemRule = Literal["invalid-model", "dangling-reference"]

SUGGESTED = "Did you mean "
"""How a problem's next step begins that names the word that was meant, between backquotes."""


class Place(Struct, frozen=True):
    """A span of a source file; lines and columns count from 1, `end_line` is inclusive."""

    file: str
    line: int
    column: int
    end_line: int


class Problem(Struct, frozen=True):
    """One reason why a model can be given no meaning (exit code 2), with the next step in `fix`.

    `subject` is the (kind, id) that the problem speaks of; a model that cannot be read at all is ("model", name).
    """

    rule: ProblemRule
    message: str
    fix: str
    place: Place
    subject: tuple[str, str]


class ModelError(Exception):
    """A model that cannot be read; carries every problem found in it, in the order of their places."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = problems


class UsageError(Exception):
    """A command that cannot be carried out as it was given; the message ends with the next step."""


class PartError(UsageError):
    """A part of a command's work that can't be done, such as an image that another program fails to lay out.

    The other parts of the command can.
    """
