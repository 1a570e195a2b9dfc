"""The neighborhood of a change: the cards that it touches where they stand, and those that they call or are called by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set

from msgspec.structs import replace

from archgen.model.subject import ChangeKind
from archgen.model.wording import plural
from archgen.views.diagram import SEPARATOR, Diagram, Edge, Group, Node, enclosing

MOST = 16
"""Cards of a neighborhood; a reader sees more at a glance no better than the whole deployment."""

_ORDER: tuple[ChangeKind | None, ...] = ("added", "removed", "changed", None)


def neighborhood(diagram: Diagram, most: int = MOST) -> Diagram:
    """Return the part of a diagram of two models around the changes, of at most so many cards.

    Changed cards stay in their groups, alike ones as one. The replicas of an unchanged component are a single card outside
    all groups. Added and removed cards come first, then changed ones, then their neighbors.
    """
    around = _changed_groups(diagram.groups)
    changed = _alike([node for node in diagram.nodes if node.change is not None or node.group in around])
    touched = [edge for edge in diagram.edges if edge.change is not None or {edge.source, edge.target} & changed.keys()]
    cards = changed | _beside(diagram, changed.keys(), touched)
    every = sorted(dict.fromkeys(cards.values()), key=lambda card: _ORDER.index(card.change))
    shown = every[:most]
    names = {id: card.id for id, card in cards.items()}
    ids = {card.id for card in shown}
    groups = around | enclosing(diagram.groups, (node.group for node in shown))
    hidden = len(every) - len(shown)
    return replace(
        diagram,
        id="neighborhood",
        alt=_alt(shown, hidden),
        nodes=tuple(shown),
        groups=tuple(group for group in diagram.groups if group.id in groups and not group.across),
        edges=tuple(_lines(touched, names, ids)),
    )


def _alike(nodes: list[Node]) -> dict[str, Node]:
    """Return the card of each changed node: replicas of a component that changed alike in one group share it."""
    alike: dict[tuple[str, ChangeKind | None, str | None], list[Node]] = {}
    for node in nodes:
        alike.setdefault((node.subject, node.change, node.group), []).append(node)
    cards: dict[str, Node] = {}
    for same in alike.values():
        count = [plural(len(same), "replica")] if len(same) > 1 else []
        detail = SEPARATOR.join(part for part in (*count, same[0].detail) if part)
        cards |= dict.fromkeys((node.id for node in same), replace(same[0], detail=detail))
    return cards


def _changed_groups(groups: Iterable[Group]) -> set[str]:
    """Return the groups that came or went, and those around them."""
    every = tuple(groups)
    return enclosing(every, (group.id for group in every if group.change in ("added", "removed"))) - {
        group.id for group in every if group.change not in ("added", "removed")
    }


def _beside(diagram: Diagram, shown: Set[str], touched: Iterable[Edge]) -> dict[str, Node]:
    """Return the card of each unchanged node that a line connects, those of most lines first."""
    lines = Counter(end for edge in touched for end in (edge.source, edge.target) if end not in shown)
    nodes = {node.id: node for node in diagram.nodes}
    replicas = Counter(node.subject for node in diagram.nodes if node.change is None)
    cards: dict[str, Node] = {}
    for end, _ in lines.most_common():
        node = nodes[end]
        count = replicas[node.subject]
        detail = plural(count, "replica") if count > 1 else node.detail
        cards[end] = replace(
            node, id=f"{node.subject}:all", group=None, detail=detail, mark="", badges=(), guards=(), description=""
        )
    first = {card.subject: card for card in reversed(cards.values())}
    return {end: first[card.subject] for end, card in cards.items()}


def _lines(edges: Iterable[Edge], names: dict[str, str], ids: set[str]) -> list[Edge]:
    """Return the lines between shown cards, alike ones once."""
    lines: dict[tuple[str, str, str, str, ChangeKind | None], Edge] = {}
    for edge in edges:
        source, target = names.get(edge.source, ""), names.get(edge.target, "")
        if source in ids and target in ids:
            key = (source, target, edge.label, edge.meaning, edge.change)
            line = replace(edge, id=f"line-{len(lines)}", source=source, target=target, badges=())
            lines.setdefault(key, line)
    return list(lines.values())


def _alt(shown: list[Node], hidden: int) -> str:
    changed = [node.label for node in shown if node.change is not None]
    more = f"; {plural(hidden, 'more card')} left out" if hidden else ""
    return f"Neighborhood of the change: {plural(len(changed), 'changed card')} of {len(shown)}{more}"
