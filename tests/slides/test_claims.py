"""Titles and sentences of a deck: each claim holds for systems that the reference models aren't like."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archgen.app.drawing.pictures import Drawing
from archgen.app.drawing.slide_diagrams import flow_route
from archgen.app.models import check_models
from archgen.app.workspace.inputs import find, read
from archgen.improve.recommendation import Recommendation, RecommendedChange
from archgen.linting.checked_model import valid_models
from archgen.model.subject import Subject
from archgen.slides import claims
from archgen.slides.facts import SystemFacts
from archgen.slides.layout.titles import fitted_title, title_lines
from archgen.slides.paging import fitting, shortened_entry
from archgen.slides.section import DeckSection
from archgen.slides.story.actions import next_step_slide
from archgen.slides.story.findings import findings_slide
from archgen.slides.story.numbers import losses_slide
from archgen.slides.story.verdict import verdict_slide
from archgen.slides.values import FiguresSlide, Paragraph, TableSlide, TextSlide

STORES = """
archgen: 1
name: Stores
hosts: {hv: {}, a: {runs_on: hv}, b: {runs_on: hv}, d-1: {}, d-2: {}, s-1: {}, s-2: {}, e: {availability: 99%}}
components:
  user: {kind: client}
  app: {kind: service, runs_on: [a, b]}
  ledger: {kind: database, product: oracle, runs_on: [s-1, s-2], replication: {primary: s-1, failover: manual}}
  orders: {kind: database, product: oracle, runs_on: [d-1, d-2], replication: {primary: d-1, failover: manual}}
  images: {kind: database, product: mssql, runs_on: e}
connections: {user -> app: https, app -> ledger: oracle, app -> orders: oracle, app -> images: mssql}
flows:
  book: {title: A visitor books, access: write, steps: [{user -> app: PUT}, {app -> ledger: INSERT}]}
  order: {title: A visitor orders, access: write, steps: [{user -> app: PUT}, {app -> orders: INSERT}]}
  cancel: {title: A visitor cancels, access: write, steps: [{user -> app: PUT}, {app -> orders: DELETE}]}
  look: {title: A visitor looks at an image, access: read, steps: [{user -> app: GET}, {app -> images: SELECT}]}
"""


def facts_of(text: str, tmp_path: Path) -> SystemFacts:
    file = tmp_path / "stores.arch.yaml"
    file.write_text(text, encoding="utf-8")
    (system,) = valid_models(check_models(read(find((str(file),)), ""), "2026-11-24"))
    return SystemFacts(system)


@pytest.fixture(name="facts")
def stores(tmp_path: Path) -> SystemFacts:
    return facts_of(STORES, tmp_path)


def test_the_store_that_has_one_writer_is_named_and_is_the_one_of_most_flows(facts: SystemFacts) -> None:
    assert claims.structure(facts) == ("8 hosts, 5 components; orders has one writer: 2 of 4 flows go down with d-1")


def test_flows_of_the_same_title_are_told_apart(tmp_path: Path) -> None:
    facts = facts_of(STORES, tmp_path)
    (first, second, *others) = (flow.id for flow in facts.model.architecture.flows)
    titles = {flow.title: flow.title for flow in facts.model.architecture.flows}
    text = STORES
    for title in list(titles)[:2]:
        text = text.replace(f"title: {title}", "title: The same")
    alike = facts_of(text, tmp_path)
    assert [alike.title(flow) for flow in (first, second)] == [f"“The same ({first})”", f"“The same ({second})”"]
    assert claims.path(alike, alike.topology.flows[first]).startswith(f"The same ({first}): ")
    assert [alike.title(flow) for flow in others] == [facts.title(flow) for flow in others]


@pytest.mark.parametrize(
    ("objective", "wanted"),
    [
        ("", "“A visitor looks at an image” is down longest: "),
        ("99.9%", "All 4 flows miss the objective of 99.9%; “A visitor looks at an image” is down longest: "),
        ("99.6%", "“A visitor looks at an image” misses the objective of 99.6%: down "),
        ("90%", "All 4 flows meet the objective of 90%; “A visitor looks at an image” is down longest: "),
    ],
)
def test_a_flow_that_is_down_longest_is_named_once(objective: str, wanted: str, tmp_path: Path) -> None:
    objectives = f"objectives: {{availability: {objective}}}\n" if objective else ""
    assert claims.downtime(facts_of(STORES + objectives, tmp_path)).startswith(wanted)


def test_flows_that_are_down_as_long_are_claimed_together(tmp_path: Path) -> None:
    text = STORES.replace("availability: 99%", "availability: 99.95%")
    assert claims.downtime(facts_of(text, tmp_path)).startswith("3 of 4 flows are down longest: ")
    both = re.sub(r"  (book|look): .*\n", "", text)
    assert claims.downtime(facts_of(both, tmp_path)).startswith("Both flows are down 2")


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("No flow is longer down than “An editor publishes an article with pictures”", "”"),
        ("No flow is longer down than “An editor publishes an article with pictures”: 11.7 h", "”: 11.7 h"),
    ],
)
def test_a_title_that_is_cut_closes_its_quote(title: str, wanted: str) -> None:
    lines = title_lines(title, 400, 28)
    assert len(lines) == 2
    assert lines[1].endswith(f"…{wanted}")
    assert fitted_title(title, 500, 28)[0].endswith(f"…{wanted}")


def test_a_long_paragraph_ends_after_a_sentence_if_one_fits() -> None:
    first = "Put a firewall around the host that allows the public port and denies everything else."
    entry = Paragraph(f"{first} {'If the client is inside of the network, declare that instead. ' * 4}", "Fix 3:")
    assert shortened_entry(entry) == Paragraph(first, "Fix 3:")
    endless = shortened_entry(Paragraph("If the client is inside “the network of the servers " * 9, "Fix 3:"))
    assert endless.text.endswith("…”")


def test_a_hypervisor_is_a_host_with_its_machines(facts: SystemFacts) -> None:
    (slide,) = losses_slide(facts)
    assert isinstance(slide, TableSlide)
    assert {row[0]: row[1] for row in slide.rows}["hv"] == "a host with a and b"


def test_a_hypervisor_is_a_host_with_what_runs_on_it_too(tmp_path: Path) -> None:
    text = STORES.replace("components:\n", "components:\n  filter: {kind: firewall, runs_on: hv}\n", 1)
    (slide,) = losses_slide(facts_of(text, tmp_path))
    assert isinstance(slide, TableSlide)
    assert {row[0]: row[1] for row in slide.rows}["hv"] == "a host with filter, a and b"


def test_the_worst_finding_concerns_most_flows(facts: SystemFacts) -> None:
    worst = facts.worst
    assert worst is not None
    assert worst.first.subject == Subject("host", "hv")
    errors = [group for group in facts.model.open_groups if group.first.severity == "error"]
    assert len(worst.first.flows) == max(len(group.first.flows) for group in errors)


def test_a_rule_has_one_line_among_the_worst_findings(facts: SystemFacts) -> None:
    (slide,) = findings_slide(DeckSection(facts.model, ()), facts)
    assert isinstance(slide, TextSlide)
    names = [entry.strong for entry in slide.entries if entry.badge is not None and entry.badge.severity == "error"]
    assert len(names) > 1
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("hours", "leads"), [(0.01, False), (1.0, True)])
def test_a_change_that_saves_little_is_not_the_first_thing_to_do(facts: SystemFacts, hours: float, leads: bool) -> None:
    saved = hours * facts.by_downtime[0].result.downtime
    change = RecommendedChange(
        "one more replica of a, on c, a new host (no `scope` is declared)", "1 replica", (("book", saved),)
    )
    section = DeckSection(facts.model, (), recommendation=Recommendation((change,), "1 replica", (), (), ()))
    (last,) = next_step_slide(section, facts)
    (verdict,) = verdict_slide(section, facts)
    assert isinstance(last, TextSlide)
    assert isinstance(verdict, FiguresSlide)
    decided = [entry.strong for entry in last.entries].index("Decide:")
    assert (last.title == "Start with one more replica of a") is leads
    assert last.title.startswith("Start with the ") is not leads
    assert (decided == 0) is leads
    assert last.entries[decided].text == "One more replica of a, on c, a new host."
    assert ("Most worth doing:" in [entry.strong for entry in verdict.entries]) is leads


CHAIN = (
    "archgen: 1\nname: Chain\ncomponents:\n  user: {kind: client}\n"
    + "".join(f"  gateway-{at}: {{kind: reverse-proxy}}\n" for at in range(9))
    + "connections:\n  user -> gateway-0: https\n"
    + "".join(f"  gateway-{at} -> gateway-{at + 1}: http\n" for at in range(8))
    + "flows:\n  read:\n    steps:\n      - user -> gateway-0: GET\n"
    + "".join(f"      - gateway-{at} -> gateway-{at + 1}: GET\n" for at in range(8))
)


def test_a_route_that_is_too_long_joins_neighbors_and_keeps_its_steps(tmp_path: Path) -> None:
    """One card for all gateways would leave nothing of the route."""
    facts = facts_of(CHAIN, tmp_path)
    (flow,) = facts.flows
    route = flow_route(facts.model, flow, Drawing("best", "light"))
    members = [node.node.stands_for or (node.node.id,) for node in route.placed.nodes]
    assert sorted(name for part in members for name in part) == sorted(facts.topology.components)
    assert 5 < len(members) < 10
    assert {len(part) for part in members} == {1, 2}
    assert len(route.steps) == 9
    joined = {(hop.step.source, target) for hop in facts.topology.hops[flow.id] for target in hop.targets}
    assert all(part in joined for part in members if len(part) == 2)


CALLS = [(0, 1), (1, 2), (2, 3), (2, 4), (2, 5), (2, 6), (6, 7), (5, 8)]
FAN = (
    "archgen: 1\nname: Fan\ncomponents:\n  user: {kind: client}\n"
    + "".join(f"  api-{at}: {{kind: app-server, product: nginx}}\n" for at in range(9))
    + "connections:\n  user -> api-0: https\n"
    + "".join(f"  api-{source} -> api-{target}: http\n" for source, target in CALLS)
    + "flows:\n  read:\n    steps:\n      - user -> api-0: GET\n"
    + "".join(f"      - api-{source} -> api-{target}: GET\n" for source, target in CALLS)
)


def test_a_route_joins_neighbors_before_its_numbers_stand_without_their_steps(tmp_path: Path) -> None:
    facts = facts_of(FAN, tmp_path)
    (flow,) = facts.flows
    route = flow_route(facts.model, flow, Drawing("best", "light"))
    assert len(route.steps) == 9
    assert 5 < len(route.placed.nodes) < 10


TWO = """\
archgen: 1
name: Two
hosts: {h-1: {}, h-2: {}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: [h-1, h-2]}
  app: {kind: app-server, runs_on: h-1}
  disk: {kind: file-storage, runs_on: h-2}
connections: {user -> web: https, web -> app: http, app -> disk: {protocol: nfs, locality: same-host}}
flows:
  read: {title: Read, steps: [user -> web: GET, web -> app: GET]}
  see: {title: See, steps: [user -> web: GET]}
  save: {title: Save, steps: [user -> web: POST, web -> app: POST, app -> disk: write]}
"""


def test_a_flow_that_always_fails_is_counted_apart_on_the_verdict(tmp_path: Path) -> None:
    facts = facts_of(TWO, tmp_path)
    (verdict,) = verdict_slide(DeckSection(facts.model, ()), facts)
    assert isinstance(verdict, FiguresSlide)
    assert verdict.title == "“Save” fails even with every element up"
    assert [(figure.value, figure.words) for figure in verdict.figures][:2] == [
        ("1 of 3", "flows that fail with every element up, so they are always down"),
        ("1 of 2", "of the other flows that a single failure takes down"),
    ]
    assert not any("per year" in figure.words for figure in verdict.figures)


def test_a_paragraph_is_cut_only_where_a_slide_has_no_room_for_it() -> None:
    """Half a slide was empty below a decision that ended in the middle."""
    entry = Paragraph("A replica on another host, with what leads its callers to it, " * 3 + "end.", "Decide:")
    assert shortened_entry(entry).text != entry.text
    assert fitting("t", [entry] * 3, "", "more").entries == (entry,) * 3
    crowded = fitting("t", [entry] * 9, "", "more").entries
    assert crowded[0] == shortened_entry(entry)
    assert crowded[-1].text.endswith("more.")
