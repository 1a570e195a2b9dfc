"""The load on each replica from the demand of the flows, today and after the loss of an element.

Each request step of a flow brings the flow's demand to its target, spread over the replicas that may answer it and
are up. What a queue keeps is worked off after a peak, so it counts with the demand of an ordinary day. Demand that a model
doesn't declare isn't counted (flows without a demand, steps inside `opt`; of several branches of an `alt` the least), so a load
is a lower bound, and an overload is certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from archgen.analysis.spreading import FlowShares, Rates, sum_rates
from archgen.analysis.topology import Topology
from archgen.model.architecture import Flow
from archgen.model.subject import Subject
from archgen.reliability.requests import turns
from archgen.reliability.waiting import keepers

MOST_ELEMENTS = 5_000
"""The most elements that are each lost in turn; above, the loss of a host stands for that of its replicas."""


class Overload(Struct, frozen=True):
    """A replica that gets more requests per second than it can handle; `lost` is the lost element, if any."""

    replica: str
    load: float
    capacity: float
    lost: Subject | None
    flows: tuple[str, ...]
    at_peak: bool = False


class Overloads(Struct, frozen=True):
    """An `alt` of a flow that overloads one of some replicas, one on each branch, of which all handle a `share` of it together."""

    flow: str
    replicas: tuple[str, ...]
    share: float


class Load:
    """The load of a model: today's is computed once, and after a loss only the part that the loss can change.

    At peak, each flow counts with its highest declared demand; else with its demand on an ordinary day.
    """

    def __init__(self, topology: Topology, peak: bool = True) -> None:
        self._topology = topology
        rates = {flow.id: flow.busiest if peak else flow.demand for flow in topology.architecture.flows}
        self._demands = {flow: rate for flow, rate in rates.items() if rate is not None}
        self._flows = {flow.id: flow for flow in topology.architecture.flows if flow.id in self._demands}
        kept = {name: kept_work(topology, flow) for name, flow in self._flows.items() if peak and flow.peak is not None}
        self.behind_queues = {flow: components for flow, (_, components) in kept.items()}
        self._shares = {
            name: FlowShares(topology, flow, dict.fromkeys(kept[name][0], _usual(flow)) if name in kept else {})
            for name, flow in self._flows.items()
        }
        self._today = {flow: self._scaled(flow, shares.today) for flow, shares in self._shares.items()}
        self._touched = {flow: self._touch(flow) for flow in self._flows}

    def rates(self, lost: Subject | None = None) -> dict[str, Rates]:
        """Return the requests per second that each flow with a demand that still succeeds brings to each replica."""
        changes = self._changes(lost)
        rates = {flow: {**(today or {}), **(changes.get(flow) or {})} for flow, today in self._today.items()}
        return {
            flow: {replica: rate for replica, rate in each.items() if rate}
            for flow, each in rates.items()
            if self._today[flow] is not None and changes.get(flow, {}) is not None
        }

    @property
    def touching(self) -> dict[str, frozenset[Subject]]:
        """The elements whose loss can change the load, by flow with a demand."""
        return self._touched

    def totals(self, lost: Subject | None = None) -> Rates:
        """Return what all flows together bring to each replica; after a loss, to those whose load the loss can change."""
        if lost is None:
            return self._totals
        changes = self._changes(lost)
        return {replica: self._changed(replica, changes) for replica in _served(changes)}

    def _changes(self, lost: Subject | None) -> dict[str, Rates | None]:
        """Return, for each flow that a loss can touch, the rates that it changes; None for a flow that fails."""
        touched = [flow for flow in self._flows if lost in self._touched[flow]] if lost is not None else []
        return {flow: self._scaled(flow, self._shares[flow].after(lost)) for flow in touched if lost is not None}

    def _rate(self, flow: str, replica: str, changes: Mapping[str, Rates | None]) -> float:
        """Return what a flow brings to a replica after changes."""
        rates = changes.get(flow, {})
        return 0.0 if rates is None else rates.get(replica, (self._today[flow] or {}).get(replica, 0.0))

    def _changed(self, replica: str, changes: Mapping[str, Rates | None]) -> float:
        before = sum((self._today[flow] or {}).get(replica, 0.0) for flow in changes)
        return self._totals.get(replica, 0.0) - before + sum(self._rate(flow, replica, changes) for flow in changes)

    def overloads(self, lost: Subject | None = None) -> tuple[Overload, ...]:
        """Return the replicas that get more than their declared capacity, in the order of the model.

        After a loss, only those whose load the loss can change.
        """
        changes = self._changes(lost)
        if self._suspects.isdisjoint(self._flows if lost is None else changes):
            return ()
        touched = self._limits.keys() & (self._totals if lost is None else _served(changes))
        return tuple(
            self._overload(replica, lost, changes)
            for replica in sorted(touched, key=self._order.__getitem__)
            if self._changed(replica, changes) > self._limits[replica] * (1 + 1e-9)
        )

    def _overload(self, replica: str, lost: Subject | None, changes: Mapping[str, Rates | None]) -> Overload:
        parts = {flow: rate for flow in self._flows if (rate := self._rate(flow, replica, changes))}
        component = self._topology.replicas[replica].component
        at_peak = any(flow in self.behind_queues and component not in self.behind_queues[flow] for flow in parts)
        return Overload(replica, sum(parts.values()), self._limits[replica], lost, tuple(parts), at_peak)

    def split(self) -> Iterator[Overloads]:
        """Yield, for each `alt` of which the branches can't handle a flow's requests however these are split, what does too little.

        Each branch can be taken until a replica on it has no capacity left.
        """
        for flow, shares in self._shares.items():
            for branches in shares.choices if shares.today is not None and self._demands[flow] else ():
                most = [self._most(flow, branch) for branch in branches]
                share = sum(each for each, _ in most)
                if share < 1 - 1e-9:
                    yield Overloads(flow, tuple(full for _, full in most), share)

    def _most(self, flow: str, branch: Rates) -> tuple[float, str]:
        """Return the largest share of the requests with which a branch can be taken, and the replica that is full then."""
        free = {
            replica: self._limits[replica] - self._totals.get(replica, 0.0)
            for replica in branch
            if replica in self._limits
        }
        room = [(max(0.0, free[replica]) / (branch[replica] * self._demands[flow]), replica) for replica in free]
        return min(room, default=(1.0, ""))

    @cached_property
    def _totals(self) -> Rates:
        """The load of all flows on each replica today."""
        return sum_rates([rates for rates in self._today.values() if rates is not None])

    @cached_property
    def _order(self) -> dict[str, int]:
        return {replica: place for place, replica in enumerate(self._limits)}

    @cached_property
    def losses(self) -> tuple[Subject, ...]:
        """The elements whose loss could overload a replica, each once.

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
        """The flows that reach such a replica."""
        components = {self._topology.replicas[replica].component for replica in self._limits}
        return frozenset(flow for flow in self._topology.flows_through(components) if flow in self._flows)

    def _touch(self, flow: str) -> frozenset[Subject]:
        """Return the elements whose loss can change the load of a flow, including those of its optional calls."""
        elements = set(self._topology.losses.plans[flow].elements)
        for name in self._today[flow] or ():
            replica = self._topology.replicas[name]
            elements.add(Subject("replica", name))
            for host in replica.hosts:
                elements.update(Subject("host", each) for each in (host, *self._topology.index.hosts_below(host)))
            elements.update(Subject("zone", zone) for zone in self._topology.index.zones_of(replica))
        return frozenset(elements)

    def _scaled(self, flow: str, shares: Rates | None) -> Rates | None:
        """Return the requests per second for shares of a flow's requests."""
        demand = self._demands[flow]
        return None if shares is None else {replica: share * demand for replica, share in shares.items()}


def _usual(flow: Flow) -> float:
    """Return the demand of an ordinary day as a share of the peak; 0 if it isn't declared."""
    return min(1.0, (flow.demand or 0.0) / flow.peak) if flow.peak else 1.0


def kept_work(topology: Topology, flow: Flow) -> tuple[frozenset[str], frozenset[str]]:
    """Return the requests by which work leaves a queue that nobody waits for, and the components that get nothing else.

    A request of what got its own work so is no further one.
    """
    keeping = keepers(topology.index, flow)
    asked = {request.id for request in topology.losses.takers.get(flow.id, ())}
    leaving: set[str] = set()
    behind: set[str] = set()
    prompt: set[str] = set()
    taking: set[str] = set()
    for turn in turns(topology.index, flow):
        request = turn.request
        if request.id in asked:
            # what takes its work starts by itself, so that each of its requests is one by which work leaves the queue
            taking.add(request.source)
            behind.add(request.source)
        later = request.id in keeping and turn.later
        if request.source in taking or (later and request.source not in behind):
            leaving.add(request.id)
        further = later or request.source in behind
        if request.id not in asked:
            (behind if further else prompt).update(request.targets)
    return frozenset(leaving), frozenset(behind - prompt)


def _served(changes: Mapping[str, Rates | None]) -> dict[str, None]:
    """Return the replicas that get something after a change, each once."""
    return dict.fromkeys(replica for rates in changes.values() for replica, rate in (rates or {}).items() if rate)
