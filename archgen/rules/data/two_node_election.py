"""Two replicas of a store elect each other, so that a broken line between them makes two primaries."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component
from archgen.model.kinds import KINDS
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each pair with automatic failover that nothing else decides."""
    facts = context.topology
    for component in facts.architecture.components:
        if _is_pair(component) and _decides_alone(component):
            yield Hit(
                subject=Subject("component", component.id),
                message=(
                    f"If the line between {listed([replica.id for replica in component.replicas])} breaks, both may take writes: "
                    f"neither can tell a lost peer from a lost line, and nothing else decides which is the primary"
                ),
                flows=facts.flows_of[component.id],
            )


def _is_pair(component: Component) -> bool:
    return KINDS[component.kind].stores and len(component.replicas) == 2 and not component.managed


def _decides_alone(component: Component) -> bool:
    """Return True if a replica promotes itself: nothing is declared that decides, and the product has no majority."""
    replication = component.replication
    if replication is None or not replication.primary or replication.failover != "automatic":
        return False
    return replication.by is None and component.quorum is None and not product_of(component.product).agrees


RULE = Rule(
    id="two-node-election",
    code="DAT013",
    title="Election between two nodes",
    severity="warning",
    category="data",
    summary="Two replicas of a store promote each other, and no third member decides.",
    why=(
        "A replica that loses contact with its peer can't tell whether the peer is down or only the connection. If "
        "it promotes itself while the peer is still running, both take writes, and the data has two histories that "
        "can't be merged (split brain)."
    ),
    fix=(
        "Let a third member decide, and declare it: `replication: {failover: automatic, by: …}` with a quorum of "
        "three (etcd, Consul) or a witness; or declare `failover: manual`."
    ),
    limits=(
        "Doesn't check managed stores, products that elect by majority, nor pairs that declare what promotes them "
        "(`by`)."
    ),
    references=(
        ("Patroni documentation, DCS failsafe mode", "https://patroni.readthedocs.io/en/latest/dcs_failsafe_mode.html"),
        (
            "Pacemaker Explained, Fencing",
            "https://clusterlabs.org/projects/pacemaker/doc/3.0/Pacemaker_Explained/html/fencing.html",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: Two databases that promote each other  # finding: unmonitored
hosts:
  db-1: {}
  db-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  mysql:  # finding: two-node-election
    kind: database
    runs_on: [db-1, db-2]
    replication: {primary: db-1, failover: automatic, mode: asynchronous}
  copies: {kind: backup, managed: true, backs_up: [mysql], every: 1h, keeps: 30d, restore_tested: 2026-10-01}
connections:
  job -> mysql: {protocol: mysql, tls: true}
flows:
  nightly:
    title: The nightly job
    access: write
    steps:
      - job -> mysql: INSERT
""",
    edits=(
        ("name: Two databases that promote each other", "name: Two databases, and etcd decides"),
        ("failover: automatic", "failover: automatic, by: etcd"),
        ("  copies: {", "  etcd: {kind: key-value-store, product: etcd, managed: true, replicas: 3}\n  copies: {"),
        ("connections:", "connections:\n  mysql -> etcd: https"),
    ),
)
