"""The slide of a system: groups that leave it a strip are opened until it is full, as far as its text stays readable."""

from __future__ import annotations

from itertools import pairwise

from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.slide_diagrams import system_diagram
from archgen.layout.placed import Placed
from archgen.slides.layout.legible import FLOOR, LABEL, points
from archgen.slides.values import PICTURE
from tests.checked import check

GROUPS = {"door": ("reverse-proxy", 2), "shop": ("service", 3), "jobs": ("worker", 4), "stores": ("database", 24)}
"""Groups that call each other in a row: their kind, and how many components they hold."""


def chain() -> str:
    """A system whose groups are a strip."""
    names = list(GROUPS)
    components = [
        f"  {name}-{n}: {{kind: {kind}, group: {name}}}" for name, (kind, n) in GROUPS.items() for n in range(n)
    ]
    calls = [
        f"  {caller}-0 -> {called}-{n}: https" for caller, called in pairwise(names) for n in range(GROUPS[called][1])
    ]
    return "\n".join(
        [
            "archgen: 1",
            "name: Chain",
            f"groups: {{{', '.join(f'{name}: {{}}' for name in names)}}}",
            "layout: {direction: left-right}",
            "components:",
            "  reader: {kind: client}",
            "  editor: {kind: client}",
            "  post: {kind: external-service}",
            *components,
            "connections:",
            "  reader -> door-0: https",
            "  editor -> door-1: https",
            "  stores-0 -> post: smtps",
            *calls,
        ]
    )


def filled(placed: Placed) -> float:
    shares = placed.width / PICTURE[0], placed.height / PICTURE[1]
    return min(shares) / max(shares)


def test_a_strip_of_groups_is_opened_until_it_fills_its_slide() -> None:
    placed = system_diagram(check("m.arch.yaml", chain().encode()), Drawing(mode="light"))
    sizes = placed.measures.sizes
    names = points(placed, *PICTURE)
    assert names >= FLOOR
    assert names * sizes.label / sizes.name >= LABEL
    assert filled(placed) > 0.5, [node.node.label for node in placed.nodes]
    assert sum(not node.node.opens for node in placed.nodes) > 3
