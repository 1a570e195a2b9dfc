"""The style of an element of our SVG: classes, attributes, and what is inherited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from msgspec import Struct

from archgen.render.raster.shapes import Anchor, Cap, Join, Paint, Stroke

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
    "font-size",
    "font-weight",
    "text-anchor",
)
_BOLDEST = 600
"""From this weight on words are bold."""


class Rules(Struct, frozen=True):
    """The declarations of a style sheet by the last part of a selector and the class that has to be around it."""

    declared: tuple[tuple[str, str, Properties], ...] = ()

    def of(self, element: Element, around: Iterable[str]) -> dict[str, str]:
        """Return what the rules declare for an element; later rules win."""
        names = {element.tag.rpartition("}")[2], *(f".{name}" for name in element.get("class", "").split())}
        found: dict[str, str] = {}
        for subject, ancestor, properties in self.declared:
            if subject in names and (not ancestor or ancestor in around):
                found.update(properties)
        return found

    def joined(self, style: str) -> Rules:
        """Return these rules and those of one more style sheet, whose selectors start with the id of their picture."""
        return Rules((*self.declared, *_declared(style)))


def _declared(style: str) -> Iterable[tuple[str, str, Properties]]:
    for rule in style.split("}"):
        selector, _, body = rule.partition("{")
        parts = selector.split()
        if len(parts) in (2, 3) and parts[0].startswith("#"):
            declarations = (declaration.partition(":") for declaration in body.split(";"))
            properties = {key.strip(): value.strip() for key, colon, value in declarations if colon}
            yield parts[-1], parts[1] if len(parts) == 3 else "", properties


def inherited(element: Element, parent: Properties, rules: Rules, around: Iterable[str]) -> dict[str, str]:
    """Return the properties of an element: its parent's, its own attributes over them, and the rules over both."""
    own = {key: element.attrib[key] for key in INHERITED if key in element.attrib}
    ruled = {key: value for key, value in rules.of(element, around).items() if key in INHERITED}
    style = {**parent, **own, **ruled}
    if style.get("color") == "currentColor":
        style["color"] = parent.get("color", "")
    return style


def fill_of(style: Properties) -> Paint | None:
    """Return the paint inside of an outline; black where nothing is said, as SVG has it."""
    return _paint(style.get("fill", "black"), style, "fill-opacity")


def stroke_of(style: Properties) -> Stroke | None:
    """Return the line along an outline."""
    paint = _paint(style.get("stroke", "none"), style, "stroke-opacity")
    width = number(style.get("stroke-width", ""), 1.0)
    if paint is None or width <= 0:
        return None
    return Stroke(
        paint,
        width,
        _CAPS.get(style.get("stroke-linecap", ""), "butt"),
        _JOINS.get(style.get("stroke-linejoin", ""), "miter"),
        max(number(style.get("stroke-miterlimit", ""), 4.0), 1.0),
        _dashes(style.get("stroke-dasharray", "")),
    )


_CAPS: dict[str, Cap] = {"round": "round", "square": "square"}
_JOINS: dict[str, Join] = {"round": "round", "bevel": "bevel"}
_ANCHORS: dict[str, Anchor] = {"middle": "middle", "end": "end"}


def anchor_of(style: Properties) -> Anchor:
    """Return which part of a line of words stands at its x."""
    return _ANCHORS.get(style.get("text-anchor", ""), "start")


def is_bold(style: Properties) -> bool:
    """Return True if words are bold."""
    weight = style.get("font-weight", "")
    return weight == "bold" or number(weight, 0.0) >= _BOLDEST


def number(text: str, usual: float) -> float:
    """Return a number of pixels, or the usual one where the text is none."""
    try:
        value = float(text.strip().removesuffix("px"))
    except ValueError:
        return usual
    return value if abs(value) < 1e7 else usual


def _dashes(text: str) -> tuple[float, ...]:
    lengths = tuple(number(part, -1.0) for part in text.replace(",", " ").split())
    if not lengths or min(lengths) < 0 or not sum(lengths):
        return ()
    return lengths if len(lengths) % 2 == 0 else lengths * 2


def _paint(text: str, style: Properties, opacity: str) -> Paint | None:
    color = _color(style.get("color", "") or "black" if text == "currentColor" else text)
    if color is None:
        return None
    red, green, blue, alpha = color
    return Paint(red, green, blue, alpha * min(max(number(style.get(opacity, ""), 1.0), 0.0), 1.0))


def _color(text: str) -> tuple[float, float, float, float] | None:
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
    shares = (number(part[:-1], 0.0) / 100 if part.endswith("%") else number(part, 0.0) / 255 for part in parts)
    red, green, blue = (min(max(share, 0.0), 1.0) for share in shares)
    return red, green, blue, 1.0


def _named(name: str) -> tuple[float, float, float, float] | None:
    from reportlab.lib.colors import getAllNamedColors

    color = getAllNamedColors().get(name)
    return None if color is None else (color.red, color.green, color.blue, 1.0)
