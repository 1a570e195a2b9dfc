"""The path of a flow: only its part of the deployment, with lines numbered by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.architecture import Flow
from archgen.model.finding import Finding
from archgen.model.wording import plural
from archgen.views.badges import badges
from archgen.views.deployment import deployment
from archgen.views.deployment_edges import DeploymentEdges
from archgen.views.deployment_folding import fold
from archgen.views.diagram import Diagram, Edge, Group, Node, enclosing
from archgen.views.labels import line_of, step_number, step_ports
from archgen.views.overview import overview


def path_diagram(
    topology: Topology, flow: Flow, findings: Sequence[Finding] = (), deployed: Diagram | None = None
) -> Diagram:
    """Return the replicas, hosts and lines of a flow, with `findings` as badges numbered from 1.

    `deployed` is the deployment diagram with the same findings, if it exists already.
    """
    deployed_diagram = deployed or deployment(topology, findings)
    folding = fold(topology)
    steps, touched = _steps(topology, flow)
    shown = {node.id for node in deployed_diagram.nodes}
    lines = DeploymentEdges(topology, folding, badges(topology, findings, folding), flow.id)
    edges = tuple(_numbered(edge, steps) for edge in lines.calls(steps) if {edge.source, edge.target} <= shown)
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
    return _diagram(flow, len(touched), nodes, groups, edges)


def folded_path(topology: Topology, flow: Flow, findings: Sequence[Finding] = ()) -> Diagram:
    """Return the path of a flow with a card per component, for flows over many replicas."""
    complete = overview(topology, findings)
    steps, touched = _steps(topology, flow)
    nodes = tuple(node for node in complete.nodes if node.subject in touched)
    edges = tuple(
        _numbered(edge, steps)
        for edge in _of_steps(topology, flow, complete.edges)
        if edge.subject in steps and {edge.source, edge.target} <= touched
    )
    return _diagram(flow, len(touched), nodes, (), edges)


def _steps(topology: Topology, flow: Flow) -> tuple[dict[str, list[str]], set[str]]:
    """Return the numbers of the steps over each connection of a flow, and the components on its path."""
    steps: dict[str, list[str]] = {}
    touched: set[str] = set()
    for hop in topology.hops[flow.id]:
        touched.update((hop.step.source, *hop.step.targets))
        if hop.connection is not None:
            steps.setdefault(hop.connection.id, []).append(step_number(hop.step.id))
    return steps, touched


def _of_steps(topology: Topology, flow: Flow, edges: Iterable[Edge]) -> Iterator[Edge]:
    """Yield lines with the words and the meaning of the ports that a flow's steps use."""
    connections, ports = {each.id: each for each in topology.architecture.connections}, step_ports(topology, flow.id)
    for edge in edges:
        if edge.subject in ports:
            label, meaning = line_of(topology, connections[edge.subject], ports[edge.subject])
            edge = replace(edge, label=label, meaning=meaning)
        yield edge


def _numbered(edge: Edge, steps: Mapping[str, Sequence[str]]) -> Edge:
    """Return a line with the numbers of its steps before its label."""
    numbers = ", ".join(dict.fromkeys(steps[edge.subject]))
    return replace(edge, label=f"{numbers} · {edge.label}".rstrip(" ·"))


def _diagram(
    flow: Flow, components: int, nodes: tuple[Node, ...], groups: tuple[Group, ...], edges: tuple[Edge, ...]
) -> Diagram:
    return Diagram(
        id=f"path-{flow.id}",
        title=f"{flow.title}: path",
        alt=f"{flow.title}: {plural(components, 'component')} on its path.",
        nodes=nodes,
        groups=groups,
        edges=edges,
    )
