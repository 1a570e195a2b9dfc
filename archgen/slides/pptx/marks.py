"""Marks on a slide: numbered badges as shapes, logos and locks as small pictures."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import assert_never

from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.placed import Box
from archgen.model.finding import Severity
from archgen.render.raster.png import png
from archgen.slides.pptx.canvas import Canvas, ShapeGroup
from archgen.slides.pptx.images import Images
from archgen.style.glyphs import Icon, glyph
from archgen.style.svg_document import picture
from archgen.style.svg_markup import badge_size, element, identifier, lock, symbols, use
from archgen.style.theme import SIZES, Mode, Sizes
from archgen.views.diagram import Badge

IconLookup = Callable[[str | None], Icon | None]
"""The logo of a product, or an icon by its name; None where there is none."""

_PIXELS = 128


class Marks:
    """Draws marks with the icons and in the mode of one deck; each picture is made once."""

    def __init__(self, icons: IconLookup, mode: Mode) -> None:
        self._icons = icons
        self._mode = mode
        self._images = Images()

    def icon(self, canvas: Canvas, into: ShapeGroup, box: Box, kind: str, name: str | None, role: str = "ink") -> None:
        """The logo of a product, else the glyph of a kind."""
        drawing = (self._icons(name) if name else None) or glyph(kind)
        self.drawing(canvas, into, box, drawing, role)

    def drawing(self, canvas: Canvas, into: ShapeGroup, box: Box, drawing: Icon, role: str) -> None:
        """A drawing in a box."""
        image = _icon_png(drawing, role, self._mode)
        canvas.picture(into, self._images, image, box, f"{drawing.id} icon", f"icon: {drawing.id}")

    def lock(
        self, canvas: Canvas, into: ShapeGroup, x: float, y: float, state: str, role: str, side: float = SIZES.lock
    ) -> None:
        """A closed or an open lock, its top left corner at a place."""
        image = _lock_png("closed" if state == "closed" else "open", role, self._mode)
        canvas.picture(into, self._images, image, Box(x, y, side, side), f"{state} lock", f"{state} lock")

    def badge(self, canvas: Canvas, into: ShapeGroup, x: float, y: float, badge: Badge, sizes: Sizes = SIZES) -> None:
        """A badge around a centre."""
        by = sizes.badge / SIZES.badge
        wide, tall = (by * length for length in badge_size(badge.number))
        box = Box(x - wide / 2, y - tall / 2, wide, tall)
        if badge.severity == "warning":
            box = Box(box.x - 2 * by, box.y, box.width + 4 * by, box.height - by)
        alt = f"{badge.severity} {badge.number}: {badge.title}"
        shape = canvas.shape(
            into,
            form(badge.severity),
            box,
            fill=badge.severity,
            line="ground",
            name=f"issue {badge.number}",
            alt=alt,
        )
        run = ((str(badge.number), "on_badge", True),)
        # a triangle keeps its words in its lower half, below where they are in the middle of it
        canvas.write(shape, ((run, by * SIZES.small),), insets=(0, 0, 0, 4 * by if badge.severity == "warning" else 0))

    def row(
        self,
        canvas: Canvas,
        into: ShapeGroup,
        badges: tuple[Badge, ...],
        right: float,
        middle: float,
        sizes: Sizes = SIZES,
    ) -> None:
        """Badges side by side, the last one's right side at a place."""
        for badge in reversed(badges):
            wide = badge_size(badge.number)[0] * sizes.badge / SIZES.badge
            self.badge(canvas, into, right - wide / 2, middle, badge, sizes)
            right -= wide + 4


def form(severity: Severity) -> MSO_SHAPE:
    """The form of a severity."""
    match severity:
        case "error":
            return MSO_SHAPE.OCTAGON
        case "warning":
            return MSO_SHAPE.ISOSCELES_TRIANGLE
        case "info":
            return MSO_SHAPE.OVAL
        case _:
            assert_never(severity)


@lru_cache(maxsize=256)
def _icon_png(drawing: Icon, role: str, mode: Mode) -> bytes:
    # a chip is white on white in light mode, where its corners would only leave a shadow
    body = _logo(drawing) if drawing.coloured and mode != "dark" else use(drawing, "i", 0, 0, _PIXELS, role)
    return _png(body, symbols((drawing,), "i"), _PIXELS, mode)


def _logo(drawing: Icon) -> str:
    inset = _PIXELS / 8
    side = _PIXELS - 2 * inset
    logo = element("use", href=f"#{identifier('i', drawing.id)}", x=inset, y=inset, width=side, height=side)
    return element("g", logo, color=drawing.colour)


@lru_cache(maxsize=16)
def _lock_png(state: str, role: str, mode: Mode) -> bytes:
    return _png(lock("i", 0, 0, "closed" if state == "closed" else "open", role, 64), "", 64, mode)


def _png(body: str, defs: str, side: int, mode: Mode) -> bytes:
    svg = picture(body, width=side, height=side, prefix="i", title="", alt="", mode=mode, defs=defs)
    ground = element("rect", width=side, height=side, class_="f-ground")
    return png(svg.replace(ground, "", 1), scale=1.0)
