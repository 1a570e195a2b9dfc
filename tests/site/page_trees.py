"""Pages of a site without their pictures, as trees of elements."""

from __future__ import annotations

from collections.abc import Iterable

import markdown

from archgen.compare import Evolution
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Flow
from archgen.site.page import Column, LinkTo, Page
from archgen.views.diagram import Diagram
from tests.document import Element, parse

EXTENSIONS = ["admonition", "attr_list", "tables", "toc"]
"""The extensions of Markdown that a site is built with."""


class NoPictures:
    """An empty picture for each that a page asks for, so that only its words are read."""

    def deployment(self, tier: CheckedModel) -> str:
        return "<svg/>"

    def drawn(self, tier: CheckedModel, diagram: Diagram, section: LinkTo | None = None) -> str:
        return "<svg/>"

    def thumbnail(self, tier: CheckedModel, diagrams: Iterable[Diagram]) -> str:
        return "<svg/>"

    def legibility(self, diagram: Diagram) -> float:
        return 1.0

    def first_legible(self, diagrams: Iterable[Diagram]) -> Diagram:
        return next(iter(diagrams))

    def for_column(self, column: Column) -> NoPictures:
        return self

    def change(self, evolution: Evolution) -> str:
        return "<svg/>"

    def sequence(self, tier: CheckedModel, flow: Flow, live: bool = False) -> str:
        return "<svg/>"


def body(page: Page) -> str:
    """Return a page without its front matter."""
    return page.content.partition("---\n\n")[2]


def page_tree(page: Page) -> Element:
    """Return a page as a browser reads it."""
    return parse(markdown.markdown(body(page), extensions=EXTENSIONS))
