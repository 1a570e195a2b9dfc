"""The deployment diagram of a change: the new model with its additions marked, and removed elements faint."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from archgen.compare import Evolution
from archgen.model.subject import ChangeKind, Subject
from archgen.model.wording import plural
from archgen.views.deployment import deployment
from archgen.views.diagram import Badge, Diagram, Edge, Group, Node

SIGNS: dict[ChangeKind, str] = {"added": "+", "removed": "−", "changed": "~"}
"""The sign before the label of a line."""


def change_diagram(evolution: Evolution, findings: bool = True) -> Diagram:
    """Return both diagrams as one; its badges are the issues that the change introduces."""
    old = deployment(evolution.before.topology)
    new = deployment(evolution.after.topology, evolution.after.findings if findings else ())
    fresh = frozenset((issue.number, issue.finding.message) for issue in evolution.findings_of("introduced"))
    changes = {entity.subject: entity.change for entity in evolution.entities}
    groups = _groups(old.groups, new.groups, changes, fresh)
    around = {group.id for group in groups if not group.across}
    nodes = _nodes(old.nodes, new.nodes, around, changes, fresh)
    beside = {node.id for node in new.nodes if node.guards}
    return Diagram(
        id="diff",
        title=new.title if old.title == new.title else f"{old.title} → {new.title}",
        alt=_alt(evolution, new),
        nodes=nodes,
        groups=groups,
        edges=tuple(
            edge for edge in _edges(old.edges, new.edges, fresh) if beside.isdisjoint((edge.source, edge.target))
        ),
    )


def _nodes(
    old: tuple[Node, ...],
    new: tuple[Node, ...],
    around: set[str],
    changes: dict[Subject, ChangeKind],
    fresh: frozenset[tuple[int, str]],
) -> tuple[Node, ...]:
    """Compare nodes; `around` are the groups that can hold a card, since an old group may cut across new ones."""

    before, after = {node.id: node for node in old}, {node.id for node in new}

    def change(node: Node) -> ChangeKind | None:
        if node.id not in before:
            return "added"
        was = before[node.id]
        same = (was.kind, was.mark, was.detail, was.label) == (node.kind, node.mark, node.detail, node.label)
        return None if same and not _alone(node, new, changes) else "changed"

    present = [replace(node, change=change(node), badges=_fresh(node.badges, fresh)) for node in new]
    gone = [
        replace(node, change="removed", badges=(), group=node.group if node.group in around else None)
        for node in old
        if node.id not in after
    ]
    return (*present, *gone)


def _alone(node: Node, new: Iterable[Node], changes: dict[Subject, ChangeKind]) -> bool:
    """Return True if a node is the only one of a changed component, so that it can be marked."""
    changed = changes.get(Subject("component", node.subject)) == "changed"
    return changed and sum(1 for other in new if other.subject == node.subject) == 1


def _groups(
    old: tuple[Group, ...],
    new: tuple[Group, ...],
    changes: dict[Subject, ChangeKind],
    fresh: frozenset[tuple[int, str]],
) -> tuple[Group, ...]:
    before, after = {group.id for group in old}, {group.id for group in new}

    def change(group: Group) -> ChangeKind | None:
        return changes.get(Subject(group.kind, group.subject)) if group.id in before else "added"

    present = [replace(group, change=change(group), badges=_fresh(group.badges, fresh)) for group in new]
    across = {group.id for group in new if group.across}
    gone = [
        replace(group, change="removed", badges=(), across=(), parent=None if group.parent in across else group.parent)
        for group in old
        if group.id not in after
    ]
    return (*present, *gone)


def _edges(old: tuple[Edge, ...], new: tuple[Edge, ...], fresh: frozenset[tuple[int, str]]) -> tuple[Edge, ...]:
    before, after = {edge.id: edge for edge in old}, {edge.id for edge in new}

    def change(edge: Edge) -> ChangeKind | None:
        was = before.get(edge.id)
        if was is None:
            return "added"
        return None if (was.meaning, was.label) == (edge.meaning, edge.label) else "changed"

    present = [_signed(replace(edge, badges=_fresh(edge.badges, fresh)), change(edge)) for edge in new]
    gone = [_signed(replace(edge, badges=()), "removed") for edge in old if edge.id not in after]
    return (*present, *gone)


def _signed(edge: Edge, change: ChangeKind | None) -> Edge:
    """Put the change before the label of a line; a line without a label shows it by its form alone."""
    if change is None or not edge.label:
        return replace(edge, change=change)
    return replace(edge, change=change, label=signed(change, edge.label))


def signed(change: ChangeKind | None, words: str) -> str:
    """Put the sign of a change before a text, for formats without marks of their own."""
    return words if change is None else f"{SIGNS[change]} {words}"


def _fresh(badges: tuple[Badge, ...], fresh: frozenset[tuple[int, str]]) -> tuple[Badge, ...]:
    return tuple(badge for badge in badges if (badge.number, badge.title) in fresh)


def _alt(evolution: Evolution, new: Diagram) -> str:
    counts = [f"{len(evolution.entities_of(change))} {change}" for change in ("added", "removed", "changed")]
    return f"{plural(len(evolution.entities), 'change')}: {', '.join(counts)}. New system: {new.alt}"
