"""Services without pods of their own: names and addresses outside the cluster, or in another namespace."""

from __future__ import annotations

from collections.abc import Iterator, Set

from archgen.importers.catalogue import PRODUCTS, STORES, Known
from archgen.importers.kubernetes.manifests import Manifest, Manifests
from archgen.importers.outside import ASKED
from archgen.importers.products import known_by_name

_OF_PAGES = {80, 8000, 8080, 9000}
"""Ports of stores on which much else answers."""


def outer_services(
    manifests: Manifests, products: Set[str | None]
) -> Iterator[tuple[tuple[str, str], str, Known | None]]:
    """Yield each such Service with its host and what it is; None for what is neither a store nor asked as one.

    One without a selector leads out of the files, also where its addresses stand in none of them: then its name is the host,
    unless its product is among those that the files run themselves, as that of an operator that sets the addresses.
    """
    for service in manifests.of("Service"):
        spec, key = service.node.get("spec"), (service.namespace, service.name)
        if spec.text_at("type") == "ExternalName":
            yield key, spec.text_at("externalName"), _known(service)
        elif not spec.get("selector").keys:
            address, known = _address(manifests, service), _known(service)
            if address or (known is not None and known.product not in products):
                yield key, address or service.name, known


def _address(manifests: Manifests, service: Manifest) -> str:
    """Return the first address of the endpoints of a Service."""
    for endpoints in manifests.of("Endpoints", "EndpointSlice"):
        named = service.name in (
            endpoints.name,
            endpoints.node.text_at("metadata", "labels", "kubernetes.io/service-name"),
        )
        if named and endpoints.namespace == service.namespace:
            for subset in endpoints.node.get("subsets").list():
                for address in subset.get("addresses").list():
                    return address.text_at("ip")
            for endpoint in endpoints.node.get("endpoints").list():
                for address in endpoint.get("addresses").list():
                    return address.text
    return ""


def _known(service: Manifest) -> Known | None:
    """Return the store behind a Service, by the port and then by the name."""
    ports = {port.get("port").number for port in service.node.get("spec", "ports").list()} - _OF_PAGES
    # several products share a port: the best-known one is meant
    products = (*STORES.values(), *PRODUCTS.values())
    by_port = next((each for each in products if each.port in ports and each.keeps_data), None)
    named = known_by_name(service.name)
    named = PRODUCTS.get(service.name, named) if named.product is None else named
    return by_port or (named if named.keeps_data or named.product in (*ASKED, "schema-registry") else None)
