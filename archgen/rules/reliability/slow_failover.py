"""An automatic failover takes longer than the recovery objective allows."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis import assumed_numbers as numbers
from archgen.analysis.failover_times import failover_time, moves_alone, waiting_flows
from archgen.analysis.moments import Timed, moments
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.durations import round_duration
from archgen.model.subject import Subject
from archgen.model.wording import listed

_BETTER = 3
"""An assumed number may be so many times better, as in the range of a figure that rests on it."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component whose failover a flow waits for longer than the objective allows."""
    facts = context.topology
    objective = facts.architecture.objectives.recovery_time
    if objective is None:
        return
    for component in facts.architecture.components:
        timed = failover_time(facts, component)
        if timed is not None and timed.seconds > objective and not _cached(facts, component, timed, objective):
            flows = waiting_flows(facts, component)
            if flows:
                yield _hit(component, timed, objective, flows)


def _cached(facts: Topology, component: Component, timed: Timed, objective: float) -> bool:
    """Return True if it is the memory of resolvers that is too long, which other rules report, or of no record that leads here."""
    cluster = component.cluster
    if timed.source is None or cluster is None or "dns" not in (cluster.by, cluster.address):
        return False
    is_remembered = timed.seconds - numbers.DNS_CHECKS.seconds > objective
    return is_remembered or not moments(facts).is_found_by_record(component)


def _hit(component: Component, timed: Timed, objective: float, flows: tuple[str, ...]) -> Hit:
    decided = timed.source is None or timed.seconds > _BETTER * objective
    basis = "" if timed.source is None else f" (assumed, {timed.source.basis})"
    what = "starts elsewhere" if moves_alone(component) else "has failed over"
    are = "is" if len(flows) == 1 else "are"
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"{listed(flows)} {are} down for {round_duration(timed.seconds)} until {component.id} {what}{basis}; the recovery "
            f"objective is {round_duration(objective)}"
        ),
        flows=flows,
        case=None if decided else "assumed",
        confidence="high" if timed.source is None else "medium" if decided else "low",
    )


RULE = Rule(
    id="slow-failover",
    code="REL018",
    title="Slow failover",
    severity="warning",
    cases=(("assumed", "info"),),
    category="reliability",
    summary="An automatic failover takes longer than the recovery objective allows.",
    why=(
        "A failover isn't done the moment something fails. The loss must be noticed, the rest must agree that it is one, and "
        "what stands in must start: seconds with VRRP, most of a minute with the defaults of Patroni or Redis Sentinel, "
        "minutes until Kubernetes moves a pod from a dead node. Until then the flow is down as if nothing stood in."
    ),
    fix=(
        "Shorten the timers of the mechanism, declare the time that you measured (`recovery: 15s`), or declare an "
        "objective that it can meet."
    ),
    limits=(
        "Where the model declares no `recovery`, that of the mechanism's defaults is assumed; if it may be short enough, the finding "
        "is an information of low confidence. A failover by DNS is reported by `slow-dns-failover` if answers are cached for "
        "longer than the objective, and a manual one by `manual-failover`."
    ),
    references=(
        ("Patroni, dynamic configuration", "https://patroni.readthedocs.io/en/latest/dynamic_configuration.html"),
        (
            "Redis, high availability with Sentinel",
            "https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: Back within a minute, after two  # finding: unmonitored
hosts:
  db-1: {}
  db-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  postgres:  # finding: slow-failover
    kind: database
    product: postgresql
    runs_on: [db-1, db-2]
    replication: {primary: db-1, failover: automatic, by: etcd, mode: asynchronous, recovery: 2m}
  etcd: {kind: key-value-store, product: etcd, managed: true, replicas: 3}
  copies: {kind: backup, managed: true, backs_up: [postgres], restore_tested: 2026-10-01}
connections:
  job -> postgres: {protocol: postgresql, tls: true}
  postgres -> etcd: https
flows:
  report:
    title: The nightly report
    access: write
    steps:
      - job -> postgres: INSERT
      - postgres -> etcd: renew the lease
objectives: {recovery_time: 1m}
""",
    edits=(
        ("after two", "after half a one"),
        ("recovery: 2m", "recovery: 30s"),
    ),
)
