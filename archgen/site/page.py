"""What the generator takes and gives: tiers, a way to draw them, and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.compare import Evolution
from archgen.linting.checked_model import BrokenModel, CheckedModel
from archgen.model.architecture import Flow
from archgen.system.internal_errors import InternalError
from archgen.views.diagram import Diagram

HOME = "index.md"
"""The path of the home page."""

PAGE_CLASS = "archgen-page"
"""The class of the part of a page that is generated: without it and without a class of its own, nothing gets a look."""

SITE_STYLE = "assets/site.css"
"""The path of the style sheet with the theme's colours and room, for a site that has no other pages."""

STYLES = ("assets/archgen.css", "assets/across.css", "assets/views.css", "assets/failures.css")
"""The paths of the style sheets, one a concern, in the package and in the site."""

LADDER = "ladder/index.md"
"""The path of the page that walks from tier to tier."""

ISSUES = "issues/index.md"
"""The path of the page with the issues of all models."""

GLOSSARY = "glossary/index.md"
"""The path of the glossary."""

CATALOGUE = "rules/index.md"
"""The path of the page that lists the rules."""

TITLES = {HOME: "Architecture", LADDER: "The ladder", ISSUES: "Issues", CATALOGUE: "Rules", GLOSSARY: "Glossary"}
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

They are classic scripts, since browsers load no module from a disk; in their order, and after the page.
"""

SEARCH = "assets/file-search.js"
"""The path of the script that lets search work in a site opened from a disk, in the package and in the site."""


Tier = CheckedModel
"""The model that a page is about."""

Broken = BrokenModel


def flow_path(topology: Topology, flow: str) -> str:
    """Return the path of a flow's page, from the model's directory."""
    return f"flows/{topology.flow_slugs[flow]}/index.md"


class Chapter(Struct, frozen=True):
    """A page and the files that belong to it, made when they are asked for; or only files, where it has no title.

    `tells` are the ids of the tiers that it is made from: as long as they stay the same, so does the chapter. Its page
    shows pictures of other chapters if it `borrows` them.
    """

    path: str
    title: str
    make: Callable[[], Iterator[Page]]
    tells: tuple[str, ...]
    borrows: bool = False


class Made(Struct, frozen=True):
    """A chapter that is made."""

    path: str
    title: str
    pages: tuple[Page, ...]
    borrows: bool = False

    @property
    def chapter(self) -> Chapter:
        """The chapter, which takes no more making."""
        return Chapter(self.path, self.title, self.pages.__iter__, (), self.borrows)


class Page(Struct, frozen=True):
    """A file of the site: Markdown (`.md`), a picture (`.svg`) or a style sheet, by its path below the docs directory.

    `title` is the plain title of a Markdown page, of a chart what it shows, else empty. `errors` say what is missing in it.
    """

    path: str
    content: str
    title: str = ""
    errors: tuple[InternalError, ...] = ()


Section = Callable[[str, str], str]
"""The address of what a page tells of a thing, by its kind and id."""


class Draw(Protocol):
    """Draws pictures as whole SVG documents that carry both a light and a dark palette."""

    def deployment(self, tier: Tier) -> str:
        """Where everything runs."""

    def drawn(self, tier: Tier, diagram: Diagram, section: Section | None = None) -> str:
        """A view of a tier; with `section` as it stands in a page, where every thing in it is a link."""

    def change(self, evolution: Evolution) -> str:
        """Both tiers of a step in one deployment, with what came and what went."""

    def sequence(self, tier: Tier, flow: Flow, live: bool = False) -> str:
        """One request flow in time; a `live` one is for a page that plays its steps."""
