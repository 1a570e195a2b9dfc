"""Internal errors: faults of archgen, or of a rule of somebody else, that one part of the work met while the rest went on."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from archgen.model.problems import ModelError, PartError, UsageError

Result = TypeVar("Result")

_OF_ALL = (UsageError, ModelError, ImportError)
"""Errors about a command as a whole, with a message of their own; an ImportError says that an extra isn't installed."""


REPORT = "Report it as an internal error of archgen, with this model; ARCHGEN_DEBUG=1 shows the traceback."
"""The next step where a model can't be read because of an internal error."""


class InternalError(Struct, frozen=True):
    """An unexpected error: the model's file and the part of the work, the error with its place in the code, the traceback.

    `rule` is the id of a rule that failed, else empty. An error that is `foreign` is none of archgen.
    """

    file: str
    part: str
    error: str
    place: str
    trace: str
    rule: str = ""
    foreign: bool = False

    @property
    def words(self) -> str:
        """The error in a line."""
        where = f"{self.file}: " if self.file else ""
        if self.foreign:
            return f"{where}{self.part} can't be made: {self.error}"
        return f"{where}internal error in {self.part}: {self.error}{f' ({self.place})' if self.place else ''}"


def is_debugging() -> bool:
    """Return True if tracebacks are asked for, by ARCHGEN_DEBUG with anything but 0."""
    return os.environ.get("ARCHGEN_DEBUG", "0") not in ("", "0")


def is_of_part(error: Exception) -> bool:
    """Return True if an error is about the part of the work that meets it, and not about the command as a whole."""
    return isinstance(error, PartError) or not isinstance(error, _OF_ALL)


def internal_error(error: Exception, file: str, part: str, rule: str = "") -> InternalError:
    """Return what is known of an error in a part of the work on a model."""
    if isinstance(error, PartError):
        return InternalError(file, part, str(error), "", "", rule, foreign=True)
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    place = f"{_shortened(last.filename)}:{last.lineno}" if last is not None else ""
    words = " ".join(f"{type(error).__name__}: {error}".removesuffix(": ").split())
    return InternalError(file, part, words, place, "".join(traceback.format_exception(error)), rule)


def _shortened(path: str) -> str:
    """Return a file of archgen by its path in the package, any other by its last two names, wherever the checkout stands."""
    if path.startswith(os.path.join(_ROOT, "archgen") + os.sep):
        return os.path.relpath(path, _ROOT).replace(os.sep, "/")
    return "/".join(path.split(os.sep)[-2:])


_ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
"""The directory that the package stands in."""


class Isolation:
    """Runs parts of the work on their own; those that fail are noted in `errors`, and the others go on."""

    def __init__(self) -> None:
        self.errors: list[InternalError] = []

    def attempt(self, work: Callable[[], Result], file: str, part: str, rule: str = "") -> Result | None:
        """Return what some work gives, or None where it fails; errors that are about the command as a whole are raised."""
        try:
            return work()
        except Exception as error:
            if not is_of_part(error):
                raise
            self.errors.append(internal_error(error, file, part, rule))
            return None


class _Exposure(Isolation):
    """Isolates nothing."""

    def attempt(self, work: Callable[[], Result], file: str, part: str, rule: str = "") -> Result | None:
        return work()


EXPOSED: Isolation = _Exposure()
"""What raises every error, for those who want to see it."""
