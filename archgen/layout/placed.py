"""A diagram with places: everything that a painter needs to know of where things stand, and nothing of color."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import Struct

from archgen.layout.measures import USUAL, Measures
from archgen.views.diagram import Diagram, Edge, Group, Node

Point = tuple[float, float]
"""x grows to the right, y downwards, both in pixels."""

Polyline = tuple[Point, ...]

Corner = TypeVar("Corner", tuple[float, float], tuple[int, int])
"""A point in any unit."""


def tidy(points: Iterable[Corner]) -> tuple[Corner, ...]:
    """Return a line without points that repeat the last or lie on the way to the next."""
    corners: list[Corner] = []
    for point in points:
        if corners and corners[-1] == point:
            continue
        if len(corners) > 1 and (
            corners[-2][0] == corners[-1][0] == point[0] or corners[-2][1] == corners[-1][1] == point[1]
        ):
            corners[-1] = point
        else:
            corners.append(point)
    return tuple(corners)


class Box(Struct, frozen=True):
    """A rectangle by its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the bottom side."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """The point in the middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def overlaps(self, other: Box, gap: float = 0.0) -> bool:
        """Return True if two boxes share more than a border, or are nearer than `gap`."""
        # without properties, since millions of pairs are compared
        return (
            self.x < other.x + other.width + gap
            and other.x < self.x + self.width + gap
            and self.y < other.y + other.height + gap
            and other.y < self.y + self.height + gap
        )

    def moved(self, dx: float, dy: float) -> Box:
        """Return the box so much further right and down."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def contains(self, other: Box) -> bool:
        """Return True if the other box lies wholly in this one."""
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom


def stacked_lines(text: str) -> tuple[str, ...]:
    """Return the words of a line in two lines of about the same length; a separator between these isn't shown."""
    words = text.split()
    cuts = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words)) if words[at] != "·"]
    return tuple(line.removesuffix(" ·") for line in min(cuts, key=lambda lines: max(map(len, lines)), default=words))


class Label(Struct, frozen=True):
    """Words in a box; `text` is already as short as the box wants it. Where it is `stacked`, it has two lines."""

    text: str
    box: Box
    stacked: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """The words line by line."""
        return stacked_lines(self.text) if self.stacked else (self.text,) if self.text else ()


class PlacedNode(Struct, frozen=True):
    """A card and its words, cut to its width; a `compact` one has its icon beside its words."""

    node: Node
    box: Box
    title: tuple[str, ...]
    detail: str
    compact: bool = False


class PlacedGroup(Struct, frozen=True):
    """A group; `depth` counts the groups around it, `heading` is where its words stand (none without words)."""

    group: Group
    box: Box
    depth: int
    heading: Box | None = None
    title: str = ""
    detail: str = ""


class PlacedEdge(Struct, frozen=True):
    """A line from border to border.

    `points` is the whole way. `pieces` are the parts of it that no line of the same bundle has painted before; the
    bundle is one connection's lines that run together and share their label. `arrow` is False where another line of the
    bundle already ends in the same arrow head. `badges` is the middle of the row of its badges.
    """

    edge: Edge
    points: tuple[Point, ...]
    pieces: tuple[tuple[Point, ...], ...]
    bundle: str
    arrow: bool = True
    label: Label | None = None
    badges: Point | None = None

    @property
    def joints(self) -> tuple[Point, ...]:
        """The places at which it leaves others of its bundle or runs into them, where a dot is drawn."""
        ends = self.points[0], self.points[-1]
        return tuple(point for piece in self.pieces for point in (piece[0], piece[-1]) if point not in ends)


class Placed(Struct, frozen=True):
    """A diagram, laid out on a canvas from (0, 0) to (width, height)."""

    diagram: Diagram
    width: float
    height: float
    nodes: tuple[PlacedNode, ...] = ()
    groups: tuple[PlacedGroup, ...] = ()
    edges: tuple[PlacedEdge, ...] = ()
    measures: Measures = USUAL


Engine = Callable[[Diagram], Placed]
"""A layout of any diagram."""
