"""The variables that sources of programs read, and that nothing sets."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator

from archgen.importers.facts import Origin
from archgen.importers.sources.calls.literal_addresses import working_files
from archgen.importers.sources.reading import CodeText

_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_MOST = 400


def unset_variables(files: Iterable[CodeText], libraries: str, given: Container[str]) -> Iterator[tuple[str, Origin]]:
    """Yield the variables that a program reads without being `given` them; `libraries` are its packages, in small letters."""
    places: dict[str, Origin] = {}
    for file, is_for_browsers in working_files(files, libraries):
        for name in sorted(file.names.names) if not is_for_browsers else ():
            if name not in places and name not in given and _VARIABLE.fullmatch(name) is not None:
                places[name] = Origin(file.path, file.line_at(max(0, file.bare.find(name))))
    yield from sorted(places.items())[:_MOST]
