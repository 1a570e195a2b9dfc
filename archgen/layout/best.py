"""The default engine: the domain's columns, unless another's picture of a graph without groups is much better by its score."""

from __future__ import annotations

from archgen.layout.domain import domain
from archgen.layout.placed import Placed
from archgen.layout.score import Score, score
from archgen.view import Diagram

LARGEST = 80
"""Up to so many nodes and twice as many lines a second layout is worth its time; sizes decide, so that the choice is
the same on every machine."""

_BETTER = 0.75
"""The domain's columns have a meaning: another picture has to spare a quarter of what is counted."""


def best(diagram: Diagram) -> Placed:
    """Lays a diagram out by roles, or by layers of calls where that spares many crossings and bends.

    Layers know no groups: they would tear a network's cards apart and leave its frame around nothing.
    """
    usual = domain(diagram)
    few = len(diagram.nodes) <= LARGEST and len(diagram.edges) <= 2 * LARGEST
    hinted = bool(diagram.rank or diagram.near)
    if diagram.groups or hinted or not few or not _cost(first := score(usual)):
        return usual
    from archgen.layout.graphlay import layered

    other = layered(diagram)
    return other if _cost(score(other)) < _BETTER * _cost(first) else usual


def _cost(one: Score) -> int:
    """What a reader pays: a word or a card that cannot be read most, then each crossing, then each bend."""
    return 100 * (one.overlaps + one.label_collisions) + 3 * one.crossings + one.bends
