"""The style of an element of a drawing: its attributes, and what is inherited."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from reportlab.lib.colors import getAllNamedColors

from archgen.render.raster.sheet import Color, LineCap, LineJoin, Stroke

Properties = Mapping[str, str]

INHERITED = (
    "fill",
    "fill-opacity",
    "fill-rule",
    "stroke",
    "stroke-opacity",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-dasharray",
    "color",
)


def inherited(element: Element, parent: Properties) -> Properties:
    """Return the properties of an element: its own attributes over its parent's."""
    style = {**parent, **{key: element.attrib[key] for key in INHERITED if key in element.attrib}}
    if style.get("color") == "currentColor":
        style["color"] = parent.get("color", "")
    return style


def fill_of(style: Properties) -> Color | None:
    """Return the paint inside of an outline; black where nothing is said, as SVG has it."""
    return _paint(style.get("fill", "black"), style, "fill-opacity")


def stroke_of(style: Properties) -> Stroke | None:
    """Return the line along an outline."""
    paint = _paint(style.get("stroke", "none"), style, "stroke-opacity")
    width = pixel_count(style.get("stroke-width", ""), 1.0)
    if paint is None or width <= 0:
        return None
    return Stroke(
        paint,
        width,
        _CAPS.get(style.get("stroke-linecap", ""), "butt"),
        _JOINS.get(style.get("stroke-linejoin", ""), "miter"),
        max(pixel_count(style.get("stroke-miterlimit", ""), 4.0), 1.0),
        dashes(style.get("stroke-dasharray", "")),
    )


_CAPS: dict[str, LineCap] = {"round": "round", "square": "square"}
_JOINS: dict[str, LineJoin] = {"round": "round", "bevel": "bevel"}


def pixel_count(text: str, usual: float) -> float:
    """Return a number of pixels, or the usual one where the text is none."""
    try:
        value = float(text.strip().removesuffix("px"))
    except ValueError:
        return usual
    return value if abs(value) < 1e7 else usual


def dashes(text: str) -> tuple[float, ...]:
    """Return the lengths of dashes and gaps, an even number of them; none for a solid line."""
    lengths = tuple(pixel_count(part, -1.0) for part in text.replace(",", " ").split())
    if not lengths or min(lengths) < 0 or not sum(lengths):
        return ()
    return lengths if len(lengths) % 2 == 0 else lengths * 2


def _paint(text: str, style: Properties, opacity: str) -> Color | None:
    color = _literal(style.get("color", "") or "black" if text == "currentColor" else text)
    if color is None:
        return None
    red, green, blue, alpha = color
    return Color(red, green, blue, alpha * min(max(pixel_count(style.get(opacity, ""), 1.0), 0.0), 1.0))


def color(text: str) -> Color | None:
    """Return a color; None for no color, and for what is none."""
    parts = _literal(text)
    return None if parts is None else Color(*parts)


def _literal(text: str) -> tuple[float, float, float, float] | None:
    """Return a color's red, green, blue and opacity; None for no color, and for what is none."""
    name = text.strip().lower()
    if name in ("none", "transparent", ""):
        return None
    if name.startswith("rgb(") and name.endswith(")"):
        return _from_numbers(name[4:-1].replace(",", " ").split())
    if not name.startswith("#"):
        return _named(name)
    digits = name[1:] if len(name) > 5 else "".join(2 * digit for digit in name[1:])
    try:
        red, green, blue, alpha = bytes.fromhex(f"{digits}ff"[:8])
    except ValueError:
        return None
    return red / 255, green / 255, blue / 255, alpha / 255


def _from_numbers(parts: list[str]) -> tuple[float, float, float, float] | None:
    if len(parts) != 3:
        return None
    shares = (
        pixel_count(part[:-1], 0.0) / 100 if part.endswith("%") else pixel_count(part, 0.0) / 255 for part in parts
    )
    red, green, blue = (min(max(share, 0.0), 1.0) for share in shares)
    return red, green, blue, 1.0


def _named(name: str) -> tuple[float, float, float, float] | None:
    color = getAllNamedColors().get(name)
    return None if color is None else (color.red, color.green, color.blue, 1.0)
