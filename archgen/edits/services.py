"""Services that providers run: one of a zone that its provider could run in several."""

from __future__ import annotations

from typing import Any

from archgen.edits.names import next_place
from archgen.model.architecture import SMALL_ZONES, Component, Managed
from archgen.model.kinds import FORWARDING
from archgen.model.products import product_name, product_of, scope_of, service_name, zone_of
from archgen.reliability.index import Index


def is_of_one_zone(component: Component) -> bool:
    """Return True for a service without hosts that its provider runs in one zone, which the model names."""
    placed = any(replica.hosts for replica in component.replicas) or is_disk(component)
    return not placed and zone_of(component) is not None and scope_of(component) == "zonal"


def serves_own_zone(component: Component) -> bool:
    """Return True for what a provider runs in a zone for the callers there: another stands in for it once people lead these to it."""
    return bool(component.managed) and (component.kind == "nat-gateway" or product_of(component.product).zonal)


def led_to_own(component: Component) -> str:
    """Return what people do once each zone has one of what serves its own zone alone."""
    if component.kind in FORWARDING:
        return "lead the routes of each zone to its own"
    return "let the callers of each zone call its own"


def own_zones(index: Index, component: Component) -> list[str]:
    """Return the availability zones that have one of what serves its own zone alone; none for anything else."""
    if not serves_own_zone(component):
        return []
    around = dict.fromkeys(zone for replica in component.replicas for zone in index.zones_of(replica))
    return [zone for zone in around if index.zone_kinds[zone] == "availability-zone"]


def zones_to_serve(index: Index, component: Component) -> tuple[str, ...]:
    """Return the availability zones of callers without one of what serves its own zone alone; another zone where no caller is elsewhere.

    None for what is in no such zone, or has one in each.
    """
    own = own_zones(index, component)
    if not own:
        return ()
    zones = {zone.id: zone for zone in index.architecture.zones}
    beside = [
        each.id for each in index.zones_like(own[0]) if each.id not in own and each.within == zones[own[0]].within
    ]
    calling = {
        zone
        for caller in index.callers(component.id)
        for replica in caller.replicas
        for zone in index.zones_of(replica)
    }
    called = tuple(zone for zone in beside if zone in calling)
    if called or len(own) > 1:
        return called
    used = {zone for host in index.hosts for zone in index.zones_around(host)}
    return (min(beside, key=lambda zone: zone not in used, default=next_place(own[0], index.element_names)),)


def has_zones_beside(index: Index, component: Component) -> bool:
    """Return True for a service that its provider may run in several zones: not one in a datacenter, which is a place of its own.

    Providers without availability zones run all of a service there, and another datacenter has nothing in common with it.
    """
    hosts = {host for replica in component.replicas for host in replica.hosts}
    declared = {zone_of(component)} if not hosts else {zone for host in hosts for zone in index.hosts[host].zones}
    kinds = {_kind_around(index, zone) for zone in declared if zone is not None}
    return kinds != {"datacenter"} or can_be_spread(component)


def _kind_around(index: Index, zone: str) -> str:
    """Return the kind of a zone, of a rack or a power feed that of what it is in."""
    kinds = [index.zone_kinds[each] for each in (zone, *index.zones_outside(zone))]
    return next((kind for kind in kinds if kind not in SMALL_ZONES), kinds[0])


_DISKS = (
    "ebs",
    "persistent-disk",
    "google-persistent-disk",
    "gcp-persistent-disk",
    "azure-disk",
    "azure-managed-disk",
)
"""Block volumes, by their products."""


def is_disk(component: Component) -> bool:
    """Return True for a block volume, which its provider keeps in one zone alone."""
    return product_name(component.product) in _DISKS


def can_be_spread(component: Component) -> bool:
    """Return True for a service that its provider is known to offer in several zones: others may have one place, so people decide."""
    return product_of(service_name(component)).spreadable


def regional(index: Index, component: Component) -> Managed:
    """Return the place of a service that its provider runs in several zones: in the region around its own where there is one."""
    zone = zone_of(component)
    around = (zone, *index.zones_outside(zone)) if zone is not None else ()
    return Managed("regional", next((each for each in around if index.zone_kinds[each] == "region"), None))


def managed_value(managed: bool | Managed) -> bool | dict[str, Any]:
    """Return the place of a managed service as its entry in a model."""
    if not isinstance(managed, Managed):
        return managed
    return {"scope": managed.scope} | ({"zone": managed.zone} if managed.zone is not None else {})


def regional_words(index: Index, component: Component) -> str:
    """Return the key of a service in several zones as it is written."""
    place = regional(index, component)
    return f"`managed: {{scope: regional{f', zone: {place.zone}' if place.zone is not None else ''}}}`"
