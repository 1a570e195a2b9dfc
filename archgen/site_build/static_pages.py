"""Pages for hosts that remove scripts, style sheets and objects: pictures are images, and marks of a theme are left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from archgen.site.page import Page

_HEADING = re.compile(r"^(#+ .+?) \{ #([\w-]+) \}$", re.MULTILINE)
_CLASS = re.compile(r"\n?\{ \.[\w-]+ \}")
_IN_CODE = re.compile(r"(<pre\b.*?</pre>)", re.DOTALL)


def static_pages(pages: Iterable[Page]) -> Iterator[Page]:
    """Yield the pages in a form that is whole without scripts and style sheets, and the pictures that they show."""
    for page in pages:
        if page.path.endswith(".md"):
            yield replace(page, content=_plain(page.static or page.content), static="")
        elif not page.path.startswith("assets/"):
            yield page


def _plain(markdown: str) -> str:
    """Return Markdown without attributes, which only some readers know; the anchor of a heading stands before it."""
    parts = _IN_CODE.split(markdown)
    return "".join(part if part.startswith("<pre") else _unmarked(part) for part in parts)


def _unmarked(markdown: str) -> str:
    return _CLASS.sub("", _HEADING.sub(r'<a id="\2"></a>\n\n\1', markdown))
