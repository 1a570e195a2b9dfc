"""Patterns of files that a configuration states: matched inside the project, within a bound, and through no link out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from fnmatch import translate

from archgen.app.config.config import repository_of
from archgen.model.problems import UsageError
from archgen.system.files import lies_in

MOST_ENTRIES = 250_000
"""Entries of directories that one pattern looks at."""

_LONGEST = 100
"""Characters of a pattern that an error repeats."""

_MAGIC = re.compile(r"[*?[]")


def matching(file: str, pattern: str, top: str) -> Iterator[str]:
    """Yield the files that a pattern of a configuration `file` matches, relative to the directory `top`.

    `**` stands for directories, none of them a link or hidden. UsageError for a pattern that leads out of the project, or
    looks at too many entries.
    """
    return _Matcher(file, pattern, top).files()


class _Matcher:
    def __init__(self, file: str, pattern: str, top: str) -> None:
        self._where = f"{file}: `{pattern if len(pattern) < _LONGEST else pattern[:_LONGEST] + '…'}`"
        self._top = top
        self._root = os.path.realpath(repository_of(top))
        self._entries = 0
        self._start = "/" if pattern.startswith("/") else os.path.splitdrive(pattern)[0]
        parts = [part for part in pattern[len(self._start) :].replace(os.sep, "/").split("/") if part]
        # a second `**` behind another one adds nothing
        self._parts = [part for at, part in enumerate(parts) if part != "**" or parts[at - 1 : at] != ["**"]]

    def files(self) -> Iterator[str]:
        """Yield each file once."""
        fixed = next((at for at, part in enumerate(self._parts) if _MAGIC.search(part)), len(self._parts) - 1)
        start = os.path.join(self._start, *self._parts[:fixed])
        if not self._lies_inside(start):
            raise UsageError(f"{self._where} must stay inside the project; name its models on the command line")
        left = [(start, fixed)] if self._parts else []
        seen: set[tuple[str, int]] = set()
        while left:
            state = left.pop()
            if state not in seen:
                seen.add(state)
                place, at = state
                if at == len(self._parts):
                    yield place
                else:
                    left += self._next(place, at)

    def _next(self, place: str, at: int) -> Iterator[tuple[str, int]]:
        """Yield where one part of the pattern leads to from a directory."""
        part, last = self._parts[at], at == len(self._parts) - 1
        if part == "**":
            yield from self._below(place, at, last)
        elif _MAGIC.search(part):
            matches = re.compile(translate(part)).match
            hidden = part.startswith(".")
            for entry in self._listed(place, lambda name: hidden or not name.startswith(".")):
                if matches(entry.name) and self._fits(os.path.join(place, entry.name), last):
                    yield os.path.join(place, entry.name), at + 1
        elif self._fits(os.path.join(place, part), last):
            yield os.path.join(place, part), at + 1

    def _below(self, place: str, at: int, last: bool) -> Iterator[tuple[str, int]]:
        if not last:
            yield place, at + 1
        for entry in self._listed(place, lambda name: not name.startswith(".")):
            if entry.is_dir(follow_symlinks=False):
                yield os.path.join(place, entry.name), at
            elif last and entry.is_file():
                yield os.path.join(place, entry.name), at + 1

    def _fits(self, path: str, last: bool) -> bool:
        """Return True for a file at the end of the pattern, and for a directory of the project on the way there."""
        absolute = os.path.join(self._top, path)
        if last:
            return os.path.isfile(absolute)
        leads_on = os.path.islink(absolute) or path.endswith("..")
        return os.path.isdir(absolute) and (not leads_on or self._lies_inside(path))

    def _lies_inside(self, path: str) -> bool:
        try:
            return lies_in(os.path.realpath(os.path.join(self._top, path)), self._root)
        except ValueError as error:
            raise UsageError(f"{self._where} is no pattern: {error}; correct it") from error

    def _listed(self, place: str, wanted: Callable[[str], bool]) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(os.path.join(self._top, place)) as entries:
                for entry in entries:
                    self._entries += 1
                    if self._entries > MOST_ENTRIES:
                        raise UsageError(f"{self._where} must match in at most {MOST_ENTRIES:,} files; narrow it")
                    if wanted(entry.name):
                        yield entry
        except OSError:
            return
