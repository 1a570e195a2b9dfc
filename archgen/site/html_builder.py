"""The one builder of HTML: elements from values, in which plain text is escaped and `Html` stands as it is.

It escapes more than a library such as MarkupSafe does, since Markdown and template engines read the same pages: character
references mean the same to all of them, and none takes a reference for syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from archgen.report.common.terminal import escape_controls

LONGEST_TITLE = 80

_SYNTAX = re.compile(r"[\\`*_{}\[\]<>#|&~^=!@$\"':]")
_VOID = frozenset(("br", "img", "link"))


class Html(str):
    """HTML that is ready to stand in a page, or in the quotes of an attribute."""

    __slots__ = ()


class Scripted(str):
    """Markdown or HTML of a page that only scripts and style sheets make useful.

    `static` is the Markdown in its place for hosts of pages that remove both, empty if nothing is lost without it.
    """

    static: str

    def __new__(cls, block: str, static: str) -> Scripted:
        """Return a block with the Markdown that takes its place."""
        scripted = super().__new__(cls, block)
        scripted.static = static
        return scripted


def reference(match: re.Match[str]) -> str:
    """Return the character reference of a matched character."""
    return f"&#{ord(match[0])};"


def one_line(text: str) -> str:
    """Return the text on one line, with control and direction characters made visible."""
    return escape_controls(" ".join(text.split()))


def html(text: str) -> Html:
    """Return text as HTML content, or as the inside of a quoted attribute."""
    return Html(_SYNTAX.sub(reference, text))


def title(text: str) -> Html:
    """Return a title for pages, tabs and menus: on one line, and no longer than they have room for."""
    line = one_line(text)
    return html(line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1]}…")


def tag(name: str, /, *children: str, **attributes: str | int | None) -> Html:
    """Return an element; text among its children is escaped and put on one line.

    `class_` and `data_view` become `class` and `data-view`. True writes the name of an attribute alone, None leaves it out.
    """
    start = f"<{name}{''.join(_attribute(*item) for item in attributes.items())}>"
    return Html(start if name in _VOID else f"{start}{''.join(map(_child, children))}</{name}>")


def join(parts: Iterable[str], separator: str = "") -> Html:
    """Return pieces of HTML one after the other; text among them is escaped."""
    return Html(separator.join(map(_child, parts)))


def _child(child: str) -> str:
    return child if isinstance(child, Html) else html(one_line(child))


def _attribute(name: str, value: str | int | None) -> str:
    if value is None:
        return ""
    key = name.rstrip("_").replace("_", "-")
    if value is True:
        return f" {key}"
    return f' {key}="{value if isinstance(value, Html) else html(str(value))}"'
