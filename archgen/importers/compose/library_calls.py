"""Stores that programs have a library for and no address of, which stands elsewhere, and those that they have no library for."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Set

from msgspec import Struct

from archgen.importers.addresses import Mention
from archgen.importers.catalogue import Known, is_like
from archgen.importers.compose.indirect import IndirectCall
from archgen.importers.compose.parts import ServicePart
from archgen.importers.facts import BY_LIBRARY, Origin
from archgen.importers.outside import OutsideStore
from archgen.importers.packages import PackageLists, has_driver_for, has_library_for, lacks_library_for
from archgen.importers.sources.calls.literal_addresses import is_of_pages
from archgen.model.kinds import KINDS

_RUNS_SERVER = re.compile(r"(?:^|[\s/])(?:node|bun|deno|tsx|ts-node)(?=\s)")
"""The command of a recipe that runs a program of JavaScript, and doesn't only hand out pages."""


class UnlikelyCall(Struct, frozen=True):
    """A store that files name to a program which seems to have no library for it.

    It `may_be_for_others`, where several share the value, or the order of the start alone names it.
    """

    caller: ServicePart
    mention: Mention
    source: Origin
    evidence: str
    may_be_for_others: bool


def calls_by_library(
    parts: Mapping[str, ServicePart], libraries: Callable[[ServicePart], PackageLists], called: Set[tuple[str, str]]
) -> Iterator[IndirectCall]:
    """Yield a call of the only store of its sort by a program with a library for it, of which no file has an address of one.

    `called` are the pairs of ids that files show. A list of packages for several programs tells of none.
    """
    programs = [part for part in parts.values() if _is_program(part)]
    stores = [part for part in parts.values() if part.guess.known.keeps_data]
    alone = [store for store in stores if sum(is_like(each.guess.known, store.guess.known) for each in stores) == 1]
    pairs = [
        (part, store) for part in programs for store in alone if not calls_like(part, store.guess.known, parts, called)
    ]
    lists: dict[PackageLists, set[tuple[str, str, str]]] = {}
    # the lists are read only where a call may be missing
    for part in programs if pairs else ():
        lists.setdefault(libraries(part), set()).add(part.service.built_program)
    for part, store in pairs:
        packages = libraries(part)
        is_meant = len(lists[packages]) == 1 and not may_use_types_alone(part, packages)
        if is_meant and has_driver_for(store.guess.known, packages):
            yield IndirectCall(part.id, store.id, part.service.source, BY_LIBRARY)


class OwnLists:
    """The lists of packages of programs, and whether no other program has the same: those for several tell of none."""

    def __init__(self, parts: Collection[ServicePart], libraries: Callable[[ServicePart], PackageLists]) -> None:
        self._parts, self.of = parts, libraries
        self._alone: dict[PackageLists, bool] = {}

    def are_own(self, part: ServicePart) -> bool:
        """Return True if no other program has the lists of a part; programs of the same lists have the same answer."""
        packages = self.of(part)
        if packages not in self._alone:
            self._alone[packages] = all(
                other.service.built_program == part.service.built_program or self.of(other) != packages
                for other in self._parts
            )
        return self._alone[packages]


def lacks_library(part: ServicePart, known: Known, lists: OwnLists) -> bool:
    """Return True for a program that has no library for a store: what is set for it is unused, or its language needs none."""
    if part.guess.known.product is not None or not known.keeps_data:
        return False
    return lacks_library_for(known, lists.of(part)) and lists.are_own(part)


def has_own_library(part: ServicePart, known: Known, lists: OwnLists) -> bool:
    """Return True for a program that has a library for a store in a list of packages of its own."""
    return has_library_for(known, lists.of(part)) and lists.are_own(part)


def may_use(part: ServicePart, known: Known, libraries: Callable[[ServicePart], PackageLists]) -> bool:
    """Return True for a program that has a library for a store, or of which no list of packages is there."""
    packages = libraries(part)
    return not known.keeps_data or packages.text == "" or has_library_for(known, packages)


def may_use_types_alone(part: ServicePart, packages: PackageLists) -> bool:
    """Return True for a page that nothing is set for: what it shares with servers brings libraries, of which it uses the types alone."""
    is_given = bool(part.service.environment or part.service.env_files)
    return is_of_pages(packages.text) and not is_given and _RUNS_SERVER.search(part.recipe.words) is None


def _is_program(part: ServicePart) -> bool:
    return KINDS[part.kind].role == "application" and part.guess.known.product is None and part.service.built != ""


def calls_like(
    part: ServicePart, known: Known, parts: Mapping[str, ServicePart | OutsideStore], called: Set[tuple[str, str]]
) -> bool:
    """Return True for a program that calls something like a store, or anything that no file describes, which may be it."""
    targets = {target for caller, target in called if caller == part.id}
    by_id = {each.id: each for each in parts.values()}
    return any(target not in by_id or is_like(by_id[target].guess.known, known) for target in targets)
