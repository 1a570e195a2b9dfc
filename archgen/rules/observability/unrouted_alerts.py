"""A monitoring that alerts nobody."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.monitoring import alerted_people
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.change import Append, Change
from archgen.model.subject import Subject


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each monitor that alerts no people."""
    for component in context.topology.architecture.components:
        if component.kind == "monitoring" and component.alerts == ():
            yield Hit(
                subject=Subject("component", component.id),
                message=f"{component.title} detects failures but alerts no people: `alerts` is empty",
            )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """People who are called: who owns the monitoring, else whom another alerts or who is on call."""
    facts = context.topology
    owner = facts.components[hit.subject.id].owner
    people = (owner,) if owner is not None else alerted_people(facts)
    return tuple(Append(("components", hit.subject.id, "alerts"), each) for each in people)


RULE = Rule(
    id="unrouted-alerts",
    code="OBS004",
    title="Alerts without a recipient",
    severity="warning",
    category="observability",
    summary="A monitoring sends its alerts to nobody.",
    why=(
        "Graphs help only while a person looks at them, and at night nobody does. An outage that wakes nobody lasts "
        "until a visitor complains, however well it is measured."
    ),
    fix="Declare who is called: `alerts: [operations]`.",
    limits="Doesn't check monitorings without `alerts`.",
    references=(
        (
            "Google SRE Book, Practical Alerting from Time-Series Data",
            "https://sre.google/sre-book/practical-alerting/",
        ),
    ),
    topic="monitoring",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: A monitoring that tells nobody
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true, replicas: 2}
  watch: {kind: monitoring, managed: true, alerts: []}  # finding: unrouted-alerts
connections:
  job -> api: https
  watch -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: A monitoring that tells nobody", "name: A monitoring that wakes somebody"),
        ("alerts: []", "alerts: [operations]"),
    ),
)
