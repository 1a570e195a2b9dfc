"""A drawing from an SVG file, reduced to shapes: no script, no style, no reference to anything outside it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from archgen.style.glyphs import Icon
from archgen.style.svg_markup import element

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

_PLAIN_DOCTYPE = re.compile(rb"<!DOCTYPE\s+svg(\s[^\[\]<>]{0,400})?>")
"""One without declarations of its own, as older editors write it."""

_RULE = re.compile(r"([^{}]{1,400})\{([^{}]{0,2000})\}")
_CLASS = re.compile(r"\.[A-Za-z][\w-]{0,60}")
_REFERENCE = re.compile(r"url\(\s*['\"]?#([\w.:-]{1,80})['\"]?\s*\)")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_PAINT = re.compile(r'(fill|stroke)="(?!none|currentColor)([^"]*)"')
_GRADIENTS = frozenset({"linearGradient", "radialGradient"})


def drawing(name: str, content: bytes, colour: str | None = None) -> Icon | None:
    """Return the shapes of an SVG file as an icon; None where it is no SVG, has no shapes or declares entities.

    Shapes without a color take the text's, or `colour`; one with a gradient takes the color of a stop in its middle. Text and
    images are left out.
    """
    content = _PLAIN_DOCTYPE.sub(b"", content, count=1)
    if b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper():
        return None
    try:
        root = ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError, LookupError):
        return None
    if _local(root) != "svg":
        return None
    reading = _Reading(root)
    body = "".join(reading.shape(child, 0, "fill" in root.attrib) for child in root)
    view_box = _view_box(root)
    if not body or view_box is None:
        return None
    painted = element("g", body, **reading.attributes(root, own=("fill", "stroke", "stroke-width")))
    if "fill" not in root.attrib:
        painted = painted.replace("<g", '<g fill="currentColor"', 1)
    colours = reading.colours
    single = len(colours) == 1 and not reading.bare and colour is None
    inked = _PAINT.sub(r'\1="currentColor"', painted) if single else None
    return Icon(name, view_box, painted, colour, coloured=colour is not None or bool(colours), inked=inked)


def paints(icon: Icon) -> frozenset[str]:
    """Return the colors of a drawing; the text's own is not one."""
    return frozenset(hex_color(match[2]) for match in _PAINT.finditer(icon.body))


def hex_color(colour: str) -> str:
    """Return a color as six hexadecimal digits behind a `#`; as it is where it has another form."""
    code = {"white": "#ffffff", "black": "#000000"}.get(colour.lower(), colour.lower())
    return f"#{bytes(_rgb(code)).hex()}" if _HEX.fullmatch(code) else code


def _local(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _view_box(root: ElementTree.Element) -> str | None:
    declared = root.get("viewBox", "").replace(",", " ").split()
    if len(declared) != 4:
        declared = ["0", "0", root.get("width", "").removesuffix("px"), root.get("height", "").removesuffix("px")]
    try:
        numbers = [float(part) for part in declared]
    except ValueError:
        return None
    return " ".join(f"{part:g}" for part in numbers) if min(numbers[2:]) > 0 and max(map(abs, numbers)) < 1e6 else None


class _Reading:
    """Reads the shapes of one file; `colours` are those that occur, `bare` tells of a shape that has none of its own."""

    def __init__(self, root: ElementTree.Element) -> None:
        self.colours: dict[str, None] = {}
        self.bare = False
        self._classes = _classes(root)
        self._gradients = self._read_gradients(root)

    def shape(self, node: ElementTree.Element, depth: int, painted: bool) -> str:
        """Return a shape with what may stay of it, or a group of them; nothing for what is neither."""
        name = _local(node)
        if name not in _SHAPES or depth > _DEEPEST:
            return ""
        attributes = self.attributes(node)
        painted = painted or "fill" in attributes
        if name != "g":
            self.bare = self.bare or not painted
            return element(name, **attributes)
        children = "".join(self.shape(child, depth + 1, painted) for child in node)
        return element(name, children, **attributes) if children else ""

    def attributes(
        self, node: ElementTree.Element, own: tuple[str, ...] | None = None
    ) -> dict[str, str | float | None]:
        """Return the attributes that may stay, with classes and a `style` read as attributes."""
        attributes: dict[str, str | float | None] = {}
        for key, value in self._declared(node).items():
            reference = _REFERENCE.fullmatch(value) if key in ("fill", "stroke") else None
            paint = self._gradients.get(reference[1], value) if reference else value
            pattern = _PATTERNS.get(key)
            if pattern is None or not pattern.fullmatch(paint) or (own is not None and key not in own):
                continue
            attributes[key] = paint
            if key in ("fill", "stroke") and paint not in _NO_COLOURS:
                self.colours[hex_color(paint)] = None
        return attributes

    def _declared(self, node: ElementTree.Element) -> dict[str, str]:
        declared = dict(node.attrib)
        for name in declared.pop("class", "").split():
            declared |= self._classes.get(name, {})
        return declared | _declarations(declared.pop("style", ""))

    def _read_gradients(self, root: ElementTree.Element) -> dict[str, str]:
        """Return a color for each gradient: that of a stop in its middle, also where its stops are another's."""
        nodes = {name: node for node in root.iter() if _local(node) in _GRADIENTS and (name := node.get("id"))}
        colors: dict[str, str] = {}
        for name, node in nodes.items():
            at, seen = node, {name}
            while not any(_local(stop) == "stop" for stop in at):
                following = next((value for key, value in at.attrib.items() if key.rpartition("}")[2] == "href"), "")[
                    1:
                ]
                if following in seen or following not in nodes:
                    break
                seen.add(following)
                at = nodes[following]
            stops = [self._declared(stop).get("stop-color", "") for stop in at if _local(stop) == "stop"]
            hexes = [stop for stop in stops if _HEX.fullmatch(stop)]
            if hexes:
                colors[name] = hexes[(len(hexes) - 1) // 2]
        return colors


def _classes(root: ElementTree.Element) -> dict[str, dict[str, str]]:
    """Return the declarations of a file's style sheets for its classes; other selectors are left out."""
    declared_by_class: dict[str, dict[str, str]] = {}
    for node in root.iter():
        if _local(node) == "style":
            for selectors, declared in _RULE.findall(node.text or ""):
                for selector in selectors.split(","):
                    if _CLASS.fullmatch(selector.strip()):
                        declared_by_class.setdefault(selector.strip()[1:], {}).update(_declarations(declared))
    return declared_by_class


def _declarations(style: str) -> dict[str, str]:
    pairs = (declaration.partition(":") for declaration in style.split(";"))
    return {key.strip(): value.strip() for key, _, value in pairs if value}


def _rgb(colour: str) -> tuple[int, ...]:
    """Return red, green and blue of a color in three or six hexadecimal digits."""
    digits = colour[1:]
    wide = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    return tuple(bytes.fromhex(wide))
