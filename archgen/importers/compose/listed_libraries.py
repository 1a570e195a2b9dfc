"""What the sources of services are made to call, where nothing that they are given leads there: by libraries, and by addresses in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from archgen.importers.compose.library_calls import OwnLists, may_use_types_alone
from archgen.importers.compose.own_programs import serves_sources
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import SourceText
from archgen.importers.facts import FactSheet, Opener
from archgen.importers.sources.calls.default_addresses import seek_defaults
from archgen.importers.sources.listed_drivers import describe_drivers
from archgen.importers.sources.programs import ProgramSources
from archgen.model.kinds import KINDS


def describe_sources(
    parts: Mapping[str, ServicePart],
    lists: OwnLists,
    sources: ProgramSources,
    variables: Callable[[ServicePart], Mapping[str, SourceText]],
    hosts: Mapping[str, str],
    opener: Opener,
    sheet: FactSheet,
) -> None:
    """Add what programs have libraries for, by their own lists of packages, and the addresses in their sources at which nothing is."""
    for part in parts.values():
        if KINDS[part.kind].role != "application" or part.guess.known.product is not None:
            continue
        packages, code = lists.of(part), sources.own_code(part.id)
        seek_defaults(part.id, code, packages.text, variables(part), hosts, sheet)
        if packages.text == "" or not lists.are_own(part):
            packages = sources.lists_of(part.id) or packages
        if not (may_use_types_alone(part, packages) or serves_sources(part.service.words)):
            describe_drivers(part.id, packages, code, part.service.source, opener, sheet)
