"""Web, application and database replicas share one host."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import FEW_REQUESTS
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.kinds import FILE_STORES, Kind
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each host, unless all servers are identical: another rule reports them together."""
    facts = context.topology
    for host in facts.hosts if not facts.identical_servers else ():
        carried = facts.load(host)
        # files that lie beside their application are no database
        if facts.carries_all_roles(host) and any(_is_database(facts.kind(name)) for name in carried):
            flows = facts.flows_through(carried)
            limit = context.threshold("overloaded-host", "requests", FEW_REQUESTS)
            yield Hit(
                subject=Subject("host", host),
                message=f"{host} runs the web server, the application and the database: {listed(carried)}",
                related=tuple((Subject("component", component), f"runs on {host}") for component in carried),
                flows=flows,
                case="light" if facts.is_light(flows, limit) else None,
            )


def _is_database(kind: Kind) -> bool:
    return kind.role == "data" and kind.id not in FILE_STORES


RULE = Rule(
    id="overloaded-host",
    code="REL005",
    title="Overloaded host",
    severity="warning",
    cases=(("light", "info"),),
    category="reliability",
    summary="Web, application and database replicas share one host.",
    why=(
        "The three need different resources: connections, processors, memory and disks. On one host they compete for "
        "them, a fault in any of them can stop the others, and none can be scaled alone."
    ),
    fix="Move the database to a host of its own first: it is the one that you can't simply restart elsewhere.",
    limits=(
        "Considers kinds, not the size of the host. Where all flows through it declare a `demand`, and that is small, it is information. "
        "Files are no database."
    ),
    topic="hosts",
    check=check,
    thresholds=(("requests", FEW_REQUESTS, "requests per second at peak below which sharing is information"),),
    bad="""\
archgen: 1
name: One server beside a second web server  # finding: unmonitored, maintenance-downtime
hosts:
  server-1: {}  # finding: single-point-of-failure, overloaded-host
  server-2: {}
components:
  nginx: {kind: web-server, runs_on: [server-1, server-2]}
  app: {kind: app-server, runs_on: [server-1, server-2]}
  mysql: {kind: database, runs_on: server-1}
  copies: {kind: backup, managed: true, backs_up: [mysql], restore_tested: 2026-10-01}
connections:
  nginx -> app: {protocol: fastcgi, locality: same-host}
  app -> mysql: {protocol: mysql, tls: true}
flows:
  read-page:
    title: A page is read
    access: read
    steps:
      - nginx -> app: run
      - app -> mysql: SELECT
""",
    edits=(
        ("name: One server beside a second web server", "name: A database server apart"),
        ("}  # finding: single-point-of-failure, overloaded-host", "}"),
        (
            "server-2: {}",
            "server-2: {}\n  db-1: {}  # finding: single-point-of-failure",
        ),
        ("runs_on: server-1", "runs_on: db-1"),
    ),
)
