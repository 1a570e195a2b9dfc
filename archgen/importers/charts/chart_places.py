"""Releases of charts of a repository, and the charts and files that paths mean."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct, field

from archgen.importers.nodes import SourceNode
from archgen.importers.stages import stage_of
from archgen.language.yaml.documents import read_documents
from archgen.language.yaml.faults import Unreadable

DOCUMENTS = "the documents"
"""The source of a command that stands in documents alone."""


class Installation(Struct, frozen=True):
    """A release of a chart of the repository: the directory of that, its name, files of values in their order, and values over these.

    `source` is the file that tells, and the name of the environment that it tells of. `addresses` are the ways to those values, such
    as `db.host`, that whoever installs it puts in.
    """

    chart: str
    release: str
    files: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    addresses: tuple[str, ...] = ()

    @property
    def stage(self) -> int:
        """Return the stage that its file, its files of values or its name are for."""
        names = (posixpath.basename(each) for each in self.files)
        return max(map(stage_of, ("/".join((self.source, *names)), self.release)))


class ChartPlaces:
    """The charts and files of a repository, by paths from wherever."""

    def __init__(self, charts: Sequence[str], paths: Sequence[str]) -> None:
        self._charts = {posixpath.normpath(chart): chart for chart in charts}
        self._paths = {posixpath.normpath(path): path for path in paths}

    def charts(self, name: str, *bases: str) -> list[str]:
        """Return the charts that a path means, from one of the bases, else from the root of their repository; `*` is any name."""
        if not name or "://" in name:
            return []
        return _meant(name, bases, self._charts)

    def is_outside(self, name: str) -> bool:
        """Return True for a chart of a repository of charts."""
        return _OUTSIDE.fullmatch(name) is not None and not self.charts(name)

    def file(self, name: str, *bases: str) -> str | None:
        """Return the file that a path means."""
        found = _meant(name, bases, self._paths) if name and "://" not in name else []
        return found[0] if len(found) == 1 else None


def _meant(name: str, bases: Iterable[str], known: Mapping[str, str]) -> list[str]:
    for base in bases:
        place = posixpath.normpath(posixpath.join(base, name))
        if place in known:
            return [known[place]]
    bare = posixpath.normpath(_ABOVE.sub("", name))
    if bare in (".", ""):
        return []
    if bare in known:
        return [known[bare]]
    if "*" in bare:
        return [each for place, each in known.items() if _matches(place, bare)]
    # the directory that is imported may lie below the root of the repository, or above it
    return [
        each
        for place, each in known.items()
        if place.endswith(f"/{bare}") or ("/" in place and bare.endswith(f"/{place}"))
    ]


def _matches(place: str, pattern: str) -> bool:
    words, others = place.split("/"), pattern.split("/")
    return len(words) >= len(others) and all(map(fnmatchcase, words[-len(others) :], others))


def documents_in(content: bytes, path: str = "") -> list[SourceNode]:
    try:
        return [SourceNode(each, path) for each in read_documents(content)]
    except Unreadable:
        return []


_ABOVE = re.compile(r"^(?:\.\./|\./|/|\$\w+/|\$\{\w+\}/|<[\w -]{1,40}>/)+")
"""What a path begins with outside of the repository, as a document or a variable calls the place of that."""

_OUTSIDE = re.compile(r"(oci://[\w./-]+/|[a-z][\w-]*/)[a-z][\w-]*")
"""A chart of a repository of charts."""


LONGEST = 256 * 1024
