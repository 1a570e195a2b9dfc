"""The site as HTML, in the Material theme of MkDocs: what MkDocs does with a page, for pages that need no Markdown.

MkDocs makes one page after the other, reads Markdown in each and keeps all of them. Here a chapter of the site is made,
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
from mkdocs.structure.pages import Page as Written
from mkdocs.structure.toc import get_toc
from mkdocs.utils import clean_directory, is_error_template
from msgspec import Struct

from archgen.app.models import Tell, silent
from archgen.app.workspace.directories import filled_directory
from archgen.app.workspace.parallel import processes
from archgen.app.workspace.worker_pool import shared
from archgen.model.problems import UsageError
from archgen.site import Page
from archgen.site.escape import title
from archgen.site.failed import failed_page
from archgen.site.page import Chapter, Made
from archgen.site_build.headings import headed
from archgen.site_build.menu import menu
from archgen.site_build.mkdocs_pages import Door, settle, undated
from archgen.site_build.settings import settings
from archgen.site_build.templates import quicken
from archgen.system.internal_errors import InternalError, internal_error, is_of_part

TURN = 16
"""Chapters that one process makes one after the other before it sees what there is left to do."""

Entries = list[Any]
"""What the search of the theme knows of a page."""


class Put(Struct, frozen=True):
    """A chapter that is written: what search finds in it, and what is missing in it because it failed."""

    entries: Entries
    errors: tuple[InternalError, ...] = ()


def write_html(chapters: Sequence[Chapter], name: str, output: str, tell: Tell = silent) -> tuple[InternalError, ...]:
    """Build the site and put it in its place in one step; UsageError if what is there is no site.

    What is missing in it because it failed unexpectedly is given back.
    """
    with filled_directory(output) as directory, _building(chapters, name, directory, tell) as builder:
        found = builder.whole(processes())
        builder.finish(found)
    return _errors(found)


def _errors(found: Sequence[Put]) -> tuple[InternalError, ...]:
    return tuple(error for one in found for error in one.errors)


class Site:
    """A site that is built again and again into one directory: what has changed is written, and nothing else."""

    def __init__(self, name: str, directory: str) -> None:
        self._name = name
        self._directory = directory
        self._kept: list[tuple[Made, Put]] = []

    def build(self, made: Sequence[Made]) -> tuple[InternalError, ...]:
        """Write the site, and say what is missing in it; UsageError says why that cannot be."""
        before, self._kept = self._kept, []
        chapters = [one.chapter for one in made]
        with _building(chapters, self._name, self._directory, silent) as builder:
            if [(one.path, one.title) for one, _ in before] == [(one.path, one.title) for one in made]:
                found = self._changed(builder, before, made)
            else:
                found = builder.whole(1)
            builder.finish(found)
        self._kept = list(zip(made, found, strict=True))
        return _errors(found)

    def _changed(self, builder: _Builder, before: list[tuple[Made, Put]], made: Sequence[Made]) -> list[Put]:
        """Write what is no more as it was, pages first that others borrow pictures from."""
        redrawn = any(_pictures(old) != _pictures(one) for (old, _), one in zip(before, made, strict=True))
        found = {
            at: put
            for at, ((old, put), one) in enumerate(zip(before, made, strict=True))
            if old == one and not (one.borrows and redrawn)
        }
        gone = {page.path for old, _ in before for page in old.pages}
        for path in gone.difference(page.path for one in made for page in one.pages):
            os.unlink(os.path.join(self._directory, path))
        return builder.others(found)


def _pictures(made: Made) -> list[Page]:
    return [page for page in made.pages if page.path.endswith(".svg")]


@contextmanager
def _building(chapters: Sequence[Chapter], name: str, directory: str, tell: Tell) -> Iterator[_Builder]:
    try:
        with tempfile.TemporaryDirectory() as sources:
            yield _Builder(_configured(name, sources, directory), chapters, tell)
    except (Abort, PluginError) as error:
        raise UsageError(f"the site could not be built: {error}") from error


def _configured(name: str, sources: str, directory: str) -> MkDocsConfig:
    docs = os.path.join(sources, "docs")
    os.makedirs(docs)
    config_file = os.path.join(sources, "mkdocs.yml")
    with open(config_file, "w", encoding="utf-8") as stream:
        stream.write("site_name: archgen\n")
    config = load_config(config_file, docs_dir=docs, site_dir=directory, **settings(name))
    quicken(config.theme)
    return config.plugins.on_config(config)


def _spans(chapters: Sequence[Chapter]) -> list[list[int]]:
    """The places of chapters that borrow nothing, in parts of one directory, since its pages are made from the same things."""
    spans: list[list[int]] = []
    before = ""
    for at, one in enumerate(chapters):
        if one.borrows:
            continue
        directory = one.path.partition("/")[0]
        if not spans or directory != before or len(spans[-1]) == TURN:
            spans.append([])
        spans[-1].append(at)
        before = directory
    return spans


class _Builder:
    """One build, from the settings of MkDocs to the files of the site."""

    def __init__(self, config: MkDocsConfig, chapters: Sequence[Chapter], tell: Tell) -> None:
        self._config = config
        self._chapters = chapters
        self._tell = tell
        self._made: set[str] = set()
        self._theme: jinja2.Environment = config.theme.get_env()
        self._files = Files([])
        self._files.add_files_from_theme(self._theme, config)
        titled = [one for one in chapters if one.title]
        for one in titled:
            made = File.generated(config, one.path, content="", inclusion=InclusionLevel.NOT_IN_NAV)
            self._files.append(made)
        config.nav = menu([Page(one.path, "", one.title) for one in titled])
        self._nav = get_navigation(self._files, config)
        for one in titled:
            # a page tells its title once it has a text; the text itself goes around MkDocs
            page = self._written(one.path)
            page.meta, page.markdown = {"title": title(one.title)}, ""
        self._documents = self._files.documentation_pages()

    def whole(self, jobs: int) -> list[Put]:
        """Write every file into an empty directory; what became of each chapter."""
        clean_directory(self._config.site_dir)
        spans = _spans(self._chapters)
        turns: list[Callable[[], list[Put]]] = [self._rest]
        turns += (partial(self._span, span) for span in spans)
        _, *made = shared(len(turns), lambda at: turns[at](), jobs)
        return self.others(dict(zip(chain(*spans), chain(*made), strict=True)))

    def others(self, found: dict[int, Put]) -> list[Put]:
        """Write the chapters that are not among those found, by their places.

        Who borrows pictures comes last, since they are then read from where they stand.
        """
        left = [at for at in range(len(self._chapters)) if at not in found]
        for at in sorted(left, key=lambda at: self._chapters[at].borrows):
            found[at] = self._chapter(self._chapters[at])
        return [found[at] for at in range(len(self._chapters))]

    def finish(self, found: Sequence[Put]) -> None:
        """Write what search reads, and what else stands at the end of a build."""
        self._index.entries = [entry for one in found for entry in one.entries]
        self._config.plugins.on_post_build(config=self._config)
        settle(self._config.site_dir)

    @cached_property
    def _index(self) -> Any:
        """What the search of the theme writes down after a build."""
        return next(one.search_index for one in self._config.plugins.values() if hasattr(one, "search_index"))

    def _written(self, path: str) -> Written:
        file = self._files.get_file_from_path(path)
        assert file is not None
        assert file.page is not None
        return file.page

    def _rest(self) -> list[Put]:
        """The theme's own files, and its pages that are none of the site's."""
        self._files.copy_static_files()
        for name in self._config.theme.static_templates:
            up = "/" if is_error_template(name) else "."
            context = get_context(self._nav, self._files, self._config, base_url=up)
            self._write(name, undated(self._theme.get_template(name).render(context)))
        return []

    def _span(self, span: list[int]) -> list[Put]:
        return [self._chapter(self._chapters[at]) for at in span]

    def _chapter(self, chapter: Chapter) -> Put:
        """Write a chapter; where it cannot be put into the theme, a page that says so."""
        pages = tuple(chapter.make())
        errors = tuple(error for page in pages for error in page.errors)
        try:
            return Put(self._put(pages), errors)
        except Exception as error:
            if not is_of_part(error):
                raise
            errors += (internal_error(error, "", f"page {chapter.path}"),)
            return Put(self._put((failed_page(chapter.path, chapter.title, errors),)), errors)

    def _put(self, pages: Sequence[Page]) -> Entries:
        """Write the files of a chapter; what search finds in them."""
        door = Door(pages, self._files, self._picture)
        found: Entries = []
        for page in pages:
            if page.path.endswith(".md"):
                found += self._page(page, door)
            else:
                self._write(page.path, page.content)
        return found

    def _page(self, page: Page, door: Door) -> Entries:
        written = self._written(page.path)
        read = headed(door.lift(page.content.partition("\n---\n")[2]))
        written.content, written.toc = (
            door.words(door.linked(read.html, written.file), page.path),
            get_toc(read.contents),
        )
        written.active = True
        context = get_context(self._nav, self._documents, self._config, written)
        self._index.entries = []
        self._config.plugins.on_page_context(context, page=written, config=self._config, nav=self._nav)
        output = self._theme.get_template("main.html").render(context)
        self._write(written.file.dest_uri, door.complete(output, written.file))
        written.active, written.content, written.toc = False, None, get_toc([])
        self._tell(page.path)
        return cast(Entries, self._index.entries)

    def _picture(self, path: str) -> str | None:
        """A picture of another chapter, from where it was written to."""
        file = os.path.join(self._config.site_dir, path)
        if not os.path.exists(file):
            return None
        with open(file, encoding="utf-8", newline="") as stream:
            return stream.read()

    def _write(self, path: str, content: str) -> None:
        file = os.path.join(self._config.site_dir, path)
        directory = os.path.dirname(file)
        if directory not in self._made:
            os.makedirs(directory, exist_ok=True)
            self._made.add(directory)
        with open(file, "wb") as stream:
            stream.write(content.encode("utf-8", "xmlcharrefreplace"))
