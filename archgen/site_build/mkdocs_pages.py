"""The door into MkDocs: generated pages as files in memory, their place in the menu, pictures put in after Markdown."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable, Mapping, Sequence

from mkdocs.structure.files import File, Files

from archgen.site.blocks import block_html
from archgen.site.inline import inline
from archgen.site.page import PAGE_CLASS, Page

_ARTICLE = '<article class="md-content__inner md-typeset'
"""How Material's templates begin what a page says."""

_UNSEARCHED = re.compile(r"<(?:div|details) [^>]*?data-search-exclude")
_LIFTED = re.compile(r'(<div data-lifted="(\d+)">)[^<]*</div>')
_TAGS = re.compile(r"<[^>]*>")
_HREF = re.compile(r'href="([^":#]+\.(?:md|svg))(?=[#"])')
_PICTURE = re.compile(r'(<figure class="archgen-(?:picture|thumb)">)<img src="([^"]+)" alt="[^"]*">')
_SIZE = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)"')
_BELOW = re.compile(r'(</h[23]>)\s*((?:(?:<div data-lifted="\d+">[^<]*</div>|<h([4-6])\b[^\n]*</h\3>)\s*)+)')
"""What stands below a heading that the contents name, up to the next one."""

SOON = (
    '(one=>{one.className="js js-focus-visible archgen-soon";setTimeout(()=>{'
    "if(document.querySelector(':is(.archgen-views,.archgen-failures,.archgen-player,.archgen-issues):not(.ready)'))"
    'one.classList.remove("archgen-soon")},2000)})(document.documentElement)'
)
"""The classes that Material's own script gives a page, before there is a page that is styled anew for them.

With `archgen-soon` what other scripts are about to rearrange is not seen before they have, for two seconds at most; an
animation in the style sheet would say the same, and have all that is in it styled twice each time.
"""

_DATE = re.compile(r"\s*<lastmod>[^<]*</lastmod>")


class Door:
    """Takes generated pages through a build of MkDocs: words before the theme has them, all else after it."""

    def __init__(
        self, pages: Sequence[Page], files: Files | None = None, picture: Callable[[str], str | None] | None = None
    ) -> None:
        """`files` are those of the build, where it is known already; `picture` gives one that is none of the pages, by its path."""
        self._pages = {page.path: page for page in pages}
        self._lifted: list[tuple[str, ...]] = []
        self._files = files or Files([])
        self._known: dict[tuple[str, str], str] = {}
        self._elsewhere = picture or (lambda path: None)

    def lift(self, content: str) -> str:
        """The page with its headings only: what else is on it needs no reader of Markdown, and is put back after it."""
        kept: list[str] = []
        ready: list[str] = []

        def put() -> None:
            if ready:
                kept.append(f'<div data-lifted="{len(self._lifted)}"></div>')
                self._lifted.append(tuple(ready))
                ready.clear()

        for block in content.rstrip("\n").split("\n\n"):
            made = block_html(block)
            if made is not None:
                ready.append(made)
                continue
            put()
            kept.append(block)
        put()
        return "\n\n".join(kept)

    def words(self, output: str, path: str) -> str:
        """The HTML of a page with the bare words of all that Markdown did not have to read, which is what search needs."""

        def bare(found: re.Match[str]) -> str:
            told = (block for block in self._lifted[int(found[2])] if not _UNSEARCHED.match(block))
            return f"{found[1]}{_TAGS.sub(' ', ' '.join(told))}</div>"

        return _LIFTED.sub(bare, output) if path in self._pages else output

    def complete(self, output: str, file: File) -> str:
        """The HTML of a page with all that is on it: links lead to where pages are, pictures stand in it."""

        def picture(found: re.Match[str]) -> str:
            path = self._beside(file.src_uri, found[2])
            page = self._pages.get(path)
            svg = page.content if page else self._elsewhere(path)
            return found[1] + (sized(svg) if svg else found[0][len(found[1]) :])

        def restored(found: re.Match[str]) -> str:
            return _PICTURE.sub(picture, self.linked("\n".join(self._lifted[int(found[2])]), file))

        if file.src_uri not in self._pages:
            return output
        output = output.replace(_ARTICLE, f"{_ARTICLE} {PAGE_CLASS}", 1)
        if 'class="no-js"' in output:
            output = output.replace("</head>", f"<script>{SOON}</script></head>", 1)
        # a browser lays it out when it comes near
        return _LIFTED.sub(restored, _BELOW.sub(r'\1\n<div class="archgen-below">\2</div>\n', output))

    def linked(self, html: str, file: File) -> str:
        """HTML of a page of a file whose links lead to where pages are."""

        def resolved(found: re.Match[str]) -> str:
            return f'href="{self._address(found[1], file)}'

        return _HREF.sub(resolved, html)

    def _address(self, reference: str, file: File) -> str:
        key = file.src_uri, reference
        if key not in self._known:
            target = self._files.src_uris.get(self._beside(*key))
            self._known[key] = target.url_relative_to(file) if target else reference
        return self._known[key]

    @property
    def pages(self) -> Mapping[str, Page]:
        """The generated pages by their paths."""
        return self._pages

    @staticmethod
    def _beside(path: str, reference: str) -> str:
        return os.path.normpath(os.path.join(os.path.dirname(path), reference))


def sized(svg: str) -> str:
    """An SVG that fills its column up to its own width, and scrolls before its words become too small to read."""
    svg = inline(svg)
    size = _SIZE.search(svg)
    if not size:
        return svg
    width = float(size[1])
    least = max(min(460, width * 0.75), width * 0.5)
    style = f'style="max-width:{width:g}px;min-width:{least:g}px"'
    start = svg.index("<svg")
    return f"{svg[start : start + 4]} {style}{svg[start + 4 :]}"


def undated(sitemap: str) -> str:
    """A sitemap without the day of the build, so that the same sources give the same bytes."""
    return _DATE.sub("", sitemap)


def settle(site_dir: str) -> None:
    """What is left once MkDocs has written everything.

    The sitemap is compressed again without the time of the build in its header (RFC 1952, MTIME 0).
    """
    plain = os.path.join(site_dir, "sitemap.xml")
    if os.path.exists(plain):
        with open(plain, "rb") as stream:
            packed = gzip.compress(stream.read(), mtime=0)
        with open(f"{plain}.gz", "wb") as stream:
            stream.write(packed)
    search_script(site_dir)


def search_script(site_dir: str) -> None:
    """Write the search index also as a script, which is what the theme reads in a site opened from a disk."""
    index = os.path.join(site_dir, "search", "search_index.json")
    if os.path.exists(index):
        with open(index, "rb") as stream:
            found = stream.read()
        with open(os.path.join(site_dir, "search", "search_index.js"), "wb") as stream:
            stream.write(b"var __index = " + found)
