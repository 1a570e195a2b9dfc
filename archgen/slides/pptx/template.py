"""The presentation that gets the slides: the default one, or a template without its slides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from lxml import etree
from msgspec import Struct
from msgspec.structs import replace
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Pptx
from pptx.util import Emu

from archgen.model.problems import UsageError
from archgen.slides.pptx.archive import presentation_bytes
from archgen.slides.pptx.default_template import default_presentation
from archgen.slides.pptx.package import check_package
from archgen.style.contrast import contrast
from archgen.style.theme import DARK, LIGHT, Theme

_FOOT = (PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.DATE)
TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)

_USUAL_SIZE = (Emu(9144000), Emu(6858000))
_LEAST_SIZE, _LARGEST_SIZE = 914_400, 51_206_400
"""Limits of a slide's width and height (ECMA-376, 19.7.17)."""

_SIZES = (100, 400_000)
"""Limits of a font size, in hundredths of a point (ECMA-376, 20.1.10.72)."""

_TALL_ENOUGH = 0.55
"""The share of a slide that a diagram below its title should have; beside or above it there may be more."""

_READABLE = 3.0
"""The minimum contrast of large text with its background (WCAG 2.2, 1.4.3)."""

_WIDER = 1.2
"""The width of text in an unknown font, in widths of archgen's."""


class Area(Struct, frozen=True):
    """A part of a slide, in points: the free area, or that of a title."""

    x: float
    y: float
    width: float
    height: float


class DeckTemplate(Struct, frozen=True):
    """A presentation without slides, with the layouts of its three kinds of slide and a palette for its background.

    `title` is the place of a title in a layout without one. Text may be `wider` than measured.
    `ink` is the color of text if the template's own has too little contrast; nothing then takes its colors.
    """

    presentation: Any
    opening: Any
    prose: Any
    bare: Any
    area: Area
    title: Area
    theme: Theme
    title_size: float
    wider: float = 1.0
    ink: str | None = None


def load_template(template: bytes | None = None, theme: Theme = LIGHT) -> DeckTemplate:
    """Return the default presentation in a theme, or a template; raise UsageError for an unusable template."""
    if template is None:
        return _based(default_presentation(theme), theme)
    check_package(template)
    with _usable():
        _try(_based(_others(template), theme))
        return _with_contrast(_based(_others(template), theme))


def _based(presentation: Pptx, theme: Theme) -> DeckTemplate:
    layouts = list(presentation.slide_layouts)
    if not layouts:
        raise UsageError("the template has no slide layouts")
    bare = _layout(layouts, "titleOnly", {PP_PLACEHOLDER.TITLE})
    wide, tall = _points(presentation.slide_width), _points(presentation.slide_height)
    title = Area(wide * 0.04, tall * 0.035, wide * 0.92, tall * 0.1)
    return DeckTemplate(
        presentation,
        _layout(layouts, "title", {PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.SUBTITLE}),
        _layout(layouts, "obj", {PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.OBJECT}),
        bare,
        _area(wide, tall, bare, title),
        title,
        theme,
        _title_size(presentation),
    )


def _layout(layouts: list[Any], form: str, wanted: set[PP_PLACEHOLDER]) -> Any:
    """Return the layout of a form, else the first with the wanted placeholders, else the first."""
    for layout in layouts:
        if layout._element.get("type") == form:
            return layout
    for layout in layouts:
        if wanted <= {each.placeholder_format.type for each in layout.placeholders}:
            return layout
    return layouts[0]


def _area(wide: float, tall: float, layout: Any, missing: Area) -> Area:
    """Return the area that a layout's title and footer leave: below the title, or the largest around it."""
    top, bottom, side = tall * 0.04, tall * 0.96, wide * 0.04
    title = missing
    for placeholder in layout.placeholders:
        box = Area(
            _points(placeholder.left), _points(placeholder.top), _points(placeholder.width), _points(placeholder.height)
        )
        form = placeholder.placeholder_format.type
        if form in TITLES:
            title = box
        if form in _FOOT and box.y > tall / 2:
            bottom = min(bottom, box.y)
    if title.width > wide / 2:
        side = max(min(title.x, wide * 0.15), 12)
    right, under = title.x + title.width + 12, title.y + title.height + 6
    below = Area(side, max(top, under), wide - 2 * side, bottom - max(top, under))
    if below.height >= _TALL_ENOUGH * tall:
        return below
    others = (
        below,
        Area(side, top, wide - 2 * side, min(title.y - 6, bottom) - top),
        Area(right, top, wide - side - right, bottom - top),
        Area(side, top, title.x - 12 - side, bottom - top),
    )
    largest = max(others, key=lambda area: max(area.width, 0) * max(area.height, 0))
    if largest.width <= 0 or largest.height <= 0:
        raise UsageError("the template's title and footer leave no room on its slides")
    return largest


def _points(length: Any) -> float:
    return float(length or 0) / 12700


def _title_size(presentation: Pptx) -> float:
    master: Any = presentation.slide_masters[0]._element
    style = master.find(f"{qn('p:txStyles')}/{qn('p:titleStyle')}/{qn('a:lvl1pPr')}/{qn('a:defRPr')}")
    declared = None if style is None else style.get("sz")
    return min(max(int(declared), _SIZES[0]), _SIZES[1]) / 100 if declared else 44.0


# Templates


@contextmanager
def _usable() -> Iterator[None]:
    """Turn any exception that a template causes into a UsageError, since python-pptx trusts its input."""
    try:
        yield
    except UsageError:
        raise
    except Exception as error:
        reason = str(error).partition("\n")[0][:120]
        raise UsageError(
            f"the template lacks a part, or has a broken one ({type(error).__name__}: {reason}); save it again with "
            "PowerPoint or LibreOffice"
        ) from None


def _try(tried: DeckTemplate) -> None:
    """Add a slide of each used layout and write the file, so that later failures aren't the template's."""
    for layout in (tried.opening, tried.prose, tried.bare):
        for placeholder in tried.presentation.slides.add_slide(layout).placeholders:
            _points(placeholder.left)
            _points(placeholder.width)
            _points(placeholder.top)
            _points(placeholder.height)
            placeholder.text_frame.text = "x"
    presentation_bytes(tried.presentation, "x")


def _others(template: bytes) -> Pptx:
    try:
        presentation = Presentation(BytesIO(template))
        masters = len(presentation.slide_masters)
    except Exception as error:  # whatever a broken archive makes the reader raise
        raise UsageError(f"the template isn't a PowerPoint file: {type(error).__name__}") from None
    if not masters:
        raise UsageError("the template has no slide master")
    if presentation.slide_width is None or presentation.slide_height is None:
        # PowerPoint's default (ECMA-376, 19.2.1.39)
        presentation.slide_width, presentation.slide_height = _USUAL_SIZE
    for length in (presentation.slide_width, presentation.slide_height):
        if not _LEAST_SIZE <= int(length or 0) <= _LARGEST_SIZE:
            raise UsageError(
                f"the template's slides must be 1 to 56 inches wide and high; got {int(length or 0) / 914400:g}"
            )
    listed = presentation.slides._sldIdLst
    for slide_id in list(listed):
        presentation.part.drop_rel(slide_id.rId)
        listed.remove(slide_id)
    return presentation


def _with_contrast(template: DeckTemplate) -> DeckTemplate:
    """Choose the palette that contrasts with the template's background, and an ink where its own doesn't."""
    colors = _Colors(template.presentation.slide_masters[0])
    ground, words = colors.ground(template.bare), colors.of("tx1")
    theme = LIGHT if contrast(ground, LIGHT.ink[1:]) >= contrast(ground, DARK.ink[1:]) else DARK
    if contrast(words, ground) >= _READABLE:
        return replace(template, theme=theme, wider=_WIDER)
    return replace(template, theme=replace(theme, ground=f"#{ground}"), wider=_WIDER, ink=theme.ink[1:])


class _Colors:
    """The colors of a master as six hexadecimal digits, by their names on slides."""

    def __init__(self, master: Any) -> None:
        self._master = master
        self._map = master._element.find(qn("p:clrMap"))
        part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
        self._scheme = etree.fromstring(part.blob).find(f".//{qn('a:clrScheme')}")

    def of(self, name: str) -> str:
        """Return a color of the scheme; white or black if it declares none."""
        usual = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}.get(name, name)
        slot = usual if self._map is None else self._map.get(name, usual)
        color = None if self._scheme is None else self._scheme.find(qn(f"a:{slot}"))
        digits = None if color is None or not len(color) else self._hex_digits(color[0])
        return digits or ("000000" if slot.startswith("dk") else "ffffff")

    def ground(self, layout: Any) -> str:
        """Return the background of a layout: its own, its master's, or the scheme's."""
        for place in (layout, self._master):
            fill = place._element.find(f"{qn('p:cSld')}/{qn('p:bg')}//{qn('a:solidFill')}")
            if fill is not None and len(fill):
                return self._hex_digits(fill[0]) or self.of(fill[0].get("val", "bg1"))
            named = place._element.find(f"{qn('p:cSld')}/{qn('p:bg')}/{qn('p:bgRef')}/{qn('a:schemeClr')}")
            if named is not None:
                return self.of(named.get("val", "bg1"))
        return self.of("bg1")

    @staticmethod
    def _hex_digits(color: Any) -> str | None:
        value = color.get("lastClr") or color.get("val") or ""
        return value.lower() if re.fullmatch("[0-9a-fA-F]{6}", value) else None
