"""The site as HTML, in the Material theme of MkDocs: the steps of MkDocs for pages that need no Markdown parser.

MkDocs makes one page after the other, reads Markdown in each and keeps all of them. Here a part of the site is made,
put into the theme's template and written before the next, by as many processes as the machine runs at a time.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from itertools import chain
from typing import Any, cast

import jinja2
import material  # noqa: F401  the theme: where it is missing, this says so better than MkDocs does
from mkdocs.commands.build import get_context
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, PluginError
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import get_navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import get_toc
from mkdocs.utils import clean_directory, is_error_template
from msgspec import Struct

from archgen.app.models import Tell, silent
from archgen.app.workspace.directories import filled_directory
from archgen.app.workspace.worker_pool import parallel_map, processors
from archgen.model.problems import UsageError
from archgen.site.failed_pages import failed_page
from archgen.site.html_builder import title
from archgen.site.page import BuiltPart, Page, SitePart
from archgen.site_build.headings import split_headings
from archgen.site_build.menu import menu
from archgen.site_build.mkdocs_pages import MkDocsPages, finish_site, without_dates
from archgen.site_build.mkdocs_settings import mkdocs_settings
from archgen.site_build.theme_templates import speed_up
from archgen.system.internal_errors import InternalError, internal_error, is_of_part

BATCH = 16
"""Parts that one process makes one after the other before it takes more."""

SHARES = 8
"""Directories per process from which on each is made by one process, which then analyzes and lays out nothing twice."""

Entries = list[Any]
"""The entries of a page in the theme's search index."""


class WrittenPart(Struct, frozen=True):
    """A part that is written: its entries for the search, and the errors that left something out of it."""

    entries: Entries
    errors: tuple[InternalError, ...] = ()


def write_html(parts: Sequence[SitePart], name: str, output: str, tell: Tell = silent) -> tuple[InternalError, ...]:
    """Build the site and put it in its place in one step, and return the unexpected errors that left something out.

    UsageError if the place holds anything but a site.
    """
    with filled_directory(output) as directory, _building(parts, name, directory, tell) as builder:
        written = builder.write_all(processors())
        builder.finish(written)
    return _errors(written)


def _errors(written: Sequence[WrittenPart]) -> tuple[InternalError, ...]:
    return tuple(error for part in written for error in part.errors)


class Site:
    """A site that is built again and again into one directory; only changed files are written."""

    def __init__(self, name: str, directory: str) -> None:
        self._name = name
        self._directory = directory
        self._last: list[tuple[BuiltPart, WrittenPart]] = []

    def build(self, parts: Sequence[BuiltPart]) -> tuple[InternalError, ...]:
        """Write the site, and return the errors that left something out; UsageError if it cannot be built."""
        before, self._last = self._last, []
        with _building([part.part for part in parts], self._name, self._directory, silent) as builder:
            if [(part.path, part.title) for part, _ in before] == [(part.path, part.title) for part in parts]:
                written = self._write_changed(builder, before, parts)
            else:
                written = builder.write_all(1)
            builder.finish(written)
        self._last = list(zip(parts, written, strict=True))
        return _errors(written)

    def _write_changed(
        self, builder: _Builder, before: list[tuple[BuiltPart, WrittenPart]], parts: Sequence[BuiltPart]
    ) -> list[WrittenPart]:
        """Write the parts that have changed, those first that others borrow images from."""
        redrawn = any(_images(old) != _images(new) for (old, _), new in zip(before, parts, strict=True))
        unchanged = {
            index: written
            for index, ((old, written), new) in enumerate(zip(before, parts, strict=True))
            if old == new and not (new.borrows and redrawn)
        }
        gone = {page.path for old, _ in before for page in old.pages}
        for path in gone.difference(page.path for part in parts for page in part.pages):
            os.unlink(os.path.join(self._directory, path))
        return builder.write_rest(unchanged)


def _images(part: BuiltPart) -> list[Page]:
    return [page for page in part.pages if page.path.endswith(".svg")]


@contextmanager
def _building(parts: Sequence[SitePart], name: str, directory: str, tell: Tell) -> Iterator[_Builder]:
    try:
        with tempfile.TemporaryDirectory() as sources:
            yield _Builder(_configured(name, sources, directory), parts, tell)
    except (Abort, PluginError) as error:
        raise UsageError(f"can't build the site: {error}") from error


def _configured(name: str, sources: str, directory: str) -> MkDocsConfig:
    docs = os.path.join(sources, "docs")
    os.makedirs(docs)
    config_file = os.path.join(sources, "mkdocs.yml")
    with open(config_file, "w", encoding="utf-8") as stream:
        stream.write("site_name: archgen\n")
    config = load_config(config_file, docs_dir=docs, site_dir=directory, **mkdocs_settings(name))
    speed_up(config.theme)
    return config.plugins.on_config(config)


def _batches(parts: Sequence[SitePart], jobs: int) -> list[list[int]]:
    """Return the indices of parts that borrow nothing, in batches of one directory, since its pages share their sources.

    A directory is divided unless there are so many that all processes are busy to the end.
    """
    batches: list[list[int]] = []
    before = ""
    directories = {part.path.partition("/")[0] for part in parts}
    most = len(parts) if len(directories) >= jobs * SHARES else BATCH
    for index, part in enumerate(parts):
        if part.borrows:
            continue
        directory = part.path.partition("/")[0]
        if not batches or directory != before or len(batches[-1]) == most:
            batches.append([])
        batches[-1].append(index)
        before = directory
    return batches


class _Builder:
    """A build, from the settings of MkDocs to the files of the site."""

    def __init__(self, config: MkDocsConfig, parts: Sequence[SitePart], tell: Tell) -> None:
        self._config = config
        self._parts = parts
        self._tell = tell
        self._directories: set[str] = set()
        self._theme: jinja2.Environment = config.theme.get_env()
        self._files = Files([])
        self._files.add_files_from_theme(self._theme, config)
        titled = [part for part in parts if part.title]
        for part in titled:
            self._files.append(File.generated(config, part.path, content="", inclusion=InclusionLevel.NOT_IN_NAV))
        config.nav = menu([Page(part.path, "", part.title) for part in titled])
        self._nav = get_navigation(self._files, config)
        for part in titled:
            # MkDocs takes a page's title only from one with a text; the text itself goes around MkDocs
            page = self._mkdocs_page(part.path)
            page.meta, page.markdown = {"title": title(part.title)}, ""
        self._documents = self._files.documentation_pages()

    def write_all(self, jobs: int) -> list[WrittenPart]:
        """Write every file into an empty directory."""
        clean_directory(self._config.site_dir)
        batches = _batches(self._parts, jobs)
        tasks: list[Callable[[], list[WrittenPart]]] = [self._write_theme]
        tasks += (partial(self._write_batch, batch) for batch in batches)
        _, *written = parallel_map(len(tasks), lambda index: tasks[index](), jobs)
        return self.write_rest(dict(zip(chain(*batches), chain(*written), strict=True)))

    def write_rest(self, written: dict[int, WrittenPart]) -> list[WrittenPart]:
        """Write the parts that are not written yet, and return all.

        Parts that borrow images come last, since they read them from the files of the others.
        """
        rest = [index for index in range(len(self._parts)) if index not in written]
        for index in sorted(rest, key=lambda index: self._parts[index].borrows):
            written[index] = self._write_part(self._parts[index])
        return [written[index] for index in range(len(self._parts))]

    def finish(self, written: Sequence[WrittenPart]) -> None:
        """Write the search index and the other files of the end of a build."""
        self._index.entries = [entry for part in written for entry in part.entries]
        self._config.plugins.on_post_build(config=self._config)
        finish_site(self._config.site_dir)

    @cached_property
    def _index(self) -> Any:
        """The search index of the theme."""
        return next(plugin.search_index for plugin in self._config.plugins.values() if hasattr(plugin, "search_index"))

    def _mkdocs_page(self, path: str) -> MkDocsPage:
        file = self._files.get_file_from_path(path)
        assert file is not None
        assert file.page is not None
        return file.page

    def _write_theme(self) -> list[WrittenPart]:
        """Write the theme's own files and pages."""
        self._files.copy_static_files()
        for name in self._config.theme.static_templates:
            up = "/" if is_error_template(name) else "."
            context = get_context(self._nav, self._files, self._config, base_url=up)
            self._write(name, without_dates(self._theme.get_template(name).render(context)))
        return []

    def _write_batch(self, batch: list[int]) -> list[WrittenPart]:
        return [self._write_part(self._parts[index]) for index in batch]

    def _write_part(self, part: SitePart) -> WrittenPart:
        """Write a part; if it cannot be put into the theme, a page that says so."""
        pages = tuple(part.make())
        errors = tuple(error for page in pages for error in page.errors)
        try:
            return WrittenPart(self._write_pages(pages), errors)
        except Exception as error:
            if not is_of_part(error):
                raise
            errors += (internal_error(error, "", f"page {part.path}"),)
            return WrittenPart(self._write_pages((failed_page(part.path, part.title, errors),)), errors)

    def _write_pages(self, pages: Sequence[Page]) -> Entries:
        """Write the files of a part, and return their entries for the search."""
        mkdocs_pages = MkDocsPages(pages, self._files, self._written_image)
        entries: Entries = []
        for page in pages:
            if page.path.endswith(".md"):
                entries += self._write_page(page, mkdocs_pages)
            else:
                self._write(page.path, page.content)
        return entries

    def _write_page(self, page: Page, mkdocs_pages: MkDocsPages) -> Entries:
        shell = self._mkdocs_page(page.path)
        if page.boost != 1:
            shell.meta = {**shell.meta, "search": {"boost": page.boost}}
        headed = split_headings(mkdocs_pages.lift(page.content.partition("\n---\n")[2]))
        shell.content = mkdocs_pages.searchable(mkdocs_pages.linked(headed.html, shell.file), page.path)
        shell.toc, shell.active = get_toc(headed.contents), True
        context = get_context(self._nav, self._documents, self._config, shell)
        self._index.entries = []
        self._config.plugins.on_page_context(context, page=shell, config=self._config, nav=self._nav)
        output = self._theme.get_template("main.html").render(context)
        self._write(shell.file.dest_uri, mkdocs_pages.complete(output, shell.file))
        shell.active, shell.content, shell.toc = False, None, get_toc([])
        self._tell(page.path)
        return cast(Entries, self._index.entries)

    def _written_image(self, path: str) -> str | None:
        """Return an image of another part, from its file."""
        file = os.path.join(self._config.site_dir, path)
        if not os.path.exists(file):
            return None
        with open(file, encoding="utf-8", newline="") as stream:
            return stream.read()

    def _write(self, path: str, content: str) -> None:
        file = os.path.join(self._config.site_dir, path)
        directory = os.path.dirname(file)
        if directory not in self._directories:
            os.makedirs(directory, exist_ok=True)
            self._directories.add(directory)
        with open(file, "wb") as stream:
            stream.write(content.encode("utf-8", "xmlcharrefreplace"))
