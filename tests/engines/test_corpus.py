"""Pictures of real systems, drawn as by default: few cards, few crossings, words that can be read, and everything in them."""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import cache
from itertools import repeat
from math import dist
from pathlib import Path

import pytest
from msgspec.structs import replace

from archgen.app.drawing.levels import NamedDiagram, at_levels
from archgen.app.drawing.pictures import Drawing
from archgen.engines.rooms import ROOMS, can_be_read
from archgen.engines.score import score
from archgen.layout.placed import Box, Placed, PlacedEdge
from archgen.linting.checked_model import CheckedModel
from archgen.slides.layout.spatial_index import BoxIndex, LineIndex
from archgen.views.levels import CARDS, LINES
from archgen.views.overview import component_edges
from benchmarks.pictures import D2, counted_in_d2
from tests.checked import check
from tests.paths import ROOT

CORPUS = ROOT.parent / "shared" / "corpus"
PATHS = [*sorted((ROOT / "models").glob("*.arch.yaml")), *sorted(CORPUS.glob("*.arch.yaml"))]
EACH = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name.removesuffix(".arch.yaml"))

FEW = 7
"""The fewest cards of a picture, unless the system, or the group with its neighbors, has fewer."""

APART = 12.0
"""The least between two ends on a side of a card, and between words and the ends of their line."""

MOST_CROSSINGS = {"saas-25": 8, "k8s-25": 10, "regions-40": 12, "micro-80": 15, "data-150": 10}


@cache
def model_of(path: Path) -> CheckedModel:
    return check(path.name, path.read_bytes())


@cache
def pictures(path: Path, width: str) -> tuple[tuple[NamedDiagram, Placed], ...]:
    """The pictures of a system's deployment for a column."""
    model, drawing = model_of(path), Drawing(mode="light", room=ROOMS[width])
    named = at_levels(model, "deployment", None, findings=True, complete=False, legibility=drawing.legibility)
    return tuple((each, drawing.showing(each[1]).placed(model)) for each in named)


def pieces(text: str) -> list[str]:
    """The parts of a text that are never broken."""
    return re.sub(r"-|(?<=[a-z])(?=[A-Z])", lambda cut: f"{cut[0]} ", text).split()


@EACH
@pytest.mark.parametrize("width", ["1150", "800"])
def test_a_picture_can_be_read(path: Path, width: str) -> None:
    room = ROOMS[width]
    for (name, diagram), placed in pictures(path, width):
        quality = score(placed, room)
        assert quality.cards <= CARDS, name
        assert quality.lines <= LINES, name
        assert (quality.overlaps, quality.label_collisions, quality.covered) == (0, 0, 0), name
        assert can_be_read(room.text(placed), room), name
        assert len(diagram.nodes) == len(placed.nodes), name
        for node in placed.nodes:
            assert not any("…" in line for line in (*node.title, node.detail)), name
            assert [word for line in node.title for word in pieces(line)] == pieces(node.node.label), name


@EACH
def test_a_system_of_many_components_has_pictures_of_many_cards(path: Path) -> None:
    model, (((_, whole), _), *_) = model_of(path), pictures(path, "1150")
    assert len(whole.nodes) >= min(FEW, len(model.topology.components))


@EACH
def test_no_line_has_corners_only_for_where_it_meets_its_cards(path: Path) -> None:
    for (name, _), placed in pictures(path, "1150"):
        bundles = Counter(edge.bundle for edge in placed.edges)
        bent = [edge for edge in placed.edges if len(edge.points) == 4 and bundles[edge.bundle] == 1]
        assert [edge.edge.subject for edge in bent if could_be_straight(placed, edge)] == [], name


def could_be_straight(placed: Placed, edge: PlacedEdge) -> bool:
    """Return True if a line could run straight somewhere between the places of its ends, with all else where it stands."""
    (x0, y0), (x1, y1) = edge.points[0], edge.points[-1]
    level, before = edge.points[0][1] == edge.points[1][1], score(placed)
    boxes = {node.node.id: node.box for node in placed.nodes}
    others = [each for each in placed.edges if each is not edge]
    frames, lines = BoxIndex(group.box for group in placed.groups), LineIndex()
    for other in others:
        lines.add(other.points, other.bundle)
    met = [point for other in others for point in (other.points[0], other.points[-1])]
    shares = [step / 8 for step in range(9)]
    places = [(x0 + share * (x1 - x0), y0 + share * (y1 - y0)) for share in shares]
    for points in [((x0, y), (x1, y)) if level else ((x, y0), (x, y1)) for x, y in places]:
        middle = (points[0][0] + points[1][0]) / 2, (points[0][1] + points[1][1]) / 2
        wide, tall = abs(x0 - x1), abs(y0 - y1)
        label = edge.label
        if label:
            x, y = label.box.centre
            label = replace(label, box=label.box.moved(middle[0] - x, middle[1] - y))
            long, room = (label.box.width, wide) if level else (label.box.height, tall)
            if long + 2 * APART > room:
                continue
        ends = zip((edge.edge.source, edge.edge.target), points, strict=True)
        fits = all(
            _inner(boxes[card], level).contains(Box(*end, 0, 0))
            and min(map(dist, met, repeat(end)), default=APART) >= APART
            for card, end in ends
        )
        after = score(replace(placed, edges=(*others, replace(edge, points=points, pieces=(points,), label=label))))
        fits = fits and not frames.grazed(points) and not lines.along(points, edge.bundle)
        counts = [(each.overlaps, each.label_collisions, each.crossings) for each in (after, before)]
        if fits and all(now <= then for now, then in zip(*counts, strict=True)):
            return True
    return False


def _inner(box: Box, level: bool) -> Box:
    """Return a card without its corners."""
    x, y = (0, 8) if level else (8, 0)
    return Box(box.x + x, box.y + y, box.width - 2 * x, box.height - 2 * y)


@EACH
def test_lines_cross_seldom_and_no_more_often_than_in_elk(path: Path) -> None:
    most = MOST_CROSSINGS.get(path.name.removesuffix(".arch.yaml"), max(MOST_CROSSINGS.values()))
    for (name, diagram), placed in pictures(path, "1150"):
        crossings = score(placed).crossings
        assert crossings <= most, name
        if crossings and os.path.exists(D2):
            assert crossings <= counted_in_d2(diagram)[1], name


@EACH
def test_every_component_is_named_and_every_connection_drawn_within_two_clicks(path: Path) -> None:
    model = model_of(path)
    named: set[str] = set()
    drawn: set[str] = set()
    for (_, diagram), _ in pictures(path, "1150"):
        for node in diagram.nodes:
            if not node.opens:
                named |= {subject.partition("@")[0] for subject in (node.subject, *node.stands_for)}
            drawn |= {subject for chip in node.chips for subject in chip.subjects}
        for edge in diagram.edges:
            drawn |= {edge.subject, *edge.bundled}
    assert named >= set(model.topology.components)
    assert drawn >= {edge.subject for edge in component_edges(model.topology)}
