"""The document around a picture: title, description, colours and ground; and the style sheet that gives its classes a form."""

from __future__ import annotations

import re
from functools import lru_cache

from archgen.style.hand_drawn import sketched
from archgen.style.svg_markup import BOLD, END, LOCKS, MIDDLE, element, escape, identifier, number, size_class, symbols
from archgen.style.theme import DARK, FONT, LIGHT, ROLES, THEMES, WEIGHT_BOLD, Mode, Theme, colours

_CLASS = re.compile(r'class="([^"]*)"')
_PROPERTIES = {"f": "fill", "s": "stroke", "c": "color"}
_THICKNESS = re.compile(r'stroke-width="([0-9.]+)"')
_SIZE = re.compile(r"t([0-9]+(?:_[0-9]+)?)")
_HERE = "\0"
"""Stands for the id of a picture in a style sheet that many pictures share."""


def picture(
    body: str,
    *,
    width: float,
    height: float,
    prefix: str,
    title: str,
    alt: str,
    mode: Mode = "auto",
    defs: str = "",
    role: str = "img",
) -> str:
    """A self-contained SVG document: title, description, colours, definitions, ground, body; ids start with `prefix`."""
    name = identifier(prefix, "")[:-1]
    ground = element("rect", width=width, height=height, class_="f-ground", rx=12 if mode == "auto" else None)
    drawn, defs = ground + _in_manner(body, THEMES.get(mode, LIGHT)), defs + _locks(body, prefix)
    return element(
        "svg",
        element("title", escape(title), id=identifier(prefix, "title")),
        element("desc", escape(alt), id=identifier(prefix, "desc")),
        element("style", _stylesheet(defs + drawn, name, mode)),
        element("defs", defs) if defs else "",
        drawn,
        xmlns="http://www.w3.org/2000/svg",
        id=name,
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
        role=role,
        aria_labelledby=f"{identifier(prefix, 'title')} {identifier(prefix, 'desc')}",
    )


def _stylesheet(body: str, prefix: str, mode: Mode) -> str:
    """The colours of a picture: literal ones, and for `auto` also what a reader's system, page or printer asks for."""
    return _colouring(frozenset(_classes(body)), mode).replace(_HERE, prefix)


def _locks(body: str, prefix: str) -> str:
    used = [icon for icon in LOCKS.values() if f'href="#{identifier(prefix, icon.id)}"' in body]
    return symbols(used, prefix)


def _classes(body: str) -> set[str]:
    return {name for classes in set(_CLASS.findall(body)) for name in classes.split()}


def _used(found: frozenset[str]) -> list[str]:
    """The classes of a body that are colours, in the order of the palette."""
    return [f"{letter}-{role}" for role in ROLES for letter in _PROPERTIES if f"{letter}-{role}" in found]


def _forms(found: frozenset[str], prefix: str) -> str:
    """Rules for the words and badges that the body has."""
    sizes = sorted(float(size[1].replace("_", ".")) for name in found if (size := _SIZE.fullmatch(name)))
    rules = [f"text{{font-family:{FONT}}}", *(f".{size_class(size)}{{font-size:{number(size)}px}}" for size in sizes)]
    for name, rule in (
        (BOLD, f".{BOLD}{{font-weight:{WEIGHT_BOLD}}}"),
        (MIDDLE, f".{MIDDLE}{{text-anchor:middle}}"),
        (END, f".{END}{{text-anchor:end}}"),
        ("badge", ".badge path{stroke-width:1.5;stroke-linejoin:round}"),
    ):
        if name in found:
            rules.append(rule)
    return "".join(f"#{prefix} {rule}" for rule in rules)


def _rules(used: list[str], prefix: str, theme: Theme, variable: bool) -> str:
    """A rule for every colour that the body uses; with `variable` a browser takes a variable in its place."""
    palette, rules = colours(theme), []
    for one in used:
        letter, _, role = one.partition("-")
        name, colour = _PROPERTIES[letter], _hex(palette[role])
        late = f";{name}:var(--{role})" if variable else ""
        rules.append(f"#{prefix} .{one}{{{name}:{colour}{late}}}")
    return "".join(rules)


def _variables(used: list[str], theme: Theme) -> str:
    roles = dict.fromkeys(one.partition("-")[2] for one in used)
    palette = colours(theme)
    return "".join(f"--{role}:{_hex(palette[role])};" for role in roles)


def _hex(colour: str) -> str:
    """The colour in three digits where these say as much as six."""
    short = len(colour) == 7 and colour[1::2] == colour[2::2]
    return f"#{colour[1::2]}" if short else colour


@lru_cache(maxsize=256)
def _colouring(found: frozenset[str], mode: Mode) -> str:
    prefix = _HERE
    used, forms = _used(found), _forms(found, prefix)
    if mode != "auto":
        return forms + _rules(used, prefix, THEMES[mode], variable=False)
    light, dark = _variables(used, LIGHT), _variables(used, DARK)
    return (
        # a page's own switch weighs more than the system's wish
        f"#{prefix},[data-md-color-scheme=default] #{prefix}{{{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{#{prefix}{{{dark}}}}}"
        f"@media screen{{[data-md-color-scheme=slate] #{prefix}{{{dark}}}}}"
        + forms
        + _rules(used, prefix, LIGHT, variable=True)
    )


def _in_manner(body: str, theme: Theme) -> str:
    """The body with lines as thick as the theme wants them, and by hand if it says so."""
    if theme.stroke != 1.0:
        body = _THICKNESS.sub(lambda found: f'stroke-width="{number(float(found[1]) * theme.stroke)}"', body)
    return sketched(body) if theme.by_hand else body
