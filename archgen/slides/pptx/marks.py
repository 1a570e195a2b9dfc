"""Marks on a slide: numbered badges as shapes, logos and locks as small images."""

from __future__ import annotations

from functools import lru_cache
from typing import assert_never

from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.placed import Box
from archgen.model.finding import Severity
from archgen.render.raster.png import png, without_ground
from archgen.render.scene.marks import lock
from archgen.render.scene.shapes import IconImage, scene
from archgen.slides.pptx.canvas import Canvas, ShapeGroup
from archgen.slides.pptx.images import Images
from archgen.style.glyphs import Icon, IconLookup, glyph
from archgen.style.svg_markup import badge_size
from archgen.style.theme import SIZES, Mode, Sizes
from archgen.views.diagram import Badge

_LEAST, _SHARE = 10.0, 0.62
"""The smallest number on a badge in points, as far as it takes no more than a share of its height."""

_PIXELS = 128


class Marks:
    """Draws the marks of a deck in its mode; each image is rendered once."""

    def __init__(self, icons: IconLookup, mode: Mode) -> None:
        self._icons = icons
        self._mode = mode
        self._images = Images()

    def icon(self, canvas: Canvas, into: ShapeGroup, box: Box, kind: str, name: str | None, role: str = "ink") -> None:
        """Draw the logo of a product, else the icon of a kind."""
        drawing = (self._icons(name) if name else None) or glyph(kind)
        self.drawing(canvas, into, box, drawing, role)

    def drawing(self, canvas: Canvas, into: ShapeGroup, box: Box, drawing: Icon, role: str) -> None:
        """Draw an icon in a box."""
        image = _icon_png(drawing, role, self._mode)
        canvas.picture(into, self._images, image, box, f"{drawing.id} icon", f"icon: {drawing.id}")

    def lock(
        self, canvas: Canvas, into: ShapeGroup, x: float, y: float, state: str, role: str, side: float = SIZES.lock
    ) -> None:
        """Draw a closed or an open lock, with its top left corner at a place."""
        image = _lock_png("closed" if state == "closed" else "open", role, self._mode)
        canvas.picture(into, self._images, image, Box(x, y, side, side), f"{state} lock", f"{state} lock")

    def badge(self, canvas: Canvas, into: ShapeGroup, x: float, y: float, badge: Badge, sizes: Sizes = SIZES) -> None:
        """Draw a badge around a center."""
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
            name=f"finding {badge.number}",
            alt=alt,
        )
        run = ((str(badge.number), "on_badge", True),)
        # a triangle has its text in its lower half
        size = max(by * SIZES.small, min(_LEAST / canvas.points(1.0), _SHARE * tall))
        canvas.write(shape, ((run, size),), insets=(0, 0, 0, 4 * by if badge.severity == "warning" else 0))

    def row(
        self,
        canvas: Canvas,
        into: ShapeGroup,
        badges: tuple[Badge, ...],
        right: float,
        middle: float,
        sizes: Sizes = SIZES,
    ) -> None:
        """Draw badges side by side, up to a right edge."""
        for badge in reversed(badges):
            wide = badge_size(badge.number)[0] * sizes.badge / SIZES.badge
            self.badge(canvas, into, right - wide / 2, middle, badge, sizes)
            right -= wide + 4


def form(severity: Severity) -> MSO_SHAPE:
    """Return the form of a severity."""
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
    # without a chip in light mode, where white corners would only leave a shadow
    return _png(IconImage(drawing, 0, 0, _PIXELS, role, chip=mode == "dark"), mode)


@lru_cache(maxsize=16)
def _lock_png(state: str, role: str, mode: Mode) -> bytes:
    return _png(lock(0, 0, "closed" if state == "closed" else "open", role, 64), mode)


def _png(image: IconImage, mode: Mode) -> bytes:
    return png(without_ground(scene("i", image.size, image.size, (image,), "", "")), mode, 1.0)
