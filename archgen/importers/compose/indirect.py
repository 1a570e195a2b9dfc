"""Calls that no address shows: through a socket in a volume, of a name server, of a store whose login a service has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set

from msgspec import Struct

from archgen.importers.catalogue import Known, is_like
from archgen.importers.compose.parts import ServicePart
from archgen.importers.compose.service import VOLUMES_FROM, Service, SourceText
from archgen.importers.compose.sharing import COORDINATORS
from archgen.importers.facts import BY_LIBRARY, BY_LOGIN, Fact, Origin
from archgen.importers.outside import OutsideStore, store_at
from archgen.importers.store_names import store_asked_for, store_by_name
from archgen.model.kinds import KINDS

_SOCKETS = re.compile(r"^/(var/)?run/\w|(^|[/_-])(sock|sockets?)([/_-]|$)")
"""Directories and volumes that hold sockets."""

_LOGIN = re.compile(r"(PASS(WORD)?|PASSWD|PWD|USER(NAME)?|LOGIN)$", re.IGNORECASE)

_KEPT_FOR_PROGRAMS = ("database", "key-value-store", "cache", "queue", "stream", "object-storage")
_KEPT_FOR_OTHERS = (*COORDINATORS, "influxdb", "victoriametrics", "clickhouse")
"""Stores that products keep their own state or measurements in."""


_UnseenVariables = tuple[tuple[str, str], tuple[str, ...], str]
"""An image, the files that it gets its variables from, and which of several programs in it runs."""


class IndirectCall(Struct, frozen=True):
    """A call by ids, with its place, its evidence, and its protocol where its target doesn't tell it."""

    source: str
    target: str
    place: Origin
    evidence: str
    protocol: str | None = None

    @property
    def is_certain(self) -> bool:
        """Return False for a call that a library or the user of a database alone tells."""
        return self.evidence not in (BY_LIBRARY, BY_LOGIN)


def calls_by_socket(parts: Mapping[str, ServicePart]) -> Iterator[IndirectCall]:
    """Yield a call of the store, or of the PHP, that keeps its socket in a volume which others mount too."""
    sockets = {part.id: volumes for part in parts.values() if (volumes := _sockets(part))}
    stores = {part.id for part in parts.values() if part.guess.known.keeps_data}
    of_stores = {volume for name in sockets.keys() & stores for volume in sockets[name]}
    anywhere = {volume for volumes in sockets.values() for volume in volumes}
    mounting = [
        part for part in parts.values() if not anywhere.isdisjoint(mount.text for mount in part.service.mounts.values())
    ]
    for target in mounting:
        is_store = target.id in stores
        if not is_store and target.guess.known.protocol != "fastcgi":
            continue
        volumes = sockets.get(target.id, set()) - (set() if is_store else of_stores)
        for part in mounting:
            shared = [mount for mount in part.service.mounts.values() if mount.text in volumes]
            may = part.id not in stores if is_store else part.kind == "web-server" or KINDS[part.kind].balances
            if shared and part.id != target.id and may:
                yield IndirectCall(part.id, target.id, shared[0].source, "socket in a volume")


def _sockets(part: ServicePart) -> set[str]:
    """Return the volumes of a service that hold sockets."""
    return {
        mount.text
        for path, mount in part.service.mounts.items()
        if mount.text[:1] not in "./~" and (_SOCKETS.search(path) or _SOCKETS.search(mount.text))
    }


def calls_by_name_server(parts: Mapping[str, ServicePart], hosts: Mapping[str, str]) -> Iterator[IndirectCall]:
    """Yield the calls of a name server of the project, which services name by its address."""
    for part in parts.values():
        for server in part.service.dns:
            target = hosts.get(server.text)
            if target is not None and target != part.id:
                yield IndirectCall(part.id, target, server.source, "dns", "dns")


def calls_by_login(
    parts: Mapping[str, ServicePart], variables: Mapping[str, Mapping[str, SourceText]]
) -> Iterator[IndirectCall]:
    """Yield a call of the only store of a product, by each service with a user or a password of it and no address.

    A variable for the address whose value no file tells counts as a user does.

    `variables` are those that no other service shares, by the ids of parts.
    """
    stores = [part for part in parts.values() if part.guess.known.keeps_data]
    for part in parts.values():
        own = variables[part.id]
        # an example in a file for a whole project sets nothing that a service asks for itself
        examples = {
            name for name, value in own.items() if value.of_reader and value.source.path != part.service.source.path
        }
        if part.guess.known.keeps_data or KINDS[part.kind].observes or part.guess.known.admin:
            continue
        addressed = [
            known
            for name, value in own.items()
            if (value.text or name in examples) and (known := store_asked_for(name)) is not None
        ]
        for name, value in own.items():
            # an address that no file tells is that of the only store that fits, too
            is_sought = value.unset and name not in examples
            named = store_by_name(name) if _LOGIN.search(name) else _sought(name, value) if is_sought else None
            if named is None or any(_fits(known, named) for known in addressed):
                continue
            fitting = [store for store in stores if _fits(store.guess.known, named)]
            if len(fitting) == 1:
                yield IndirectCall(part.id, fitting[0].id, value.source, BY_LOGIN)


def _sought(name: str, value: SourceText) -> Known | None:
    """Return the store that an example of an address tells, else the one that the variable's name asks for."""
    return store_at(value.of_reader) or store_asked_for(name)


def stores_of_lenders(
    parts: Mapping[str, ServicePart], proven: Set[tuple[str, str]]
) -> Iterator[tuple[ServicePart, str, Origin]]:
    """Yield the stores of a service for each that runs its image on its volumes, and has no address of its own: `volumes_from`.

    A worker beside a server takes its settings out of the same files. `proven` are calls by ids.
    """
    stores = {part.id for part in parts.values() if part.guess.known.keeps_data}
    for part in parts.values():
        mount = part.service.mounts.get(VOLUMES_FROM)
        lender = (
            parts.get(mount.text.removeprefix(f"/{VOLUMES_FROM}/").partition(":")[0]) if mount is not None else None
        )
        if mount is None or lender is None or not part.service.runs_program_of(lender.service):
            continue
        if not any(caller == part.id and target in stores for caller, target in proven):
            called = sorted(target for caller, target in proven if caller == lender.id and target in stores)
            yield from ((part, target, mount.source) for target in called)


def borrowed_stores(
    parts: Mapping[str, ServicePart],
    services: Iterable[Service],
    proven: Set[tuple[str, str]],
    copied: Mapping[str, Mapping[str, SourceText]],
) -> list[tuple[ServicePart, str, Origin]]:
    """Return the stores that services wait for, for what runs the same program with variables that no file shows.

    `services` are all that a project runs, jobs that end too. `proven` are calls, `copied` the variables that files show,
    both by the ids of parts.
    """
    data = {part.id for part in parts.values() if part.guess.known.keeps_data}
    calling = {caller for caller, called in proven if called in data}
    stores: dict[_UnseenVariables, list[tuple[str, Origin]]] = {}
    for service in services:
        for name, value in service.depends_on.items():
            if name in parts and parts[name].id in data:
                calling |= {parts[service.name].id} if service.name in parts else set()
                stores.setdefault(_variables_of(service), []).append((parts[name].id, value.source))
    return [
        (part, store, source)
        for part in parts.values()
        if part.id not in calling and not copied[part.id] and part.service.env_files and any(part.service.program)
        for store, source in stores.get(_variables_of(part.service), ())
    ]


def _variables_of(service: Service) -> _UnseenVariables:
    # one word is the path of a program in an image of several
    words = service.words.split()
    program = words[0] if len(words) == 1 and words[0].startswith("/") else ""
    return service.program, tuple(file.text for file in service.env_files), program


def facts_of_neighbours(
    parts: Mapping[str, ServicePart], proven: Iterable[tuple[str, str]], by_id: Mapping[str, ServicePart | OutsideStore]
) -> Iterator[Fact]:
    """Yield of each store what alone might call it, where that shares a network with it and little else does."""
    calls = [*proven]
    for part in parts.values():
        called = (by_id[target].guess.known for caller, target in calls if caller == part.id)
        if near := likely_callers(part, parts, called):
            yield Fact(f"component:{part.id}", "near", near, part.service.source, "networks", "medium")


def likely_callers(store: ServicePart, parts: Mapping[str, ServicePart], called: Iterable[Known]) -> list[str]:
    """Return the ids of what alone shares a network with a store and might call it: the services of one program.

    Products may keep their own state in it, so there are none beside one. A network of all tells nothing. Of a store that has
    called one of its product programs call the one that they name.
    """
    known, networks = store.guess.known, store.service.networks
    if known.kind not in _KEPT_FOR_PROGRAMS or known.product in _KEPT_FOR_OTHERS:
        return []
    if any(each.product == known.product for each in called):
        return []
    others = [part for part in parts.values() if not part.guess.known.keeps_data]
    if all(part.service.networks & networks for part in others):
        return []
    near = [part for part in others if _may_call(part) and part.service.networks & networks]
    programs = {part.service.built_program for part in near}
    works = all(KINDS[part.kind].role == "application" and part.guess.known.product is None for part in near)
    return [part.id for part in near] if len(programs) == 1 and works else []


def _may_call(part: ServicePart) -> bool:
    kind = KINDS[part.kind]
    aside = kind.balances or kind.observes or part.guess.known.admin
    return not aside and part.kind not in ("web-server", "mail", "dns", "backup", "bastion")


def _fits(known: Known, named: Known) -> bool:
    """Return True for a store of a product or one that answers like it; where no product is named, for a database."""
    if named.product is None or known.product is None:
        return known.kind == named.kind
    return is_like(known, named)
