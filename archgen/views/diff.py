"""The deployment picture of a change: the later model, what is new in it marked, what is gone shown faintly."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from archgen.compare import Evolution
from archgen.compare.entities import Change
from archgen.model.subject import Subject
from archgen.model.wording import plural
from archgen.views.deployment import deployment
from archgen.views.diagram import Badge, Diagram, Edge, Group, Node

SIGNS: dict[Change, str] = {"added": "+", "removed": "−", "changed": "~"}
"""What the words of a line start with."""


def change_diagram(evolution: Evolution, findings: bool = True) -> Diagram:
    """Both pictures in one. Badges are those of the issues that the change introduces, under their numbers."""
    old = deployment(evolution.before.topology)
    new = deployment(evolution.after.topology, evolution.after.findings if findings else ())
    fresh = frozenset(one.number for one in evolution.issues_of("introduced"))
    said = {one.subject: one.change for one in evolution.things}
    groups = _groups(old.groups, new.groups, said, fresh)
    around = {one.id for one in groups if not one.across}
    nodes = _nodes(old.nodes, new.nodes, around, said, fresh)
    beside = {one.id for one in new.nodes if one.guards}
    return Diagram(
        id="diff",
        title=new.title if old.title == new.title else f"{old.title} → {new.title}",
        alt=_alt(evolution, new),
        nodes=nodes,
        groups=groups,
        edges=tuple(one for one in _edges(old.edges, new.edges, fresh) if beside.isdisjoint((one.source, one.target))),
    )


def _nodes(
    old: tuple[Node, ...], new: tuple[Node, ...], around: set[str], said: dict[Subject, Change], fresh: frozenset[int]
) -> tuple[Node, ...]:
    """`around` are the groups that can hold a card: one of the old model may cut across the nesting of the new one."""

    before, after = {one.id: one for one in old}, {one.id for one in new}

    def change(one: Node) -> Change | None:
        if one.id not in before:
            return "added"
        was = before[one.id]
        same = (was.kind, was.mark, was.detail, was.label) == (one.kind, one.mark, one.detail, one.label)
        return None if same and not _alone(one, new, said) else "changed"

    kept = [replace(one, change=change(one), badges=_fresh(one.badges, fresh)) for one in new]
    gone = [
        replace(one, change="removed", badges=(), group=one.group if one.group in around else None)
        for one in old
        if one.id not in after
    ]
    return (*kept, *gone)


def _alone(one: Node, new: Iterable[Node], said: dict[Subject, Change]) -> bool:
    """Whether a node is the only one of a component that changed, so that it can say so for it."""
    changed = said.get(Subject("component", one.subject)) == "changed"
    return changed and sum(1 for other in new if other.subject == one.subject) == 1


def _groups(
    old: tuple[Group, ...], new: tuple[Group, ...], said: dict[Subject, Change], fresh: frozenset[int]
) -> tuple[Group, ...]:
    before, after = {one.id for one in old}, {one.id for one in new}

    def change(one: Group) -> Change | None:
        return said.get(Subject(one.kind, one.subject)) if one.id in before else "added"

    kept = [replace(one, change=change(one), badges=_fresh(one.badges, fresh)) for one in new]
    across = {one.id for one in new if one.across}
    gone = [
        replace(one, change="removed", badges=(), across=(), parent=None if one.parent in across else one.parent)
        for one in old
        if one.id not in after
    ]
    return (*kept, *gone)


def _edges(old: tuple[Edge, ...], new: tuple[Edge, ...], fresh: frozenset[int]) -> tuple[Edge, ...]:
    before, after = {one.id: one for one in old}, {one.id for one in new}

    def change(one: Edge) -> Change | None:
        was = before.get(one.id)
        if was is None:
            return "added"
        return None if (was.meaning, was.label) == (one.meaning, one.label) else "changed"

    kept = [_signed(replace(one, badges=_fresh(one.badges, fresh)), change(one)) for one in new]
    gone = [_signed(replace(one, badges=()), "removed") for one in old if one.id not in after]
    return (*kept, *gone)


def _signed(one: Edge, change: Change | None) -> Edge:
    """A line with its change before its words; one without words says it by its form alone."""
    if change is None or not one.label:
        return replace(one, change=change)
    return replace(one, change=change, label=signed(change, one.label))


def signed(change: Change | None, words: str) -> str:
    """Words behind the sign of what became of their thing; pictures that have no marks of their own say it so."""
    return words if change is None else f"{SIGNS[change]} {words}"


def _fresh(badges: tuple[Badge, ...], numbers: frozenset[int]) -> tuple[Badge, ...]:
    return tuple(one for one in badges if one.number in numbers)


def _alt(evolution: Evolution, new: Diagram) -> str:
    counts = [f"{len(evolution.things_of(change))} {change}" for change in ("added", "removed", "changed")]
    total = plural(len(evolution.things), "thing")
    return f"What changed, {total} in all: {', '.join(counts)}. Afterwards: {new.alt}"
