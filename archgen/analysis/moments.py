"""The events that pass of a model, with their numbers as declared or as assumed: failovers, bad changes, moved replicas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache

from msgspec import Struct

from archgen.analysis import assumed_numbers as numbers
from archgen.analysis.assumed_numbers import Delay, Source
from archgen.analysis.dns_names import address, pointee, readings
from archgen.analysis.element_numbers import is_own_code
from archgen.analysis.record_paths import leads_own_visitors
from archgen.analysis.topology import Topology
from archgen.model.architecture import Changes, Component, Record, Replica
from archgen.model.dns_zones import normalize_name
from archgen.model.kinds import KINDS
from archgen.model.products import product_name
from archgen.model.subject import EVENTS, Subject
from archgen.reliability.members import is_active_passive, promoted_by_hand
from archgen.reliability.moment import Moment, Wait


class Timed(Struct, frozen=True):
    """Seconds until another replica takes over, and their source where the model declares none."""

    seconds: float
    source: Source | None = None
    manual: bool = False

    @property
    def wait(self) -> Wait:
        """The same as a value of the structure function."""
        return Wait(self.seconds, self.manual, self.source is not None)


class BadChange(Struct, frozen=True):
    """The chance that a component is down by a bad change, and its source where the model declares not all of it."""

    chance: float
    source: Source | None = None


class Move(Struct, frozen=True):
    """The event that floating replicas are being moved: over the loss of hosts, of zones, or of either."""

    replica: str
    hosts: bool
    zones: bool


class Moments:
    """The events of one model."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology

    @cached_property
    def value(self) -> Moment:
        """The events as the structure function of a flow reads them."""
        return Moment(
            promotions={name: timed.wait for name, timed in self.promotions.items()},
            takeovers={name: timed.wait for name, timed in self.takeovers.items()},
            changes={name: event for event, names in self._changing.items() for name in names},
            moves={replica: tuple(event for event, _ in moves) for replica, moves in self._moving.items()},
        )

    # Failovers

    @cached_property
    def promotions(self) -> dict[str, Timed]:
        """The failovers of data that replace a primary, automatic or within a declared time."""
        return dict(self._each(self._promotion))

    @cached_property
    def takeovers(self) -> dict[str, Timed]:
        """The failovers of traffic from one member of a cluster to another."""
        return dict(self._each(self._takeover))

    def _each(self, of: Callable[[Component], Timed | None]) -> Iterator[tuple[str, Timed]]:
        for component in self._topology.architecture.components:
            timed = of(component) if len(component.replicas) > 1 else None
            if timed is not None:
                yield component.id, timed

    def _promotion(self, component: Component) -> Timed | None:
        replication = component.replication
        if replication is None or not replication.primary:
            return None
        manual = promoted_by_hand(component)
        if not manual and replication.failover != "automatic":
            return None
        if replication.recovery is not None:
            return Timed(replication.recovery, manual=manual)
        return _assumed(self._promoting(component, replication.by))

    def _promoting(self, component: Component, by: str | None) -> Delay:
        if component.managed:
            own = product_name(component.product or component.id)
            return numbers.RDS_PRIMARY if own == "aws-rds" else numbers.MANAGED_PRIMARY
        promoter = self._topology.components.get(by or "")
        product = product_name(promoter.product or promoter.id) if promoter is not None else ""
        if product in ("sentinel", "redis-sentinel"):
            return numbers.SENTINEL
        if product in ("patroni", "etcd", "consul", "zookeeper"):
            return numbers.PATRONI
        return numbers.MONGODB if product_name(component.product) == "mongodb" else numbers.OTHER_FAILOVER

    def _takeover(self, component: Component) -> Timed | None:
        cluster = component.cluster
        if cluster is None or not (is_active_passive(cluster) or cluster.failover == "automatic"):
            return None
        if cluster.failover == "manual":
            return None if cluster.recovery is None else Timed(cluster.recovery, manual=True)
        if cluster.recovery is not None:
            return Timed(cluster.recovery)
        if cluster.by == "dns" or (cluster.by is None and cluster.address == "dns"):
            return self._by_dns(component)
        return _assumed(_MOVERS.get(cluster.by or "") or self._promoting(component, cluster.by))

    def _by_dns(self, component: Component) -> Timed:
        """Return the time until callers ask again and get another address: that of the checks, and the longest ttl of its names."""
        leading = [each for each in self._leading_to(component) if leads_own_visitors(self._topology, each, component)]
        ttls = [numbers.DNS_TTL.seconds if each.ttl is None else each.ttl for each in leading]
        cached = max(ttls, default=numbers.DNS_TTL.seconds)
        checks = numbers.DNS_CHECKS
        text = f"{checks.source.text}; records are cached for {cached:g} s"
        return Timed(checks.seconds + cached, Source(checks.source.basis, text, checks.source.date))

    def is_found_by_record(self, component: Component) -> bool:
        """Return True if a record of the model leads to a component or its hosts, or the model has no records at all."""
        return bool(self._leading_to(component)) or not any(server.records for server in self._topology.names.servers)

    def _leading_to(self, component: Component) -> list[Record]:
        """Return the records that lead to a component or to its hosts, through other names too."""
        hosts = [self._topology.hosts[host] for replica in component.replicas for host in replica.hosts]
        declared = [component.id, f"component:{component.id}", component.cluster and component.cluster.shared_address]
        declared += [text for host in hosts for text in (host.id, f"host:{host.id}", host.address)]
        names = {_canonical(text) for text in declared if text}
        records = [(server, record) for server in self._topology.names.servers for record in server.records]
        leading: dict[int, Record] = {}
        for _ in records:
            fresh = [each for each in records if id(each[1]) not in leading and _canonical(pointee(each[1])) in names]
            if not fresh:
                break
            leading |= {id(record): record for _, record in fresh}
            names.update(name for server, record in fresh for name in readings(record.name, server))
        return list(leading.values())

    # Changes

    @cached_property
    def changes(self) -> dict[Subject, BadChange]:
        """The bad changes, those of a code base that several components run once: the likeliest of their figures."""
        components = self._topology.components
        return {
            event: max((_bad_change(components[name]) for name in names), key=lambda change: change.chance)
            for event, names in self._changing.items()
        }

    @cached_property
    def _changing(self) -> dict[Subject, tuple[str, ...]]:
        """The components of each bad change."""
        if not self._topology.architecture.changes:
            return {}
        sharing: dict[str, list[str]] = {}
        for component in self._topology.architecture.components:
            if _is_changed(component):
                sharing.setdefault(component.codebase or component.id, []).append(component.id)
        return {Subject("change", key if len(names) > 1 else names[0]): tuple(names) for key, names in sharing.items()}

    # Moves

    @cached_property
    def moves(self) -> dict[Subject, Move]:
        """The events that floating replicas are moved; which of them are one event follows from how they are spread."""
        return {event: move for moves in self._moving.values() for event, move in moves}

    @cached_property
    def _moving(self) -> dict[str, tuple[tuple[Subject, Move], ...]]:
        return {
            replica.id: tuple(_moves(component, replica))
            for component in self._topology.architecture.components
            for replica in component.replicas
            if replica.floating and len(replica.hosts) > 1
        }

    def rescheduling(self, component: Component) -> Timed:
        """Return the time until a floating replica runs elsewhere."""
        placement = component.placement
        if placement is not None and placement.recovery is not None:
            return Timed(placement.recovery)
        return _assumed(numbers.RESCHEDULED)


@lru_cache(maxsize=2)
def moments(topology: Topology) -> Moments:
    """Return the events of a model, which are the same for all its flows."""
    return Moments(topology)


def component_of(topology: Topology, event: Subject) -> str:
    """Return the component that is changed, the code base of several, or the component whose replicas are moved."""
    if event.kind == "change":
        return event.id
    return topology.replicas[moments(topology).moves[event].replica].component


def shown_element(topology: Topology, element: Subject) -> Subject:
    """Return an element, or for an event the component that it happens to, which is what a finding shows."""
    return Subject("component", component_of(topology, element)) if element.kind in EVENTS else element


_MOVERS = {"vrrp": numbers.VRRP, "anycast": numbers.ANYCAST}


def _assumed(delay: Delay) -> Timed:
    return Timed(delay.seconds, delay.source)


def _canonical(text: str) -> str:
    """Return a name, an id or an address as records are compared by."""
    parsed = address(text)
    return normalize_name(text) if parsed is None else parsed[1]


def _is_changed(component: Component) -> bool:
    """Return True if the makers of the system change a component themselves."""
    if component.changes is False or component.kind == "client" or KINDS[component.kind].passive:
        return False
    return not component.managed


def _bad_change(component: Component) -> BadChange:
    assumed = numbers.OWN_CHANGES if is_own_code(component) else numbers.OTHER_CHANGES
    declared = component.changes if isinstance(component.changes, Changes) else Changes()
    every = assumed.every if declared.every is None else declared.every
    bad = assumed.bad if declared.bad is None else declared.bad
    recovery = assumed.recovery if declared.recovery is None else declared.recovery
    source = assumed.source if None in (declared.every, declared.bad, declared.recovery) else None
    return BadChange(min(1.0, bad * recovery / every) if every else 1.0, source)


def _moves(component: Component, replica: Replica) -> Iterator[tuple[Subject, Move]]:
    spread = component.placement.spread if component.placement is not None else None
    if spread == "none":
        yield Subject("move", component.id), Move(component.replicas[0].id, True, True)
    elif spread == "host":
        yield Subject("move", replica.id), Move(replica.id, True, False)
        yield Subject("move", f"{component.id} (zones)"), Move(component.replicas[0].id, False, True)
    else:
        yield Subject("move", replica.id), Move(replica.id, True, True)
