"""Models as pictures: views, engines and renderers put together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.app.drawing.layouts import REMEMBERED, cached, engine_for, retitled, wrapped_engine
from archgen.engines.rooms import COLUMNS, ROOMS, THUMBNAIL, Room, legibility
from archgen.layout.placed import Placed
from archgen.linting.checked_model import CheckedModel
from archgen.model.architecture import Flow
from archgen.model.problems import PartError
from archgen.render.icons.icons import icons, mono
from archgen.render.scene.card import NodeIcons
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.shapes import Scene
from archgen.render.svg.document import svg
from archgen.style.glyphs import Icon
from archgen.style.svg_markup import short_prefix
from archgen.style.theme import LIGHT, SIZES, THEMES, Mode, Theme
from archgen.views.deployment import deployment
from archgen.views.diagram import Diagram, Sequence

if TYPE_CHECKING:
    from archgen.compare import Evolution
    from archgen.layout.sequence.placed import PlacedSequence
    from archgen.site.page import Column, LinkTo
    from archgen.views.flow import FailedRequest

MODES: tuple[Mode, ...] = ("light", "dark", "auto", "print", "contrast")
ICONS = ("colour", "mono")


class RasterOptions(Struct, frozen=True):
    """The options of pixels: how many per pixel of the diagram, a transparent background, a canvas of 16:9.

    A `wide` canvas is one for every format with places: towers of hosts are wrapped for it.
    """

    scale: float = 2.0
    transparent: bool = False
    wide: bool = False


class Drawing:
    """Draws the tiers of one run in one way: with an engine, in a mode, with or without findings, for a room."""

    def __init__(
        self,
        engine: str = "best",
        mode: Mode = "auto",
        findings: bool = True,
        raster: RasterOptions | None = None,
        *,
        mono: bool | None = None,
        room: Room | None = None,
    ) -> None:
        self.raster = raster or RasterOptions()
        self._mono = THEMES.get(mode, LIGHT).mono if mono is None else mono
        self._name = engine
        self.room = room
        chosen = engine_for(engine, None if self.raster.wide else room)
        self._engine = cached(wrapped_engine(chosen) if self.raster.wide else chosen)
        self._mode = mode
        self.findings = findings
        self._shown: Diagram | None = None
        self._fits = lru_cache(maxsize=REMEMBERED)(self._fitted)
        self._rooms: dict[str, Drawing] = {}
        self._last: tuple[CheckedModel, Flow, PlacedSequence] | None = None

    @property
    def mode(self) -> Mode:
        """The mode that pictures are drawn in."""
        return self._mode

    @property
    def theme(self) -> Theme:
        """The palette of formats that have no automatic mode: light then."""
        return THEMES.get(self._mode, LIGHT)

    def literal(self) -> Drawing:
        """The same drawing for a rasteriser, which knows no automatic mode: light then."""
        return self if self._mode != "auto" else self._like("light", self._shown)

    def showing(self, diagram: Diagram) -> Drawing:
        """The same drawing with another view of a tier in place of its deployment."""
        return self._like(self._mode, diagram)

    def _like(self, mode: Mode, shown: Diagram | None) -> Drawing:
        drawing = Drawing(self._name, mode, self.findings, self.raster, mono=self._mono, room=self.room)
        drawing._shown = shown
        drawing._engine = self._engine
        return drawing

    def for_column(self, column: Column) -> Drawing:
        """The same drawing for a narrower column of a page."""
        return self._within(COLUMNS[column])

    def _within(self, room: Room) -> Drawing:
        if room.name not in self._rooms:
            drawing = Drawing(self._name, self._mode, self.findings, self.raster, mono=self._mono, room=room)
            self._rooms[room.name] = drawing
        return self._rooms[room.name]

    def is_legible(self, diagram: Diagram) -> bool:
        """Return True if the text of a diagram can be read in the room that it is drawn for."""
        return self.legibility(diagram) >= 1

    @property
    def is_page(self) -> bool:
        """True if it draws for a slide or a sheet, which nobody scrolls or enlarges."""
        return self.room is not None and self.room.height > 0

    def legibility(self, diagram: Diagram) -> float:
        """Return the smallest text of a diagram as a share of what can be read in the room that it is drawn for, 1 at most."""
        if self.room is None:
            return 1.0
        try:
            return legibility(self._engine(diagram), self.room)
        except PartError:
            # told where the diagram is drawn
            return 1.0

    def first_legible(self, diagrams: Iterable[Diagram]) -> Diagram:
        """Return the first of some diagrams whose text can be read, else the last with the largest smallest text."""
        most_legible = -1.0
        for diagram in diagrams:
            legible = self.legibility(diagram)
            if legible >= most_legible:
                chosen, most_legible = diagram, legible
            if legible >= 1:
                break
        return chosen

    def diagram(self, tier: CheckedModel) -> Diagram:
        """Return the content of the deployment diagram, or of the view in its place."""
        return self._shown or deployment(tier.topology, tier.findings if self.findings else ())

    def flow(self, tier: CheckedModel, flow: Flow) -> Sequence:
        """Return the content of a flow's diagram."""
        from archgen.views.flow import flow_sequence

        return flow_sequence(tier.topology, flow, tier.findings if self.findings else ())

    def placed(self, tier: CheckedModel) -> Placed:
        """The deployment with its places."""
        return self._engine(self.diagram(tier))

    def fitted(
        self,
        diagram: Diagram,
        room: tuple[float, float] | None = None,
        least: float | None = None,
        *,
        promising: float = 0.0,
    ) -> Placed:
        """A view with its places for a slide, or a room on it; other engines than ours place it as they do anywhere.

        Names of at least `least` points end the search for larger ones, and so do first names of less than the `promising`
        share of these.
        """
        from archgen.slides.values import PICTURE

        placed = self._fits(diagram.nameless, room or PICTURE, least, promising)
        return replace(placed, diagram=retitled(placed.diagram, diagram))

    def _fitted(self, diagram: Diagram, room: tuple[float, float], least: float | None, promising: float) -> Placed:
        if self._name not in ("best", "domain"):
            return wrapped_engine(self._engine)(diagram)
        from archgen.slides.layout.legible import READABLE, legible, points

        enough = READABLE if least is None else least
        # a page scrolls in the direction that a model asks for; a slide doesn't
        turned = diagram.direction == "top-down"
        free = replace(diagram, direction=None) if turned else diagram
        placed = legible(free, *room, enough)
        size = points(placed, *room)
        if size < promising * enough or (size >= enough and not turned):
            return placed
        engine = engine_for(self._name, ROOMS["slide"])
        other = engine(diagram)
        if turned and points(other, *room) >= enough:
            return other
        if size < enough and other.diagram.direction != free.direction:
            other = engine(free)
        return max(placed, other, key=lambda each: points(each, *room)) if size < enough else placed

    def icons(self, tiers: Iterable[CheckedModel]) -> dict[str, Icon]:
        """Return the logos in the diagrams of some models, by the names in the models."""
        logos: dict[str, Icon] = {}
        for tier in tiers:
            names = (component.icon or component.product for component in tier.topology.components.values())
            logos = {**self._logos(tier.topology.architecture.file, names), **logos}
        return logos

    def icon_lookup(self, tiers: Iterable[CheckedModel]) -> Callable[[str | None], Icon | None]:
        """Return the function from a name in some models to its logo."""
        logos = self.icons(tiers)
        return lambda name: logos.get(name or "")

    def deployment(self, tier: CheckedModel) -> str:
        """Return the deployment as SVG."""
        return svg(self.deployment_scene(tier), self._mode)

    def deployment_scene(self, tier: CheckedModel) -> Scene:
        """Return the scene of where everything runs."""
        return self._scene(tier, self.diagram(tier))

    def drawn(self, tier: CheckedModel, diagram: Diagram, section: LinkTo | None = None) -> str:
        """A view as SVG; with `section` for a page, where every thing leads to its section under a legend of the page."""
        return svg(self._scene(tier, diagram, section), self._mode)

    def thumbnail(self, tier: CheckedModel, diagrams: Iterable[Diagram]) -> str:
        """The first of some views that can be read on a card, else the most legible one, as SVG without its title and legend."""
        within = self._within(THUMBNAIL)
        diagram = within.first_legible(diagrams)
        logos = self._node_icons(tier.topology.architecture.file, diagram)
        name = short_prefix(tier.id, f"{diagram.id}-card")
        return svg(diagram_scene(within._engine(diagram), logos, name=name, caption=False, key=False), self._mode)

    def _scene(self, tier: CheckedModel, diagram: Diagram, section: LinkTo | None = None) -> Scene:
        column = f"-{self.room.name}" if self.room is not None and self.room.name in COLUMNS else ""
        return diagram_scene(
            self._engine(diagram),
            self._node_icons(tier.topology.architecture.file, diagram),
            name=short_prefix(tier.id, f"{diagram.id}-live{column}" if section else f"{diagram.id}{column}"),
            caption=section is None,
            key=section is None,
            sections=section,
        )

    def _node_icons(self, file: str, diagram: Diagram) -> NodeIcons:
        logos = self._logos(file, (node.icon for node in diagram.nodes))
        return lambda node: logos.get(node.icon or "")

    def sequence(self, tier: CheckedModel, flow: Flow, live: bool = False) -> str:
        """Return a request flow in time as SVG; `live` marks each step for a page that plays them."""
        return svg(self.flow_scene(tier, flow, live), self._mode)

    def flow_scene(self, tier: CheckedModel, flow: Flow, live: bool = False) -> Scene:
        """Return the scene of one request flow in time."""
        return self._in_time(self._sequence(tier, flow), tier.topology, live)

    def _sequence(self, tier: CheckedModel, flow: Flow) -> PlacedSequence:
        """A flow with its places; the last one is remembered, since a page shows what a file beside it shows."""
        last = self._last
        if last is None or last[0] is not tier or last[1] is not flow:
            self._last = last = (tier, flow, self._in_columns(self.flow(tier, flow)))
        return last[2]

    def _in_columns(self, sequence: Sequence) -> PlacedSequence:
        """Return a flow with its places, what repeats in it folded, so near together that its text can be read in a column."""
        from archgen.layout.sequence.arrangement import place, place_within
        from archgen.views.flow_folding import folded

        if self.room is None or self.room.height:
            return place(folded(sequence))
        return place_within(folded(sequence), self.room.width * SIZES.label / self.room.floor)

    def playing(self, tier: CheckedModel, flow: Flow) -> str:
        """Return a request flow in time as SVG whose steps light up in turn."""
        from archgen.render.scene.sequence_film import sequence_film

        placed = self._in_columns(self.flow(tier, flow))
        logos, name = self._people(tier, placed.sequence), short_prefix(tier.id, placed.sequence.id, "a")
        return svg(sequence_film(placed, logos, name), self._mode)

    def playing_path(self, tier: CheckedModel, flow: Flow) -> str:
        """Return the part of the deployment that a flow touches as SVG; each step lights what it takes."""
        from archgen.render.scene.path_film import path_film
        from archgen.views.playback import playback_steps

        shown, logos = self._path(tier, flow)
        name = short_prefix(tier.id, shown.diagram.id, "a")
        return svg(path_film(shown, flow.title, playback_steps(tier.topology, flow), name, logos), self._mode)

    def path_frames(self, tier: CheckedModel, flow: Flow) -> tuple[Scene, ...]:
        """Return the scenes of what a flow touches of the deployment: all of it, then each step."""
        from archgen.render.scene.path_film import path_frames
        from archgen.views.playback import playback_steps

        shown, logos = self._path(tier, flow)
        return path_frames(
            shown, flow.title, playback_steps(tier.topology, flow), short_prefix(tier.id, shown.diagram.id), logos
        )

    def _path(self, tier: CheckedModel, flow: Flow) -> tuple[Placed, NodeIcons]:
        from archgen.views.path import path_diagram

        diagram = path_diagram(tier.topology, flow, tier.findings if self.findings else ())
        return self._engine(diagram), self._node_icons(tier.topology.architecture.file, diagram)

    def growing(self, tier: CheckedModel, flow: Flow) -> tuple[Scene, ...]:
        """Return the scenes of one request flow in time, before its first step and after each."""
        from archgen.render.scene.sequence import sequence_scene
        from archgen.slides.sequence_paging import growing

        full = self._in_columns(self.flow(tier, flow))
        logos, name = self._people(tier, full.sequence), short_prefix(tier.id, full.sequence.id)
        empty = replace(full, arrows=(), papers=(), frames=())
        return tuple(sequence_scene(placed, logos, name) for placed in (empty, *growing(full)))

    def _people(self, tier: CheckedModel, sequence: Sequence) -> dict[str, Icon]:
        return self._logos(tier.topology.architecture.file, (person.icon for person in sequence.participants))

    def failure(self, topology: Topology, flow: Flow, stop: FailedRequest) -> str:
        """Return a request flow in time as SVG, up to its failing step."""
        from archgen.views.flow import flow_sequence

        placed = self._in_columns(flow_sequence(topology, flow, stop=stop))
        return svg(self._in_time(placed, topology), self._mode)

    def _in_time(self, placed: PlacedSequence, topology: Topology, live: bool = False) -> Scene:
        from archgen.render.scene.sequence import sequence_scene

        sequence = placed.sequence
        logos = self._logos(topology.architecture.file, (person.icon for person in sequence.participants))
        name = short_prefix(topology.architecture.id, f"{sequence.id}-live" if live else sequence.id)
        return sequence_scene(placed, logos, name, live=live)

    def changed(self, evolution: Evolution) -> Diagram:
        """Return the content of a change's diagram: both models in one deployment."""
        from archgen.views.diff import change_diagram

        return change_diagram(evolution, self.findings)

    def placed_change(self, evolution: Evolution) -> Placed:
        """Both models of a change with their places."""
        return self._engine(self.changed(evolution))

    def change(self, evolution: Evolution) -> str:
        """Both models of a change in one deployment picture, as SVG."""
        return svg(self.change_scene(evolution), self._mode)

    def change_scene(self, evolution: Evolution) -> Scene:
        """Return the scene of both models of a change in one deployment."""
        diagram = self.changed(evolution)
        architecture = evolution.after.topology.architecture
        icons = self._node_icons(architecture.file, diagram)
        return diagram_scene(self._engine(diagram), icons, name=short_prefix(architecture.id, "diff"))

    def neighborhood(self, evolution: Evolution) -> str:
        """Return the cards that a change touches, with their neighbors, as SVG."""
        from archgen.views.neighborhood import neighborhood

        diagram = neighborhood(self.changed(evolution))
        architecture = evolution.after.topology.architecture
        icons = self._node_icons(architecture.file, diagram)
        return svg(
            diagram_scene(self._engine(diagram), icons, name=short_prefix(architecture.id, "review")), self._mode
        )

    def _logos(self, file: str, names: Iterable[str | None]) -> dict[str, Icon]:
        """The logos for names in a model; in mono those that can be, the others' kinds have a glyph."""
        logos = icons(names, os.path.dirname(os.path.abspath(file)))
        if not self._mono:
            return logos
        inked = {name: mono(logo) for name, logo in logos.items()}
        return {name: logo for name, logo in inked.items() if logo is not None}
