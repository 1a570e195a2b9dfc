"""Lines cross no more often than in the pictures that D2 makes of the same levels with the ELK layout."""

from __future__ import annotations

import pytest

from archgen.app.drawing.levels import at_levels
from archgen.app.drawing.pictures import Drawing
from archgen.engines.rooms import COLUMN
from archgen.engines.score import score
from tests.checked import check
from tests.generators.level_models import WRITTEN

ELK = {
    ("bank-on-premises", "deployment.network-inner"): 1,
    ("event-driven-shop", "deployment"): 2,
    ("iot-mqtt", "deployment.network-product"): 6,
}
"""The pictures of these systems in which an order from the first search alone has more, with `python -m benchmarks.crossings`."""


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("system", "picture"), ELK)
def test_lines_cross_no_more_often_than_in_elk(system: str, picture: str) -> None:
    model = check("m.arch.yaml", WRITTEN[system]().encode())
    drawing = Drawing(mode="light", room=COLUMN)
    diagrams = dict(at_levels(model, "deployment", None, True, complete=False, legibility=drawing.legibility))
    assert score(drawing.showing(diagrams[picture]).placed(model)).crossings <= ELK[system, picture]
