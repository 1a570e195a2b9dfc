"""The input and output of the generator: systems, a way to draw them, and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, Protocol

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.linting.checked_model import CheckedModel, Model
from archgen.model.architecture import Flow
from archgen.system.internal_errors import InternalError
from archgen.views.diagram import Diagram

HOME = "index.md"
"""The path of the home page."""

PAGE_CLASS = "archgen-page"
"""The class of the generated part of a page: style sheets touch only that, and what has a class of archgen's."""

SITE_STYLE = "assets/site.css"
"""The path of the style sheet with the theme's colors and width, for a site that has no other pages."""

STYLES = ("assets/archgen.css", "assets/across.css", "assets/views.css", "assets/failures.css")
"""The paths of the style sheets, one a concern, in the package and in the site."""

LADDER = "ladder/index.md"
"""The path of the page that compares each system with the previous one."""

ISSUES = "issues/index.md"
"""The path of the page with the issues of all models."""

GLOSSARY = "glossary/index.md"
"""The path of the glossary."""

CATALOGUE = "rules/index.md"
"""The path of the page that lists the rules."""

TITLES = {HOME: "Architecture", LADDER: "Evolution", ISSUES: "Issues", CATALOGUE: "Rules", GLOSSARY: "Glossary"}
"""The titles of the pages that every site has."""

RESERVED = ("assets", "glossary", "issues", "ladder", "rules", "search")
"""Directories of the site that belong to no model."""

TAKEN = (
    *RESERVED,
    "404.html",
    "downtime.svg",
    "index.html",
    "index.md",
    "llms-full.txt",
    "llms.txt",
    "sitemap.xml",
    "sitemap.xml.gz",
)
"""The site's own names beside the directories of models."""

SCRIPTS = (
    "assets/archgen.js",
    "assets/issues.js",
    "assets/picture.js",
    "assets/views.js",
    "assets/structure.js",
    "assets/stage.js",
    "assets/failures.js",
    "assets/player.js",
)
"""The paths of the scripts, one a concern, in the package and in the site.

They are classic scripts, since browsers load no module from disk; in their order, and after the page.
"""

SEARCH = "assets/file-search.js"
"""The path of the script that lets search work in a site opened from disk, in the package and in the site."""


def page_path(model: Model) -> str:
    """Return the path of a model's page."""
    return f"{model.slug}/index.md"


def flow_path(topology: Topology, flow: str) -> str:
    """Return the path of a flow's page, from the model's directory."""
    return f"flows/{topology.flow_slugs[flow]}/index.md"


class SitePart(Struct, frozen=True):
    """A page and the files that belong to it, made on demand; without a title, files alone.

    `systems` are the ids of the systems that it is made from: while they stay the same, so does the part. Its page shows
    images of other parts if it `borrows` them.
    """

    path: str
    title: str
    make: Callable[[], Iterator[Page]]
    systems: tuple[str, ...]
    borrows: bool = False


class BuiltPart(Struct, frozen=True):
    """A part of the site with its pages."""

    path: str
    title: str
    pages: tuple[Page, ...]
    borrows: bool = False

    @property
    def part(self) -> SitePart:
        """The part as if it were still to be made."""
        return SitePart(self.path, self.title, self.pages.__iter__, (), self.borrows)


class Page(Struct, frozen=True):
    """A file of the site: Markdown (`.md`), a diagram (`.svg`), a script or a style sheet, by its path in the site.

    `title` is the plain title of a Markdown page, of a chart its content in words, else empty. `errors` explain what is
    missing in it. `boost` is its weight in search. `static` is the Markdown for hosts of pages that remove scripts and style
    sheets, empty where `content` needs neither.
    """

    path: str
    content: str
    title: str = ""
    errors: tuple[InternalError, ...] = ()
    boost: float = 1
    static: str = ""


Column = Literal["phone", "sheet"]
"""A column of a page that is narrower than on a desktop: on a phone, and on a tablet or on paper."""

LinkTo = Callable[[str, str], str]
"""The address on a page for an element of a diagram, by its kind and id."""


class Renderer(Protocol):
    """Draws diagrams as SVG documents that carry both a light and a dark palette."""

    def drawn(self, system: CheckedModel, diagram: Diagram, link_to: LinkTo | None = None) -> str:
        """Return a view of a system; with `link_to` for a page, where every element is a link."""

    def thumbnail(self, system: CheckedModel, diagrams: Iterable[Diagram]) -> str:
        """Return the first of some views that can be read on a card, else the most legible one, without its title and legend."""

    def legibility(self, diagram: Diagram) -> float:
        """Return the smallest text of a view as a share of what can be read in the column of a page, 1 at most."""

    def first_legible(self, diagrams: Iterable[Diagram]) -> Diagram:
        """Return the first of some diagrams whose text can be read, else the last with the largest smallest text."""

    def for_column(self, column: Column) -> Renderer:
        """Return the renderer of the same diagrams for a narrower column."""

    def sequence(self, system: CheckedModel, flow: Flow, live: bool = False) -> str:
        """Return the sequence of a flow; a `live` one is for a page that plays its steps."""
