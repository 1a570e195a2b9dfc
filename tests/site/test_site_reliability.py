"""Reliability on the site: the numbers of a page are those that are computed, with their assumptions beside them."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import markdown
import pytest
from msgspec.structs import replace

from archgen.analysis.assessment import FlowAssessment, assess
from archgen.compare import evolve
from archgen.linting.checked_model import CheckedModel
from archgen.model.durations import format_duration
from archgen.model.percentages import format_availability
from archgen.report.common.assessment import format_parts, format_range
from archgen.report.diff.sentences import sentences
from archgen.rules import RULES
from archgen.site.all_pages import render_pages
from archgen.site.blocks import block_html
from archgen.site.page import Page
from tests import paths
from tests.checked import check
from tests.document import parse, rows, section, table_after
from tests.site.page_trees import EXTENSIONS, NoPictures, body, page_tree

ROOT = str(paths.ROOT)
TIERS = ("1-simple-web-stack", "2-distributed-web-infrastructure", "3-secured-and-monitored", "4-split-components")
SVG = "{http://www.w3.org/2000/svg}"


def tier(name: str, text: str) -> CheckedModel:
    return check(f"{name}.arch.yaml", text.encode())


def read(name: str) -> CheckedModel:
    with open(os.path.join(ROOT, "models", f"{name}.arch.yaml"), encoding="utf-8") as stream:
        return tier(name, stream.read())


def made(*tiers: CheckedModel) -> dict[str, Page]:
    return {page.path: page for page in render_pages(tiers, NoPictures(), RULES, lambda rule: rule.id)}


@cache
def models() -> dict[str, CheckedModel]:
    """Return the reference tiers; with what is made of them, by the first test that asks: each process collects all tests."""
    return {name: read(name) for name in TIERS}


@cache
def assessed(name: str) -> tuple[FlowAssessment, ...]:
    return assess(models()[name].topology)


@cache
def pages() -> dict[str, Page]:
    return made(*models().values())


@pytest.mark.parametrize("name", TIERS)
def test_the_table_has_the_numbers_that_are_computed(name: str) -> None:
    head, *found = table_after(page_tree(pages()[f"{name}/index.md"]), "reliability")
    assert head == ["Flow", "Availability", "Downtime per year", "Range", "Parts", "SPOFs", "Based on"]
    titles = models()[name].topology.flows
    assert [row[:5] + row[6:] for row in found] == [
        [
            titles[one.flow].title,
            format_availability(one.result.availability),
            f"{format_duration(one.result.downtime)}, {format_duration(one.result.downtime / 12)} per month",
            format_range(one),
            format_parts(one),
            f"{len(one.assumed) + len(one.times)} assumptions",
        ]
        for one in assessed(name)
    ]


def test_single_points_lead_to_the_issue_that_proves_them() -> None:
    name = TIERS[1]
    document = page_tree(pages()[f"{name}/index.md"])
    table = next(one for one in document.all("table") if rows(one)[0][1:2] == ["Availability"])
    cell = list(table.all("tr"))[2]
    links = [one for one in cell.all("a") if one.attributes["href"].startswith("#issue-")]
    kills = {number: one.proof.kill for number, one in models()[name].numbered if one.proof}
    stops = [one.id for numbers in links for one in kills[int(numbers.attributes["href"].removeprefix("#issue-"))]]
    assert stops == ["dns#1", "lb-1", "server-1"]


@pytest.mark.parametrize("name", TIERS)
def test_everything_assumed_is_listed_with_its_source(name: str) -> None:
    details = next(page_tree(pages()[f"{name}/index.md"]).all("details"))
    listed = rows(next(details.all("table")))[1:]
    assumed = {each.element: each for one in assessed(name) for each in one.assumed}
    times = {each for one in assessed(name) for each in one.times}
    assert next(details.all("summary")).words.startswith(f"{len(assumed) + len(times)} assumptions")
    for source in [one.source for one in times]:
        assert source in [row[2] for row in listed]
    for one in assumed.values():
        if one.element.kind == "change":
            assert [one.source, True] in [[row[2], one.element.label in row[1]] for row in listed]
            continue
        names = one.element.id.removesuffix("#1")
        assert [format_availability(one.availability), one.source] in [
            [row[0], row[2]] for row in listed if names in row[1]
        ]


def bars(svg: str) -> Iterator[tuple[str, float]]:
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        if group.attrib.get("class") == "bar":
            rect = next(group.iter(f"{SVG}rect"))
            yield group.findtext(f"{SVG}title") or "", float(rect.attrib["width"])


@pytest.mark.parametrize("name", TIERS)
def test_the_chart_is_what_fixing_an_element_wins(name: str) -> None:
    found = list(bars(pages()[f"{name}/fix-first.svg"].content))
    hours = {
        f"{one.element.label.removesuffix('#1')}: {format_duration(one.hours_per_year)}": one.hours_per_year
        for flow in assessed(name)
        for one in flow.result.importance
    }
    values = [hours[label] for label, _ in found]
    most = max(range(len(values)), key=values.__getitem__)
    assert [wide / found[most][1] for _, wide in found] == pytest.approx(
        [value / values[most] for value in values], abs=2e-3
    )
    first = assessed(name)[0].result.importance[0]
    assert found[0][0] == f"{first.element.id}: {format_duration(first.hours_per_year)}"


def test_pairs_are_told_as_groups() -> None:
    said = section(page_tree(pages()[f"{TIERS[3]}/index.md"]), "pairs")
    assert said == (
        "Losing both elements of a pair takes down read-page and write-comment, which survive the loss of either alone: "
        "any of haproxy@lb-1 or lb-1 with any of haproxy@lb-2 or lb-2"
    )


def test_how_far_the_verdict_leans_on_what_is_assumed() -> None:
    said = section(page_tree(pages()[f"{TIERS[0]}/index.md"]), "assumed")
    sensitivity = assessed(TIERS[0])[0].sensitivity
    assert sensitivity is not None
    better, worse = (format_duration((1 - share) * 8760) for share in (sensitivity.better, sensitivity.worse))
    assert f"read-page and write-comment would be down {better} per year; if three times worse, {worse}." in said


def longest(name: str, access: str) -> FlowAssessment:
    flow = {"read": "read-page", "write": "write-comment"}[access]
    return next(one for one in assessed(name) if one.flow == flow)


def test_the_ladder_tells_the_downtime_of_every_tier() -> None:
    table = rows(next(page_tree(pages()["ladder/index.md"]).all("table")))
    assert table[0][4:6] == ["Read downtime per year", "Write downtime per year"]
    assert [row[4:6] for row in table[1:]] == [
        [format_duration(longest(name, access).result.downtime) for access in ("read", "write")] for name in TIERS
    ]
    drawn = [label for label, _ in bars(pages()["downtime.svg"].content)]
    assert drawn[:4] == ["reads: 14.0 h", "writes: 14.0 h", "reads: 11.5 h", "writes: 22.0 h"]


def test_the_ladder_says_what_every_step_did_to_the_flows() -> None:
    words = page_tree(pages()["ladder/index.md"]).words
    for before, after in pairwise(TIERS):
        sides = (replace(models()[one], assessments=assessed(one)) for one in (before, after))
        told = sentences(evolve(*sides))
        assert told
        for sentence in told:
            assert sentence in words
    assert "Reads improve: read-page is down 11.5 h per year" in words
    assert "Writes get worse: write-comment is down 22.0 h per year" in words


SAMPLE = """\
archgen: 1
name: Sample
changes: false
hosts: {a: {availability: 99%}, b: {availability: 99%}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: [a, b], availability: 99.9%}
connections:
  user -> web: http
flows:
  read: {title: Read, access: read, steps: [user -> web: GET /]}
"""


def test_what_the_model_states_is_not_called_assumed() -> None:
    site = made(tier("sample", SAMPLE))
    document = page_tree(site["sample/index.md"])
    [row] = table_after(document, "reliability")[1:]
    down = 1 - (1 - 0.99 * 0.999) ** 2
    assert row == [
        "Read",
        format_availability(down),
        f"{format_duration((1 - down) * 8760)}, {format_duration((1 - down) * 730)} per month",
        f"{format_duration((1 - down) * 8760)} failures",
        "none",
        "declared values only",
    ]
    assert document.by_id("reliability").words == "Reliability"
    assert "assumed" not in " ".join(each.words for each in document.all("details"))


def test_an_impossible_flow_says_so() -> None:
    site = made(tier("sample", SAMPLE.replace("  user -> web: http\n", "  web -> user: http\n")))
    document = page_tree(site["sample/index.md"])
    [row] = table_after(document, "reliability")[1:]
    assert row == ["Read", "impossible", "always", "fails with every element up"]
    assert "sample/fix-first.svg" not in site
    assert rows(next(page_tree(site["index.md"]).all("table")))[1][2] == "fails with every element up"


def test_a_flow_that_always_fails_is_no_effect_of_a_loss() -> None:
    more = SAMPLE.replace("flows:\n", "flows:\n  gone: {steps: [web -> user: back]}\n")
    site = made(tier("sample", more))
    for name in ("sample/failures/index.md", "sample/components/web/index.md"):
        document = page_tree(site[name])
        assert "Not counted: gone fails with every element up." in document.words
        assert not any("gone" in cell for table in document.all("table") for row in rows(table) for cell in row)
    assert "1 flow always down, worst downtime of the others " in page_tree(site["sample/index.md"]).words


def test_many_pairs_are_counted() -> None:
    names = [f"w{number}" for number in range(12)]
    web = "".join(f"  {name}: {{kind: service, replicas: 2}}\n" for name in names)
    calls = "".join(f"  user -> {name}: http\n" for name in names)
    steps = ", ".join(f"user -> {name}: GET /" for name in names)
    text = (
        f"archgen: 1\nname: Many\ncomponents:\n  user: {{kind: client}}\n{web}connections:\n{calls}"
        f"flows:\n  read: {{title: Read, access: read, steps: [{steps}]}}\n"
    )
    said = section(page_tree(made(tier("many", text))["many/index.md"]), "pairs")
    assert said.count(" with ") == 8
    assert said.endswith("and 4 more")


def test_a_block_that_markdown_need_not_read_means_the_same_to_it() -> None:
    texts = [body(page) for path, page in pages().items() if path.endswith(".md")]
    for block in {block for text in texts for block in text.rstrip("\n").split("\n\n")}:
        quick = block_html(block)
        if quick is not None:
            one, other = parse(quick), parse(markdown.markdown(block, extensions=EXTENSIONS))
            assert one.words == other.words
            assert [(each.tag, each.attributes) for each in one.all()] == [
                (each.tag, each.attributes) for each in other.all()
            ]


@pytest.mark.parametrize("block", ["# a", "!!! note", "    - a", "1. a", "> a", "---", "```", "- a\nb", "+ a"])
def test_any_other_block_is_left_to_markdown(block: str) -> None:
    assert block_html(block) is None


def test_what_counts_only_if_a_flow_waits_says_so() -> None:
    pages = made(
        tier(
            "shop",
            "archgen: 1\nname: Shop\ncomponents:\n  user: {kind: client}\n  app: {kind: service, managed: true, replicas: 2}\n"
            "  bus: {kind: queue, managed: true, replicas: 2}\n  mailer: {kind: worker, managed: true}\n"
            "connections: {user -> app: https, app -> bus: amqps, mailer -> bus: amqps}\n"
            "flows: {buy: {steps: [user -> app: POST, app -> bus: x, app --> user: 201, mailer -> bus: next]}}\n",
        )
    )
    texts = [body(page) for path, page in pages.items() if path.endswith(".md")]
    assert sum("Not declared: mailer&#35;1 takes buy down only if buy waits for mailer" in text for text in texts) == 1
    assert sum("`mailer` if it waits" in text for text in texts) == 1
