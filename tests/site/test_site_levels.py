"""Pages of a system that is too large for one diagram: what a reader clicks or plays has cards of several replicas."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from archgen.cli import main
from archgen.views.levels import CARDS, LINES
from tests.document import Element, parse

HOSTS, SERVICES = 11, 12


def shop() -> str:
    """A chain of services, each on three of eleven hosts, no two of which are equal."""
    hosts = ", ".join(f"h-{at}: {{}}" for at in range(HOSTS))
    names = ["user", *(f"s-{at}" for at in range(SERVICES))]
    calls = list(pairwise(names))
    places = [", ".join(f"h-{(at * 3 + more * (1 + at % 5)) % HOSTS}" for more in range(3)) for at in range(SERVICES)]
    return "\n".join(
        (
            "archgen: 1",
            "name: A shop",
            f"hosts: {{{hosts}}}",
            "components:",
            "  user: {kind: client}",
            *(f"  s-{at}: {{kind: service, runs_on: [{on}]}}" for at, on in enumerate(places)),
            "connections:",
            *(f"  {source} -> {target}: https" for source, target in calls),
            "flows:",
            "  order:",
            "    title: An order",
            "    steps:",
            *(f"      - {source} -> {target}: GET /" for source, target in calls),
            "",
        )
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its site."""
    at = tmp_path_factory.mktemp("levels")
    (at / "bank.arch.yaml").write_text(shop(), encoding="utf-8")
    assert main(["build", str(at / "bank.arch.yaml"), "-o", str(at / "site"), "--today", "2026-11-24"]) == 0
    return at / "site" / "bank"


def block(page: Path, name: str) -> Element:
    """The interactive block of a page."""
    return next(part for part in parse(page.read_text("utf-8")).all("div") if part.has(name))


def test_the_failures_page_is_readable_and_every_replica_is_behind_a_card(site: Path) -> None:
    explorer = block(site / "failures" / "index.html", "archgen-failures")
    data: Any = _read(explorer)
    versions = [version for version in explorer.all("svg") if "viewbox" in version.attributes]
    assert len(versions) == 2
    for version in versions:
        cards = [part.attributes["data-node"] for part in version.all() if "data-node" in part.attributes]
        lines = [part for part in version.all() if "data-edge" in part.attributes]
        assert 4 <= len(cards) <= CARDS
        assert len(lines) <= LINES
        behind = {at for card in cards for at in data["nodes"][card]}
        replicas = {at for at, element in enumerate(data["elements"]) if element[0] == "replica"}
        assert replicas <= behind
        assert len(replicas) > len(cards)


def test_the_path_of_a_flow_is_readable(site: Path) -> None:
    pages = sorted((site / "flows").glob("*/index.html"))
    assert pages
    for page in pages:
        player = block(page, "archgen-player")
        stage = next(part for part in player.all("div") if part.has("archgen-beside"))
        data = _read(player)
        steps = {source for _, source, *_ in data["steps"]}
        for version in (svg for svg in stage.all("svg") if "viewbox" in svg.attributes):
            cards = [part.attributes["data-node"] for part in version.all() if "data-node" in part.attributes]
            assert len(cards) <= CARDS, page
            assert steps <= {re.split("[@#]", card)[0] for card in cards}, page


@pytest.mark.parametrize("path", ["index.html", "failures/index.html"])
def test_a_phone_and_a_sheet_have_diagrams_whose_text_can_be_read(site: Path, path: str) -> None:
    """The first diagram of a page, as it is shown in the column of a phone of 390 px, and on a sheet of A4."""
    parts = [part for part in parse((site / path).read_text("utf-8")).all("div") if part.has("archgen-column")]
    sizes = {part.attributes["data-column"]: _smallest(next(part.all("svg")), part.attributes) for part in parts}
    assert sizes["phone"] >= 8
    assert set(sizes) == ({"phone", "sheet"} if path == "index.html" else {"phone"})
    assert sizes.get("sheet", 9) >= 9


def test_names_on_the_card_of_the_home_page_can_be_read(site: Path) -> None:
    card = next(
        part
        for part in parse((site.parent / "index.html").read_text("utf-8")).all("a")
        if part.has("archgen-tier-card")
    )
    svg = next(svg for svg in card.all("svg") if "viewbox" in svg.attributes)
    _, _, wide, tall = map(float, svg.attributes["viewbox"].split())
    assert _font(svg) * min(330 / wide, 500 / tall) >= 8


def _smallest(svg: Element, column: dict[str, str]) -> float:
    wide = float(svg.attributes["viewbox"].split()[2])
    return _font(svg) * min({"phone": 356, "sheet": 710}[column["data-column"]] / wide, 1)


def _font(svg: Element) -> float:
    """The smallest size of a text in a diagram."""
    classes = {name for part in svg.all("text") for name in part.attributes.get("class", "").split()}
    return min(float(name[1:].replace("_", ".")) for name in classes if re.fullmatch(r"t\d+(_\d+)?", name))


def _read(part: Element) -> dict[str, list[list[str]]]:
    text = next(part.all("script")).text
    data: dict[str, list[list[str]]] = json.loads(text)
    return data
