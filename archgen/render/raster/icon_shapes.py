"""The shapes of a drawing that a user or an icon set brings as SVG: what `icons.drawing` lets through, and nothing else."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from math import cos, radians, sin, tan
from xml.etree import ElementTree

from fontTools.svgLib.path import parse_path
from fontTools.svgLib.path.shapes import PathBuilder

from archgen.render.raster.icon_style import Properties, fill_of, inherited, pixel_count, stroke_of
from archgen.render.raster.sheet import (
    IDENTITY,
    Matrix,
    PaintedLayer,
    PaintedPath,
    PathSegment,
    PlacedImage,
    SheetShape,
)
from archgen.style.glyphs import Icon

Quad = tuple[float, float, float, float]
"""A box: x, y, width, height."""

_HREF = ("href", "{http://www.w3.org/1999/xlink}href")
_PNG = "data:image/png;base64,"
_DEEPEST = 60
"""Groups within groups; ours have a few, a product's logo up to 40."""

_BASIC = frozenset({"rect", "circle", "ellipse", "line", "polyline", "polygon"})


def icon_layer(icon: Icon, place: Quad, color: str) -> PaintedLayer:
    """Return a drawing in a place; `color` is the text's, which is what `currentColor` stands for."""
    box = _numbers(icon.view_box)
    return PaintedLayer(_icon_shapes(icon.body, color), fit_into(place, box), clip=box, shared=True)


@lru_cache(maxsize=256)
def _icon_shapes(body: str, color: str) -> tuple[SheetShape, ...]:
    return tuple(_children(ElementTree.fromstring(f"<g>{body}</g>"), {"color": color}, 0))


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: ElementTree.Element, style: Properties, depth: int) -> Iterator[SheetShape]:
    for child in element if depth < _DEEPEST else ():
        yield from _shape(child, style, depth + 1)


def _shape(element: ElementTree.Element, parent: Properties, depth: int) -> Iterator[SheetShape]:
    name, style = _name(element), inherited(element, parent)
    shapes: tuple[SheetShape, ...] = ()
    if name == "g":
        shapes = tuple(_children(element, style, depth))
    elif name == "image":
        shapes = tuple(_raster(element))
    elif name == "path" or name in _BASIC:
        shapes = tuple(_outline(name, element, style))
    if shapes:
        yield from placed(shapes, _matrix(element.get("transform", "")), _opacity(element))


def placed(shapes: tuple[SheetShape, ...], matrix: Matrix, opacity: float) -> Iterator[SheetShape]:
    """Yield shapes in a layer where they are moved or faded; nothing where they can't be seen."""
    if matrix == IDENTITY and opacity == 1.0:
        yield from shapes
    elif opacity > 0:
        yield PaintedLayer(shapes, matrix, opacity)


def _opacity(element: ElementTree.Element) -> float:
    return min(max(pixel_count(element.get("opacity", ""), 1.0), 0.0), 1.0)


def _numbers(view_box: str) -> Quad:
    x, y, width, height = map(float, view_box.split())
    return x, y, width, height


def _place(element: ElementTree.Element) -> Quad:
    x, y, width, height = (pixel_count(element.get(key, ""), 0.0) for key in ("x", "y", "width", "height"))
    return x, y, width, height


def fit_into(place: Quad, box: Quad) -> Matrix:
    """Return what takes a box into the middle of a place, as large as fits, with its form kept."""
    x, y, width, height = place
    left, top, wide, tall = box
    scale = min(width / wide, height / tall)
    return (
        scale,
        0.0,
        0.0,
        scale,
        x + (width - scale * wide) / 2 - scale * left,
        y + (height - scale * tall) / 2 - scale * top,
    )


# Transforms


def _matrix(text: str) -> Matrix:
    """Return what a list of transforms does, the last one first."""
    matrix = IDENTITY
    for part in text.split(")"):
        name, _, numbers = part.strip(" ,").partition("(")
        values = [pixel_count(value, 0.0) for value in numbers.replace(",", " ").split()]
        matrix = multiplied(_transform(name.strip(), values), matrix)
    return matrix


def _transform(name: str, values: list[float]) -> Matrix:
    match name, values:
        case "translate", [x, *rest]:
            return 1.0, 0.0, 0.0, 1.0, x, rest[0] if rest else 0.0
        case "scale", [x, *rest]:
            return x, 0.0, 0.0, rest[0] if rest else x, 0.0, 0.0
        case "matrix", [a, b, c, d, e, f]:
            return a, b, c, d, e, f
        case "rotate", [angle]:
            turn = radians(angle)
            return cos(turn), sin(turn), -sin(turn), cos(turn), 0.0, 0.0
        case "rotate", [angle, x, y]:
            there, back = (1.0, 0.0, 0.0, 1.0, x, y), (1.0, 0.0, 0.0, 1.0, -x, -y)
            return multiplied(back, multiplied(_transform("rotate", [angle]), there))
        case "skewX", [angle]:
            return 1.0, 0.0, tan(radians(angle)), 1.0, 0.0, 0.0
        case "skewY", [angle]:
            return 1.0, tan(radians(angle)), 0.0, 1.0, 0.0, 0.0
        case _:
            return IDENTITY


def multiplied(first: Matrix, second: Matrix) -> Matrix:
    """Return what does the first and then the second."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = second
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


# Shapes


def _raster(element: ElementTree.Element) -> Iterator[PlacedImage]:
    href = next((element.attrib[key] for key in _HREF if key in element.attrib), "")
    x, y, width, height = _place(element)
    if href.startswith(_PNG) and min(width, height) > 0:
        try:
            yield PlacedImage(b64decode(href.removeprefix(_PNG), validate=True), x, y, width, height)
        except Error:
            return


def _outline(name: str, element: ElementTree.Element, style: Properties) -> Iterator[PaintedPath]:
    fill, stroke = fill_of(style), stroke_of(style)
    if fill is None and stroke is None:
        return
    path = path_segments(element.get("d", "") if name == "path" else basic_path(element))
    if path:
        yield PaintedPath(path, fill, stroke, style.get("fill-rule") == "evenodd")


def basic_path(element: ElementTree.Element) -> str:
    """Return the path of a basic shape."""
    builder = PathBuilder()
    plain = ElementTree.Element(
        _name(element), {key: element.attrib[key] for key in element.attrib if key != "transform"}
    )
    try:
        builder.add_path_from_element(plain)
    except (ValueError, KeyError):
        # a length that is no number: a percentage of what surrounds a drawing
        return ""
    return " ".join(builder.paths)


@lru_cache(maxsize=4096)
def path_segments(path: str) -> tuple[PathSegment, ...]:
    """Return the segments of a path, up to where it can be read: so far SVG has it drawn."""
    pen = _Pen()
    with suppress(ValueError, IndexError, TypeError, AssertionError, ZeroDivisionError, OverflowError):
        parse_path(path, pen)
    return tuple(pen.segments)


class _Pen:
    """Keeps what is drawn, in the protocol of the pens of fontTools, with all curves as cubic ones."""

    def __init__(self) -> None:
        self.segments: list[PathSegment] = []
        self._here = (0.0, 0.0)

    def moveTo(self, point: tuple[float, float]) -> None:
        self._keep("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:
        self._keep("L", point)

    def curveTo(self, first: tuple[float, float], second: tuple[float, float], end: tuple[float, float]) -> None:
        self._keep("C", first, second, end)

    def qCurveTo(self, control: tuple[float, float], end: tuple[float, float]) -> None:
        (x, y), (x0, y0), (x1, y1) = control, self._here, end
        first = x0 + (x - x0) * 2 / 3, y0 + (y - y0) * 2 / 3
        self._keep("C", first, (x1 + (x - x1) * 2 / 3, y1 + (y - y1) * 2 / 3), end)

    def closePath(self) -> None:
        self.segments.append(("Z", ()))

    def endPath(self) -> None:
        return

    def _keep(self, kind: str, *points: tuple[float, float]) -> None:
        self._here = points[-1]
        self.segments.append((kind, tuple(value for point in points for value in point)))  # type: ignore[arg-type]
