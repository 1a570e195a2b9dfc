"""The parts of a diagram's scene: its groups and cards, and its lines, each with its words, images and badges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from archgen.layout.placed import Point
from archgen.render.scene.shapes import (
    BadgeMark,
    CanvasBox,
    CanvasLine,
    IconImage,
    Rectangle,
    SceneGroup,
    TextLine,
    leaves,
)


class DiagramItem(Struct, frozen=True):
    """A group or a card of a scene: its frame, its text, its icons and its badges in the order of painting."""

    part: CanvasBox
    frame: Rectangle
    tags: tuple[Rectangle, ...]
    texts: tuple[TextLine, ...]
    icons: tuple[IconImage, ...]
    badges: tuple[BadgeMark, ...]

    @property
    def is_band(self) -> bool:
        """Return True if the group cuts across others, so that it has no ground."""
        return self.part.holds and self.frame.fill is None


class DiagramLine(Struct, frozen=True):
    """A line of a scene with what stands on its label."""

    part: CanvasLine
    texts: tuple[TextLine, ...]
    locks: tuple[IconImage, ...]
    badges: tuple[BadgeMark, ...]


def diagram_item(group: SceneGroup, part: CanvasBox, apart: Iterable[BadgeMark]) -> DiagramItem:
    """Return a group or a card; badges of a group that is painted in pieces stand `apart` from it."""
    shapes = list(leaves(group.shapes))
    frame, *tags = (shape for shape in shapes if isinstance(shape, Rectangle))
    badges = [*(shape for shape in shapes if isinstance(shape, BadgeMark))]
    badges += [badge for badge in apart if part.holds and badge.group == part.id]
    texts = tuple(shape for shape in shapes if isinstance(shape, TextLine))
    icons = tuple(shape for shape in shapes if isinstance(shape, IconImage))
    return DiagramItem(part, frame, tuple(tags), texts, icons, tuple(badges))


def diagram_line(group: SceneGroup, part: CanvasLine) -> DiagramLine:
    """Return a line."""
    texts = tuple(shape for shape in group.shapes if isinstance(shape, TextLine))
    locks = tuple(shape for shape in group.shapes if isinstance(shape, IconImage))
    return DiagramLine(part, texts, locks, tuple(shape for shape in group.shapes if isinstance(shape, BadgeMark)))


def ends_of(line: CanvasLine) -> tuple[tuple[str, Point], tuple[str, Point]]:
    """Return the cards at the ends of a line, and where it meets them."""
    assert line.source is not None
    assert line.target is not None
    return (line.source, line.points[0]), (line.target, line.points[-1])


def names_of(nodes: list[DiagramItem]) -> dict[str, str]:
    """Return the name of each card's shape: its component if the card stands for all of it, else the replica."""
    count = Counter(node.part.name for node in nodes)
    return {node.part.id: node.part.name if count[node.part.name] == 1 else node.part.id for node in nodes}
