"""Rails: a few lines of the same words at one node run together, where the diagram is no worse for it."""

from __future__ import annotations

from msgspec.structs import replace

from archgen.engines.choice import MeasuredEngine
from archgen.engines.score import cost, crossings_of
from archgen.layout.deployment.bundles import bundles
from archgen.layout.measures import Measures
from archgen.layout.placed import Placed
from archgen.views.diagram import Diagram

FEWEST = (2, 3, 4)
"""The numbers of lines from more than which they are gathered: the best of these is taken."""

LARGEST = 200
"""Up to so many nodes and twice as many lines another layout is worth its time."""


def railed(engine: MeasuredEngine, diagram: Diagram, placed: Placed) -> Placed:
    """Return what an engine has laid out, or the same with lines gathered on rails where no more of them cross for it."""
    numbers = _numbers(diagram, placed.measures)
    if not numbers:
        return placed
    best, crossings, least = placed, crossings_of(placed), cost(placed)
    for many in numbers:
        other = engine(diagram, replace(placed.measures, many=many))
        if cost(other) <= least and crossings_of(other) <= crossings and _is_as_small(other, placed):
            best, crossings, least = other, crossings_of(other), cost(other)
    return best


def _numbers(diagram: Diagram, measures: Measures) -> list[int]:
    """Return the numbers that gather lines which are apart in a diagram, each by as many rails once."""
    if len(diagram.nodes) > LARGEST or len(diagram.edges) > 2 * LARGEST:
        return []
    shown = {node.id for node in diagram.nodes if not node.guards}
    seen = {len(bundles(diagram, shown, measures.many))}
    numbers: list[int] = []
    for many in reversed(FEWEST):
        count = len(bundles(diagram, shown, many))
        if count not in seen:
            seen.add(count)
            numbers.append(many)
    return numbers


def _is_as_small(placed: Placed, usual: Placed) -> bool:
    """Return True if a diagram needs no larger page, on which its words would be smaller."""
    return placed.width <= usual.width and placed.height <= usual.height
