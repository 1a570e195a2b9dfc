"""The structure function over any algebra: bits of states, families of cut sets, or decision diagrams.

An algebra says what "this element has failed" is, and joins such values by "any of" and "at least k of"; the walk over
replicas and their needs is the same for all. Callees come before callers; where replicas depend on each other the walk
repeats until nothing changes, which gives the greatest set of working replicas (Kleene iteration on a finite lattice).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from msgspec.structs import replace

from archgen.model.architecture import Replica
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.reliability.members import Votes
from archgen.reliability.moment import LASTING, Moment, Wait, Window, recent_loss
from archgen.reliability.needs import Guarded, Need
from archgen.reliability.requests import requests
from archgen.reliability.structure import Structure

T = TypeVar("T")


class Algebra(Protocol[T]):
    """Values that tell when something fails; equal values mean the same failure."""

    @property
    def never(self) -> T:
        """Never fails."""

    @property
    def always(self) -> T:
        """Fails with nothing failed."""

    def element(self, subject: Subject) -> T:
        """Return what fails when the element has failed."""

    def any_of(self, values: Iterable[T]) -> T:
        """Return what fails when any of the values does."""

    def at_least(self, count: int, values: Sequence[T]) -> T:
        """Return what fails when at least `count` of the values do; 0 < count <= len(values)."""


class Plan:
    """A flow's structure, ordered for evaluation; at a moment, it has events beside elements."""

    def __init__(self, index: Index, structure: Structure, moment: Moment = LASTING) -> None:
        self.index = index
        self.structure = structure
        self.moment = moment
        self.replicas = {replica.id: replica for replica in structure.replicas}
        self.members: dict[str, list[str]] = {}
        for replica in structure.replicas:
            self.members.setdefault(replica.component, []).append(replica.id)
        self.elements = self._elements()
        self._deciders: dict[int, list[str]] = {}
        self._waits: dict[Subject, tuple[Wait, ...]] | None = None
        self.order, self.cyclic = self._callees_first()

    @cached_property
    def positions(self) -> dict[str, int]:
        """The place of each request in the flow, by its id."""
        flow = self.index.flows.get(self.structure.flow)
        return {} if flow is None else {request.id: place for place, (request, _) in enumerate(requests(flow.steps), 1)}

    def sparing(self, components: Iterable[str]) -> Plan:
        """Return the plan as it were if none of the components could fail; what needs what is the same."""
        spared = object.__new__(Plan)
        spared.__dict__.update(self.__dict__)
        spared.structure = replace(self.structure, clients=self.structure.clients.union(components))
        spared.elements = spared._elements()
        return spared

    def at(self, moment: Moment) -> Plan:
        """Return the plan with the events of a moment at which no failover of the flow takes time."""
        beside = object.__new__(Plan)
        beside.__dict__.update(self.__dict__)
        beside.moment = moment
        beside.elements = beside._elements()
        return beside

    def events_of(self, replica: Replica) -> tuple[Subject, ...]:
        """Return the events that take a replica down for a while."""
        return () if self.moment is LASTING else self.moment.events_of(replica.component, replica.id)

    def _elements(self) -> tuple[Subject, ...]:
        """Return everything of the flow that can fail on its own: its replicas, their hosts, the zones around those."""
        replicas = [replica for replica in self.structure.replicas if replica.component not in self.structure.clients]
        index = self.index
        own = dict.fromkeys(host for replica in replicas for host in replica.hosts)
        hosts = dict.fromkeys(below for host in own for below in (host, *index.hosts_below(host)))
        zones = dict.fromkeys(zone for host in own for zone in index.zones_around(host))
        zones |= dict.fromkeys(zone for replica in replicas if not replica.hosts for zone in index.zones_with(replica))
        return (
            *(Subject("replica", replica.id) for replica in replicas),
            *(Subject("host", host) for host in hosts),
            *(Subject("zone", zone) for zone in zones),
            *dict.fromkeys(event for replica in replicas for event in self.events_of(replica)),
        )

    def of(self, need: Need) -> list[str]:
        """Return the replicas that decide a need: candidates, standbys, and those that promote."""
        deciders = self._deciders.get(id(need))
        if deciders is None:
            deciders = self._deciders[id(need)] = self._of(need)
        return deciders

    def _of(self, need: Need) -> list[str]:
        if not need.guarded and len(need.candidates) < 2:
            return list(need.candidates)
        deciders = list(need.candidates)
        for member in need.guarded:
            deciders.append(member.replica)
            for promoter in member.promoters:
                deciders += self.members.get(promoter, ())
            for asked in member.asks:
                deciders += self.of(asked)
        return list(dict.fromkeys(deciders))

    def beside(self, need: Need) -> list[str]:
        """Return the replicas that hold candidates back by being down: those that vote, those before them."""
        held = (member for member in need.guarded if member.votes or member.lost or member.asks)
        replicas: list[str] = []
        for member in held:
            replicas += member.lost
            for each in member.votes:
                replicas += each.members
            for asked in member.asks:
                replicas += self.beside(asked)
        return list(dict.fromkeys(replicas))

    @cached_property
    def watched_alone(self) -> frozenset[str]:
        """The replicas whose own loss is not the same as that of their host: only hosts are watched."""
        return frozenset(
            replica for needs in self.structure.needs.values() for need in needs for replica in _watched_alone(need)
        )

    def causes(self, replica: str) -> tuple[Subject, ...]:
        """Return the elements whose loss alone takes a replica down: itself, its hosts and zones, or those of all its hosts."""
        hosts = self.replicas[replica].hosts
        carriers = [(host, *self.index.hosts_below(host)) for host in hosts]
        shared = [host for host in carriers[0] if all(host in each for each in carriers)] if carriers else []
        around = self.index.shared_zones(self.replicas[replica])
        return (
            Subject("replica", replica),
            *(Subject("host", host) for host in shared),
            *(Subject("zone", zone) for zone in self.index.zones_of(self.replicas[replica]) if zone in around),
        )

    def waits(self) -> dict[Subject, tuple[Wait, ...]]:
        """Map each element to the waits for what takes over after its loss, the shortest first."""
        if self._waits is None:
            waits: dict[Subject, set[Wait]] = {}
            for window in self.windows():
                for cause in self.causes(window.replica):
                    waits.setdefault(cause, set()).add(window.wait)
            self._waits = {cause: tuple(sorted(each)) for cause, each in waits.items()}
        return self._waits

    def windows(self) -> tuple[Window, ...]:
        """Return the failovers that take time, each once."""
        return tuple(dict.fromkeys(self._windows()))

    def _windows(self) -> Iterator[Window]:
        if not (self.moment.promotions or self.moment.takeovers):
            return
        needs = [need for needs in self.structure.needs.values() for need in needs]
        for need in needs:
            for member in need.guarded:
                yield from member.after
                needs += member.asks

    def _callees(self, replica: str) -> list[str]:
        needs = self.structure.needs.get(replica, ())
        return self.of(needs[0]) if len(needs) == 1 else [callee for need in needs for callee in self.of(need)]

    def _callees_first(self) -> tuple[list[str], bool]:
        """Return the replicas in depth-first post-order, and whether any depend on each other."""
        order: list[str] = []
        left: dict[str, bool] = {}
        cyclic = False
        for root in self.replicas:
            if root in left:
                continue
            left[root] = False
            stack = [(root, iter(self._callees(root)))]
            while stack:
                replica, callees = stack[-1]
                for callee in callees:
                    if callee not in left:
                        left[callee] = False
                        stack.append((callee, iter(self._callees(callee))))
                        break
                    cyclic = cyclic or not left[callee]
                else:
                    left[replica] = True
                    order.append(replica)
                    stack.pop()
        return order, cyclic


def _watched_alone(need: Need) -> Iterator[str]:
    """Yield the replicas whose own loss decides a need, whatever their hosts do, or what a health check asks."""
    if need.kind == "unwatched":
        yield from need.candidates
    for member in need.guarded:
        yield from member.lost
        for asked in member.asks:
            yield from _watched_alone(asked)


class Evaluation(Generic[T]):
    """When each replica of a flow is down, when it does not work, and when the flow fails."""

    def __init__(self, plan: Plan, algebra: Algebra[T]) -> None:
        self.plan = plan
        self.algebra = algebra
        self.down = self._down()
        self.failed = dict(self.down)
        while self._pass() and plan.cyclic:
            pass
        self._unmet: dict[int, T] = {}
        self.flow = algebra.any_of([self.component(initiator.component) for initiator in plan.structure.initiators])

    def unmet(self, need: Need) -> T:
        """Return when a need is not met, cached; `need` is the same while replicas are still being evaluated."""
        unmet = self._unmet.get(id(need))
        if unmet is None:
            unmet = self._unmet[id(need)] = self.need(need)
        return unmet

    def component(self, component: str) -> T:
        """Return when no replica of a component works."""
        members = self.plan.members.get(component, [])
        return self._at_least(len(members), [self.failed[member] for member in members])

    def need(self, need: Need) -> T:
        """Return when a need is not met."""
        if need.kind == "unwatched":
            return self.algebra.any_of([self.itself(replica) for replica in need.candidates])
        if need.kind == "unsettled":
            return self.algebra.any_of([self.held(member) for member in need.guarded])
        candidates = [self.failed[candidate] for candidate in need.candidates]
        candidates += [self.algebra.any_of([self.failed[member.replica], self.held(member)]) for member in need.guarded]
        return self._at_least(len(candidates) - need.count + 1, candidates)

    def held(self, member: Guarded) -> T:
        """Return when a guard keeps a candidate from counting, though it may work."""
        holding: list[T] = [self.component(promoter) for promoter in member.promoters]
        holding += map(self._awaited, member.after)
        holding += map(self.short, member.votes)
        holding += map(self.itself, member.lost)
        holding += map(self.need, member.asks)
        return self.algebra.any_of(holding)

    def short(self, votes: Votes) -> T:
        """Return when too few replicas are up."""
        members = [self.own[member] for member in votes.members]
        return self._at_least(len(members) - votes.count + 1, members)

    def itself(self, replica: str) -> T:
        """Return when a replica has failed by itself, whatever its host does."""
        return self.algebra.element(Subject("replica", replica))

    def _awaited(self, window: Window) -> T:
        """Return when a replica is down by a loss after which nothing has taken over yet."""
        waits = self.plan.waits()
        return self.algebra.any_of(
            [self._recent(cause, window.wait, waits[cause]) for cause in self.plan.causes(window.replica)]
        )

    def _recent(self, cause: Subject, wait: Wait, waits: tuple[Wait, ...]) -> T:
        """Return when an element was lost less than a wait ago; for a longer wait that is so all the more."""
        recent = [recent_loss(cause, longer) for longer in waits[waits.index(wait) :]]
        return self.algebra.at_least(len(recent) + 1, [self.algebra.element(each) for each in (cause, *recent)])

    def _at_least(self, count: int, values: list[T]) -> T:
        return self.algebra.at_least(count, values) if count > 0 else self.algebra.always

    def _up(self, replica: Replica) -> T:
        """Return when a replica, its host or a zone around it is gone, or an event has it; a floating one needs any of its hosts."""
        if replica.component in self.plan.structure.clients:
            return self.algebra.never
        own = self.algebra.element(Subject("replica", replica.id))
        if events := self.plan.events_of(replica):
            own = self.algebra.any_of([own, *map(self.algebra.element, events)])
        if not replica.hosts:
            zones = self.plan.index.zones_with(replica)
            return self.algebra.any_of([own, *map(self._zone, zones)]) if zones else own
        homes = [self._gone(host) for host in replica.hosts]
        return self.algebra.any_of([own, self._at_least(len(homes), homes)])

    def _gone(self, host: str) -> T:
        """Return when a host, what it runs on or a zone around them is lost."""
        index = self.plan.index
        hosts = [self.algebra.element(Subject("host", each)) for each in (host, *index.hosts_below(host))]
        zones = [*map(self._zone, index.zones_around(host))]
        return self.algebra.any_of([*hosts, *zones]) if len(hosts) + len(zones) > 1 else hosts[0]

    def _zone(self, zone: str) -> T:
        return self.algebra.element(Subject("zone", zone))

    def _down(self) -> dict[str, T]:
        """Return when each replica is not up, or its component's quorum is not met; members count as they are up."""
        own = self.own = {replica.id: self._up(replica) for replica in self.plan.structure.replicas}
        down = dict(own)
        for count, members in self.plan.structure.quorums.values():
            lost = self._at_least(len(members) - count + 1, [own[member] for member in members])
            for member in members:
                down[member] = self.algebra.any_of([own[member], lost])
        return down

    def _pass(self) -> bool:
        """Walk over all replicas; return True if anything changed. A need that several replicas share is met once."""
        unmet: dict[int, T] = {}
        changed = False
        optional = self.plan.structure.optional
        for replica in self.plan.order:
            needs = self.plan.structure.needs.get(replica, ())
            if optional:
                needs = tuple(need for need in needs if need.step not in optional)
            for need in needs:
                if id(need) not in unmet:
                    unmet[id(need)] = self.need(need)
            if needs:
                after = self.algebra.any_of([self.failed[replica], *(unmet[id(need)] for need in needs)])
                if after != self.failed[replica]:
                    self.failed[replica] = after
                    changed = True
        return changed


def places(mask: int) -> list[int]:
    """List the places of the bits that are set, in linear time: a shift copies all of a long mask."""
    return [place for place, digit in enumerate(reversed(f"{mask:b}")) if digit == "1"]


def single_bits(mask: int) -> Iterator[int]:
    """Yield each bit that is set as a number of its own, from the lowest; for masks that have few."""
    while mask:
        lowest = mask & -mask
        yield lowest
        mask ^= lowest
