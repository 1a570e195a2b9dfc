"""The path of a flow: only its part of the deployment, with lines numbered by step."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.architecture import Flow
from archgen.model.finding import Finding
from archgen.model.wording import plural
from archgen.views.badges import badges
from archgen.views.deployment import deployment
from archgen.views.deployment_edges import DeploymentEdges
from archgen.views.diagram import Diagram, enclosing
from archgen.views.folding import fold
from archgen.views.labels import step_number


def path(topology: Topology, flow: Flow, findings: Sequence[Finding] = (), deployed: Diagram | None = None) -> Diagram:
    """Return the replicas, hosts and lines of a flow, with `findings` as badges numbered from 1.

    `deployed` is the deployment diagram with the same findings, if it exists already.
    """
    deployed_diagram = deployed or deployment(topology, findings)
    folding = fold(topology)
    steps: dict[str, list[str]] = {}
    touched: dict[str, None] = {}
    for hop in topology.hops[flow.id]:
        touched |= dict.fromkeys((hop.step.source, *hop.step.targets))
        if hop.connection is not None:
            steps.setdefault(hop.connection.id, []).append(step_number(hop.step.id))
    shown = {node.id for node in deployed_diagram.nodes}
    lines = DeploymentEdges(topology, folding, badges(topology, findings, folding), flow.id)
    edges = tuple(
        replace(edge, label=f"{', '.join(dict.fromkeys(steps[edge.subject]))} · {edge.label}".rstrip(" ·"))
        for edge in lines.calls(steps)
        if {edge.source, edge.target} <= shown
    )
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    joined = {node.subject for node in deployed_diagram.nodes if node.id in ends}
    nodes = tuple(
        node
        for node in deployed_diagram.nodes
        if node.id in ends or (node.subject in touched and node.subject not in joined)
    )
    used = enclosing(deployed_diagram.groups, (node.group for node in nodes))
    held = {node.id for node in nodes}
    groups = tuple(
        replace(group, across=tuple(member for member in group.across if member in held))
        for group in deployed_diagram.groups
        if group.id in used or held.intersection(group.across)
    )
    return Diagram(
        id=f"path-{flow.id}",
        title=f"{flow.title}: path",
        alt=f"{flow.title}: {plural(len(touched), 'component')} on its path.",
        nodes=nodes,
        groups=groups,
        edges=edges,
    )
