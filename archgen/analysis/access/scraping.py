"""A monitoring that collects from agents beside components, and what keeps it out: rules that deny, and networks that are shut off."""

from __future__ import annotations

from collections.abc import Collection

from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Port
from archgen.model.products import product_of
from archgen.model.reasons import tells_that_it_is_shut_off


def scraped(topology: Topology, collector: Component | None, components: list[str]) -> list[str]:
    """Return the components that a collector gets to, or would by a rule: nothing keeps a monitoring out of them on purpose."""
    if collector is None or collector.kind != "monitoring" or collector.managed:
        return components
    agents_at = product_of(collector.product).agents_at
    sources, port = topology.firewalls.places(collector.id), None if agents_at is None else Port(*agents_at)
    denying = {name: topology.firewalls.denying(sources, collector.id, name, port) for name in components}
    free = (name for name, passed in denying.items() if only_allow(topology, passed))
    return [name for name in free if shut_off(topology, collector.id, name) is None]


def shut_off(topology: Topology, observer: str, component: str) -> str | None:
    """Return the network of a component if it is another one of which the name says that it is shut off."""
    network = topology.network_of(component)
    apart = network is not None and network != topology.network_of(observer)
    return network.id if network is not None and apart and tells_that_it_is_shut_off(network.name) else None


def only_allow(topology: Topology, firewalls: Collection[str]) -> bool:
    """Return True if no rule of some firewalls denies something."""
    return all(rule.action == "allow" for firewall in firewalls for rule in topology.components[firewall].rules)
