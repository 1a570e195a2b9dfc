"""SVG as it may stand inside a page."""

from __future__ import annotations

_SHORT, _LONG = "<use href=", "<use xlink:href="


def inline(svg: str) -> str:
    """An SVG for a page: what it uses is named by the older attribute.

    Material's instant navigation assigns to the `href` of everything that has one, which elements of SVG refuse.
    """
    return svg.replace(_SHORT, _LONG)
