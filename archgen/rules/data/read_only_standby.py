"""A standby site whose applications write to a copy that refuses writes until somebody promotes it."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Connection
from archgen.model.subject import Subject
from archgen.model.wording import listed

_SITES = ("provider", "region", "datacenter")
"""The kinds of zones that are a site of their own."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each copy in another site than its original, with the applications there that know no other store."""
    facts = context.topology
    for copy in facts.architecture.components:
        replication = copy.replication
        if replication is None or replication.copy_of is None:
            continue
        original = facts.components[replication.copy_of]
        sites = _sites(facts, copy, original)
        callers = [call.source for call in facts.incoming[copy.id] if _is_stuck(facts, call, original.id)]
        if sites is not None and callers:
            yield _hit(facts, copy, original, sites, callers)


def _sites(facts: Topology, copy: Component, original: Component) -> tuple[str, str] | None:
    """Return the sites of a copy and its original, if they have none in common."""
    for kind in _SITES:
        there, here = _zones(facts, copy, kind), _zones(facts, original, kind)
        if there and here and not set(there) & set(here):
            return there[0], here[0]
    return None


def _zones(facts: Topology, component: Component, kind: str) -> list[str]:
    around = {zone for host in facts.hosts_of(component.id) for zone in facts.index.zones_around(host)}
    return [zone.id for zone in facts.architecture.zones if zone.id in around and zone.kind == kind]


def _is_stuck(facts: Topology, call: Connection, original: str) -> bool:
    """Return True if an application may write, and to this copy alone; the writing steps of a flow are `write-to-replica`."""
    if call.access == "read" or facts.kind(call.source).role != "application" or facts.flows_over[call.id]:
        return False
    return not any(original in other.targets for other in facts.outgoing[call.source])


def _hit(facts: Topology, copy: Component, original: Component, sites: tuple[str, str], callers: list[str]) -> Hit:
    there, here = sites
    return Hit(
        subject=Subject("component", copy.id),
        message=(
            f"Without {here}, {there} takes no writes: {copy.id}, which {listed(callers)} {'writes' if len(callers) == 1 else 'write'} "
            f"to, is a read-only copy of {original.id} until somebody promotes it"
        ),
        related=(
            (Subject("component", original.id), "takes the writes"),
            *((Subject("component", caller), "writes to the copy alone") for caller in callers),
        ),
        flows=facts.flows_of[original.id],
        confidence="medium",
    )


RULE = Rule(
    id="read-only-standby",
    code="DAT011",
    title="Read-only standby site",
    severity="warning",
    category="data",
    summary="The applications of a standby site write to a database copy that nothing promotes.",
    why=(
        "A second site with servers and a copy of the data looks ready. When the first site is gone, its pages open, "
        "but every order, comment and login that writes fails until a person decides that the first site won't come "
        "back and promotes the copy."
    ),
    fix=(
        "Write down who promotes the copy, how and how fast, and practice it; or let a component in a third place "
        "decide (`replication: {failover: automatic, by: …}` over both sites). Declare `access: read` if the site "
        "only reads."
    ),
    limits=(
        "Checks applications that no flow connects to the copy and that don't call the original: a write of a flow "
        "is reported by `write-to-replica`. One store with replicas in both sites is reported by "
        "`single-writer-database`."
    ),
    references=(
        ("PostgreSQL documentation, Failover", "https://www.postgresql.org/docs/current/warm-standby-failover.html"),
        (
            "AWS Well-Architected, Reliability Pillar: Plan for disaster recovery",
            "https://docs.aws.amazon.com/wellarchitected/latest/reliability-pillar/plan-for-disaster-recovery-dr.html",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: A second site with a copy  # finding: unmonitored, maintenance-downtime
zones:
  a: {kind: datacenter}  # finding: single-zone
  b: {kind: datacenter}
hosts:
  db-a: {zone: a}
  db-b: {zone: b}
  app-b: {zone: b}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  orders: {kind: database, runs_on: db-a}  # finding: single-writer-database
  orders-b: {kind: database, runs_on: db-b, replication: {of: orders}}  # finding: read-only-standby
  api-b: {kind: service, runs_on: app-b}
  copies: {kind: backup, managed: true, backs_up: [orders], every: 1h, keeps: 30d, restore_tested: 2026-10-01}
connections:
  job -> orders: {protocol: postgresql, tls: true}
  api-b -> orders-b: {protocol: postgresql, tls: true}
flows:
  nightly:
    title: The nightly job
    access: write
    steps:
      - job -> orders: INSERT
""",
    edits=(
        ("name: A second site with a copy", "name: A second site that only reads"),
        (
            "api-b -> orders-b: {protocol: postgresql, tls: true}",
            "api-b -> orders-b: {protocol: postgresql, tls: true, access: read}",
        ),
    ),
)
