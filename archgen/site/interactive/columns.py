"""A diagram for columns of several widths: a style sheet shows the one that fits, and a sheet of paper has its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.engines.legible_aspects import legible_levels
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Flow
from archgen.model.finding import Finding
from archgen.site.embedded_svg import guard_svg, svg_width
from archgen.site.html_builder import Html, tag
from archgen.site.interactive.trial import Trial, behind, fits_one_diagram
from archgen.site.page import Column, LinkTo, Renderer
from archgen.site.structure_data import Nodes, behind_cards
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram
from archgen.views.levels import Picture, by_network, by_role, collapsed
from archgen.views.path import folded_path

WHOLE = 16
"""Cards of a deployment that a phone shows as it is."""

CARD = "card.svg"
"""The file of a system's thumbnail, beside its page."""

CARDS = 12
"""Cards of a level that a phone shows."""

THUMBNAILS = (CARDS, 8, 5)
"""Cards of the levels that are tried for a thumbnail."""


class SizedSvg(Struct, frozen=True):
    """A diagram as SVG for the column of a desktop, and for the narrower columns that need one of their own.

    `folded` are the columns in which a card stands for several replicas.
    """

    wide: str
    narrower: Mapping[Column, str] = {}
    folded: frozenset[Column] = frozenset()

    def html(self, fitted: bool = False) -> Iterator[Html]:
        """Yield the SVG for each column, the widest first; a `fitted` one is never shown larger than it is."""
        guard = _fitted if fitted else guard_svg
        yield guard(self.wide)
        for column, svg in self.narrower.items():
            folded = column in self.folded or None
            yield tag("div", guard(svg), class_="archgen-column", data_column=column, data_one=folded)


def _fitted(svg: str) -> Html:
    return guard_svg(svg.replace("<svg ", f'<svg style="max-width:{svg_width(svg) or 0}px" ', 1))


class Stage(Struct, frozen=True):
    """An interactive diagram, and the elements behind its cards: None where each card is a replica on a desktop."""

    svg: SizedSvg
    nodes: Nodes | None = None
    on_phone: Nodes = {}

    def data(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the data of a page's scripts with the elements behind the cards."""
        wide = data if self.nodes is None else {**data, **behind_cards(self.nodes)}
        return {**wide, "nodes": {**wide.get("nodes", {}), **self.on_phone}} if self.on_phone else dict(wide)


def front_svg(system: CheckedModel, diagram: Diagram, renderer: Renderer, address: LinkTo) -> SizedSvg:
    """Return the first diagram of a page: whole on a desktop and on paper, with fewer cards on a phone."""
    drawn: dict[Column, str] = {
        "sheet": renderer.for_column("sheet").drawn(system, diagram, address),
        "phone": renderer.for_column("phone").drawn(system, on_phone(system.topology, system.findings), address),
    }
    return SizedSvg(renderer.drawn(system, diagram, address), drawn)


@lru_cache(maxsize=64)
def is_whole_on_phone(topology: Topology) -> bool:
    """Return True if a phone shows the deployment of a system as one diagram."""
    return fits_one_diagram(topology) and len(deployment(topology).nodes) <= WHOLE


def on_phone(topology: Topology, findings: Sequence[Finding] = ()) -> Diagram:
    """Return the diagram of a system that can be read on a phone."""
    if is_whole_on_phone(topology):
        return deployment(topology, findings)
    return small_levels(topology, findings)[0].diagram


def on_thumbnail(topology: Topology) -> Iterator[Diagram]:
    """Yield diagrams of a system with fewer and fewer cards, then with those of one role or network together, whatever groups there are."""
    yield on_phone(topology)
    for most in THUMBNAILS:
        yield _plain_levels(topology, most)[0].diagram
    for way in (by_role, by_network):
        if (diagram := collapsed(topology, way)) is not None:
            yield diagram


def small_levels(topology: Topology, findings: Sequence[Finding] = ()) -> tuple[Picture, ...]:
    """Return the diagrams of a system's levels with as few cards as a phone shows."""
    return legible_levels(topology, findings, most=CARDS) if findings else _plain_levels(topology, CARDS)


@lru_cache(maxsize=64)
def _plain_levels(topology: Topology, most: int) -> tuple[Picture, ...]:
    return legible_levels(topology, most=most)


def stage(system: CheckedModel, wide: Trial, phone: Trial, renderer: Renderer, link_to: LinkTo) -> Stage:
    """Return the diagram whose elements a visitor fails, or that a flow takes, for a desktop and for a phone."""
    drawn: dict[Column, str] = {"phone": renderer.for_column("phone").drawn(system, phone.diagram, link_to)}
    folded = frozenset(drawn) if phone.nodes is not None else frozenset()
    return Stage(SizedSvg(renderer.drawn(system, wide.diagram, link_to), drawn, folded), wide.nodes, phone.nodes or {})


def trial_on_phone(topology: Topology) -> Trial:
    """Return the diagram in which a visitor with a phone fails elements."""
    diagram = on_phone(topology)
    return Trial(diagram, None if is_whole_on_phone(topology) else behind(topology, diagram))


def path_on_phone(topology: Topology, flow: Flow, complete: Trial, renderer: Renderer) -> Trial:
    """Return the path of a flow for a phone: as a desktop shows it if that can be read, or with a card per component."""
    folded = folded_path(topology, flow)
    fits = len(complete.diagram.nodes) <= CARDS
    if fits and renderer.for_column("phone").first_legible((complete.diagram, folded)) is complete.diagram:
        return complete
    return Trial(folded, behind(topology, folded))
