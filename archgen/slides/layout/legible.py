"""Pictures for a slide: of some layouts the one whose words can be read from the back of a room."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.layout.deployment.arrangement import arranged
from archgen.layout.deployment.columns import columns
from archgen.layout.deployment.wrap import LARGEST, wrapped
from archgen.layout.measures import BRIEF, ROOM
from archgen.layout.placed import Placed
from archgen.views.diagram import Diagram

READABLE = 12.0
"""Points of a name that is read from the back of a room; labels have three quarters of it."""

MOST = 24.0
"""Points of a name at most, so that a picture of few things does not shout."""

_BETTER = 1.05
"""What a layout that tells less or leads lines further has to gain."""


def legible(diagram: Diagram, wide: float, tall: float) -> Placed:
    """The first layout whose names are large enough in a room of so many points, else the one with the largest."""
    best: Placed | None = None
    for other in _layouts(diagram, wide / tall):
        if best is None or points(other, wide, tall) > _BETTER * points(best, wide, tall):
            best = other
        if points(best, wide, tall) >= READABLE:
            break
    assert best is not None
    return best


def points(placed: Placed, wide: float, tall: float) -> float:
    """How large the names of a picture are in a room of so many points."""
    sizes = placed.measures.sizes
    margin = 2 * (sizes.margin - INSIDE)
    return min(wide / max(placed.width - margin, 1.0), tall / max(placed.height - margin, 1.0)) * sizes.name


INSIDE = 14.0
"""What is left of a picture's margin on a slide, for badges that stand out of their cards."""


def _layouts(diagram: Diagram, ratio: float) -> Iterator[Placed]:
    """Layouts from the one that tells most to the one that wants least room."""
    agents = any(node.kind == "monitoring-agent" for node in diagram.nodes)
    if len(diagram.nodes) <= LARGEST:
        yield arranged(diagram, columns(diagram), ROOM)
    usual = arranged(diagram, columns(diagram), BRIEF)
    yield usual
    if agents:
        yield arranged(diagram, columns(diagram, tucked=True), BRIEF)
    if diagram.rank or diagram.near:
        return
    for tucked in (False, True) if agents else (False,):
        for places, panels in wrapped(diagram, usual, ratio, tucked):
            yield arranged(diagram, places, BRIEF, panels)
