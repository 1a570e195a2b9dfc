"""Which column each node stands in: roles in the order of a request, and ranks within a role along its calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil, sqrt
from typing import assert_never

from archgen.model.kinds import ROLES
from archgen.views.diagram import Diagram, Edge, Node

_AGENTS = ROLES.index("data") + 0.5
_GATEWAYS = ("edge", "balancer")
"""Roles that also stand further in: a firewall before the data, a balancer before the application."""

TALLEST = 10
"""More single cards than that in one column stand in several, so that a diagram of many is not a tower."""

Key = tuple[float, int, int]
"""Role, rank of calls within the role, and place among the columns that a tall one is cut into."""


def calls(edge: Edge) -> bool:
    """Return True if a line is a request on its way in, the kind that reading order follows."""
    match edge.meaning:
        case "encrypted" | "plaintext" | "local" | "unknown":
            return True
        case "replication" | "monitoring" | "lookup" | "code":
            return False
        case _:
            assert_never(edge.meaning)


def assign_columns(diagram: Diagram, tucked: bool = False, tallest: int = TALLEST) -> dict[str, int]:
    """Return the column of every node that does not merely guard another, from 0 without holes.

    With `tucked` an agent stands under the fewest cards of its host instead of in a column of agents. More than `tallest`
    single cards stand in several columns.
    """
    nodes = {node.id: node for node in diagram.nodes if not node.guards}
    edges = [edge for edge in diagram.edges if calls(edge) and edge.source in nodes and edge.target in nodes]
    joined = list(dict.fromkeys((nodes[edge.source].subject, nodes[edge.target].subject) for edge in edges))
    roles = {node.subject: _role(node) for node in nodes.values()}
    roles = _move_caches_in_front(roles, nodes.values(), joined)
    roles = _move_inner_gateways(roles, nodes.values(), joined)
    roles = _move_supporting_entries(roles, nodes.values(), joined)
    ranks = _ranks(roles, joined)
    keys: dict[str, Key] = {node.id: (roles[node.subject], ranks[node.subject], 0) for node in nodes.values()}
    keys.update(_beside_visitors(diagram, nodes, keys))
    keys.update(_beside_neighbors(diagram, nodes, keys))
    keys.update(_tucked_agents(diagram, keys) if tucked else _stacked_agents(diagram, keys))
    keys.update(_cut(nodes.values(), keys, tallest))
    keys.update(_hinted(diagram, nodes, keys))
    order = {key: column for column, key in enumerate(sorted(set(keys.values())))}
    return {node: order[key] for node, key in keys.items()}


def _hinted(diagram: Diagram, nodes: Mapping[str, Node], keys: Mapping[str, Key]) -> dict[str, Key]:
    """Return the columns that a model asks for beside another component; hints follow each other, a circle ends itself."""
    beside = dict((*diagram.near, *diagram.rank))
    if not beside:
        return {}
    first: dict[str, Key] = {}
    for node in nodes.values():
        first.setdefault(node.subject, keys[node.id])
    hinted: dict[str, Key] = {}
    for node in nodes.values():
        subject, seen = node.subject, {node.subject}
        while subject in beside and beside[subject] in first and beside[subject] not in seen:
            subject = beside[subject]
            seen.add(subject)
        if subject != node.subject:
            hinted[node.id] = first[subject]
    return hinted


def _cut(nodes: Iterable[Node], keys: Mapping[str, Key], tallest: int) -> dict[str, Key]:
    """Cut tall columns of cards outside of groups into even ones that make the diagram about twice as wide as high."""
    single: dict[Key, list[str]] = {}
    for node in nodes:
        if node.group is None:
            single.setdefault(keys[node.id], []).append(node.id)
    parts_of: dict[str, Key] = {}
    for (role, rank, _), names in single.items():
        if len(names) > tallest:
            parts = ceil(len(names) / max(tallest, ceil(sqrt(1.5 * len(names)))))
            height = ceil(len(names) / parts)
            parts_of.update({name: (role, rank, number // height) for number, name in enumerate(names)})
    return parts_of


def _role(node: Node) -> float:
    return _AGENTS if node.kind == "monitoring-agent" else float(ROLES.index(node.role))


def _move_caches_in_front(
    roles: dict[str, float], nodes: Iterable[Node], joined: list[tuple[str, str]]
) -> dict[str, float]:
    """Return roles with the caches that pass requests on moved before what they call: one is no store behind the others."""
    caches = {node.subject for node in nodes if node.kind == "cache"}
    moved = dict(roles)
    for source, target in joined:
        before = roles[target] - 0.5
        if source in caches and all(roles[caller] < before for caller, called in joined if called == source):
            moved[source] = min(moved[source], before)
    return moved


def _move_inner_gateways(
    roles: dict[str, float], nodes: Iterable[Node], joined: list[tuple[str, str]]
) -> dict[str, float]:
    """Return roles with the doors between two inner parts moved to between them."""
    movable = {node.subject for node in nodes if node.role in _GATEWAYS}
    moved = dict(roles)
    for source, target in joined:
        behind = target in movable and source not in movable and roles[source] > roles[target]
        if behind and roles[source] < ROLES.index("data"):
            moved[target] = max(moved[target], roles[source] + 0.5)
    return moved


def _move_supporting_entries(
    roles: dict[str, float], nodes: Iterable[Node], joined: list[tuple[str, str]]
) -> dict[str, float]:
    """Return roles with what supports the others moved before all that it calls, where visitors call nothing else.

    A login node or a mail server is the door there, and requests would run back from behind the data. Beside other doors
    a bastion is out of the way.
    """
    role = {node.subject: node.role for node in nodes}
    doors = {target for source, target in joined if role[source] == "visitor"}
    if any(role[door] != "support" for door in doors):
        return roles
    moved = dict(roles)
    for source, target in joined:
        if source in doors and target not in doors and role[target] != "visitor":
            moved[source] = min(moved[source], roles[target] - 0.25)
    return moved


def _ranks(roles: Mapping[str, float], joined: list[tuple[str, str]]) -> dict[str, int]:
    """Return the longest way of calls within one role to each component; calls that close a circle count for nothing."""
    callers: dict[str, list[str]] = {subject: [] for subject in roles}
    for source, target in joined:
        if source != target and roles[source] == roles[target]:
            callers[target].append(source)
    ranks: dict[str, int] = {}
    for start in roles:
        _rank(start, callers, ranks)
    return ranks


def _rank(start: str, callers: Mapping[str, list[str]], ranks: dict[str, int]) -> None:
    """Rank depth first without recursion, since a chain may be longer than the interpreter's stack."""
    open_: set[str] = set()
    stack = [start]
    while stack:
        node = stack[-1]
        if node in ranks:
            stack.pop()
            continue
        open_.add(node)
        waiting = [caller for caller in callers[node] if caller not in ranks and caller not in open_]
        if waiting:
            stack.append(waiting[0])
            continue
        ranks[node] = max((ranks[caller] + 1 for caller in callers[node] if caller in ranks), default=0)
        open_.discard(node)
        stack.pop()


def _beside_visitors(diagram: Diagram, nodes: Mapping[str, Node], keys: Mapping[str, Key]) -> dict[str, Key]:
    """Return the columns of name services that only visitors ask: above them, out of the way of the request."""
    askers: dict[str, list[str]] = {}
    for edge in diagram.edges:
        if edge.source in keys and edge.target in keys:
            askers.setdefault(edge.target, []).append(edge.source)
            askers.setdefault(edge.source, []).append(edge.source)
    columns: dict[str, Key] = {}
    for edge in diagram.edges:
        alone = all(nodes[asker].role == "visitor" for asker in askers.get(edge.target, ()))
        if edge.meaning == "lookup" and edge.target in keys and alone and nodes[edge.target].group is None:
            columns[edge.target] = max(keys[asker] for asker in askers[edge.target])
    return columns


def _beside_neighbors(diagram: Diagram, nodes: Mapping[str, Node], keys: Mapping[str, Key]) -> dict[str, Key]:
    """Return the columns of cards without lines in a group: among those of its cards with lines, which it is as long as.

    Nothing is read from the place of a card that nothing calls, and a group that reaches out for it is mostly empty.
    """
    joined = {end for edge in diagram.edges for end in (edge.source, edge.target)}
    spans: dict[str, list[Key]] = {}
    for node in nodes.values():
        if node.group and node.id in joined and node.kind != "monitoring-agent":
            spans.setdefault(node.group, []).append(keys[node.id])
    columns: dict[str, Key] = {}
    for node in nodes.values():
        if node.group in spans and node.id not in joined:
            span = spans[node.group]
            columns[node.id] = min(max(keys[node.id], min(span)), max(span))
    return columns


def _stacked_agents(diagram: Diagram, keys: Mapping[str, Key]) -> dict[str, Key]:
    """Return the columns of agents: their host's last where hosts are side by side, else one of their own."""
    agents = [node for node in diagram.nodes if node.kind == "monitoring-agent" and node.group and not node.guards]
    spans: dict[str, list[Key]] = {}
    for node in diagram.nodes:
        if node.id in keys and node.group and node.kind != "monitoring-agent":
            spans.setdefault(node.group, []).append(keys[node.id])
    hosts = [spans[node.group] for node in agents if node.group in spans]
    apart = any(max(span) < min(other) for span in hosts for other in hosts) if len(hosts) < 200 else True
    return {node.id: max(spans[node.group]) for node in agents if apart and node.group in spans}


def _tucked_agents(diagram: Diagram, keys: Mapping[str, Key]) -> dict[str, Key]:
    """Return the columns of agents: those of their hosts with the fewest cards, out of the way of groups that cut across."""
    banded = {keys[member] for group in diagram.groups for member in group.across if member in keys}
    cards: dict[str, dict[Key, int]] = {}
    agents: list[Node] = []
    for node in diagram.nodes:
        if node.id in keys and node.group:
            if node.kind == "monitoring-agent":
                agents.append(node)
            else:
                counts = cards.setdefault(node.group, {})
                counts[keys[node.id]] = counts.get(keys[node.id], 0) + 1
    free: dict[str, Key] = {}
    for group, here in cards.items():
        free[group] = min(here, key=lambda key: (key in banded, here[key], tuple(-part for part in key)))
    return {node.id: free[node.group] for node in agents if node.group in free}
