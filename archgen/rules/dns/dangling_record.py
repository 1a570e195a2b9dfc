"""A DNS record that points to an address or a name that nothing in the model has."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.dns_names import ADDRESS_TYPES, NAME_TYPES, Names, address, pointee, readings
from archgen.analysis.record_paths import UnclaimedAddresses
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Record
from archgen.model.dns_zones import normalize_name
from archgen.model.finding import Confidence
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each record id, with its values that point to nothing in the model's domains."""
    names, unclaimed = context.topology.names, UnclaimedAddresses(context.topology)
    dangling: dict[str, list[tuple[Component, Record]]] = {}
    for server in names.servers:
        nowhere = {record for record, leads_nowhere in unclaimed.of(server) if leads_nowhere}
        for record in server.records:
            if record in nowhere or _is_lost_name(names, server, record):
                dangling.setdefault(record.id, []).append((server, record))
    for lost in dangling.values():
        yield _hit(names, lost)


def _is_lost_name(names: Names, server: Component, record: Record) -> bool:
    value = pointee(record)
    if record.type.upper() not in NAME_TYPES or address(value) is not None or not normalize_name(value):
        return False
    return value not in names.declared and _is_lost(names, server, value)


def _is_lost(names: Names, server: Component, value: str) -> bool:
    """Return True if a name is in a domain of the model, or a bare label, and has no record."""
    ours = "." not in normalize_name(value) or names.is_own(normalize_name(value))
    return ours and not any(names.leads(reading) for reading in readings(value, server))


def _hit(names: Names, lost: list[tuple[Component, Record]]) -> Hit:
    server, record = lost[0]
    values = listed(list(dict.fromkeys(pointee(record) for _, record in lost)))
    kind = record.type.upper()
    if kind in ADDRESS_TYPES:
        nobody = "which is the address of no host and no cluster"
        fix = "Correct the address, declare it as the `address` of its host, or name the host or the component as the value."
    else:
        nobody = "which has no record"
        fix = f"Correct the name, or add the record that gives {values} its address."
    return Hit(
        subject=Subject("record", record.id),
        message=f"The {kind} record of {record.name} points to {values}, {nobody}",
        related=((Subject("component", server.id), "holds the record"),),
        flows=names.flows(record),
        fix=fix,
        confidence=_confidence(names, kind),
    )


def _confidence(names: Names, kind: str) -> Confidence:
    """Lower where a host keeps its address to itself, or the model does not say which domain it answers for."""
    if kind in ADDRESS_TYPES:
        return "high" if all(host.address is not None for host in names.architecture.hosts) else "medium"
    return "high" if all(server.domain is not None for server in names.servers) else "medium"


RULE = Rule(
    id="dangling-record",
    code="DNS003",
    title="Dangling record",
    severity="error",
    category="dns",
    summary="A DNS record points to an address or a name that nothing in the model has.",
    why=(
        "A visitor who follows such a record waits for an answer that never comes, or gets one from the new holder "
        "of the address or name. Records that are left behind when a server is given up let strangers speak in your "
        "site's name."
    ),
    fix="Point the record to a host or component of the model, or remove it.",
    limits=(
        "Reports a public address only where the component that the name's visitors reach declares another public one: "
        "a firewall may translate it to any host. Doesn't check names outside the model's domains: they may exist "
        "elsewhere. For an address in a provider's hands, or one that is translated, write the id of its component."
    ),
    references=(
        (
            "RFC 1912, Common DNS Operational and Configuration Errors, 2.4",
            "https://www.rfc-editor.org/rfc/rfc1912#section-2.4",
        ),
        (
            "CWE-672, Operation on a Resource after Expiration or Release",
            "https://cwe.mitre.org/data/definitions/672.html",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: Records to what is gone
components:
  user: {kind: client}
  dns:
    kind: dns
    managed: true
    replicas: 2
    domain: foobar.com
    records:
      - {name: www.foobar.com, type: A, value: 192.0.2.99}  # finding: dangling-record
      - {name: blog.foobar.com, type: CNAME, value: old.foobar.com}  # finding: dangling-record
  site:
    kind: external-service
    managed: true
    replicas: 2
    cluster: {address: {shared: 192.0.2.10}}
connections:
  user -> site: https
flows:
  read-page:
    title: A visitor opens a page
    domain: www.foobar.com
    steps:
      - user -> site: GET /
""",
    edits=(
        ("name: Records to what is gone", "name: Records to what is there"),
        (
            "      - {name: www.foobar.com, type: A, value: 192.0.2.99}  # finding: dangling-record\n"
            "      - {name: blog.foobar.com, type: CNAME, value: old.foobar.com}  # finding: dangling-record",
            "      - {name: www.foobar.com, type: A, value: 192.0.2.10}\n"
            "      - {name: blog.foobar.com, type: CNAME, value: www.foobar.com}\n"
            "      - {name: help.foobar.com, type: CNAME, value: foobar.example.net}",
        ),
    ),
)
