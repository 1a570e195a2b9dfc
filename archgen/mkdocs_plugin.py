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
from archgen.site.html_builder import Html, html, join, tag
from archgen.site.markdown import notice
from archgen.site.page import SEARCH
from archgen.site_build.fences import Embed, EmbedError, Fence, embed, extract_fences
from archgen.site_build.hosted_pages import HostedPages, config_directory, site_directory
from archgen.site_build.mkdocs_pages import write_search_script
from archgen.site_build.preview import Preview, Previews
from archgen.site_build.watching import watch
from archgen.system.internal_errors import Isolation

log = get_plugin_logger("archgen")


class PluginSettings(Config):  # type: ignore[no-untyped-call]
    """`models`: a pattern, or a list of them, relative to mkdocs.yml; `today`: the ISO date to check as of.

    `prefix` is the directory of the site that the pages are in.
    """

    prefix = config_options.Type(str, default="architecture/")
    models = config_options.Type((str, list), default="models/*.arch.yaml")
    today = config_options.Optional(config_options.Type(str))


class ArchgenPlugin(BasePlugin[PluginSettings]):  # type: ignore[no-untyped-call]
    """Adds a page per system, per request flow and per rule to a site."""

    def __init__(self) -> None:
        super().__init__()
        self._pages = HostedPages((), "")
        self._previews = Previews()
        self._preview = Preview((), ())
        self._serving = False
        self._server: LiveReloadServer | None = None
        self._fences: dict[str, tuple[Fence, ...]] = {}

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Keep the plugin from one build to the next, and note whether the site is served."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Check and draw. An invalid model becomes a page and a warning, which `--strict` fails on."""
        self._preview, self._fences = self._build(config), {}
        for problem in self._preview.problems:
            place = f"{brief(problem.file)}:{problem.line}:{problem.column}"
            log.warning("%s", inert(f"{place}: {brief(problem.message)}"))
        for error in self._preview.errors:
            log.warning("%s", inert(error.words))
        self._pages = HostedPages(self._preview.pages, self._prefix())
        self._pages.configure(config)
        return config

    def _prefix(self) -> str:
        try:
            return site_directory(self.config.prefix)
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

    def _build(self, config: MkDocsConfig) -> Preview:
        """Return the preview; while serving, a page with the reason for its absence, instead of an end of the server."""
        if self._serving:
            preview = self._previews.build_or_explain(lambda: self._files(config), lambda: today(self.config.today))
            if preview.trouble:
                log.error("%s", inert(preview.trouble))
            return preview
        try:
            return self._previews.build(self._files(config), today(self.config.today))
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
        remaining, fences = extract_fences(markdown, first)
        if not fences:
            return markdown
        self._fences[page.file.src_uri] = fences
        return remaining

    def on_page_content(self, html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Give a generated page its headings, and let search read its words."""
        if page.file.src_uri not in self._pages:
            return html
        headed = self._pages.headed(page.file)
        page.toc, page.present_anchor_ids = get_toc(headed.contents), self._pages.anchors(headed, page.file)
        return headed.html

    def on_post_page(self, output: str, page: Page, config: MkDocsConfig) -> str:
        """Put everything else in, once Markdown and search have seen the page."""
        if page.file.src_uri not in self._fences:
            return self._pages.complete(output, page.file)
        for number, fence in enumerate(self._fences[page.file.src_uri]):
            output = output.replace(tag("div", data_archgen=number), self._embedded(fence, page))
        return self._pages.with_assets(output, page.file)

    def _embedded(self, fence: Fence, page: Page) -> str:
        """Return the content of a fence, or a box with the error in it."""
        invalid = {problem.model for problem in self._preview.problems}
        isolation = Isolation()

        def make() -> str:
            content = embed(fence, self._preview.systems, self._preview.rules, self._pages.pages, tuple(invalid))
            if isinstance(content, Embed):
                return self._pages.embedded(content.html, content.base, page.file)
            return self._report(fence, content, page)

        content = isolation.attempt(make, "", "this fence")
        return content if content is not None else self._report(fence, EmbedError(isolation.errors[0].words), page)

    def _report(self, fence: Fence, error: EmbedError, page: Page) -> str:
        place = f"{page.file.src_uri}:{fence.line + error.line}:{error.column}"
        log.warning("%s", inert(f"{place}: {error.message}"))
        message = join((tag("code", html(place)), Html(" "), html(error.message)))
        return notice("This fence failed to render", tag("p", message))

    @event_priority(-100)
    def on_post_build(self, config: MkDocsConfig) -> None:
        """Watch the files that the models include now; write the search index as a script if the host loads its reader."""
        if any(str(script).endswith(SEARCH) for script in config.extra.get("polyfills", ())):
            write_search_script(config.site_dir)
        self._watch(config)

    def on_serve(self, server: Any, config: MkDocsConfig, builder: Any) -> Any:
        """Build again when a model changes, or what it includes."""
        self._server = server
        self._watch(config)
        return server

    def _watch(self, config: MkDocsConfig) -> None:
        if self._server is None:
            return
        directories = {config_directory(config): False}
        with suppress(UsageError):
            directories |= dict.fromkeys((os.path.dirname(file) for file in self._files(config)), True)
        watch(self._server, directories | dict.fromkeys(self._preview.included, False))

    def _files(self, config: MkDocsConfig) -> tuple[str, ...]:
        """Return the model files, relative to the working directory as `archgen lint` names them."""
        top = config_directory(config)
        patterns = [self.config.models] if isinstance(self.config.models, str) else self.config.models
        names = dict.fromkeys(name for pattern in patterns for name in sorted(matching("mkdocs.yml", pattern, top)))
        if not names:
            raise UsageError(f"no model matches {', '.join(map(str, patterns))} beside mkdocs.yml")
        return tuple(os.path.relpath(os.path.join(top, name)) for name in names)
