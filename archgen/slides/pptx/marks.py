"""Marks on a slide: numbered badges as shapes, logos and locks as small images."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, assert_never

from pptx.enum.shapes import MSO_SHAPE

from archgen.layout.placed import Box
from archgen.model.finding import Severity
from archgen.render.raster.png import png, without_ground
from archgen.render.scene.marks import LOCKS, lock
from archgen.render.scene.shapes import BadgeMark, IconImage, scene
from archgen.slides.pptx.canvas import Canvas, ShapeGroup
from archgen.slides.pptx.images import Images
from archgen.style.glyphs import Icon
from archgen.style.svg_markup import badge_size
from archgen.style.theme import SIZES, Mode

_LEAST, _SHARE = 10.0, 0.62
"""The smallest number on a badge in points, as far as it takes no more than a share of its height."""

_PIXELS = 128


class Marks:
    """Draws the marks of a deck in its mode; each image is rendered once."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._images = Images()

    def image(self, canvas: Canvas, into: ShapeGroup, icon: IconImage) -> None:
        """Draw an icon or a lock as a small image."""
        box = Box(icon.x, icon.y, icon.size, icon.size)
        state = next((state for state, lock in LOCKS.items() if lock == icon.icon), None)
        if state is not None:
            image = _lock_png(state, icon.role, self._mode)
            canvas.picture(into, self._images, image, box, f"{state} lock", f"{state} lock")
        else:
            image = _icon_png(icon.icon, icon.role, self._mode)
            canvas.picture(into, self._images, image, box, f"{icon.icon.id} icon", f"icon: {icon.icon.id}")

    def badge(self, canvas: Canvas, into: ShapeGroup, badge: BadgeMark) -> None:
        """Draw a badge around its center."""
        by = badge.radius / SIZES.badge
        wide, tall = (by * length for length in badge_size(badge.text))
        box = Box(badge.x - wide / 2, badge.y - tall / 2, wide, tall)
        if badge.severity == "warning":
            box = Box(box.x - 2 * by, box.y, box.width + 4 * by, box.height - by)
        alt = f"{badge.severity} {badge.text}: {badge.title}"
        shape = canvas.shape(
            into,
            form(badge.severity),
            box,
            fill=badge.severity,
            line="ground",
            name=f"finding {badge.text}",
            alt=alt,
        )
        run = ((badge.text, "on_badge", True),)
        # a triangle has its text in its lower half
        size = max(by * SIZES.small, min(_LEAST / canvas.points(1.0), _SHARE * tall))
        canvas.write(shape, ((run, size),), insets=(0, 0, 0, 4 * by if badge.severity == "warning" else 0))


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
def _lock_png(state: Literal["closed", "open"], role: str, mode: Mode) -> bytes:
    return _png(lock(0, 0, state, role, 64), mode)


def _png(image: IconImage, mode: Mode) -> bytes:
    return png(without_ground(scene("i", image.size, image.size, (image,), "", "")), mode, 1.0)
