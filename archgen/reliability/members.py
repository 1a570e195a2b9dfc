"""The replicas of a component that may answer an access, before locality: who reads, who writes, who stands in."""

from __future__ import annotations

from archgen.model.architecture import Access, Balance, Cluster, Component


def quorum(component: Component) -> int:
    """Return how many replicas of a component must be up for any of them to work; 0 if no number is asked."""
    if component.quorum is None:
        return 0
    return len(component.replicas) // 2 + 1 if component.quorum == "majority" else component.quorum


def promoted_by_hand(component: Component) -> bool:
    """Return True if a person promotes a replica within a stated time when a primary, which runs on one host, is lost."""
    replication = component.replication
    if replication is None or replication.failover == "automatic" or replication.recovery is None:
        return False
    return bool(replication.primary) and all(
        len(replica.hosts) < 2 for replica in component.replicas if replica.id in replication.primary
    )


def writers(component: Component, by_hand: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the replicas that take writes, and those that take them once promoted; `by_hand` counts people's promotions."""
    everyone = tuple([replica.id for replica in component.replicas])
    replication = component.replication
    if replication is None or replication.all_write:
        return everyone, ()
    if replication.copy_of is not None:
        return (), ()
    if not replication.primary:
        return everyone, ()
    others = tuple([replica for replica in everyone if replica not in replication.primary])
    promoted = replication.failover == "automatic" or (by_hand and promoted_by_hand(component))
    return replication.primary, others if promoted else ()


def eligible(component: Component, access: Access, by_hand: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the replicas that may answer an access, before locality: (at once, after promotion)."""
    now: tuple[str, ...]
    later: tuple[str, ...]
    if access == "read":
        now, later = tuple([replica.id for replica in component.replicas]), ()
    else:
        now, later = writers(component, by_hand)
    cluster = component.cluster
    if cluster is not None and cluster.failover == "manual":
        now = tuple(replica for replica in now if replica in cluster.active)
        later = tuple(replica for replica in later if replica in cluster.active)
    return now, later


def is_active_passive(cluster: Cluster | None) -> bool:
    """Return True if one member of a cluster takes the traffic: the model says so, or names the active member."""
    return cluster is not None and (cluster.mode == "active-passive" or (cluster.mode is None and bool(cluster.active)))


def waits_as_backup(balance: Balance, component: str, replica: str) -> bool:
    """Return True if a replica takes a balancer's requests only while others fail."""
    return component in balance.backup or replica in balance.backup
