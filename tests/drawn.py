"""Every view and flow of many models in the text formats of other tools: what those tools are given to read.

The models are the reference tiers, the well-built architectures, and a model per hostile text, which says it everywhere.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archgen.app.drawing.draw import USUAL, VIEWS, draw
from archgen.app.drawing.formats import FORMATS
from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.systems import visible_systems
from archgen.app.models import check_models
from archgen.app.workspace.inputs import Input
from archgen.engines.dot_command import graphviz_command
from archgen.linting.checked_model import CheckedModel
from archgen.model.problems import UsageError
from archgen.system.internal_errors import Isolation
from tests.generators import hostile_model
from tests.paths import ROOT

WELL_BUILT = ROOT / "tests" / "well_built"
READERS = ROOT / "tests" / "readers" / "node_modules"
"""Where `make readers` puts the code of other tools that npm has."""


def needs_reader(name: str) -> pytest.MarkDecorator:
    """Skips a test where a file or package of the readers is not there."""
    return pytest.mark.skipif(not (READERS / name).exists(), reason=f"no {name} in {READERS}: make readers")


def _has_graphviz() -> bool:
    try:
        return bool(graphviz_command())
    except UsageError:
        return False


NEEDS_GRAPHVIZ = pytest.mark.skipif(
    not _has_graphviz(), reason="there is neither a `dot` on the PATH nor graphviz-pure of the extra `ci`"
)
"""Skips a test where nothing reads DOT."""


@cache
def models() -> tuple[CheckedModel, ...]:
    """All of them, judged, so that the pictures carry the findings' numbers."""
    with TemporaryDirectory() as directory:
        hostile_model.write(directory)
        folders = (ROOT / "models", WELL_BUILT, Path(directory))
        files = [file for folder in folders for file in sorted(folder.glob("*.arch.yaml"))]
        return visible_systems(check_models(tuple(Input(str(file), file.read_bytes()) for file in files), "2026-12-31"))


@cache
def drawn(form: str) -> tuple[tuple[str, str], ...]:
    """Name and text of every picture of the tiers that the format can show, and of the other models in three of their views.

    These are in the deployment and the flows, and in one other view, which they take in turn: the labels of all views are
    written by one function of the format, and so are the cards and the lines.
    """
    able = {"flows": FORMATS[form].flow, "diff": FORMATS[form].diff}
    views = tuple(view for view in VIEWS if able.get(view, FORMATS[form].deployment) is not None)
    isolation = Isolation()
    hostile = [model for model in models() if not model.file.startswith(str(ROOT))]
    built = [model for model in models() if model.file.startswith(str(WELL_BUILT))]
    others = [view for view in views if view not in (*USUAL, "diff")]
    usual = tuple(view for view in views if view in USUAL)
    parts = [([model for model in models() if model not in (*hostile, *built)], views)]
    for some in (built, hostile):
        parts += [(some[turn :: len(others)], (*usual, view)) for turn, view in enumerate(others)]
    found = [file for part, shown in parts for file in draw(tuple(part), Drawing(), (form,), shown, None, isolation)]
    assert not isolation.errors
    return tuple((file.name, file.content.decode("utf-8")) for file in found)
