"""The load on the replicas that are left while a platform starts those of a lost zone or host elsewhere."""

from __future__ import annotations

from math import ceil

from msgspec import Struct

from archgen.analysis.capacity import Load
from archgen.analysis.moments import moments
from archgen.analysis.spreading import Rates
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component
from archgen.model.subject import Subject


class Meanwhile(Struct, frozen=True):
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


class Losses:
    """The load of a model after each loss that is asked for, worked out once."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self._rates: dict[Subject | None, dict[str, Rates]] = {}

    def rates(self, lost: Subject | None = None) -> dict[str, Rates]:
        """Return the requests per second that each flow that still succeeds brings to each replica."""
        if lost not in self._rates:
            self._rates[lost] = self.load.rates(lost)
        return self._rates[lost]


def meanwhile(topology: Topology, losses: Losses, component: Component) -> Meanwhile | None:
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
    return Meanwhile(
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
