"""A record whose value has the wrong form for its type: an address where a name belongs, or the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.dns_names import ADDRESS_TYPES, NAME_TYPES, Names, address, pointee
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Record
from archgen.model.change import Change, Put
from archgen.model.dns_zones import normalize_name
from archgen.model.subject import Subject
from archgen.model.wording import a_record_type

_NO_NAME = frozenset("/: \t\n")


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each record id; the id of a host or component stands for its address."""
    names = context.topology.names
    seen: set[str] = set()
    for server in names.servers:
        for record in server.records:
            wrong = _wrong(names, record)
            if wrong is not None and record.id not in seen:
                seen.add(record.id)
                message, fix = wrong
                yield Hit(
                    subject=Subject("record", record.id),
                    message=message,
                    related=((Subject("component", server.id), "holds the record"),),
                    flows=names.flows(record),
                    fix=fix,
                )


def _wrong(names: Names, record: Record) -> tuple[str, str] | None:
    """Return the message and the fix for a record of the wrong form."""
    kind = record.type.upper()
    if kind in NAME_TYPES:
        return _wrong_name(names, record, kind)
    if kind in ADDRESS_TYPES:
        return _wrong_address(names, record, kind)
    return None


def _wrong_name(names: Names, record: Record, kind: str) -> tuple[str, str] | None:
    value = pointee(record)
    parsed = address(value)
    if parsed is None:
        if value in names.declared or not _NO_NAME.intersection(value):
            return None
        message = f"The {kind} record of {record.name} holds {value}, which isn't a name"
        return message, "Write the bare name: no protocol, port, path or space."
    proper = _type_for(parsed[0])
    message = f"The {kind} record of {record.name} holds the address {value}, but {a_record_type(kind)} record points to a name"
    if kind in ("CNAME", "ALIAS", "ANAME"):
        return message, f"Make it {a_record_type(proper)} record: an address needs one."
    return message, f"Give the host a name with {a_record_type(proper)} record to {value}, and write that name here."


def _wrong_address(names: Names, record: Record, kind: str) -> tuple[str, str] | None:
    value = pointee(record)
    parsed = address(value)
    version = ADDRESS_TYPES[kind]
    if value in names.declared or (parsed is not None and parsed[0] == version):
        return None
    holds = f"The {kind} record of {record.name} holds {value}"
    if parsed is not None:
        return (
            f"{holds}, but {a_record_type(kind)} record holds an IPv{version} address",
            f"Make it {a_record_type(_type_for(parsed[0]))} record.",
        )
    message = f"{holds}, which is neither an IPv{version} address nor a host or component of the model"
    if names.leads(value) or _looks_like_a_name(value):
        return message, "Write the address, or make it a CNAME record if it should follow that name."
    return message, "Write the address, or the id of its host or component."


def _looks_like_a_name(value: str) -> bool:
    last = normalize_name(value).rpartition(".")[2]
    return "." in normalize_name(value) and not _NO_NAME.intersection(value) and not last.isdigit()


def _type_for(version: int) -> str:
    return next(kind for kind, number in ADDRESS_TYPES.items() if number == version)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Change the type to fit the value: an address, or a name of the model."""
    names = context.topology.names
    changes: list[Change] = []
    for server in names.servers:
        for index, record in enumerate(server.records):
            proper = _proper(names, record) if record.id == hit.subject.id else None
            if proper is not None:
                changes.append(Put(("components", server.id, "records", index, "type"), proper))
    return tuple(changes)


def _proper(names: Names, record: Record) -> str | None:
    kind, value = record.type.upper(), pointee(record)
    parsed = address(value)
    if parsed is not None and kind in ("CNAME", "ALIAS", "ANAME", *ADDRESS_TYPES):
        return _type_for(parsed[0])
    return "CNAME" if kind in ADDRESS_TYPES and names.leads(value) else None


RULE = Rule(
    id="cname-to-address",
    code="DNS001",
    title="Record of the wrong type",
    severity="error",
    category="dns",
    summary="A CNAME, MX or NS record points to an address, or an A or AAAA record to a name.",
    why=(
        "A CNAME, MX or NS record says which other name to ask for next; an A or AAAA record ends the search with an "
        "address. A resolver reads 192.0.2.10 in a CNAME as a name of four labels, looks it up and gets no answer. "
        "So the site can't be reached by its name, or its mail isn't delivered."
    ),
    fix="Use an A or AAAA record for an address, and a CNAME for a name.",
    limits=(
        "An A or AAAA record may name a host or a component of the model, which stands for its address. Doesn't check "
        "record types that hold text (TXT, CAA, SOA)."
    ),
    references=(
        (
            "RFC 1035, Domain Names: Implementation and Specification, 3.3",
            "https://www.rfc-editor.org/rfc/rfc1035#section-3.3",
        ),
        (
            "RFC 2181, Clarifications to the DNS Specification, 10.3",
            "https://www.rfc-editor.org/rfc/rfc2181#section-10.3",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Names and addresses mixed up
components:
  user: {kind: client}
  dns:
    kind: dns
    managed: true
    replicas: 2
    domain: foobar.com
    records:
      - {name: www.foobar.com, type: CNAME, value: 192.0.2.10}  # finding: cname-to-address
      - {name: foobar.com, type: MX, value: 10 192.0.2.25}  # finding: cname-to-address
      - {name: old.foobar.com, type: A, value: www.foobar.com}  # finding: cname-to-address
  site: {kind: external-service, managed: true, replicas: 2}
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
        ("name: Names and addresses mixed up", "name: A name for a name, an address for an address"),
        (
            "      - {name: www.foobar.com, type: CNAME, value: 192.0.2.10}  # finding: cname-to-address\n"
            "      - {name: foobar.com, type: MX, value: 10 192.0.2.25}  # finding: cname-to-address\n"
            "      - {name: old.foobar.com, type: A, value: www.foobar.com}  # finding: cname-to-address",
            "      - {name: www.foobar.com, type: A, value: 192.0.2.10}\n"
            "      - {name: foobar.com, type: MX, value: 10 mail.example.net}\n"
            "      - {name: old.foobar.com, type: CNAME, value: www.foobar.com}\n"
            "      - {name: shop.foobar.com, type: A, value: site}",
        ),
    ),
)
