"""Lines on their tracks, each part of a bundle painted once, and their words."""

from __future__ import annotations

from collections.abc import Mapping

from archgen.layout.deployment.grid import Grid, label_size_of
from archgen.layout.deployment.levels import Levels
from archgen.layout.deployment.pieces import unpainted
from archgen.layout.deployment.routing import STRAIGHT, ChannelStep, EdgeRoute
from archgen.layout.deployment.tracks import HALVES, Trunk
from archgen.layout.measures import Measures
from archgen.layout.placed import Box, Label, PlacedEdge, Point, tidy


class EdgePlacer:
    """The lines of a diagram whose columns, channels and tracks have their places."""

    def __init__(
        self,
        levels: Levels,
        grid: Grid,
        ways: list[EdgeRoute],
        channels: Mapping[int, list[Trunk]],
        measures: Measures,
    ) -> None:
        self._levels = levels
        self._grid = grid
        self._ways = ways
        self._measures = measures
        self._tracks = {
            (channel, trunk.bundle, trunk.half): (grid.track(channel, trunk.track), trunk.link)
            for channel, channel_trunks in channels.items()
            for trunk in channel_trunks
        }

    def edges(self) -> list[PlacedEdge]:
        """Return all lines with their words."""
        edges: list[PlacedEdge] = []
        painted: dict[str, list[tuple[Point, Point]]] = {}
        arrows: set[tuple[str, Point]] = set()
        labelled: set[str] = set()
        for way in self._ways:
            points = self._points(way)
            bundle = way.bundle.id
            pieces = unpainted(points, painted.setdefault(bundle, []))
            label = None if bundle in labelled else self._grid.labels.get(bundle) or self._upright(way, points)
            labelled.add(bundle)
            end = (bundle, points[-1])
            edges.append(PlacedEdge(way.edge, points, pieces, bundle, end not in arrows, label))
            arrows.add(end)
        return edges

    def _upright(self, way: EdgeRoute, points: tuple[Point, ...]) -> Label | None:
        """Return the label of a line straight up or down, where its column leaves room beside it."""
        stacked = self._measures.stacked
        wide, tall = (
            label_size_of(way.bundle, len(way.edge.badges), self._measures, stacked) if way.direct else (0.0, 0.0)
        )
        (x, start), (_, end) = points[0], points[-1]
        if not wide or abs(start - end) < tall + 20:
            return None
        return Label(way.bundle.label, Box(x - wide / 2, (start + end) / 2 - tall / 2 - 2, wide, tall), stacked)

    def _points(self, way: EdgeRoute) -> tuple[Point, ...]:
        columns = self._levels.columns
        if way.direct:
            x = self._grid.middle(columns[way.edge.source])
            top, height = self._levels.nodes[way.edge.source]
            other, tall = self._levels.nodes[way.edge.target]
            down = way.sides[0] == "bottom"
            return ((x, top + height if down else top), (x, other if down else other + tall))
        points: list[Point] = [(self._grid.edge(columns[way.edge.source], way.sides[0] == "right"), way.start)]
        for step in way.steps(columns):
            points += self._turns(step, way.bundle.id)
        points.append((self._grid.edge(columns[way.edge.target], way.sides[1] == "right"), way.end))
        return tidy(points)

    def _turns(self, step: ChannelStep, bundle: str) -> list[Point]:
        """Return the corners of a line in a channel: none, two on its trunk, or four on the halves of it."""
        if abs(step.start - step.end) < STRAIGHT and step.start_right != step.end_right:
            return []
        unbroken = self._tracks.get((step.channel, bundle, ""))
        if unbroken is not None:
            return [(unbroken[0], step.start), (unbroken[0], step.end)]
        corners: list[Point] = []
        (left, link), (right, _) = (self._tracks[step.channel, bundle, half] for half in HALVES)
        first, second = (right if side else left for side in (step.start_right, step.end_right))
        corners.append((first, step.start))
        if first != second:
            corners += [(first, link), (second, link)]
        return [*corners, (second, step.end)]
