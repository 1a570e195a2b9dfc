"""Predictions held against what was seen when servers were killed, and the answers to ten subtle systems, as a page.

python -m tests.reliability.predictions      writes both tables into docs/predictions.md
"""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from archgen.analysis.topology import Topology
from archgen.app.element_lookup import find_elements
from archgen.language.load import load
from archgen.reliability.simulation import FlowOutcome, simulate
from archgen.reliability.traffic import failing_part
from archgen.report.simulate.outcome import reason
from tests import subtle
from tests.paths import ROOT

PAGE = ROOT / "docs" / "predictions.md"
LAB = ("<!-- lab: start -->\n", "<!-- lab: end -->")
SUBTLE = ("<!-- subtle: start -->\n", "<!-- subtle: end -->")
TIER_2 = "models/2-distributed-web-infrastructure.arch.yaml"
CHECK = "health_check: GET /health"


class Row(Struct, frozen=True):
    """A difference between a prediction and a lab of real servers.

    `before` is the status that was predicted at the time of the lab, `seen` what happened, `now` the status of the model with
    `edits`; `key` says it in the model. `agrees` is False where the language has no words for the difference.
    """

    system: str
    model: str
    edits: tuple[tuple[str, str], ...]
    lost: tuple[str, ...]
    flow: str
    before: str
    seen: str
    now: str
    key: str
    agrees: bool = True
    leaves: bool = False


ROWS = (
    Row(
        "Tier 2, the check asks nginx alone",
        TIER_2,
        (),
        ("app@server-1",),
        "read-page",
        "degraded",
        "31 to 69 % of the requests fail",
        "degraded",
        f"`{CHECK}`; a hint, as the model does not say what is behind `/health`",
    ),
    Row(
        "Tier 2, the check asks the primary",
        TIER_2,
        ((CHECK, "health_check: {request: GET /health, asks: {mysql: write}}"),),
        ("mysql@server-1",),
        "read-page",
        "degraded",
        "no page can be read",
        "down",
        "`health_check: {asks: {mysql: write}}`",
    ),
    Row(
        "Tier 2, the check asks the primary",
        TIER_2,
        ((CHECK, "health_check: {request: GET /health, asks: {mysql: write}}"),),
        ("server-1",),
        "read-page",
        "degraded",
        "no page can be read",
        "down",
        "`health_check: {asks: {mysql: write}}`",
    ),
    Row(
        "Tier 2, no check",
        TIER_2,
        ((CHECK, "health_check: false"),),
        ("nginx@server-1",),
        "read-page",
        "degraded",
        "74 % of the requests fail",
        "partial",
        "`health_check: false`",
    ),
    Row(
        "Tier 2, no check, failed requests are sent to another server",
        TIER_2,
        ((CHECK, "health_check: false"),),
        ("nginx@server-1",),
        "read-page",
        "degraded",
        "no request fails",
        "partial",
        "none: a retry on another member has no key",
        agrees=False,
    ),
    Row(
        "VRRP that watches the host",
        "tests/predictions/vrrp.arch.yaml",
        (),
        ("haproxy@lb-1",),
        "page",
        "degraded",
        "no answer",
        "down",
        "`cluster: {watches: host}`",
    ),
    Row(
        "PostgreSQL, synchronous, one standby",
        "tests/predictions/postgresql.arch.yaml",
        (),
        ("postgres@b",),
        "save",
        "ok",
        "commits hang",
        "down",
        "`replication: {without: stop}`; `standby-stops-writes` asks for it",
    ),
    Row(
        "Galera of two, one crashes",
        "tests/predictions/galera.arch.yaml",
        (),
        ("mariadb@a",),
        "save",
        "degraded",
        "no query is answered",
        "down",
        "`product: galera`",
    ),
    Row(
        "Galera of two, one leaves in order",
        "tests/predictions/galera.arch.yaml",
        (),
        ("mariadb@a",),
        "save",
        "down",
        "served",
        "degraded",
        "`product: galera`, with `--maintain`",
        leaves=True,
    ),
    Row(
        "RabbitMQ of three, a classic queue",
        "tests/predictions/rabbitmq.arch.yaml",
        (),
        ("rabbitmq@a",),
        "publish",
        "degraded",
        "nothing is taken in or out",
        "down",
        "`replication: {primary: a, failover: manual}`; `incomplete-model` asks for it",
    ),
    Row(
        "Redis, all three Sentinels",
        "tests/predictions/redis.arch.yaml",
        (),
        ("sentinel@a", "sentinel@b", "sentinel@c"),
        "get",
        "ok",
        "no read and no write: clients ask them where the primary is",
        "down",
        "a step `app -> sentinel`, and `quorum: {read: 1, write: majority}`",
    ),
    Row(
        "Patroni, two of three etcd",
        "tests/predictions/patroni.arch.yaml",
        (),
        ("etcd@e-1", "etcd@e-2"),
        "save",
        "degraded",
        "no write: the primary cannot keep its lease",
        "down",
        "a step `postgres -> etcd`, with `product: etcd`",
    ),
    Row(
        "Any tier, the program reads its files for each request",
        TIER_2,
        (
            ("  app -> mysql: {", "  app -> code: {protocol: file, locality: same-host}\n  app -> mysql: {"),
            ("      - app -> mysql: SELECT", "      - app -> code: read the files\n      - app -> mysql: SELECT"),
        ),
        ("code@server-1",),
        "read-page",
        "ok",
        "half of the requests fail",
        "degraded",
        "a step `app -> code`; a hint, as in the first row",
    ),
)


def outcome(row: Row) -> tuple[FlowOutcome, str]:
    """Return what becomes of a row's flow now, and the reason."""
    text = (ROOT / row.model).read_text(encoding="utf-8")
    for old, new in row.edits:
        assert old in text, (row.system, old)
        text = text.replace(old, new)
    topology = Topology(load(Path(row.model).name, text.encode()).architecture)
    gone = find_elements(topology, row.lost)
    if row.leaves:
        topology = topology.after_leaving(gone)
    result = simulate(topology.index, topology.flows[row.flow], topology.losses.plans[row.flow], gone)
    return result, reason(result, {})


def lab_table() -> str:
    """Return the differences of the lab as a table."""
    lines = [
        "| system | lost | predicted then | predicted now | seen | said by |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for row in ROWS:
        result, _ = outcome(row)
        told = "; ".join((f"**{result.status}**", *result.hints, *_share(result)))
        lost = ", ".join(f"`{name}`" for name in row.lost)
        lines.append(f"| {row.system} | {lost} | {row.before} | {told} | {row.seen} | {row.key} |")
    return "\n".join(lines) + "\n"


def _share(result: FlowOutcome) -> tuple[str, ...]:
    short = result.shortfall
    return () if short is None else (failing_part(short.failing, short.members),)


def subtle_table() -> str:
    """Return what an engineer and archgen say of the subtle systems, which a test holds to be the same."""
    lines = ["| system | a careful engineer | `archgen simulate` | `archgen lint` |", "| --- | --- | --- | --- |"]
    for system in map(subtle.read, subtle.FILES):
        losses = "; ".join(
            f"without {', '.join(f'`{name}`' for name in loss.lost)}: "
            + ", ".join(f"{flow} **{status}**" for flow, status in loss.statuses)
            for loss in system.losses
        )
        rules = ", ".join([f"`{rule}`" for rule in system.finds] + [f"no `{rule}`" for rule in system.silent])
        lines.append(f"| {system.title} | {system.engineer} | {losses} | {rules} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return the page with the tables of now."""
    text = PAGE.read_text(encoding="utf-8")
    for (start, end), table in ((LAB, lab_table()), (SUBTLE, subtle_table())):
        before, _, rest = text.partition(start)
        text = f"{before}{start}\n{table}\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
