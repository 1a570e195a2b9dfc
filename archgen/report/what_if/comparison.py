"""What a run of `what-if` has to tell, whatever the format: the changes, each flow before and after, the YAML to write."""

from __future__ import annotations

from collections import Counter
from typing import Any

from msgspec import Struct

from archgen.analysis.assessment import FlowAssessment
from archgen.language.write.values import block
from archgen.model.architecture import Architecture, Availability, Cluster, Component, Host, Replica, Replication, Zone
from archgen.model.subject import Subject


class WhatIf(Struct, frozen=True):
    """One model before and after some changes.

    `changes` are in words; `won` are, for each, the hours a year that it wins each flow over the changes before it, empty
    where that was too much to work out. `before` and `after` the same flows in the same order. `smallest` is None where the changes
    were given, else whether no fewer would do; `left` are single points that no change of the known kinds removes.
    """

    file: str
    name: str
    changes: tuple[str, ...]
    won: tuple[tuple[tuple[str, float], ...], ...]
    before: tuple[FlowAssessment, ...]
    after: tuple[FlowAssessment, ...]
    yaml: str
    smallest: bool | None = None
    left: tuple[tuple[str, tuple[Subject, ...]], ...] = ()


def yaml(before: Architecture, after: Architecture) -> str:
    """Return the parts of a model that the changes touch, as they are to be written into its file; empty if none."""
    zones = {zone.id for zone in before.zones}
    hosts = {host.id for host in before.hosts}
    components = {component.id: component for component in before.components}
    sections = {
        "zones": {zone.id: _zone(zone) for zone in after.zones if zone.id not in zones},
        "hosts": {host.id: _host(host) for host in after.hosts if host.id not in hosts},
    }
    lines = list(block({key: section for key, section in sections.items() if section}))
    changed = [component for component in after.components if component != components.get(component.id)]
    lines += ["components:"] if changed else []
    for component in changed:
        lines += block({component.id: _component(components[component.id], component)}, 1, "  ")
        cluster = component.cluster
        if cluster != components[component.id].cluster and cluster and not (cluster.shared_address or cluster.address):
            lines.append("    # add the address that moves: `address: {shared: …}` or `address: dns`")
    return "".join(f"{line}\n" for line in lines)


def _stated(**values: Any) -> dict[str, Any]:
    """Return the values that are stated, by their keys."""
    return {key.rstrip("_"): value for key, value in values.items() if value is not None}


def _zone(zone: Zone) -> dict[str, Any]:
    return _stated(kind=zone.kind, in_=zone.within, availability=_availability(zone.availability))


def _availability(stated: Availability | None) -> Any:
    if stated is not None and stated.mtbf is not None and stated.mttr is not None:
        return {name: f"{hours * 3600:.15g}s" for name, hours in (("mtbf", stated.mtbf), ("mttr", stated.mttr))}
    return None if stated is None else stated.probability


def _host(host: Host) -> dict[str, Any]:
    zones = _one_or_all(host.zones) if host.zones else None
    return _stated(zone=zones, network=host.network, availability=_availability(host.availability))


def _one_or_all(names: tuple[str, ...]) -> Any:
    return names[0] if len(names) == 1 else names


def _component(before: Component, after: Component) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if after.replicas != before.replicas:
        hosts = Counter(replica.hosts[0] for replica in after.replicas if replica.hosts)
        if not hosts:
            values["replicas"] = len(after.replicas)
        else:
            values["runs_on"] = dict(hosts) if max(hosts.values()) > 1 else tuple(hosts)
    if after.replication is not None and after.replication != before.replication:
        values["replication"] = _replication(after.replication, after.replicas)
    if after.cluster is not None and after.cluster != before.cluster:
        values["cluster"] = _cluster(after.cluster, after.replicas)
    return values


def _places(ids: tuple[str, ...], replicas: tuple[Replica, ...]) -> Any:
    """Return replicas by their hosts where these say which, else by their own ids; None for no replicas."""
    hosts = Counter(replica.hosts for replica in replicas)
    own = {replica.id: replica.hosts for replica in replicas}
    names = [own[name][0] if len(own[name]) == 1 and hosts[own[name]] == 1 else name for name in ids]
    return _one_or_all(tuple(names)) if names else None


def _replication(replication: Replication, replicas: tuple[Replica, ...]) -> dict[str, Any]:
    return _stated(
        primary=_places(replication.primary, replicas),
        failover=replication.failover,
        by=replication.by,
        mode=replication.mode,
        recovery=None if replication.recovery is None else f"{replication.recovery:g}s",
        lag=None if replication.lag is None else f"{replication.lag:g}s",
    )


def _cluster(cluster: Cluster, replicas: tuple[Replica, ...]) -> dict[str, Any]:
    return _stated(
        mode=cluster.mode,
        active=_places(cluster.active, replicas),
        address=cluster.address if cluster.shared_address is None else {"shared": cluster.shared_address},
        failover=cluster.failover,
        by=cluster.by,
        watches=cluster.watches,
    )
