"""Pools: the hosts that several components' replicas float between, as one box."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from archgen.analysis.topology import Topology
from archgen.model.architecture import Replica
from archgen.model.wording import plural
from archgen.views.diagram import Group
from archgen.views.folding import Folding

_SHARED = 2
"""The components from which on candidate hosts are a box of their own."""


def pool_id(hosts: Collection[str]) -> str:
    """Return the id of the group of some candidate hosts."""
    return f"pool:{' '.join(hosts)}"


def pools(topology: Topology, groups: Collection[str], folding: Folding) -> list[Group]:
    """Return a group for each set of hosts that several components float between, in their nearest common zone."""
    floating = {
        (component.id, replica.hosts): replica
        for component in topology.architecture.components
        for replica in component.replicas
        if replica.floating
    }
    shared = Counter(hosts for _, hosts in floating)
    first = {hosts: replica for (_, hosts), replica in reversed(floating.items())}
    return [
        _pool(topology, replica, groups, folding)
        for hosts, replica in reversed(first.items())
        if shared[hosts] >= _SHARED
    ]


def _pool(topology: Topology, replica: Replica, groups: Collection[str], folding: Folding) -> Group:
    names = [topology.hosts[host].name or host for host in replica.hosts]
    return Group(
        id=pool_id(replica.hosts),
        subject=replica.hosts[0],
        kind="host",
        label=f"any of {plural(len(names), 'host')}",
        detail=f"{names[0]} … {names[-1]}",
        parent=shared_zone(topology, replica, groups, folding),
    )


def shared_zone(topology: Topology, replica: Replica, groups: Collection[str], folding: Folding) -> str | None:
    """Return the group of the nearest zone around all hosts of a replica."""
    shared = topology.index.shared_zones(replica)
    nearest = (folding.zones.get(zone, zone) for zone in topology.index.zones_of(replica) if zone in shared)
    return next((f"zone:{zone}" for zone in nearest if f"zone:{zone}" in groups), None)
