"""The shapes of a page in literal colors, in the order in which they are painted.

A shape stands in the coordinates of the layer around it: x grows to the right, y downwards.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archgen.render.scene.shapes import TextAnchor

Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f) takes (x, y) to (a x + c y + e, b x + d y + f)."""

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)

LineCap = Literal["butt", "round", "square"]
LineJoin = Literal["miter", "round", "bevel"]
PathSegment = tuple[Literal["M", "L", "C", "Z"], tuple[float, ...]]
"""A move, a line, a curve by two control points and its end, or the way back to the last move."""


class Color(Struct, frozen=True):
    """A color by red, green and blue from 0 to 1, and how opaque it is."""

    red: float
    green: float
    blue: float
    opacity: float = 1.0


class Stroke(Struct, frozen=True):
    """The line along an outline."""

    paint: Color
    width: float = 1.0
    cap: LineCap = "butt"
    join: LineJoin = "miter"
    miter: float = 4.0
    dashes: tuple[float, ...] = ()


class PaintedPath(Struct, frozen=True):
    """A path that is filled, stroked, or both."""

    segments: tuple[PathSegment, ...]
    fill: Color | None
    stroke: Stroke | None
    even_odd: bool = False


class PaintedText(Struct, frozen=True):
    """A line of text with its baseline at y."""

    text: str
    x: float
    y: float
    size: float
    paint: Color
    anchor: TextAnchor = "start"
    bold: bool = False


class PlacedImage(Struct, frozen=True):
    """A PNG in a box."""

    content: bytes
    x: float
    y: float
    width: float
    height: float


class PaintedLayer(Struct, frozen=True):
    """Shapes that are placed, faded or clipped together; what lies outside of `clip` (x, y, width, height) isn't seen.

    A `shared` one occurs again and again, as a product's logo does.
    """

    shapes: tuple[SheetShape, ...]
    matrix: Matrix = IDENTITY
    opacity: float = 1.0
    clip: tuple[float, float, float, float] | None = None
    shared: bool = False


SheetShape = PaintedPath | PaintedText | PlacedImage | PaintedLayer


class Sheet(Struct, frozen=True):
    """A picture of a width and a height, in pixels."""

    width: float
    height: float
    shapes: tuple[SheetShape, ...]
    title: str = ""
