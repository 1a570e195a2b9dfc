"""Diagrams for a canvas of a given form: rows of hosts in panels beside each other where they would be a tower."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.layout.deployment.arrangement import arranged
from archgen.layout.deployment.columns import assign_columns
from archgen.layout.placed import Engine, Placed
from archgen.views.diagram import Diagram

WIDE = 16 / 9
"""The form of slides and screens, width by height."""

MOST = 8
"""More panels than that beside each other have too long lines between them."""

LARGEST = 400
"""Above so many nodes a diagram is laid out a few times less: two counts of panels are tried."""

TALL = 900
"""A diagram up to so high fills a slide as it is: its words are large enough, and equal hosts below each other say more."""

_BETTER = 1.15
"""A wrapped diagram has longer lines, so it has to show its words larger by so much than one with fewer panels."""


def fitted(engine: Engine, ratio: float = WIDE) -> Engine:
    """Return the engine, or its diagram wrapped into panels where its words are larger then on a canvas of that form."""

    def lay_out(diagram: Diagram) -> Placed:
        best = engine(diagram)
        if diagram.rank or diagram.near or diagram.direction == "top-down":
            return best
        for columns, panels in wrapped(diagram, best, ratio):
            other = arranged(diagram, columns, panels=panels)
            if _size(other, ratio) > _BETTER * _size(best, ratio):
                best = other
        return best

    return lay_out


def wrapped(
    diagram: Diagram, usual: Placed, ratio: float, tucked: bool = False
) -> Iterator[tuple[dict[str, int], dict[int, int]]]:
    """Yield the columns of a diagram in each number of panels that is worth a try beside the usual one, and their panels."""
    columns = assign_columns(diagram, tucked)
    rows = _rows(diagram, columns)
    for panels in _counts(usual, len(rows), ratio):
        yield _in_panels(diagram, columns, rows, panels)


def _counts(usual: Placed, rows: int, ratio: float) -> Iterator[int]:
    """Yield the numbers of panels to try: none for a diagram that is low or wide enough."""
    if usual.height <= TALL or usual.height * ratio <= usual.width * _BETTER or rows < 2:
        return
    # panels make a diagram as much wider as lower, so that the square root is about right
    guess = max(round((ratio * usual.height / max(usual.width, 1.0)) ** 0.5), 2)
    tried = (guess + 1, guess + 2) if len(usual.nodes) > LARGEST else range(2, guess + 3)
    yield from (count for count in tried if count <= min(rows, MOST))


def _size(placed: Placed, ratio: float) -> float:
    """Return the size of a pixel of the diagram on a canvas of that form and of height 1."""
    return min(ratio / placed.width, 1 / placed.height)


def _rows(diagram: Diagram, columns: Mapping[str, int]) -> dict[str, int]:
    """Return the groups that stand below each other, and how many cards high each is."""
    heights: dict[str, dict[int, int]] = {}
    for node in diagram.nodes:
        if node.group is not None and node.id in columns:
            row = heights.setdefault(node.group, {})
            row[columns[node.id]] = row.get(columns[node.id], 0) + 1
    return {group.id: 1 + max(heights[group.id].values()) for group in diagram.groups if group.id in heights}


def _in_panels(
    diagram: Diagram, columns: Mapping[str, int], rows: Mapping[str, int], panels: int
) -> tuple[dict[str, int], dict[int, int]]:
    """Return the columns again for each panel, and the panel of each; what stands in no group keeps its side of all of them.

    Panels are about equally high, and rows stand in them in their order: those of one zone stay together.
    """
    total, before = sum(rows.values()), 0
    panel: dict[str, int] = {}
    for row, height in rows.items():
        panel[row] = min((2 * before + height) * panels // (2 * total), panels - 1)
        before += height
    grouped = [columns[node.id] for node in diagram.nodes if node.id in columns and node.group in panel]
    first = min(grouped)
    keys: dict[str, tuple[int, int]] = {}
    for node in diagram.nodes:
        if node.id in columns:
            column = columns[node.id]
            own = panel.get(node.group or "")
            keys[node.id] = (own if own is not None else -1 if column <= first else panels, column)
    places = {key: place for place, key in enumerate(sorted(set(keys.values())))}
    return {node: places[key] for node, key in keys.items()}, {
        place: panel for (panel, _), place in places.items() if 0 <= panel < panels
    }
