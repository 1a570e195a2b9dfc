"""Advice on a service that its provider runs in one place, as far as the model says."""

from __future__ import annotations

from collections.abc import Iterable

from archgen.analysis.topology import Topology
from archgen.edits.promotion import agrees_by_vote, has_primary
from archgen.edits.second_advice import read_elsewhere
from archgen.edits.services import (
    can_be_spread,
    has_zones_beside,
    is_disk,
    is_of_one_zone,
    led_to_own,
    regional_words,
    serves_own_zone,
)
from archgen.model.architecture import Component, Flow
from archgen.model.kinds import FILE_STORES
from archgen.model.products import scope_of, service_name
from archgen.model.protocols import LIVE
from archgen.model.steps import Answer, Request, first_request, steps_in_order
from archgen.model.subject import Subject


def advise_service(topology: Topology, element: Subject, keeps_copies: bool) -> str:
    """Return the fix for a service of one place: a second place of the provider's, or a second provider.

    Another store takes the next copies as well as more zones of one that `keeps_copies` of backups and nothing else.
    """
    if keeps_copies:
        return "Keep the copies in a second store, too, in another datacenter or at another provider."
    gateway = gateway_of_zone(topology, element)
    if gateway is not None:
        return f"Run one in each zone, a host for each under `runs_on`, and {led_to_own(gateway)}."
    placed = _placed_service(topology, element)
    if placed is not None:
        return _beside(topology, placed)
    if is_own_service_of_zone(topology, element):
        component = topology.components[topology.replicas[element.id].component]
        if is_only_spread(component) or own_store(topology, element) is not None:
            return another_copy(topology, component, element.id)
        if not has_zones_beside(topology.index, component):
            return _ELSEWHERE.format("`replicas: 2`")
        return (_SPREAD if can_be_spread(component) else _SECOND).format(_option(component))
    example = "a host for each" if element.kind == "host" else "`replicas: 2`"
    if element.kind == "replica" and _scope(topology, element) is None:
        example += ", or `managed: {scope: regional}` if its provider spreads it over zones"
    return (
        f"If it runs in several places that fail independently, declare them ({example}). If not, ask the provider for "
        "its guarantee, or add a second provider that takes over when this one fails."
    )


def is_recipient(topology: Topology, element: Subject, flows: Iterable[str]) -> bool:
    """Return True for an unknown service of others to which programs bring something at the end of flows, perhaps whom the work is for."""
    if not topology.may_be_spread(element):
        return False
    name = topology.replicas[element.id].component
    if not topology.kind(name).foreign or topology.components[name].product is not None:
        return False
    return all(_is_brought(topology, name, flow) for flow in flows)


def _is_brought(topology: Topology, name: str, flow: str) -> bool:
    """Return True if a flow that no visitor begins writes to a component, which calls nothing on."""
    hops = topology.hops[flow]
    writes = all(hop.access != "read" for hop in hops if name in hop.targets)
    return writes and all(hop.step.source != name for hop in hops) and "client" not in topology.starting_kinds[flow]


def advise_delivery(topology: Topology, element: Subject, flows: Iterable[str]) -> str:
    """Return the fix for the loss of one that the work is for, or of one that is asked before a caller gets its answer."""
    name = topology.replicas[element.id].component
    if any(_is_asked_before_answer(topology.flows[flow], name) for flow in flows):
        return f"Agree on an objective with those who run {name}, and decide what is answered while it is down, such as a refusal in time."
    if _is_sent_live(topology, name, flows):
        return (
            f"If {name} is whom it is for, agree on an objective with those who run it, and send it by a second path or to a second "
            "place, or accept the finding with that reason (`accept`): what is live isn't sent again later."
        )
    return (
        f"If {name} is whom the work is for, try again with growing delays, keep what still fails in "
        "a dead-letter queue, and declare the step to it `async: true`, or accept the finding with that reason (`accept`). If another "
        "provider can do the same, let it take over."
    )


def _is_sent_live(topology: Topology, component: str, flows: Iterable[str]) -> bool:
    """Return True if sound or pictures are sent to a component while they are made."""
    hops = (hop for flow in flows for hop in topology.hops[flow] if component in hop.targets)
    ports = (port for hop in hops if hop.connection is not None for port in hop.connection.ports)
    return any(port.protocol in LIVE for port in ports)


def _is_asked_before_answer(flow: Flow, component: str) -> bool:
    """Return True if who begins a flow gets an answer only after a component was called."""
    first, called = first_request(flow.steps), False
    for step in steps_in_order(flow.steps):
        if isinstance(step, Request):
            called = called or component in step.targets
        elif isinstance(step, Answer) and called and first is not None and step.target == first.source:
            return True
    return False


def gateway_of_zone(topology: Topology, element: Subject) -> Component | None:
    """Return the NAT gateway or endpoint that a provider runs on a host or in a zone, where it leaves the others without one."""
    placed = _placed_service(topology, element)
    if placed is None and is_own_service_of_zone(topology, element):
        placed = topology.components[topology.replicas[element.id].component]
    return placed if placed is not None and serves_own_zone(placed) else None


def _placed_service(topology: Topology, element: Subject) -> Component | None:
    """Return the only service of one's own that a provider runs on a host in a zone and nowhere else: its place is known."""
    if element.kind != "host" or not topology.hosts[element.id].zones:
        return None
    on = {replica.component for replica in topology.replicas_on[element.id]}
    alone = [name for name in on if len(topology.components[name].replicas) == 1]
    own = len(alone) == 1 and not topology.kind(alone[0]).foreign
    return topology.components[alone[0]] if own else None


def _beside(topology: Topology, component: Component) -> str:
    """Return the fix for a service of one place: the provider's own second place, declared as a host."""
    is_copy = component.replication is not None and component.replication.copy_of is not None
    if is_copy or topology.kind(component.id).stores or is_only_spread(component):
        return another_copy(topology, component, component.replicas[0].id)
    if not has_zones_beside(topology.index, component):
        return _ELSEWHERE.format("a host in each under `runs_on`")
    return f"Have its provider run it in several zones ({_option(component)}), and declare it: a host in each under `runs_on`."


def another_copy(topology: Topology, component: Component, primary: str) -> str:
    """Return the fix for a store of one zone: a copy in another, which takes over; of a copy, another to read."""
    replication = component.replication
    is_alone = not has_zones_beside(topology.index, component)
    if replication is not None and replication.copy_of is not None:
        return read_elsewhere(component.id, replication.copy_of, "beside it" if is_alone else "in another zone")
    if is_disk(component):
        return "A volume is in one zone: keep the files in a file service of several zones, or copies of them on a volume in another."
    regional = regional_words(topology.index, component)
    placed = bool(component.replicas[0].hosts)
    if is_only_spread(component):
        instead = " instead of `runs_on`" if placed else ""
        declared = f"declare {regional} for {component.id}{instead}"
        if can_be_spread(component):
            return f"Have its provider spread it over several zones, and {declared}."
        return (
            f"If its provider can spread it over several zones, {declared}. If not, keep a second one in another place."
        )
    declared = "a second host under `runs_on`, and" if placed else "`replicas: 2` and"
    if is_alone:
        return (
            f"Have its provider run a standby that takes over, and declare it: {declared} `replication: {{primary: '{primary}', "
            f"failover: automatic}}` for {component.id}. If that is in the same datacenter, keep a copy in another one too, or "
            "accept that both are lost with it."
        )
    if is_of_one_zone(component):
        declared = f"{regional}, {declared}"
    return (
        f"Add a copy in another zone that takes over ({_of_copies(component)}), and declare it: {declared} `replication: "
        f"{{primary: '{primary}', failover: automatic}}` for {component.id}."
    )


def _option(component: Component) -> str:
    """Return what the provider of a service calls its run in several zones; the word of most where the provider isn't known."""
    name = service_name(component)
    return next((option for beginning, option in _OPTIONS.items() if name.startswith(beginning)), "Multi-AZ")


def _of_copies(component: Component) -> str:
    option = _option(component)
    return f"a reader, {option}" if option == "Multi-AZ" else option


_OPTIONS = {
    # https://learn.microsoft.com/en-us/azure/reliability/availability-zones-overview
    "azure-": "zone redundancy",
    # https://cloud.google.com/sql/docs/mysql/high-availability, https://cloud.google.com/memorystore/docs/redis/redis-tiers
    "cloud-sql": "its high availability configuration",
    "memorystore": "its Standard tier",
}
"""The words of providers, by how the names of their products begin."""


def is_only_spread(component: Component) -> bool:
    """Return True for a provider's store that has no copy to take over: files have no second writer, and two that vote can't elect."""
    return (component.kind in FILE_STORES and not is_disk(component)) or agrees_by_vote(component)


def own_store(topology: Topology, element: Subject) -> str | None:
    """Return the zonal store or cache of one replica that a provider runs for the system: a second provider has none of its data."""
    component = topology.components[topology.replicas[element.id].component] if element.kind == "replica" else None
    if component is None or not has_primary(component):
        return None
    return component.id if scope_of(component) == "zonal" else None


def is_own_service_of_zone(topology: Topology, element: Subject) -> bool:
    """Return True for what a provider runs for the system in one zone, where it could run it in several."""
    if element.kind != "replica" or _scope(topology, element) != "zonal":
        return False
    return not topology.kind(topology.replicas[element.id].component).foreign


def _scope(topology: Topology, replica: Subject) -> str | None:
    return scope_of(topology.components[topology.replicas[replica.id].component])


_ELSEWHERE = (
    "Run another in a second datacenter, with a name that leads to both and leaves out a sick one, and declare {}; or accept its "
    "loss (`accept`), if its provider's guarantee is enough."
)
_SPREAD = (
    "Have its provider run it in several zones ({}) and declare `managed: {{scope: regional}}`, or run another in a second "
    "zone that takes over and declare `replicas: 2`."
)
_SECOND = (
    "Run another in a second zone that takes over and declare `replicas: 2`, or, if its provider can run it in several zones "
    "({}), declare `managed: {{scope: regional}}`."
)
