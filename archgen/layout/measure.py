"""How large each card is and which of its words it shows."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from msgspec import Struct

from archgen.kinds import KINDS
from archgen.metrics import elide, text_width, wrap
from archgen.theme import SIZES
from archgen.view import Diagram, Edge, Group, Node

CARD_HEIGHT = 88.0
CHIP_HEIGHT = 40.0
CHIP_ICON = 20.0
NARROWEST, WIDEST = 104.0, 152.0
INSET = 12.0
HEADING = 24.0
SLOT = 16.0

EVEN: Mapping[str, int] = {}
"""No card has more lines at a side than usual."""


class Card(Struct, frozen=True):
    """The words of a node and the size of its card."""

    title: tuple[str, ...]
    detail: str
    width: float
    height: float
    compact: bool


def compact(node: Node) -> bool:
    """What stands beside the path of a request has a small card: application files, monitoring clients, guards."""
    return KINDS[node.kind].passive or node.kind == "monitoring-agent" or bool(node.guards)


def second_line(node: Node) -> str:
    """The words under a name: the part it plays where it has one, else what it is."""
    return node.mark or node.detail


def cards(diagram: Diagram, busy: Mapping[str, int] = EVEN) -> dict[str, Card]:
    """The card of each node; all are as wide as the widest wants to be, within limits, so that columns align.

    `busy` counts the lines at the fuller side of each card: it is as high as they need to be told apart.
    """
    width = min(max([NARROWEST, *(_wanted(node) for node in diagram.nodes)]), WIDEST)
    width = ceil(width / SIZES.grid) * SIZES.grid
    titles = {
        node.id: wrap(node.label, width - INSET, SIZES.name, bold=True, lines=1 if compact(node) else 2)
        for node in diagram.nodes
    }
    usual = CARD_HEIGHT + (16 if any(len(lines) > 1 for lines in titles.values()) else 0)
    return {
        node.id: _card(
            node, titles[node.id], width, max(CHIP_HEIGHT if compact(node) else usual, SLOT * busy.get(node.id, 0))
        )
        for node in diagram.nodes
    }


def _wanted(node: Node) -> float:
    name = text_width(node.label, SIZES.name, bold=True)
    if compact(node):
        return max(name, text_width(second_line(node), SIZES.small)) + CHIP_ICON + 3 * INSET - 12
    return max(name, text_width(second_line(node), SIZES.label)) + 2 * INSET - 4


def _card(node: Node, title: tuple[str, ...], width: float, height: float) -> Card:
    if compact(node):
        room = width - CHIP_ICON - 2 * INSET
        name = (elide(node.label, room, SIZES.text, bold=True),)
        return Card(name, elide(second_line(node), room, SIZES.small), width, height, True)
    return Card(title, elide(second_line(node), width - INSET, SIZES.label), width, height, False)


def heading(group: Group, room: float) -> tuple[str, str, float]:
    """The name and second words of a group as they fit a room, and how wide they are together."""
    lead = 22.0 if group.kind == "host" else 0.0
    name = elide(group.label, room - lead, SIZES.text, bold=True)
    used = lead + text_width(name, SIZES.text, bold=True)
    left = room - used - 8
    detail = elide(group.detail, left, SIZES.label) if group.detail and left > 24 else ""
    if detail != group.detail and " " not in group.detail:
        # a part of an address reads like another address
        detail = ""
    return name, detail, used + (8 + text_width(detail, SIZES.label) if detail else 0)


def label_size(edge: Edge, badges: int, locked: bool) -> tuple[float, float]:
    """The room that the words, the lock and the badges of a line want in its gap; nothing at all is (0, 0)."""
    wide = text_width(edge.label, SIZES.label) if edge.label else 0.0
    wide += (SIZES.lock + 3) if locked else 0
    wide += badges * (2 * SIZES.badge + 4) + (4 if badges else 0)
    tall = 2.0 * SIZES.badge if badges else 14.0
    return (ceil(wide) + 8.0, tall) if wide else (0.0, 0.0)
