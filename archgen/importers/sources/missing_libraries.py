"""Programs that list no library for a store, where another one lists one for it: what they are given to reach it is copied."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from archgen.importers.catalogue import Known
from archgen.importers.facts import Opener, Origin
from archgen.importers.packages import DOCKERFILES, PackageLists, has_library_for, is_without_library, lacks_library_for
from archgen.importers.sources.declared_programs import Program
from archgen.importers.sources.folders import is_list
from archgen.importers.sources.modules import with_modules
from archgen.importers.sources.programs import ProgramSources
from archgen.importers.sources.recipes import read_own_recipe

_LISTS_NOTHING = re.compile(r"\s*|(?!.*\bdependencies\b).*\bplugins\b.*", re.DOTALL)
"""A list without a package, as that of a directory of modules is, or where an image brings them all."""


class MissingLibraries:
    """The libraries of programs for stores, as far as the whole list of each is there."""

    def __init__(self, sources: ProgramSources, programs: Mapping[str, Program], opener: Opener) -> None:
        self._sources, self._programs, self._opener = sources, programs, opener
        self._lists: dict[str, PackageLists] = {}
        self._are_whole: dict[str, bool] = {}
        self._owners: dict[Known, set[str]] = {}
        self._lacking: dict[tuple[str, Known], bool] = {}

    def lacks(self, program: str, store: Known) -> bool:
        """Return True if a program lists no library for a store, and another one does."""
        if program not in self._programs:
            return False
        key = program, store
        if key not in self._lacking:
            self._lacking[key] = store.keeps_data and self._is_lacking(program, store)
        return self._lacking[key]

    def _is_lacking(self, program: str, store: Known) -> bool:
        if not is_without_library(store, self._lists_of(program)):
            return False
        if store not in self._owners:
            lists = {key: self._lists_of(key).of_program for key in self._programs}
            self._owners[store] = {key for key, each in lists.items() if has_library_for(store, each)}
        return bool(self._owners[store] - {program}) and self._is_whole(program)

    def leaves(self, program: str, variable: str, store: Known) -> bool:
        """Return True for the address of a store that no source of a program reads, where packages of others alone bring a library for it.

        A package that many take, such as one for health checks, may use the library for some of them. In Go no framework reads a
        variable by itself.
        """
        if not store.keeps_data or program not in self._programs:
            return False
        lists = self._lists_of(program)
        is_of_go = bool(lists.paths) and all(posixpath.basename(path) == "go.mod" for path in lists.paths)
        is_brought = is_of_go and has_library_for(store, lists) and not has_library_for(store, lists.of_program)
        is_read = is_brought and self._sources.reads_where_it_lies(program, variable, in_code=False) is not False
        return is_brought and not is_read and not self._sources.may_be_shared(program, variable)

    def lists_none(self, program: str, store: Known) -> bool:
        """Return True if the complete lists of a program hold no library for a store, whatever others list."""
        if not store.keeps_data or program not in self._programs:
            return False
        return lacks_library_for(store, self._lists_of(program)) and self._is_whole(program)

    def _lists_of(self, program: str) -> PackageLists:
        if program not in self._lists:
            lists = self._sources.lists_of(program)
            self._lists[program] = with_modules(lists, self._opener) if lists is not None else PackageLists()
        return self._lists[program]

    def _is_whole(self, program: str) -> bool:
        """Return True if the list of a program names packages, no other lies below it, and its image is built upon a language alone."""
        if program not in self._are_whole:
            path, place = self._programs[program].path, self._sources.directories[program]
            tree = self._opener.tree(path)
            below = [name for name in tree.names if name.startswith(f"{place}/") and is_list(posixpath.basename(name))]
            seen = posixpath.relpath(place, tree.place)
            recipe = read_own_recipe(Origin(path, 1), seen, self._opener)
            is_built = any(self._opener.holds(path, posixpath.join(seen, file)) for file in DOCKERFILES)
            is_told = _LISTS_NOTHING.fullmatch(self._lists_of(program).text) is None
            self._are_whole[program] = (
                is_told and all(posixpath.dirname(each) == place for each in below) and (recipe.is_bare or not is_built)
            )
        return self._are_whole[program]
