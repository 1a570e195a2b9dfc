"""The headings of a page as Markdown makes them, without Markdown: a page of the generator has nothing else for it to read."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from markdown.extensions.toc import nest_toc_tokens, slugify, strip_tags, unique
from msgspec import Struct

from archgen.site.blocks import inline
from archgen.site_build.settings import DEPTH

_HEADING = re.compile(r"(#{1,6}) (.+?)(?: \{ #([\w.:-]+) \})?")
_LIFTED = re.compile(r'<div data-lifted="\d+"></div>')


class Headed(Struct, frozen=True):
    """A page as HTML, and its headings as Markdown's extension `toc` tells them."""

    html: str
    contents: list[Any]


def headed(page: str) -> Headed:
    """The HTML of a page whose other blocks are lifted out (`Door.lift`); what is neither stays as it is."""
    blocks = [block for block in page.strip("\n").split("\n\n") if block]
    found = [None if _LIFTED.fullmatch(block) else _HEADING.fullmatch(block) for block in blocks]
    taken = {one[3] for one in found if one is not None and one[3]}
    counters: dict[str, int] = {}
    contents: list[dict[str, Any]] = []
    shown = []
    for one, block in zip(found, blocks, strict=True):
        if one is None:
            shown.append(f"{block}\n")
            continue
        level, label = len(one[1]), inline(one[2])
        name = strip_tags(label)
        anchor = one[3] or unique(slugify(unescape(name), "-"), taken, counters)
        if level <= DEPTH:
            contents.append({"level": level, "id": anchor, "name": name})
        link = f'<a class="headerlink" href="#{anchor}" title="Permanent link">&para;</a>'
        shown.append(f'<h{level} id="{anchor}">{label}{link}</h{level}>')
    return Headed("\n".join(shown).rstrip("\n"), nest_toc_tokens(contents))
