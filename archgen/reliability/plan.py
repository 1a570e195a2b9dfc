"""A flow's structure as a plan: its replicas ordered for evaluation, the elements that can fail, and what each of them decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec.structs import replace

from archgen.model.architecture import Replica
from archgen.model.subject import Subject
from archgen.reliability.index import Index
from archgen.reliability.locality import callers_nearby, keeping
from archgen.reliability.moment import LASTING, Moment, Wait, Window
from archgen.reliability.needs import Need
from archgen.reliability.promoters import control_plane, restarts
from archgen.reliability.requests import requests
from archgen.reliability.structure import Structure


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
        self.restarts = restarts(index, structure.replicas)
        self.votes = control_plane(index) if self.restarts else ()
        self.elements = self._elements()
        self._deciders: dict[int, list[str]] = {}
        self._spared: dict[tuple[int, str], frozenset[Subject]] = {}
        self._spared_with: dict[str, frozenset[Subject]] = {}
        self._behind: dict[int | str, list[str]] = {}
        self._own_needs: dict[str, tuple[Need, ...]] = {}
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
        beside._spared_with = {}
        beside.elements = beside._elements()
        return beside

    def events_of(self, replica: Replica) -> tuple[Subject, ...]:
        """Return the events that take a replica down for a while."""
        return () if self.moment is LASTING else self.moment.events_of(replica.component, replica.id)

    def _elements(self) -> tuple[Subject, ...]:
        """Return everything of the flow that can fail on its own: its replicas, their hosts, the zones around those."""
        replicas = self.failing()
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

    def failing(self) -> list[Replica]:
        """Return the replicas that can fail: those of the flow, and of the control plane that starts some of them elsewhere."""
        beside = [self.index.replicas[each] for each in self._leading() if each not in self.replicas]
        return [each for each in (*self.structure.replicas, *beside) if each.component not in self.structure.clients]

    def _leading(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(member for votes in self.votes for member in votes.members))

    def of(self, need: Need) -> list[str]:
        """Return the replicas that decide a need: candidates, standbys, those before them that may keep the traffic, those that promote."""
        deciders = self._deciders.get(id(need))
        if deciders is None:
            deciders = self._deciders[id(need)] = self._of(need)
        return deciders

    def _of(self, need: Need) -> list[str]:
        if not need.guarded and len(need.candidates) < 2:
            return list(need.candidates)
        deciders = list(need.candidates)
        for member in need.guarded:
            deciders += (member.replica, *member.ahead)
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

    def behind(self, need: Need) -> list[str]:
        """Return the replicas on which a need depends, callees before callers."""
        if id(need) not in self._behind:
            self._behind[id(need)] = self._with_callees((*self.of(need), *self.beside(need)))
        return self._behind[id(need)]

    def with_callees(self, replica: str) -> list[str]:
        """Return a replica after those on which it depends, callees before callers."""
        if replica not in self._behind:
            self._behind[replica] = self._with_callees((replica,))
        return self._behind[replica]

    def _with_callees(self, replicas: Iterable[str]) -> list[str]:
        seen = dict.fromkeys(replicas)
        for replica in (queue := [*seen]):
            component = self.replicas[replica].component
            further = [*self.members[component]] if component in self.structure.quorums else []
            for each in self.structure.needs.get(replica, ()):
                further += [*self.of(each), *self.beside(each), *each.before]
            fresh = [each for each in dict.fromkeys(further) if each not in seen]
            seen |= dict.fromkeys(fresh)
            queue += fresh
        return sorted(seen, key=self._place_in_order.__getitem__)

    @cached_property
    def _place_in_order(self) -> dict[str, int]:
        return {replica: place for place, replica in enumerate(self.order)}

    def own_needs(self, replica: str) -> tuple[Need, ...]:
        """Return the needs of a replica that no other of its component shares, but for those that it can do without."""
        if replica not in self._own_needs:
            needs, members = self.structure.needs, self.members[self.replicas[replica].component]
            shared = {id(need) for each in members if each != replica for need in needs.get(each, ())}
            own = (need for need in needs.get(replica, ()) if id(need) not in shared)
            self._own_needs[replica] = tuple([need for need in own if need.step not in self.structure.optional])
        return self._own_needs[replica]

    def spared(self, host: str, need: Need) -> frozenset[Subject]:
        """Return the elements that are up while a host is, of those on which a need depends."""
        key = (id(need), host)
        if key not in self._spared:
            self._spared[key] = self._up_with(host, self.behind(need))
        return self._spared[key]

    def spared_with(self, replica: str) -> frozenset[Subject]:
        """Return the elements that are up while a replica is, which stands on one host, of those on which it depends."""
        if replica not in self._spared_with:
            own = self.replicas[replica]
            places = self._up_with(own.hosts[0], self.with_callees(replica))
            self._spared_with[replica] = places.union((Subject("replica", replica), *self.events_of(own)))
        return self._spared_with[replica]

    def _up_with(self, host: str, replicas: Iterable[str]) -> frozenset[Subject]:
        """Return the hosts and zones that are up while a host is, of those that some replicas stand on."""
        behind = [self.replicas[each] for each in replicas]
        if any(each.id in self.restarts for each in behind):
            behind += map(self.index.replicas.__getitem__, self._leading())
        on = {below for each in behind for own in each.hosts for below in self._carriers(own)}
        around = {zone for each in behind for zone in self.index.zones_of(each)}
        own = (Subject("host", each) for each in self._carriers(host) if each in on)
        zones = (Subject("zone", zone) for zone in self.index.zones_around(host) if zone in around)
        return frozenset((*own, *zones))

    @cached_property
    def keeping(self) -> frozenset[str]:
        """The replicas that keep the traffic from others while they are up, whether or not they can do their part."""
        near = [self.index.components[name] for name in self.members if name in callers_nearby(self.index)]
        return frozenset(ahead for each in near for own in each.replicas for ahead in keeping(self.index, each, own.id))

    @cached_property
    def placed(self) -> dict[str, list[Need]]:
        """The needs of each replica that depend on where it stands, of those that have any."""
        placed = {
            name: [need for need in needs if need.places] for name, needs in self.structure.needs.items() if needs
        }
        return {name: needs for name, needs in placed.items() if needs}

    def _carriers(self, host: str) -> tuple[str, ...]:
        return (host, *self.index.hosts_below(host))

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
