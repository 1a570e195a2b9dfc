"""Markup from values: escaping, ids, elements, words and marks; all painters of SVG write through it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Literal, assert_never

from archgen.model.finding import Severity
from archgen.model.sha256 import digest
from archgen.style.glyphs import Icon
from archgen.style.text_metrics import text_width
from archgen.style.theme import SIZES

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
BOLD, MIDDLE, END = "tb", "tm", "te"
"""The classes of words in bold, and of words around or before their place."""

_UNSAFE = re.compile(r"[^A-Za-z0-9-]")
_REMEMBERED = 8192
"""Texts and lengths whose markup is remembered: a picture says the same ones over and over, and so does the next."""


def clean(text: str) -> str:
    """The text without what XML 1.0 forbids (a replacement character stands there) and without controls of direction.

    Controls of direction could show a name in another order than it is written; they have no width of their own.
    """
    if text.isascii() and text.isprintable():
        return text
    return _BIDI.sub("", _FORBIDDEN.sub("\ufffd", text))


@lru_cache(maxsize=_REMEMBERED)
def escape(text: str) -> str:
    """The text as it may stand in XML content and in a quoted attribute."""
    return clean(text).translate(_ESCAPES)


def dot_label(lines: Iterable[str], newline: str = "\\n") -> str:
    """Lines of text as a label of Graphviz that is shown as it is: no HTML, entity or escape is read in it."""
    folded = (clean(" ".join(line.split())) for line in lines)
    safe = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\\": "\\\\"})
    return newline.join(line.translate(safe) for line in folded)


@lru_cache(maxsize=_REMEMBERED)
def identifier(prefix: str, text: str) -> str:
    """An XML id for any text under a prefix: different texts have different ids, and none can leave its quotes."""
    if len(text) > 80:
        return identifier(prefix, text[:40]) + "_h" + digest(text)[:16]
    safe = _UNSAFE.sub(lambda found: f"_{ord(found[0]):x}_", text)
    start = _UNSAFE.sub("-", prefix)
    # a style sheet cannot name an id that starts with a digit
    return f"{start}-{safe}" if start[:1].isalpha() else f"p-{start}-{safe}"


def short_prefix(*names: str) -> str:
    """A prefix of seven characters for the ids of a picture, from what it shows: pictures of one page differ in it.

    It stands before every id and every rule, so that its length is much of a small picture's.
    """
    return f"p{digest(*names)[:6]}"


@lru_cache(maxsize=_REMEMBERED)
def number(value: float) -> str:
    """A length with at most two decimals, the same on every machine."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def element(name: str, *children: str, **attributes: str | float | None) -> str:
    """An element; attributes are escaped, children are markup already, `None` leaves an attribute out.

    `class_` and `stroke_width` become `class` and `stroke-width`.
    """
    written = "".join([_attribute(*one) for one in attributes.items() if one[1] is not None])
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


@lru_cache(maxsize=4 * _REMEMBERED)
def _attribute(key: str, value: str | float) -> str:
    return f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else number(value)}"'


def words(
    x: float,
    y: float,
    text: str,
    size: float,
    role: str = "ink",
    *,
    anchor: Literal["start", "middle", "end"] = "start",
    bold: bool = False,
) -> str:
    """One line of text with its baseline at `y`; the style sheet of a picture knows its classes."""
    classes = f"f-{role} {size_class(size)}"
    classes += {"start": "", "middle": f" {MIDDLE}", "end": f" {END}"}[anchor] + (f" {BOLD}" if bold else "")
    return element("text", escape(text) or " ", x=x, y=y, class_=classes)


@cache
def size_class(size: float) -> str:
    """The class of words of a size."""
    return f"t{number(size).replace('.', '_')}"


def symbols(icons: Iterable[Icon], prefix: str) -> str:
    """The definitions of drawings, each once, in the order of first use."""
    once = {icon.id: icon for icon in icons}
    return "".join(
        element("symbol", icon.body, id=identifier(prefix, icon.id), viewBox=icon.view_box) for icon in once.values()
    )


def use(icon: Icon, prefix: str, x: float, y: float, size: float, role: str = "ink") -> str:
    """A drawing in a square; a product's own colours stand on a chip, which only a dark ground shows."""
    href = f"#{identifier(prefix, icon.id)}"
    if not icon.coloured:
        return element("use", href=href, x=x, y=y, width=size, height=size, class_=f"c-{role}")
    inset = size / 8
    chip = element("rect", x=x, y=y, width=size, height=size, rx=size / 5, class_="f-chip")
    logo = element("use", href=href, x=x + inset, y=y + inset, width=size - 2 * inset, height=size - 2 * inset)
    return chip + (element("g", logo, color=icon.colour) if icon.colour else logo)


def badge_size(value: int) -> tuple[float, float]:
    """The width and height of a badge with a number on it."""
    wide = text_width(str(value), SIZES.small, bold=True)
    return max(2.0 * SIZES.badge, wide + 10), 2.0 * SIZES.badge


def sized_badge(x: float, y: float, value: int, severity: Severity, title: str, radius: float) -> str:
    """A badge of another size than the usual."""
    if radius == SIZES.badge:
        return badge(x, y, value, severity, title)
    place = f"translate({number(x)} {number(y)}) scale({number(radius / SIZES.badge)})"
    return element("g", badge(0, 0, value, severity, title), transform=place)


def badge(x: float, y: float, value: int, severity: Severity, title: str = "") -> str:
    """A numbered mark around a centre: an octagon for an error, a triangle for a warning, a circle for an info.

    The number 0 is not written: a sample in a legend.
    """
    half, r = badge_size(value)[0] / 2, float(SIZES.badge)
    baseline = y + 3.6
    match severity:
        case "error":
            cut = r * 0.42
            shape = (
                f"M{number(x - half + r - cut)} {number(y - r)}H{number(x + half - r + cut)}l{number(r - cut)} "
                f"{number(r - cut)}v{number(2 * cut)}l{number(cut - r)} {number(r - cut)}H{number(x - half + r - cut)}"
                f"l{number(cut - r)} {number(cut - r)}v{number(-2 * cut)}z"
            )
        case "warning":
            shape = (
                f"M{number(x - half - 2)} {number(y + r - 1)}L{number(x - half + r - 2)} {number(y - r)}"
                f"H{number(x + half - r + 2)}L{number(x + half + 2)} {number(y + r - 1)}z"
            )
            baseline = y + 6
        case "info":
            shape = (
                f"M{number(x - half + r)} {number(y - r)}H{number(x + half - r)}a{number(r)} {number(r)} 0 0 1 0 "
                f"{number(2 * r)}H{number(x - half + r)}a{number(r)} {number(r)} 0 0 1 0 {number(-2 * r)}z"
            )
        case _:
            assert_never(severity)
    outline = element("path", d=shape, class_=f"f-{severity} s-ground")
    if not value:
        return element("g", outline, class_="badge")
    label = words(x, baseline, str(value), SIZES.small, "on_badge", anchor="middle", bold=True)
    spoken = element("title", escape(f"{severity} {value}: {title}" if title else f"{severity} {value}"))
    return element("g", spoken, outline, label, class_="badge")


LOCKS: dict[Literal["closed", "open"], Icon] = {
    "closed": Icon(
        "lock-closed",
        "0 0 24 24",
        '<path d="M7.5 11v-3.5a4.5 4.5 0 0 1 9 0v3.5" fill="none" stroke="currentColor" stroke-width="2.5"/>'
        '<path d="M4.5 11h15v10.5h-15z" fill="currentColor" stroke="currentColor" stroke-width="2.5" '
        'stroke-linejoin="round"/>',
    ),
    "open": Icon(
        "lock-open",
        "0 0 24 24",
        '<path d="M6 11v-4a4.25 4.25 0 0 1 8.3-1.3M4.5 11h15v10.5h-15z" fill="none" stroke="currentColor" '
        'stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/>',
    ),
}
"""A lock that is closed and filled, and one that is open and hollow."""


def lock(prefix: str, x: float, y: float, state: Literal["closed", "open"], role: str, size: float = SIZES.lock) -> str:
    """A lock with its top left corner at a place; a picture brings the drawing that it uses."""
    return use(LOCKS[state], prefix, x, y, size, role)


def cross(x: float, y: float, role: str = "error", size: float = 12) -> str:
    """A cross around a centre, on a ground of its own: here it ends."""
    r = size / 2
    whole, back = number(size), number(-size)
    arms = f"M{number(x - r)} {number(y - r)}l{whole} {whole}m0 {back}l{back} {whole}"
    under = element("path", d=arms, class_="s-ground", stroke_width=6, stroke_linecap="round")
    return under + element("path", d=arms, class_=f"s-{role}", stroke_width=2.5, stroke_linecap="round")
