"""The replicas of a component together: who is active, who takes writes, and what takes over."""

from __future__ import annotations

from archgen.language.expand.component_reader import ComponentReader
from archgen.language.yaml.scalars import seconds
from archgen.language.yaml.tree import Map, TreeNode
from archgen.model.architecture import MOVERS, Cluster, Quorum, Replication


def read_cluster(reader: ComponentReader) -> Cluster:
    cluster, text = reader.entry["cluster"], reader.context.document.text
    active = reader.own(cluster, "active", "active")
    if cluster.get("failover") == "manual" and not cluster.get("active"):
        message = f"the cluster of `{reader.name}` needs `active`, because its failover is manual"
        fix = "Add `active:` with the host or replica that gets the traffic."
        reader.context.invalid(cluster.key_mark("failover"), reader.subject, message, fix)
    address = cluster.get("address")
    shared = text(address, "shared") if address.__class__ is Map else None
    by = text(cluster, "by")
    if by is not None and by not in MOVERS:
        meant = None if by in reader.context.declared.get("component", ()) else _MEANT.get(by.casefold())
        if meant is None:
            (by,) = reader.refer(cluster, "by", ("component",), "by")
        else:
            message = f"`by` of `{reader.name}` names an unknown component `{by}`"
            fix = f"Write `by: {meant}` for the mechanism, or declare {by} as a component."
            reader.context.dangling(cluster.value_mark("by"), reader.subject, message, fix)
    recovery = text(cluster, "recovery")
    return Cluster(
        cluster.get("mode"),
        active,
        shared,
        address if shared is None else None,
        cluster.get("failover"),
        by,
        cluster.get("watches"),
        None if recovery is None else seconds(recovery),
    )


_MEANT = {
    **dict.fromkeys(("carp", "ucarp", "keepalived", "hsrp", "glbp"), "vrrp"),
    **dict.fromkeys(("bgp", "ecmp"), "anycast"),
    **dict.fromkeys(("route53", "route-53", "gslb"), "dns"),
    **dict.fromkeys(("kubernetes", "k8s", "k3s", "openshift", "nomad", "swarm", "docker-swarm", "ecs"), "orchestrator"),
}
"""The words of the language for mechanisms, by other names for what does the same."""


def read_replication(reader: ComponentReader) -> Replication:
    replication = reader.entry["replication"]
    declared = [key for key in ("primary", "writers", "of") if key in replication]
    if len(declared) > 1:
        message = (
            f"`replication` of `{reader.name}` must have only one of {' and '.join(f'`{key}`' for key in declared)}"
        )
        fix = "Keep one: `primary` for one writer, `writers: all` for many, `of` for a read-only copy."
        reader.context.invalid(replication.key_mark(declared[1]), reader.subject, message, fix)
    primary = reader.own(replication, "primary", "primary")
    copy_of = next(iter(reader.refer(replication, "of", ("component",), "replication")), None)
    if copy_of == reader.name:
        message = f"`{reader.name}` must not be a copy of itself"
        fix = "Name the component whose data it copies, or use `primary` between its own replicas."
        reader.context.invalid(replication.value_mark("of"), reader.subject, message, fix)
    if copy_of is not None and "failover" in replication:
        message = f"`{reader.name}` is a read-only copy of `{copy_of}`, so it can't take over from it"
        fix = f"Make both replicas of one component: `primary` and `failover` under `replication` of `{copy_of}`."
        reader.context.invalid(replication.key_mark("failover"), reader.subject, message, fix)
    by = next(iter(reader.refer(replication, "by", ("component",), "by")), None)
    recovery, lag, conflicts = (
        reader.context.document.text(replication, key) for key in ("recovery", "lag", "conflicts")
    )
    return Replication(
        primary,
        replication.get("writers") == "all",
        copy_of,
        replication.get("failover"),
        by,
        replication.get("mode"),
        None if recovery is None else seconds(recovery),
        None if lag is None else seconds(lag),
        conflicts,
        _waits_for(reader, replication),
        replication.get("without"),
    )


def _waits_for(reader: ComponentReader, replication: Map) -> TreeNode:
    count = replication.get("waits_for")
    copies = len(reader.replicas) - 1
    if isinstance(count, int) and count > copies:
        message = f"`waits_for` of `{reader.name}` must be at most {copies}, the number of its copies; got {count}"
        fix = "Lower `waits_for`, or write `waits_for: all`."
        reader.context.invalid(replication.value_mark("waits_for"), reader.subject, message, fix)
    return count


def read_quorum(reader: ComponentReader) -> TreeNode:
    declared = reader.entry["quorum"]
    return Quorum(declared.get("read"), declared.get("write")) if declared.__class__ is Map else declared
