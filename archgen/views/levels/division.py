"""The division of a system into groups, so that each level is readable."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.views.diagram import Edge
from archgen.views.levels.candidates import Candidate, by_kind, by_network, by_role, by_zone, in_parts, observers
from archgen.views.levels.sketch import CARDS, Sketch, sketch
from archgen.views.levels.tree import SYSTEM, Branch, cards_at

_USUAL: tuple[Candidate, ...] = (by_zone, by_network, by_role, by_kind)

_COVERED = 0.5
"""The least share of the components that groups have to hold, except roles, which hold all."""


def divide(topology: Topology, edges: Sequence[Edge]) -> Branch:
    """Return the tree of a system: as few groups as keep every level readable."""
    every = tuple(topology.components)
    watching = observers(topology, every)
    watchers = {name for branch in watching for name in branch.components}
    root = Branch(SYSTEM, topology.architecture.name, "group", tuple(name for name in every if name not in watchers))
    return _divided(topology, edges, (), replace(root, branches=watching), _USUAL)


def draft(topology: Topology, edges: Sequence[Edge], path: Sequence[Branch]) -> Sketch:
    """Return the sketch of the last group of a path, opened."""
    opened = path[-1]
    inside = (*opened.components, *(branch.id for branch in opened.branches))
    quiet = not all(topology.kind(name).observes for name in opened.leaves)
    return sketch(topology, edges, cards_at(path), inside, quiet)


def _divided(
    topology: Topology, edges: Sequence[Edge], around: tuple[Branch, ...], branch: Branch, ways: Sequence[Candidate]
) -> Branch:
    """Divide a group, and the groups in it, until each is readable."""
    divided = branch
    inside = "" if not around else f"{branch.id}/"
    for place, way in enumerate(ways):
        if _reads(topology, edges, (*around, divided)):
            break
        rest = ways[place + 1 :]
        groups = way(topology, divided.components, inside)
        if not _worth(groups, divided.components, way):
            continue
        held = {name for group in groups for name in group.components}
        left = tuple(name for name in divided.components if name not in held)
        divided = replace(divided, components=left, branches=(*divided.branches, *groups))
        ways = rest
    if not _reads(topology, edges, (*around, divided)) and len(divided.components) > CARDS // 2:
        parts = in_parts(divided.components, inside, CARDS // 2)
        divided = replace(divided, components=(), branches=(*divided.branches, *parts))
    path = (*around, divided)
    below = tuple(
        _divided(topology, edges, path, inner, [way for way in _USUAL if way.__name__ != f"by_{inner.kind}"])
        for inner in divided.branches
    )
    return replace(divided, branches=below)


def _reads(topology: Topology, edges: Sequence[Edge], path: tuple[Branch, ...]) -> bool:
    return draft(topology, edges, path).fits


def _worth(groups: tuple[Branch, ...], components: Sequence[str], way: Candidate) -> bool:
    held = sum(len(group.components) for group in groups)
    if way in (by_role, by_kind):
        return len(groups) > 1
    return len(groups) > 1 and held >= _COVERED * len(components)
