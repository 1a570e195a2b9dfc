"""What stands out of cards, their badges and second sheets, has room beside the next card, and a layout without it is worse."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from msgspec.structs import replace

from archgen.engines.score import score
from archgen.layout.deployment.arrangement import domain
from archgen.layout.deployment.layered import layered
from archgen.layout.deployment.turned import by_calls, by_roles
from archgen.layout.measures import BOLD, BRIEF, CLOSE, POCKET, ROOM, USUAL, Measures
from archgen.layout.placed import Box, Placed, PlacedNode
from archgen.views.diagram import Badge, Diagram, Edge, Node

BADGES = (Badge(3, "error", "It fails"), Badge(14, "warning", "It may fail"))


def stack(name: str) -> Node:
    node = Node(id=name, subject=name, label=name, kind="service", role="application", badges=BADGES)
    return replace(node, stands_for=(f"{name}-1", f"{name}-2"))


def lone(name: str) -> Node:
    return Node(id=name, subject=name, label=name, kind="client", role="visitor")


DIAGRAM = Diagram(
    id="d",
    title="d",
    alt="d",
    nodes=(lone("reader"), *map(stack, ("news", "shop", "wiki")), replace(lone("fence"), kind="service", role="web")),
    edges=tuple(
        Edge(id=name, subject=name, source="reader", target=name, meaning="encrypted") for name in ("news", "shop")
    ),
)


@pytest.mark.parametrize(
    ("engine", "measures"),
    [
        *product((domain, layered), (USUAL, CLOSE, ROOM, BRIEF, POCKET)),
        *product((by_roles, by_calls), (USUAL, CLOSE, ROOM, BRIEF, BOLD, POCKET)),
    ],
)
def test_no_card_stands_on_the_badges_or_the_second_sheet_of_another(
    engine: Callable[[Diagram, Measures], Placed], measures: Measures
) -> None:
    assert score(engine(DIAGRAM, measures)).overlaps == 0


@pytest.mark.parametrize(("node", "overlaps"), [(stack("news"), 1), (lone("news"), 0)])
def test_a_score_counts_a_card_on_what_stands_out_of_another(node: Node, overlaps: int) -> None:
    above = PlacedNode(lone("fence"), Box(0, 0, 100, 50), ("fence",), "")
    below = PlacedNode(node, Box(0, 52, 100, 50), ("news",), "")
    assert score(Placed(DIAGRAM, 100, 100, (above, below))).overlaps == overlaps
