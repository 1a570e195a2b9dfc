"""Words shaped by HarfBuzz, as outlines: the one module that needs the extra `fonts`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import uharfbuzz

from archgen.render.raster.fonts import Face
from archgen.style.svg_markup import number
from archgen.style.theme import WEIGHT_BOLD

_REGULAR = 400


@lru_cache(maxsize=64)
def characters(face: Face) -> frozenset[int]:
    """Return the code points that a font has."""
    return frozenset(_face(face).unicodes)


class Shaped:
    """A run of words of one font, with its width in pixels."""

    def __init__(self, text: str, face: Face, size: float, bold: bool, from_right: bool) -> None:
        self._font = _font(face, WEIGHT_BOLD if bold else _REGULAR)
        buffer = uharfbuzz.Buffer()
        buffer.add_str(text)
        buffer.guess_segment_properties()
        buffer.direction = "rtl" if from_right else "ltr"
        uharfbuzz.shape(self._font, buffer)
        self._glyphs = list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))
        self._scale = size / self._font.face.upem
        self.width: float = sum(place.x_advance for _, place in self._glyphs) * self._scale

    def path(self, x: float, y: float) -> str:
        """Return the outline with its left end at a place."""
        pen, scale = _Pen(), self._scale
        for glyph, place in self._glyphs:
            pen.move(x + place.x_offset * scale, y - place.y_offset * scale, scale)
            self._font.draw_glyph_with_pen(glyph.codepoint, pen)
            x += place.x_advance * scale
        return "".join(pen.parts)


class _Pen:
    """Writes glyphs as the path of an SVG, in the protocol of the pens of fontTools."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._x = self._y = self._scale = 0.0

    def move(self, x: float, y: float, scale: float) -> None:
        """Set the start and the size of the next glyph."""
        self._x, self._y, self._scale = x, y, scale

    def _write(self, letter: str, *points: tuple[float, float]) -> None:
        self.parts.append(letter)
        self.parts.append(
            " ".join(f"{number(self._x + x * self._scale)} {number(self._y - y * self._scale)}" for x, y in points)
        )

    def moveTo(self, point: tuple[float, float]) -> None:
        self._write("M", point)

    def lineTo(self, point: tuple[float, float]) -> None:
        self._write("L", point)

    def qCurveTo(self, *points: tuple[float, float]) -> None:
        self._write("Q", *points)

    def curveTo(self, *points: tuple[float, float]) -> None:
        self._write("C", *points)

    def closePath(self) -> None:
        self.parts.append("Z")

    def endPath(self) -> None:
        return


@lru_cache(maxsize=32)
def _face(face: Face) -> Any:
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(face.file), face.index)


@lru_cache(maxsize=32)
def _font(face: Face, weight: int) -> Any:
    font = uharfbuzz.Font(_face(face))
    font.set_variations({"wght": weight})
    return font
