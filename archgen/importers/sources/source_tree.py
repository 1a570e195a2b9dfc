"""The files of a repository, and the directories of the programs in it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Set
from functools import cached_property

from archgen.importers.facts import FileTree
from archgen.importers.packages import DOCKERFILES
from archgen.importers.sources.declared_programs import Program
from archgen.importers.sources.file_kinds import BESIDE, CODE, LOCK, NO_CODE, is_code
from archgen.importers.sources.folders import Folders, folders_above, is_list, library_folders, title_of

MAIN = re.compile(
    r"^(main|server|index|app|manage|__main__|program)\.(go|py|rs|[cm]?[jt]s|rb|php|java|kt|cs)$", re.IGNORECASE
)
_INNER = frozenset(("", "src", "app", "cmd", "src/main"))
"""Where the first file of a program lies below its directory."""

_LIBRARY = re.compile(r"([\w.-]+)\.dll")


class SourceTree:
    """The files of a repository, and what those of each directory read."""

    def __init__(self, files: FileTree) -> None:
        self.names = files.names
        self.is_whole = files.is_whole
        self.code = list(filter(is_code, self.names))
        beside = (name for name in self.names if BESIDE.search(name) is not None and CODE.search(name) is None)
        self.beside = [name for name in beside if not (NO_CODE.search(name) or LOCK.search(name))]
        self.lists = {name for name in self.names if is_list(posixpath.basename(name))}
        self.go_files: dict[str, list[str]] = {}
        for name in self.code:
            if name.endswith(".go"):
                self.go_files.setdefault(posixpath.dirname(name), []).append(name)
        self.elsewhere: tuple[Folders, bool] | None = None
        self.opened: dict[str, tuple[str, int] | None] = {}

    def directory_of(self, program: Program, place: str, *, is_alone: bool) -> str | None:
        """Return the directory of a program that a file at a place declares.

        It is that of the project of its library, that which it is built from, or the only one of its name that holds a program.
        """
        libraries = {f"{name}.{sort}proj" for name in _LIBRARY.findall(program.command) for sort in ("cs", "fs", "vb")}
        projects = [name for name in self.lists if posixpath.basename(name) in libraries]
        if len(projects) == 1:
            return posixpath.dirname(projects[0])
        for built in (posixpath.normpath(posixpath.join(place, each)) for each in program.directories):
            if built in self._with_code:
                return built
        for is_short in (False, True):
            for name in program.names(is_alone):
                found = self._roots.get((is_short, title_of(name, is_short)), {})
                for rank in (0, 1):
                    likely = [place for place, each in found.items() if each == rank]
                    if likely:
                        return likely[0] if len(likely) == 1 else None
        return None

    @cached_property
    def _with_code(self) -> Set[str]:
        return {place for name in self.code for place in folders_above(name)}

    @cached_property
    def _roots(self) -> Mapping[tuple[bool, str], Mapping[str, int]]:
        """Return the directories of programs by their names, short or not: 0 with a list of packages or a recipe, else 1."""
        roots: dict[tuple[bool, str], dict[str, int]] = {}
        libraries = library_folders(self.names)
        for name in self.names:
            folder, file = posixpath.split(name)
            lists = file in DOCKERFILES or is_list(file)
            if not lists and MAIN.match(file) is None:
                continue
            for place in folders_above(name)[:3]:
                inner = folder[len(place) :].strip("/")
                if (
                    place in self._with_code
                    and place not in libraries
                    and (inner in _INNER or (lists and "/" not in inner))
                ):
                    for is_short in (False, True):
                        ranks = roots.setdefault((is_short, title_of(posixpath.basename(place), is_short)), {})
                        ranks[place] = min(ranks.get(place, 1), 0 if lists else 1)
        return roots
