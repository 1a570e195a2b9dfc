"""Headings of groups stand clear of what is drawn near them."""

from __future__ import annotations

import pytest

from archgen.layout.deployment.placing import cleared, headed
from archgen.layout.placed import Box, PlacedGroup, PlacedNode
from archgen.views.diagram import Badge, Group, Node

GROUP = headed(Group(id="host:ldap", subject="ldap", kind="host", label="ldap"), Box(0, 0, 120, 140), {})
BADGE = Badge(5, "error", "No backup")


def card(x: float, *badges: Badge) -> PlacedNode:
    node = Node(id="ldap", subject="ldap", label="ldap", kind="directory", role="data", badges=badges)
    return PlacedNode(node, Box(x, 40, 60, 88), ("ldap",), "", False)


def top(group: PlacedGroup) -> float:
    assert group.heading
    return group.heading.y


@pytest.mark.parametrize(
    ("node", "rises"),
    [(card(10, BADGE), True), (card(10), False), (card(60, BADGE), False)],
    ids=["badge under the heading", "no badge", "badge beside the heading"],
)
def test_a_heading_rises_above_the_badges_of_a_card(node: PlacedNode, rises: bool) -> None:
    [group] = cleared([GROUP], [], [node])
    assert (top(group) < top(GROUP)) == rises
    assert top(group) > GROUP.box.y
