"""Several replicas of a store take writes, and nothing resolves conflicts between them."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.exposure import is_directory
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Replication
from archgen.model.products import product_of
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.members import quorum_of


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each store with several writers that a flow writes to."""
    facts = context.topology
    for component in facts.architecture.components:
        replication = component.replication
        if replication is None or component.managed:
            continue
        directory = is_directory(facts, component.id)
        if not (facts.kind(component.id).stores or directory):
            continue
        writers = tuple(replica.id for replica in component.replicas) if replication.all_write else replication.primary
        if len(writers) > 1 and not _decided(component, replication):
            flows = facts.flows_writing[component.id]
            if flows:
                every = "both" if len(writers) == 2 else "all"
                yield Hit(
                    subject=Subject("component", component.id),
                    message=(
                        f"Conflicting writes can be lost: {listed(writers)} {every} take writes, and neither a quorum nor conflict "
                        "resolution is declared"
                    ),
                    related=tuple((Subject("replica", writer), "takes writes") for writer in writers),
                    flows=flows,
                    case="directory" if directory else None,
                )


def _decided(component: Component, replication: Replication) -> bool:
    """Return True if the model declares how conflicts are resolved, or leaves the `mode` open, or if the product has none."""
    product = product_of(component.product)
    if product.shares_storage or product.appends:
        return True
    apart = replication.mode in ("asynchronous", "semi-synchronous")
    return quorum_of(component) is not None or replication.conflicts is not None or not apart


RULE = Rule(
    id="conflicting-writers",
    code="DAT009",
    title="Conflicting writers",
    severity="error",
    cases=(("directory", "warning"),),
    category="data",
    summary="More than one replica takes writes, without a quorum or conflict resolution.",
    why=(
        "Two visitors change the same row on two writers at the same time, or the link between the writers is cut and "
        "both go on alone. Then there are two truths. Unless the members agree on each write before it is confirmed, "
        "something has to decide which one wins. Otherwise replication stops, or data is lost silently."
    ),
    fix=(
        "Require a majority (`quorum: majority`), replicate synchronously, declare the conflict resolution "
        "(`conflicts: …`), or name one primary."
    ),
    limits=(
        "Trusts a declared `conflicts`, `quorum` or `mode: synchronous`. Doesn't check stores without a declared "
        "`mode`, nor managed stores, nor Oracle, whose instances share one storage, nor ClickHouse, whose inserts add rows and "
        "change none. A directory of accounts is a warning."
    ),
    references=(
        (
            "MySQL Reference Manual, Group Replication: Multi-Primary and Single-Primary Modes",
            "https://dev.mysql.com/doc/refman/8.4/en/group-replication-deploying-in-multi-primary-or-single-primary-mode.html",
        ),
    ),
    topic="writers",
    check=check,
    bad="""\
archgen: 1
name: Two writers that do not ask each other  # finding: unmonitored
hosts:
  db-1: {}
  db-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  mysql:  # finding: conflicting-writers
    kind: database
    runs_on: [db-1, db-2]
    replication: {writers: all, mode: asynchronous}
  copies: {kind: backup, managed: true, backs_up: [mysql], restore_tested: 2026-10-01}
connections:
  job -> mysql: {protocol: mysql, tls: true}
flows:
  order:
    title: An order
    access: write
    steps:
      - job -> mysql: INSERT
""",
    edits=(
        ("name: Two writers that do not ask each other", "name: Three writers that agree on each write"),
        ("db-2: {}", "db-2: {}\n  db-3: {}"),
        (
            "    runs_on: [db-1, db-2]\n    replication: {writers: all, mode: asynchronous}",
            "    runs_on: [db-1, db-2, db-3]\n    replication: {writers: all}\n    quorum: majority",
        ),
    ),
)
