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
    assert round(_font(svg) * min(330 / wide, 580 / tall), 1) >= 8


def test_each_group_has_a_page_that_its_card_leads_to(site: Path) -> None:
    """A group's page has its components, the trail to the system, and what its loss does."""
    front = block(site / "index.html", "archgen-views")
    leads = {part.attributes["xlink:href"] for part in front.all("a") if part.attributes.get("data-item") == "level"}
    pages = {f"groups/{page.parent.name}/index.html" for page in (site / "groups").glob("*/index.html")}
    assert leads
    assert leads <= pages
    named = set()
    for path in pages:
        page = parse((site / path).read_text("utf-8"))
        article = next(page.all("article"))
        ways = {link.attributes["href"] for link in article.all("a") if "href" in link.attributes}
        assert "../../index.html" in ways
        named |= {way.split("/")[3] for way in ways if way.startswith("../../components/")}
        assert "Effect of its loss" in article.words
        assert "goes down" in article.words
    assert {f"s-{at}" for at in range(SERVICES)} <= named


def test_the_name_of_each_thing_has_all_words_that_are_written_on_it(site: Path) -> None:
    """The words of a card or a line in their order, as voice control asks for them (WCAG 2.2, 2.5.3)."""
    for page in (
        "index.html",
        *(f"groups/{way.parent.name}/index.html" for way in (site / "groups").glob("*/index.html")),
    ):
        for link in (
            part for part in parse((site / page).read_text("utf-8")).all("a") if "data-item" in part.attributes
        ):
            written, name = (
                " ".join(text.replace("·", " ").split()) for text in (_written(link), link.attributes["aria-label"])
            )
            assert written in name


def _written(part: Element) -> str:
    shown = (child for child in part.children if isinstance(child, str) or "aria-hidden" not in child.attributes)
    return "".join(child if isinstance(child, str) else _written(child) for child in shown)


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
