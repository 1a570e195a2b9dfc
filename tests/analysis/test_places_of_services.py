"""A host that carries managed services alone is their place: it has no number beside theirs, worked by hand."""

from __future__ import annotations

import pytest

from archgen.analysis.assessment import FlowAssessment, assess
from archgen.analysis.topology import Topology
from archgen.language.load import load

MODEL = """\
archgen: 1
name: A service with a place
changes: false
zones: {az: {kind: availability-zone, availability: 100%}}
hosts:
  place: {zone: az}
components:
  user: {kind: client}
  nat: {kind: service, managed: true, runs_on: place}
connections: {user -> nat: https}
flows: {call: {title: A call, steps: [user -> nat: GET]}}
"""


def call(text: str) -> FlowAssessment:
    return assess(Topology(load("a.arch.yaml", text.encode()).architecture))[0]


def test_the_place_of_a_service_has_no_number_of_its_own() -> None:
    assessed = call(MODEL)
    assert assessed.result.availability == pytest.approx(0.999, abs=1e-12)
    assert [each.element.id for each in assessed.assumed] == ["nat@place"]
    assert [point.id for point in assessed.points] == ["nat@place", "place", "az"]


@pytest.mark.parametrize(
    ("old", "new", "availability"),
    [
        ("{zone: az}", "{zone: az, availability: 99%}", 0.999 * 0.99),
        ("  user:", "  agent: {kind: monitoring-agent, runs_on: place}\n  user:", 0.999 * 0.999),
        ("  user:", "  job: {kind: worker, runs_on: {any: [place, guest]}}\n  user:", 0.999 * 0.999),
        ("  user:", "  job: {kind: worker, runs_on: guest}\n  user:", 0.999),
        ("  place: {zone: az}", "  below: {}\n  place: {zone: az, runs_on: below}", 0.999 * 0.999 * 0.9999),
        ("  place: {zone: az}", "  place: {zone: az}\n  above: {runs_on: place}", 0.999 * 0.999),
        ("managed: true, ", "", 0.9999 * 0.999),
    ],
    ids=["declared", "beside a program", "floated to", "elsewhere", "a guest", "with a guest", "not managed"],
)
def test_a_machine_keeps_its_number(old: str, new: str, availability: float) -> None:
    text = MODEL.replace(old, new).replace("hosts:", "hosts:\n  guest: {zone: az}")
    assert call(text).result.availability == pytest.approx(availability, abs=1e-12)


@pytest.mark.parametrize(
    ("places", "availability"),
    [
        ("zones: {az: {kind: region,", 0.9995),
        ("zones: {r: {kind: region, availability: 100%}, az: {kind: availability-zone, in: r,", 0.999),
    ],
    ids=["a region", "a zone of a region"],
)
def test_a_service_on_a_host_in_a_region_is_the_region_s(places: str, availability: float) -> None:
    text = MODEL.replace("zones: {az: {kind: availability-zone,", places)
    assert call(text).result.availability == pytest.approx(availability, abs=1e-12)


@pytest.mark.parametrize("kind", ["database", "cache", "queue"])
def test_data_without_a_copy_in_a_region_is_not_taken_for_spread(kind: str) -> None:
    text = MODEL.replace("availability-zone,", "region,").replace("kind: service, managed", f"kind: {kind}, managed")
    assert call(text.replace("https", "tcp")).result.availability == pytest.approx(0.999, abs=1e-12)
