"""The choice of a balancer among targets, and its stickiness."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archgen.model.architecture import Balance, Component, Connection
from archgen.reliability.index import Index
from archgen.reliability.locality import SAME_HOST, caller_pools

STICKY = ("source", "ip-hash", "ip_hash", "source-hash", "uri", "url-hash", "hash", "maglev", "consistent", "sticky")
"""Parts of the names of algorithms that send a visitor to the same target by themselves."""


def is_sticky(balance: Balance) -> bool | None:
    """Return True if a visitor returns to the same target, by stickiness or algorithm; None where neither decides."""
    algorithm = (balance.algorithm or "").lower()
    if balance.stickiness or any(word in algorithm for word in STICKY):
        return True
    return False if algorithm or (balance.stickiness is False and balance.mode != "active-passive") else None


def has_choice(index: Index, balance: Balance, connection: Connection) -> bool:
    """Return True if several replicas behind a balancer's connection take requests at the same time.

    A `backup` doesn't take requests, nor do the passive replicas of a component. Those on one host have its files in common.
    """
    if connection.locality == SAME_HOST:
        return False
    if balance.mode == "active-passive" and not balance.backup:
        return False
    waiting = frozenset(balance.backup)
    active = [
        replica for target in connection.targets for replica in _active_replicas(index.components[target], waiting)
    ]
    return any(len(pool) > 1 for pool in caller_pools(index, connection, active))


def _active_replicas(component: Component, waiting: frozenset[str]) -> list[str]:
    active = [
        replica.id
        for replica in component.replicas
        if waiting.isdisjoint((replica.id, replica.component, *replica.hosts))
    ]
    alone = component.cluster is not None and component.cluster.mode == "active-passive"
    return active[:1] if alone else active


def pool_behind(
    index: Index, outgoing: Mapping[str, Sequence[Connection]], balancer: str, balance: Balance
) -> Iterator[tuple[Component, bool]]:
    """Yield the targets that a balancer chooses among, then what is bound to these by the same host; True for a target."""
    chosen = (connection for connection in outgoing[balancer] if has_choice(index, balance, connection))
    behind = dict.fromkeys([target for connection in chosen for target in connection.targets], True)
    queue = list(behind)
    for name in queue:
        for further in outgoing[name]:
            if further.locality == SAME_HOST:
                for target in further.targets:
                    if target not in behind:
                        behind[target] = False
                        queue.append(target)
    yield from ((index.components[name], direct) for name, direct in behind.items())
