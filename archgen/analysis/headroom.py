"""Demand and capacity, component by component: on an ordinary day, at peak, and after the worst loss.

The busiest replica stands for its component, because it fails first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import ceil

from msgspec import Struct

from archgen.analysis.capacity import Load
from archgen.analysis.moments import moments
from archgen.analysis.retries import retry_chains, tries
from archgen.analysis.spreading import Rates
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component
from archgen.model.steps import Request
from archgen.model.subject import Subject

MOST_SPREADS = 20_000
"""The most losses, times the flows that each affects, for which every loss is tried: some seconds."""


class Busiest(Struct, frozen=True):
    """The busiest replica of a component, in requests per second, and the lost element."""

    replica: str
    rate: float
    lost: Subject | None = None


class Headroom(Struct, frozen=True):
    """The load of a component, and the capacity of each replica (None: not declared), in requests per second.

    `peak` is None where no flow through it declares one; `worst` is the loss at peak that brings most to a replica,
    None where no loss increases the load. `failing` is what the busiest replica gets at peak while its component fails, as
    callers `tries` times try; None where none retries.
    """

    component: str
    replicas: int
    capacity: float | None
    today: Busiest
    peak: Busiest | None
    worst: Busiest | None
    failing: Busiest | None = None
    tries: int = 1

    def share(self, busiest: Busiest) -> float | None:
        """Return the load of a replica as a share of its capacity."""
        return busiest.rate / self.capacity if self.capacity else None


class Capacity(Struct, frozen=True):
    """The components that get requests, in the order of the model.

    `silent` are the flows without a declared demand, which aren't counted; `tried` is True if every loss was tried. `uncounted`
    are the components that the others call only inside `opt` or in some branches of an `alt`; each with the flows that do, where others
    bring it a load.
    """

    components: tuple[Headroom, ...]
    silent: tuple[str, ...]
    tried: bool
    uncounted: tuple[tuple[str, tuple[str, ...]], ...] = ()


def headroom(topology: Topology) -> Capacity:
    """Return the load and capacity of every component that a flow with a demand reaches."""
    flows = topology.architecture.flows
    today, busy = Load(topology, peak=False), Load(topology)
    peaks = any(flow.peak is not None for flow in flows)
    tried = sum(map(len, busy.touching.values())) <= MOST_SPREADS
    worst = _worst(topology, busy) if tried else {}
    ordinary = _by_component(topology, today.totals())
    most = _by_component(topology, busy.totals())
    failing, tried_often = _failing(topology, busy)
    headrooms = []
    for component in topology.architecture.components:
        if component.id in most:
            at_peak, after = most[component.id], worst.get(component.id)
            headrooms.append(
                Headroom(
                    component=component.id,
                    replicas=len(component.replicas),
                    capacity=component.capacity,
                    today=ordinary.get(component.id, Busiest(at_peak.replica, 0.0)),
                    peak=at_peak if peaks and ordinary.get(component.id) != at_peak else None,
                    worst=after if after is not None and after.rate > at_peak.rate * (1 + 1e-9) else None,
                    failing=failing.get(component.id),
                    tries=tried_often.get(component.id, 1),
                )
            )
    uncounted = tuple(_uncounted(topology, {flow: rates for flow, rates in busy.rates().items() if rates}, most))
    silent = tuple(flow.id for flow in flows if flow.busiest is None)
    return Capacity(tuple(headrooms), silent, tried, uncounted)


def _uncounted(
    topology: Topology, rates: Mapping[str, Rates], loaded: Collection[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the components that flows call in frames alone and that get nothing by that; with these flows, if they get load by others."""
    always: set[str] = set()
    flows: dict[str, list[str]] = {}
    for name, own in rates.items():
        # what a step outside all frames calls gets nothing for another reason, as a backup does
        steps = [step for step in topology.flows[name].steps if isinstance(step, Request)]
        outside = {each for step in steps for each in step.targets}
        always |= outside
        reached = outside.union(topology.replicas[replica].component for replica in own)
        for target in dict.fromkeys(each for hop in topology.hops[name] for each in hop.step.targets):
            if target not in reached:
                flows.setdefault(target, []).append(name)
    for component in topology.components:
        if component in flows and (component in loaded or component not in always):
            yield component, tuple(flows[component]) if component in loaded else ()


def _failing(topology: Topology, load: Load) -> tuple[dict[str, Busiest], dict[str, int]]:
    """Return for each component that is retried what its busiest replica gets while it fails, and the most tries."""
    rates: Rates = {}
    most: dict[str, int] = {}
    for flow, own in load.rates().items():
        arriving = {target: tries(chain) for target, chain in retry_chains(topology, flow)}
        for component, times in arriving.items():
            most[component] = max(times, most.get(component, 1))
        for replica, rate in own.items():
            times = arriving.get(topology.replicas[replica].component, 1)
            rates[replica] = rates.get(replica, 0.0) + rate * times
    busiest = _by_component(topology, rates)
    return {component: busiest[component] for component in most if component in busiest}, most


def _worst(topology: Topology, load: Load) -> dict[str, Busiest]:
    """Return for each component the loss that brings most to one of its replicas, hosts before their replicas."""
    losses = dict.fromkeys(element for elements in load.touching.values() for element in elements)
    worst: dict[str, Busiest] = {}
    for lost in sorted(losses, key=lambda element: (_SIZES.index(element.kind), element)):
        for component, busiest in _by_component(topology, load.totals(lost), lost).items():
            if component not in worst or busiest.rate > worst[component].rate * (1 + 1e-9):
                worst[component] = busiest
    return worst


_SIZES = ("host", "replica", "zone")
"""The order of losses that bring the same load: the first is reported."""


def _by_component(
    topology: Topology, rates: Mapping[str, float] | Rates, lost: Subject | None = None
) -> dict[str, Busiest]:
    busiest_by_component: dict[str, Busiest] = {}
    for replica, rate in rates.items():
        component = topology.replicas[replica].component
        if component not in busiest_by_component or rate > busiest_by_component[component].rate * (1 + 1e-9):
            busiest_by_component[component] = Busiest(replica, rate, lost)
    return busiest_by_component


class LoadUntilRestart(Struct, frozen=True):
    """The time after the loss of the `place` that brings most to the replicas that are `left`, of which each gets a `rate`.

    `needed` is the least number of replicas of which those that are left can handle what all get, after each such loss.
    """

    place: Subject
    places: tuple[Subject, ...]
    away: int
    left: int
    rate: float
    needed: int
    seconds: float
    flows: tuple[str, ...]
    at_peak: bool


class LoadsByLoss:
    """The load of a model after each loss that is asked for, worked out once."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self._rates: dict[Subject | None, dict[str, Rates]] = {}

    def rates(self, lost: Subject | None = None) -> dict[str, Rates]:
        """Return the requests per second that each flow that still succeeds brings to each replica."""
        if lost not in self._rates:
            self._rates[lost] = self.load.rates(lost)
        return self._rates[lost]


def load_until_restart(topology: Topology, losses: LoadsByLoss, component: Component) -> LoadUntilRestart | None:
    """Return what the replicas of a component get that are left by the loss of a place over which a platform spreads them.

    None if it doesn't, or may leave none: that they are gone for these minutes is no matter of capacity.
    """
    places = _places(topology, component)
    count, capacity = len(component.replicas), component.capacity
    if capacity is None or min(count, len(places)) < 2:
        return None
    rates = {place: losses.rates(place) for place in places}
    totals = {place: sum(_total(component, own) for own in each.values()) for place, each in rates.items()}
    worst = max(places, key=totals.__getitem__)
    away = ceil(count / len(places))
    ordinary = sum(_total(component, own) for own in losses.rates().values())
    flows = tuple(flow for flow, own in rates[worst].items() if _total(component, own))
    behind = losses.load.behind_queues
    return LoadUntilRestart(
        place=worst,
        places=tuple(place for place in places if totals[place] > (count - away) * capacity * (1 + 1e-9)),
        away=away,
        left=count - away,
        rate=totals[worst] / (count - away),
        needed=_needed(max(ordinary, totals[worst]) / capacity, len(places)),
        seconds=moments(topology).rescheduling(component).seconds,
        flows=flows,
        at_peak=any(flow in behind and component.id not in behind[flow] for flow in flows),
    )


def _places(topology: Topology, component: Component) -> tuple[Subject, ...]:
    """Return the zones or hosts over which a platform spreads the replicas of a component; none where the model doesn't say."""
    spread = component.placement.spread if component.placement is not None else None
    hosts = component.replicas[0].hosts if component.replicas else ()
    if spread == "host":
        return tuple(Subject("host", host) for host in hosts)
    zones = [topology.index.nearest_zones(host)[:1] for host in hosts] if spread == "zone" else []
    return (
        tuple(Subject("zone", zone) for zone in dict.fromkeys(zone for each in zones for zone in each))
        if all(zones)
        else ()
    )


def _total(component: Component, rates: dict[str, float]) -> float:
    return sum(rates.get(replica.id, 0.0) for replica in component.replicas)


def _needed(full: float, places: int) -> int:
    """Return how many replicas it takes, over so many places, for a load that keeps some of them fully busy."""
    busy = ceil(full - 1e-9)
    return next(count for count in range(busy + 1, 2 * busy + 2) if count - ceil(count / places) >= busy)
