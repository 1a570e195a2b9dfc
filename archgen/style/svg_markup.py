"""Markup from values: escaping, ids, numbers and elements; all writers of XML escape through it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from archgen.model.sha256 import digest
from archgen.style.text_metrics import text_width
from archgen.style.theme import SIZES

_FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
_BIDI = "[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
"""Patterns that are compiled for the first text beyond ASCII: that takes half a millisecond."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_UNSAFE = re.compile(r"[^A-Za-z0-9-]")
_REMEMBERED = 8192
"""Texts and lengths whose markup is remembered: a picture says the same ones over and over, and so does the next."""


def clean(text: str) -> str:
    """Return the text without what XML 1.0 forbids (a replacement character stands there) and without controls of direction.

    Controls of direction could show a name in another order than it is written; they have no width of their own.
    """
    if text.isascii() and text.isprintable():
        return text
    return re.sub(_BIDI, "", re.sub(_FORBIDDEN, "\ufffd", text))


@lru_cache(maxsize=_REMEMBERED)
def escape(text: str) -> str:
    """Return the text as it may stand in XML content and in a quoted attribute."""
    return clean(text).translate(_ESCAPES)


def dot_label(lines: Iterable[str], newline: str = "\\n") -> str:
    """Lines of text as a label of Graphviz that is shown as it is: no HTML, entity or escape is read in it."""
    folded = (clean(" ".join(line.split())) for line in lines)
    safe = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\\": "\\\\"})
    return newline.join(line.translate(safe) for line in folded)


@lru_cache(maxsize=_REMEMBERED)
def identifier(prefix: str, text: str) -> str:
    """Return an XML id for any text under a prefix: different texts have different ids, and none can leave its quotes."""
    if len(text) > 80:
        return identifier(prefix, text[:40]) + "_h" + digest(text)[:16]
    safe = _UNSAFE.sub(lambda match: f"_{ord(match[0]):x}_", text)
    start = _UNSAFE.sub("-", prefix)
    # a style sheet cannot name an id that starts with a digit
    return f"{start}-{safe}" if start[:1].isalpha() else f"p-{start}-{safe}"


def short_prefix(*names: str) -> str:
    """Return a prefix of seven characters for the ids of a picture, from what it shows: pictures of one page differ in it.

    It stands before every id and every rule, so that its length is much of a small picture's.
    """
    return f"p{digest(*names)[:6]}"


@lru_cache(maxsize=_REMEMBERED)
def number(value: float) -> str:
    """Return a length with at most two decimals, the same on every machine."""
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written


def element(name: str, *children: str, **attributes: str | float | None) -> str:
    """Return an element; attributes are escaped, children are markup already, `None` leaves an attribute out.

    `class_` and `stroke_width` become `class` and `stroke-width`.
    """
    written = "".join([_attribute(*attribute) for attribute in attributes.items() if attribute[1] is not None])
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


@lru_cache(maxsize=4 * _REMEMBERED)
def _attribute(key: str, value: str | float) -> str:
    return f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else number(value)}"'


def badge_size(text: str) -> tuple[float, float]:
    """Return the width and height of a badge with a text on it."""
    wide = text_width(text, SIZES.small, bold=True)
    return max(2.0 * SIZES.badge, wide + 10), 2.0 * SIZES.badge
