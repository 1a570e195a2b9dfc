"""A part of a diagram: a group with its content, and the elements outside that connect to it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from archgen.views.diagram import Diagram, enclosing

_LEAST = 2
"""Groups with at most this many components, besides agents, get no diagram of their own."""

MOST = 6
"""Diagrams with more outermost groups than this aren't split."""


def without_monitoring(diagram: Diagram) -> Diagram:
    """Return the diagram without components that only monitor others."""
    watching = {edge.target for edge in diagram.edges if edge.meaning == "monitoring"}
    watching |= {edge.source for edge in diagram.edges if edge.meaning == "monitoring"}
    used = {end for edge in diagram.edges if edge.meaning != "monitoring" for end in (edge.source, edge.target)}
    shown = tuple(node for node in diagram.nodes if node.id in used or node.id not in watching)
    names = {node.id for node in shown}
    return replace(
        diagram, nodes=shown, edges=tuple(edge for edge in diagram.edges if {edge.source, edge.target} <= names)
    )


def parts(diagram: Diagram) -> Iterator[Diagram]:
    """Yield a diagram of each outermost group; none if there is only one, or too many."""
    outermost = [group for group in diagram.groups if group.parent is None and not group.across]
    if not 1 < len(outermost) <= MOST:
        return
    parents = {group.id: group.parent for group in diagram.groups}
    around: dict[str, str | None] = {}
    for node in diagram.nodes:
        at = node.group
        while at is not None and parents.get(at) is not None:
            at = parents[at]
        around[node.id] = at
    working = {node.id for node in diagram.nodes if node.kind != "monitoring-agent"}
    for group in outermost:
        inside = {name for name, at in around.items() if at == group.id}
        if len(inside & working) > _LEAST:
            yield _part(diagram, group.id, group.label, inside)


def _part(diagram: Diagram, name: str, label: str, inside: set[str]) -> Diagram:
    edges = tuple(edge for edge in diagram.edges if inside & {edge.source, edge.target})
    joined = {end for edge in edges for end in (edge.source, edge.target)} | inside
    nodes = tuple(node for node in diagram.nodes if node.id in joined or name in node.guards)
    used = enclosing(diagram.groups, (node.group for node in nodes))
    groups = []
    for group in diagram.groups:
        across = tuple(member for member in group.across if member in joined)
        if group.id in used or across:
            groups.append(replace(group, across=across))
    return replace(
        diagram,
        id=f"{diagram.id}-{name}",
        title=label,
        alt=f"{diagram.title}: {label} and its connections.",
        nodes=nodes,
        groups=tuple(groups),
        edges=edges,
    )
