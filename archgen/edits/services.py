"""Services that providers run: one of a zone that its provider could run in several."""

from __future__ import annotations

from typing import Any

from archgen.model.architecture import SMALL_ZONES, Component, Managed
from archgen.model.products import product_name, product_of, scope_of, service_name, zone_of
from archgen.reliability.index import Index


def is_of_one_zone(component: Component) -> bool:
    """Return True for a service without hosts that its provider runs in one zone, which the model names."""
    placed = any(replica.hosts for replica in component.replicas) or is_disk(component)
    return not placed and zone_of(component) is not None and scope_of(component) == "zonal"


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
