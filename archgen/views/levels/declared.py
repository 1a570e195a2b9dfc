"""Views that a model declares: a selection of components at a level."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.finding import Finding
from archgen.model.presentation import View
from archgen.model.wording import listed, plural
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram, enclosing
from archgen.views.levels.readable import Picture, level_diagrams
from archgen.views.levels.tree import SYSTEM

EVERYTHING = "deployment"
"""The level that shows every replica and host."""


def declared_view(topology: Topology, view: View, findings: Sequence[Finding] = ()) -> tuple[Picture, ...]:
    """Return the diagrams of a view: its own, and one for each of its groups if it doesn't fit; none if it's empty."""
    shown = selected(topology, view)
    if not shown:
        return ()
    if view.level == EVERYTHING:
        around = shown | (_neighbors(topology, shown) if view.neighbours else frozenset())
        pictures: tuple[Picture, ...] = (_deployed(topology, findings, around),)
    else:
        pictures = level_diagrams(topology, findings, shown, view.neighbours)
    pictures = _at(pictures, view.level)
    title = f"{topology.architecture.name}: {view.title or view.id}"
    highlighted = _chosen(topology, view.highlight)
    return tuple(_named(picture, view.id, title, highlighted) for picture in pictures)


def selected(topology: Topology, view: View) -> frozenset[str]:
    """Return the components of a view: the union of what it includes, without what it excludes."""
    included = _chosen(topology, view.include) if view.include else frozenset(topology.components)
    return included - _chosen(topology, view.exclude)


def _chosen(topology: Topology, selections: Sequence[str]) -> frozenset[str]:
    return frozenset(name for selection in selections for name in _components(topology, selection))


def _components(topology: Topology, selection: str) -> Collection[str]:
    kind, _, name = selection.partition(":")
    components = topology.architecture.components
    match kind:
        case "group":
            groups = _inside(topology, name)
            return [component.id for component in components if component.group in groups]
        case "kind":
            return [component.id for component in components if component.kind == name]
        case "tag":
            return [component.id for component in components if name in component.tags]
        case "flow":
            return [component.id for component in components if name in topology.flows_of[component.id]]
        case _:
            return [name] if name in topology.components else []


def _inside(topology: Topology, group: str) -> set[str]:
    """Return a group and the groups in it."""
    inside = {group}
    while more := {each.id for each in topology.architecture.groups if each.within in inside} - inside:
        inside |= more
    return inside


def _neighbors(topology: Topology, shown: Collection[str]) -> frozenset[str]:
    ends = [{call.source, *call.targets} for call in topology.architecture.connections]
    return frozenset(name for pair in ends if pair.intersection(shown) for name in pair)


def _deployed(topology: Topology, findings: Sequence[Finding], components: Collection[str]) -> Picture:
    """Return the deployment of some components, which alone count in its description."""
    name = topology.architecture.name
    diagram = _only(deployment(topology, findings), components)
    used = {host for component in components for host in topology.hosts_of(component)}
    hosts = [host.name or host.id for host in topology.architecture.hosts if host.id in used]
    where = f" on {plural(len(hosts), 'host')} ({listed(hosts)})" if hosts else ""
    alt = f"{name}: {plural(len(components), 'component')}{where}."
    return Picture(SYSTEM, name, replace(diagram, alt=alt))


def _only(diagram: Diagram, components: Collection[str]) -> Diagram:
    """Return a deployment with only the replicas of some components."""
    nodes = tuple(node for node in diagram.nodes if node.subject in components)
    held = {node.id for node in nodes}
    used = enclosing(diagram.groups, (node.group for node in nodes))
    groups = [
        replace(group, across=tuple(member for member in group.across if member in held)) for group in diagram.groups
    ]
    return replace(
        diagram,
        nodes=nodes,
        groups=tuple(group for group in groups if group.id in used or group.across),
        edges=tuple(edge for edge in diagram.edges if {edge.source, edge.target} <= held),
    )


def _at(pictures: tuple[Picture, ...], level: str | None) -> tuple[Picture, ...]:
    """Return the diagrams of the level that a view asks for; all of them if it asks for none, or for a missing one."""
    wanted = tuple(picture for picture in pictures if picture.level == level)
    return wanted or pictures


def _named(picture: Picture, view: str, title: str, highlighted: Collection[str]) -> Picture:
    nodes = tuple(
        replace(node, emphasized=bool({node.subject, *node.stands_for}.intersection(highlighted)))
        for node in picture.diagram.nodes
    )
    own = title if picture.level == SYSTEM else f"{title}: {picture.title}"
    name = view if picture.level == SYSTEM else f"{view}-{picture.level}"
    alt = f"{own}{picture.diagram.alt.removeprefix(picture.title)}"
    return replace(picture, diagram=replace(picture.diagram, id=name, title=own, alt=alt, nodes=nodes))
