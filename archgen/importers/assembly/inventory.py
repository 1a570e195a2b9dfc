"""Components, calls and front doors: what the facts of an import are about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct, field

from archgen.importers.facts import Origin
from archgen.importers.names import makes_load
from archgen.importers.products import guess, image_name
from archgen.model.finding import Confidence
from archgen.model.kinds import KINDS, Kind

_MEASURES = re.compile(r"(^|[-_.])(exporter|metrics)([-_.]|$)", re.IGNORECASE)
"""A word of what measures something for others."""


class Part(Struct, kw_only=True):
    """A component; `members` are the names that its files give to its replicas, `declared` what the language says of it.

    `servers` are those of a pool that a proxy calls by their addresses, each with its name, its host and its port;
    `names` are the names and addresses that such a proxy answers to, and that of a store that is outside.
    One that is `is_unserved` has no name that a request could come by, one that `is_deaf` no port either, and one that is `is_page`
    has a name on a port of pages; one that `is_opened` is reached from outside the cluster, by whatever protocol, and the API
    server itself calls one that
    `is_hooked`. `left_callers` are parts that call it and aren't imported, and `strays` places that a proxy leads to and
    at which nothing imported is; `published` are its ports in files for development. One that `is_provided` is a
    service that others run on the internet. One that is outside and `is_near` has a name of
    the same network; one that `is_on_machine` is called by a name of its callers' own machine. `passes_to` are ports of the own
    machine that a proxy leads to, and `ports` those on which it listens, by the ports that a Service or its host gives to them:
    0 for one that no file tells.
    `is_promoted` are stores of which a sentinel or an operator promotes a replica (`promoter`), and `is_uncounted` those whose replicas
    are counted in no file, or that files start without any: then it `is_stopped`. One that is `is_unclear` passes requests on to
    something that its configuration doesn't tell.
    A broker that `persists` keeps messages on a volume; a store that `is_refilled` gets its data from elsewhere at each start.
    `seeks` are the products or kinds of stores that it needs by the names of its variables alone, each with
    the variable, what holds its value, and its place.
    `needs` are what it may call and no file describes, by their names, each with its kind, the variable that names it, the address there,
    empty for a key, the place, and others that may call it instead. `near` are those that alone might call a store, and `sharers` those
    that files name it to, and that may have no use for it. `drivers` are what it has libraries for, each with its kind.
    `unread` is what it takes its settings from, where no file holds them, `files` are the volumes in which it keeps what no store does,
    and `file_database` is the variable that names its own database in one.
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
    is_provided: bool = False
    is_near: bool = False
    is_on_machine: bool = False
    is_unserved: bool = False
    is_deaf: bool = False
    is_opened: bool = False
    is_hooked: bool = False
    is_page: bool = False
    is_promoted: bool = False
    is_secured: bool = False
    promoter: str | None = None
    is_uncounted: bool = False
    is_stopped: bool = False
    is_unclear: bool = False
    persists: bool = False
    is_refilled: bool = False
    group: str | None = None
    unread: str | None = None
    file_database: str | None = None
    files: list[str] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    sharers: list[str] = field(default_factory=list)
    left_callers: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    passes_to: list[int] = field(default_factory=list)
    ports: dict[int, set[int]] = field(default_factory=dict)
    seeks: dict[str, tuple[str, str, Origin]] = field(default_factory=dict)
    needs: dict[str, tuple[str, str, str, Origin, list[str]]] = field(default_factory=dict)
    drivers: dict[str, str] = field(default_factory=dict)
    servers: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def traits(self) -> Kind:
        """Return the kind with its traits."""
        return KINDS[self.kind]

    @property
    def is_alone(self) -> bool:
        """Return True for a proxy that is known by its configuration alone."""
        return self.evidence.endswith(" configuration")

    @property
    def keeps_data(self) -> bool:
        """Return True for stores, caches, queues and search engines."""
        return self.traits.role == "data"

    @property
    def is_aside(self) -> bool:
        """Return True for what stands beside the requests: telemetry, mail, backup, unless the system is about it."""
        return not self.is_subject and (self.traits.observes or self.kind in ("mail", "backup"))

    @property
    def tests_load(self) -> bool:
        """Return True for what acts as many visitors do: its calls are nobody's requests, and its page is for those who test."""
        runs = self.traits.role in ("application", "web") and self.product is None
        return runs and makes_load(self.id, image_name(self.image or ""))

    def hear(self, ports: Iterable[int]) -> set[int]:
        """Return the ports on which it is itself called, by those that its callers know."""
        return {heard for port in ports for heard in self.ports.get(port, {port})}


class Call(Struct, kw_only=True):
    """A call of one component by another; one that is a `guess` follows from nothing but the order of the start.

    It is `asked` if the caller may do without it, as with a search engine beside a database, and `is_assumed` if files
    know its target by different names, or not at all, and `is_named` if nothing but names shows it: theirs,
    or that of a `variable`. The address of one that `is_spoken` holds its protocol; that of one that `lacks_port` has a port that
    no Service has. Of one that `is_doubtful` nothing speaks that is the caller's own; one that `is_open` is asked about, and no
    connection. `fronts` are the ports of a proxy that lead to its target, 0 for one that its configuration doesn't tell; none of
    one that `is_inner` is published or called. `served` are the ports of its target that addresses name, each with its protocol: 0
    for an address without one. On those `secured` TLS is spoken. Its source asks a `guard` before each call.
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
    lacks_port: bool = False
    variable: str | None = None
    is_spoken: bool = False
    is_doubtful: bool = False
    is_open: bool = False
    is_inner: bool = False
    fronts: list[int] = field(default_factory=list)
    served: dict[int, str] = field(default_factory=dict)
    secured: list[int] = field(default_factory=list)
    guard: str | None = None

    @property
    def id(self) -> str:
        """Return the id of the connection."""
        return f"{self.source} -> {self.target}"

    @property
    def ports(self) -> dict[int, str]:
        """Return the ports on which the target is called, each with its protocol; 0 for one that no file tells."""
        stated = self.served.get(self.port or 0)
        spoken = {port: self.protocol if each == stated else each for port, each in self.served.items()}
        return spoken or {self.port or 0: self.protocol}

    def absorb(self, other: Call, *, is_one: bool = True) -> None:
        """Add the ports of another call between the same components; those of the target if it is one, and not its replicas."""
        if is_one:
            self.served = {**other.ports, **self.ports}
            self.secured = [*self.secured, *other.secured]
        self.fronts = [*self.fronts, *other.fronts] if self.fronts and other.fronts else []


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

    def heard(self, part: Part) -> set[int]:
        """Return the ports on which its component listens."""
        return {self.target} if self.target else part.hear([self.port])


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

    @property
    def backed_up(self) -> set[str]:
        """Return the stores that are backed up for certain: what only its name calls a backup may copy something else.

        One that runs the image of the store itself has nothing else to do with it.
        """
        return {
            name
            for part in self.parts.values()
            for name in part.backs_up
            if part.confidence == "high" or _is_image_of(part.image or "", self.parts[name].product)
        }

    @property
    def unwatched(self) -> list[Part]:
        """Return the components that no file connects with what watches them, without that itself."""
        watched = {end for call in self.calls.values() if not call.is_open for end in self._watched_by(call)}
        own = [part for part in self.parts.values() if not (part.traits.observes or part.is_provided)]
        return [part for part in own if part.id not in watched]

    def _watched_by(self, call: Call) -> list[str]:
        ends = [call.source, call.target]
        if self.parts[call.target].product == "prometheus" and not self.parts[call.source].traits.observes:
            return []  # it fetches what it measures: who calls it reads that
        return ends if any(self.parts[end].traits.observes for end in ends) else []

    def forget(self, part: Part, others: list[str]) -> None:
        """Take out a component that is something else; what copies it copies the others."""
        del self.parts[part.id]
        for each in self.parts.values():
            if part.id in each.backs_up:
                kept = [name for name in each.backs_up if name != part.id]
                each.backs_up = list(dict.fromkeys([*kept, *others]))

    def join(self, call: Call) -> None:
        """Add a call; what is called already is called on its ports too."""
        present = self.calls.setdefault((call.source, call.target), call)
        if present.guess and not call.guess:
            self.calls[call.source, call.target] = call
        elif present is not call:
            present.absorb(call)
            present.required = present.required or call.required

    def callers(self, identity: str) -> list[Call]:
        """Return the calls of a component."""
        return [call for call in self.calls.values() if call.target == identity]

    def requests(self, identity: str) -> list[Call]:
        """Return the calls of a component without those of what measures it, or tests it, which ask it for no work of anybody.

        What watches others may keep its own data in a store, and what its name calls an exporter is there to be measured.
        """
        calls, part = self.callers(identity), self.parts[identity]
        if part.keeps_data or part.is_aside or _MEASURES.search(identity):
            return calls
        sources = {call.source: self.parts[call.source] for call in calls}
        asking = {
            each.id
            for each in sources.values()
            if not each.tests_load and (not each.traits.observes or each.is_subject)
        }
        return [call for call in calls if call.source in asking]

    def callees(self, identity: str) -> list[Call]:
        """Return the calls by a component."""
        return [call for call in self.calls.values() if call.source == identity]

    def own_callees(self, identity: str) -> list[Call]:
        """Return the calls by a component of what belongs to the system: what it asks others for tells nothing of its own place."""
        return [call for call in self.callees(identity) if not self.parts[call.target].is_provided]


def _is_image_of(image: str, product: str | None) -> bool:
    return product is not None and guess("", image, "", frozenset()).known.product == product
