"""An architecture as frozen values: the content of a `*.arch.yaml` file, with short forms expanded and references checked.

These values can't form reference cycles, so they opt out of garbage collection. Defaults are left out where a value is
encoded: a search through all texts of a large model takes a third of the time.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archgen.model.presentation import ComponentGroup, Hints, View
from archgen.model.requirements import Acceptance, Expectation, Objectives, Question
from archgen.model.steps import Access, Step

SUFFIX = ".arch.yaml"
"""The end of a model's file name; the part before it is the model's id."""

Trust = Literal["internet", "dmz", "private"]
FlowConfidence = Literal["high", "medium", "low"]
Failover = Literal["automatic", "manual"]
ZoneKind = Literal["rack", "power", "datacenter", "availability-zone", "region", "provider"]
WIDE_ZONES: tuple[ZoneKind, ...] = ("region", "provider")
"""Places that hold several whole places: their loss is rare, and few systems are built for it."""

SMALL_ZONES: tuple[ZoneKind, ...] = ("rack", "power")
"""Places that are parts of one building."""

Scope = Literal["zonal", "regional", "global"]
"""The largest place whose loss a provider's promise for a managed service doesn't cover."""


class Availability(Struct, frozen=True, gc=False, omit_defaults=True):
    """A declared availability: a probability in 0..1, or mean times between failures and to repair in hours."""

    probability: float
    mtbf: float | None = None
    mttr: float | None = None


class Zone(Struct, frozen=True, gc=False, omit_defaults=True):
    """A failure domain above a host; `within` is the zone around it."""

    id: str
    kind: ZoneKind
    name: str | None = None
    within: str | None = None
    availability: Availability | None = None


class Host(Struct, frozen=True, gc=False, omit_defaults=True):
    """A physical or virtual machine, the smallest failure domain; `zones` are the zones it stands in directly.

    `runs_on` is the host below a virtual machine.
    """

    id: str
    name: str | None = None
    zones: tuple[str, ...] = ()
    network: str | None = None
    address: str | None = None
    why: str | None = None
    owner: str | None = None
    availability: Availability | None = None
    links: tuple[tuple[str, str], ...] = ()
    os: str | None = None
    runs_on: str | None = None


class Network(Struct, frozen=True, gc=False, omit_defaults=True):
    """A trust zone for security."""

    id: str
    trust: Trust
    name: str | None = None


class Certificate(Struct, frozen=True, gc=False, omit_defaults=True):
    """A TLS certificate: the names it vouches for and the components it is installed on; `expires` is an ISO date."""

    id: str
    names: tuple[str, ...] = ()
    installed_on: tuple[str, ...] = ()
    expires: str | None = None
    issuer: str | None = None


class Replica(Struct, frozen=True, gc=False, omit_defaults=True):
    """A running copy of a component.

    `hosts` is empty where hosts are unknown, one host where it is placed, and all candidates where it floats
    (`floating`): it is up while any one of them is.
    """

    id: str
    component: str
    hosts: tuple[str, ...] = ()
    floating: bool = False


class Managed(Struct, frozen=True, gc=False, omit_defaults=True):
    """The place of a managed service: `scope` is None where the product tells it, `zone` is the one that it is lost with."""

    scope: Scope | None = None
    zone: str | None = None


class Balance(Struct, frozen=True, gc=False, omit_defaults=True):
    """The load balancing of a component over its targets; `weights` are (component or replica, weight).

    `asks` are (component, access) that a target's health check asks in turn, None if nothing says so; with `fail_open` it keeps
    traffic all the same.
    """

    algorithm: str | None = None
    mode: Literal["active-active", "active-passive"] | None = None
    health_check: str | bool | None = None
    stickiness: str | bool | None = None
    weights: tuple[tuple[str, float], ...] = ()
    backup: tuple[str, ...] = ()
    asks: tuple[tuple[str, Access], ...] | None = None
    fail_open: bool | None = None


class Quorum(Struct, frozen=True, gc=False, omit_defaults=True):
    """The number of replicas that must be up for a read and for a write; None asks for none."""

    read: int | Literal["majority"] | None = None
    write: int | Literal["majority"] | None = None


MOVERS = ("vrrp", "dns", "anycast", "orchestrator")
"""The mechanisms that may move traffic between the members of a cluster, and aren't components."""


class Cluster(Struct, frozen=True, gc=False, omit_defaults=True):
    """The failover among a component's own replicas; `active` are the replicas before a manual failover.

    `recovery` is in seconds.
    """

    mode: Literal["active-active", "active-passive"] | None = None
    active: tuple[str, ...] = ()
    shared_address: str | None = None
    address: str | None = None
    failover: Failover | None = None
    by: str | None = None
    watches: Literal["process", "host", "service"] | None = None
    recovery: float | None = None


class Placement(Struct, frozen=True, gc=False, omit_defaults=True):
    """The platform of floating replicas: the seconds until it runs one elsewhere, and what it spreads them over."""

    recovery: float | None = None
    spread: Literal["host", "zone", "none"] | None = None


class Changes(Struct, frozen=True, gc=False, omit_defaults=True):
    """Deployments and configurations: the seconds between them, the share that is bad, the seconds until it is undone."""

    every: float | None = None
    bad: float | None = None
    recovery: float | None = None


class Replication(Struct, frozen=True, gc=False, omit_defaults=True):
    """The replication of data over several replicas.

    `primary` are replica ids (the replica, or all on the named host); `all_write` is `writers: all`; `copy_of` names
    the component whose read-only copy this is; `by` is the component that promotes; `recovery` is in seconds. `lag` is
    how many seconds a replica that is asked may be behind, `conflicts` what decides between writes that contradict.
    `waits_for` are the copies that must have a write; `without` says whether writes stop while fewer are up.
    """

    primary: tuple[str, ...] = ()
    all_write: bool = False
    copy_of: str | None = None
    failover: Failover | None = None
    by: str | None = None
    mode: Literal["asynchronous", "synchronous", "semi-synchronous"] | None = None
    recovery: float | None = None
    lag: float | None = None
    conflicts: str | None = None
    waits_for: int | Literal["all"] | None = None
    without: Literal["stop", "continue"] | None = None


class Record(Struct, frozen=True, gc=False, omit_defaults=True):
    """A DNS record; its id is `name type`, `ttl` in seconds, `value` is kept as written."""

    id: str
    name: str
    type: str
    value: str
    ttl: float | None = None


class FirewallRule(Struct, frozen=True, gc=False, omit_defaults=True):
    """A rule of a firewall; an empty tuple of sources, targets or ports means any."""

    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    action: Literal["allow", "deny"] = "allow"
    direction: Literal["in", "out"] = "in"


class Collection(Struct, frozen=True, gc=False, omit_defaults=True):
    """A collection of a monitoring component: its sources (components and hosts; none: its own hosts), kinds of data, measurements."""

    sources: tuple[str, ...] = ()
    what: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()


class Component(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A logical part of the system that runs, or is used, on its own. Times are in seconds, rates in requests per second.

    `rate_limit`, `rollback` and `changes` are False where the model says that there is none. `votes_elsewhere` is True for nodes of
    a cluster of which other nodes hold the votes, or some of them.
    """

    id: str
    kind: str
    name: str | None = None
    product: str | None = None
    icon: str | None = None
    why: str | None = None
    replicas: tuple[Replica, ...] = ()
    placed: bool = True
    votes_elsewhere: bool = False
    managed: bool | Managed = False
    network: str | None = None
    group: str | None = None
    tags: tuple[str, ...] = ()
    codebase: str | None = None
    balance: Balance | None = None
    cluster: Cluster | None = None
    replication: Replication | None = None
    quorum: int | Literal["majority"] | Quorum | None = None
    domain: str | None = None
    records: tuple[Record, ...] = ()
    guards: tuple[str, ...] = ()
    rules: tuple[FirewallRule, ...] = ()
    default: Literal["allow", "deny"] | None = None
    collects: tuple[Collection, ...] = ()
    alerts: tuple[str, ...] | None = None
    probes: tuple[str, ...] = ()
    backs_up: tuple[str, ...] = ()
    every: float | None = None
    keeps: float | None = None
    restore_tested: str | None = None
    capacity: float | None = None
    sessions: Literal["local", "shared", "none"] | None = None
    uploads: Literal["local", "shared", "none"] | None = None
    rate_limit: str | bool | None = None
    image: str | None = None
    deploy: Literal["rolling", "blue-green", "in-place", "by-hand"] | None = None
    rollback: str | bool | None = None
    version: str | None = None
    owner: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    availability: Availability | None = None
    placement: Placement | None = None
    changes: bool | Changes | None = None

    @property
    def title(self) -> str:
        """The name for people."""
        return self.name or self.id


class Tls(Struct, frozen=True, gc=False, omit_defaults=True):
    """The TLS of a port; `verify` is None where nothing is declared. A `tunnel` encrypts it instead."""

    mode: Literal["on", "off", "pass-through"]
    version: str | None = None
    verify: bool | None = None
    certificate: str | None = None
    tunnel: str | None = None


class Port(Struct, frozen=True, gc=False, omit_defaults=True):
    """A port of a connection; `redirect` names the protocol that it sends callers to, `admin` is for administrators."""

    protocol: str
    port: int | None = None
    redirect: str | None = None
    tls: Tls | None = None
    admin: bool | None = None


class Connection(Struct, frozen=True, gc=False, omit_defaults=True):
    """A caller and its callees; several `targets` are alternatives. `needs` counts replicas that must work, or "all".

    `timeout` are the seconds that the caller waits for a try, `retries` the further tries. `credentials` name the
    account that the caller signs in with; `authentication` is False where none is needed. `assumed` is the confidence in a
    connection that no file proves. `hits` is the share of calls that a cache answers itself. `deferred` is the key `async`:
    nobody waits, and what is sent is kept.
    """

    id: str
    source: str
    targets: tuple[str, ...]
    ports: tuple[Port, ...]
    needs: int | Literal["all"] = 1
    required: bool = True
    locality: str | None = None
    access: Access | None = None
    why: str | None = None
    timeout: float | None = None
    retries: int | None = None
    credentials: str | None = None
    authentication: str | bool | None = None
    assumed: FlowConfidence | None = None
    deferred: bool | None = None
    hits: float | None = None


class Flow(Struct, frozen=True, gc=False, omit_defaults=True):
    """The path of a request or job, end to end; `demand` and `peak` demand are in requests per second.

    `assumed` is the confidence in a flow that follows from the connections alone. `within` is the longest time that work of it may
    wait, in seconds.
    """

    id: str
    title: str
    steps: tuple[Step, ...]
    summary: str | None = None
    access: Access | None = None
    demand: float | None = None
    domain: str | None = None
    peak: float | None = None
    assumed: FlowConfidence | None = None
    within: float | None = None

    @property
    def busiest(self) -> float | None:
        """The highest declared demand, in requests per second; None where none is declared."""
        declared = [load for load in (self.demand, self.peak) if load is not None]
        return max(declared, default=None)


class Architecture(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """A model. Every tuple is in the order of the file; `id` is the file's name without `.arch.yaml`.

    `unknown` are the topics that it leaves open; `answers` pair the id of a question with the answer. `changes` is False
    where the model counts no bad changes.
    """

    id: str
    file: str
    name: str
    summary: str | None = None
    follows: str | None = None
    zones: tuple[Zone, ...] = ()
    hosts: tuple[Host, ...] = ()
    networks: tuple[Network, ...] = ()
    groups: tuple[ComponentGroup, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    components: tuple[Component, ...] = ()
    connections: tuple[Connection, ...] = ()
    flows: tuple[Flow, ...] = ()
    objectives: Objectives = Objectives()
    layout: Hints = Hints()
    views: tuple[View, ...] = ()
    expect: tuple[Expectation, ...] = ()
    accept: tuple[Acceptance, ...] = ()
    sources: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    changes: bool = True
    questions: tuple[Question, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def element_names(self) -> frozenset[str]:
        """The ids of components, hosts and zones, none of which a new element may have."""
        return frozenset(element.id for elements in (self.components, self.hosts, self.zones) for element in elements)
