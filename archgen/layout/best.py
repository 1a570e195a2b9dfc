"""The default engine: the domain's columns, unless another's picture of a graph without groups is much better by its score."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from archgen.layout.domain import domain
from archgen.layout.placed import Engine, Placed
from archgen.layout.score import score
from archgen.view import Diagram

LARGEST = 80
"""Up to so many nodes and twice as many lines other layouts are worth their time; sizes decide, so that the choice is
the same on every machine."""

_BETTER = 0.75
"""The domain's columns have a meaning: another picture has to spare a quarter of what is counted."""

_LARGER = 1.25
"""A picture that fills a page with so much smaller words is no better for its straight lines: a tower has few bends."""

_PAGE = 1.6
"""The form of a page or a screen, width by height."""


def _layered() -> Iterable[Engine]:
    from archgen.layout.graphlay import layered

    return (layered,)


def best(diagram: Diagram, others: Callable[[], Iterable[Engine]] = _layered) -> Placed:
    """Lays a diagram out by roles, or by another engine where that spares many crossings and bends.

    `others` are loaded only where they may win. None of them keeps groups together: they would tear a network's cards
    apart and leave its frame around nothing.
    """
    usual = domain(diagram)
    few = len(diagram.nodes) <= LARGEST and len(diagram.edges) <= 2 * LARGEST
    hinted = bool(diagram.rank or diagram.near)
    if diagram.groups or hinted or not few or not (least := _BETTER * _cost(usual)):
        return usual
    found = usual
    for engine in others():
        other = engine(diagram)
        if (cost := _cost(other)) < least and _span(other) <= _LARGER * _span(usual):
            found, least = other, cost
    return found


def _span(placed: Placed) -> float:
    """The height of the page that a picture fits."""
    return max(placed.width / _PAGE, placed.height)


def _cost(placed: Placed) -> float:
    """What a reader pays: a word or a card that cannot be read most, then each crossing, then each bend."""
    one = score(placed)
    worded = {edge.bundle for edge in placed.edges if edge.edge.label and edge.edge.meaning != "replication"}
    silent = len(worded - {edge.bundle for edge in placed.edges if edge.label})
    return 100.0 * (one.overlaps + one.label_collisions + silent) + 3 * one.crossings + one.bends
