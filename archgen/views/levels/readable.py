"""The diagrams of a system that can be read: one if it fits, else the system with collapsed groups and each group opened."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.model.finding import Finding
from archgen.views.badges import badges
from archgen.views.diagram import Badge, Diagram
from archgen.views.folding import Folding
from archgen.views.levels.division import divide, draft
from archgen.views.levels.drawing import diagram
from archgen.views.levels.tree import Branch
from archgen.views.overview import component_edges


class Picture(Struct, frozen=True):
    """A diagram and its level: `system`, or the id of the group that is opened; `parent` is the level above."""

    level: str
    title: str
    diagram: Diagram
    parent: str | None = None


def readable(topology: Topology, findings: Sequence[Finding] = ()) -> tuple[Picture, ...]:
    """Return the diagrams of a system's levels, the system first; each has a card for a component or a group.

    Every component has a card, and every connection a line or a chip, in at least one of them.
    """
    marks = component_badges(topology, findings)
    edges = tuple(component_edges(topology, marks))
    root = divide(topology, edges)
    pictures: list[Picture] = []

    def show(path: tuple[Branch, ...]) -> None:
        opened = path[-1]
        parent = path[-2].id if len(path) > 1 else None
        drawn = diagram(topology, path, draft(topology, edges, path), marks)
        pictures.append(Picture(opened.id, opened.title, drawn, parent))
        for branch in opened.branches:
            show((*path, branch))

    show((root,))
    return tuple(pictures)


def component_badges(topology: Topology, findings: Sequence[Finding]) -> dict[str, tuple[Badge, ...]]:
    """Return the badges of components and connections; those of replicas are on their component."""
    folding = Folding({replica.id: replica.component for replica in topology.replicas.values()}, {})
    return badges(topology, findings, folding)
