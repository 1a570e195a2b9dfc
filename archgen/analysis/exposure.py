"""The stores that calls reach: those that a connection leads to, and those behind a proxy that passes their protocol on."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.model.architecture import Connection
from archgen.model.protocols import WEB

STORES = ("database", "cache", "key-value-store", "queue", "stream", "file-storage", "search")
"""The kinds that keep data and that only applications call; object storage often serves visitors by design."""

BROKERS = ("queue", "stream")
"""The kinds whose messages a proxy may take from devices and partners by design."""

_ANY = ("tcp", "tls")
"""Protocols that say nothing of what runs over them."""


def stores_reached(topology: Topology, connection: Connection) -> dict[str, tuple[str, ...]]:
    """Return the stores that a connection's calls reach, each with the proxies on the way; none for a store itself."""
    reached: dict[str, tuple[str, ...]] = {}
    seen = {connection.source}
    queue: list[tuple[Connection, tuple[str, ...]]] = [(connection, ())]
    for call, proxies in queue:
        for target in call.targets:
            kind = topology.kind(target)
            if kind.id in STORES and not (proxies and kind.id in BROKERS):
                reached.setdefault(target, proxies)
            elif kind.role in ("balancer", "edge") and target not in seen:
                seen.add(target)
                queue += [(onward, (*proxies, target)) for onward in _passed_on(topology, call, target)]
    return reached


def _passed_on(topology: Topology, call: Connection, proxy: str) -> Iterator[Connection]:
    """Yield the connections of a proxy that carry what a call brings, unread."""
    brought = {port.protocol for port in call.ports}
    for onward in topology.outgoing[proxy]:
        carried = {port.protocol for port in onward.ports}
        either = brought.intersection(_ANY) or carried.intersection(_ANY)
        if (brought & carried or either) and not (brought | carried).intersection(WEB):
            yield onward
