"""The site as HTML, built by MkDocs with the Material theme from pages in memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence

import material  # noqa: F401  the theme: where it is missing, this says so better than MkDocs does
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page as Written

from archgen.errors import UsageError
from archgen.project.models import Tell, silent
from archgen.project.templates import quicken
from archgen.project.writing import fresh_directory
from archgen.site import Page
from archgen.site.door import Door, settle, undated
from archgen.site.settings import settings


class NoOptions(Config):  # type: ignore[no-untyped-call]
    """Nothing to state."""


class Entrance(BasePlugin[NoOptions]):  # type: ignore[no-untyped-call]
    """Lets the pages into the events of one build."""

    def __init__(self, door: Door, tell: Tell) -> None:
        super().__init__()
        self._door = door
        self._tell = tell

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the pages."""
        self._door.add(files, config)
        return files

    def on_page_content(self, html: str, page: Written, config: MkDocsConfig, files: Files) -> str:
        """Let search read the words."""
        return self._door.words(html, page.file.src_uri)

    def on_post_page(self, output: str, page: Written, config: MkDocsConfig) -> str:
        """Put everything else in, once Markdown and search have seen the page."""
        self._tell(page.file.src_uri)
        return self._door.complete(output, page.file)

    def on_post_template(self, output: str, template_name: str, config: MkDocsConfig) -> str:
        """Leave the day of the build out."""
        return undated(output) if template_name == "sitemap.xml" else output

    def on_post_build(self, config: MkDocsConfig) -> None:
        """Leave the time of the build out."""
        settle(config.site_dir)


def write_html(pages: Sequence[Page], name: str, output: str, tell: Tell = silent) -> None:
    """Build the site and put it in its place in one step; UsageError if what is there is no site."""
    with fresh_directory(output) as directory, tempfile.TemporaryDirectory() as sources:
        _build(pages, name, sources, directory, tell)


def build_html(pages: Sequence[Page], name: str, output: str) -> None:
    """Build the site into a directory, in the place of what an earlier build left there."""
    with tempfile.TemporaryDirectory() as sources:
        _build(pages, name, sources, output, silent)


def _build(pages: Sequence[Page], name: str, sources: str, made: str, tell: Tell) -> None:
    docs = os.path.join(sources, "docs")
    os.makedirs(docs)
    config_file = os.path.join(sources, "mkdocs.yml")
    with open(config_file, "w", encoding="utf-8") as stream:
        stream.write("site_name: archgen\n")
    try:
        config = load_config(config_file, docs_dir=docs, site_dir=made, **settings(name))
        quicken(config.theme)
        config.plugins["archgen"] = Entrance(Door(pages), tell)
        build_site(config)
    except Abort as error:
        raise UsageError(f"the site could not be built: {error}") from error
