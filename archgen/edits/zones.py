"""The zones of a similar host: the same ones, or others where a zone takes down a flow by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archgen.analysis.topology import Topology
from archgen.edits.names import next_place
from archgen.edits.placement import leaves_site, zones_expected, zones_led_to
from archgen.edits.services import can_be_spread, managed_value, regional
from archgen.model.architecture import Component
from archgen.model.change import Change, Put
from archgen.model.kinds import AGENTS
from archgen.model.products import zone_of
from archgen.model.subject import Subject


def zones_beside(topology: Topology, host: str, carried: Iterable[Component]) -> tuple[str, ...]:
    """Return the zones for a similar host: the same ones, but another rack or availability zone where that takes down a flow by itself.

    That is a declared one, best without the components, else a new rack; nobody builds a datacenter for a fix. If the site of a rack
    takes the flow down as well, it is a rack of another one that the flow uses. Another availability zone
    is one that the host's network reaches, another datacenter one that the same flows use already.
    """
    if not topology.hosts[host].zones:
        return ()
    carried = tuple(carried)
    expected = zones_expected(topology.index, host, [component.id for component in carried])
    if expected and not _leaves(topology, carried, expected):
        return expected
    flows = topology.flows_through([component.id for component in carried if component.kind not in AGENTS])
    points = {element for flow in flows for element in topology.losses.points[flow]}
    # every host has an agent
    hosts = {own for component in carried if component.kind not in AGENTS for own in topology.hosts_of(component.id)}
    taken = {zone for own in hosts for zone in topology.index.zones_around(own)}
    chosen: list[str] = []
    for zone in topology.hosts[host].zones:
        kind = topology.zones[zone].kind
        like = [each.id for each in topology.index.zones_like(zone)]
        led = zones_led_to(topology.index, host, like)
        beside = sorted(like, key=lambda each: each not in led)
        others = [each for each in beside if each not in taken]
        sound = [other for other in others if Subject("zone", other) not in points]
        shared = Subject("zone", zone) in points
        if shared and kind in ("rack", "power"):
            around = {each for each in topology.index.zones_outside(zone) if Subject("zone", each) in points}
            apart = (
                [other for other in sound if other in led and around.isdisjoint(topology.index.zones_outside(other))]
                if around
                else []
            )
            used = _zones_used(topology, flows) if apart else set()
            far = next((other for other in apart if not used.isdisjoint(topology.index.zones_outside(other))), None)
            if far is not None and not _leaves(topology, carried, (far,)):
                chosen.append(far)
                continue
            chosen.append(next(iter((*sound, *others, *beside)), next_place(zone, topology.element_names)))
        elif shared and kind == "availability-zone":
            chosen.append(next((other for other in (*sound, *others) if _reaches(topology, host, other)), zone))
        elif shared and kind == "datacenter":
            used = _zones_used(topology, flows)
            chosen.append(next((other for other in sound if other in used), zone))
        else:
            chosen.append(zone)
    # what is bound to its site stays there
    return topology.hosts[host].zones if _leaves(topology, carried, chosen) else tuple(chosen)


def _leaves(topology: Topology, carried: Sequence[Component], zones: Sequence[str]) -> bool:
    """Return True if zones are on another site than something is bound to."""
    together = [component.id for component in carried]
    return any(leaves_site(topology.index, component, zones, together) for component in carried)


def spread_over_zones(topology: Topology, component: Component) -> tuple[Change, ...]:
    """Return the change that lets a provider run its service in several zones; none where it isn't known to be able to."""
    if not can_be_spread(component):
        return ()
    return (Put(("components", component.id, "managed"), managed_value(regional(topology.index, component))),)


def _zones_used(topology: Topology, flows: Iterable[str]) -> set[str]:
    """Return the zones around the hosts of what flows use."""
    used = {name for flow in flows for hop in topology.hops[flow] for name in (hop.step.source, *hop.targets)}
    hosts = {host for name in used for host in topology.hosts_of(name)}
    return {zone for host in hosts for zone in topology.index.zones_around(host)}


def _reaches(topology: Topology, host: str, zone: str) -> bool:
    """Return True if a host's network reaches a zone in the same place as that of the host.

    It has a host there already, as another network of the host's zone may, or nothing has and a provider runs a part of the system there.
    """
    own, zones = topology.hosts[host], topology.zones
    beside = any(zones[each].within == zones[zone].within for each in own.zones)
    there = [each for each in topology.hosts.values() if zone in each.zones]
    rented = not there and any(zone_of(each) == zone for each in topology.architecture.components)
    here = {each.network for each in topology.hosts.values() if set(each.zones) & set(own.zones)}
    return beside and (rented or any(each.network in here for each in there))
