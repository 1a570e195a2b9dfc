"""The diagrams of a system that can be read: one if it fits, else the system with collapsed groups and each group opened."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.linting.finding_groups import number_findings
from archgen.model.finding import Finding
from archgen.views.badges import badges
from archgen.views.diagram import Badge, Diagram, Edge
from archgen.views.folding import Folding
from archgen.views.levels.candidates import Candidate
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
    marks = component_badges(topology, findings)
    edges = tuple(component_edges(topology, marks))

    def drawn(path: tuple[GroupTree, ...]) -> Diagram:
        return diagram(topology, path, draft(topology, edges, path, most), marks)

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
    marks = component_badges(topology, findings)
    free = tuple(name for name in names if name not in held)
    path = (GroupTree(SYSTEM, topology.architecture.name, "group", free, groups),)
    return diagram(topology, path, draft(topology, tuple(component_edges(topology, marks)), path), marks)


def _outside(
    topology: Topology, edges: Sequence[Edge], shown: frozenset[str], inside: GroupTree
) -> tuple[GroupTree, ...]:
    """Return the other components in their collapsed groups, told apart from those inside; alone without a group."""
    others = frozenset(topology.components) - shown
    groups = divide(topology, edges, others, grouped=True)
    taken = {branch.id for branch in inside.walk()}
    apart = (replace(branch, id=f"{BESIDE}{branch.id}") if branch.id in taken else branch for branch in groups.branches)
    alone = (GroupTree(name, topology.components[name].title, "group", (name,)) for name in groups.components)
    return (*apart, *alone)


def component_badges(topology: Topology, findings: Sequence[Finding]) -> dict[str, tuple[Badge, ...]]:
    """Return the badges of components and connections; those of replicas and hosts are on their component."""
    folding = Folding({replica.id: replica.component for replica in topology.replicas.values()}, {})
    marks = badges(topology, findings, folding)
    for number, finding in number_findings(findings):
        if finding.subject.kind == "host" and finding.accepted is None:
            badge = Badge(number, finding.severity, finding.message)
            for component in _named(topology, finding) or _carried(topology, finding.subject.id):
                both = {each.number: each for each in (*marks.get(component, ()), badge)}
                marks[component] = tuple(both[each] for each in sorted(both))
    return marks


def _named(topology: Topology, finding: Finding) -> tuple[str, ...]:
    """Return the components of the replicas that a finding on a host speaks of: on a machine below, they stand on its guests."""
    replicas = (each.subject.id for each in finding.related if each.subject.kind == "replica")
    return tuple(dict.fromkeys(topology.replicas[name].component for name in replicas if name in topology.replicas))


def _carried(topology: Topology, host: str) -> tuple[str, ...]:
    """Return the components that run on a host alone, or the first on it if all of them run elsewhere too."""
    names = tuple(dict.fromkeys(replica.component for replica in topology.replicas_on[host]))
    working = tuple(name for name in names if not topology.kind(name).observes)
    alone = tuple(name for name in working if len(set(topology.hosts_of(name))) == 1)
    return alone or working[:1] or names[:1]
