"""Complete decks: the deployment, or its levels, in text that can be read from the back of a room."""

from __future__ import annotations

from functools import cache

import pytest

from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.slide_diagrams import deployment_diagrams
from archgen.app.models import check_models
from archgen.app.workspace.inputs import find, read
from archgen.layout.placed import Placed
from archgen.linting.checked_model import CheckedModel
from archgen.slides.layout.legible import FLOOR, LABEL, READABLE, points
from archgen.slides.values import PICTURE
from tests.paths import ROOT

SYSTEMS = {
    path.name.partition(".")[0]: path
    for path in (*(ROOT / "models").glob("*.arch.yaml"), *(ROOT / "tests" / "pictures").glob("*.arch.yaml"))
}

DENSE = {"event-driven-shop": 2}
"""The slides whose groups can't be divided further: a bus of every group, and three components with many neighbors."""


@cache
def slides(name: str) -> tuple[CheckedModel, tuple[Placed, ...]]:
    (model,) = check_models(read(find((str(SYSTEMS[name]),)), ""), "2026-11-24")
    assert isinstance(model, CheckedModel)
    return model, deployment_diagrams(model, Drawing("best", "light"))


@pytest.mark.parametrize("name", sorted(SYSTEMS))
def test_a_deployment_and_its_opened_groups_are_read_from_the_back_of_a_room(name: str) -> None:
    model, placed = slides(name)
    floor = FLOOR if len(placed) > 1 else READABLE
    small = [one.diagram.title for one in placed if points(one, *PICTURE) < floor - 0.05]
    assert len(small) == DENSE.get(name, 0), small
    for one in placed:
        sizes = one.measures.sizes
        assert points(one, *PICTURE) / sizes.name * min(sizes.label, sizes.text) >= LABEL, one.diagram.title
    shown = {name for one in placed for node in one.nodes for name in (node.node.subject, *node.node.stands_for)}
    assert set(model.topology.components) <= shown


@pytest.mark.parametrize("name", sorted(SYSTEMS))
def test_no_slide_shows_only_what_an_earlier_one_shows(name: str) -> None:
    _, placed = slides(name)
    inside = [{node.node.id for node in one.nodes if not node.node.beside} for one in placed]
    for at, ids in enumerate(inside):
        assert not any(ids <= earlier for earlier in inside[:at]), placed[at].diagram.title
