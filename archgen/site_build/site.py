"""The documentation site: its pages in memory, on disk with a ready mkdocs.yml, or built into HTML."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from msgspec.structs import replace

from archgen.app.config.catalogue import catalogue
from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.systems import tiers
from archgen.app.findings import examples
from archgen.app.workspace.directories import filled_directory
from archgen.app.workspace.parallel import processes
from archgen.app.workspace.worker_pool import shared
from archgen.linting.checked_model import Model
from archgen.linting.rule import Rule
from archgen.report.common.terminal import Style
from archgen.site import Page, Tier
from archgen.site.all_pages import chapters, pages
from archgen.site.failed import assessed
from archgen.site.page import PAGE_CLASS, TAKEN, Chapter
from archgen.site_build.settings import mkdocs_yml

EXAMPLE_STYLE = Style(88)

MANY = 200
"""Flows from which on it pays to let several processes find out how reliable they are."""


def site_pages(models: tuple[Model, ...], today: str) -> tuple[Page, ...]:
    """Every file of the site of some models, its pages as Markdown."""
    return tuple(pages(tiers(models, TAKEN), Drawing(), catalogue(), verdict(today)))


def site_chapters(models: tuple[Model, ...], today: str) -> tuple[Chapter, ...]:
    """The same site, not made yet, as parts that several processes can make."""
    return tuple(chapters(_assessed(tiers(models, TAKEN)), Drawing(), catalogue(), verdict(today)))


def _assessed(found: tuple[Tier, ...]) -> tuple[Tier, ...]:
    """The tiers with the reliability of their flows, which the first page tells of all of them."""
    jobs = processes() if sum(len(tier.topology.flows) for tier in found) >= MANY else 1
    made = shared(len(found), lambda at: assessed(found[at])[0].assessments, jobs)
    return tuple(replace(tier, assessments=each) for tier, each in zip(found, made, strict=True))


def write_pages(made: tuple[Page, ...], name: str, output: str) -> None:
    """The pages as files with a ready `mkdocs.yml`, for MkDocs and for generators that read its file."""
    with filled_directory(output) as directory:
        for path, content in [
            ("mkdocs.yml", mkdocs_yml(name, made)),
            *(("docs/" + one.path, standing(one)) for one in made),
        ]:
            file = os.path.join(directory, path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(content)


_SCOPE = re.compile(rf":where\(\.{PAGE_CLASS}\)|:has\(> \.{PAGE_CLASS}\)|\.{PAGE_CLASS} ")
_WITHIN_HTML = re.compile(r'(?<=href=")([^":#]+)\.md(?=[#"])')


def standing(page: Page) -> str:
    """The text of a page as a file: what stands in HTML already links to files of the site, which no engine looks into.

    No engine gives a page the class of what is generated, either, and all of these pages are.
    """
    if page.path.endswith(".md"):
        return _WITHIN_HTML.sub(r"\1.html", page.content)
    return _SCOPE.sub("", page.content) if page.path.startswith("assets/") else page.content


def verdict(today: str) -> Callable[[Rule], str]:
    """What lint says of a rule's bad example, as a page shows it."""
    return lambda rule: examples.verdict(rule, today, EXAMPLE_STYLE)
