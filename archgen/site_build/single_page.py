"""The whole site as one HTML document that needs no other file: its address says which page of it is shown."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from archgen.site.asset import asset
from archgen.site.blocks import block_html, inline
from archgen.site.escape import html, title
from archgen.site.failed import failed_page
from archgen.site.page import HOME, PAGE_CLASS, SCRIPTS, SITE_STYLE, STYLES, Page
from archgen.site_build.menu import menu
from archgen.site_build.mkdocs_pages import SOON, sized
from archgen.system.internal_errors import Isolation

MARKER = "<!doctype html>\n<!-- Made by archgen; the next build replaces this file. -->\n"
"""How such a document begins, so that nothing else is ever written over."""

OWN_STYLE, OWN_SCRIPT = "assets/single.css", "assets/single.js"

_HEADING = re.compile(r"(#{1,6}) (.*?)(?: \{ #([^\s{}]+) \})?$")
_HREF = re.compile(r'<a ([^>]*?)href="([^":#?]*\.(?:md|svg))(#[^"]*)?"')
_FULL = re.compile(r'<p><a class="archgen-full"[^>]*>.*?</a></p>', re.DOTALL)
_PICTURE = re.compile(r'(<figure class="archgen-[\w -]+"[^>]*>)<img src="([^"]+)" alt="[^"]*">')
_COMMENT = re.compile(r"/\*# sourceMappingURL=.*?\*/")


def single_file(pages: Sequence[Page], name: str, theme: str, isolation: Isolation) -> str:
    """The document; `theme` is the style sheet of the theme whose classes the pages use.

    A page that fails unexpectedly says so in its place.
    """
    known = {page.path: page for page in pages}
    style = "\n".join([_COMMENT.sub("", theme), *(asset(one) for one in (SITE_STYLE, *STYLES, OWN_STYLE))])
    scripts = "\n".join(f"<script>{asset(one)}</script>" for one in (OWN_SCRIPT, *SCRIPTS))
    sections = "\n".join(_isolated(page, known, isolation) for page in pages if page.path.endswith(".md"))
    shown = title(name)
    return (
        f'{MARKER}<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # what the document holds is all that it may use: a browser refuses anything that would be fetched
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; img-src data:\">\n"
        f"<title>{shown}</title>\n<style>{style}</style>\n"
        f"<script>{SOON}</script>\n</head>\n"
        '<body data-md-color-scheme="default" data-md-color-primary="custom" data-md-color-accent="custom">\n'
        '<a class="single-skip" href="#content">Skip to content</a>\n'
        f'<header class="md-header single-header"><a href="?p=">{shown}</a>'
        '<button type="button" id="single-scheme">Dark</button></header>\n'
        f'<div class="single"><nav aria-label="Pages"><details open><summary>Pages</summary>'
        f"<ul>{''.join(_entries(menu(pages), known))}</ul></details></nav>\n"
        f'<main id="content" class="md-typeset {PAGE_CLASS}">\n{sections}\n</main></div>\n{scripts}\n</body>\n</html>\n'
    )


def _key(path: str) -> str:
    """How the address names a page: its directory, nothing for the home page."""
    return path.removesuffix(".md").removesuffix("index").rstrip("/")


def _address(path: str) -> str:
    return f"?p={quote(_key(path), safe='/')}"


def _entries(entries: Sequence[object], known: dict[str, Page]) -> Iterator[str]:
    for entry in entries:
        for label, target in entry.items() if isinstance(entry, dict) else ():
            paths = [target] if isinstance(target, str) else target
            first = paths[0] if isinstance(paths[0], str) else ""
            below = "".join(_entries(paths[1:], known))
            inner = f"<ul>{below}</ul>" if below else ""
            yield f'<li><a href="{_address(first)}" data-to="{html(_key(first))}">{label}</a>{inner}</li>'


def _isolated(page: Page, known: dict[str, Page], isolation: Isolation) -> str:
    made = isolation.attempt(lambda: _section(page, known), "", f"page {page.path}")
    return made if made is not None else _section(failed_page(page.path, page.title, tuple(isolation.errors[-1:])), {})


def _section(page: Page, known: dict[str, Page]) -> str:
    content = page.content.removeprefix("---\n").partition("\n---\n")[2]
    body = "\n".join(_block(block) for block in content.strip("\n").split("\n\n") if block)
    body = _PICTURE.sub(lambda found: _picture(found, page, known), _FULL.sub("", body))
    body = _HREF.sub(lambda found: _link(found, page, known), body)
    return (
        f'<section data-page="{html(_key(page.path))}" data-title="{title(page.title)}">\n'
        f'<article class="md-content__inner">\n{body}\n</article>\n</section>'
    )


def _block(block: str) -> str:
    head = _HEADING.match(block)
    if head and "\n" not in block:
        level, anchor = len(head[1]), f' id="{html(head[3])}"' if head[3] else ""
        return f"<h{level}{anchor}>{inline(head[2])}</h{level}>"
    return block_html(block) or (block if block.startswith("<") else f"<p>{inline(block)}</p>")


def _beside(page: Page, reference: str) -> str:
    return os.path.normpath(os.path.join(os.path.dirname(page.path), reference)).replace(os.sep, "/")


def _picture(found: re.Match[str], page: Page, known: dict[str, Page]) -> str:
    drawn = known.get(_beside(page, found[2]))
    return found[1] + (sized(drawn.content) if drawn else "")


def _link(found: re.Match[str], page: Page, known: dict[str, Page]) -> str:
    path = _beside(page, found[2])
    if path.endswith(".svg") and path in known:
        # no browser opens a picture from within an address, but all of them save it
        data = b64encode(known[path].content.encode()).decode()
        return f'<a {found[1]}download="{html(os.path.basename(path))}" href="data:image/svg+xml;base64,{data}"'
    return f'<a {found[1]}href="{_address(path if path != "." else HOME)}{found[3] or ""}"'
