"""The style sheet of a picture: the colors of its theme, and the form of its words and badges."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from archgen.style.svg_markup import number
from archgen.style.theme import DARK, FONT, LIGHT, ROLES, THEMES, WEIGHT_BOLD, Mode, Theme, colours

BOLD, MIDDLE, END = "tb", "tm", "te"
"""The classes of words in bold, and of words around or before their place."""

_PROPERTIES = {"f": "fill", "s": "stroke", "c": "color"}
_VARIABLES = {role: f"--c{place}" for place, role in enumerate(ROLES)}
"""The names of the palette's variables: a picture says each five times, so they are short."""

_SIZE = re.compile(r"t([0-9]+(?:_[0-9]+)?)")
_HERE = "\0"
"""Stands for the id of a picture in a style sheet that many pictures share."""


def stylesheet(classes: frozenset[str], picture: str, mode: Mode) -> str:
    """Return the rules for the classes of a picture, by its id.

    Colors are literal; for `auto` also those that a reader's system, page or printer asks for.
    """
    return _shared(classes, mode).replace(_HERE, picture)


@cache
def size_class(size: float) -> str:
    """Return the class of words of a size."""
    return f"t{number(size).replace('.', '_')}"


@lru_cache(maxsize=256)
def _shared(classes: frozenset[str], mode: Mode) -> str:
    used, forms = _color_classes(classes), _forms(classes)
    if mode != "auto":
        return forms + _rules(used, THEMES[mode], variable=False)
    light, dark = _variables(used, LIGHT), _variables(used, DARK)
    return (
        # a page's own switch weighs more than the system's wish
        f"#{_HERE},[data-md-color-scheme=default] #{_HERE}{{{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{#{_HERE}{{{dark}}}}}"
        f"@media screen{{[data-md-color-scheme=slate] #{_HERE}{{{dark}}}}}" + forms + _rules(used, LIGHT, variable=True)
    )


def _color_classes(classes: frozenset[str]) -> list[str]:
    """Return the classes that are colors, in the order of the palette."""
    return [f"{letter}-{role}" for role in ROLES for letter in _PROPERTIES if f"{letter}-{role}" in classes]


def _forms(classes: frozenset[str]) -> str:
    """Return rules for the words and badges that the picture has."""
    sizes = sorted(float(size[1].replace("_", ".")) for name in classes if (size := _SIZE.fullmatch(name)))
    rules = [f"text{{font-family:{FONT}}}", *(f".{size_class(size)}{{font-size:{number(size)}px}}" for size in sizes)]
    for name, rule in (
        (BOLD, f".{BOLD}{{font-weight:{WEIGHT_BOLD}}}"),
        (MIDDLE, f".{MIDDLE}{{text-anchor:middle}}"),
        (END, f".{END}{{text-anchor:end}}"),
        ("badge", ".badge path{stroke-width:1.5;stroke-linejoin:round}"),
    ):
        if name in classes:
            rules.append(rule)
    return "".join(f"#{_HERE} {rule}" for rule in rules)


def _rules(used: list[str], theme: Theme, variable: bool) -> str:
    """Return a rule for every color that the picture uses; with `variable` a browser takes a variable in its place."""
    palette, rules = colours(theme), []
    for name in used:
        letter, _, role = name.partition("-")
        key, color = _PROPERTIES[letter], _hex(palette[role])
        late = f";{key}:var({_VARIABLES[role]})" if variable else ""
        rules.append(f"#{_HERE} .{name}{{{key}:{color}{late}}}")
    return "".join(rules)


def _variables(used: list[str], theme: Theme) -> str:
    roles = dict.fromkeys(name.partition("-")[2] for name in used)
    palette = colours(theme)
    return ";".join(f"{_VARIABLES[role]}:{_hex(palette[role])}" for role in roles)


def _hex(color: str) -> str:
    """Return the color in three digits where these say as much as six."""
    short = len(color) == 7 and color[1::2] == color[2::2]
    return f"#{color[1::2]}" if short else color
