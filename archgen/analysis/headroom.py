"""Demand and capacity, component by component: on an ordinary day, at peak, and after the worst loss.

The busiest replica stands for its component, because it fails first.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from archgen.analysis.capacity import Load
from archgen.analysis.retries import retry_chains, tries
from archgen.analysis.spreading import Rates
from archgen.analysis.topology import Topology
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
    are the components that the others call only inside `opt` or in some branches of an `alt`.
    """

    components: tuple[Headroom, ...]
    silent: tuple[str, ...]
    tried: bool
    uncounted: tuple[str, ...] = ()


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
    counted = [topology.flows[flow] for flow, rates in busy.rates().items() if rates]
    called = {target for flow in counted for hop in topology.hops[flow.id] for target in hop.step.targets}
    # what a step outside all frames calls gets nothing for another reason, as a backup does
    always = {each for flow in counted for step in flow.steps if isinstance(step, Request) for each in step.targets}
    left = called - always - most.keys()
    uncounted = [each.id for each in topology.architecture.components if each.id in left]
    silent = tuple(flow.id for flow in flows if flow.busiest is None)
    return Capacity(tuple(headrooms), silent, tried, tuple(uncounted))


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
