"""The headings of a page as Markdown makes them, without Markdown: a generated page has nothing else for it to read."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from markdown.extensions.toc import nest_toc_tokens, slugify, strip_tags, unique
from msgspec import Struct

from archgen.site.blocks import inline_html
from archgen.site.html_builder import Html, tag
from archgen.site_build.mkdocs_settings import DEPTH

HEADING = re.compile(r"(#{1,6}) (.+?)(?: \{ #([\w.:-]+) \})?")
_LIFTED = re.compile(r'<div data-lifted="\d+"></div>')


class HeadedHtml(Struct, frozen=True):
    """A page as HTML, and its headings as Markdown's extension `toc` gives them."""

    html: str
    contents: list[Any]


def split_headings(page: str) -> HeadedHtml:
    """Return a page whose other blocks are lifted out (`MkDocsPages.lift`) as HTML, and its table of contents."""
    blocks = [block for block in page.strip("\n").split("\n\n") if block]
    headings = [None if _LIFTED.fullmatch(block) else HEADING.fullmatch(block) for block in blocks]
    taken = {heading[3] for heading in headings if heading is not None and heading[3]}
    counters: dict[str, int] = {}
    contents: list[dict[str, Any]] = []
    lines = []
    for heading, block in zip(headings, blocks, strict=True):
        if heading is None:
            lines.append(f"{block}\n")
            continue
        level, label = len(heading[1]), inline_html(heading[2])
        name = strip_tags(label)
        anchor = heading[3] or unique(slugify(unescape(name), "-"), taken, counters)
        if level <= DEPTH:
            contents.append({"level": level, "id": anchor, "name": name})
        link = tag("a", Html("&para;"), class_="headerlink", href=Html(f"#{anchor}"), title="Permanent link")
        lines.append(tag(f"h{level}", label, link, id=Html(anchor)))
    return HeadedHtml("\n".join(lines).rstrip("\n"), nest_toc_tokens(contents))
