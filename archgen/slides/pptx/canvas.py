"""Native shapes on a slide, placed in the pixels of a diagram and scaled to points.

Shapes are written as XML of the format (ECMA-376, part 1, DrawingML): python-pptx's proxies search the slide for a free
number for each shape, which takes three times as long for a deck of eighty slides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct
from pptx.enum.shapes import MSO_SHAPE
from pptx.oxml import parse_xml

from archgen.layout.placed import Box, Point
from archgen.slides.pptx.dashes import PRESETS
from archgen.slides.pptx.images import Images
from archgen.slides.pptx.routes import Route
from archgen.style.svg_markup import clean, escape
from archgen.style.theme import Theme

EMU = 12700
"""English metric units in a point."""

_LONGEST = 2000
"""Maximum characters of a name or an alternative text; screen readers give up on longer ones."""

_INHERITED: Mapping[str, str] = {
    "ground": "bg1",
    "card": "bg1",
    "ink": "tx1",
    "accent": "accent1",
}
"""Roles that take the presentation's own colors; colors with a meaning come from the palette."""

Align = Literal["start", "middle"]
RunLine = tuple[tuple[tuple[str, str, bool], ...], float]
"""A line of text: its runs of (words, role, bold), and its size in pixels."""

_SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_ATTRIBUTE = {10: "&#10;", 9: "&#9;", 13: "&#13;"}


class ShapeGroup:
    """A container of shapes: a group, or the slide itself; its extent is set at the end."""

    def __init__(self, element: Any, parent: ShapeGroup | None) -> None:
        self.element = element
        self.parent = parent
        self.reach: tuple[int, int, int, int] | None = None

    def add(self, element: Any, place: tuple[int, int, int, int] | None) -> None:
        """Put a shape on top of the others; `place` is left, top, width and height."""
        tree = self.element
        extras = tree[-1] if len(tree) and tree[-1].tag.endswith("}extLst") else None
        tree.append(element) if extras is None else extras.addprevious(element)
        at: ShapeGroup | None = self
        while place is not None and at is not None:
            at.reach = _around(at.reach, place)
            at = at.parent


class NativeShape(Struct, frozen=True):
    """A shape on a slide: its element and its number."""

    element: Any
    shape_id: int


class Canvas:
    """A part of a slide: pixel (0, 0) is at `left`, `top` points, and a pixel is `scale` points.

    With `inherits`, roles without a meaning take the presentation's own colors. Text may be `wider` than measured.
    Until `close`, nothing else may add shapes to the slide, since the canvas numbers them.
    """

    def __init__(
        self,
        slide: Any,
        theme: Theme,
        left: float,
        top: float,
        scale: float,
        inherits: bool = True,
        wider: float = 1.0,
    ) -> None:
        self.wider = wider
        self._slide = slide
        self._theme = theme
        self._inherited = _INHERITED if inherits else {}
        self._left, self._top, self._scale = left, top, scale
        self._used = int(slide.shapes._spTree.max_shape_id)
        self._groups: list[ShapeGroup] = []
        self.root = ShapeGroup(slide.shapes._spTree, None)

    def close(self) -> None:
        """Set the extent of every group to that of its shapes."""
        for group in self._groups:
            left, top, wide, tall = group.reach or (0, 0, 0, 0)
            xfrm = group.element.find(f".//{{{_A}}}xfrm")
            for part, (x, y), (first, second) in zip(
                xfrm, ((left, top), (wide, tall)) * 2, (("x", "y"), ("cx", "cy")) * 2, strict=True
            ):
                part.set(first, str(x))
                part.set(second, str(y))

    # Lengths

    def at(self, point: Point) -> tuple[int, int]:
        """Return a place on the slide."""
        return round((self._left + point[0] * self._scale) * EMU), round((self._top + point[1] * self._scale) * EMU)

    def length(self, pixels: float) -> int:
        """Return a length on the slide."""
        return round(pixels * self._scale * EMU)

    def points(self, pixels: float) -> float:
        """Return a length on the slide, in points."""
        return pixels * self._scale

    def _place(self, box: Box) -> tuple[int, int, int, int]:
        (left, top), (right, bottom) = self.at((box.x, box.y)), self.at((box.right, box.bottom))
        return left, top, max(right - left, 0), max(bottom - top, 0)

    # Shapes

    def group(self, into: ShapeGroup, name: str, alt: str) -> ShapeGroup:
        """Add an empty group of shapes."""
        zero = '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/>'
        element = parse_xml(
            f"<p:grpSp {_SPACES}><p:nvGrpSpPr>{self._named(name, alt, 'Group')}<p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>"
            f"<p:grpSpPr><a:xfrm>{zero}</a:xfrm></p:grpSpPr></p:grpSp>"
        )
        group = ShapeGroup(element, into)
        into.add(element, None)
        self._groups.append(group)
        return group

    def shape(
        self,
        into: ShapeGroup,
        form: MSO_SHAPE,
        box: Box,
        *,
        fill: str | None,
        line: str | None,
        radius: float = 0.0,
        width: float = 1.0,
        dash: str = "",
        name: str = "",
        alt: str = "",
        geometry: str = "",
    ) -> NativeShape:
        """Add an autoshape in the colors of roles, None for no fill or line; `geometry` is its XML."""
        values = ""
        if radius:
            share = round(min(radius / max(min(box.width, box.height), 1.0), 0.5) * 100000)
            values = f'<a:gd name="adj" fmla="val {share}"/>'
        outline = geometry or f'<a:prstGeom prst="{form.xml_value}"><a:avLst>{values}</a:avLst></a:prstGeom>'
        return self._put(
            into, box, "<p:cNvSpPr/>", outline, self._filled(fill) + self._lined(line, width, dash), name, alt
        )

    def rule(
        self,
        into: ShapeGroup,
        box: Box,
        *,
        line: str,
        width: float = 1.0,
        dash: str = "",
        double: bool = False,
        name: str = "",
    ) -> None:
        """Add a horizontal or vertical line that isn't a connector: a box without height or width."""
        outline = '<a:prstGeom prst="line"><a:avLst/></a:prstGeom>'
        look = self._lined(line, _TWICE * width if double else width, dash, double=double)
        self._put(into, box, "<p:cNvSpPr/>", outline, look, name, "")

    def text(
        self,
        into: ShapeGroup,
        box: Box,
        runs: tuple[tuple[str, str, bool], ...],
        size: float,
        *,
        anchor: Align = "middle",
        fill: str | None = None,
        name: str = "",
    ) -> NativeShape:
        """Add a text box with a line of (words, role, bold), exactly as large as its box."""
        outline = '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        shape = self._put(into, box, '<p:cNvSpPr txBox="1"/>', outline, self._filled(fill), name, "")
        if runs:
            self.write(shape, ((runs, size),), anchor=anchor)
        return shape

    def _put(self, into: ShapeGroup, box: Box, sort: str, outline: str, look: str, name: str, alt: str) -> NativeShape:
        place = self._place(box)
        left, top, wide, tall = place
        element = parse_xml(
            f"<p:sp {_SPACES}><p:nvSpPr>{self._named(name, alt, 'Shape')}{sort}<p:nvPr/></p:nvSpPr><p:spPr>"
            f'<a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{tall}"/></a:xfrm>{outline}{look}</p:spPr>'
            f"<p:txBody>{_BODY}<a:lstStyle/><a:p/></p:txBody></p:sp>"
        )
        into.add(element, place)
        return NativeShape(element, self._used)

    def write(
        self,
        shape: NativeShape,
        lines: tuple[RunLine, ...],
        *,
        anchor: Align = "middle",
        vertical: Literal["t", "ctr", "b"] = "ctr",
        insets: tuple[float, float, float, float] = (0, 0, 0, 0),
        leading: float | None = None,
    ) -> None:
        """Write lines of runs into a shape, without wrapping; sizes are pixels, insets are left, top, right, bottom.

        `leading` is the distance of lines, by default the font's own.
        """
        sides = "".join(
            f'{key}="{self.length(value)}" '
            for key, value in zip(("lIns", "tIns", "rIns", "bIns"), insets, strict=True)
        )
        spacing = ""
        if leading is not None:
            spacing = f'<a:lnSpc><a:spcPts val="{round(leading * self._scale * 100)}"/></a:lnSpc>'
        align = "ctr" if anchor == "middle" else "l"
        paragraphs = "".join(
            f'<a:p><a:pPr algn="{align}">{spacing}</a:pPr>'
            + "".join(self._run(words, role, bold, size) for words, role, bold in runs)
            + "</a:p>"
            for runs, size in lines
        )
        body = parse_xml(
            f'<p:txBody {_SPACES}><a:bodyPr {sides}wrap="none" anchor="{vertical}"/><a:lstStyle/>'
            f"{paragraphs or '<a:p/>'}</p:txBody>"
        )
        shape.element.replace(shape.element[-1], body)

    def _run(self, words: str, role: str, bold: bool, size: float) -> str:
        points = max(100, round(size * self._scale * 100))
        heavy = ' b="1"' if bold else ""
        return f'<a:r><a:rPr lang="en-US" sz="{points}"{heavy}>{self._filled(role)}</a:rPr><a:t>{escape(words)}</a:t></a:r>'

    def picture(self, into: ShapeGroup, images: Images, image: bytes, box: Box, name: str, alt: str) -> None:
        """Add a small image."""
        place = self._place(box)
        left, top, wide, tall = place
        key = images.related(self._slide, image)
        element = parse_xml(
            f"<p:pic {_SPACES}><p:nvPicPr>{self._named(name, alt, 'Picture')}"
            f'<p:cNvPicPr><a:picLocks noChangeAspect="1"/></p:cNvPicPr><p:nvPr/></p:nvPicPr>'
            f'<p:blipFill><a:blip r:embed="{key}"/><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
            f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{tall}"/></a:xfrm>'
            f'<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic>'
        )
        into.add(element, place)

    def connector(
        self,
        into: ShapeGroup,
        route: Route,
        *,
        role: str,
        name: str,
        alt: str,
        width: float = 1.5,
        dash: str = "",
        double: bool = False,
        arrow: bool = True,
        both: bool = False,
        ends: tuple[tuple[NativeShape, int], tuple[NativeShape, int]] | None = None,
    ) -> None:
        """Add a connector along a route, glued to connection sites of the shapes at its `ends`.

        With `both`, it has a head at each end.
        """
        look = self._lined(role, _TWICE * width if double else width, dash, double=double, heads=arrow + both)
        glue = ""
        if ends is not None:
            glue = "".join(
                f'<a:{tag} id="{shape.shape_id}" idx="{site}"/>'
                for tag, (shape, site) in zip(("stCxn", "endCxn"), ends, strict=True)
            )
        element = parse_xml(
            f"<p:cxnSp {_SPACES}><p:nvCxnSpPr>{self._named(name, alt, 'Connector')}"
            f"<p:cNvCxnSpPr>{glue}</p:cNvCxnSpPr><p:nvPr/></p:nvCxnSpPr>"
            f"<p:spPr>{_way(route)}{look}</p:spPr></p:cxnSp>"
        )
        into.add(element, (route.x, route.y, route.width, route.height))

    def _named(self, name: str, alt: str, form: str) -> str:
        """Return the properties of the slide's next shape: its number, name and alternative text."""
        self._used += 1
        description = f' descr="{_quoted(alt)}"' if alt else ""
        return f'<p:cNvPr id="{self._used}" name="{_quoted(name) if name else f"{form} {self._used}"}"{description}/>'

    # Colours

    def _filled(self, role: str | None) -> str:
        if role is None:
            return "<a:noFill/>"
        scheme = self._inherited.get(role)
        if scheme is not None:
            return f'<a:solidFill><a:schemeClr val="{scheme}"/></a:solidFill>'
        color = getattr(self._theme, role).removeprefix("#")
        return f'<a:solidFill><a:srgbClr val="{color}"/></a:solidFill>'

    def _lined(self, role: str | None, width: float, dash: str, double: bool = False, heads: int = 0) -> str:
        thick = max(self.length(width * self._theme.stroke), 3175)
        size = "sm" if double else "med"
        return (
            f'<a:ln w="{thick}"{_DOUBLE if double else ""}>{self._filled(role)}'
            + (f'<a:prstDash val="{PRESETS[dash]}"/>' if dash else "")
            + "<a:round/>"
            + "".join(
                f'<a:{end} type="triangle" w="{size}" len="{size}"/>' for end in ("headEnd", "tailEnd")[2 - heads :]
            )
            + "</a:ln>"
        )


_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_BODY = '<a:bodyPr wrap="none" anchor="ctr"/>'
_DOUBLE = ' cmpd="dbl"'
_TWICE = 2.4
"""The width of a double line, in widths of a single line; some programs fill its gap."""


def _quoted(text: str) -> str:
    """Escape a name or an alternative text for an attribute, and keep its line breaks."""
    return escape(clean(text)[:_LONGEST]).translate(_ATTRIBUTE)


def _around(reach: tuple[int, int, int, int] | None, place: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    if reach is None:
        return place
    left, top = min(reach[0], place[0]), min(reach[1], place[1])
    right, bottom = max(reach[0] + reach[2], place[0] + place[2]), max(reach[1] + reach[3], place[1] + place[3])
    return left, top, right - left, bottom - top


def _way(route: Route) -> str:
    """Return the frame and the geometry of a connector."""
    turned = "".join(
        f' {key}="{value}"'
        for key, value in (("rot", route.turn), ("flipH", int(route.flip_h)), ("flipV", int(route.flip_v)))
        if value
    )
    values = "".join(f'<a:gd name="adj{at}" fmla="val {value}"/>' for at, value in enumerate(route.adjust, 1))
    return (
        f'<a:xfrm{turned}><a:off x="{route.x}" y="{route.y}"/><a:ext cx="{route.width}" cy="{route.height}"/></a:xfrm>'
        f'<a:prstGeom prst="{route.form}"><a:avLst>{values}</a:avLst></a:prstGeom>'
    )
