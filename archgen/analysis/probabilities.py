"""The probability that each element of a model is up, as the model declares it or as it is assumed."""

from __future__ import annotations

from msgspec import Struct

from archgen.analysis import assumed_numbers as numbers
from archgen.analysis.assumed_numbers import Number
from archgen.analysis.topology import Topology
from archgen.model.architecture import Availability, Component, Replica
from archgen.model.kinds import KINDS
from archgen.model.products import scope_of
from archgen.model.subject import Subject
from archgen.reliability.evaluation import Plan

_SECONDS_PER_HOUR = 3600.0
_OWN_CODE = frozenset({"app-server", "service", "function", "worker"})


class Assumed(Struct, frozen=True):
    """An element whose availability the model doesn't declare, the assumed number, and its source.

    Only elements that affect the flow's availability are listed.
    """

    element: Subject
    availability: float
    source: str


class Probabilities:
    """The probability that each element of a model is up, as declared or as assumed."""

    def __init__(self, topology: Topology) -> None:
        self._topology = topology

    def of(self, element: Subject) -> tuple[float, Assumed | None]:
        """Return the probability of an element, and the assumption where the model declares none."""
        stated = self._stated(element)
        if stated is not None:
            return stated.probability, None
        number = self._number(element)
        return number.availability, Assumed(element, number.availability, str(number.source))

    def answered(self, plan: Plan, loss: Subject) -> float:
        """Return the share of an element's outages, by time, that comes after a person has promoted a replica.

        An outage lasts the element's mean time to repair, and the person needs the declared recovery time of it.
        """
        needed = max(map(self._recovery, plan.awaiting()[loss]))
        hours = self._mttr(loss)
        return max(0.0, 1.0 - needed / (hours * _SECONDS_PER_HOUR)) if hours else 0.0

    def _mttr(self, element: Subject) -> float:
        stated = self._stated(element)
        return self._number(element).mttr if stated is None or stated.mttr is None else stated.mttr

    def _recovery(self, replica: str) -> float:
        replication = self._component(replica).replication
        return (replication.recovery if replication else None) or 0.0

    def _component(self, replica: str) -> Component:
        return self._topology.components[self._topology.replicas[replica].component]

    def _stated(self, element: Subject) -> Availability | None:
        if element.kind == "host":
            return self._topology.hosts[element.id].availability
        if element.kind == "zone":
            return self._topology.zones[element.id].availability
        return self._component(element.id).availability

    def _number(self, element: Subject) -> Number:
        if element.kind == "host":
            return numbers.HOST if self._topology.hosts[element.id].runs_on is None else numbers.GUEST
        if element.kind == "zone":
            return numbers.ZONES[self._topology.zones[element.id].kind]
        return of_replica(self._component(element.id), self._topology.replicas[element.id])


def of_replica(component: Component, replica: Replica) -> Number:
    """Return the assumed number of a replica by itself; one whose host isn't told stands on some host."""
    if component.managed:
        return _of_managed(component)
    number = _of_program(component)
    return number if replica.hosts else _ON_SOME_HOST[number]


def is_own_code(component: Component) -> bool:
    """Return True if a component runs code of the system's own makers, who deploy it."""
    return component.codebase is not None or component.kind in _OWN_CODE


def _of_program(component: Component) -> Number:
    if is_own_code(component):
        return numbers.OWN_CODE
    return numbers.STORE if KINDS[component.kind].stores else numbers.PROGRAM


def _of_managed(component: Component) -> Number:
    scope = scope_of(component)
    if scope is not None:
        name = (component.product or component.id).casefold()
        return numbers.PROMISES.get((name, scope)) or _of_name_service(component) or numbers.MANAGED[scope]
    return _of_name_service(component) or numbers.MANAGED_UNKNOWN


def _of_name_service(component: Component) -> Number | None:
    return numbers.DNS if component.kind == "dns" else None


def _on_some_host(number: Number) -> Number:
    """Return the number of a program together with that of a host, its outages as long as both make them by time."""
    host = numbers.HOST
    down = (1.0 - number.availability, 1.0 - host.availability)
    mttr = (down[0] * number.mttr + down[1] * host.mttr) / sum(down)
    source = numbers.Source(
        "convention", f"it runs on some host, which is up {host.availability * 100:g}%, and {number.source.text}"
    )
    repair = numbers.Source("convention", "outages of the program and of its host, weighted by their downtime")
    return Number(number.availability * host.availability, mttr, source, repair)


_ON_SOME_HOST = {number: _on_some_host(number) for number in (numbers.OWN_CODE, numbers.STORE, numbers.PROGRAM)}
