"""The MkDocs plugin: the pages of the models in memory, checked and drawn anew at every build."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from archgen.app.config.evaluation_date import today
from archgen.app.config.patterns import matching
from archgen.model.problems import UsageError
from archgen.report.common.terminal import brief, inert
from archgen.site.escape import html
from archgen.site.page import SEARCH
from archgen.site_build.fences import Embed, Fault, Fence, embed, taken_out
from archgen.site_build.hosted import HostedPages, directory
from archgen.site_build.mkdocs_pages import search_script
from archgen.site_build.preview import Preview, Previews
from archgen.site_build.reloading import look_at
from archgen.system.internal_errors import Isolation

log = get_plugin_logger("archgen")


class Settings(Config):  # type: ignore[no-untyped-call]
    """`models`: a pattern, or a list of them, relative to mkdocs.yml; `today`: the ISO date to judge by.

    `prefix` is the directory of the site that the pages are in.
    """

    prefix = config_options.Type(str, default="architecture/")
    models = config_options.Type((str, list), default="models/*.arch.yaml")
    today = config_options.Optional(config_options.Type(str))


class ArchgenPlugin(BasePlugin[Settings]):  # type: ignore[no-untyped-call]
    """Adds a page per tier, per request flow and per rule to a site."""

    def __init__(self) -> None:
        super().__init__()
        self._pages = HostedPages((), "")
        self._previews = Previews()
        self._preview = Preview((), ())
        self._serving = False
        self._server: LiveReloadServer | None = None
        self._fences: dict[str, tuple[Fence, ...]] = {}

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Stay from one build to the next, and know whether somebody is looking."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Judge and draw. A model that cannot be read becomes a page and a warning, which `--strict` fails on."""
        made = self._made(config)
        for one in made.problems:
            log.warning("%s", inert(f"{brief(one.file)}:{one.line}:{one.column}: {brief(one.message)}"))
        for error in made.errors:
            log.warning("%s", inert(error.words))
        self._preview, self._fences = made, {}
        self._pages = HostedPages(made.pages, self._prefix())
        self._pages.configure(config)
        return config

    def _prefix(self) -> str:
        try:
            return directory(self.config.prefix)
        except UsageError as error:
            raise PluginError(f"archgen: {inert(str(error))}") from error

    @event_priority(-100)
    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the pages to those of the host and of its other plugins, and complete the menu."""
        try:
            self._pages.add(files, config)
        except UsageError as error:
            raise PluginError(f"archgen: {inert(str(error))}") from error
        return files

    def _made(self, config: MkDocsConfig) -> Preview:
        """The preview; while serving, what prevents one is shown instead of ending the server."""
        if self._serving:
            made = self._previews.shown(lambda: self._files(config), lambda: today(self.config.today))
            if made.trouble:
                log.error("%s", inert(made.trouble))
            return made
        try:
            return self._previews.make(self._files(config), today(self.config.today))
        except UsageError as error:
            raise PluginError(f"archgen: {inert(str(error))}") from error

    def on_page_markdown(self, markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Take the fences out of a hand-written page, before Markdown makes blocks of code of them.

        Generated pages go around the host's Markdown, whose extensions would find meanings in them.
        """
        if page.file.src_uri in self._pages:
            return ""
        if "archgen" not in markdown:
            return markdown
        source = page.file.content_string
        first = source.count("\n") - markdown.count("\n") + 1
        kept, found = taken_out(markdown, first)
        if found:
            self._fences[page.file.src_uri] = found
        return kept if found else markdown

    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Give a generated page its headings, and let search read its words."""
        if page.file.src_uri not in self._pages:
            return html
        read = self._pages.read(page.file)
        page.toc, page.present_anchor_ids = get_toc(read.contents), self._pages.anchors(read, page.file)
        return read.html

    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> str:
        """Put everything else in, once Markdown and search have seen the page."""
        if page.file.src_uri not in self._fences:
            return self._pages.complete(output, page.file)
        for number, fence in enumerate(self._fences[page.file.src_uri]):
            output = output.replace(f'<div data-archgen="{number}"></div>', self._embedded(fence, page))
        return self._pages.dressed(output, page.file)

    def _embedded(self, fence: Fence, page: Page) -> str:
        """What a fence stands for, or what is wrong with it."""
        broken = {one.model for one in self._preview.problems}
        isolation = Isolation()

        def make() -> str:
            made = embed(fence, self._preview.tiers, self._preview.rules, self._pages.pages, tuple(broken))
            if isinstance(made, Embed):
                return self._pages.embedded(made.html, made.base, page.file)
            return self._faulty(fence, made, page)

        shown = isolation.attempt(make, "", "this fence")
        return shown if shown is not None else self._faulty(fence, Fault(isolation.errors[0].words), page)

    def _faulty(self, fence: Fence, fault: Fault, page: Page) -> str:
        place = f"{page.file.src_uri}:{fence.line + fault.line}:{fault.column}"
        log.warning("%s", inert(f"{place}: {fault.message}"))
        return (
            '<div class="admonition failure"><p class="admonition-title">A fence that cannot be shown</p>'
            f"<p><code>{html(place)}</code> {html(fault.message)}</p></div>"
        )

    @event_priority(-100)
    def on_post_build(self, config: MkDocsConfig) -> None:
        """Look at what the models include now; write the search index as a script where the host loads what reads it."""
        if any(str(script).endswith(SEARCH) for script in config.extra.get("polyfills", ())):
            search_script(config.site_dir)
        self._look(config)

    def on_serve(self, server: Any, config: MkDocsConfig, builder: Any) -> Any:
        """Build again when a model changes, or what it includes."""
        self._server = server
        self._look(config)
        return server

    def _look(self, config: MkDocsConfig) -> None:
        if self._server is None:
            return
        found = {os.path.dirname(config.config_file_path or "") or os.getcwd(): False}
        with suppress(UsageError):
            found |= dict.fromkeys((os.path.dirname(file) for file in self._files(config)), True)
        look_at(self._server, found | dict.fromkeys(self._preview.included, False))

    def _files(self, config: MkDocsConfig) -> tuple[str, ...]:
        """The model files, relative to the working directory as `archgen lint` names them."""
        top = os.path.dirname(config.config_file_path or "") or os.getcwd()
        patterns = [self.config.models] if isinstance(self.config.models, str) else self.config.models
        found: dict[str, None] = {}
        for pattern in patterns:
            names = sorted(matching("mkdocs.yml", pattern, top))
            found |= dict.fromkeys(os.path.join(top, name) for name in names)
        if not found:
            raise UsageError(f"no model matches {', '.join(map(str, patterns))} beside mkdocs.yml")
        return tuple(os.path.relpath(file) for file in found)
