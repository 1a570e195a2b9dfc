"""The diagram of failure domains: nested zones, their content, and the lines that leave a host."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.finding import Finding
from archgen.model.wording import plural
from archgen.views.badges import badges, with_every_badge
from archgen.views.deployment import deployment
from archgen.views.deployment_folding import fold_alike
from archgen.views.diagram import SEPARATOR, Badge, Diagram, Edge, Group
from archgen.views.folding import Folding

CALLS = ", and the calls that leave a host"
"""What the description of a diagram ends with that shows more than the content of zones."""


def zones(topology: Topology, findings: Sequence[Finding] = (), folded: Folding | None = None) -> Diagram | None:
    """Return the deployment with only the lines that leave a host; None if no zone contains anything.

    Elements that neither run on a host nor take part in a request are left out. A zone without a group of its own,
    since its hosts are in another, has its badges on its first host. Equal elements fold as `fold_alike` or `folded` says.
    """
    declared = topology.architecture.zones
    if not declared:
        return None
    folding = folded or fold_alike(topology)
    deployed = deployment(topology, findings, folding)
    marks = badges(topology, findings, folding)
    drawn = {group.subject for group in deployed.groups if group.kind == "zone"}
    moved: dict[str, tuple[Badge, ...]] = {}
    for zone in declared:
        own = marks.get(f"zone:{zone.id}", ())
        holders = [
            group
            for group in deployed.groups
            if group.kind == "host" and zone.id in topology.index.zones_around(group.subject)
        ]
        if own and zone.id not in drawn and holders:
            moved[holders[0].id] = moved.get(holders[0].id, ()) + own
    around = {node.id: node.group for node in deployed.nodes}
    if not any(around.values()):
        return None
    held = {node.id for node in deployed.nodes if node.group or node.guards or topology.replicas[node.id].hosts}
    edges = tuple(edge for edge in deployed.edges if _leaves(edge, around))
    joined = {end for edge in edges for end in (edge.source, edge.target)}
    plain = replace(
        deployed,
        id="zones",
        title=f"{deployed.title}: failure domains",
        alt=f"{deployed.title}: {plural(len(declared), 'zone')}, their content{CALLS}.",
        nodes=tuple(node for node in deployed.nodes if node.id in held or node.id in joined),
        groups=tuple(_with(_without_address(topology, group), moved.get(group.id, ())) for group in deployed.groups),
        edges=edges,
    )
    return with_every_badge(topology, findings, plain)


def _without_address(topology: Topology, group: Group) -> Group:
    """Return a host without its address, which tells nothing of what it fails with."""
    if group.kind != "host" or group.subject not in topology.hosts:
        return group
    address = topology.hosts[group.subject].address
    return replace(group, detail=SEPARATOR.join(part for part in group.detail.split(SEPARATOR) if part != address))


def _with(group: Group, more: tuple[Badge, ...]) -> Group:
    return (
        replace(group, badges=tuple(sorted((*group.badges, *more), key=lambda badge: badge.number))) if more else group
    )


def _leaves(edge: Edge, around: dict[str, str | None]) -> bool:
    """Return True if a line leaves its host, or is outside of all; neither monitoring nor code is part of a request."""
    apart = around[edge.source] != around[edge.target] or around[edge.source] is None
    return apart and edge.meaning not in ("monitoring", "code")
