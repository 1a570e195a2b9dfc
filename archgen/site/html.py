"""The site as HTML: MkDocs driven from Python, with the Material theme and without any request to the outside."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page as SitePage

from archgen.site.door import Door, settle, undated
from archgen.site.page import Page
from archgen.site.settings import settings


class GeneratedPages(BasePlugin):  # type: ignore[no-untyped-call, type-arg]
    """A plugin that knows its pages already."""

    def __init__(self, pages: Sequence[Page]) -> None:
        super().__init__()
        self._door = Door(pages)

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Switch on what the pages need."""
        self._door.configure(config)
        return config

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the pages."""
        self._door.add(files, config)
        return files

    def on_post_page(self, output: str, page: SitePage, config: MkDocsConfig) -> str:
        """Put the pictures in."""
        return self._door.inline(output, page.file.src_uri)

    def on_post_template(self, output: str, template_name: str, config: MkDocsConfig) -> str:
        """Leave the day out of the sitemap."""
        return undated(output) if template_name == "sitemap.xml" else output

    def on_post_build(self, config: MkDocsConfig) -> None:
        """Leave the time out of the packed sitemap."""
        settle(config.site_dir)


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


def build(pages: Sequence[Page], out: str, *, name: str, docs: str) -> tuple[str, ...]:
    """Write a site of nothing but the pages to the directory `out`; gives what MkDocs warned of.

    `docs` is an empty directory: MkDocs asks for one to exist.
    """
    config = MkDocsConfig()
    config.load_dict(settings(name) | {"docs_dir": docs, "site_dir": out})
    failed, warned = config.validate()
    if failed or warned:
        raise RuntimeError(f"MkDocs refuses the settings: {failed or warned}")
    config.plugins["archgen/pages"] = GeneratedPages(pages)
    return _built(config)


def build_configured(mkdocs_yml: str, out: str, **changes: Any) -> tuple[str, ...]:
    """Build the site of a `mkdocs.yml`, whose own plugins add the pages; gives what MkDocs warned of."""
    return _built(load_config(mkdocs_yml, site_dir=out, **changes))


def _built(config: MkDocsConfig) -> tuple[str, ...]:
    logger, warnings = logging.getLogger("mkdocs"), _Warnings()
    before = logger.propagate
    logger.addHandler(warnings)
    logger.propagate = False
    try:
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build_site(config)
        finally:
            config.plugins.on_shutdown()
    finally:
        logger.removeHandler(warnings)
        logger.propagate = before
    return tuple(warnings.told)
