"""The generated pages in a site of your own: below a directory of their own, with a look that nothing else has."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.utils import nest_paths

from archgen.app.workspace.directories import directories_above
from archgen.model.problems import UsageError
from archgen.model.slug import same_place, slug
from archgen.site.html_builder import Html, join, tag
from archgen.site.page import HOME, SCRIPTS, STYLES, TITLES, Page
from archgen.site_build.headings import HeadedHtml, split_headings
from archgen.site_build.menu import insert_menu, menu
from archgen.site_build.mkdocs_pages import MkDocsPages

_LINK = re.compile(r'(?<=<a href=")([^":#]*\.(?:md|svg)|(?=#))(?=[#"])')
_ANCHOR = re.compile(r'<[a-z]\w*\b[^>]*?\sid="([^"]+)"')


def site_directory(prefix: str) -> str:
    """Return a prefix as it stands before every path: empty, or with a slash at its end. UsageError if it is no directory."""
    parts = prefix.removesuffix("/").split("/") if prefix else []
    if any(not part or slug(part) != part for part in parts):
        raise UsageError(f"`prefix` must be empty or a directory of the site, such as architecture/; got `{prefix}`")
    return "".join(f"{part}/" for part in parts)


class HostedPages:
    """Adds the generated pages to one build of MkDocs, and leaves the host's own alone."""

    def __init__(self, pages: Sequence[Page], prefix: str) -> None:
        self.pages = {page.path: page for page in pages}
        """The pages by their paths below the prefix."""
        self._prefix = prefix
        self._prefixed = [Page(prefix + page.path, page.content, page.title) for page in pages]
        self._files = Files([])
        self._mkdocs_pages = MkDocsPages(self._prefixed)
        self._everywhere = False

    def configure(self, config: MkDocsConfig) -> None:
        """Load the assets on every page if the theme swaps pages without loading them; else each page loads its own."""
        self._everywhere = "navigation.instant" in (config.theme.get("features") or ())
        if self._everywhere:
            for loaded, paths in ((config.extra_css, STYLES), (config.extra_javascript, SCRIPTS)):
                loaded += [path for path in map(self._path, paths) if path not in loaded]

    def add(self, files: Files, config: MkDocsConfig) -> None:
        """Add every page, and their entry to the menu; UsageError if the host has a file in the place of a page."""
        self._files, self._mkdocs_pages = files, MkDocsPages(self._prefixed, files)
        generated = [self._file(page, config) for page in self._prefixed]
        _check(generated, files, config)
        if config.nav is None:
            listed = files.documentation_pages(inclusion=InclusionLevel.is_in_nav)
            config.nav = nest_paths(file.src_uri for file in listed)  # type: ignore[no-untyped-call]
        config.nav = insert_menu(config.nav, menu(tuple(self.pages.values()), self._prefix), TITLES[HOME])
        for file in generated:
            files.append(file)

    def _file(self, page: Page, config: MkDocsConfig) -> File:
        return File.generated(config, page.path, content=page.content, inclusion=InclusionLevel.NOT_IN_NAV)

    def __contains__(self, path: str) -> bool:
        return path in self._mkdocs_pages.pages

    def headed(self, file: File) -> HeadedHtml:
        """Return the headings and bare words of a page, for the contents and the search, without the host's Markdown."""
        pages = self._mkdocs_pages
        headed = split_headings(pages.lift(pages.pages[file.src_uri].content.partition("\n---\n")[2]))
        return HeadedHtml(pages.searchable(pages.linked(headed.html, file), file.src_uri), headed.contents)

    def anchors(self, headed: HeadedHtml, file: File) -> set[str]:
        """Return the targets of links to a page: its headings, and places in blocks that the host's Markdown doesn't see."""
        content = self._mkdocs_pages.pages[file.src_uri].content
        return {*_ANCHOR.findall(headed.html), *_ANCHOR.findall(content)}

    def complete(self, output: str, file: File) -> str:
        """Return the HTML of a page with its blocks and its assets."""
        return self.with_assets(self._mkdocs_pages.complete(output, file), file) if file.src_uri in self else output

    def with_assets(self, output: str, file: File) -> str:
        """Return the HTML of a page that loads the style sheets and scripts of generated pages."""
        if self._everywhere:
            return output
        styles = join(tag("link", rel="stylesheet", href=self._address(path, file)) for path in STYLES)
        scripts = join(tag("script", src=self._address(path, file)) for path in SCRIPTS)
        output = output.replace("</head>", f"{styles}</head>", 1)
        body, end, rest = output.rpartition("</body>")
        return f"{body}{scripts}{end}{rest}" if end else output

    def embedded(self, html: str, base: str, file: File) -> str:
        """Return HTML whose links lead from the page `base`, for the page of a file."""

        def resolved(match: re.Match[str]) -> str:
            path = os.path.normpath(os.path.join(os.path.dirname(base), match[1])) if match[1] else base
            target = self._files.get_file_from_path(self._path(path.replace(os.sep, "/")))
            return target.url_relative_to(file) if target else match[1]

        return _LINK.sub(resolved, html)

    def _path(self, path: str) -> str:
        return f"{self._prefix}{path}"

    def _address(self, path: str, file: File) -> Html:
        target = self._files.get_file_from_path(self._path(path))
        return Html(target.url_relative_to(file) if target else path)


def _check(generated: Sequence[File], files: Files, config: MkDocsConfig) -> None:
    """Raise UsageError if a file of the host would be written in the place of a page, or of its directory."""
    ours = {same_place(file.dest_uri): file for file in generated}
    above = {parent: file for place, file in reversed(ours.items()) for parent in directories_above(place)}
    for file in files:
        place = same_place(file.dest_uri)
        other = ours.get(place) or above.get(place)
        other = other or next((ours[parent] for parent in directories_above(place) if parent in ours), None)
        if other is not None:
            raise UsageError(
                f"{_host_path(file, config)} and the generated page {other.src_uri} would both be written to "
                f"{other.dest_uri}; rename the file, or give the plugin another `prefix`"
            )


def _host_path(file: File, config: MkDocsConfig) -> str:
    """Return the path of a file from the directory of the host's configuration."""
    path = file.abs_src_path
    return os.path.relpath(path, config_directory(config)) if path else file.src_uri


def config_directory(config: MkDocsConfig) -> str:
    """Return the directory of the host's configuration."""
    return os.path.dirname(config.config_file_path or "") or os.getcwd()
