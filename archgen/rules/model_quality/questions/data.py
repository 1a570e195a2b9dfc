"""Stores, queues and backups: who writes, what is copied, and how failover is decided."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.backups import shares_disk
from archgen.analysis.hops import Hop
from archgen.analysis.regions import members_by_host, members_by_zone
from archgen.analysis.topology import Topology
from archgen.edits.promotion import asking_callers, is_followed, is_promoted_late
from archgen.language.expand.votes import leaves_voters_open
from archgen.language.schema.product_names import KNOWN
from archgen.model.architecture import Component, Replica
from archgen.model.durations import spell_duration
from archgen.model.kinds import KINDS
from archgen.model.products import product_name, product_of
from archgen.model.reasons import is_fleeting
from archgen.model.support_dates import major_version
from archgen.model.wording import first_few, listed
from archgen.reliability.members import (
    copies_awaited,
    is_active_passive,
    is_of_unknown_copies,
    names_primary,
    quorum_of,
)
from archgen.reliability.promoters import lease_keeper
from archgen.rules.model_quality.questions.gap import MOST_NAMES, Gap, component_gap

_SHORT = 900.0
"""The longest recovery point objective, a quarter of an hour, that replicas at work may miss without being broken."""

_QUORUM_QUEUES = (
    "Add `quorum: majority` to {} for quorum queues, or `replication: {{primary: …, failover: manual}}` where each queue lives "
    "on one replica{}."
)
_CLASSIC_MIRRORS = ", or `failover: automatic` there if a policy mirrors them, which RabbitMQ 3 does"
_MIRRORED = (
    "Add `replication` to {}: {{writers: all, mode: synchronous}} where each message is on several replicas, or {{primary: …, "
    "failover: …}} where one has them all."
)
_TAKEN_OVER = (
    "Add the disk that they share as a component that {0} calls, or `replication` to {0}: {{primary: …, failover: …}} where "
    "messages are copied to the member that waits."
)


def stores_without_writers(topology: Topology) -> Iterator[Gap]:
    """Yield data on several replicas without a word on which of them take writes."""
    for component in topology.architecture.components:
        replication, count = component.replication, len(component.replicas)
        declared = replication is not None and (replication.primary or replication.all_write or replication.copy_of)
        agreed = component.id in topology.coordinators or product_of(component.product).agrees
        asked = KINDS[component.kind].stores and not component.managed and not agreed
        if (
            not asked
            or count < 2
            or declared
            or shares_disk(topology, component)
            or _is_needed_whole(topology, component)
        ):
            continue
        if is_active_passive(component.cluster):
            yield component_gap(
                component,
                f"{component.id} doesn't declare whether its {count} replicas share a disk or copy their data, so each of them "
                "counts as having all of it",
                f"Add the disk that they share as a component that {component.id} calls, or `replication` to {component.id}: "
                "{primary: …, failover: …}.",
            )
        else:
            yield component_gap(
                component,
                f"{component.id} doesn't declare which of its {count} replicas take writes, so all of them count as writers",
                f"Add `replication` to {component.id}: {{primary: …, failover: …}} or {{writers: all}}.",
            )


def _is_needed_whole(topology: Topology, component: Component) -> bool:
    """Return True for a store of which each write needs all replicas, as shards do: the answer would decide nothing."""
    writing = [hop for hop in topology.hops_to[component.id] if hop.access != "read"]
    return bool(writing) and all(hop.connection is not None and hop.connection.needs == "all" for hop in writing)


def queues_without_copies(topology: Topology) -> Iterator[Gap]:
    """Yield queues on several replicas without a word on whether a message is on more than one."""
    for component in topology.architecture.components:
        count = len(component.replicas)
        if is_of_unknown_copies(component) and not shares_disk(topology, component):
            yield component_gap(
                component,
                f"{component.id} doesn't declare whether its messages are on more than one of its {count} replicas: on one "
                "alone, they are stuck or lost with it",
                _QUORUM_QUEUES.format(component.id, _CLASSIC_MIRRORS if _may_mirror(component) else "")
                if product_name(component.product) == "rabbitmq"
                else (_TAKEN_OVER if is_active_passive(component.cluster) else _MIRRORED).format(component.id),
            )


def reads_of_own_copies(topology: Topology) -> Iterator[Gap]:
    """Yield stores of which one site reads the primary by its name, and another the copy on its own: only the first is a role."""
    pinned = any(hop.step.pinned for hops in topology.hops.values() for hop in hops)
    for component in topology.architecture.components if pinned else ():
        steps = [hop.step for hop in topology.hops_to[component.id] if _reads_beside(topology, hop)]
        of_primary = [step for step in steps if names_primary(component, step.pinned)]
        others = [step for step in steps if step not in of_primary]
        if of_primary and others:
            yield component_gap(
                component,
                f"{of_primary[0].source} names the primary of {component.id}, so its reads follow a failover, while those of "
                f"{others[0].source} stay with {others[0].pinned[0]}",
                f"If each reads the copy on its own site, add `locality` to both connections, and name no replica of {component.id} in "
                "the steps.",
            )


def _reads_beside(topology: Topology, hop: Hop) -> bool:
    """Return True for a read of a named replica by a caller of which each replica is in the zone of that one, as no other is."""
    if (
        hop.access != "read"
        or len(hop.step.pinned) != 1
        or any(call.locality for call in topology.outgoing[hop.step.source])
    ):
        return False
    place = _zones(topology, topology.replicas[hop.step.pinned[0]])
    callers = [_zones(topology, caller) for caller in topology.components[hop.step.source].replicas]
    others = (_zones(topology, each) for name in hop.targets for each in topology.components[name].replicas)
    return all(zones == place for zones in callers) and sum(zones == place for zones in others) == 1


def _zones(topology: Topology, replica: Replica) -> frozenset[str]:
    return frozenset(zone for host in replica.hosts for zone in topology.index.nearest_zones(host))


def _may_mirror(component: Component) -> bool:
    """Return True unless the version of a RabbitMQ is one that mirrors no queues any more: 4.0 and later."""
    return (major_version(component.version) or 0) < 4


def writers_without_agreement(topology: Topology) -> Iterator[Gap]:
    """Yield stores with several writers whose agreement isn't declared (`conflicting-writers`)."""
    for component in topology.architecture.components:
        replication = component.replication
        product = product_of(component.product)
        if (
            replication is None
            or (product.agrees and not product.leaderless)
            or replication.mode
            or replication.conflicts
            or quorum_of(component)
            or component.managed
            or (product.appends and _has_coordinator(topology, component))
        ):
            continue
        writers = [replica.id for replica in component.replicas] if replication.all_write else list(replication.primary)
        if len(writers) > 1 and topology.kind(component.id).stores and topology.flows_writing[component.id]:
            yield component_gap(
                component,
                f"{component.id} doesn't declare how {listed(writers)}, which all take writes, replicate to each other",
                f"Add `mode: synchronous`, or `mode: asynchronous` and `conflicts`, to the `replication` of {component.id}.",
            )


def _has_coordinator(topology: Topology, store: Component) -> bool:
    """Return True if a store calls a component that puts the writes of its replicas in order."""
    called = (topology.components[target] for call in topology.outgoing[store.id] for target in call.targets)
    return any(product_of(each.product or each.id).coordinates for each in called)


def writers_beyond_product(topology: Topology) -> Iterator[Gap]:
    """Yield stores on several replicas that all take writes, of a product in which one does."""
    for component in topology.architecture.components:
        replication = component.replication
        if replication is None or replication.conflicts or component.quorum is not None:
            continue
        if not replication.all_write or len(component.replicas) < 2:
            continue
        if KINDS[component.kind].stores and product_name(component.product) in _ONE_WRITER:
            yield component_gap(
                component,
                f"{component.id} declares that each of its {len(component.replicas)} replicas takes writes, but only one replica of "
                f"{component.product} does, so its failover has no part in any analysis",
                f"Declare `replication: {{primary: …, failover: …}}` for {component.id}{_in_zones(component)}; else name the product that "
                f"lets several do{_SEVERAL.get(product_name(component.product), '')}, or `conflicts` with what decides between writes "
                "that contradict.",
            )


def _in_zones(component: Component) -> str:
    """Return the entry for the pair that a provider keeps in two zones, of which the standby answers nothing."""
    pair = product_of(component.product).silent_standby and len(component.replicas) == 2
    return f" (`{{primary: '{component.replicas[0].id}', failover: automatic}}` for one in two zones)" if pair else ""


_SEVERAL = {
    **dict.fromkeys(("redis", "valkey"), " (`redis-cluster`)"),
    "postgresql": " (`bdr`, `citus`)",
}
"""The products of the same family that take writes on several replicas."""

_ONE_WRITER = ("aws-rds", "cloud-sql", "postgresql", "redis", "valkey", "mssql")
"""Products of which one replica takes the writes, unless something beside them lets several do."""


def electors_without_quorum(topology: Topology) -> Iterator[Gap]:
    """Yield stores that elect a primary by agreement, without a product or quorum that says how many it takes."""
    for component in topology.architecture.components:
        if (
            component.id in topology.coordinators
            and product_name(component.product) not in KNOWN
            and KINDS[component.kind].stores
            and not component.managed
        ):
            count = len(component.replicas)
            if count > 1 and component.quorum is None:
                yield component_gap(
                    component,
                    f"{component.id} elects a primary, but doesn't declare how many of its {count} replicas that takes, so one is "
                    "assumed to be enough",
                    f"Add `product` to {component.id}, such as `etcd`, or `quorum: majority`.",
                )


def brokers_without_controllers(topology: Topology) -> Iterator[Gap]:
    """Yield brokers that may be the controllers too, where the loss of a replica, host or zone would take their majority."""
    for component in topology.architecture.components:
        size, members = len(component.replicas), component.replicas
        places = (members_by_host(topology, members), members_by_zone(topology, members))
        # half of them or more in one place, and others elsewhere
        decides = any(size <= 2 * count < 2 * size for held in places for count in held.values())
        if decides and leaves_voters_open(component, topology.architecture.components):
            yield component_gap(
                component,
                f"{component.id} doesn't declare its controllers: if its {size} brokers are them too, a majority of {size} must be up "
                "for any of them to take over a partition",
                f"Add `quorum: majority` to {component.id} if its brokers are the controllers too; else add the controllers, or ZooKeeper, "
                f"as a component that {component.id} calls.",
            )


def promotions_without_promoter(topology: Topology) -> Iterator[Gap]:
    """Yield replicated stores with automatic failover that don't say what decides it (`single-writer-database`)."""
    for component in topology.architecture.components:
        replication = component.replication
        decided = component.quorum is not None or product_of(component.product).agrees or component.managed
        if replication is None or decided or replication.by is not None or not KINDS[component.kind].stores:
            continue
        # a pair that decides for itself is `two-node-election`
        if replication.primary and replication.failover == "automatic" and len(component.replicas) > 2:
            yield component_gap(
                component,
                f"{component.id} doesn't declare what promotes a replica, so its failover works in every analysis",
                f"Add `by` to the `replication` of {component.id}: the component that decides, such as etcd or Sentinel.",
            )


def promotions_of_late_copies(topology: Topology) -> Iterator[Gap]:
    """Yield pairs with automatic failover to a copy that may lack writes, of a product whose cluster promotes no such copy."""
    for component in topology.architecture.components:
        replication = component.replication
        if replication is None or replication.failover != "automatic" or len(component.replicas) != 2:
            continue
        by = topology.components.get(replication.by or "")
        is_own = by is None or product_name(by.product or by.id) in _CLUSTERS
        if is_own and is_promoted_late(topology.index, component):
            yield component_gap(
                component,
                f"{component.id} declares automatic failover to a copy that may lack writes (asynchronous), but "
                f"{component.product or 'it'} promotes none of these by itself, so the failover may exist in the analyses alone",
                f"If each write waits for the standby, as in an availability group, declare `mode: synchronous` for {component.id}; "
                "else `failover: manual`.",
            )


_CLUSTERS = ("wsfc", "pacemaker", "corosync")
"""What promotes a copy as its product lets it; a program of others may force that."""


def commits_without_standby(topology: Topology) -> Iterator[Gap]:
    """Yield stores with several synchronous standbys that don't say what a write does without them (`standby-stops-writes`)."""
    for component in topology.architecture.components:
        if len(component.replicas) > 2 and copies_awaited(component) and topology.flows_writing[component.id]:
            yield component_gap(
                component,
                f"{component.id} doesn't declare what a write does while its standbys are lost: a commit waits for one of them by "
                "default, and every analysis assumes that it continues",
                f"Add `without: stop` or `without: continue` to the `replication` of {component.id}.",
            )


def failovers_without_lag(topology: Topology) -> Iterator[Gap]:
    """Yield asynchronous stores that don't say how many confirmed writes a failover loses (`recovery-point-missed`)."""
    objective = topology.architecture.objectives.recovery_point
    if objective is None or not 1.0 <= objective <= _SHORT:
        return
    for component in topology.architecture.components:
        replication = component.replication
        if (
            replication is None
            or replication.mode != "asynchronous"
            or replication.lag is not None
            or is_fleeting(component)
        ):
            continue
        stored = KINDS[component.kind].stores and topology.flows_writing[component.id]
        if replication.primary and len(component.replicas) > 1 and stored:
            yield component_gap(
                component,
                f"A failover of {component.id} loses writes that {listed(replication.primary)} has confirmed and no replica has yet "
                f"(asynchronous), and the model doesn't declare if that is less than {spell_duration(objective)}",
                f"Add `lag` to the `replication` of {component.id}: how far the replica that takes over may be behind.",
            )


def promotions_without_lead(topology: Topology) -> Iterator[Gap]:
    """Yield stores that something promotes of which their callers hear nothing, unless they check where the writes go."""
    for component in topology.architecture.components:
        by = topology.components.get(component.replication.by or "") if component.replication is not None else None
        if by is None or not topology.flows_writing[component.id]:
            continue
        if is_followed(topology.index, component, by.product or by.id):
            continue
        callers = [
            each.id
            for each in asking_callers(topology.index, component)
            if KINDS[each.kind].role != "balancer" and each.balance is None
        ]
        if callers:
            names = listed(first_few(callers, MOST_NAMES))
            yield component_gap(
                component,
                f"{component.id} doesn't declare what leads {names} to the replica that {by.id} promotes, so its failover works in "
                "every analysis",
                f"Add `cluster` with the address that moves to {component.id}, or the proxy that knows the primary as a component "
                "between them; or `balance: {health_check: …}` to a caller that finds it itself, as libpq does with "
                "`target_session_attrs=primary`.",
            )


def leases_without_step(topology: Topology) -> Iterator[Gap]:
    """Yield PostgreSQL that something with a lease promotes, where no flow that writes asks for the lease: without one it stops."""
    for component in topology.architecture.components:
        by = lease_keeper(topology.index, component)
        if by is None:
            continue
        flows = topology.flows_writing[component.id]
        if flows and not topology.states_lease(component.id, by):
            yield component_gap(
                component,
                f"No flow declares that {component.id} keeps a lease in {by}, so its writes survive the loss of {by} in every analysis, "
                "although under Patroni the primary steps down then",
                _lease_step(component, by, listed(first_few(flows, MOST_NAMES))),
            )


def _lease_step(component: Component, by: str, flows: str) -> str:
    """Return the advice on a lease's step: a manager beside the store has a connection to what keeps it already, and asks for it."""
    manager = component.replication.by if component.replication is not None else None
    if manager is not None and manager != by:
        return f"Add the step `{manager} -> {by}: the lease` to {flows}."
    return f"Add the step `{component.id} -> {by}: the lease` to {flows}, and the connection."


def backups_without_interval(topology: Topology) -> Iterator[Gap]:
    """Yield backups of a store's only copy that do not say how often they run, where little data may be lost."""
    if topology.architecture.objectives.recovery_point is None:
        return
    for source, backups in topology.backups.items():
        # a provider keeps older versions of an object as each is written
        versioned = topology.components[source].managed and topology.kind(source).id == "object-storage"
        if len(topology.components[source].replicas) == 1 and topology.kind(source).stores:
            for backup in backups:
                if backup.every is None and not (versioned and backup.managed):
                    yield component_gap(
                        backup,
                        f"{backup.id} doesn't declare how often it copies {source}, so it is unknown if the recovery "
                        "point objective is met",
                        f"Add `every` to {backup.id}, for example `1h`.",
                    )
