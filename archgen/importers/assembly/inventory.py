"""Components, calls and front doors, collected from the facts that state them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from archgen.importers.catalogue import STORES
from archgen.importers.facts import Fact, Origin
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS, Kind


class Part(Struct, kw_only=True):
    """A component; `members` are the names that its files give to its replicas, `declared` what the language says of it.

    `servers` are those of a pool that a proxy calls by their addresses, each with its name, its host and its port;
    `names` are those that such a proxy answers to. One that is `is_unserved` has no name that a request could come by.
    """

    id: str
    kind: str = "service"
    source: Origin = Origin("", 0)
    evidence: str = ""
    confidence: Confidence = "high"
    product: str | None = None
    image: str | None = None
    build: str | None = None
    replicas: int = 1
    host: str | None = None
    copy_of: str | None = None
    places: list[str] = field(default_factory=list)
    listens: dict[int, dict[str, bool]] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)
    backs_up: list[str] = field(default_factory=list)
    declared: dict[str, Any] = field(default_factory=dict)
    is_subject: bool = False
    is_open: bool = False
    is_outside: bool = False
    is_unserved: bool = False
    group: str | None = None
    names: list[str] = field(default_factory=list)
    servers: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def traits(self) -> Kind:
        """Return the kind with its traits."""
        return KINDS[self.kind]

    @property
    def keeps_data(self) -> bool:
        """Return True for stores, caches, queues and search engines."""
        return self.traits.role == "data"

    @property
    def is_aside(self) -> bool:
        """Return True for what stands beside the requests: telemetry, mail, backup, unless the system is about it."""
        return not self.is_subject and (self.traits.observes or self.kind in ("mail", "backup"))


class Call(Struct, kw_only=True):
    """A call of one component by another; one that is a `guess` follows from nothing but the order of the start.

    It is `asked` if the caller may do without it, as with a search engine beside a database, and `is_assumed` if files
    know its target by different names, or not at all, and `is_named` if nothing but the names shows it.
    """

    source: str
    target: str
    protocol: str = "http"
    port: int | None = None
    guess: bool = False
    asked: bool = False
    required: bool = True
    pool: str | None = None
    tls: bool | None = None
    locality: str | None = None
    place: Origin = Origin("", 0)
    evidence: str = ""
    confidence: Confidence = "high"
    is_assumed: bool = False
    is_named: bool = False

    @property
    def id(self) -> str:
        """Return the id of the connection."""
        return f"{self.source} -> {self.target}"


class Entry(Struct, kw_only=True):
    """A port on which a component is reached from outside; `local` if only from its own host.

    It is `read` if a proxy's own configuration says what the port does.
    """

    component: str
    port: int
    protocol: str = "http"
    admin: bool = False
    local: bool = False
    redirect: str | None = None
    read: bool = False
    target: int | None = None
    place: Origin = Origin("", 0)
    evidence: str = ""
    confidence: Confidence = "high"


class Inventory(Struct):
    """All components by id, calls by source and target, and entries, each in a stable order."""

    parts: dict[str, Part]
    calls: dict[tuple[str, str], Call]
    entries: list[Entry]
    hosts: dict[str, Origin]
    addresses: dict[str, str] = field(default_factory=dict)

    @property
    def assumed_hosts(self) -> list[str]:
        """Return the hosts that no file declares: everything that is started together is taken to run on one."""
        return [
            host for host in self.hosts if any(part.host == host and not part.places for part in self.parts.values())
        ]

    def callers(self, identity: str) -> list[Call]:
        """Return the calls of a component."""
        return [call for call in self.calls.values() if call.target == identity]

    def callees(self, identity: str) -> list[Call]:
        """Return the calls by a component."""
        return [call for call in self.calls.values() if call.source == identity]


def collect(facts: Iterable[Fact]) -> Inventory:
    """Return the inventory that facts state; calls of what is no component are dropped."""
    parts: dict[str, Part] = {}
    calls: dict[tuple[str, str], Call] = {}
    entries: list[Entry] = []
    hosts: dict[str, Origin] = {}
    for fact in facts:
        sort, _, name = fact.subject.partition(":")
        if sort == "component":
            part = parts.setdefault(name, Part(id=name, source=fact.source, members=[name]))
            _state(part, fact, hosts)
        elif sort == "connection":
            source, _, target = name.partition("->")
            _state_call(calls.setdefault((source, target), Call(source=source, target=target, place=fact.source)), fact)
        elif sort == "entry":
            value = dict(fact.value)
            entries.append(
                Entry(
                    component=name.rpartition(":")[0],
                    place=fact.source,
                    evidence=fact.evidence,
                    confidence=fact.confidence,
                    **value,
                )
            )
    declared = {
        name: part
        for name, part in sorted(parts.items(), key=lambda pair: (pair[1].source, pair[0]))
        if part.replicas > 0
    }
    for part in declared.values():
        part.backs_up = [name for name in dict.fromkeys(part.backs_up) if name in declared]
        part.copy_of = part.copy_of if part.copy_of in declared else None
    _prove(calls)
    _learn_kinds(declared, calls)
    _find_subjects(declared)
    kept_calls = {pair: call for pair, call in sorted(calls.items()) if pair[0] in declared and pair[1] in declared}
    for call in kept_calls.values():
        if declared[call.target].is_aside or not _needs(declared[call.source], declared[call.target]):
            call.required = False
        if declared[call.target].kind == "search" and _has_store(declared, kept_calls, call):
            call.required, call.asked = False, True
        if call.protocol == "http" and declared[call.target].listens.get(call.port or 0, {}).get("grpc"):
            call.protocol = "grpc"
        if declared[call.source].copy_of == call.target or declared[call.target].copy_of == call.source:
            call.required = False
    entries = [entry for entry in entries if entry.component in declared]
    for entry in entries:
        _hear(entry, declared[entry.component])
    return Inventory(declared, kept_calls, entries, {name: hosts[name] for name in sorted(hosts)})


_STORES = {store.protocol: store for store in STORES.values()}
"""The product that a protocol of a store tells."""


def _learn_kinds(parts: dict[str, Part], calls: dict[tuple[str, str], Call]) -> None:
    """Give each component of unknown kind that others call by the protocol of a store that kind."""
    for (_, target), call in sorted(calls.items()):
        part, known = parts.get(target), _STORES.get(call.protocol)
        if part is not None and known is not None and part.kind == "service" and not call.guess:
            part.kind, part.product, part.confidence = known.kind, known.product, "medium"
            part.evidence = f"called by {call.protocol}"


def _find_subjects(parts: dict[str, Part]) -> None:
    """Mark what a system of monitoring alone is about: its pages are what visitors come for."""
    if not any(part.traits.role in ("application", "web") for part in parts.values()):
        for part in parts.values():
            part.is_subject = part.kind == "monitoring" or part.product == "loki"


def _needs(source: Part, target: Part) -> bool:
    """Return False for telemetry, which does without what it watches; not without its own data, nor that which it shows."""
    shows = source.product in ("grafana", "kibana", "chronograf") and target.is_subject
    return not source.traits.observes or (source.is_subject and (target.keeps_data or shows))


def _has_store(parts: dict[str, Part], calls: dict[tuple[str, str], Call], call: Call) -> bool:
    """Return True if the caller also calls a store that isn't a search engine."""
    return any(source == call.source and parts[target].traits.stores for source, target in calls)


def _prove(calls: dict[tuple[str, str], Call]) -> None:
    """Drop each guess whose opposite is proven; a call with any other evidence is no guess."""
    for call in calls.values():
        call.guess = call.guess and call.evidence == "depends_on"
    for source, target in [pair for pair, call in calls.items() if call.guess]:
        opposite = calls.get((target, source))
        if opposite is not None and not opposite.guess:
            del calls[source, target]


def _state(part: Part, fact: Fact, hosts: dict[str, Origin]) -> None:
    key, value = fact.key, fact.value
    if key == "kind":
        part.kind, part.source, part.evidence, part.confidence = value, fact.source, fact.evidence, fact.confidence
    elif key == "member" and str(value).startswith("backs_up:"):
        part.backs_up.append(str(value).partition(":")[2])
    elif key == "host":
        part.host = value
        hosts[value] = min(hosts.get(value, fact.source), fact.source)
    elif key == "servers":
        part.servers = [tuple(server) for server in value]
    elif key in (
        "product",
        "image",
        "build",
        "replicas",
        "copy_of",
        "is_open",
        "is_outside",
        "is_unserved",
        "names",
        "group",
    ):
        setattr(part, key, value)
    elif key == "role":
        part.kind = value
    elif key == "places":
        part.places = value
        for place in value:
            hosts[place] = min(hosts.get(place, fact.source), fact.source)
    elif key == "nodes":
        part.places = [f"{part.id}-{number}" for number in range(1, value + 1)]
        part.replicas = value
        for place in part.places:
            hosts[place] = min(hosts.get(place, fact.source), fact.source)
    elif key.startswith("listen-"):
        part.listens[int(key.partition("-")[2])] = value
    else:
        part.declared[key] = value


def _hear(entry: Entry, part: Part) -> None:
    """State of an entry what the proxy's own configuration says of its port."""
    if part.traits.balances and part.listens:
        entry.confidence = "high"
    heard = part.listens.get(entry.target or entry.port)
    if heard is not None:
        entry.read = True
        if not heard["tcp"]:
            entry.protocol = "https" if heard["tls"] else "grpc" if heard.get("grpc") else "http"
        entry.redirect = "https" if heard["redirect"] else None


def spread_callees(inventory: Inventory) -> Inventory:
    """Put what a proxy calls on its own host on each of its nodes, where it has several; return the inventory."""
    parts = inventory.parts
    for proxy in parts.values():
        for part in parts.values() if len(proxy.places) > 1 else ():
            if part is not proxy and part.places == proxy.places[:1]:
                part.places = list(proxy.places)
                part.replicas *= len(proxy.places)
    return inventory


def _state_call(call: Call, fact: Fact) -> None:
    if fact.key == "protocol":
        call.protocol, call.place, call.evidence, call.confidence = (
            fact.value,
            fact.source,
            fact.evidence,
            fact.confidence,
        )
    elif fact.key == "number":
        call.port = fact.value
    elif fact.key in ("guess", "required", "pool", "tls", "locality", "is_assumed"):
        setattr(call, fact.key, fact.value)
