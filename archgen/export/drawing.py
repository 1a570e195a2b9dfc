"""A drawing from an SVG file, reduced to shapes: no script, no style, no reference to anything outside it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from archgen.glyphs import Icon
from archgen.markup import element

_SHAPES = frozenset({"g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"})
_NUMBERS = re.compile(r"[-+0-9.,eE%\s]{1,2000}")
_OUTLINE = re.compile(r"[-+0-9.,eEmMzZlLhHvVcCsSqQtTaA\s]*")
_TRANSFORM = re.compile(r"(?:(?:matrix|translate|scale|rotate|skewX|skewY)\([-+0-9.,eE\s]*\)[\s,]*){1,20}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,24}|rgb\([0-9.,%\s]+\)")
_WORD = re.compile(r"[a-z-]{1,12}")
_PATTERNS = {
    **dict.fromkeys(("x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "x1", "y1", "x2", "y2"), _NUMBERS),
    **dict.fromkeys(("stroke-width", "stroke-miterlimit", "opacity", "fill-opacity", "stroke-opacity"), _NUMBERS),
    **dict.fromkeys(("fill-rule", "clip-rule", "stroke-linecap", "stroke-linejoin"), _WORD),
    **dict.fromkeys(("fill", "stroke"), _COLOUR),
    "stroke-dasharray": _NUMBERS,
    "points": _NUMBERS,
    "d": _OUTLINE,
    "transform": _TRANSFORM,
}
_NO_COLOURS = frozenset({"none", "currentColor", "inherit", "transparent"})
_DEEPEST = 40


def drawing(name: str, content: bytes, colour: str | None = None) -> Icon | None:
    """The shapes of an SVG file as an icon; None where it is no SVG, has no shapes or declares entities.

    Shapes without a colour take the text's, or `colour`. Gradients, text and images are left out.
    """
    if b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper():
        return None
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    if _local(root) != "svg":
        return None
    colours: list[str] = []
    body = "".join(_shape(child, colours, 0) for child in root)
    view_box = _view_box(root)
    if not body or view_box is None:
        return None
    painted = element("g", body, **_attributes(root, colours, own=("fill", "stroke", "stroke-width")))
    if "fill" not in root.attrib:
        painted = painted.replace("<g", '<g fill="currentColor"', 1)
    return Icon(name, view_box, painted, colour, coloured=colour is not None or bool(colours))


def _local(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _view_box(root: ElementTree.Element) -> str | None:
    stated = root.get("viewBox", "").replace(",", " ").split()
    if len(stated) != 4:
        stated = ["0", "0", root.get("width", "").removesuffix("px"), root.get("height", "").removesuffix("px")]
    try:
        numbers = [float(one) for one in stated]
    except ValueError:
        return None
    return " ".join(f"{one:g}" for one in numbers) if min(numbers[2:]) > 0 and max(map(abs, numbers)) < 1e6 else None


def _shape(node: ElementTree.Element, colours: list[str], depth: int) -> str:
    name = _local(node)
    if name not in _SHAPES or depth > _DEEPEST:
        return ""
    children = "".join(_shape(child, colours, depth + 1) for child in node)
    if name == "g" and not children:
        return ""
    return (
        element(name, children, **_attributes(node, colours))
        if children
        else element(name, **_attributes(node, colours))
    )


def _attributes(
    node: ElementTree.Element, colours: list[str], own: tuple[str, ...] | None = None
) -> dict[str, str | float | None]:
    """The attributes that may stay, with a `style` read as attributes; colours that occur are added to `colours`."""
    stated = dict(node.attrib)
    for declaration in stated.pop("style", "").split(";"):
        key, _, value = declaration.partition(":")
        stated[key.strip()] = value.strip()
    kept: dict[str, str | float | None] = {}
    for key, value in stated.items():
        pattern = _PATTERNS.get(key)
        if pattern is None or not pattern.fullmatch(value) or (own is not None and key not in own):
            continue
        kept[key] = value
        if key in ("fill", "stroke") and value not in _NO_COLOURS:
            colours.append(value)
    return kept
