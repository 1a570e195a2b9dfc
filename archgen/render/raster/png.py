"""Scenes to PNG, the same pixels on every machine: shipped fonts, no system fonts."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from zlib import decompress

from msgspec.structs import replace

from archgen.layout.placed import Box
from archgen.render.raster.fonts import font_files, usual_file
from archgen.render.raster.outlines import outlined
from archgen.render.scene.shapes import Scene
from archgen.render.svg.document import svg
from archgen.style.theme import Mode

_DPI = 96


def without_ground(scene: Scene) -> Scene:
    """Return a picture whose ground can be seen through."""
    return replace(scene, ground=None)


_WIDE = 16 / 9


def widened(scene: Scene) -> Scene:
    """Return a picture in the middle of a canvas of the form of a slide, its ground reaching to the borders."""
    width, height = scene.view.width, scene.view.height
    wide, tall = max(width, height * _WIDE), max(height, width / _WIDE)
    canvas = Box((width - wide) / 2, (height - tall) / 2, wide, tall)
    return replace(scene, view=canvas, ground=canvas)


def png(scene: Scene, mode: Mode = "light", scale: float = 2.0) -> bytes:
    """Return the picture as PNG, `scale` pixels for each of its own, in literal colors."""
    return _rasterized(svg(outlined(scene), mode), scale, (usual_file(),))


def png_of_svg(svg: str, scale: float) -> bytes:
    """Return an SVG that another program wrote as PNG, with the fonts that its characters want."""
    # a picture in SVG does without its table of characters, too
    from html import unescape

    return _rasterized(svg, scale, font_files(unescape(svg)))


def _rasterized(svg: str, scale: float, fonts: Iterable[str]) -> bytes:
    # a picture in SVG does without the rasterizer
    rasterizer = import_module("resvg_py")
    return bytes(
        rasterizer.svg_to_bytes(
            svg_string=svg,
            zoom=scale,
            dpi=_DPI,
            skip_system_fonts=True,
            font_files=list(fonts),
            font_family="Arimo",
            sans_serif_family="Arimo",
        )
    )


def pixels(content: bytes) -> list[tuple[int, ...]]:
    """Return red, green, blue and alpha of each pixel of a PNG as `png` makes it: eight bits, four channels, not interlaced."""
    width = int.from_bytes(content[16:20])
    packed, at = b"", 8
    while at < len(content):
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        packed += content[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    raw, wide = decompress(packed), 4 * width
    above, channels = bytearray(wide), bytearray()
    for start in range(0, len(raw), wide + 1):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + wide], above)
        channels += above
    return [tuple(channels[each : each + 4]) for each in range(0, len(channels), 4)]


def _unfiltered(how: int, row: bytes, above: bytearray) -> bytearray:
    """Return a row of pixels from what is written of it (PNG 1.2, 6)."""
    pixels = bytearray(row)
    for at, value in enumerate(row):
        left, corner = (pixels[at - 4], above[at - 4]) if at >= 4 else (0, 0)
        guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[how]
        pixels[at] = (value + guess) % 256
    return pixels


def _paeth(left: int, above: int, corner: int) -> int:
    straight = left + above - corner
    return min((left, above, corner), key=lambda near: abs(straight - near))
