"""Headings of groups stand clear of what is drawn near them."""

from __future__ import annotations

import pytest

from archgen.layout.deployment.cards import fit_heading, heading_lead
from archgen.layout.deployment.placing import cleared, headed
from archgen.layout.measures import USUAL
from archgen.layout.placed import Box, PlacedGroup, PlacedNode
from archgen.style.text_metrics import text_width
from archgen.style.theme import SIZES
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


def test_a_heading_ends_with_a_whole_word() -> None:
    room = Group(id="zone:g", subject="g", kind="zone", label="Server room of the school")
    name = "Server room …"
    assert fit_heading(room, text_width("Server room of the sch", SIZES.text, bold=True))[0] == name
    assert fit_heading(room, text_width("Serv", SIZES.text, bold=True))[0] != name


def test_the_glyph_of_a_host_makes_way_for_its_name() -> None:
    """Floating replicas stood in a box with the name "any of 4 ho…"."""
    pool = Group(id="pool:a b", subject="a", kind="host", label="any of 4 hosts", detail="a … d")
    wide = text_width(pool.label, SIZES.text, bold=True)
    assert fit_heading(pool, wide + 2) == (pool.label, "", wide)
    placed = PlacedGroup(pool, Box(0, 0, wide + 24, 100), 0, Box(12, 6, wide, 24), pool.label)
    assert heading_lead(placed, USUAL) == 0
    assert fit_heading(pool, wide + 40)[2] > wide
    assert fit_heading(pool, wide - 2)[0] == "any of 4"


@pytest.mark.parametrize(
    ("detail", "room", "words"),
    [
        ("10.2.0.11 · Power feed A", 220, "10.2.0.11 · Power feed A"),
        ("10.2.0.11 · Power feed A", 150, "Power feed A"),
        ("10.2.0.11 · Power feed A", 118, ""),
        ("10.2.0.11 · Power feed of hall A", 150, "Power feed …"),
        ("10.2.0.11", 105, ""),
    ],
)
def test_an_address_is_left_out_and_never_cut(detail: str, room: int, words: str) -> None:
    host = Group(id="host:q", subject="q", kind="host", label="quay-1", detail=detail)
    assert fit_heading(host, room)[1] == words
