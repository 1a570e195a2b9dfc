"""The route of a flow: a card for each component or group on it, and the numbers of the steps on its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.model.architecture import Flow
from archgen.model.kinds import ROLES
from archgen.model.wording import listed, plural
from archgen.views.diagram import SEPARATOR, SINGLE, Diagram, Edge, Node
from archgen.views.labels import WORST, step_number
from archgen.views.levels.sketch import Pair
from archgen.views.levels.tree import GroupTree
from archgen.views.overview import component_node


def route_diagram(topology: Topology, flow: Flow, groups: Sequence[GroupTree] = ()) -> Diagram:
    """Return the components of a flow, those of `groups` on one card each.

    Components with a replica whose loss alone takes down the flow are marked. The first card stands where visitors do.
    """
    cards = {name: group.id for group in groups for name in group.components}
    titles = {group.id: group.title for group in groups}
    touched = on_route(topology, flow.id)
    single = single_point_components(topology, flow.id)
    members: dict[str, list[str]] = {}
    for name in touched:
        members.setdefault(cards.get(name, name), []).append(name)
    nodes = tuple(
        _component(topology, inside[0], card, single)
        if len(inside) == 1
        else _group(topology, card, titles[card], inside, single)
        for card, inside in members.items()
    )
    nodes = (*(replace(node, role="visitor") for node in nodes[:1]), *nodes[1:])
    places = {name: card for card, inside in members.items() for name in inside}
    return Diagram(
        id=f"route-{flow.id}",
        title=flow.title,
        alt=f"{flow.title}: {plural(len(touched), 'component')} on its route.",
        nodes=nodes,
        edges=tuple(_edges(topology, flow, places)),
    )


def route_steps(topology: Topology, flow: Flow) -> tuple[tuple[str, str], ...]:
    """Return the requests of a flow in words, each with its number; a step to one of several is one request."""
    steps = {hop.step.id: hop.step for hop in topology.hops[flow.id]}.values()
    return tuple(
        (step_number(step.id), f"{step.source} → {listed(step.targets, 'or')}: {step.message}".rstrip(": "))
        for step in steps
    )


def on_route(topology: Topology, flow: str) -> tuple[str, ...]:
    """Return the components of a flow in the order of its steps."""
    ends = (end for hop in topology.hops[flow] for end in (hop.step.source, *hop.step.targets))
    return tuple(dict.fromkeys(ends))


def successive_pairs(topology: Topology, flow: str) -> tuple[GroupTree, ...]:
    """Return groups of two components of a flow, one of which alone calls the other, those that a reader misses least first.

    The component that starts the flow is in none, and no other is in two.
    """
    callers: dict[str, set[str]] = {}
    for hop in topology.hops[flow]:
        for target in hop.targets:
            callers.setdefault(target, set()).add(hop.step.source)
    first, single = on_route(topology, flow)[:1], single_point_components(topology, flow)
    pairs = [(next(iter(calling)), called) for called, calling in callers.items() if len(calling) == 1]

    def missed(pair: tuple[str, str]) -> tuple[int, int]:
        return len(single.intersection(pair)), len(_both_names(topology, pair))

    taken: set[str] = {*first}
    groups: list[GroupTree] = []
    for pair in sorted((pair for pair in pairs if pair[0] != pair[1]), key=missed):
        if taken.isdisjoint(pair):
            taken.update(pair)
            groups.append(GroupTree(f"part:{pair[0]}", _both_names(topology, pair), "part", pair))
    return tuple(groups)


def _both_names(topology: Topology, pair: tuple[str, str]) -> str:
    return listed([topology.components[name].title for name in pair])


def single_point_components(topology: Topology, flow: str) -> frozenset[str]:
    """Return the components with a replica whose loss alone takes down a flow."""
    points = topology.losses.points[flow]
    return frozenset(topology.replicas[point.id].component for point in points if point.kind == "replica")


def _component(topology: Topology, name: str, card: str, single: frozenset[str]) -> Node:
    node = component_node(topology, topology.components[name], card)
    return replace(node, mark=SINGLE) if name in single else node


def _group(topology: Topology, card: str, title: str, inside: Sequence[str], single: frozenset[str]) -> Node:
    count = len(single.intersection(inside))
    roles = {topology.kind(name).role for name in inside}
    words = [plural(len(inside), "component"), plural(count, SINGLE) if count else ""]
    return Node(
        id=card,
        subject=card,
        label=title,
        detail=SEPARATOR.join(word for word in words if word),
        mark=SINGLE if count else "",
        kind="other",
        role=min(roles, key=list(ROLES).index),
        description=f"{title}: {listed(tuple(inside))}",
        stands_for=tuple(inside),
    )


def _edges(topology: Topology, flow: Flow, cards: Mapping[str, str]) -> Iterator[Edge]:
    """Yield a line for each pair of cards that a step leads between, numbered by its steps."""
    lines: dict[Pair, list[Hop]] = {}
    for hop in topology.hops[flow.id]:
        for target in hop.targets:
            pair = cards[hop.step.source], cards[target]
            if pair[0] != pair[1]:
                lines.setdefault(pair, []).append(hop)
    for (source, target), hops in lines.items():
        connections = tuple(dict.fromkeys(hop.connection.id for hop in hops if hop.connection is not None))
        yield Edge(
            id=f"{source} {target}",
            subject=connections[0] if connections else f"{source} -> {target}",
            source=source,
            target=target,
            label=_numbers([step_number(hop.step.id) for hop in hops]),
            meaning=min((hop.meaning for hop in hops), key=WORST.index),
            bundled=connections if len(connections) > 1 else (),
        )


def _numbers(steps: Sequence[str]) -> str:
    """Return the numbers of steps, a run of successive ones as a range: `1, 3–5`."""
    runs: list[list[str]] = []
    for step in dict.fromkeys(steps):
        if runs and runs[-1][-1].isdigit() and step.isdigit() and int(step) == int(runs[-1][-1]) + 1:
            runs[-1].append(step)
        else:
            runs.append([step])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
