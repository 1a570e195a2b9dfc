"""Lines on their tracks, each part of a bundle painted once, and their words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archgen.layout.deployment.grid import Grid, label_size_of
from archgen.layout.deployment.levels import Levels
from archgen.layout.deployment.pieces import unpainted
from archgen.layout.deployment.routing import STRAIGHT, Step, Way
from archgen.layout.deployment.tracks import HALVES, Trunk
from archgen.layout.measures import Measures
from archgen.layout.placed import Box, Label, PlacedEdge, Point


class Lines:
    """The lines of a picture whose columns, channels and tracks have their places."""

    def __init__(
        self,
        levels: Levels,
        grid: Grid,
        ways: list[Way],
        channels: Mapping[int, list[Trunk]],
        measures: Measures,
    ) -> None:
        self._levels = levels
        self._grid = grid
        self._ways = ways
        self._measures = measures
        self._tracks = {
            (channel, trunk.bundle, trunk.half): (grid.track(channel, trunk.track), trunk.link)
            for channel, found in channels.items()
            for trunk in found
        }

    def edges(self) -> list[PlacedEdge]:
        """All lines with their words."""
        found: list[PlacedEdge] = []
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
            found.append(PlacedEdge(way.edge, points, pieces, bundle, end not in arrows, label))
            arrows.add(end)
        return found

    def _upright(self, way: Way, points: tuple[Point, ...]) -> Label | None:
        """The label of a line straight up or down, where its column leaves room beside it."""
        stacked = self._measures.stacked
        wide, tall = (
            label_size_of(way.bundle, len(way.edge.badges), self._measures, stacked) if way.direct else (0.0, 0.0)
        )
        (x, start), (_, end) = points[0], points[-1]
        if not wide or abs(start - end) < tall + 20:
            return None
        return Label(way.bundle.label, Box(x - wide / 2, (start + end) / 2 - tall / 2 - 2, wide, tall), stacked)

    def _points(self, way: Way) -> tuple[Point, ...]:
        columns = self._levels.columns
        if way.direct:
            x = self._grid.column(columns[way.edge.source]) + self._grid.width / 2
            top, height = self._levels.nodes[way.edge.source]
            other, tall = self._levels.nodes[way.edge.target]
            down = way.sides[0] == "bottom"
            return ((x, top + height if down else top), (x, other if down else other + tall))
        points: list[Point] = [(self._grid.edge(columns[way.edge.source], way.sides[0] == "right"), way.start)]
        for step in way.steps(columns):
            points += self._turns(step, way.bundle.id)
        points.append((self._grid.edge(columns[way.edge.target], way.sides[1] == "right"), way.end))
        return tidy(points)

    def _turns(self, step: Step, bundle: str) -> list[Point]:
        """The corners of a line in a channel: none, two on its trunk, or four on the halves of it."""
        if abs(step.start - step.end) < STRAIGHT and step.start_right != step.end_right:
            return []
        whole = self._tracks.get((step.channel, bundle, ""))
        if whole is not None:
            return [(whole[0], step.start), (whole[0], step.end)]
        found: list[Point] = []
        (left, link), (right, _) = (self._tracks[step.channel, bundle, half] for half in HALVES)
        first, second = (right if side else left for side in (step.start_right, step.end_right))
        found.append((first, step.start))
        if first != second:
            found += [(first, link), (second, link)]
        return [*found, (second, step.end)]


def tidy(points: Iterable[Point]) -> tuple[Point, ...]:
    """A line without points that repeat the last or lie on the way to the next."""
    found: list[Point] = []
    for point in points:
        if found and found[-1] == point:
            continue
        if len(found) > 1 and (found[-2][0] == found[-1][0] == point[0] or found[-2][1] == found[-1][1] == point[1]):
            found[-1] = point
        else:
            found.append(point)
    return tuple(found)
