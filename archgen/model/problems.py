"""Problems of an input: a place in a file, a problem at it, and the errors that stop a command."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

ProblemRule = Literal["invalid-model", "dangling-reference"]

SUGGESTED = "Did you mean "
"""The start of a next step that suggests the word that was meant, between backquotes."""


class Place(Struct, frozen=True, gc=False):
    """A span of a source file; lines and columns count from 1, `end_line` is inclusive."""

    file: str
    line: int
    column: int
    end_line: int


class Problem(Struct, frozen=True):
    """A reason why a model is invalid (exit code 2), with the next step in `fix`.

    `subject` is the (kind, id) that the problem is about; an unreadable model is ("model", name).
    """

    rule: ProblemRule
    message: str
    fix: str
    place: Place
    subject: tuple[str, str]


class ModelError(Exception):
    """An invalid model, with all of its problems in the order of their places."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = problems


class UsageError(Exception):
    """A usage error of a command; the message ends with the next step."""


class PartError(UsageError):
    """A part of a command's work that can't be done, such as an image that another program fails to lay out.

    The other parts of the command can.
    """
