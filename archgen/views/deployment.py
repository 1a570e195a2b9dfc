"""The deployment diagram: which replica runs on which host, and which component calls which."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Host, Replica, Zone
from archgen.model.finding import Finding
from archgen.model.wording import listed, plural, zone_words
from archgen.views.badges import badges, beside_title
from archgen.views.deployment_edges import DeploymentEdges
from archgen.views.deployment_folding import fold
from archgen.views.diagram import GUARDS, SEPARATOR, Badge, Diagram, Group, Node, enclosing
from archgen.views.equal.names import shared_name
from archgen.views.equal.spread import host_spread, replica_spread, single_zone
from archgen.views.folding import Folding
from archgen.views.labels import product_label, with_own_chips
from archgen.views.overview import guard_text
from archgen.views.pools import pool_id, pools, shared_zone

_NAMED = 2
"""Hosts that a floating replica's card names; it counts more than these, since their names would be truncated."""


def deployment(topology: Topology, findings: Sequence[Finding] = (), folded: Folding | None = None) -> Diagram:
    """Return the deployment diagram of a model, with `findings` as badges numbered from 1.

    Each replica is a node and each host a group; equal ones fold as `fold` or `folded` says. Zones are the groups around
    hosts, or networks if no zone is declared.
    """
    folding = folded or fold(topology)
    marks = badges(topology, findings, folding)
    groups = _groups(topology, folding, marks)
    used = _used(groups, _nodes(topology, folding, marks, {group.id for group in groups}))
    bands = {group.id for group in groups if group.across}
    nodes = [_beside(node, bands) for node in _nodes(topology, folding, marks, used)]
    used = _used(groups, nodes)
    joined = {node.id for node in nodes if not node.guards}
    edges = DeploymentEdges(topology, folding, marks)
    architecture = topology.architecture
    return Diagram(
        id="deployment",
        title=architecture.name,
        alt=_alt(topology),
        nodes=with_own_chips(nodes, edges.within(), lambda node: folding.nodes_like(node.id) > 1),
        groups=tuple(group for group in groups if group.id in used),
        edges=tuple(edge for edge in edges.edges() if {edge.source, edge.target} <= joined),
        direction=architecture.layout.direction,
        rank=architecture.layout.rank,
        near=architecture.layout.near,
        used=topology.used,
        badges=beside_title(marks, used),
    )


# Groups


def _groups(topology: Topology, folding: Folding, marks: dict[str, tuple[Badge, ...]]) -> list[Group]:
    around = _zone_groups(topology, folding, marks) or _network_groups(topology, folding, marks)
    ids = {group.id for group in around}
    hosts = [host for host in topology.architecture.hosts if folding.keeps_host(host.id)]
    boxes = (_host_group(topology, host, folding, ids, marks) for host in hosts)
    return [*around, *pools(topology, ids, folding), *boxes]


def _zone_groups(topology: Topology, folding: Folding, marks: dict[str, tuple[Badge, ...]]) -> list[Group]:
    return [
        Group(
            id=f"zone:{zone.id}",
            subject=zone.id,
            kind="zone",
            label=zone_label(topology, zone.id, folding),
            detail=_zone_detail(zone, folding),
            parent=f"zone:{zone.within}" if zone.within else None,
            badges=marks.get(f"zone:{zone.id}", ()),
        )
        for zone in topology.architecture.zones
        if folding.zones.get(zone.id, zone.id) == zone.id
    ]


def zone_label(topology: Topology, zone: str, folding: Folding) -> str:
    """Return the name of a zone, what the names of equal ones share."""
    return shared_name([topology.zones[like].name or like for like in folding.zones_like(zone)])


def _zone_detail(zone: Zone, folding: Folding) -> str:
    alike, kind = len(folding.zones_like(zone.id)), zone_words(zone.kind)
    said = (zone.name or "").casefold().endswith(kind)
    return " ".join(word for word in ("" if said else kind, f"×{alike}" if alike > 1 else "") if word)


def _network_groups(topology: Topology, folding: Folding, marks: dict[str, tuple[Badge, ...]]) -> list[Group]:
    return [
        Group(
            id=f"network:{network.id}",
            subject=network.id,
            kind="network",
            label=network.name or network.id,
            detail=f"{network.trust} network",
            across=_across(topology, network.id, folding),
            badges=marks.get(f"network:{network.id}", ()),
        )
        for network in topology.architecture.networks
    ]


def _across(topology: Topology, network: str, folding: Folding) -> tuple[str, ...]:
    """Return the replicas of a network that run on hosts of other networks; none if it has hosts of its own."""
    members: list[str] = []
    if any(host.network == network for host in topology.architecture.hosts):
        return ()
    for component in topology.architecture.components:
        if component.network != network:
            continue
        if any(not replica.hosts for replica in component.replicas):
            return ()
        members += [folding.node(replica.id) for replica in component.replicas]
    return tuple(dict.fromkeys(members))


def _host_group(
    topology: Topology, host: Host, folding: Folding, groups: set[str], marks: dict[str, tuple[Badge, ...]]
) -> Group:
    zones = [
        zone for zone in dict.fromkeys(folding.zones.get(zone, zone) for zone in host.zones) if f"zone:{zone}" in groups
    ]
    network = f"network:{host.network}"
    below = f"host:{folding.host(host.runs_on)}" if host.runs_on is not None else None
    parent = below or (f"zone:{zones[0]}" if zones else network if network in groups else None)
    others = [zone_label(topology, zone, folding) for zone in zones[0 if below else 1 :]]
    alike = folding.hosts_like(host.id)
    uneven = host_spread(topology, host.id, folding)
    words = [plural(len(alike), "host") if len(alike) > 1 else host.address or "", *others]
    words[0] += f": {uneven}" if uneven and len(alike) > 1 else ""
    return Group(
        id=f"host:{host.id}",
        subject=host.id,
        kind="host",
        label=shared_name([topology.hosts[name].name or name for name in alike]),
        detail=SEPARATOR.join(word for word in words if word),
        parent=parent,
        badges=marks.get(f"host:{host.id}", ()),
    )


def _beside(node: Node, bands: set[str]) -> Node:
    """Take a node out of its group if the group names it as a member that it cuts across."""
    return replace(node, group=None) if node.group in bands else node


def _used(groups: list[Group], nodes: list[Node]) -> set[str]:
    """Return the groups that aren't empty, and those around them."""
    shown = (group.id for group in groups if group.across or group.kind == "host")
    return enclosing(groups, (*(node.group for node in nodes), *shown))


# Nodes


def _nodes(topology: Topology, folding: Folding, marks: dict[str, tuple[Badge, ...]], groups: set[str]) -> list[Node]:
    nodes: list[Node] = []
    backups = _backups(topology)
    for component in topology.architecture.components:
        shown = [replica for replica in component.replicas if folding.node(replica.id) == replica.id]
        guards = _guarded(topology, component, groups)
        if guards:
            nodes += _guarding_nodes(topology, component, guards, marks)
            continue
        for replica in shown:
            nodes.append(_node(topology, component, replica, folding, marks, groups, backups))
    return nodes


def _guarded(topology: Topology, component: Component, groups: set[str]) -> list[str]:
    """Return the ids of what a firewall guards that has neither a host nor connections."""
    if not component.guards or topology.hosts_of(component.id):
        return []
    if any(
        component.id in (connection.source, *connection.targets) for connection in topology.architecture.connections
    ):
        return []
    things = [topology.qualified(guarded) for guarded in component.guards]
    return [thing for thing in things if thing in groups]


def _guarding_nodes(
    topology: Topology, component: Component, guards: list[str], marks: dict[str, tuple[Badge, ...]]
) -> list[Node]:
    """Return a shield on each guarded group; the first has the badges."""
    kind = topology.kind(component.id)
    first = component.replicas[0].id if component.replicas else component.id
    return [
        Node(
            id=first if position == 0 else f"{first} {guarded}",
            subject=component.id,
            label=component.title,
            detail=f"{GUARDS}{guarded.partition(':')[2]}",
            kind=kind.id,
            icon=component.icon or component.product,
            role=kind.role,
            guards=(guarded,),
            badges=marks.get(first, ()) if position == 0 else (),
            description=component.why or "",
        )
        for position, guarded in enumerate(guards)
    ]


def _node(
    topology: Topology,
    component: Component,
    replica: Replica,
    folding: Folding,
    marks: dict[str, tuple[Badge, ...]],
    groups: set[str],
    backups: frozenset[str],
) -> Node:
    kind = topology.kind(component.id)
    alike = folding.components_like(component.id)
    return Node(
        id=replica.id,
        subject=component.id,
        label=shared_name([topology.components[name].title for name in alike]),
        detail=_detail(topology, component, replica, folding),
        mark=_mark(component, replica, backups),
        kind=kind.id,
        icon=component.icon or component.product,
        role=kind.role,
        group=_group_of(topology, component, replica, folding, groups),
        badges=marks.get(replica.id, ()),
        description=component.why or "",
        stands_for=alike if len(alike) > 1 else (),
    )


def _detail(topology: Topology, component: Component, replica: Replica, folding: Folding) -> str:
    words = [product_label(topology, component)]
    if component.guards and not topology.flows_of[component.id]:
        return SEPARATOR.join([*words, *guard_text(component)])
    alike = folding.nodes_like(replica.id)
    if alike > 1:
        uneven = "" if topology.kind(component.id).observes else replica_spread(topology, replica, folding)
        words.append(f"×{alike}: {uneven}" if uneven else f"×{alike}")
    if replica.floating:
        many = len(replica.hosts) > _NAMED
        words.append(f"on any of {len(replica.hosts)}" if many else f"on {listed(replica.hosts, 'or')}")
    elif len(replica.hosts) == 1:
        hosts = len(folding.hosts_like(folding.host(replica.hosts[0])))
        words += [f"on {replica.hosts[0]}" if alike == 1 else f"on {alike} of {hosts}"] if alike < hosts else []
        zone = single_zone(topology, replica.hosts[0], folding)
        words += [f"in {zone}"] if zone else []
    return SEPARATOR.join(words)


def _backups(topology: Topology) -> frozenset[str]:
    """Return the components and replicas that a balancer keeps as backups."""
    balances = (component.balance for component in topology.architecture.components)
    return frozenset(name for balance in balances if balance for name in balance.backup)


def _mark(component: Component, replica: Replica, backups: frozenset[str]) -> str:
    """Return the role of a replica among its siblings."""
    replication, cluster = component.replication, component.cluster
    if replication is not None:
        if replication.copy_of:
            return "read copy"
        if replication.primary:
            return "primary" if replica.id in replication.primary else "replica"
        return ""
    if cluster is not None and cluster.mode == "active-passive" and cluster.active:
        return "active" if replica.id in cluster.active else "standby"
    return "backup" if component.id in backups or replica.id in backups else ""


def _group_of(
    topology: Topology, component: Component, replica: Replica, folding: Folding, groups: set[str]
) -> str | None:
    """Return the host of a replica; for a floating one its pool or nearest common zone; a service's zone; else its network."""
    if len(replica.hosts) == 1:
        return f"host:{folding.host(replica.hosts[0])}"
    if pool_id(replica.hosts) in groups:
        return pool_id(replica.hosts)
    if (zone := shared_zone(topology, replica, groups, folding)) is not None:
        return zone
    network = f"network:{component.network}"
    return network if network in groups else None


# Words


def _alt(topology: Topology) -> str:
    """Describe the diagram in a sentence or two, for screen readers."""
    architecture = topology.architecture
    hosts = [host.name or host.id for host in architecture.hosts]
    parts = [f"{architecture.name}: {plural(len(architecture.components), 'component')}"]
    parts.append(f" on {plural(len(hosts), 'host')} ({listed(hosts)})" if hosts else "")
    ways = [
        f"{connection.source} calls {listed(connection.targets, 'or')}" for connection in architecture.connections[:12]
    ]
    return "".join(parts) + "." + (f" {'; '.join(ways)}." if ways else "")
