"""The generated pages in a site of somebody's own: below a directory of their own, with a look that nothing else has."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.utils import nest_paths

from archgen.model.problems import UsageError
from archgen.model.slug import same_place, slug
from archgen.site.page import HOME, SCRIPTS, STYLES, TITLES, Page
from archgen.site_build.headings import Headed, headed
from archgen.site_build.menu import menu, place
from archgen.site_build.mkdocs_pages import Door

_LINK = re.compile(r'(?<=<a href=")([^":#]*\.(?:md|svg)|(?=#))(?=[#"])')
_ANCHOR = re.compile(r'<[a-z]\w*\b[^>]*?\sid="([^"]+)"')


def directory(prefix: str) -> str:
    """A prefix as it stands before every path: empty, or with a slash at its end. UsageError if it is no directory of a site."""
    parts = prefix.removesuffix("/").split("/") if prefix else []
    if any(not part or slug(part) != part for part in parts):
        raise UsageError(f"`prefix` must be empty or a directory of the site, such as architecture/; got `{prefix}`")
    return "".join(f"{part}/" for part in parts)


class HostedPages:
    """Gives one build of MkDocs the generated pages; what the host has stays as it is."""

    def __init__(self, pages: Sequence[Page], prefix: str) -> None:
        self.pages = {page.path: page for page in pages}
        """The pages by their paths below the prefix."""
        self._prefix = prefix
        self._made = [Page(prefix + page.path, page.content, page.title) for page in pages]
        self._files = Files([])
        self._door = Door(self._made)
        self._everywhere = False

    def configure(self, config: MkDocsConfig) -> None:
        """Name the looks for every page where the theme swaps pages without loading them; else they get them one by one."""
        self._everywhere = "navigation.instant" in (config.theme.get("features") or ())
        if self._everywhere:
            for known, paths in ((config.extra_css, STYLES), (config.extra_javascript, SCRIPTS)):
                known += [path for path in map(self._path, paths) if path not in known]

    def add(self, files: Files, config: MkDocsConfig) -> None:
        """Add every page, and their entry to the menu; UsageError if the host has a file in the place of one."""
        self._files, self._door = files, Door(self._made, files)
        made = [self._file(page, config) for page in self._made]
        _check(made, files, config)
        if config.nav is None:
            listed = files.documentation_pages(inclusion=InclusionLevel.is_in_nav)
            config.nav = nest_paths(file.src_uri for file in listed)  # type: ignore[no-untyped-call]
        entries = menu(tuple(self.pages.values()), self._prefix)
        config.nav = place(config.nav, entries, TITLES[HOME])
        for file in made:
            files.append(file)

    def _file(self, page: Page, config: MkDocsConfig) -> File:
        return File.generated(config, page.path, content=page.content, inclusion=InclusionLevel.NOT_IN_NAV)

    def __contains__(self, path: str) -> bool:
        return path in self._door.pages

    def read(self, file: File) -> Headed:
        """The headings and bare words of a page, for the contents and the search, without the host's Markdown."""
        page = self._door.pages[file.src_uri]
        read = headed(self._door.lift(page.content.partition("\n---\n")[2]))
        return Headed(self._door.words(self._door.linked(read.html, file), file.src_uri), read.contents)

    def anchors(self, read: Headed, file: File) -> set[str]:
        """What links to a page may lead to: its headings, and places in what the host's Markdown doesn't see."""
        return {*_ANCHOR.findall(read.html), *_ANCHOR.findall(self._door.pages[file.src_uri].content)}

    def complete(self, output: str, file: File) -> str:
        """The HTML of a page with all that is on it, and its look."""
        return self.dressed(self._door.complete(output, file), file) if file.src_uri in self else output

    def dressed(self, output: str, file: File) -> str:
        """The HTML of a page with the look of what is generated."""
        if self._everywhere:
            return output
        styles = (f'<link rel="stylesheet" href="{self._address(path, file)}">' for path in STYLES)
        scripts = (f'<script src="{self._address(path, file)}"></script>' for path in SCRIPTS)
        output = output.replace("</head>", f"{''.join(styles)}</head>", 1)
        body, end, rest = output.rpartition("</body>")
        return f"{body}{''.join(scripts)}{end}{rest}" if end else output

    def embedded(self, html: str, base: str, file: File) -> str:
        """HTML whose links lead from the page `base`, for the page of a file."""

        def resolved(found: re.Match[str]) -> str:
            path = os.path.normpath(os.path.join(os.path.dirname(base), found[1])) if found[1] else base
            target = self._files.get_file_from_path(self._path(path.replace(os.sep, "/")))
            return target.url_relative_to(file) if target else found[1]

        return _LINK.sub(resolved, html)

    def _path(self, path: str) -> str:
        return f"{self._prefix}{path}"

    def _address(self, path: str, file: File) -> str:
        target = self._files.get_file_from_path(self._path(path))
        return target.url_relative_to(file) if target else path


def _check(made: Sequence[File], files: Files, config: MkDocsConfig) -> None:
    """Raise UsageError if a file of the host would be written where a page is, or where its directory is."""
    ours = {same_place(file.dest_uri): file for file in made}
    above = {parent: file for place, file in reversed(ours.items()) for parent in _parents(place)}
    for file in files:
        place = same_place(file.dest_uri)
        other = ours.get(place) or above.get(place) or next((ours[one] for one in _parents(place) if one in ours), None)
        if other is not None:
            raise UsageError(
                f"{_named(file, config)} and the generated page {other.src_uri} would both be written to {other.dest_uri}; "
                "rename the file, or give the plugin another `prefix`"
            )


def _parents(place: str) -> list[str]:
    parts = place.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts))]


def _named(file: File, config: MkDocsConfig) -> str:
    """A file as the host names it, from the directory of its configuration."""
    path = file.abs_src_path
    top = os.path.dirname(config.config_file_path or "") or os.getcwd()
    return os.path.relpath(path, top) if path else file.src_uri
