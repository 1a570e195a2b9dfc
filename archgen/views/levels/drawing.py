"""A sketch as a diagram: words, badges and icons for its cards and lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from archgen.analysis.hops import Meaning
from archgen.analysis.topology import Topology
from archgen.model.kinds import ROLES, Role
from archgen.model.wording import listed, plural
from archgen.views.badges import merged_badges
from archgen.views.diagram import Chip, Diagram, Edge, Group, GroupKind, Node
from archgen.views.equal.names import stack_name
from archgen.views.labels import MORE_PORTS, WORST, own_chip
from archgen.views.levels.sketch import STACK, Pair, Sketch
from archgen.views.levels.tree import BESIDE, SYSTEM, GroupTree
from archgen.views.overview import component_node, runs_several

_NOUNS: dict[Role, str] = {"visitor": "client", "web": "service", "application": "service", "data": "store"}
"""What a group holds, in words short enough for its card; others are counted without a name."""

_OWN_NOUNS = {"worker": "worker", "queue": "queue", "stream": "stream", "scheduler": "", "code-base": "", "other": ""}
"""The same for kinds that are none of what most of their role are."""


def diagram(topology: Topology, path: Sequence[GroupTree], drawn: Sketch) -> Diagram:
    """Return the diagram of the last group of a path, without badges."""
    opened, root = path[-1], path[0]
    branches = _told_apart({branch.id: branch for around in path for branch in around.walk()}, drawn)
    chips = _chips(topology, drawn, branches)
    frames = _frames(path, drawn)
    nodes = tuple(
        replace(node, chips=chips.get(node.id, ()), group=frames.get(node.id), beside=node.id not in drawn.inside)
        for node in (_node(topology, card, drawn, branches) for card in drawn.shown)
    )
    hints = topology.architecture.layout
    return Diagram(
        id=opened.id,
        title=root.title if opened.id == SYSTEM else f"{root.title}: {opened.title}",
        alt=_alt(opened, nodes),
        nodes=nodes,
        groups=tuple(_frame(branch) for branch in branches.values() if branch.id in {node.group for node in nodes}),
        edges=tuple(merged_lines(drawn.lines)),
        direction=hints.direction,
        rank=hints.rank,
        near=hints.near,
        used=topology.used,
    )


def _told_apart(branches: dict[str, GroupTree], drawn: Sketch) -> dict[str, GroupTree]:
    """Return groups of which no two collapsed ones have the same title: one in another group is called after that, too."""
    counts = Counter(branches[card].title for card in drawn.shown if card in branches)
    titles = {
        card: f"{branches[card].title}, {around.title}"
        for card in drawn.shown
        if card in branches
        and counts[branches[card].title] > 1
        and (around := branches.get(card.rpartition("/")[0])) is not None
    }
    return {name: replace(branch, title=titles.get(name, branch.title)) for name, branch in branches.items()}


def _alt(opened: GroupTree, nodes: tuple[Node, ...]) -> str:
    inside = plural(len(opened.leaves), "component")
    groups = [node.label for node in nodes if node.opens]
    words = f"{opened.title}: {inside}"
    return f"{words}; collapsed: {listed(groups)}." if groups else f"{words}."


# Groups


def _frames(path: Sequence[GroupTree], drawn: Sketch) -> dict[str, str]:
    """Return the opened group around each component and group: those in the last group of a path are in no frame."""
    opened = {name: branch.id for branch in path[-1].walk() for name in (*branch.components, *_ids(branch.branches))}
    frames: dict[str, set[str | None]] = {}
    for component, card in drawn.cards.items():
        stacked = card.startswith(STACK)
        frames.setdefault(card, set()).add(opened.get(component if stacked else card))
    return {card: frame for card, around in frames.items() if len(around) == 1 and (frame := next(iter(around)))}


def _ids(branches: Iterable[GroupTree]) -> tuple[str, ...]:
    return tuple(branch.id for branch in branches)


def _frame(branch: GroupTree) -> Group:
    kind: GroupKind = branch.kind if branch.kind in ("zone", "network") else "group"
    subject = branch.id.rpartition("/")[2].partition(":")[2]
    return Group(id=branch.id, subject=subject, kind=kind, label=branch.title, detail=branch.detail)


# Cards


def _node(topology: Topology, card: str, drawn: Sketch, branches: dict[str, GroupTree]) -> Node:
    if card in topology.components:
        return component_node(topology, topology.components[card], card)
    if card in branches:
        return _group_node(topology, branches[card])
    return _stack_node(topology, card, [name for name, at in drawn.cards.items() if at == card])


def _group_node(topology: Topology, branch: GroupTree) -> Node:
    leaves = branch.leaves
    role = _role(topology, leaves)
    return Node(
        id=branch.id,
        subject=branch.id,
        label=branch.title,
        detail=content(topology, leaves),
        kind="other",
        role=role,
        description=f"{branch.title}: {listed(leaves)}",
        opens=branch.id.removeprefix(BESIDE),
        stands_for=leaves,
    )


def _stack_node(topology: Topology, card: str, names: list[str]) -> Node:
    """Return the card of equal components: named by the first, with their number."""
    first = topology.components[names[0]]
    label, detail = _stack_title(topology, names)
    node = component_node(topology, first, card)
    return replace(
        node,
        label=label,
        detail=detail,
        description=listed([topology.components[name].title for name in names]),
        stands_for=tuple(names),
    )


def _stack_title(topology: Topology, names: Sequence[str]) -> tuple[str, str]:
    """Return the name of the card of some components, which no other has, and its second line."""
    others = {component.title for component in topology.architecture.components if component.id not in names}
    return stack_name([topology.components[name].title for name in names], others)


def content(topology: Topology, components: Iterable[str]) -> str:
    """Return what a group holds, as text: "7 services, 3 stores"."""
    kinds = (topology.kind(name) for name in components)
    counts = Counter(_OWN_NOUNS.get(kind.id, _NOUNS.get(kind.role, "")) for kind in kinds)
    unnamed = counts.pop("", 0)
    ordered = counts.most_common()
    if not ordered:
        return plural(unnamed, "component")
    named = 1 if unnamed or len(ordered) > 2 else 2
    words = [plural(count, noun) for noun, count in ordered[:named]]
    rest = unnamed + sum(count for _, count in ordered[named:])
    return ", ".join([*words, *([f"{rest} more"] if rest else [])])


def _role(topology: Topology, components: Sequence[str]) -> Role:
    """Return the role that places a group: that of most of its components, of the earlier one if they tie."""
    counts = Counter(topology.kind(name).role for name in components)
    return max(ROLES, key=lambda role: (counts[role], -ROLES.index(role)))


def _title(topology: Topology, drawn: Sketch, card: str, branches: dict[str, GroupTree]) -> str:
    if card in branches:
        return branches[card].title
    names = [name for name, place in drawn.cards.items() if place == card]
    if len(names) == 1:
        return topology.components[names[0]].title
    label, detail = _stack_title(topology, names)
    return f"{label} {detail}" if detail.startswith("and ") else label


def _chips(topology: Topology, drawn: Sketch, branches: dict[str, GroupTree]) -> dict[str, tuple[Chip, ...]]:
    """Return the chips of each card: what it calls, and what calls it if the shared one is the caller."""
    degree = Counter(end for pair in drawn.chips for end in set(pair))
    chips: dict[str, list[Chip]] = {}
    for (source, target), bundle in drawn.chips.items():
        if source == target:
            many = source not in topology.components or runs_several(topology, source)
            chips.setdefault(source, []).append(own_chip(bundle, many))
            continue
        outward = degree[target] >= degree[source]
        holder, other, arrow = (source, target, "→") if outward else (target, source, "←")
        subjects = tuple(dict.fromkeys(edge.subject for edge in bundle))
        chip = Chip(f"{arrow} {_title(topology, drawn, other, branches)}", _meaning(bundle), subjects)
        chips.setdefault(holder, []).append(chip)
    return {card: tuple(named) for card, named in chips.items()}


# Lines


def merged_lines(lines: Mapping[Pair, tuple[Edge, ...]]) -> Iterable[Edge]:
    """Yield a line for each pair of cards; calls in both directions between two cards share one."""
    done: set[Pair] = set()
    for pair, bundle in lines.items():
        back = (pair[1], pair[0])
        if back in done:
            continue
        done.add(pair)
        yield _line(pair, bundle, lines.get(back, ()))


def _line(pair: Pair, forth: tuple[Edge, ...], back: tuple[Edge, ...]) -> Edge:
    bundle = (*forth, *back)
    first, mutual = bundle[0], bool(back)
    if len(bundle) == 1:
        return replace(first, id=f"{first.subject} {pair[0]} {pair[1]}", source=pair[0], target=pair[1])
    subjects = tuple(dict.fromkeys(edge.subject for edge in bundle))
    return replace(
        first,
        id=f"{first.subject} {pair[0]} {pair[1]}",
        source=pair[0],
        target=pair[1],
        label=bundle_label(bundle),
        meaning=_meaning(bundle),
        badges=merged_badges(edge.badges for edge in bundle),
        mutual=mutual or first.mutual,
        bundled=subjects,
    )


def _meaning(bundle: Iterable[Edge]) -> Meaning:
    """Return the worst of what lines mean."""
    return min((edge.meaning for edge in bundle), key=WORST.index)


def bundle_label(bundle: Sequence[Edge]) -> str:
    """Return the words of a bundled line: "http ×6, 2 unencrypted"."""
    protocols = Counter(edge.label.split(" ")[0] for edge in bundle if edge.label)
    unencrypted = sum(1 for edge in bundle if edge.meaning == "plaintext")
    several = any(MORE_PORTS in edge.label for edge in bundle)
    name = next(iter(protocols)) if len(protocols) == 1 and not several else ""
    words = f"{name} ×{len(bundle)}" if name else plural(len(bundle), "connection")
    if unencrypted and unencrypted < len(bundle):
        words += f", {unencrypted} unencrypted"
    return words
