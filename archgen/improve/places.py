"""The places of a new host that the search tries: outside of what is lost, and near enough for what it carries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from archgen.edits.moves import BUILT
from archgen.edits.names import next_place
from archgen.edits.placement import bound_callers, leaves_site, zones_expected, zones_led_to
from archgen.edits.witnesses import sites_of_voters
from archgen.model.architecture import Zone
from archgen.model.subject import Subject
from archgen.reliability.index import Index


def zones_for_host(
    index: Index, host: str, carried: Collection[str], breaking: Collection[Subject], target: Subject
) -> list[tuple[str, ...]]:
    """Return the zones of a new host in which all that it carries is of use; at least its own, but against the loss of a zone.

    A virtual one is where its machine is: outside of a zone that is lost there has to be one for such.
    """
    machines = {each.runs_on for each in index.hosts.values() if each.runs_on is not None}
    is_virtual = index.hosts[host].runs_on is not None
    if is_virtual and target.kind == "zone" and all(index.takes_down(target, machine) for machine in machines):
        return []
    own = [index.components[name] for name in (*carried, *bound_callers(index, carried))]
    apart = zones_expected(index, host, carried, breaking)
    if apart and not any(leaves_site(index, component, apart, carried) for component in own):
        return [apart]
    zones = list(_zones(index, host, carried, breaking, target))
    near = [each for each in zones if not any(leaves_site(index, component, each, carried) for component in own)]
    return near or ([index.hosts[host].zones] if zones and target.kind != "zone" else [])


def zones_at_home(
    index: Index, host: str, carried: Iterable[str], chosen: Collection[str], breaking: Collection[Subject] = ()
) -> tuple[str, ...]:
    """Return the zones of a host like one on its site: another rack or feed than those of what it carries, a `chosen` one if it is there.

    Nobody builds one for it: where none is left it is in those of the host. But a model with one alone, which is in `breaking`, has
    no other to choose: a new one, as of a fix.
    """
    taken = {
        zone
        for name in carried
        for replica in index.components[name].replicas
        for own in replica.hosts
        for zone in index.zones_around(own)
    }
    parents = {zone.id: zone.within for zone in index.architecture.zones}
    zones = []
    for zone in index.hosts[host].zones:
        beside = [each.id for each in index.zones_like(zone) if each.within == parents[zone] and each.id not in taken]
        is_built = index.zone_kinds[zone] in BUILT
        beside = zones_led_to(index, host, beside) if is_built else []
        only = is_built and Subject("zone", zone) in breaking and not list(index.zones_like(zone))
        new = next_place(zone, index.element_names) if only else zone
        zones.append(min(beside, key=lambda other: other not in chosen, default=new))
    return tuple(dict.fromkeys(zones))


def _zones(
    index: Index, host: str, carried: Collection[str], breaking: Collection[Subject], target: Subject
) -> Iterator[tuple[str, ...]]:
    """Yield the zones of a new host like this one.

    A zone that is, or lies in, a single point of failure is replaced: by a sound declared zone, else by one with none of the
    components; one without the host's network comes late, and a site that was chosen for a vote alone last. Where there is
    neither, a new one takes the place of the zone whose loss the host is against, of no other; or of the outermost one around
    it that is a single point, too.
    """
    zones = {zone.id: zone for zone in index.architecture.zones}
    replicas = (replica for component in carried for replica in index.components[component].replicas)
    taken = {zone for replica in replicas for own in replica.hosts for zone in index.zones_around(own)}
    options: list[list[str]] = [[], []]
    for_votes = sites_of_voters(index)
    for zone in index.hosts[host].zones:
        chain = (zone, *index.zones_outside(zone))
        broken = [outer for outer in chain if Subject("zone", outer) in breaking]
        lost = target.id if target.kind == "zone" and target.id in chain else None
        for option, outer in zip(options, (lost or zone, broken[-1] if broken and lost else zone), strict=True):
            kinds = (zones[zone].kind, zones[outer].kind)
            beside = [
                other
                for kind in kinds
                for other in zones
                if zones[other].kind == kind and _is_beside(zones, outer, other)
            ]
            beside = [other for other in beside if lost is None or lost not in (other, *index.zones_outside(other))]
            led = zones_led_to(index, host, beside)
            ranks = {
                other: (other in for_votes, other not in led, _is_broken(index, other, breaking)) for other in beside
            }
            fitting = (other for other, (*_, is_point) in ranks.items() if not is_point or other not in taken)
            declared = min(fitting, key=ranks.__getitem__, default=None)
            new = zone if lost is None else next_place(outer, index.element_names)
            option.append((declared or new) if broken else zone)
    yield from dict.fromkeys(tuple(dict.fromkeys(option)) for option in options)


def _is_beside(zones: Mapping[str, Zone], zone: str, other: str) -> bool:
    """Return True for a zone of the same kind in the same place, a datacenter anywhere, and a zone of another kind."""
    alike = zones[other].kind == zones[zone].kind != "datacenter"
    return not alike or zones[other].within == zones[zone].within


def _is_broken(index: Index, zone: str, breaking: Collection[Subject]) -> bool:
    return any(Subject("zone", outer) in breaking for outer in (zone, *index.zones_outside(zone)))
