"""Pictures byte for byte: small, self-contained, and the same on every machine and every Python."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from archgen.analysis.topology import Topology
from archgen.app.drawing.draw import draw
from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.systems import visible_systems
from archgen.app.models import check_models
from archgen.app.workspace.inputs import read
from archgen.system.internal_errors import Isolation
from tests.paths import ROOT
from tests.render.picture_hashes import FILE, hashes
from tests.render.test_exports import MODELS

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """What `archgen draw models` writes."""
    paths = tuple(str(path) for path in sorted((ROOT / "models").glob("*.arch.yaml")))
    found = visible_systems(check_models(read(paths), "2026-12-01"))
    return {one.name: one.content.decode() for one in draw(found, Drawing(), ("svg",), (), None, Isolation())}


@MODELS
def test_the_same_svg_and_the_same_pixels_everywhere(one: Topology) -> None:
    known = json.loads(FILE.read_text(encoding="utf-8"))
    made = hashes(one)
    wrong = [name for name, digest in made.items() if known.get(name) != digest]
    assert not wrong, f"{wrong} differ; if that is meant, run `python -m tests.render.picture_hashes`"


def test_the_picture_of_the_second_tier_is_small(files: dict[str, str]) -> None:
    assert len(files["2-distributed-web-infrastructure.deployment.svg"].encode()) <= 27_000
    assert max(len(svg.encode()) for name, svg in files.items() if ".flow-" in name) <= 25_000


def test_every_picture_stands_alone_with_each_icon_once(files: dict[str, str]) -> None:
    assert len(files) == 12
    for name, svg in files.items():
        root = ElementTree.fromstring(svg)
        ids = [one.get("id") for one in root.iter() if one.get("id")]
        assert len(ids) == len(set(ids)), name
        used = {one.get("href") for one in root.iter(f"{SVG}use")}
        defined = [one.get("id") for one in root.iter(f"{SVG}symbol")]
        assert used == {f"#{one}" for one in defined}, name
        assert not re.search(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)[a-z]", svg), name
        bodies = [ElementTree.tostring(one[0]) for one in root.iter(f"{SVG}symbol")]
        assert len(bodies) == len(set(bodies)), name


def test_pictures_of_one_page_share_no_id(files: dict[str, str]) -> None:
    ids = [one for svg in files.values() for one in set(re.findall(r' id="([^"]*)"', svg))]
    assert len(ids) == len(set(ids))
