"""The rules of a firewall that let in the calls of a model, and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from archgen.analysis.exposure import stores_reached
from archgen.analysis.topology import Topology
from archgen.model.kinds import QUEUES

_PORTS = {"http": 80, "https": 443, "smtp": 25}
"""The ports of the protocols that need not declare one: those of the web (RFC 9110, 4.2) and of mail servers (RFC 5321)."""


def firewall_rules(topology: Topology, components: Collection[str]) -> list[dict[str, Any]]:
    """Return rules that let in what components are called on from other hosts: from the internet, then from inside.

    Empty if a port is unknown, because a rule that leaves it out would cut the callers off, and if the internet reaches a
    store, because a rule would say that it may.
    """
    if any(_is_scraped(topology, name) for name in components):
        return []
    public: dict[tuple[str, str], set[int | None]] = {}
    inside: dict[tuple[str, str], set[int | None]] = {}
    for connection in topology.architecture.connections:
        targets = [target for target in connection.targets if target in components]
        if targets and topology.crosses(connection) is not False:
            is_public = _is_public(topology, connection.source)
            if is_public and any(topology.kind(name).id not in QUEUES for name in stores_reached(topology, connection)):
                return []
            # nobody on the internet administers it, whatever is open today
            open_ = [port for port in connection.ports if not (is_public and port.admin)]
            ports = {port.port or _PORTS.get(port.protocol) for port in open_}
            for target in targets:
                side = (public, (_outside(topology, connection.source), target))
                side = side if is_public else (inside, (connection.source, target))
                side[0].setdefault(side[1], set()).update(ports)
    # who may come from anywhere needs no rule of its own
    public = {
        side: ports
        for side, ports in public.items()
        if side[0] == "internet" or not ports <= public.get(("internet", side[1]), set())
    }
    rules = [*public.items(), *inside.items()]
    if any(None in ports for _, ports in rules):
        return []
    opened: list[dict[str, Any]] = [
        {"from": source, "to": target, "ports": sorted(filter(None, ports)), "action": "allow"}
        for (source, target), ports in rules
        # no ports would mean any
        if ports
    ]
    electing = (
        [name for name in topology.components if name in components and _elects(topology, name)] if opened else []
    )
    return [*opened, *({"from": name, "to": name, "action": "allow"} for name in electing)]


def _elects(topology: Topology, component: str) -> bool:
    """Return True if replicas on several hosts agree by VRRP which has the address, which has no ports."""
    cluster = topology.components[component].cluster
    return cluster is not None and cluster.by == "vrrp" and len(topology.hosts_of(component)) > 1


def _is_scraped(topology: Topology, component: str) -> bool:
    """Return True if a monitoring elsewhere collects from a component on a port that no connection declares."""
    hosts = topology.hosts_of(component)
    return any(
        observer.kind == "monitoring"
        and not observer.managed
        and any(component in collection.sources for collection in observer.collects)
        and not set(topology.hosts_of(observer.id)).issuperset(hosts)
        and not any(component in call.targets for call in topology.outgoing[observer.id])
        for observer in topology.observers
    )


def _outside(topology: Topology, source: str) -> str:
    """Return the side of a rule that lets a caller from outside in: a service by its name, visitors as the internet."""
    return "internet" if topology.kind(source).id == "client" else source


def _is_public(topology: Topology, source: str) -> bool:
    """Return True if a caller's addresses are not the site's own: a visitor's, or those of a provider's edge."""
    return topology.trust(source) == "internet" or (
        bool(topology.components[source].managed) and topology.kind(source).role in ("edge", "balancer")
    )
