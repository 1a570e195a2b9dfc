"""Demand beside capacity, component by component: on an ordinary day, at peak, and after the loss that brings most.

A component is told by its busiest replica, for that is the one that gives way first.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from archgen.analysis.capacity import Load, Rates
from archgen.analysis.topology import Topology
from archgen.model.subject import Subject

MOST_SPREADS = 20_000
"""Losses, times the flows that each touches, up to which every loss is tried: some seconds."""


class Busiest(Struct, frozen=True):
    """The replica of a component that gets most, in requests per second, and what is lost then."""

    replica: str
    rate: float
    lost: Subject | None = None


class Headroom(Struct, frozen=True):
    """What comes to one component, and what each of its replicas can answer (None: not stated), a second.

    `peak` is None where no flow through it states one; `worst` is the loss at peak that brings most to one replica,
    None where no loss brings more than comes without it.
    """

    component: str
    replicas: int
    capacity: float | None
    today: Busiest
    peak: Busiest | None
    worst: Busiest | None

    def share(self, busiest: Busiest) -> float | None:
        """What a replica gets as a share of what it can answer."""
        return busiest.rate / self.capacity if self.capacity else None


class Capacity(Struct, frozen=True):
    """A model's components that get requests, in its order.

    `silent` are the flows that state no demand and are not counted; `tried` is whether each loss was.
    """

    components: tuple[Headroom, ...]
    silent: tuple[str, ...]
    tried: bool


def headroom(topology: Topology) -> Capacity:
    """Every component that a flow with a demand reaches, and every one that states a capacity and is reached."""
    flows = topology.architecture.flows
    today, busy = Load(topology, peak=False), Load(topology)
    peaks = any(one.peak is not None for one in flows)
    tried = sum(map(len, busy.touching.values())) <= MOST_SPREADS
    worst = _worst(topology, busy) if tried else {}
    ordinary = _by_component(topology, today.whole())
    most = _by_component(topology, busy.whole())
    found = []
    for one in topology.architecture.components:
        if one.id in most:
            at_peak, after = most[one.id], worst.get(one.id)
            found.append(
                Headroom(
                    component=one.id,
                    replicas=len(one.replicas),
                    capacity=one.capacity,
                    today=ordinary.get(one.id, Busiest(at_peak.replica, 0.0)),
                    peak=at_peak if peaks and ordinary.get(one.id) != at_peak else None,
                    worst=after if after is not None and after.rate > at_peak.rate * (1 + 1e-9) else None,
                )
            )
    return Capacity(tuple(found), tuple(one.id for one in flows if one.busiest is None), tried)


def _worst(topology: Topology, load: Load) -> dict[str, Busiest]:
    """For each component the loss that brings most to one of its replicas, hosts before what is on them."""
    losses = dict.fromkeys(one for elements in load.touching.values() for one in elements)
    found: dict[str, Busiest] = {}
    for lost in sorted(losses, key=lambda one: (_SIZES.index(one.kind), one)):
        for component, busiest in _by_component(topology, load.whole(lost), lost).items():
            if component not in found or busiest.rate > found[component].rate * (1 + 1e-9):
                found[component] = busiest
    return found


_SIZES = ("host", "replica", "zone")
"""Of losses that bring the same, the plainest is told."""


def _by_component(
    topology: Topology, rates: Mapping[str, float] | Rates, lost: Subject | None = None
) -> dict[str, Busiest]:
    found: dict[str, Busiest] = {}
    for replica, rate in rates.items():
        component = topology.replicas[replica].component
        if component not in found or rate > found[component].rate * (1 + 1e-9):
            found[component] = Busiest(replica, rate, lost)
    return found
