"""Diagrams for a slide: of several layouts, the one that can be read from the back of a room."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.layout.deployment.arrangement import arranged
from archgen.layout.deployment.columns import assign_columns
from archgen.layout.deployment.wrap import LARGEST, wrapped
from archgen.layout.measures import BRIEF, ROOM
from archgen.layout.placed import Placed
from archgen.layout.straightening import straightened
from archgen.views.diagram import Diagram

READABLE = 12.0
"""Size of a name that can be read from the back of a room, in points; labels have three quarters of it."""

FLOOR = 14.0
"""Smallest name on a slide to present, in points: its labels then have 10 and more."""

LABEL = 10.0
"""Smallest words on the lines of a slide, in points."""

ROUNDING = 0.05
"""Difference of two text sizes that nobody sees, in points."""

MOST = 24.0
"""Largest size of a name, in points, so that a small diagram isn't blown up."""

_BETTER = 1.05
"""Gain that justifies a layout with less text or longer lines."""


def legible(diagram: Diagram, wide: float, tall: float, least: float = READABLE) -> Placed:
    """Return the first layout whose names have at least `least` points in a room, else the one with the largest names."""
    best: Placed | None = None
    for other in _layouts(diagram, wide / tall):
        if best is None or points(other, wide, tall) > _BETTER * points(best, wide, tall):
            best = other
        if points(best, wide, tall) >= least:
            break
    assert best is not None
    return straightened(best)


def points(placed: Placed, wide: float, tall: float) -> float:
    """Return the size of a diagram's names in a room of this size, in points."""
    sizes = placed.measures.sizes
    margin = 2 * (sizes.margin - INSIDE)
    return min(wide / max(placed.width - margin, 1.0), tall / max(placed.height - margin, 1.0)) * sizes.name


INSIDE = 14.0
"""Margin that a diagram keeps on a slide, for badges that overhang their cards."""


def _layouts(diagram: Diagram, ratio: float) -> Iterator[Placed]:
    """Yield layouts, from the one with the most text to the most compact."""
    agents = any(node.kind == "monitoring-agent" for node in diagram.nodes)
    if len(diagram.nodes) <= LARGEST:
        yield arranged(diagram, assign_columns(diagram), ROOM)
    usual = arranged(diagram, assign_columns(diagram), BRIEF)
    yield usual
    if agents:
        yield arranged(diagram, assign_columns(diagram, tucked=True), BRIEF)
    if diagram.rank or diagram.near:
        return
    for tucked in (False, True) if agents else (False,):
        for places, panels in wrapped(diagram, usual, ratio, tucked):
            yield arranged(diagram, places, BRIEF, panels)
