"""Outlines: the least that a diagram takes in a layout and what it shows there, told from its cards before any is placed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from archgen.engines.rooms import smallest_of
from archgen.layout.deployment.cards import SizedCard, cut_chips, size_cards
from archgen.layout.deployment.columns import assign_columns
from archgen.layout.deployment.layered import graph_of
from archgen.layout.layering.core import ranked_parts
from archgen.layout.measures import USUAL, Measures
from archgen.style.text_metrics import ELLIPSIS
from archgen.style.theme import SIZES
from archgen.views.diagram import Diagram

_REMEMBERED = 8
"""Diagrams whose outlines are remembered: a page shows one in columns of several widths."""


class Outline(Struct, frozen=True):
    """The width and height of the cards and of the gaps between them, the smallest text, and the cards whose words are cut."""

    width: float
    height: float
    smallest: float
    cut: int


@lru_cache(maxsize=_REMEMBERED)
def outlines(diagram: Diagram) -> Outlines:
    """Return the outlines of a diagram."""
    return Outlines(diagram)


class Outlines:
    """The outlines of one diagram in rows or columns of roles or calls, whichever take less."""

    def __init__(self, diagram: Diagram) -> None:
        self._diagram = diagram
        self._roles: dict[int, Mapping[str, int]] = {}
        self._cards: dict[Measures, Mapping[str, SizedCard]] = {}
        self._known: dict[tuple[Measures, bool], Outline] = {}
        self._calls = tuple(ranked_parts(graph_of(diagram, USUAL)[0]))

    def roles(self, tallest: int) -> Mapping[str, int]:
        """Return the column of each card by its role, where a column has at most so many single cards."""
        if tallest not in self._roles:
            self._roles[tallest] = assign_columns(self._diagram, tallest=tallest)
        return self._roles[tallest]

    def of(self, measures: Measures, down: bool) -> Outline:
        """Return the outline of the diagram, read from the left or from the top down."""
        if (measures, down) not in self._known:
            self._known[measures, down] = self._outline(measures, down)
        return self._known[measures, down]

    def _outline(self, measures: Measures, down: bool) -> Outline:
        if measures not in self._cards:
            self._cards[measures] = size_cards(self._diagram, measures=measures)
        cards = self._cards[measures]
        by_roles = _lengths(cards, self.roles(USUAL.tallest if down else measures.tallest), measures.node_gap, down)
        # parts that nothing joins stand beside each other or below, wherever they have room
        parts = [_lengths(cards, part, measures.node_gap, down) for part in self._calls]
        by_calls = [max(lengths) for lengths in zip(*parts, strict=True)] or [0.0, 0.0]
        across, along = map(min, zip(by_roles, by_calls, strict=True))
        width, height = (across, along) if down else (along, across)
        cut = sum(any(words.endswith(ELLIPSIS) for words in (*card.title, card.detail)) for card in cards.values())
        cut += sum(cut_chips(node, cards[node.id].width, measures) for node in self._diagram.nodes if node.chips)
        margins = 2.0 * SIZES.margin
        return Outline(width + margins, height + margins, smallest_of(cards.values(), measures), cut)


def _lengths(cards: Mapping[str, SizedCard], ranks: Mapping[str, int], gap: float, down: bool) -> tuple[float, float]:
    """Return the length of the longest rank, and that of all ranks behind each other."""
    across: dict[int, float] = {}
    along: dict[int, float] = {}
    for node, rank in ranks.items():
        card = cards[node]
        wide, deep = (card.width, card.height) if down else (card.height, card.width)
        across[rank] = across.get(rank, -gap) + gap + wide
        along[rank] = max(along.get(rank, 0.0), deep)
    return max(across.values(), default=0.0), sum(along.values()) + gap * max(len(along) - 1, 0)
