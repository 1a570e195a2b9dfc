"""The load on each replica from the flows' demand, today and after the loss of one element.

Each request step of a flow brings the flow's demand to its target, spread over the replicas that may answer it and
work. What a model does not tell is not counted (flows without a demand, steps inside `opt`; of several branches of an
`alt` the least), so a load is what there surely is, and a verdict of "too much" holds however the rest turns out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Connection, Flow, Frame, Replica, Request, Step
from archgen.model.subject import Subject
from archgen.reliability.structure import access_of, eligible

Rates = dict[str, float]
"""Requests per second, or a share of a flow's requests, by replica id."""

MOST_ELEMENTS = 5_000
"""Elements up to which each is lost in turn; above, the loss of a host stands for that of the replicas on it."""

Works = Callable[[str], bool]
"""Whether a replica works in the state that is asked about."""


class Overload(Struct, frozen=True):
    """A replica that gets more requests per second than it can answer; `lost` is what was lost before, if anything."""

    replica: str
    load: float
    capacity: float
    lost: Subject | None
    flows: tuple[str, ...]


class Load:
    """The load of one model: today's is worked out once, and after a loss only what the loss can change.

    At its peak, each flow counts with the most that is stated of it; else with its demand on an ordinary day.
    """

    def __init__(self, topology: Topology, peak: bool = True) -> None:
        self._topology = topology
        rates = {flow.id: flow.busiest if peak else flow.demand for flow in topology.architecture.flows}
        self._demands = {flow: rate for flow, rate in rates.items() if rate is not None}
        self._flows = {flow.id: flow for flow in topology.architecture.flows if flow.id in self._demands}
        self._today = {flow: self._spread(flow, None) for flow in self._flows}
        self._touched = {flow: self._touch(flow) for flow in self._flows}

    def rates(self, lost: Subject | None = None) -> dict[str, Rates]:
        """For each flow with a demand that still succeeds, the requests per second that it brings to each replica."""
        by_flow = {flow: self._after(flow, lost) for flow in self._flows}
        return {flow: rates for flow, rates in by_flow.items() if rates is not None}

    @property
    def touching(self) -> dict[str, frozenset[Subject]]:
        """For each flow with a demand, the elements whose loss can change what it brings."""
        return self._touched

    def whole(self, lost: Subject | None = None) -> Rates:
        """What all flows together bring to each replica; after a loss, to those whose load the loss can change."""
        if lost is None:
            return self._whole
        changed = {flow: self._after(flow, lost) for flow in self._flows if lost in self._touched[flow]}
        return {
            replica: self._changed(replica, changed)
            for replica in dict.fromkeys(name for rates in changed.values() for name in rates or ())
        }

    def _changed(self, replica: str, changed: Mapping[str, Rates | None]) -> float:
        less = sum((self._today[flow] or {}).get(replica, 0.0) for flow in changed)
        more = sum((rates or {}).get(replica, 0.0) for rates in changed.values())
        return self._whole.get(replica, 0.0) - less + more

    def overloads(self, lost: Subject | None = None) -> tuple[Overload, ...]:
        """The replicas that get more than their stated capacity, in the order of the model."""
        changed = {flow: self._after(flow, lost) for flow in self._flows if lost is None or lost in self._touched[flow]}
        if self._suspects.isdisjoint(changed):
            return ()
        touched = {replica for rates in changed.values() for replica in rates or () if replica in self._limits}
        overloads: list[Overload] = []
        for replica in sorted(touched, key=self._order.__getitem__):
            limit = self._limits[replica]
            if self._changed(replica, changed) > limit * (1 + 1e-9):
                overloads.append(self._overload(replica, limit, lost, changed))
        return tuple(overloads)

    def _overload(
        self, replica: str, limit: float, lost: Subject | None, changed: Mapping[str, Rates | None]
    ) -> Overload:
        rates = {each: changed.get(each, self._today[each]) or {} for each in self._flows}
        parts = {each: rate[replica] for each, rate in rates.items() if replica in rate}
        return Overload(replica, sum(parts.values()), limit, lost, tuple(parts))

    @cached_property
    def _whole(self) -> Rates:
        """What all flows together bring to each replica today."""
        return _sum([rates for rates in self._today.values() if rates is not None])

    @cached_property
    def _order(self) -> dict[str, int]:
        return {replica: place for place, replica in enumerate(self._limits)}

    @cached_property
    def losses(self) -> tuple[Subject, ...]:
        """The elements whose loss could bring too much to a replica, each once.

        A replica that is alone on a host is left out: the loss of the host is the same. In a large model hosts stand for
        all replicas on them.
        """
        elements = dict.fromkeys(element for flow in self._flows for element in self._elements(flow))
        few = len(elements) <= MOST_ELEMENTS
        return tuple(element for element in elements if element.kind != "replica" or self._is_own(element, few))

    def _elements(self, flow: str) -> tuple[Subject, ...]:
        return self._topology.losses.plans[flow].elements if flow in self._suspects else ()

    def _is_own(self, element: Subject, few: bool) -> bool:
        hosts = self._topology.replicas[element.id].hosts
        return len(hosts) != 1 or (few and len(self._topology.replicas_on[hosts[0]]) > 1)

    @cached_property
    def _limits(self) -> dict[str, float]:
        """The capacities of the replicas that could get too much if one of them got everything."""
        most: dict[str, float] = {}
        for flow, demand in self._demands.items():
            for hop in self._topology.hops[flow]:
                for target in hop.targets:
                    most[target] = most.get(target, 0.0) + demand
        return {
            replica.id: component.capacity
            for component in self._topology.architecture.components
            if component.capacity is not None and most.get(component.id, 0.0) > component.capacity
            for replica in component.replicas
        }

    @cached_property
    def _suspects(self) -> frozenset[str]:
        """The flows that bring anything to one of those."""
        components = {self._topology.replicas[replica].component for replica in self._limits}
        return frozenset(flow for flow in self._topology.flows_through(components) if flow in self._flows)

    def _touch(self, flow: str) -> frozenset[Subject]:
        """The elements whose loss can change what a flow brings, those of its optional calls included."""
        elements = set(self._topology.losses.plans[flow].elements)
        for name in self._today[flow] or ():
            replica = self._topology.replicas[name]
            elements.add(Subject("replica", name))
            for host in replica.hosts:
                elements.add(Subject("host", host))
                elements.update(Subject("zone", zone) for zone in self._topology.index.zones_around(host))
        return frozenset(elements)

    def _after(self, flow: str, lost: Subject | None) -> Rates | None:
        return self._today[flow] if lost is None or lost not in self._touched[flow] else self._spread(flow, lost)

    def _spread(self, flow: str, lost: Subject | None) -> Rates | None:
        works = _works(self._topology, flow, lost)
        if works is None:
            return None
        shares = _Spread(self._topology, self._flows[flow], works).run(self._flows[flow].steps)
        return {replica: share * self._demands[flow] for replica, share in shares.items()}


def _works(topology: Topology, flow: str, lost: Subject | None) -> Works | None:
    """Which replicas work in a flow after a loss; None where the flow fails then."""
    evaluation = topology.losses.single_losses[flow]
    elements = evaluation.plan.elements
    bit = 1 << (elements.index(lost) + 1) if lost is not None and lost in elements else 1
    if evaluation.flow & bit:
        return None

    def works(replica: str) -> bool:
        # what no required step reaches is no part of the structure function, and is taken to be up
        return not evaluation.failed.get(replica, 0) & bit and not _is_lost(topology, topology.replicas[replica], lost)

    return works


def _is_lost(topology: Topology, replica: Replica, lost: Subject | None) -> bool:
    if lost is None:
        return False
    if lost.kind == "host":
        return replica.hosts == (lost.id,)
    if lost.kind == "zone":
        return lost.id in topology.index.shared_zones(replica)
    return replica.id == lost.id


class _Spread:
    """The shares of one flow's requests, carried from step to step."""

    def __init__(self, topology: Topology, flow: Flow, works: Works) -> None:
        self.topology = topology
        self.flow = flow
        self.works = works
        self.at: dict[str, Rates] = {}

    def run(self, steps: Iterable[Step]) -> Rates:
        """The requests that each replica gets for one request of the flow."""
        total: Rates = {}
        for step in steps:
            if isinstance(step, Request):
                _add(total, self._step(step))
            elif isinstance(step, Frame) and step.kind != "opt":
                branches = [self.run(branch.steps) for branch in step.branches]
                _add(total, _least(branches) if step.kind == "alt" else _sum(branches))
        return total

    def _step(self, request: Request) -> Rates:
        shares: Rates = {}
        under = [self.topology.index.connections.get((request.source, target)) for target in request.targets]
        connections = tuple(dict.fromkeys(connection for connection in under if connection is not None))
        for caller, share in self._callers(request.source, connections):
            for replica, part in self._targets(request, connections, caller).items() if share else ():
                shares[replica] = shares.get(replica, 0.0) + share * part
        for target in request.targets:
            members = {replica.id for replica in self.topology.components[target].replicas}
            self.at[target] = {replica: part for replica, part in shares.items() if replica in members}
        return shares

    def _start(self, component: str) -> Rates:
        """A component that starts the flow shares its work out evenly."""
        up = [replica.id for replica in self.topology.components[component].replicas if self.works(replica.id)]
        return {replica: 1.0 / len(up) for replica in up}

    def _callers(self, source: str, connections: tuple[Connection, ...]) -> Iterator[tuple[Replica | None, float]]:
        """The calling replicas with their shares; where no locality tells them apart they are one."""
        sources = self.at[source] if source in self.at else self.at.setdefault(source, self._start(source))
        if all(connection.locality is None for connection in connections):
            yield None, sum(sources.values())
        else:
            yield from ((self.topology.replicas[replica], share) for replica, share in sources.items())

    def _targets(self, request: Request, connections: tuple[Connection, ...], caller: Replica | None) -> Rates:
        """How one caller's requests are shared out over what may answer them."""
        now: list[str] = []
        later: list[str] = []
        for connection in connections:
            access = access_of(request, self.flow, connection)
            for component in (self.topology.components[name] for name in connection.targets if name in request.targets):
                first, second = eligible(component, access)
                now += self._up(_at_work(component, first, self.works), request, connection, caller)
                later += self._up(second, request, connection, caller)
        # of several replicas that could be promoted, one is
        return _weighed(self.topology.components[request.source], now or later[:1], self.topology.replicas)

    def _up(
        self, replicas: Iterable[str], request: Request, connection: Connection, caller: Replica | None
    ) -> list[str]:
        index = self.topology.index
        up = [
            replica for replica in replicas if self.works(replica) and (not request.pinned or replica in request.pinned)
        ]
        if caller is None or connection.locality is None:
            return up
        home = index.home(caller, connection.locality)
        return [replica for replica in up if index.places(self.topology.replicas[replica], connection.locality) & home]


def _at_work(component: Component, replicas: tuple[str, ...], works: Works) -> tuple[str, ...]:
    """Of an active-passive cluster one member has the traffic: the active one, else the first that works."""
    cluster = component.cluster
    if cluster is None or cluster.mode != "active-passive":
        return replicas
    active = tuple(replica for replica in replicas if replica in cluster.active and works(replica))
    return active or tuple(replica for replica in replicas if works(replica))[:1]


def _weighed(source: Component, chosen: list[str], replicas: Mapping[str, Replica]) -> Rates:
    """Shares by the source's weights, evenly where it states none; backups only where nobody else is left."""
    balance = source.balance
    if balance is not None:
        front = [
            replica
            for replica in chosen
            if replica not in balance.backup and replicas[replica].component not in balance.backup
        ]
        chosen = front or chosen
    stated = dict(balance.weights) if balance is not None else {}
    weights = {replica: stated.get(replica, stated.get(replicas[replica].component, 1.0)) for replica in chosen}
    total = sum(weights.values())
    return {replica: weight / total for replica, weight in weights.items() if weight}


def _add(total: Rates, part: Mapping[str, float]) -> None:
    for replica, share in part.items():
        total[replica] = total.get(replica, 0.0) + share


def _sum(branches: list[Rates]) -> Rates:
    total: Rates = {}
    for branch in branches:
        _add(total, branch)
    return total


def _least(branches: list[Rates]) -> Rates:
    """What every branch brings: nobody says how often which one is taken."""
    first, *others = branches
    shared = [replica for replica in first if all(replica in branch for branch in others)]
    return {replica: min(branch[replica] for branch in branches) for replica in shared}
