"""SVG to PNG, the same pixels on every machine: one shipped font, no system fonts."""

from __future__ import annotations

import os

_DPI = 96


def font_file() -> str:
    """The path of the font that text is measured and rasterised with."""
    import fontpkg_arimo

    return os.path.join(os.path.dirname(fontpkg_arimo.__file__), "files", "Arimo[wght].ttf")


def png(svg: str, scale: float = 2.0) -> bytes:
    """The picture as PNG bytes, `scale` pixels for each of its own.

    For dark pixels draw the SVG in mode "dark": the rasteriser knows neither `@media` nor `var()`.
    """
    import resvg_py

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=scale,
            dpi=_DPI,
            skip_system_fonts=True,
            font_files=[font_file()],
            font_family="Arimo",
            sans_serif_family="Arimo",
        )
    )
