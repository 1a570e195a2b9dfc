"""All servers carry the same web, application and database components."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model, with its servers as related subjects."""
    facts = context.topology
    hosts = facts.identical_servers
    if hosts:
        carried = facts.load(hosts[0])
        every, them = ("both", "both") if len(hosts) == 2 else ("all", "all of them")
        yield Hit(
            subject=Subject("model", facts.architecture.id),
            message=(
                f"{listed(hosts)} {every} run {listed(carried)}: a leak or a full disk takes down the neighbors on its host, and a flaw "
                f"in one is on {them}"
            ),
            related=tuple((Subject("host", host), "runs the same components") for host in hosts),
            flows=facts.flows_through(carried),
        )


RULE = Rule(
    id="identical-servers",
    code="REL004",
    title="Identical servers",
    severity="warning",
    category="reliability",
    summary="All servers run the same web, application and database components.",
    why=(
        "Copies of one server share its weaknesses. A memory leak in the application starves the database beside it, "
        "a query that fills the disk stops the web server, and an attacker in one component is next to all others. "
        "They also scale only together: more memory for the database means another web server as well."
    ),
    fix="Put the web server, the application server and the database on hosts of their own, each sized for its task.",
    limits="Considers web servers, application servers, services and data stores; caches and agents don't count.",
    check=check,
    bad="""\
archgen: 1
name: Two of everything  # finding: identical-servers, unmonitored
hosts:
  server-1: {}
  server-2: {}
components:
  nginx: {kind: web-server, runs_on: [server-1, server-2]}
  app: {kind: app-server, runs_on: [server-1, server-2]}
  mysql: {kind: database, runs_on: [server-1, server-2], replication: {writers: all, mode: synchronous}}
  copies: {kind: backup, managed: true, backs_up: [mysql], restore_tested: 2026-10-01}
connections:
  nginx -> app: {protocol: fastcgi, locality: same-host}
  app -> mysql: {protocol: mysql, tls: true}
flows:
  read-page:
    title: A page is read
    steps:
      - nginx -> app: run
      - app -> mysql: SELECT
""",
    edits=(
        ("name: Two of everything", "name: A database server apart"),
        ("server-2: {}", "server-2: {}\n  db-1: {}\n  db-2: {}"),
        ("kind: database, runs_on: [server-1, server-2", "kind: database, runs_on: [db-1, db-2"),
    ),
)
