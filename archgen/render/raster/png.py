"""SVG to PNG, the same pixels on every machine: shipped fonts, no system fonts."""

from __future__ import annotations

import re
from zlib import decompress

_DPI = 96


_ROOT = re.compile(r'viewBox="0 0 ([0-9.]+) ([0-9.]+)" width="[0-9.]+" height="[0-9.]+"')
_GROUND = re.compile(
    r'<rect (?:x="[-0-9.]+" y="[-0-9.]+" )?width="[0-9.]+" height="[0-9.]+" class="f-ground"(?: rx="[0-9]+")?/>'
)


def without_ground(svg: str) -> str:
    """A picture whose ground can be seen through."""
    return _GROUND.sub("", svg, count=1)


def widened(svg: str, ratio: float = 16 / 9) -> str:
    """A picture in the middle of a canvas of another form, its ground reaching to the borders."""
    found = _ROOT.search(svg)
    if found is None:
        return svg
    width, height = float(found[1]), float(found[2])
    wide, tall = max(width, height * ratio), max(height, width / ratio)
    x, y = (width - wide) / 2, (height - tall) / 2
    root = f'viewBox="{x:.2f} {y:.2f} {wide:.2f} {tall:.2f}" width="{wide:.2f}" height="{tall:.2f}"'
    ground = f'<rect x="{x:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{tall:.2f}" class="f-ground"/>'
    return _GROUND.sub(ground, _ROOT.sub(root, svg, count=1), count=1)


def png(svg: str, scale: float = 2.0) -> bytes:
    """The picture as PNG bytes, `scale` pixels for each of its own.

    For dark pixels draw the SVG in mode "dark": the rasteriser knows neither `@media` nor `var()`.
    """
    import resvg_py

    from archgen.render.raster.fonts import font_files
    from archgen.render.raster.outlines import outlined

    svg = outlined(svg)
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=scale,
            dpi=_DPI,
            skip_system_fonts=True,
            font_files=font_files(svg),
            font_family="Arimo",
            sans_serif_family="Arimo",
        )
    )


def pixels(content: bytes) -> list[tuple[int, ...]]:
    """Red, green, blue and alpha of each pixel of a PNG as `png` makes it: eight bits, four channels, not interlaced."""
    width = int.from_bytes(content[16:20])
    packed, at = b"", 8
    while at < len(content):
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        packed += content[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    raw, wide = decompress(packed), 4 * width
    above, found = bytearray(wide), bytearray()
    for start in range(0, len(raw), wide + 1):
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + wide], above)
        found += above
    return [tuple(found[each : each + 4]) for each in range(0, len(found), 4)]


def _unfiltered(how: int, row: bytes, above: bytearray) -> bytearray:
    """A row of pixels from what is written of it (PNG 1.2, 6)."""
    found = bytearray(row)
    for at, value in enumerate(row):
        left, corner = (found[at - 4], above[at - 4]) if at >= 4 else (0, 0)
        guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[how]
        found[at] = (value + guess) % 256
    return found


def _paeth(left: int, above: int, corner: int) -> int:
    straight = left + above - corner
    return min((left, above, corner), key=lambda one: abs(straight - one))
