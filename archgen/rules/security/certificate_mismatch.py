"""A visitor is shown a certificate that is not for the site's name, or that is not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.encryption import (
    is_attached,
    is_certificate_for,
    passes_tls_on,
    shown_certificates,
)
from archgen.analysis.firewalls import port_number
from archgen.analysis.hops import Hop, is_passed_through, is_tunnelled
from archgen.analysis.record_paths import components_at_addresses, components_behind, records_behind
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Certificate, Port
from archgen.model.change import Append, Change
from archgen.model.dns_zones import covers_name, normalize_name
from archgen.model.kinds import FORWARDING
from archgen.model.protocols import UNCERTIFIED, relays
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each faulty certificate, and for each connection whose TLS ends without a certificate."""
    facts = context.topology
    wrong: dict[str, dict[str, None]] = {}
    flows: dict[str, dict[str, None]] = {}
    bare: dict[str, tuple[str, dict[str, None]]] = {}
    missing: set[str] = set()
    others_alone: dict[str, tuple[str, dict[str, None]]] = {}
    domains = {flow.id: normalize_name(flow.domain) for flow in facts.architecture.flows if flow.domain is not None}
    for flow, domain in domains.items() if facts.certificates else ():
        visits = tuple(_endings(facts, flow))
        asked = _asked(facts, domain, visits)
        for visit in visits:
            port, end, connection = visit.port, visit.end, visit.connection
            shown = shown_certificates(facts, port, end, domain)
            name = domain if visit.request in asked else None
            flawed = {certificate.id: _flaws(certificate, name, end) for certificate in shown}
            if not shown and not facts.components[end].managed:
                bare.setdefault(connection, (end, {}))[1][flow] = None
                others = [other for other in visits if other.step != visit.step]
                if _is_elsewhere(facts, domain, others):
                    missing.add(connection)
            elif shown and _is_of_other_ports(facts, visit, domain):
                others_alone.setdefault(connection, (end, {}))[1][flow] = None
            elif all(flawed.values()):
                for certificate, flaws in flawed.items():
                    wrong.setdefault(certificate, {}).update(dict.fromkeys(flaws))
                    flows.setdefault(certificate, {})[flow] = None
    for name, faults in wrong.items():
        yield Hit(
            subject=Subject("certificate", name),
            message=f"The certificate {name} {'; and it '.join(faults)}",
            flows=facts.in_order(flows[name]),
        )
    for connection, (end, used) in bare.items():
        yield _bare(connection, end, tuple(used), connection in missing)
    for connection, (end, used) in others_alone.items():
        yield _unnamed(connection, end, tuple(used), list(dict.fromkeys(domains[flow] for flow in used)))


class _Way(Struct, frozen=True):
    """A request of a client on its way: its step, the components that it has passed, and the port whose certificate is shown behind."""

    request: str = ""
    passed: tuple[str, ...] = ()
    port: Port | None = None


class _Visit(Struct, frozen=True):
    """A point where a visitor's TLS ends: the client's request, the components up to there, the step, its connection and port."""

    request: str
    passed: tuple[str, ...]
    step: str
    connection: str
    port: Port
    end: str


def _asked(facts: Topology, domain: str, visits: Sequence[_Visit]) -> set[str]:
    """Return the requests of clients that ask for the domain of a flow; what else a page needs may have names of its own.

    They are the first one, or those that go where the records of the domain lead, or that are shown a certificate for it.
    """
    first = {visit.request for visit in visits[:1]}
    doors = {name for visit in visits if visit.request in first for name in visit.passed}
    addressed = components_at_addresses(facts)
    records = [end for record in facts.names.leading(domain) for end in records_behind(facts, record)]
    led = [components_behind(facts, record, addressed) for record in records]
    # the host of an address may carry what is asked first and what is asked by another name
    named = {name for components in led if components.isdisjoint(doors) for name in components}
    later = {visit.request for visit in visits if not named.isdisjoint(visit.passed)}
    if any(not components.isdisjoint(doors) for components in led):
        return first | later
    return later or {visit.request for visit in visits if _is_fitting(facts, visit, domain)} or first


def _is_fitting(facts: Topology, visit: _Visit, domain: str) -> bool:
    """Return True if visitors are shown a certificate for a domain."""
    shown = shown_certificates(facts, visit.port, visit.end, domain)
    return any(is_certificate_for(each, domain) for each in shown)


def _is_elsewhere(facts: Topology, domain: str, others: Sequence[_Visit]) -> bool:
    """Return True if a certificate for a domain is declared, and visitors are shown it by none of the other ends of TLS."""
    fitting = [each for each in facts.certificates.values() if not each.names or is_certificate_for(each, domain)]
    elsewhere = [certificate for each in others for certificate in shown_certificates(facts, each.port, each.end)]
    return bool(fitting) and not any(certificate in fitting for certificate in elsewhere)


def _bare(connection: str, end: str, flows: tuple[str, ...], missing: bool) -> Hit:
    """Return the hit of an end of TLS without a certificate: one that is declared to be elsewhere is missing, others may be there."""
    if missing:
        message, label = f"TLS ends at {end}, but no certificate is installed there", "has no certificate"
    else:
        message, label = f"TLS ends at {end}, of which the model declares no certificate", "declares no certificate"
    return Hit(
        subject=Subject("connection", connection),
        message=message,
        related=((Subject("component", end), label),),
        flows=flows,
        fix=None if missing else _DECLARE.format("…", end),
        case=None if missing else "undeclared",
    )


def _is_of_other_ports(facts: Topology, visit: _Visit, domain: str) -> bool:
    """Return True if no certificate is declared for a domain, and those that are installed where TLS ends are named at other ports.

    A balancer of messages and of pages has a name for each; the port that names none may have a certificate that nobody declared.
    """
    if any(is_certificate_for(each, domain) for each in facts.certificates.values()):
        return False
    numbers: dict[str | None, set[int | None]] = {}
    for port in (port for call in facts.architecture.connections for port in call.ports):
        if port.tls is not None:
            numbers.setdefault(port.tls.certificate, set()).add(port_number(port))
    here = port_number(visit.port)
    shown = [numbers.get(each.id, {here}) for each in shown_certificates(facts, visit.port, visit.end)]
    return all(here not in each for each in shown)


def _unnamed(connection: str, end: str, flows: tuple[str, ...], domains: list[str]) -> Hit:
    """Return the hit of an end of TLS whose declared certificates are those of its other ports."""
    return Hit(
        subject=Subject("connection", connection),
        message=f"TLS ends at {end}, of which the model declares no certificate for {listed(domains)}",
        related=((Subject("component", end), f"declares no certificate for {listed(domains)}"),),
        flows=flows,
        fix=_DECLARE.format(", ".join(domains), end),
        case="undeclared",
    )


_DECLARE = "Declare it with its date: `certificates: {{…: {{names: [{}], installed_on: [{}], expires: …}}}}`."


def _endings(facts: Topology, flow: str) -> Iterator[_Visit]:
    """Yield the points where a visitor's TLS ends: behind the last encrypted hop."""
    installed = {name for each in facts.architecture.certificates for name in each.installed_on}
    carrying: dict[str, _Way] = {client: _Way() for client in facts.clients_in[flow]}
    hops = facts.hops[flow]
    for hop in hops:
        connection, port, source = hop.connection, hop.port, hop.step.source
        if connection is None or port is None or hop.meaning != "encrypted" or source not in carrying:
            continue
        # mail servers look for the name of the MX record, and most of them take any certificate (RFC 7435)
        if relays(port):
            continue
        way = carrying[source]
        through = is_passed_through(port)
        for target in hop.targets:
            further = _Way(way.request or hop.step.id, (*way.passed, target))
            # said of what a balancer of connections does itself, it ends where a certificate is
            passed = through and not (passes_tls_on(facts, source) and target in installed)
            if is_attached(facts, target):
                # the certificate that visitors see there is that of the balancer behind it
                carrying[target] = replace(further, port=port)
            elif passes_tls_on(facts, target) and any(_is_from(each, target) for each in hops):
                # a certificate that is named here is shown by what is behind it
                is_named = port.tls is not None and port.tls.certificate is not None
                carrying[target] = replace(further, port=port if is_named else None)
            elif passed or facts.kind(target).id in FORWARDING:
                carrying[target] = further
            elif not _is_known_by_key(port):
                yield _Visit(further.request, further.passed, hop.step.id, connection.id, way.port or port, target)


def _is_from(hop: Hop, component: str) -> bool:
    """Return True for an encrypted hop that goes on from a component."""
    return hop.step.source == component and hop.meaning == "encrypted"


def _is_known_by_key(port: Port) -> bool:
    """Return True for a protocol without a certificate for a name, such as those over SSH or in a tunnel, unless the model names one."""
    named = port.tls is not None and port.tls.certificate is not None
    return (port.protocol in UNCERTIFIED or is_tunnelled(port)) and not named


def _flaws(certificate: Certificate, domain: str | None, end: str) -> list[str]:
    """Return the faults of a certificate for requests to a domain, or to another name (None)."""
    flaws = []
    if domain is not None and certificate.names and not is_certificate_for(certificate, domain):
        flaws.append(f"is for {listed(certificate.names)}, but visitors ask for {domain}")
    if certificate.installed_on and end not in certificate.installed_on:
        flaws.append(f"is installed on {listed(certificate.installed_on)}, but TLS ends at {end}")
    return flaws


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """A certificate for the names that visitors come for, where it is one of another name."""
    if hit.subject.kind != "certificate":
        return ()
    named = context.topology.certificates[hit.subject.id].names
    others = [name for each in context.topology.architecture.certificates for name in each.names]
    asked = dict.fromkeys(context.topology.flows[flow].domain for flow in hit.flows)
    missing = [
        domain
        for domain in asked
        if domain is not None
        and not any(covers_name(normalize_name(name), normalize_name(domain)) for name in [*named, *others])
    ]
    return tuple(Append(("certificates", hit.subject.id, "names"), domain) for domain in missing)


RULE = Rule(
    id="certificate-mismatch",
    code="SEC003",
    title="Wrong certificate",
    severity="error",
    cases=(("undeclared", "info"),),
    category="security",
    summary="The certificate is for another name, or isn't installed where TLS ends.",
    why=(
        "A browser that gets a certificate for another name shows a warning instead of the site, and most visitors leave. "
        "An application or another server that calls gets an error and stops."
    ),
    fix="Get a certificate for the name, and install it where TLS ends.",
    limits=(
        "Looks at the path from a visitor to where TLS ends, by the flow's `domain`: the name of the first request, or of those "
        "where its records lead. A login or images that visitors call besides may have other names. Doesn't check names if the model "
        "declares no certificates. An end of TLS without a declared certificate is reported as info if "
        "none is declared for the name, or if visitors are shown it elsewhere in the flow: that end may have another name. So is a port "
        "that names none, where those that are installed are named at other ports. Protocols "
        "that know a server by its key, such as SFTP, have no certificate for a name."
    ),
    references=(("RFC 9525, Service Identity in TLS", "https://www.rfc-editor.org/rfc/rfc9525"),),
    topic="tls",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: A certificate for another name
components:
  user: {kind: client}
  site: {kind: external-service, managed: true, replicas: 2}
certificates:
  shop: {names: [shop.foobar.com], installed_on: [site]}  # finding: certificate-mismatch
connections:
  user -> site: {protocol: https, tls: {certificate: shop}}
flows:
  read-page:
    title: A visitor opens a page
    domain: www.foobar.com
    steps:
      - user -> site: GET /
""",
    edits=(
        ("name: A certificate for another name", "name: A certificate for all names"),
        (
            "shop: {names: [shop.foobar.com], installed_on: [site]",
            'all: {names: ["*.foobar.com"], installed_on: [site], expires: 2027-06-30',
        ),
        ("certificate: shop", "certificate: all"),
    ),
)
