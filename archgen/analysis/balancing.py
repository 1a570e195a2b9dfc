"""Whether a balancer chooses among targets, and brings a visitor back to the same one."""

from __future__ import annotations

from collections.abc import Mapping

from archgen.model.architecture import Balance, Component, Connection

KEEPING = ("source", "ip-hash", "ip_hash", "source-hash", "uri", "url-hash", "hash", "maglev", "consistent", "sticky")
"""Parts of the names of algorithms that send one visitor to one target by themselves."""


def keeps(balance: Balance) -> bool | None:
    """Whether a visitor comes back to one target, by stickiness or by the algorithm; None where neither tells."""
    algorithm = (balance.algorithm or "").lower()
    if balance.stickiness or any(word in algorithm for word in KEEPING):
        return True
    return False if algorithm or (balance.stickiness is False and balance.mode != "active-passive") else None


def chooses(components: Mapping[str, Component], balance: Balance, connection: Connection) -> bool:
    """Whether more than one replica behind a balancer's connection takes requests at the same time.

    Those that wait as its `backup` do not, nor those of a component of which one replica works at a time.
    """
    if connection.locality is not None:
        return False
    if balance.mode == "active-passive" and not balance.backup:
        return False
    waiting = frozenset(balance.backup)
    return sum(_taking(components[one], waiting) for one in connection.targets) > 1


def _taking(component: Component, waiting: frozenset[str]) -> int:
    taking = sum(waiting.isdisjoint((one.id, one.component, *one.hosts)) for one in component.replicas)
    alone = component.cluster is not None and component.cluster.mode == "active-passive"
    return min(taking, 1) if alone else taking
