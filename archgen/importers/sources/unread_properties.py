"""Properties of Spring that take a variable, and that nothing in the source of a program reads."""

from __future__ import annotations

import re

from archgen.importers.catalogue import Known
from archgen.importers.facts import Configuration
from archgen.importers.packages import PackageLists
from archgen.importers.sources.mounted_settings import settings_by_ways
from archgen.importers.sources.programs import ProgramSources

_SETTINGS = re.compile(r"(^|/)(application|bootstrap)[\w-]*\.(ya?ml|properties)$")
_OF_FRAMEWORK = frozenset(
    ("spring", "springdoc", "management", "server", "eureka", "logging", "feign", "ribbon", "zuul", "grpc", "camel")
)
"""Names of properties that Spring and its usual libraries read by themselves."""

_WHOLE = re.compile(r"@configurationproperties(?!\s*\(\s*(?:(?:prefix|value)\s*=\s*)?\")")
"""A class for properties whose prefix isn't there, in small letters."""

_SPRING = ("springframework", "spring-boot")


class UnreadProperties:
    """The variables that programs take for nothing but properties that no source reads."""

    def __init__(self, sources: ProgramSources) -> None:
        self._sources = sources
        self._known: dict[tuple[str, str], bool] = {}

    def holds(self, program: str, variable: str, target: Known, lists: PackageLists) -> bool:
        """Return True if a program takes a variable that leads to another one, and nothing of it may read what it sets."""
        if target.product is not None or target.keeps_data or program not in self._sources.directories:
            return False
        key = program, variable
        if key not in self._known:
            self._known[key] = self._is_unread(program, variable, self._sources.lists_of(program) or lists)
        return self._known[key]

    def _is_unread(self, program: str, variable: str, lists: PackageLists) -> bool:
        read = self._sources.what_reads(program)
        if read is None or not read[1] or not any(word in lists.text for word in _SPRING):
            return False
        names = read[0]
        if variable in names.names or variable not in names.given or variable in names.beside:
            return False
        ways = self._ways_to(program, variable)
        text = f"{names.text}\n{names.beside.lower()}"
        if not ways or _WHOLE.search(text) is not None or any(_may_be_read(way, text, lists) for way in ways):
            return False
        return not any(self._sources.may_be_shared(program, "_".join(way)) for way in (*ways, [variable]))

    def _ways_to(self, program: str, variable: str) -> list[list[str]]:
        """Return the names that lead to each property which takes a variable; none where another sort of file does too."""
        files, _ = self._sources.texts(program, [*self._sources.code_of(program)])
        ways: list[list[str]] = []
        hole = re.compile(rf"\$\{{{variable}[:}}]")
        for path, text in files:
            if hole.search(text) is None:
                continue
            if _SETTINGS.search(path) is None:
                return []
            file = Configuration(path, text.encode("utf-8", "replace"))
            taken = [way.lower().split(".") for way, value in settings_by_ways(file) if hole.search(value) is not None]
            # what can't be read may be any property
            if not taken:
                return []
            ways += taken
        return ways


def _may_be_read(way: list[str], text: str, lists: PackageLists) -> bool:
    """Return True for a property that a library may read, or that a text in small letters names: it, or what holds it."""
    if len(way) < 2 or not _OF_FRAMEWORK.isdisjoint(way) or any(word in lists.text for word in way[:1]):
        return True
    pattern = ""
    for part in reversed(way):
        letters = "[-_]?".join(map(re.escape, re.sub(r"[^a-z0-9]", "", part)))
        pattern = rf"{letters}(?:\.{pattern})?" if pattern else letters
    return re.search(rf"[\"'{{]{pattern}[.\"'}}:]", text) is not None
