"""The diagrams of a system that can be read: one if it fits, else the system with collapsed groups and each group opened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.finding import Finding
from archgen.views.badges import with_every_badge
from archgen.views.diagram import Diagram, Edge
from archgen.views.levels.candidates import Candidate, declared
from archgen.views.levels.division import divide, draft
from archgen.views.levels.drawing import diagram
from archgen.views.levels.sketch import CARDS
from archgen.views.levels.tree import BESIDE, SYSTEM, GroupTree
from archgen.views.overview import component_edges


class Picture(Struct, frozen=True):
    """A diagram and its level: `system`, or the id of the group that is opened; `parent` is the level above."""

    level: str
    title: str
    diagram: Diagram
    parent: str | None = None


def level_diagrams(
    topology: Topology,
    findings: Sequence[Finding] = (),
    shown: frozenset[str] | None = None,
    neighbors: bool = False,
    most: int = CARDS,
    legible: Callable[[Diagram], bool] | None = None,
) -> tuple[Picture, ...]:
    """Return the diagrams of a system's levels, the system first; each has a card for a component or a group.

    Every component has a card, and every connection a line or a chip, in at least one of them. With `shown`, the
    diagrams have only these components, and the groups of their direct `neighbors` if asked for. `most` are the cards that
    a diagram may have where it is seen; one that isn't `legible` there is divided further, if it can be.
    """
    edges = tuple(component_edges(topology))

    def drawn(path: tuple[GroupTree, ...]) -> Diagram:
        plain = diagram(topology, path, draft(topology, edges, path, most))
        return with_every_badge(topology, findings, plain, whole=shown is None and path[-1].id == SYSTEM)

    def is_legible(path: tuple[GroupTree, ...]) -> bool:
        return legible is None or legible(drawn(path))

    root = divide(topology, edges, shown, most=most, legible=is_legible)
    outside = _outside(topology, edges, shown, root) if shown is not None and neighbors else ()
    pictures: list[Picture] = []

    def show(path: tuple[GroupTree, ...]) -> None:
        opened = path[-1]
        parent = path[-2].id if len(path) > 1 else None
        around = (GroupTree("", root.title, "group", (), (root, *outside)), *path) if outside else path
        pictures.append(Picture(opened.id, opened.title, drawn(around), parent))
        for branch in opened.branches:
            show((*path, branch))

    show((root,))
    return tuple(pictures)


def collapsed(
    topology: Topology, way: Candidate, findings: Sequence[Finding] = (), opened: Collection[str] = ()
) -> Diagram | None:
    """Return a system with its components in the groups that a way finds, collapsed unless `opened`; None without groups."""
    names = tuple(topology.components)
    groups = tuple(group for group in way(topology, names, "") if group.id not in opened)
    held = {name for group in groups for name in group.components}
    if not groups:
        return None
    free = tuple(name for name in names if name not in held)
    path = (GroupTree(SYSTEM, topology.architecture.name, "group", free, groups),)
    plain = diagram(topology, path, draft(topology, tuple(component_edges(topology)), path))
    return with_every_badge(topology, findings, plain)


def _outside(
    topology: Topology, edges: Sequence[Edge], shown: frozenset[str], inside: GroupTree
) -> tuple[GroupTree, ...]:
    """Return the other components in their collapsed groups, told apart from those inside; alone without a group.

    A declared group around what is shown is open: the groups in it stand beside the rest of it.
    """
    others = frozenset(topology.components) - shown
    groups = divide(topology, edges, others, grouped=True)
    taken = {branch.id for branch in inside.walk()}
    every = (branch for outer in declared(topology) for branch in (outer, *outer.walk()))
    around = {branch.id for branch in every if shown & {*branch.leaves}}
    beside = (part for branch in groups.branches for part in _parts(topology, branch, around))
    apart = (replace(branch, id=f"{BESIDE}{branch.id}") if branch.id in taken else branch for branch in beside)
    return (*apart, *(_alone(topology, name) for name in groups.components))


def _alone(topology: Topology, component: str) -> GroupTree:
    return GroupTree(component, topology.components[component].title, "group", (component,))


def _parts(topology: Topology, branch: GroupTree, around: Collection[str]) -> Iterator[GroupTree]:
    """Yield a group, or the groups in it and the rest of it if it's `around` something."""
    if branch.id not in around:
        yield branch
        return
    if len(branch.components) > 1:
        yield replace(branch, branches=())
    else:
        yield from (_alone(topology, name) for name in branch.components)
    for inner in branch.branches:
        yield from _parts(topology, inner, around)
