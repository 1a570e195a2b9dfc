"""SVG as it may stand inside a page."""

from __future__ import annotations

import re

from archgen.site.html_builder import Html

_SHORT, _LONG = "<use href=", "<use xlink:href="
_STYLE = re.compile(r"(<style>.*?</style>)", re.DOTALL)
_LINES = re.compile(r"\s*\n\s*")
_WIDTH = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)"')


def embed_svg(svg: str) -> str:
    """Return an SVG that uses its definitions by the older attribute.

    Material's instant navigation assigns to the `href` of everything that has one, which elements of SVG refuse.
    """
    return svg.replace(_SHORT, _LONG)


def guard_svg(svg: str) -> Html:
    """Return an SVG for a page in which neither Markdown nor a template engine reads anything as its own."""
    # hardly any has a line break, and to look for white space around one takes long
    parts = _STYLE.split(_LINES.sub(" ", embed_svg(svg)) if "\n" in svg else embed_svg(svg))
    return Html(
        "".join(
            part.replace("{#", "{ #") if part.startswith("<style>") else part.replace("{", "&#123;") for part in parts
        )
    )


def fit_svg(svg: str) -> Html:
    """Return an SVG that fills its column up to its own width, and scrolls before its text gets too small to read."""
    svg = embed_svg(svg)
    size = svg_width(svg)
    if not size:
        return Html(svg)
    width = float(size)
    least = max(min(460, width * 0.75), width * 0.5)
    style = f'style="max-width:{width:g}px;min-width:{least:g}px"'
    start = svg.index("<svg")
    return Html(f"{svg[start : start + 4]} {style}{svg[start + 4 :]}")


def svg_width(svg: str) -> str:
    """Return the width of an SVG as it is written, empty without one."""
    match = _WIDTH.search(svg)
    return match[1] if match else ""
