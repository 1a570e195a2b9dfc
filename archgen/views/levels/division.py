"""The division of a system into groups, so that each level is readable."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.kinds import Role
from archgen.views.diagram import Edge
from archgen.views.levels.candidates import (
    Candidate,
    by_kind,
    by_network,
    by_role,
    by_zone,
    declared,
    in_parts,
    observers,
)
from archgen.views.levels.sketch import CARDS, FEW, TANGLE, Sketch, sketch
from archgen.views.levels.tree import SYSTEM, GroupTree, cards_at

_USUAL: tuple[Candidate, ...] = (by_zone, by_network, by_role, by_kind)

OBSERVERS = "role:observer"
"""The group of the components that watch others."""

_FEWEST = 3
"""The fewest components of a part of a group whose diagram isn't legible."""

_COVERED = 0.5
"""The least share of the components that groups have to hold, except roles, which hold all."""


_COLLAPSED: tuple[Role, ...] = ("observer", "support", "visitor", "edge", "balancer", "web", "data", "application")
"""Which roles become one card each first, where a diagram has too many."""

Legible = Callable[[tuple[GroupTree, ...]], bool]
"""Returns True if the diagram of the last group of a path can be read."""


def _anywhere(_: tuple[GroupTree, ...]) -> bool:
    return True


def divide(
    topology: Topology,
    edges: Sequence[Edge],
    shown: Collection[str] | None = None,
    grouped: bool = False,
    most: int = CARDS,
    legible: Legible = _anywhere,
) -> GroupTree:
    """Return the tree of a system, or of its components that are shown: as few groups as keep every level readable.

    Groups that the model declares come first; observers without one are a group. The components of a view
    are grouped only if `grouped` is set or they don't fit. A level has to be `legible`, too, where it is seen.
    """

    def reads(path: tuple[GroupTree, ...]) -> bool:
        return draft(topology, edges, path, most).fits and legible(path)

    every = tuple(name for name in topology.components if shown is None or name in shown)
    flat = GroupTree(SYSTEM, topology.architecture.name, "group", every)
    if shown is not None and not grouped and reads((flat,)):
        return flat
    groups = tuple(remaining for branch in declared(topology) if (remaining := _only(branch, every)).leaves)
    held = {name for branch in groups for name in branch.leaves}
    free = tuple(name for name in every if name not in held)
    watching = observers(topology, free)
    watchers = {name for branch in watching for name in branch.components}
    free = tuple(name for name in free if name not in watchers)
    root = GroupTree(SYSTEM, topology.architecture.name, "group", free, (*groups, *watching))
    return _divided(topology, edges, reads, (), root, _USUAL, most)


def _only(branch: GroupTree, components: Collection[str]) -> GroupTree:
    """Return a group with only some components."""
    inner = tuple(remaining for below in branch.branches if (remaining := _only(below, components)).leaves)
    return replace(branch, components=tuple(name for name in branch.components if name in components), branches=inner)


def draft(topology: Topology, edges: Sequence[Edge], path: Sequence[GroupTree], most: int = CARDS) -> Sketch:
    """Return the sketch of the last group of a path, opened; small groups in it are opened too if it has few cards."""
    cards, inside = cards_at(path), _children(path[-1])
    drawn = _sketched(topology, edges, path, cards, inside, most)
    for branch in sorted(path[-1].branches, key=lambda branch: len(branch.leaves)):
        if len(drawn.shown) >= FEW or branch.id == OBSERVERS:
            continue
        within = tuple(card for card in inside if card != branch.id)
        opened = {**cards, **{name: name for name in branch.components}}
        opened |= {name: inner.id for inner in branch.branches for name in inner.leaves}
        wider = _sketched(topology, edges, path, opened, (*within, *_children(branch)), most)
        if wider.fits and wider.tangle <= TANGLE:
            cards, inside, drawn = opened, (*within, *_children(branch)), wider
    return drawn


def _children(branch: GroupTree) -> tuple[str, ...]:
    return (*branch.components, *(inner.id for inner in branch.branches))


def _sketched(
    topology: Topology,
    edges: Sequence[Edge],
    path: Sequence[GroupTree],
    cards: Mapping[str, str],
    inside: Iterable[str],
    most: int,
) -> Sketch:
    return sketch(topology, edges, cards, inside, quiet=path[-1].id == SYSTEM, most=most)


def _divided(
    topology: Topology,
    edges: Sequence[Edge],
    reads: Legible,
    around: tuple[GroupTree, ...],
    branch: GroupTree,
    ways: Sequence[Candidate],
    most: int,
) -> GroupTree:
    """Divide a group, and the groups in it, until each is readable."""
    divided = branch
    inside = "" if not around else f"{branch.id}/"
    for place, way in enumerate(ways):
        if reads((*around, divided)):
            break
        rest = ways[place + 1 :]
        groups = way(topology, divided.components, inside)
        if not _worth(groups, divided.components, way):
            continue
        if way in (by_role, by_kind):
            groups = _needed(topology, groups, divided, lambda tree: reads((*around, tree)))
        divided = _grouped(divided, groups)
        ways = rest
    size = most // 2
    if draft(topology, edges, (*around, divided), most).fits and not divided.branches:
        size = max(-(-len(divided.components) // 2), _FEWEST)
    if len(divided.components) > size and not reads((*around, divided)):
        parts = in_parts(divided.components, inside, most // 2, size)
        divided = replace(divided, components=(), branches=(*divided.branches, *parts))
    path = (*around, divided)
    below = tuple(
        _divided(
            topology, edges, reads, path, inner, [way for way in _USUAL if way.__name__ != f"by_{inner.kind}"], most
        )
        for inner in divided.branches
    )
    return replace(divided, branches=below)


def _grouped(branch: GroupTree, groups: Sequence[GroupTree]) -> GroupTree:
    """Return a group with some of its components in groups."""
    held = {name for group in groups for name in group.components}
    left = tuple(name for name in branch.components if name not in held)
    return replace(branch, components=left, branches=(*branch.branches, *groups))


def _needed(
    topology: Topology, groups: tuple[GroupTree, ...], branch: GroupTree, reads: Callable[[GroupTree], bool]
) -> tuple[GroupTree, ...]:
    """Return the groups that a readable diagram has to collapse, what is nearest to a request last; all if that's too few.

    A role or a kind is no part of a system that somebody looks for, and its card says less than those in it.
    """
    order = sorted(groups, key=lambda group: _COLLAPSED.index(topology.kind(group.components[0]).role))
    for count in range(1, len(order)):
        needed = order[:count]
        if reads(_grouped(branch, needed)):
            for group in order[: count - 1]:
                fewer = [other for other in needed if other is not group]
                needed = fewer if reads(_grouped(branch, fewer)) else needed
            return tuple(group for group in groups if group in needed)
    return groups


def _worth(groups: tuple[GroupTree, ...], components: Sequence[str], way: Candidate) -> bool:
    held = sum(len(group.components) for group in groups)
    if way in (by_role, by_kind):
        return len(groups) > 1
    return len(groups) > 1 and held >= _COVERED * len(components)
