"""SVG to PNG, the same pixels on every machine: shipped fonts, no system fonts."""

from __future__ import annotations

import re

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

    from archgen.export.fonts import font_files
    from archgen.export.outlines import outlined

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
