"""The overview: a card for each component and a line for each connection, without hosts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archgen.analysis.topology import Topology
from archgen.model.architecture import Component
from archgen.model.finding import Finding
from archgen.model.wording import plural
from archgen.views.badges import with_every_badge
from archgen.views.diagram import GUARDS, SEPARATOR, Diagram, Edge, Node
from archgen.views.labels import line_of, product_label, with_own_chips


def overview(topology: Topology, findings: Sequence[Finding] = ()) -> Diagram:
    """Return the components of a model and their connections, with `findings` as badges numbered from 1."""
    architecture = topology.architecture
    edges = tuple(component_edges(topology))
    nodes = (component_node(topology, component, component.id) for component in architecture.components)
    plain = Diagram(
        id="overview",
        title=architecture.name,
        alt=f"{architecture.name}: {plural(len(architecture.components), 'component')} and their connections.",
        nodes=with_own_chips(nodes, edges, lambda node: runs_several(topology, node.subject)),
        edges=tuple(edge for edge in edges if edge.source != edge.target),
        direction=architecture.layout.direction,
        rank=architecture.layout.rank,
        near=architecture.layout.near,
        used=topology.used,
    )
    return with_every_badge(topology, findings, plain)


def component_node(
    topology: Topology,
    component: Component,
    name: str,
    group: str | None = None,
    count: int = 0,
) -> Node:
    """Return a card for all replicas of a component, or for `count` of them."""
    kind = topology.kind(component.id)
    many = count or len(component.replicas)
    words = [product_label(topology, component), f"×{many}" if many > 1 else "", *guard_text(component)]
    return Node(
        id=name,
        subject=component.id,
        label=component.title,
        detail=SEPARATOR.join(word for word in words if word),
        kind=kind.id,
        icon=component.icon or component.product,
        role=kind.role,
        group=group,
        description=component.why or "",
    )


def runs_several(topology: Topology, component: str) -> bool:
    """Return True for a component with several replicas."""
    return len(topology.components[component].replicas) > 1


def guard_text(component: Component) -> list[str]:
    """Return the elements that a firewall guards, as text that is short enough for a card."""
    return [f"{GUARDS}{', '.join(component.guards)}"] if component.guards else []


def component_edges(topology: Topology) -> Iterator[Edge]:
    """Yield a line between components for each connection and target, each code base and each backup."""
    for connection in topology.architecture.connections:
        label, meaning = line_of(topology, connection)
        for target in connection.targets:
            name = f"{connection.id} {connection.source} {target}"
            yield Edge(
                id=name,
                subject=connection.id,
                source=connection.source,
                target=target,
                label=label,
                meaning=meaning,
            )
    connections = topology.index.connections
    for component in topology.architecture.components:
        code = component.codebase
        if code in topology.components and code is not None:
            subject = f"{component.id} runs {code}"
            yield Edge(id=subject, subject=subject, source=component.id, target=code, meaning="code")
        for stored in component.backs_up:
            drawn = (component.id, stored) in connections or (stored, component.id) in connections
            if stored in topology.components and not drawn:
                yield Edge(
                    id=f"{component.id} backup {stored}",
                    subject=f"{component.id} backup",
                    source=stored,
                    target=component.id,
                    label="backup",
                    meaning="replication",
                )
