"""Generated pages on their way through MkDocs: words before the theme has them, everything else after it."""

from __future__ import annotations

import gzip
import os
import re
from collections.abc import Callable, Mapping, Sequence

from mkdocs.structure.files import File, Files

from archgen.site.blocks import block_html
from archgen.site.embedded_svg import fit_svg
from archgen.site.html_builder import Html, tag
from archgen.site.page import PAGE_CLASS, Page

_ARTICLE = '<article class="md-content__inner md-typeset'
"""The beginning of a page's content in Material's templates."""

_UNSEARCHED = re.compile(r"<(?:div|details) [^>]*?data-search-exclude")
_LIFTED = re.compile(r'(<div data-lifted="(\d+)">)[^<]*</div>')
_TAGS = re.compile(r"<[^>]*>")
_HREF = re.compile(r'href="([^":#]+\.(?:md|svg))(?=[#"])')
_IMAGE = re.compile(r'(<figure class="archgen-(?:picture|thumb)">)<img src="([^"]+)" alt="[^"]*">')
_BELOW = re.compile(r'(</h[23]>)\s*((?:(?:<div data-lifted="\d+">[^<]*</div>|<h([4-6])\b[^\n]*</h\3>)\s*)+)')
"""The content below a heading that the contents name, up to the next such heading."""

SOON = (
    '(one=>{one.className="js js-focus-visible archgen-soon";setTimeout(()=>{'
    "if(document.querySelector(':is(.archgen-views,.archgen-failures,.archgen-player,.archgen-issues):not(.ready)'))"
    'one.classList.remove("archgen-soon")},2000)})(document.documentElement)'
)
"""The classes that Material's own script gives a page, before there is a page that is styled anew for them.

With `archgen-soon` the blocks that other scripts are about to rearrange stay hidden until they have, for two seconds at
most; an animation in the style sheet would do the same, and have all that is in it styled twice each time.
"""

_DATE = re.compile(r"\s*<lastmod>[^<]*</lastmod>")


class MkDocsPages:
    """Takes generated pages through a build of MkDocs."""

    def __init__(
        self, pages: Sequence[Page], files: Files | None = None, image: Callable[[str], str | None] | None = None
    ) -> None:
        """`files` are those of the build, if there are any yet; `image` gives an image of other pages, by its path."""
        self._pages = {page.path: page for page in pages}
        self._lifted: list[tuple[str, ...]] = []
        self._files = files or Files([])
        self._addresses: dict[tuple[str, str], str] = {}
        self._other_image = image or (lambda path: None)

    def lift(self, content: str) -> str:
        """Return the page with its headings only: the rest needs no Markdown parser, and is put back after it."""
        remaining: list[str] = []
        ready: list[str] = []

        def put() -> None:
            if ready:
                remaining.append(tag("div", data_lifted=len(self._lifted)))
                self._lifted.append(tuple(ready))
                ready.clear()

        for block in content.rstrip("\n").split("\n\n"):
            html = block_html(block)
            if html is not None:
                ready.append(html)
                continue
            put()
            remaining.append(block)
        put()
        return "\n\n".join(remaining)

    def searchable(self, output: str, path: str) -> str:
        """Return the HTML of a page with the bare words of its lifted blocks, which is all that search needs."""

        def words(match: re.Match[str]) -> str:
            blocks = (block for block in self._lifted[int(match[2])] if not _UNSEARCHED.match(block))
            return f"{match[1]}{_TAGS.sub(' ', ' '.join(blocks))}</div>"

        return _LIFTED.sub(words, output) if path in self._pages else output

    def complete(self, output: str, file: File) -> str:
        """Return the HTML of a page with its lifted blocks and its images, and with links to the places of pages."""

        def image(match: re.Match[str]) -> str:
            path = self._beside(file.src_uri, match[2])
            page = self._pages.get(path)
            svg = page.content if page else self._other_image(path)
            return match[1] + (fit_svg(svg) if svg else match[0][len(match[1]) :])

        def restored(match: re.Match[str]) -> str:
            return _IMAGE.sub(image, self.linked("\n".join(self._lifted[int(match[2])]), file))

        if file.src_uri not in self._pages:
            return output
        output = output.replace(_ARTICLE, f"{_ARTICLE} {PAGE_CLASS}", 1)
        if 'class="no-js"' in output:
            output = output.replace("</head>", f"{tag('script', Html(SOON))}</head>", 1)
        # a browser lays it out when it comes near
        return _LIFTED.sub(restored, _BELOW.sub(r'\1\n<div class="archgen-below">\2</div>\n', output))

    def linked(self, html: str, file: File) -> str:
        """Return HTML of a page with links to the places of pages."""
        return _HREF.sub(lambda match: f'href="{self._address(match[1], file)}', html)

    def _address(self, reference: str, file: File) -> str:
        key = file.src_uri, reference
        if key not in self._addresses:
            target = self._files.src_uris.get(self._beside(*key))
            self._addresses[key] = target.url_relative_to(file) if target else reference
        return self._addresses[key]

    @property
    def pages(self) -> Mapping[str, Page]:
        """The generated pages by their paths."""
        return self._pages

    @staticmethod
    def _beside(path: str, reference: str) -> str:
        return os.path.normpath(os.path.join(os.path.dirname(path), reference))


def without_dates(sitemap: str) -> str:
    """Return a sitemap without the day of the build, so that the same sources give the same bytes."""
    return _DATE.sub("", sitemap)


def finish_site(site_dir: str) -> None:
    """Complete the files that MkDocs has written.

    The sitemap is compressed again without the time of the build in its header (RFC 1952, MTIME 0).
    """
    plain = os.path.join(site_dir, "sitemap.xml")
    if os.path.exists(plain):
        with open(plain, "rb") as stream:
            packed = gzip.compress(stream.read(), mtime=0)
        with open(f"{plain}.gz", "wb") as stream:
            stream.write(packed)
    write_search_script(site_dir)


def write_search_script(site_dir: str) -> None:
    """Write the search index also as a script, which the theme reads in a site opened from disk."""
    index = os.path.join(site_dir, "search", "search_index.json")
    if os.path.exists(index):
        with open(index, "rb") as stream:
            entries = stream.read()
        with open(os.path.join(site_dir, "search", "search_index.js"), "wb") as stream:
            stream.write(b"var __index = " + entries)
