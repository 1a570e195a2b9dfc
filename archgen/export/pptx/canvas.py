"""Native shapes on a slide, placed in the pixels of a picture and scaled into points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from lxml import etree
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.oxml.ns import qn
from pptx.util import Emu

from archgen.export.pptx.routes import Route
from archgen.layout.placed import Box, Point
from archgen.markup import clean
from archgen.theme import Theme

EMU = 12700
"""English metric units in a point."""

_LONGEST = 2000
"""Characters of a name or an alternative text; readers give up on longer ones."""

_INHERITED: Mapping[str, tuple[str, int]] = {
    "ground": ("bg1", 100),
    "card": ("bg1", 100),
    "ink": ("tx1", 100),
    "accent": ("accent1", 100),
}
"""Roles that take the presentation's own colours; what means something keeps the palette's."""

_DASHES = {"6 4": "dash", "1.5 4": "sysDot", "10 4": "lgDash", "2 3": "sysDash", "4 4": "dash", "5 4": "dash"}

Anchor = Literal["start", "middle"]


class Canvas:
    """A part of a slide: pixel (0, 0) lies at `left`, `top` points, and a pixel is `scale` points."""

    def __init__(self, slide: Any, theme: Theme, left: float, top: float, scale: float) -> None:
        self.slide = slide
        self._theme = theme
        self._left, self._top, self._scale = left, top, scale

    # Lengths

    def at(self, point: Point) -> tuple[int, int]:
        """A place on the slide."""
        return round((self._left + point[0] * self._scale) * EMU), round((self._top + point[1] * self._scale) * EMU)

    def length(self, pixels: float) -> int:
        """A length on the slide."""
        return round(pixels * self._scale * EMU)

    def _place(self, box: Box) -> tuple[Emu, Emu, Emu, Emu]:
        (left, top), (right, bottom) = self.at((box.x, box.y)), self.at((box.right, box.bottom))
        return Emu(left), Emu(top), Emu(max(right - left, 0)), Emu(max(bottom - top, 0))

    # Shapes

    def group(self, into: Any, name: str, told: str) -> Any:
        """A group of shapes, empty yet."""
        made = into.add_group_shape()
        _name(made, name, told)
        return made.shapes

    def shape(
        self,
        into: Any,
        form: MSO_SHAPE,
        box: Box,
        *,
        fill: str | None,
        line: str | None,
        radius: float = 0.0,
        width: float = 1.0,
        dash: str = "",
        name: str = "",
        told: str = "",
    ) -> Any:
        """An autoshape by the roles of its colours; None for no fill or no line."""
        made = into.add_shape(form, *self._place(box))
        _name(made, name, told)
        if radius and len(made.adjustments):
            made.adjustments[0] = min(radius / max(min(box.width, box.height), 1.0), 0.5)
        style = made._element.find(qn("p:style"))
        if style is not None:
            made._element.remove(style)
        self._filled(made._element.spPr, fill)
        self._lined(made._element.spPr, line, width, dash)
        return made

    def text(
        self,
        into: Any,
        box: Box,
        runs: tuple[tuple[str, str, bool], ...],
        size: float,
        *,
        anchor: Anchor = "middle",
        fill: str | None = None,
        name: str = "",
    ) -> Any:
        """A text box with one line of (words, role, bold), as high and wide as its box says."""
        made = into.add_textbox(*self._place(box))
        _name(made, name, "")
        for old in made._element.spPr.findall(qn("a:noFill")):
            made._element.spPr.remove(old)
        self._filled(made._element.spPr, fill)
        self.write(made, ((runs, size),), anchor=anchor)
        return made

    def write(
        self,
        shape: Any,
        lines: tuple[tuple[tuple[tuple[str, str, bool], ...], float], ...],
        *,
        anchor: Anchor = "middle",
        vertical: Literal["t", "ctr", "b"] = "ctr",
        insets: tuple[float, float, float, float] = (0, 0, 0, 0),
        leading: float | None = None,
    ) -> None:
        """Puts lines of runs into a shape; text keeps its lines, sizes are pixels, insets are left, top, right, bottom.

        `leading` is from line to line, by default what the font wants.
        """
        body = shape._element.get_or_add_txBody()
        properties = body.find(qn("a:bodyPr"))
        for child in list(properties):
            properties.remove(child)
        for key, value in zip(("lIns", "tIns", "rIns", "bIns"), insets, strict=True):
            properties.set(key, str(self.length(value)))
        properties.set("wrap", "none")
        properties.set("anchor", vertical)
        for paragraph in body.findall(qn("a:p")):
            body.remove(paragraph)
        for runs, size in lines:
            paragraph = etree.SubElement(body, qn("a:p"))
            properties = etree.SubElement(paragraph, qn("a:pPr"))
            properties.set("algn", "ctr" if anchor == "middle" else "l")
            if leading is not None:
                spacing = etree.SubElement(etree.SubElement(properties, qn("a:lnSpc")), qn("a:spcPts"))
                spacing.set("val", str(round(leading * self._scale * 100)))
            for words, role, bold in runs:
                self._run(paragraph, words, role, bold, size)
        if not lines:
            etree.SubElement(body, qn("a:p"))

    def _run(self, paragraph: Any, words: str, role: str, bold: bool, size: float) -> None:
        run = etree.SubElement(paragraph, qn("a:r"))
        properties = etree.SubElement(run, qn("a:rPr"))
        properties.set("lang", "en-US")
        properties.set("sz", str(max(100, round(size * self._scale * 100))))
        if bold:
            properties.set("b", "1")
        self._colour(etree.SubElement(properties, qn("a:solidFill")), role)
        etree.SubElement(run, qn("a:t")).text = clean(words)

    def picture(self, into: Any, image: Any, box: Box, name: str, told: str) -> Any:
        """A small picture."""
        made = into.add_picture(image, *self._place(box))
        _name(made, name, told)
        return made

    def connector(
        self,
        into: Any,
        route: Route,
        *,
        role: str,
        name: str,
        told: str,
        width: float = 1.5,
        dash: str = "",
        double: bool = False,
        arrow: bool = True,
        ends: tuple[tuple[Any, int], tuple[Any, int]] | None = None,
    ) -> Any:
        """A connector along a route, glued to sites of the shapes at its ends where these are given."""
        made = into.add_connector(MSO_CONNECTOR.STRAIGHT, Emu(0), Emu(0), Emu(0), Emu(0))
        _name(made, name, told)
        element = made._element
        style = element.find(qn("p:style"))
        if style is not None:
            element.remove(style)
        _shaped(element.spPr, route)
        self._lined(element.spPr, role, 3 * width if double else width, dash, double=double, arrow=arrow)
        if ends is not None:
            glue = element.find(qn("p:nvCxnSpPr")).find(qn("p:cNvCxnSpPr"))
            for tag, (shape, site) in zip(("a:stCxn", "a:endCxn"), ends, strict=True):
                end = etree.SubElement(glue, qn(tag))
                end.set("id", str(shape.shape_id))
                end.set("idx", str(site))
        return made

    # Colours

    def _filled(self, properties: Any, role: str | None) -> None:
        fill = etree.SubElement(properties, qn("a:noFill" if role is None else "a:solidFill"))
        if role is not None:
            self._colour(fill, role)

    def _lined(
        self, properties: Any, role: str | None, width: float, dash: str, double: bool = False, arrow: bool = False
    ) -> None:
        line = etree.SubElement(properties, qn("a:ln"))
        line.set("w", str(max(self.length(width * self._theme.stroke), 3175)))
        if double:
            line.set("cmpd", "dbl")
        self._filled(line, role)
        if dash:
            etree.SubElement(line, qn("a:prstDash")).set("val", _DASHES[dash])
        etree.SubElement(line, qn("a:round"))
        if arrow:
            head = etree.SubElement(line, qn("a:tailEnd"))
            head.set("type", "triangle")
            size = "sm" if double else "med"
            head.set("w", size)
            head.set("len", size)

    def _colour(self, fill: Any, role: str) -> None:
        scheme = _INHERITED.get(role)
        if scheme is not None:
            etree.SubElement(fill, qn("a:schemeClr")).set("val", scheme[0])
        else:
            etree.SubElement(fill, qn("a:srgbClr")).set("val", getattr(self._theme, role).removeprefix("#"))


def _name(shape: Any, name: str, told: str) -> None:
    properties = next(shape._element.iter(qn("p:cNvPr")))
    if name:
        properties.set("name", clean(name)[:_LONGEST])
    if told:
        properties.set("descr", clean(told)[:_LONGEST])


def _shaped(properties: Any, route: Route) -> None:
    """The place and the geometry of a connector, in the order that the format wants them."""
    for child in list(properties):
        properties.remove(child)
    xfrm = etree.SubElement(properties, qn("a:xfrm"))
    for key, value in (("rot", route.turn), ("flipH", int(route.flip_h)), ("flipV", int(route.flip_v))):
        if value:
            xfrm.set(key, str(value))
    off, ext = etree.SubElement(xfrm, qn("a:off")), etree.SubElement(xfrm, qn("a:ext"))
    off.set("x", str(route.x))
    off.set("y", str(route.y))
    ext.set("cx", str(route.width))
    ext.set("cy", str(route.height))
    geometry = etree.SubElement(properties, qn("a:prstGeom"))
    geometry.set("prst", route.form)
    values = etree.SubElement(geometry, qn("a:avLst"))
    for at, value in enumerate(route.adjust, 1):
        guide = etree.SubElement(values, qn("a:gd"))
        guide.set("name", f"adj{at}")
        guide.set("fmla", f"val {value}")
