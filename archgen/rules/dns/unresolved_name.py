"""A flow uses a name that no DNS record of the model resolves."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.dns_names import Names, address, probed_name
from archgen.analysis.record_paths import is_located
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Flow
from archgen.model.change import Append, Change
from archgen.model.dns_zones import lies_under, normalize_name
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each name, at the first flow that uses it, unless a DNS component may yet resolve it."""
    facts = context.topology
    names = facts.names
    speaking = [server for server in names.servers if server.records]
    unresolved: dict[str, list[Flow]] = {}
    for flow in facts.architecture.flows:
        if flow.domain is None or not speaking or not _is_unresolved(names, name := normalize_name(flow.domain)):
            continue
        if not is_located(facts, flow.id, name):
            unresolved.setdefault(name, []).append(flow)
    for flows in unresolved.values():
        yield _hit(names, speaking, flows)
    for component in facts.architecture.components if speaking else ():
        for name in dict.fromkeys(map(probed_name, component.probes)):
            if names.is_own(name) and _is_unresolved(names, name) and name not in unresolved:
                yield _probed(speaking, component, name)


def _is_unresolved(names: Names, name: str) -> bool:
    open_ = any(server.domain is None or lies_under(name, normalize_name(server.domain)) for server in names.silent)
    return not open_ and address(name) is None and not names.leads(name)


def _hit(names: Names, speaking: list[Component], flows: list[Flow]) -> Hit:
    flow = flows[0]
    name = flow.domain or ""
    searched = listed([server.id for server in speaking])
    return Hit(
        subject=Subject("flow", flow.id),
        message=f"{flow.id} uses the name {name}, but no record of {searched} gives it an address",
        related=tuple((Subject("component", server.id), "has no record for the name") for server in speaking),
        flows=tuple(flow.id for flow in flows),
        fix=f"Add a record for {name} (A, AAAA or CNAME) to {searched}, or correct the flow's `domain`.",
        confidence="high" if names.is_own(normalize_name(name)) else "medium",
    )


def _probed(speaking: list[Component], prober: Component, name: str) -> Hit:
    searched = listed([server.id for server in speaking])
    return Hit(
        subject=Subject("component", prober.id),
        message=f"{prober.id} probes {name}, but no record of {searched} gives it an address",
        flows=(),
        fix=f"Correct the name in `probes`, or add a record for it to {searched}.",
    )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Add a record for the component that visitors call, in the first DNS component with records."""
    facts = context.topology
    if hit.subject.kind != "flow":
        # a misspelled name is as likely as a missing record
        return ()
    flow = facts.flows[hit.subject.id]
    called = (
        target
        for hop in facts.hops[flow.id]
        if facts.kind(hop.step.source).id == "client"
        for target in hop.step.targets
        if facts.kind(target).id != "dns"
    )
    entry = next(called, None)
    server = next((subject.id for subject, _ in hit.related), None)
    if entry is None or server is None or entry in facts.hosts:
        return ()
    return (Append(("components", server, "records"), {"name": flow.domain, "type": "A", "value": entry}),)


RULE = Rule(
    id="unresolved-name",
    code="DNS004",
    title="Unresolved name",
    severity="warning",
    category="dns",
    summary="A flow uses, or a probe asks for, a name that no DNS record of the model resolves.",
    why=(
        "A visitor's computer first asks for the address of the name. If no record answers, no request is ever sent, "
        "however good the servers behind it are."
    ),
    fix="Add an A, AAAA or CNAME record for the name, or correct the flow's `domain`.",
    limits=(
        "Doesn't check models without records, nor names that a DNS component without records may resolve, which a resolver "
        "that programs ask doesn't. A wildcard "
        "record counts, and so does a part of the domain that is delegated to other name servers. "
        "Mail needs only an MX record, and a service that browsers don't visit, such as SIP, only SRV records."
    ),
    references=(
        ("RFC 1034, Domain Names: Concepts and Facilities, 3.6", "https://www.rfc-editor.org/rfc/rfc1034#section-3.6"),
        ("RFC 4592, The Role of Wildcards in the Domain Name System", "https://www.rfc-editor.org/rfc/rfc4592"),
    ),
    topic="dns",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: A name nobody can look up
components:
  user: {kind: client}
  dns:
    kind: dns
    managed: true
    replicas: 2
    domain: foobar.com
    records:
      - {name: foobar.com, type: A, value: site}
  site: {kind: external-service, managed: true, replicas: 2}
connections:
  user -> site: https
flows:
  read-page:  # finding: unresolved-name
    title: A visitor opens a page
    domain: www.foobar.com
    steps:
      - user -> site: GET /
""",
    edits=(
        ("name: A name nobody can look up", "name: A record for the name"),
        (
            "- {name: foobar.com, type: A, value: site}",
            "- {name: foobar.com, type: A, value: site}\n"
            '      - {name: "*.foobar.com", type: CNAME, value: foobar.com}',
        ),
    ),
)
