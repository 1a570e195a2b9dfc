"""The probability that each element of a model is up and that each event isn't under way, as declared or as assumed."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Literal

from msgspec import Struct

from archgen.analysis.element_numbers import number_of
from archgen.analysis.moments import Move, moments
from archgen.analysis.topology import Topology
from archgen.model.architecture import Availability
from archgen.model.subject import Subject
from archgen.reliability.moment import Wait, Window, recent_loss
from archgen.reliability.plan import Plan

_SECONDS_PER_HOUR = 3600.0

_NEVER_DOWN = Availability(1.0)


class Assumed(Struct, frozen=True):
    """An element whose availability the model doesn't declare, the assumed number, and its source.

    Only elements that affect the flow's availability are listed. A bad change of a component is one too: its number is
    the share of time without it. `promised` tells that the number is a provider's promise.
    """

    element: Subject
    availability: float
    source: str
    promised: bool = False


class AssumedTime(Struct, frozen=True):
    """A time in seconds that the model doesn't declare: until an element is repaired, or another replica takes over."""

    element: Subject
    what: Literal["repair", "failover", "move"]
    seconds: float
    source: str


class Probabilities:
    """The probability that each element of a model is up, as declared or as assumed.

    `factor` moves all that is assumed: unavailabilities, the chances of bad changes and the times of failovers.
    """

    def __init__(self, topology: Topology, factor: float = 1.0) -> None:
        self._topology = topology
        self._moments = moments(topology)
        self._factor = factor
        self._known: dict[Subject, tuple[float, Assumed | None]] = {}

    def of(self, element: Subject) -> tuple[float, Assumed | None]:
        """Return the probability of an element or of an event not to occur, and the assumption if the model declares none."""
        known = self._known.get(element)
        if known is None:
            known = self._known[element] = self._of(element)
        return known

    def _of(self, element: Subject) -> tuple[float, Assumed | None]:
        if element.kind == "change":
            return self._unchanged(element)
        if element.kind == "move":
            return 1.0 - self._moved(self._moments.moves[element]), None
        declared = self._declared(element)
        if declared is not None:
            return declared.probability, None
        number = number_of(self._topology, element)
        share = self._scaled(number.availability)
        return share, Assumed(element, share, str(number.source), number.source.basis == "promise")

    def up(self, plan: Plan, gone: tuple[Subject, ...] = ()) -> dict[Subject, float]:
        """Return the probability of each element and event of a plan not to occur, and of each failover to be done.

        What is `gone` is lost for good: automatic failovers are done, and a person hasn't acted.
        """
        up = {element: self.of(element)[0] for element in plan.elements} | dict.fromkeys(gone, 0.0)
        for element, waits in plan.waits().items():
            if element in gone:
                up |= {recent_loss(element, wait): 0.0 if wait.manual else 1.0 for wait in waits}
            else:
                up |= self._done(element, waits)
        return up

    def assumptions(self, plan: Plan, moving: set[Subject]) -> Iterator[Assumed]:
        """Yield what is assumed of some elements and events of a plan."""
        for element in plan.elements:
            assumed = self.of(element)[1] if element in moving else None
            if assumed is not None:
                yield assumed

    def times(self, plan: Plan, moving: set[Subject]) -> tuple[AssumedTime, ...]:
        """Return the times that are assumed of a plan: of its failovers, its moves, and the repairs that these are held against."""
        windows = [window for window in plan.windows() if moving.intersection(plan.causes(window.replica))]
        times = [each for window in windows for each in self._failover(window)]
        causes = dict.fromkeys(cause for window in windows for cause in plan.causes(window.replica))
        for event in (element for element in plan.elements if element.kind == "move" and element in moving):
            component = self._topology.components[self._topology.replicas[self._moments.moves[event].replica].component]
            timed = self._moments.rescheduling(component)
            if timed.source is not None:
                times.append(AssumedTime(Subject("component", component.id), "move", timed.seconds, str(timed.source)))
        times += [each for cause in causes if (each := self._repair(cause)) is not None]
        return tuple(dict.fromkeys(times))

    def _failover(self, window: Window) -> Iterator[AssumedTime]:
        component = self._topology.replicas[window.replica].component
        for timed in (self._moments.promotions.get(component), self._moments.takeovers.get(component)):
            if timed is not None and timed.wait == window.wait and timed.source is not None:
                yield AssumedTime(Subject("component", component), "failover", timed.seconds, str(timed.source))

    def _repair(self, element: Subject) -> AssumedTime | None:
        declared = self._declared(element)
        if declared is not None and (declared.mttr is not None or declared.probability == 1.0):
            return None
        number = number_of(self._topology, element)
        return AssumedTime(element, "repair", number.mttr * _SECONDS_PER_HOUR, str(number.repair))

    def _scaled(self, availability: float) -> float:
        return availability if self._factor == 1.0 else max(0.0, 1.0 - (1.0 - availability) * self._factor)

    def _unchanged(self, event: Subject) -> tuple[float, Assumed | None]:
        change = self._moments.changes[event]
        if change.source is None:
            return 1.0 - change.chance, None
        share = self._scaled(1.0 - change.chance)
        return share, Assumed(event, share, str(change.source))

    def _moved(self, move: Move) -> float:
        """Return the chance that a floating replica is being moved: the mean over the hosts that it may be on."""
        replica = self._topology.replicas[move.replica]
        timed = self._moments.rescheduling(self._topology.components[replica.component])
        seconds = timed.seconds * (1.0 if timed.source is None else self._factor)
        index = self._topology.index
        staying = 1.0
        if move.hosts:
            hosts = [[Subject("host", each) for each in (host, *index.hosts_below(host))] for host in replica.hosts]
            staying *= self._undisturbed(hosts, seconds)
        if move.zones:
            zones = [[Subject("zone", zone) for zone in index.zones_around(host)] for host in replica.hosts]
            staying *= self._undisturbed(zones, seconds)
        return 1.0 - staying

    def _undisturbed(self, places: list[list[Subject]], seconds: float) -> float:
        """Return the mean over places of the chance that nothing of them was lost less than some seconds ago."""
        chances = [
            prod(1.0 - (1.0 - self.of(element)[0]) * self._recent(element, seconds) for element in place)
            for place in places
        ]
        return sum(chances) / len(chances)

    def _done(self, element: Subject, waits: tuple[Wait, ...]) -> dict[Subject, float]:
        """Return for each wait after the loss of an element the chance that it is over, given that the longer ones aren't."""
        shares = [self._recent(element, self._seconds(wait)) for wait in waits]
        for place in range(1, len(shares)):
            # what is assumed may have moved past what is declared
            shares[place] = max(shares[place], shares[place - 1])
        longer = [*shares[1:], 1.0]
        return {
            recent_loss(element, wait): 1.0 - (share / above if above else 0.0)
            for wait, share, above in zip(waits, shares, longer, strict=True)
        }

    def _seconds(self, wait: Wait) -> float:
        return wait.seconds * (self._factor if wait.assumed else 1.0)

    def _recent(self, element: Subject, seconds: float) -> float:
        """Return the share of an element's outages, by time, that began less than some seconds ago."""
        declared = self._declared(element)
        hours = number_of(self._topology, element).mttr if declared is None or declared.mttr is None else declared.mttr
        return min(1.0, seconds / (hours * _SECONDS_PER_HOUR)) if hours else 1.0

    def _declared(self, element: Subject) -> Availability | None:
        if element.kind == "host":
            declared = self._topology.hosts[element.id].availability
            # the place of a service fails with its zones, and the service itself is counted
            is_place = declared is None and self._topology.is_place_of_service(element.id)
            return _NEVER_DOWN if is_place else declared
        if element.kind == "zone":
            return self._topology.zones[element.id].availability
        return self._topology.components[self._topology.replicas[element.id].component].availability
