"""The one door that a model's text goes through on its way into a page: whatever it contains, it is shown as text.

Character references are used instead of backslashes: they mean the same to Markdown, to HTML, to every Markdown
extension and to template engines that read the pages, none of which treats a reference as syntax.
"""

from __future__ import annotations

import re
from functools import lru_cache

from archgen.report.common.terminal import plain

LONGEST_TITLE = 80
LONGEST_CODE = 48
"""Characters of an id or a route that stay on one line in a table; longer ones break where they must."""

_REMEMBERED = 4096
"""Words whose Markdown is remembered: names and ids stand in many places of many pages."""

_MARKS = re.compile(r"[\\`*_{}\[\]<>#|&~^=!@$\"']|:(?=\S)|^[-+.)(:]|(?<=\d)[.)](?=\s)|-(?=-)|(?<=-)-")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9 @._/>-]*")
_HTML = re.compile(r"[\\`*_{}\[\]<>#|&~^=!@$\"':]")


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def one_line(text: str) -> str:
    """The text on one line, with controls and marks of direction made visible."""
    return plain(" ".join(text.split()))


@lru_cache(maxsize=_REMEMBERED)
def text(words: str) -> str:
    """Markdown that shows the words, and nothing but them, inside a paragraph, heading, list item or table cell."""
    return _MARKS.sub(_reference, one_line(words))


@lru_cache(maxsize=_REMEMBERED)
def code(words: str) -> str:
    """Markdown that shows the words in a fixed-width face; ids and routes need no reference."""
    shown = one_line(words)
    if len(shown) > LONGEST_CODE:
        return f'<code class="archgen-long">{html(shown)}</code>'
    return f"`{shown}`" if _ID.fullmatch(shown) else f"<code>{html(shown)}</code>"


def prose(words: str) -> str:
    """Markdown of a sentence in which backticks mark code, as in what rules say; the rest is shown as it is."""
    parts = words.split("`")
    if len(parts) % 2 == 0:
        return text(words)
    shown = [code(part) if position % 2 else _within(part) for position, part in enumerate(parts)]
    return "".join(shown)


def _within(part: str) -> str:
    """Text between pieces of code, with the spaces that part it from them."""
    inner = text(part)
    return f"{' ' if part[:1].isspace() and inner else ''}{inner}{' ' if part[-1:].isspace() else ''}"


def html(words: str) -> str:
    """HTML content, or the inside of a quoted attribute, that Markdown and template engines leave alone."""
    return _HTML.sub(_reference, words)


def title(words: str) -> str:
    """HTML of a title where pages, tabs and menus show it: on one line and not longer than they have room for."""
    short = one_line(words)
    return html(short if len(short) <= LONGEST_TITLE else f"{short[: LONGEST_TITLE - 1]}…")


def link(label: str, target: str) -> str:
    """A link within the site; the label is escaped already, the target consists of ids."""
    return f"[{label}]({target})"


def outside(label: str, url: str) -> str:
    """A link out of the site, if the address is one of the web; else the label alone."""
    if not re.match(r"https?://", url):
        return text(label)
    return f'<a href="{html(one_line(url))}" rel="noopener noreferrer">{html(one_line(label))}</a>'
