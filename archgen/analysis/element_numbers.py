"""The assumed number of an element by its kind, product and place: what the tables of assumed numbers say of it."""

from __future__ import annotations

from archgen.analysis import assumed_numbers as numbers
from archgen.analysis.assumed_numbers import Number
from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Replica, Scope
from archgen.model.kinds import KINDS
from archgen.model.products import scope_of, service_name
from archgen.model.reasons import tells_deadline
from archgen.model.subject import Subject

_OWN_CODE = frozenset({"app-server", "service", "function", "worker"})


def number_of(topology: Topology, element: Subject) -> Number:
    """Return the assumed number of a replica, a host or a zone."""
    if element.kind == "host":
        return numbers.HOST if topology.hosts[element.id].runs_on is None else numbers.GUEST
    if element.kind == "zone":
        return numbers.ZONES[topology.zones[element.id].kind]
    replica = topology.replicas[element.id]
    component = topology.components[replica.component]
    if component.managed:
        return _of_managed(component, _scope(topology, component, replica))
    number = _of_program(component)
    # one whose host isn't told stands on some host
    return number if replica.hosts else _ON_SOME_HOST[number]


_BETTER = 3
"""An assumed repair may be so many times shorter, as in the range of a figure that rests on it."""


def repair_of(topology: Topology, element: Subject) -> tuple[float, bool]:
    """Return the seconds until an element is repaired, and whether they are assumed."""
    if element.kind == "replica":
        declared = topology.components[topology.replicas[element.id].component].availability
    else:
        declared = (topology.hosts if element.kind == "host" else topology.zones)[element.id].availability
    if declared is not None and declared.mttr is not None:
        return 3600 * declared.mttr, False
    return 3600 * number_of(topology, element).mttr, True


def is_too_long(repair: tuple[float, bool], objective: float) -> bool:
    """Return True if a repair takes longer than an objective, even where it is assumed for too long."""
    seconds, assumed = repair
    return seconds > objective * (_BETTER if assumed else 1)


def longest_wait(topology: Topology, flow: str) -> float | None:
    """Return the longest time that work of a flow may wait: as it declares, as its owners say, or the recovery objective.

    What they say of the flow, or of each worker in it, may be longer than the objective; None without any.
    """
    own, objective = topology.flows[flow], topology.architecture.objectives.recovery_time
    if own.within is not None or objective is None:
        return own.within
    told = tells_deadline(own.summary)
    names = {name for hop in topology.hops[flow] for name in (hop.step.source, *hop.targets)}
    workers = [tells_deadline(topology.components[name].why) for name in names if topology.kind(name).id == "worker"]
    deadlines = [deadline for deadline in workers if deadline is not None]
    if told is None and deadlines and len(deadlines) == len(workers):
        told = min(deadlines)
    return max(objective, told or 0.0)


def _scope(topology: Topology, component: Component, replica: Replica) -> Scope | None:
    """Return the scope of a managed replica: that of a region if its host stands there in no zone, and it is no data without a copy."""
    zones = [topology.zones[zone].kind for host in replica.hosts for zone in topology.index.nearest_zones(host)]
    in_region = bool(zones) and set(zones) == {"region"}
    alone = KINDS[component.kind].role == "data" and component.replication is None and len(component.replicas) == 1
    return scope_of(component) or ("regional" if in_region and not alone else None)


def is_own_code(component: Component) -> bool:
    """Return True if a component runs code of the system's own makers, who deploy it."""
    return component.codebase is not None or component.kind in _OWN_CODE


def _of_program(component: Component) -> Number:
    if is_own_code(component):
        return numbers.OWN_CODE
    return numbers.STORE if KINDS[component.kind].stores else numbers.PROGRAM


def _of_managed(component: Component, scope: Scope | None) -> Number:
    if scope is not None:
        return (
            numbers.PROMISES.get((service_name(component), scope))
            or _of_name_service(component)
            or numbers.MANAGED[scope]
        )
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
