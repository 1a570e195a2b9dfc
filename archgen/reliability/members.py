"""The replicas of a component that may answer an access, before locality: who reads, who writes, who stands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from archgen.model.architecture import MOVERS, Balance, Cluster, Component, Quorum
from archgen.model.kinds import FORWARDING, KINDS
from archgen.model.products import product_name, product_of
from archgen.model.steps import Access, tells_of_copies
from archgen.reliability.moment import LASTING, Moment


class Votes(Struct, frozen=True):
    """So many of the members must be up, whether they work or not."""

    count: int
    members: tuple[str, ...]


Asking = Access | Literal["lead"]
"""The access that a step asks of a component; `lead` is a read of whichever replica takes the writes."""

AskedOf = tuple[Asking, tuple[str, ...]]
"""What a step asks of a component, and the replicas that it may choose among; none named leaves it all."""

_TO_WRITE = Quorum(1, "majority")


def quorum_of(component: Component) -> int | Literal["majority"] | Quorum | None:
    """Return the quorum that a component declares, else the one that its product cannot do without.

    Where another component promotes its replicas, the votes are counted there: an arbiter has one and holds no data. Replicas that
    elect among themselves ask nobody: what `by` names leads the callers to the one that they elected.
    """
    if has_arbitrator(component):
        return None
    if component.quorum is not None:
        return component.quorum
    replication, product = component.replication, product_of(component.product)
    elects_alone = product.agrees and product.steps_down is None
    if replication is not None and replication.by is not None and not (replication.all_write or elects_alone):
        return None
    if len(component.replicas) < 2 or not (KINDS[component.kind].role == "data" or _is_coordinator(component)):
        return None
    if component.votes_elsewhere or (component.managed and product.votes_by_role):
        return None
    implied = product.quorum
    if implied == "half-to-read":
        apart = replication is not None and replication.mode == "asynchronous"
        # sites that copy to each other later are stores of their own
        return None if apart else Quorum((len(component.replicas) + 1) // 2, len(component.replicas) // 2 + 1)
    return _TO_WRITE if implied == "majority-to-write" else implied


def _is_coordinator(component: Component) -> bool:
    """Return True for a coordinator under whatever kind; what a model calls Consul may be its agents, which have no vote."""
    return product_of(component.product).coordinates and product_name(component.product) != "consul"


def asks_majority(component: Component) -> bool:
    """Return True for what answers or takes writes while a majority of its replicas is up, as it or its product says."""
    quorum = quorum_of(component)
    return "majority" in ((quorum.read, quorum.write) if isinstance(quorum, Quorum) else (quorum,))


def has_arbitrator(component: Component) -> bool:
    """Return True if a component may vote beside the replicas of a store that take writes on a majority only.

    The votes are counted there: of a store whose replicas all take writes, or of a product that has arbitrators. Of another whose
    replicas agree by themselves nothing else votes.
    """
    replication, product = component.replication, product_of(component.product)
    if replication is None or replication.by is None or (product.agrees and not product.arbitrated):
        return False
    if not (replication.all_write or product.arbitrated):
        return False
    return (product.quorum if component.quorum is None else component.quorum) == "majority"


def quorum(component: Component) -> int:
    """Return how many replicas of a component must be up for any of them to work; 0 if no number is asked."""
    asked = quorum_of(component)
    return 0 if isinstance(asked, Quorum) else _number(asked, component)


def _number(asked: int | Literal["majority"] | None, component: Component) -> int:
    return len(component.replicas) // 2 + 1 if asked == "majority" else asked or 0


def asked_of(
    component: Component,
    access: Access,
    pinned: tuple[str, ...] = (),
    locality: str | None = None,
    *,
    copies: bool = False,
) -> AskedOf:
    """Return what a step asks of a component over a connection of a locality.

    A step that names the declared primary alone asks for its role: once another replica is promoted, that one answers. So does a read
    that names no replica of a store whose standby answers nothing before it is promoted, or whose clients ask the primary at first,
    unless the step reads its `copies`.
    """
    if names_primary(component, pinned) or (not pinned and _leads_to_primary(component, locality, copies)):
        return "lead" if access == "read" else access, ()
    return access, pinned


def _leads_to_primary(component: Component, locality: str | None, copies: bool) -> bool:
    """Return True if only the primary answers those who name no replica, nor by their locality the copy of their own site."""
    if asks_primary(component) and not copies:
        return locality is None
    if not has_silent_standby(component):
        return False
    copies_near = component.kind == "file-storage" or product_of(component.product or component.id).leads_to_primary
    return not copies_near or locality is None


def asks_primary(component: Component) -> bool:
    """Return True for a primary and copies of a product whose clients or standbys put every request to the primary by default."""
    replication = component.replication
    if replication is None or len(component.replicas) < 2 or len(replication.primary) != 1:
        return False
    if tells_of_copies(component.why):
        return False
    by_default = product_of(component.product).asks_primary
    return by_default == "always" or (by_default == "promoted" and replication.by is not None)


def has_silent_standby(component: Component) -> bool:
    """Return True for a primary and standbys that answer nothing before one is promoted.

    A provider's has no address of its own, or not that of the group; a copy of it that lags is read, and no standby. Files are mounted
    from one server, unless each member or a provider's copy has a place to mount it from.
    """
    replication = component.replication
    if replication is None or len(component.replicas) < 2 or len(replication.primary) != 1:
        return False
    product = product_of(component.product or component.id)
    if not component.managed:
        return product.mounts_standbys or (component.kind == "file-storage" and not product.mounted_from_all)
    if product.leads_to_primary and replication.failover == "automatic":
        return True
    is_standby = replication.mode == "synchronous" or (
        replication.failover == "automatic" and (replication.mode is None or product.lagging_standby)
    )
    pair = product.leads_to_primary or (product.silent_standby and len(component.replicas) == 2)
    return pair and is_standby


def is_called_at_primary(component: Component) -> bool:
    """Return True for a provider's pair of which the standby takes no call, by no name of its own and no option, before it is promoted."""
    product = product_of(component.product or component.id)
    named = product.leads_to_primary or product.lagging_standby
    return bool(component.managed) and has_silent_standby(component) and not named


def names_primary(component: Component, pinned: tuple[str, ...]) -> bool:
    """Return True if, of several replicas, a step names the one that is declared the primary."""
    primary = component.replication.primary if component.replication is not None else ()
    if len(primary) != 1 or len(component.replicas) < 2 or primary[0] not in pinned:
        return False
    return not any(replica.id in pinned for replica in component.replicas if replica.id not in primary)


def votes(component: Component, access: Asking) -> tuple[Votes, ...]:
    """Return the numbers of replicas that must be up for an access alone: a quorum by access, copies that a write waits for."""
    asked, replication, counts = quorum_of(component), component.replication, []
    if isinstance(asked, Quorum):
        counts.append(_number(asked.read if access == "read" else asked.write, component))
    if access not in ("read", "lead") and replication is not None and replication.without == "stop":
        waits_for = replication.waits_for or 1
        counts.append(len(component.replicas) if waits_for == "all" else waits_for + 1)
    members = tuple([replica.id for replica in component.replicas]) if any(counts) else ()
    return tuple(Votes(count, members) for count in dict.fromkeys(counts) if count)


def spares_no_copy(component: Component) -> bool:
    """Return True for several replicas, all of which a write needs: it waits for the copies, and stops with any of them."""
    replication = component.replication
    if replication is None or replication.without != "stop" or len(component.replicas) < 2:
        return False
    return any(each.count == len(component.replicas) for each in votes(component, "write"))


def mover(component: Component, components: Mapping[str, Component]) -> str | None:
    """Return the component that moves the traffic of an active-passive cluster to another member, if any does."""
    cluster = component.cluster
    if cluster is None or not is_active_passive(cluster) or cluster.failover == "manual":
        return None
    return cluster.by if cluster.by not in MOVERS and cluster.by in components else None


_BY_LAYER_2 = ("vrrp", "keepalived", "carp", "ucarp", "hsrp", "glbp", "heartbeat", "pacemaker", "corosync")
"""The mechanisms that move an address by announcing it on the local network."""


def moves_by_layer_2(components: Mapping[str, Component], cluster: Cluster) -> bool:
    """Return True if a cluster has an address beside those of its hosts, which one of them announces."""
    return cluster.shared_address is not None if cluster.by is None else _mover(components, cluster) in _BY_LAYER_2


def _mover(components: Mapping[str, Component], cluster: Cluster) -> str:
    moving = components.get(cluster.by or "")
    return (moving.product or moving.id if moving is not None else cluster.by or "").casefold()


_OF_RESOURCES = ("pacemaker", "corosync")
"""The mechanisms that start and watch the processes themselves; the others watch hosts, unless they are given a check."""


def leaves_watch_open(components: Mapping[str, Component], component: Component) -> bool:
    """Return True if an address moves between a component's hosts, and the model doesn't say if a failed process moves it.

    What forwards packets in its kernel, and the mechanism itself, have no process that fails beside it; appliances watch their own.
    """
    cluster = component.cluster
    if cluster is None or cluster.by is None or cluster.watches is not None or cluster.failover == "manual":
        return False
    mover = _mover(components, cluster)
    if (
        mover not in _BY_LAYER_2
        or mover in _OF_RESOURCES
        or not (cluster.mode == "active-active" or is_active_passive(cluster))
    ):
        return False
    product = product_of(component.product)
    forwards = component.kind in FORWARDING or product.forwards or product.appliance
    itself = (component.product or "").casefold() in _BY_LAYER_2
    hosts = {host for replica in component.replicas for host in replica.hosts}
    return len(hosts) > 1 and not (component.managed or forwards or itself)


def copies_awaited(component: Component) -> int:
    """Return how many copies a write waits for as its product does by default, where the model doesn't say; else 0.

    What manages a failover lets writes go on without copies, and so may a provider.
    """
    replication = component.replication
    if replication is None or replication.mode != "synchronous" or replication.without is not None:
        return 0
    if replication.by is not None or component.managed or len(replication.primary) != 1:
        return 0
    copies = len(component.replicas) - 1
    waits_for = copies if replication.waits_for == "all" else replication.waits_for or 1
    return waits_for if product_of(component.product).waits and waits_for <= copies else 0


def is_of_unknown_copies(component: Component) -> bool:
    """Return True for a queue on several replicas that doesn't say whether what waits in it is on more than one."""
    declared = component.replication is not None or component.quorum is not None
    agreed = product_of(component.product).agrees
    queue = component.kind == "queue" and len(component.replicas) > 1
    return queue and not (declared or agreed or component.managed)


def predecessors(component: Component, replica: str) -> tuple[str, ...]:
    """Return the members whose own loss, while their hosts are up, keeps the traffic from a member: only hosts are watched.

    Each of several active members has traffic of its own, whatever becomes of the others.
    """
    if replica in active_members(component) or not _watches_hosts(component, replica):
        return ()
    if not is_active_passive(component.cluster):
        return ()
    order = order_of_takeover(component)
    return order[: order.index(replica)]


def order_of_takeover(component: Component) -> tuple[str, ...]:
    """Return the members of an active-passive cluster in the order in which they take its traffic."""
    active = component.cluster.active if component.cluster is not None else ()
    return (*active, *(replica.id for replica in component.replicas if replica.id not in active))


def keeps_address(component: Component, replica: str) -> bool:
    """Return True if requests still go to a member of an active-active cluster when it fails and its host does not."""
    cluster = component.cluster
    return cluster is not None and cluster.mode == "active-active" and _watches_hosts(component, replica)


def _watches_hosts(component: Component, replica: str) -> bool:
    cluster = component.cluster
    if cluster is None or cluster.watches != "host" or cluster.failover == "manual":
        return False
    return any(member.hosts for member in component.replicas if member.id == replica)


def active_members(component: Component) -> tuple[str, ...]:
    """Return the members of an active-passive cluster that take its traffic first: those declared, else the first written."""
    cluster = component.cluster
    if cluster is None or not is_active_passive(cluster):
        return ()
    return cluster.active or tuple([replica.id for replica in component.replicas[:1]])


def promoted_by_hand(component: Component) -> bool:
    """Return True if a person promotes a replica within a declared time when a primary, which runs on one host, is lost."""
    replication = component.replication
    if replication is None or replication.failover == "automatic" or replication.recovery is None:
        return False
    return bool(replication.primary) and all(
        len(replica.hosts) < 2 for replica in component.replicas if replica.id in replication.primary
    )


class ManualFailover(Struct, frozen=True):
    """A failover that people do: once all that lead are lost, they promote one of those that stand by, or move the traffic to it.

    `recovery` are its declared seconds; it is `declared` if the model says that it is manual, and not just names no other.
    """

    leading: tuple[str, ...]
    standby: tuple[str, ...]
    recovery: float | None
    declared: bool
    promotes: bool


def manual_failovers(component: Component) -> Iterator[ManualFailover]:
    """Yield the failovers of a component that are for people: that of its writes, which nothing else promotes, and of its traffic."""
    replication, cluster = component.replication, component.cluster
    if replication is not None and replication.primary and replication.failover != "automatic":
        standby, declared = _others(component, replication.primary), replication.failover == "manual"
        yield ManualFailover(replication.primary, standby, replication.recovery, declared, promotes=True)
    if cluster is not None and cluster.failover == "manual":
        standby = _others(component, cluster.active)
        yield ManualFailover(cluster.active, standby, cluster.recovery, declared=True, promotes=False)


def _others(component: Component, leading: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([replica.id for replica in component.replicas if replica.id not in leading])


def writers(component: Component, moment: Moment = LASTING) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the replicas that take writes, and those that take them once promoted, at a moment by people too."""
    everyone = tuple([replica.id for replica in component.replicas])
    replication = component.replication
    if replication is None or replication.all_write:
        return everyone, ()
    if replication.copy_of is not None:
        return (), ()
    if not replication.primary:
        return everyone, ()
    others = _others(component, replication.primary)
    promoted = replication.failover == "automatic" or component.id in moment.promotions
    return replication.primary, others if promoted else ()


def eligible(component: Component, access: Asking, moment: Moment = LASTING) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the replicas that may answer an access, before locality: (at once, after promotion)."""
    now: tuple[str, ...]
    later: tuple[str, ...]
    if access == "read":
        now, later = tuple([replica.id for replica in component.replicas]), ()
    else:
        now, later = writers(component, moment)
    cluster = component.cluster
    if cluster is not None and cluster.failover == "manual" and component.id not in moment.takeovers:
        now = tuple(replica for replica in now if replica in cluster.active)
        later = tuple(replica for replica in later if replica in cluster.active)
    return now, later


def is_active_passive(cluster: Cluster | None) -> bool:
    """Return True if one member of a cluster takes the traffic: the model says so, or names the active member."""
    return cluster is not None and (cluster.mode == "active-passive" or (cluster.mode is None and bool(cluster.active)))


_OF_AWS = ("aws-alb", "aws-nlb", "aws-elb", "route53", "global-accelerator")
_FAIL_OPEN = (*_OF_AWS, "envoy", "azure-front-door", "traffic-manager")
"""Products that send requests to targets, or answer with their addresses, once none passes its check, as their makers say."""


def deep_asks(component: Component) -> tuple[tuple[str, Access], ...]:
    """Return the components that must answer a target of a component before it passes the health check."""
    balance = component.balance
    if balance is None or not balance.asks:
        return ()
    opens = product_name(component.product) in _FAIL_OPEN if balance.fail_open is None else balance.fail_open
    return () if opens else balance.asks


def waits_as_backup(balance: Balance, component: str, replica: str) -> bool:
    """Return True if a replica takes a balancer's requests only while others fail."""
    return component in balance.backup or replica in balance.backup


def keeps_lease(store: Component, promoter: Component) -> bool:
    """Return True if a store's primary takes writes only while it renews a lease that its promoter keeps."""
    return product_of(store.product).keeps_lease and product_of(promoter.product).coordinates


def keeps_lease_elsewhere(store: Component, promoter: Component) -> bool:
    """Return True for a manager that keeps a store's lease in the coordinator that it calls."""
    return product_of(store.product).keeps_lease and product_of(promoter.product or promoter.id).leases
