"""The shapes of a picture that archgen has painted as SVG: the part of SVG that it uses, and nothing of what it doesn't.

This is the one place that reads painted pictures back for a page; `pdf` knows shapes only.
"""

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

from archgen.render.raster.shapes import IDENTITY, Layer, Matrix, Outline, Raster, Segment, Shape, Sheet, Words
from archgen.render.raster.svg_style import Properties, Rules, anchor_of, fill_of, inherited, is_bold, number, stroke_of

_HREF = ("href", "{http://www.w3.org/1999/xlink}href")
_PNG = "data:image/png;base64,"
_DEEPEST = 60
"""Groups within groups; ours have a few, a product's logo up to 40."""

_GROUPS = frozenset({"g", "a"})
_BASIC = frozenset({"rect", "circle", "ellipse", "line", "polyline", "polygon"})


def sheet(svg: str) -> Sheet:
    """Return the shapes of a picture in literal colors."""
    root = ElementTree.fromstring(svg)
    reading = _Reading(root)
    width, height = number(root.get("width", ""), 0.0), number(root.get("height", ""), 0.0)
    title = next((child.text or "" for child in root if _name(child) == "title"), "")
    box = _box(root) or (0.0, 0.0, width, height)
    return Sheet(width, height, (reading.viewport(root, {}, Rules(), 0, (0.0, 0.0, width, height), box),), title)


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


class _Reading:
    """Reads the elements of one picture; `symbols` are what `use` draws."""

    def __init__(self, root: ElementTree.Element) -> None:
        self._symbols = {name: node for node in root.iter() if _name(node) == "symbol" and (name := node.get("id"))}
        self._drawn: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[Shape, ...]] = {}

    def viewport(
        self,
        element: ElementTree.Element,
        style: Properties,
        rules: Rules,
        depth: int,
        place: tuple[float, float, float, float],
        box: tuple[float, float, float, float],
    ) -> Layer:
        """Return a picture within the picture: `box` of it fills its place."""
        for child in element:
            if _name(child) == "style":
                rules = rules.joined(child.text or "")
        return Layer(tuple(self._children(element, style, rules, (), depth)), _fitted(place, box), clip=box)

    def _children(
        self, element: ElementTree.Element, style: Properties, rules: Rules, around: tuple[str, ...], depth: int
    ) -> Iterator[Shape]:
        for child in element if depth < _DEEPEST else ():
            yield from self._shape(child, style, rules, around, depth + 1)

    def _shape(
        self, element: ElementTree.Element, parent: Properties, rules: Rules, around: tuple[str, ...], depth: int
    ) -> Iterator[Shape]:
        name = _name(element)
        style = inherited(element, parent, rules, around)
        if name == "svg":
            place = _place(element)
            yield self.viewport(element, style, rules, depth, place, _box(element) or (0.0, 0.0, *place[2:]))
            return
        shapes: tuple[Shape, ...] = ()
        if name in _GROUPS:
            inside = (*around, *(f".{each}" for each in element.get("class", "").split()))
            shapes = tuple(self._children(element, style, rules, inside, depth))
        elif name == "use":
            shapes = tuple(self._use(element, style, rules, depth))
        elif name == "text":
            shapes = tuple(_words(element, style))
        elif name == "image":
            shapes = tuple(_raster(element))
        elif name == "path" or name in _BASIC:
            shapes = tuple(_outline(name, element, style))
        if shapes:
            yield from _placed(shapes, _matrix(element.get("transform", "")), _opacity(element))

    def _use(self, element: ElementTree.Element, style: Properties, rules: Rules, depth: int) -> Iterator[Shape]:
        href = next((element.attrib[key] for key in _HREF if key in element.attrib), "")
        symbol = self._symbols.get(href.removeprefix("#"))
        box = None if symbol is None else _box(symbol)
        if symbol is None or box is None:
            return
        key = href, tuple(sorted(style.items()))
        if key not in self._drawn:
            # what a symbol uses in turn would be read again and again
            self._drawn[key] = ()
            self._drawn[key] = tuple(self._children(symbol, inherited(symbol, style, rules, ()), rules, (), depth))
        yield Layer(self._drawn[key], _fitted(_place(element), box), clip=box, shared=True)


def _placed(shapes: tuple[Shape, ...], matrix: Matrix, opacity: float) -> Iterator[Shape]:
    if matrix == IDENTITY and opacity == 1.0:
        yield from shapes
    elif opacity > 0:
        yield Layer(shapes, matrix, opacity)


def _opacity(element: ElementTree.Element) -> float:
    return min(max(number(element.get("opacity", ""), 1.0), 0.0), 1.0)


def _box(element: ElementTree.Element) -> tuple[float, float, float, float] | None:
    """Return the part of its own coordinates that an element shows."""
    parts = [number(part, 0.0) for part in element.get("viewBox", "").replace(",", " ").split()]
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) == 4 and min(parts[2:]) > 0 else None


def _place(element: ElementTree.Element) -> tuple[float, float, float, float]:
    x, y, width, height = (number(element.get(key, ""), 0.0) for key in ("x", "y", "width", "height"))
    return x, y, width, height


def _fitted(place: tuple[float, float, float, float], box: tuple[float, float, float, float]) -> Matrix:
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
        values = [number(value, 0.0) for value in numbers.replace(",", " ").split()]
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


def _words(element: ElementTree.Element, style: Properties) -> Iterator[Words]:
    paint, text = fill_of(style), " ".join((element.text or "").split())
    size = number(style.get("font-size", ""), 0.0)
    if paint is not None and text and size > 0:
        x, y, _, _ = _place(element)
        yield Words(text, x, y, size, paint, anchor_of(style), is_bold(style))


def _raster(element: ElementTree.Element) -> Iterator[Raster]:
    href = next((element.attrib[key] for key in _HREF if key in element.attrib), "")
    x, y, width, height = _place(element)
    if href.startswith(_PNG) and min(width, height) > 0:
        try:
            yield Raster(b64decode(href.removeprefix(_PNG), validate=True), x, y, width, height)
        except Error:
            return


def _outline(name: str, element: ElementTree.Element, style: Properties) -> Iterator[Outline]:
    fill, stroke = fill_of(style), stroke_of(style)
    if fill is None and stroke is None:
        return
    segments = _segments(element.get("d", "") if name == "path" else _path(element))
    if segments:
        yield Outline(segments, fill, stroke, style.get("fill-rule") == "evenodd")


def _path(element: ElementTree.Element) -> str:
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
def _segments(path: str) -> tuple[Segment, ...]:
    """Return the segments of a path, up to where it can be read: so far SVG has it drawn."""
    pen = _Pen()
    with suppress(ValueError, IndexError, TypeError, AssertionError, ZeroDivisionError, OverflowError):
        parse_path(path, pen)
    return tuple(pen.segments)


class _Pen:
    """Keeps what is drawn, in the protocol of the pens of fontTools, with all curves as cubic ones."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
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
