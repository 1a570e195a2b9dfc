"""Views of zones and networks in text that can be read in a page's column: equal elements, or those of a role, fold for that."""

from __future__ import annotations

import pytest

from archgen.app.drawing.levels import at_levels
from archgen.app.drawing.pictures import Drawing
from archgen.engines.rooms import COLUMN
from archgen.linting.checked_model import CheckedModel
from archgen.views.aspects import ASPECTS
from archgen.views.diagram import Diagram
from tests.checked import check
from tests.generators.level_models import WRITTEN

DENSE = ("event-driven-shop",)
"""Ninety cards of which none are equal."""


def drawn(model: CheckedModel, view: str, complete: bool = False) -> Diagram:
    ((_, diagram),) = at_levels(model, view, None, True, complete, Drawing(mode="light", room=COLUMN).legibility)
    return diagram


@pytest.mark.sampled(4)
@pytest.mark.parametrize("view", ["zones", "networks"])
@pytest.mark.parametrize("system", WRITTEN)
def test_zones_and_networks_are_read_in_a_column(system: str, view: str) -> None:
    model = check("m.arch.yaml", WRITTEN[system]().encode())
    usual = ASPECTS[view](model.topology, model.findings)
    if usual is None:
        return
    drawing = Drawing(mode="light", room=COLUMN)
    diagram = drawn(model, view)
    assert drawing.legibility(diagram) >= (0.8 if system in DENSE else 1), (system, len(diagram.nodes))
    assert diagram == usual or not drawing.is_legible(usual)
    shown = {name for node in diagram.nodes for name in (node.subject, *node.stands_for)}
    assert {node.subject for node in usual.nodes} <= shown
    assert drawn(model, view, complete=True) == usual
