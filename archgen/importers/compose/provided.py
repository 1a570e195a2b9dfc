"""The services on the internet that the programs of a project call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache

from archgen.importers.compose.library_calls import OwnLists
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import SourceText
from archgen.importers.compose.sharing import SharedValues
from archgen.importers.outside import Outside
from archgen.importers.providers.caller import Caller, Setting, texts_of_domains
from archgen.importers.providers.calls import ProviderCalls
from archgen.importers.providers.catalogue import is_client_library
from archgen.importers.sources.calls.property_addresses import addresses_in
from archgen.importers.sources.calls.unset_variables import unset_variables
from archgen.importers.sources.imported_libraries import imported_libraries


def add_providers_of_services(
    parts: Mapping[str, ServicePart],
    variables: Callable[[ServicePart], Mapping[str, SourceText]],
    shared: SharedValues,
    lists: OwnLists,
    outside: Outside,
) -> None:
    """Add the calls of services on the internet that the settings of services show."""
    callers = [_caller(part, variables(part), shared, parts.values(), lists) for part in parts.values()]

    def texts() -> Iterator[str]:
        for part, caller in zip(parts.values(), callers, strict=True):
            yield from texts_of_domains(part.kind, caller.settings)
            yield from (label.text for label in part.service.labels.values() if "." in label.text)

    calls = ProviderCalls(outside, {part.id: part.kind for part in parts.values()}, texts)
    for caller in callers:
        calls.add(caller)
    calls.ask_for_callers()


def _caller(
    part: ServicePart,
    variables: Mapping[str, SourceText],
    shared: SharedValues,
    parts: Collection[ServicePart],
    own_lists: OwnLists,
) -> Caller:
    libraries = own_lists.of
    settings = {
        name: Setting(value.text, value.source, shared.is_for_several(part, value), not (value.text or value.unset))
        for name, value in variables.items()
    }

    for name in sorted(part.service.secrets):
        is_shared = sum(name in each.service.secrets for each in parts) > 1
        settings.setdefault(name, Setting(None, part.service.source, is_shared))

    def lists(is_shared: bool) -> str:
        packages = libraries(part)
        if not is_shared:
            return packages.text
        return packages.of_program.text if own_lists.are_own(part) else ""

    return Caller(
        part.id,
        part.guess.known,
        settings,
        lists,
        lambda name, in_code: shared.reads_where_it_lies(part, name, in_code=in_code),
        lambda: addresses_in(shared.sources.own_code(part.id), libraries(part).text),
        lambda: shared.sources.addresses_of_all(part.id, libraries(part).text),
        cache(
            lambda: (*imported_libraries(shared.sources.own_code(part.id), libraries(part).text, is_client_library),)
        ),
        lambda: unset_variables(shared.sources.image_code(part.id), libraries(part).text, settings),
    )
