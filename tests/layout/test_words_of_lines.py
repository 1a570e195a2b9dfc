"""Words of lines keep off what tells where a line leads."""

from __future__ import annotations

import pytest

from archgen.layout.deployment.labels import worded
from archgen.layout.placed import Box, PlacedEdge, Point
from archgen.style.theme import SIZES
from archgen.views.diagram import Edge


@pytest.mark.parametrize("end", [(0.0, 20.0), (0.0, -20.0), (40.0, 0.0)])
def test_words_on_a_short_line_leave_the_head_of_its_arrow_to_be_seen(end: Point) -> None:
    way = ((0.0, 0.0), end)
    edge = Edge(id="a b", subject="a -> b", source="a", target="b", label="https", meaning="encrypted")
    (placed,) = worded([PlacedEdge(edge, way, (way,), edge.id)], [], [])
    assert placed.label is not None
    head = Box(end[0] - SIZES.arrow / 2, end[1] - SIZES.arrow / 2, SIZES.arrow, SIZES.arrow)
    assert not placed.label.box.overlaps(head)
