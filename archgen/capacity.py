"""The load on each replica from the flows' demand, today and after the loss of one element.

Each request step of a flow brings the flow's demand to its target, spread over the replicas that may answer it and
work. What a model does not tell is not counted (flows without a demand, steps inside `opt`; of several branches of an
`alt` the least), so a load is what there surely is, and a verdict of "too much" holds however the rest turns out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec import Struct

from archgen.finding import Subject
from archgen.model import Component, Connection, Flow, Frame, Replica, Request, Step
from archgen.reliability.structure import access_of, eligible
from archgen.topology import Topology

Rates = dict[str, float]
"""Requests per second, or a share of a flow's requests, by replica id."""

Works = Callable[[str], bool]
"""Whether a replica works in the state that is asked about."""


class Overload(Struct, frozen=True):
    """A replica that gets more requests per second than it can answer; `lost` is what was lost before, if anything."""

    replica: str
    load: float
    capacity: float
    lost: Subject | None
    flows: tuple[str, ...]


def loads(topology: Topology, lost: Subject | None = None) -> dict[str, Rates]:
    """For each flow with a demand that still succeeds, the requests per second that it brings to each replica."""
    found: dict[str, Rates] = {}
    for flow in topology.architecture.flows:
        works = _works(topology, flow.id, lost) if flow.demand is not None else None
        if works is not None and flow.demand is not None:
            spread = _Spread(topology, flow, works)
            found[flow.id] = {one: share * flow.demand for one, share in spread.run(flow.steps).items()}
    return found


def overloads(topology: Topology, lost: Subject | None = None) -> tuple[Overload, ...]:
    """The replicas that get more than their stated capacity, in the order of the model."""
    by_flow = loads(topology, lost)
    found = []
    for component in topology.architecture.components:
        if component.capacity is not None:
            for replica in component.replicas:
                parts = {flow: rates[replica.id] for flow, rates in by_flow.items() if rates.get(replica.id)}
                load = sum(parts.values())
                if load > component.capacity * (1 + 1e-9):
                    found.append(Overload(replica.id, load, component.capacity, lost, tuple(parts)))
    return tuple(found)


def losses(topology: Topology) -> tuple[Subject, ...]:
    """The elements of the flows with a demand, each once."""
    demanded = [flow.id for flow in topology.architecture.flows if flow.demand is not None]
    return tuple(dict.fromkeys(one for flow in demanded for one in topology.plans[flow].elements))


def _works(topology: Topology, flow: str, lost: Subject | None) -> Works | None:
    """Which replicas work in a flow after a loss; None where the flow fails then."""
    evaluation = topology.single_losses[flow]
    elements = evaluation.plan.elements
    bit = 1 << (elements.index(lost) + 1) if lost in elements else 1
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
        found: Rates = {}
        under = [self.topology.index.connections.get((request.source, target)) for target in request.targets]
        connections = tuple(dict.fromkeys(one for one in under if one is not None))
        for caller, share in self._callers(request.source, connections):
            for replica, part in self._targets(request, connections, caller).items() if share else ():
                found[replica] = found.get(replica, 0.0) + share * part
        for target in request.targets:
            members = {one.id for one in self.topology.components[target].replicas}
            self.at[target] = {one: part for one, part in found.items() if one in members}
        return found

    def _start(self, component: str) -> Rates:
        """A component that starts the flow shares its work out evenly."""
        up = [one.id for one in self.topology.components[component].replicas if self.works(one.id)]
        return {one: 1.0 / len(up) for one in up}

    def _callers(self, source: str, connections: tuple[Connection, ...]) -> Iterator[tuple[Replica | None, float]]:
        """The calling replicas with their shares; where no locality tells them apart they are one."""
        sources = self.at.setdefault(source, self._start(source))
        if all(connection.locality is None for connection in connections):
            yield None, sum(sources.values())
        else:
            yield from ((self.topology.replicas[one], share) for one, share in sources.items())

    def _targets(self, request: Request, connections: tuple[Connection, ...], caller: Replica | None) -> Rates:
        """How one caller's requests are shared out over what may answer them."""
        now: list[str] = []
        later: list[str] = []
        for connection in connections:
            access = access_of(request, self.flow, connection)
            for component in (self.topology.components[one] for one in connection.targets if one in request.targets):
                first, second = eligible(component, access)
                now += self._up(_at_work(component, first, self.works), request, connection, caller)
                later += self._up(second, request, connection, caller)
        # of several replicas that could be promoted, one is
        return _weighed(self.topology.components[request.source], now or later[:1], self.topology.replicas)

    def _up(
        self, replicas: Iterable[str], request: Request, connection: Connection, caller: Replica | None
    ) -> list[str]:
        index = self.topology.index
        up = [one for one in replicas if self.works(one) and (not request.pinned or one in request.pinned)]
        if caller is None or connection.locality is None:
            return up
        home = index.home(caller, connection.locality)
        return [one for one in up if index.places(self.topology.replicas[one], connection.locality) & home]


def _at_work(component: Component, replicas: tuple[str, ...], works: Works) -> tuple[str, ...]:
    """Of an active-passive cluster one member has the traffic: the active one, else the first that works."""
    cluster = component.cluster
    if cluster is None or cluster.mode != "active-passive":
        return replicas
    active = tuple(one for one in replicas if one in cluster.active and works(one))
    return active or tuple(one for one in replicas if works(one))[:1]


def _weighed(source: Component, chosen: list[str], replicas: Mapping[str, Replica]) -> Rates:
    """Shares by the source's weights, evenly where it states none; backups only where nobody else is left."""
    balance = source.balance
    if balance is not None:
        front = [one for one in chosen if one not in balance.backup and replicas[one].component not in balance.backup]
        chosen = front or chosen
    stated = dict(balance.weights) if balance is not None else {}
    weights = {one: stated.get(one, stated.get(replicas[one].component, 1.0)) for one in chosen}
    whole = sum(weights.values())
    return {one: weight / whole for one, weight in weights.items() if weight}


def _add(total: Rates, part: Mapping[str, float]) -> None:
    for one, share in part.items():
        total[one] = total.get(one, 0.0) + share


def _sum(branches: list[Rates]) -> Rates:
    total: Rates = {}
    for branch in branches:
        _add(total, branch)
    return total


def _least(branches: list[Rates]) -> Rates:
    """What every branch brings: nobody says how often which one is taken."""
    first, *others = branches
    shared = [one for one in first if all(one in branch for branch in others)]
    return {one: min(branch[one] for branch in branches) for one in shared}
