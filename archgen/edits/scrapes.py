"""A monitoring that collects from agents beside components, and what stands in its way: firewalls, and networks that are shut off."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from archgen.analysis.monitoring import asks_agents
from archgen.analysis.topology import Topology
from archgen.edits.firewalls import only_allow
from archgen.model.architecture import Component, Port, Replica
from archgen.model.change import Append, Change
from archgen.model.products import product_of
from archgen.model.reasons import tells_that_it_is_shut_off
from archgen.model.wording import listed


def admit_scrapes(topology: Topology, observer: str, components: Collection[str]) -> tuple[Change, ...] | None:
    """Return the rules that let a monitoring in to agents beside components, past firewalls whose rules leave it to their default.

    A firewall with a rule that denies something may keep it out on purpose, and nothing else lets it through. None if one would have
    to be opened for a product whose port isn't known: a rule without ports opens all.
    """
    if topology.components[observer].managed:
        # a provider's is sent what it gets
        return ()
    agents_at = product_of(topology.components[observer].product).agents_at
    sources = topology.firewalls.places(observer)
    port = None if agents_at is None else Port(*agents_at)
    denying = {name: topology.firewalls.denying(sources, observer, name, port) for name in components}
    opened = [(each, name) for name, passed in denying.items() if only_allow(topology, passed) for each in passed]
    if opened and agents_at is None:
        return None
    ports = [] if agents_at is None else [agents_at[1]]
    return tuple(
        Append(("components", firewall, "rules"), {"from": observer, "to": name, "ports": ports, "action": "allow"})
        for firewall, name in opened
    )


def scraped(topology: Topology, collector: Component | None, components: list[str]) -> list[str]:
    """Return the components that a collector gets to, or would by a rule: nothing keeps a monitoring out of them on purpose."""
    if collector is None or collector.kind != "monitoring" or collector.managed:
        return components
    agents_at = product_of(collector.product).agents_at
    sources, port = topology.firewalls.places(collector.id), None if agents_at is None else Port(*agents_at)
    denying = {name: topology.firewalls.denying(sources, collector.id, name, port) for name in components}
    free = (name for name, passed in denying.items() if only_allow(topology, passed))
    return [name for name in free if _shut_off(topology, collector.id, name) is None]


def refuse_scrapes(topology: Topology, hosts: Sequence[str]) -> str:
    """Return what keeps out the monitoring which asks agents on some hosts, as a sentence for each; else ""."""
    asking = asks_agents(topology)
    if asking is None:
        return ""
    watcher, port = asking
    sources = topology.firewalls.places(watcher.id)
    asked = next(iter(topology.of_kind("monitoring-agent")), watcher).id
    shut: dict[str, None] = {}
    barred: dict[str, None] = {}
    barring: dict[str, None] = {}
    for host in hosts:
        denying = topology.firewalls.denying_at(sources, watcher.id, Replica(f"{asked}@{host}", asked, (host,)), port)
        barring |= dict.fromkeys(denying)
        barred |= dict.fromkeys([host] if denying else [])
        own = [replica.component for replica in topology.replicas_on[host]]
        shut |= dict.fromkeys(network for name in own if (network := _shut_off(topology, watcher.id, name)))
    does = "doesn't" if len(barring) == 1 else "don't"
    there = "there" if len(barred) == len(hosts) else f"at {listed([*barred])}"
    words = f" So far, {listed([*barring])} {does} let {watcher.id} in {there} (port {port.port})." if barring else ""
    if not shut:
        return words
    closed = f"{listed([*shut])} {'is' if len(shut) == 1 else 'are'} shut off by name"
    return f"{words} {closed}: collect inside, and open a way for the numbers alone."


def _shut_off(topology: Topology, observer: str, component: str) -> str | None:
    """Return the network of a component if it is another one of which the name says that it is shut off."""
    network = topology.network_of(component)
    apart = network is not None and network != topology.network_of(observer)
    return network.id if network is not None and apart and tells_that_it_is_shut_off(network.name) else None
