"""The network diagram: the components of each network, and the lines that cross networks."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Replica
from archgen.model.finding import Finding
from archgen.model.wording import plural
from archgen.views.badges import badges, with_every_badge
from archgen.views.diagram import Badge, Diagram, Edge, Group, Node
from archgen.views.folding import Folding
from archgen.views.labels import with_own_chips
from archgen.views.overview import component_edges, component_node, runs_several

OUTSIDE = "internet"
"""The group of components that name no network and are on the internet: clients and external services."""

_GROUP = f"network:{OUTSIDE}"
_CALLED = f"{_GROUP}/services"


def networks(topology: Topology, findings: Sequence[Finding] = ()) -> Diagram | None:
    """Return networks as groups with a card for each component in each; firewalls stand before what they guard.

    A component whose hosts are in several networks has a card in each. None if the model has no networks.
    """
    declared = topology.architecture.networks
    if not declared:
        return None
    folding = Folding({replica.id: _card(topology, replica) for replica in topology.replicas.values()}, {})
    marks = badges(topology, findings, folding)
    groups = [
        Group(
            id=f"network:{network.id}",
            subject=network.id,
            kind="network",
            label=network.name or network.id,
            detail=f"{network.trust} network",
            badges=marks.get(f"network:{network.id}", ()),
        )
        for network in declared
    ]
    ids = {group.id for group in groups}
    nodes = [node for component in topology.architecture.components for node in _nodes(topology, component, marks, ids)]
    if _GROUP not in ids:
        nodes, outside = _outside(nodes)
        groups = [*outside, *groups]
    used = {node.group for node in nodes} | {name for node in nodes for name in node.guards}
    occupied = tuple(group for group in groups if group.id in used)
    edges = _edges(topology, {node.id: node for node in nodes})
    nodes = list(with_own_chips(nodes, edges, lambda node: runs_several(topology, node.subject)))
    held = {group.id for group in occupied if any(node.group == group.id for node in nodes)}
    plain = Diagram(
        id="networks",
        title=f"{topology.architecture.name}: networks",
        alt=f"{topology.architecture.name}: {plural(len(declared), 'network')}, their components, and the connections that cross them.",
        nodes=tuple(replace(node, guards=tuple(name for name in node.guards if name in held)) for node in nodes),
        groups=tuple(group for group in occupied if group.id in held),
        edges=tuple(edge for edge in edges if edge.source != edge.target),
        direction=topology.architecture.layout.direction,
        rank=topology.architecture.layout.rank,
        near=topology.architecture.layout.near,
    )
    return with_every_badge(topology, findings, plain)


def _outside(nodes: Sequence[Node]) -> tuple[list[Node], list[Group]]:
    """Return nodes and the groups of those on the internet: who calls, and what is called, since all else is between them."""
    callers = {node.id for node in nodes if node.group == _GROUP and node.role == "visitor"}
    called = {node.id for node in nodes if node.group == _GROUP} - callers
    titles = {_GROUP: "outside, untrusted"}
    if callers and called:
        titles = {_GROUP: "clients", _CALLED: "external services"}
        nodes = [replace(node, group=_CALLED) if node.id in called else node for node in nodes]
    groups = [
        Group(id=name, subject=OUTSIDE, kind="network", label=OUTSIDE, detail=detail) for name, detail in titles.items()
    ]
    return list(nodes), groups if callers or called else []


def _network(topology: Topology, replica: Replica) -> str | None:
    """Return the network of a replica: its component's own, else that of its hosts if they agree."""
    own = topology.components[replica.component].network
    if own is not None:
        return own
    around = {topology.hosts[host].network for host in replica.hosts}
    return around.pop() if len(around) == 1 else None


def _card(topology: Topology, replica: Replica) -> str:
    """Return the id of the card that a replica is part of."""
    first = topology.components[replica.component].replicas[0]
    network = _network(topology, replica)
    return replica.component if network == _network(topology, first) else f"{replica.component} in {network}"


def _nodes(topology: Topology, component: Component, marks: dict[str, tuple[Badge, ...]], ids: set[str]) -> list[Node]:
    counts: dict[tuple[str, str | None], int] = {}
    for replica in component.replicas:
        key = (_card(topology, replica), _network(topology, replica))
        counts[key] = counts.get(key, 0) + 1
    nodes = []
    for (name, network), count in (counts or {(component.id, component.network): 0}).items():
        group = f"network:{network}"
        if network is None or group not in ids:
            group = _GROUP if topology.trust(component.id) == OUTSIDE or topology.kind(component.id).foreign else ""
        guards = _guards(topology, component, ids)
        node = component_node(topology, component, name, None if guards else group or None, count)
        nodes.append(replace(node, guards=guards, badges=marks.get(name, ())))
    return nodes


def _guards(topology: Topology, component: Component, ids: set[str]) -> tuple[str, ...]:
    """Return the networks that a firewall guards that has neither a host nor connections."""
    joined = any(component.id in (each.source, *each.targets) for each in topology.architecture.connections)
    if joined or topology.hosts_of(component.id):
        return ()
    return tuple(name for name in map(topology.qualified, component.guards) if name in ids)


def _edges(topology: Topology, nodes: dict[str, Node]) -> list[Edge]:
    """Return every line between two cards, also between cards of a component in several networks; else to itself."""
    cards: dict[str, list[str]] = {}
    for node in nodes.values():
        cards.setdefault(node.subject, []).append(node.id)
    edges = []
    for edge in component_edges(topology):
        for source in cards.get(edge.source, ()):
            for target in cards.get(edge.target, ()):
                if (
                    (source != target or len(cards[edge.source]) == 1)
                    and not nodes[source].guards
                    and not nodes[target].guards
                ):
                    name = f"{edge.subject} {source} {target}"
                    edges.append(replace(edge, id=name, source=source, target=target))
    return edges
