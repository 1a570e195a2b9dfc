"""Manual failover in an availability: numbers worked by hand."""

from __future__ import annotations

import pytest

from archgen.analysis.assessment import FlowAssessment, assess
from archgen.analysis.topology import Topology
from archgen.language.load import load

MODEL = """\
archgen: 1
name: A primary and its replica
changes: false
zones: {{dc: {{kind: datacenter, availability: 100%}}}}
hosts:
  h1: {{zone: dc, availability: {first}}}
  h2: {{zone: dc, availability: 99%}}
components:
  user: {{kind: client}}
  db:
    kind: database
    runs_on: [h1, h2]
    availability: {process}
    replication: {{primary: h1, {failover}}}
connections: {{user -> db: {{protocol: mysql, access: write}}}}
flows: {{write: {{title: A write, steps: [user -> db: INSERT]}}}}
"""


def write(
    first: str = "99%", process: str = "100%", failover: str = "failover: manual, recovery: 1h"
) -> FlowAssessment:
    text = MODEL.format(first=first, process=process, failover=failover)
    return assess(Topology(load("a.arch.yaml", text.encode()).architecture))[0]


MTTR_10H = "{mtbf: 990h, mttr: 10h}"
"""Down 1% of the time, ten hours at a time."""


def test_a_person_answers_after_the_recovery_time() -> None:
    """h1 is up 0.99; nine tenths of its outage come after the promotion, and h2 is up for 0.99 of that time."""
    assert write(MTTR_10H).result.availability == pytest.approx(0.99 + 0.01 * 0.9 * 0.99, abs=1e-12)


def test_an_automatic_failover_takes_its_time_too() -> None:
    """As with a person, and a tenth of the outages of h1 comes before the promotion."""
    found = write(MTTR_10H, failover="failover: automatic, recovery: 1h")
    assert found.result.availability == pytest.approx(0.99 + 0.01 * 0.9 * 0.99, abs=1e-12)
    assert found.downtime.failovers == pytest.approx(0.01 * 0.1 * 0.99 * 8760)
    assert found.downtime.failures == pytest.approx(0.01 * 0.01 * 8760)
    assert found.downtime.changes == 0.0
    assert "h1" not in [point.id for point in found.points]


@pytest.mark.parametrize(
    ("first", "failover"),
    [
        (MTTR_10H, "failover: manual"),
        (MTTR_10H, "failover: manual, recovery: 10h"),
        (MTTR_10H, "failover: manual, recovery: 24h"),
    ],
)
def test_nothing_is_won_where_times_are_not_declared_or_too_long(first: str, failover: str) -> None:
    assert write(first, failover=failover).result.availability == pytest.approx(0.99, abs=1e-12)


def test_each_cause_is_answered_within_its_own_repair_time() -> None:
    """The process is down 0.02 for two hours at a time, so half of that is answered; the host as above.

    The write works with both up, or with an answered loss (of both, if both are lost) and the other replica up.
    """
    found = write(MTTR_10H, "{mtbf: 98h, mttr: 2h}")
    host, process, other = 0.01, 0.02, 0.99 * 0.98
    answered = 0.98 * host * 0.9 + 0.99 * process * 0.5 + host * process * 0.9 * 0.5
    assert found.result.availability == pytest.approx(0.99 * 0.98 + answered * other, abs=1e-12)


def test_the_primary_stays_a_single_point_of_failure() -> None:
    """Its loss alone breaks the flow until somebody acts; only the time that this takes is less."""
    found = write(MTTR_10H)
    assert "h1" in [point.id for point in found.points]
    hours = {one.element.id: one.hours_per_year for one in found.result.importance}
    assert hours["h1"] == pytest.approx((1 - found.result.availability) * 8760)


def test_an_outage_of_an_undeclared_length_lasts_as_long_as_is_assumed() -> None:
    """A host is back after 4 hours, so three quarters of an outage come after a promotion within an hour."""
    assert write().result.availability == pytest.approx(0.99 + 0.01 * 0.75 * 0.99, abs=1e-12)
