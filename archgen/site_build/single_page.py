"""The whole site as one HTML document that needs no other file: its address says which page of it is shown."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from string import Template
from urllib.parse import quote

from archgen.site.asset import asset
from archgen.site.blocks import block_html, inline_html
from archgen.site.embedded_svg import fit_svg
from archgen.site.failed_pages import failed_page
from archgen.site.html_builder import Html, html, join, tag, title
from archgen.site.page import HOME, PAGE_CLASS, SCRIPTS, SITE_STYLE, STYLES, Page
from archgen.site_build.headings import HEADING
from archgen.site_build.menu import menu
from archgen.site_build.mkdocs_pages import SOON
from archgen.system.internal_errors import Isolation

MARKER = "<!doctype html>\n<!-- Made by archgen; the next build replaces this file. -->\n"
"""The beginning of such a document, so that nothing else is ever overwritten."""

OWN_STYLE, OWN_SCRIPT, FRAME = "assets/single.css", "assets/single.js", "assets/single.html"

_HREF = re.compile(r'<a ([^>]*?)href="([^":#?]*\.(?:md|svg))(#[^"]*)?"')
_FULL = re.compile(r'<p><a class="archgen-full"[^>]*>.*?</a></p>', re.DOTALL)
_IMAGE = re.compile(r'(<figure class="archgen-[\w -]+"[^>]*>)<img src="([^"]+)" alt="[^"]*">')
_COMMENT = re.compile(r"/\*# sourceMappingURL=.*?\*/")
_NEWLINE = Html("\n")


def single_file(pages: Sequence[Page], name: str, theme: str, isolation: Isolation) -> str:
    """Return the document; `theme` is the style sheet of the theme whose classes the pages use.

    A page that fails unexpectedly says so in its place.
    """
    by_path = {page.path: page for page in pages}
    style = "\n".join([_COMMENT.sub("", theme), *map(asset, (SITE_STYLE, *STYLES, OWN_STYLE))])
    return MARKER + Template(asset(FRAME)).substitute(
        title=title(name),
        style=style,
        soon=SOON,
        page_class=PAGE_CLASS,
        menu=join(_entries(menu(pages))),
        sections="\n".join(_isolated(page, by_path, isolation) for page in pages if page.path.endswith(".md")),
        scripts=join((tag("script", Html(asset(path))) for path in (OWN_SCRIPT, *SCRIPTS)), "\n"),
    )


def _key(path: str) -> str:
    """Return the name of a page in the address: its directory, nothing for the home page."""
    return path.removesuffix(".md").removesuffix("index").rstrip("/")


def _address(path: str) -> Html:
    return Html(f"?p={quote(_key(path), safe='/')}")


def _entries(entries: Sequence[object]) -> Iterator[Html]:
    for entry in entries:
        for label, target in entry.items() if isinstance(entry, dict) else ():
            first, *others = [target] if isinstance(target, str) else target
            below = (tag("ul", *_entries(others)),) if others else ()
            link = tag("a", Html(label), href=_address(first), data_to=_key(first))
            yield tag("li", link, *below)


def _isolated(page: Page, by_path: Mapping[str, Page], isolation: Isolation) -> str:
    section = isolation.attempt(lambda: _section(page, by_path), "", f"page {page.path}")
    if section is not None:
        return section
    return _section(failed_page(page.path, page.title, tuple(isolation.errors[-1:])), {})


def _section(page: Page, by_path: Mapping[str, Page]) -> str:
    content = page.content.removeprefix("---\n").partition("\n---\n")[2]
    body = "\n".join(_block(block) for block in content.strip("\n").split("\n\n") if block)
    body = _IMAGE.sub(lambda match: _image(match, page, by_path), _FULL.sub("", body))
    body = _HREF.sub(lambda match: _link(match, page, by_path), body)
    article = tag("article", _NEWLINE, Html(body), _NEWLINE, class_=Html("md-content__inner"))
    return tag("section", _NEWLINE, article, _NEWLINE, data_page=_key(page.path), data_title=title(page.title))


def _block(block: str) -> Html:
    head = HEADING.fullmatch(block)
    if head:
        return tag(f"h{len(head[1])}", inline_html(head[2]), id=html(head[3]) if head[3] else None)
    return block_html(block) or (Html(block) if block.startswith("<") else tag("p", inline_html(block)))


def _beside(page: Page, reference: str) -> str:
    return os.path.normpath(os.path.join(os.path.dirname(page.path), reference)).replace(os.sep, "/")


def _image(match: re.Match[str], page: Page, by_path: Mapping[str, Page]) -> str:
    image = by_path.get(_beside(page, match[2]))
    return match[1] + (fit_svg(image.content) if image else "")


def _link(match: re.Match[str], page: Page, by_path: Mapping[str, Page]) -> str:
    path = _beside(page, match[2])
    if path.endswith(".svg") and path in by_path:
        # no browser opens an image from within an address, but all of them save it
        data = b64encode(by_path[path].content.encode()).decode()
        return f'<a {match[1]}download="{html(os.path.basename(path))}" href="data:image/svg+xml;base64,{data}"'
    return f'<a {match[1]}href="{_address(path if path != "." else HOME)}{match[3] or ""}"'
