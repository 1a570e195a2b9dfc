"""Words of lines keep off what tells where a line leads."""

from __future__ import annotations

import pytest

from archgen.layout.deployment.labels import worded
from archgen.layout.placed import Box, PlacedEdge, PlacedNode, Point
from archgen.style.theme import SIZES
from archgen.views.diagram import Badge, Edge, Node


@pytest.mark.parametrize("end", [(0.0, 20.0), (0.0, -20.0), (40.0, 0.0)])
def test_words_on_a_short_line_leave_the_head_of_its_arrow_to_be_seen(end: Point) -> None:
    way = ((0.0, 0.0), end)
    edge = Edge(id="a b", subject="a -> b", source="a", target="b", label="https", meaning="encrypted")
    (placed,) = worded([PlacedEdge(edge, way, (way,), edge.id)], [], [])
    assert placed.label is not None
    head = Box(end[0] - SIZES.arrow / 2, end[1] - SIZES.arrow / 2, SIZES.arrow, SIZES.arrow)
    assert not placed.label.box.overlaps(head)


def test_words_without_room_are_shortened_before_their_line_says_nothing() -> None:
    way = ((0.0, 0.0), (0.0, 60.0), (110.0, 60.0), (110.0, 120.0))
    badges = (Badge(13, "warning", "It may fail"),)
    label = "8 connections, 2 unencrypted"
    edge = Edge(id="a b", subject="a", source="a", target="b", label=label, meaning="plaintext", badges=badges)
    beside = [PlacedNode(node(name), Box(*place, 100, 300), (name,), "") for name, place in CROWD.items()]
    (placed,) = worded([PlacedEdge(edge, way, (way,), edge.id)], beside, [])
    assert placed.label is not None
    assert placed.label.text in ("8 connections", "") or placed.label.stacked


CROWD = {"left": (-120.0, -100.0), "right": (130.0, -100.0)}


def node(name: str) -> Node:
    return Node(id=name, subject=name, label=name, kind="service", role="application")
