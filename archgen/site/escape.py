"""Text of a model as Markdown that shows it, and nothing but it, whatever it contains.

Character references are used instead of backslashes (see `archgen.site.html_builder`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from archgen.site.html_builder import one_line, reference, tag

LONGEST_CODE = 48
"""Characters of an id or a route that stay on one line in a table; longer ones break where they must."""

_CACHED = 4096
"""Texts whose Markdown is cached: names and ids stand in many places of many pages."""

_SYNTAX = re.compile(r"[\\`*_{}\[\]<>#|&~^=!@$\"']|:(?=\S)|^[-+.)(:]|(?<=\d)[.)](?=\s)|-(?=-)|(?<=-)-")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9 @._/>-]*")


@lru_cache(maxsize=_CACHED)
def text(words: str) -> str:
    """Return Markdown that shows the words inside a paragraph, heading, list item or table cell."""
    return _SYNTAX.sub(reference, one_line(words))


@lru_cache(maxsize=_CACHED)
def code(words: str) -> str:
    """Return Markdown that shows the words in a fixed-width face; ids and routes need no reference."""
    line = one_line(words)
    if len(line) > LONGEST_CODE:
        return tag("code", line, class_="archgen-long")
    return f"`{line}`" if _ID.fullmatch(line) else tag("code", line)


def prose(words: str) -> str:
    """Return Markdown of a sentence in which backticks mark code, as in the texts of rules."""
    parts = words.split("`")
    if len(parts) % 2 == 0:
        return text(words)
    return "".join(code(part) if position % 2 else _between(part) for position, part in enumerate(parts))


def _between(part: str) -> str:
    """Return text between pieces of code, with the spaces that separate it from them."""
    inner = text(part)
    return f"{' ' if part[:1].isspace() and inner else ''}{inner}{' ' if part[-1:].isspace() else ''}"


def link(label: str, target: str) -> str:
    """Return a link within the site; the label is escaped already, the target consists of ids."""
    return f"[{label}]({target})"


def external_link(label: str, url: str) -> str:
    """Return a link out of the site if the address is a web address, else the label alone."""
    if not re.match(r"https?://", url):
        return text(label)
    return tag("a", label, href=one_line(url), rel="noopener noreferrer")
