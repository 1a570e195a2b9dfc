"""Calls that nothing but the source of a service shows: by an address in it, or by what stands for a variable that no file sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set

from archgen.importers.addresses import Mention, mentions
from archgen.importers.compose.library_calls import calls_like
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import Service, SourceText
from archgen.importers.facts import Origin
from archgen.importers.outside import OutsideStore
from archgen.importers.packages import PackageLists
from archgen.importers.sources.calls.literal_addresses import working_files
from archgen.importers.sources.calls.written_hosts import written_hosts
from archgen.importers.sources.programs import ProgramSources
from archgen.importers.variable_names import is_for_browsers, names_page, names_telemetry
from archgen.model.kinds import KINDS

_OF_SPRING = (".yml", ".yaml", ".properties")


def calls_written_in_sources(
    parts: Mapping[str, ServicePart],
    sources: ProgramSources,
    libraries: Callable[[ServicePart], PackageLists],
    variables_of: Callable[[ServicePart], Mapping[str, SourceText]],
    hosts_of: Callable[[Service], Mapping[str, str]],
    components: Mapping[str, ServicePart | OutsideStore],
    called: Set[tuple[str, str]],
) -> Iterator[tuple[ServicePart, Mention, Origin, bool]]:
    """Yield the calls that the source of a service writes out, each with its place, and True if no other is built of that.

    Of a source that several are built of, only stores count: each may use them. What files show of a store, or of one of its
    sort, comes first.
    """
    # services on the same networks reach the same hosts
    reached = {id(each): each for each in (hosts_of(part.service) for part in parts.values())}
    all_hosts = {host.lower() for each in reached.values() for host in each if host[:1] not in ("", ":")}
    # many may be built of one source
    named: dict[str, tuple[str, ...]] = {}
    for part in parts.values():
        if KINDS[part.kind].role != "application" or part.guess.known.product is not None:
            continue
        own = sources.own_code(part.id)
        files = own or sources.image_code(part.id)
        settings = sources.settings_of(part.id)
        if not files and not settings:
            continue
        hosts = {name: identity for name, identity in hosts_of(part.service).items() if identity != part.id}
        given = {name.upper() for name in variables_of(part)}
        found: dict[str, tuple[Mention, Origin]] = {}
        working = working_files(files, libraries(part).text)
        # what Spring reads is read as it does
        code = [each for each in working if not each[0].path.endswith(_OF_SPRING)]
        for source, may_be_page in (*((each, False) for each in settings), *code):
            if source.path not in named:
                named[source.path] = tuple(filter(source.lower.__contains__, all_hosts))
            words = named[source.path]
            for name, value, line in written_hosts(source, words, given) if words else ():
                if is_for_browsers(name) or names_page(part.kind, name, value) or names_telemetry(name):
                    continue
                # what a script has by default for a variable of a process is for the server that makes pages
                if may_be_page and not (name and f"process.env.{name}" in source.bare and "://" in value):
                    continue
                for mention in mentions(name, value, hosts):
                    if not mention.assumed:
                        found.setdefault(mention.host, (mention, Origin(source.path, line)))
        for target, (mention, origin) in found.items():
            known = components[target].guess.known
            is_alone = bool(own)
            if (part.id, target) in called or not (is_alone or known.keeps_data):
                continue
            if not (known.keeps_data and calls_like(part, known, components, called)):
                yield part, mention, origin, is_alone
