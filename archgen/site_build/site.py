"""The documentation site of models: its pages in memory, as parts to build, or on disk with a ready mkdocs.yml."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cache

from msgspec.structs import replace

from archgen.app.config.catalogue import catalogue, rule_settings
from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.systems import visible_systems
from archgen.app.findings import examples
from archgen.app.workspace.directories import filled_directory
from archgen.app.workspace.worker_pool import parallel_map, processors
from archgen.engines.rooms import COLUMN
from archgen.linting.checked_model import CheckedModel, Model
from archgen.linting.rule import Rule
from archgen.report.common.terminal import Style
from archgen.site.all_pages import render_pages, site_parts
from archgen.site.failed_pages import assess_system
from archgen.site.page import PAGE_CLASS, TAKEN, Page, SitePart
from archgen.site_build.mkdocs_settings import mkdocs_yml
from archgen.site_build.static_pages import static_pages

EXAMPLE_STYLE = Style(88)

MANY = 200
"""Flows from which on it pays to assess their reliability in several processes."""

_SCOPE = re.compile(rf":where\(\.{PAGE_CLASS}\)|:has\(> \.{PAGE_CLASS}\)|\.{PAGE_CLASS} ")
_WITHIN_HTML = re.compile(r'href="([^":#]+)\.md(?=[#"])')


def site_pages(models: tuple[Model, ...], today: str) -> tuple[Page, ...]:
    """Return every file of the site of some models, its pages as Markdown."""
    return tuple(
        render_pages(visible_systems(models, TAKEN), Drawing(room=COLUMN), catalogue(), example_renderer(today))
    )


def unbuilt_site(models: tuple[Model, ...], today: str) -> tuple[SitePart, ...]:
    """Return the same site as parts that several processes can build."""
    return tuple(
        site_parts(_assess(visible_systems(models, TAKEN)), Drawing(room=COLUMN), catalogue(), example_renderer(today))
    )


def _assess(systems: tuple[CheckedModel, ...]) -> tuple[CheckedModel, ...]:
    """Return the systems with the reliability of their flows, all of which the home page shows."""
    jobs = processors() if sum(len(system.topology.flows) for system in systems) >= MANY else 1
    assessments = parallel_map(len(systems), lambda index: assess_system(systems[index])[0].assessments, jobs)
    return tuple(replace(system, assessments=flows) for system, flows in zip(systems, assessments, strict=True))


def write_pages(pages: tuple[Page, ...], name: str, output: str, static: bool = False) -> None:
    """Write the pages as files with a ready `mkdocs.yml`, for MkDocs and for generators that read its file.

    `static` ones are for hosts that remove scripts and style sheets.
    """
    if static:
        pages = tuple(static_pages(pages))
    files = {"mkdocs.yml": mkdocs_yml(name, pages, static)} | {f"docs/{page.path}": file_text(page) for page in pages}
    with filled_directory(output) as directory:
        for path, content in files.items():
            file = os.path.join(directory, path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(content)


def file_text(page: Page) -> str:
    """Return the text of a page as a file: its HTML links to files of the site, since no generator changes links in HTML.

    No generator gives a page the class of generated pages, either, so the style sheets apply to all pages.
    """
    if page.path.endswith(".md"):
        return _WITHIN_HTML.sub(r'href="\1.html', page.content)
    return _SCOPE.sub("", page.content) if page.path.startswith("assets/") else page.content


def example_renderer(today: str) -> Callable[[Rule], str]:
    """Return a function that gives the output of lint for a rule's bad example, as a page shows it."""
    settings = cache(lambda: rule_settings(catalogue()))
    return lambda rule: examples.example_output(rule, today, EXAMPLE_STYLE, settings())
