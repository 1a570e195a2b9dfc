"""A CNAME where other records of its name are, or have to be."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.dns_names import readings
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Record
from archgen.model.dns_zones import normalize_name
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each CNAME record that isn't alone."""
    names = context.topology.names
    reported: set[str] = set()
    for server in names.servers:
        for record in server.records:
            reason = _reason(server, record) if record.type.upper() == "CNAME" else None
            if reason is not None and record.id not in reported:
                reported.add(record.id)
                yield Hit(subject=Subject("record", record.id), message=reason, flows=names.flows(record))


def _reason(server: Component, record: Record) -> str | None:
    name = _full(record, server)
    beside = [other for other in server.records if other is not record and _full(other, server) == name]
    others = list(dict.fromkeys(other.type.upper() for other in beside))
    if server.domain is not None and name == normalize_name(server.domain):
        return f"{name} is the top of its zone, where SOA and NS records must be, and a CNAME allows no other record of its name"
    if others == ["CNAME"] and server.balance is not None:
        # each answer has one of them, by weight, place or health
        return None
    if others == ["CNAME"]:
        return f"{record.name} has {len(beside) + 1} CNAME records, and a name can have only one"
    if others:
        return f"{record.name} has a CNAME and also {listed(others)}: a CNAME allows no other record of its name"
    return None


def _full(record: Record, server: Component) -> str:
    return readings(record.name, server)[-1]


RULE = Rule(
    id="cname-beside-records",
    code="DNS002",
    title="CNAME beside other records",
    severity="error",
    category="dns",
    summary="A CNAME is at the top of a zone, or beside other records of its name.",
    why=(
        "A CNAME says: ask for the other name instead. A resolver that has seen it never asks for the records beside "
        "it. So mail, or the entire zone, is lost for some visitors and not for others. Strict DNS servers refuse to "
        "load such a zone."
    ),
    fix="Give the name its addresses (A, AAAA), or use your provider's alternative (ALIAS, ANAME, flattening).",
    limits=(
        "Knows the top of a zone only where the DNS component declares its `domain`. Several CNAME records of a name are no "
        "fault where the DNS component declares `balance`: it answers with one of them."
    ),
    references=(
        ("RFC 1034, 3.6.2", "https://www.rfc-editor.org/rfc/rfc1034#section-3.6.2"),
        ("RFC 2181, 10.1", "https://www.rfc-editor.org/rfc/rfc2181#section-10.1"),
    ),
    check=check,
    bad="""\
archgen: 1
name: A CNAME at the top of the zone
components:
  user: {kind: client}
  dns:
    kind: dns
    managed: true
    replicas: 2
    domain: foobar.com
    records:
      - {name: foobar.com, type: CNAME, value: site.example.net}  # finding: cname-beside-records
  site: {kind: external-service, managed: true, replicas: 2}
connections:
  user -> site: https
flows:
  read-page:
    title: A visitor opens a page
    domain: foobar.com
    steps:
      - user -> site: GET /
""",
    edits=(
        ("name: A CNAME at the top of the zone", "name: A CNAME below the top of the zone"),
        ("name: foobar.com", "name: www.foobar.com"),
        (
            "title: A visitor opens a page\n    domain: foobar.com",
            "title: A visitor opens a page\n    domain: www.foobar.com",
        ),
    ),
)
