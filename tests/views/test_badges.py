"""The badges of findings: each is somewhere on each picture of a whole system, where its finding is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archgen.app.drawing.levels import at_levels
from archgen.app.drawing.pictures import Drawing
from archgen.engines.rooms import ROOMS
from archgen.linting.checked_model import CheckedModel
from archgen.linting.finding_groups import number_findings
from archgen.views.aspects import ASPECTS
from archgen.views.badges import with_every_badge
from archgen.views.deployment import deployment
from archgen.views.diagram import Badge, Diagram, Edge, Group, Node, numbered
from archgen.views.equal.places import fold_equal
from archgen.views.levels import level_diagrams
from archgen.views.overview import overview
from archgen.views.zones import zones
from archgen.views.zones_folding import without_lines, zones_by_host
from tests.checked import check
from tests.paths import ROOT

MODELS = [*sorted((ROOT / "models").glob("*.arch.yaml")), *sorted((ROOT / "tests" / "pictures").glob("*.arch.yaml"))]


def items(diagram: Diagram) -> Iterator[Node | Group | Edge]:
    yield from diagram.nodes
    yield from diagram.groups
    yield from diagram.edges


def numbers(badges: tuple[Badge, ...]) -> set[int]:
    return {number for badge in badges for number in badge.others or (badge.number,)}


def on_picture(diagram: Diagram) -> set[int]:
    return numbers(diagram.badges).union(*(numbers(item.badges) for item in items(diagram)))


def open_numbers(model: CheckedModel) -> set[int]:
    return {number for number, finding in number_findings(model.findings) if finding.accepted is None}


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_every_open_finding_is_on_every_picture_of_a_whole_system(path: Path) -> None:
    model, drawing = check(path.name, path.read_bytes()), Drawing(mode="light", room=ROOMS["1150"])
    for view in ASPECTS:
        pictures = at_levels(model, view, None, True, complete=False, legibility=drawing.legibility)
        assert not pictures or on_picture(pictures[0][1]) == open_numbers(model), view


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_card_of_several_has_its_gravest_findings_and_counts_the_others(path: Path) -> None:
    model = check(path.name, path.read_bytes())
    graves = {number: finding.severity for number, finding in number_findings(model.findings)}
    order = ("error", "warning", "info")
    for picture in level_diagrams(model.topology, model.findings):
        for node in picture.diagram.nodes:
            if node.opens or node.is_stack:
                assert len(node.badges) <= 3
                counted = [order.index(graves[number]) for badge in node.badges for number in badge.others]
                own = [order.index(badge.severity) for badge in node.badges if not badge.others]
                assert not counted or max(own) <= min(counted)


HELD = """
archgen: 1
name: Held
groups: {shop: {name: Shop}, money: {name: Money}}
hosts: {s1: {}, s2: {}, s3: {}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: s1, group: shop}
  cart: {kind: service, runs_on: s2, group: shop}
  bill: {kind: service, runs_on: s3, group: money}
  bank: {kind: service, runs_on: s3, group: money}
connections: {user -> web: https, web -> cart: http, cart -> bill: https, bill -> bank: https}
flows: {buy: {steps: [user -> web: POST, web -> cart: PUT, cart -> bill: POST, bill -> bank: POST]}}
"""


def test_a_folded_card_has_the_findings_of_the_calls_in_it() -> None:
    path = ROOT / "tests" / "pictures" / "bank-on-premises.arch.yaml"
    model = check(path.name, path.read_bytes())
    system = level_diagrams(model.topology, model.findings)[0].diagram
    calls = {call.id: {call.source, *call.targets} for call in model.architecture.connections}
    inside = [
        (number, node)
        for number, finding in number_findings(model.findings)
        for node in system.nodes
        if node.opens and calls.get(finding.subject.id, {""}) <= set(node.stands_for)
    ]
    assert inside
    assert all(number in numbers(node.badges) for number, node in inside)


def test_the_overview_has_the_findings_of_hosts_on_what_runs_on_them() -> None:
    model = check("m.arch.yaml", HELD.encode())
    on_hosts = {number for number, each in number_findings(model.findings) if each.subject.kind == "host"}
    cards = {node.id: numbers(node.badges) for node in overview(model.topology, model.findings).nodes}
    assert on_hosts
    assert on_hosts <= set().union(*cards.values())


QUORUM = """
archgen: 1
name: Quorum
zones: {a: {kind: rack}, b: {kind: rack}}
hosts: {h1: {zone: a}, h2: {zone: b}, h3: {zone: b}}
components:
  user: {kind: client}
  web: {kind: web-server, runs_on: [h1, h2]}
  etcd: {kind: database, product: etcd, runs_on: [h1, h2, h3]}
connections: {user -> web: https, web -> etcd: https}
flows: {read: {steps: [user -> web: GET, web -> etcd: read]}}
"""


def test_the_finding_of_a_component_is_on_the_replica_that_it_names() -> None:
    model = check("m.arch.yaml", QUORUM.encode())
    (fragile,) = (number for number, each in number_findings(model.findings) if each.rule == "fragile-quorum")
    marked = [node.id for node in deployment(model.topology, model.findings).nodes if fragile in numbers(node.badges)]
    assert marked == ["etcd@h2"]
    shown = zones(model.topology, model.findings)
    assert shown is not None
    assert [node.id for node in shown.nodes if fragile in numbers(node.badges)] == ["etcd@h2"]


def test_badges_that_count_others_are_counted_once_more_and_written_as_a_number_of_them() -> None:
    path = ROOT / "tests" / "pictures" / "ml-platform.arch.yaml"
    model = check(path.name, path.read_bytes())
    folded = zones_by_host(model.topology, model.findings, fold_equal(model.topology))
    assert folded is not None
    again = with_every_badge(model.topology, model.findings, folded)
    assert again == folded
    bare = with_every_badge(model.topology, model.findings, without_lines(folded))
    assert on_picture(bare) == open_numbers(model)
    counting = [node for node in bare.nodes if any(badge.others for badge in node.badges)]
    assert counting
    last = counting[0].badges[-1]
    assert numbered(counting[0].badges).endswith(f"+{len(last.others)}]")
