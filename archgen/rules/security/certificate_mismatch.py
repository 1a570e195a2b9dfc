"""A visitor is shown a certificate that is not for the site's name, that is not there, or that has run out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import inf

from archgen.analysis.encryption import is_attached, passes_tls_on
from archgen.analysis.hops import Hop, relays
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Certificate, Port
from archgen.model.change import Append, Change
from archgen.model.dns_zones import normalize_name
from archgen.model.kinds import FORWARDING
from archgen.model.protocols import UNCERTIFIED
from archgen.model.subject import Subject
from archgen.model.wording import listed

_WARNING_DAYS = 30


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each faulty certificate, and for each connection whose TLS ends without a certificate."""
    facts = context.topology
    certificates = {certificate.id: certificate for certificate in facts.architecture.certificates}
    wrong: dict[str, dict[str, None]] = {}
    flows: dict[str, dict[str, None]] = {}
    bare: dict[str, tuple[str, dict[str, None]]] = {}
    missing: set[str] = set()
    for flow, hops in facts.hops.items():
        domain = facts.flows[flow].domain
        visits = tuple(_endings(facts, hops)) if domain is not None and certificates else ()
        for hop, connection, port, end in visits:
            shown = _shown(certificates, port, end)
            flawed = {certificate.id: _flaws(certificate, normalize_name(domain or ""), end) for certificate in shown}
            if not shown and not facts.components[end].managed:
                bare.setdefault(connection, (end, {}))[1][flow] = None
                others = [(other, there) for visit, _, other, there in visits if visit.step != hop.step]
                if _is_elsewhere(certificates, normalize_name(domain or ""), others):
                    missing.add(connection)
            elif all(flawed.values()):
                for certificate, flaws in flawed.items():
                    wrong.setdefault(certificate, {}).update(dict.fromkeys(flaws))
                    flows.setdefault(certificate, {})[flow] = None
    shown_in = _flows_by_certificate(facts, certificates)
    for each in certificates.values():
        # whoever is shown a certificate that runs out is stopped, whatever its names
        runs_out = _days_left(each, context.today) <= context.threshold("certificate-mismatch", "days", _WARNING_DAYS)
        flawed_in = flows.get(each.id, {})
        shown_too = shown_in.get(each.id, ()) if runs_out else ()
        users = facts.in_order((*flawed_in, *shown_too))
        yield from _judge(context, each, tuple(wrong.get(each.id, ())), users)
    for connection, (end, used) in bare.items():
        yield _bare(connection, end, tuple(used), connection in missing)


def _is_elsewhere(certificates: dict[str, Certificate], domain: str, others: list[tuple[Port, str]]) -> bool:
    """Return True if a certificate for a domain is declared, and visitors are shown it by none of the other ends of TLS."""
    fitting = [each for each in certificates.values() if not each.names or _is_for(each, domain)]
    elsewhere = [certificate for port, end in others for certificate in _shown(certificates, port, end)]
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
        fix=None
        if missing
        else "Declare it with its date: `certificates: {…: {names: […], installed_on: [" + end + "], expires: …}}`.",
        case=None if missing else "undeclared",
    )


def _flows_by_certificate(facts: Topology, certificates: dict[str, Certificate]) -> dict[str, tuple[str, ...]]:
    """Return the flows in which each certificate is shown: their step names it, or ends TLS where it is installed."""
    shown: dict[str, dict[str, None]] = {}
    for flow, hops in facts.hops.items():
        for hop in hops:
            port = hop.port
            if port is None or hop.meaning != "encrypted" or (port.tls is not None and port.tls.mode == "pass-through"):
                continue
            for target in hop.targets:
                for certificate in _shown(certificates, port, target):
                    shown.setdefault(certificate.id, {})[flow] = None
    return {certificate: tuple(flows) for certificate, flows in shown.items()}


def _endings(facts: Topology, hops: tuple[Hop, ...]) -> Iterator[tuple[Hop, str, Port, str]]:
    """Yield the points where a visitor's TLS ends: the last encrypted hop, its connection, its port, and the component behind it."""
    installed = {name for each in facts.architecture.certificates for name in each.installed_on}
    carrying: dict[str, Port | None] = {
        hop.step.source: None for hop in hops if facts.kind(hop.step.source).id == "client"
    }
    for hop in hops:
        connection, port = hop.connection, hop.port
        if connection is None or port is None or hop.meaning != "encrypted" or hop.step.source not in carrying:
            continue
        # mail servers look for the name of the MX record, and most of them take any certificate (RFC 7435)
        if relays(port):
            continue
        through = port.tls is not None and port.tls.mode == "pass-through"
        for target in hop.targets:
            # said of what a balancer of connections does itself, it ends where a certificate is
            passed = through and not (passes_tls_on(facts, hop.step.source) and target in installed)
            if is_attached(facts, target):
                # the certificate that visitors see there is that of the balancer behind it
                carrying[target] = port
            elif passes_tls_on(facts, target) and any(_is_from(each, target) for each in hops):
                # a certificate that is named here is shown by what is behind it
                carrying[target] = port if port.tls is not None and port.tls.certificate is not None else None
            elif passed or facts.kind(target).id in FORWARDING:
                carrying[target] = None
            elif not _is_known_by_key(port):
                yield hop, connection.id, carrying[hop.step.source] or port, target


def _is_from(hop: Hop, component: str) -> bool:
    """Return True for an encrypted hop that goes on from a component."""
    return hop.step.source == component and hop.meaning == "encrypted"


def _is_known_by_key(port: Port) -> bool:
    """Return True for a protocol without a certificate for a name, such as those over SSH, unless the model names one."""
    named = port.tls is not None and port.tls.certificate is not None
    return port.protocol in UNCERTIFIED and not named


def _shown(certificates: dict[str, Certificate], port: Port, end: str) -> tuple[Certificate, ...]:
    """The certificate that the connection names, else those that are installed where TLS ends."""
    if port.tls is not None and port.tls.certificate is not None:
        return (certificates[port.tls.certificate],)
    return tuple(certificate for certificate in certificates.values() if end in certificate.installed_on)


def _flaws(certificate: Certificate, domain: str, end: str) -> list[str]:
    flaws = []
    if certificate.names and not _is_for(certificate, domain):
        flaws.append(f"is for {listed(certificate.names)}, but visitors ask for {domain}")
    if certificate.installed_on and end not in certificate.installed_on:
        flaws.append(f"is installed on {listed(certificate.installed_on)}, but TLS ends at {end}")
    return flaws


def _is_for(certificate: Certificate, domain: str) -> bool:
    return any(_covers(normalize_name(name), domain) for name in certificate.names)


def _covers(name: str, domain: str) -> bool:
    """Return True if a certificate's name covers a domain; a wildcard stands for exactly one label (RFC 9525, 6.3)."""
    return name == domain or (name.startswith("*.") and domain.partition(".")[2] == name[2:])


def _judge(
    context: RuleContext, certificate: Certificate, flaws: tuple[str, ...], flows: tuple[str, ...]
) -> Iterator[Hit]:
    left = _days_left(certificate, context.today)
    near = left <= context.threshold("certificate-mismatch", "days", _WARNING_DAYS)
    date = (_running_out(certificate, left),) if near else ()
    if flaws or date:
        yield Hit(
            subject=Subject("certificate", certificate.id),
            message=f"The certificate {certificate.id} {'; and it '.join((*flaws, *date))}",
            flows=flows,
            fix="Renew it, and let something renew it by itself (ACME)." if not flaws else None,
            case="expiring" if not flaws and left >= 0 else None,
        )


def _days_left(certificate: Certificate, today: str) -> float:
    if certificate.expires is None:
        return inf
    return (date.fromisoformat(certificate.expires) - date.fromisoformat(today)).days


def _running_out(certificate: Certificate, left: float) -> str:
    if left < 0:
        return f"expired on {certificate.expires}"
    return f"expires on {certificate.expires}, in {left} day{'' if left == 1 else 's'}"


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """A certificate for the names that visitors come for, where it is one of another name."""
    if hit.subject.kind != "certificate" or hit.case is not None:
        return ()
    named = next(
        certificate for certificate in context.topology.architecture.certificates if certificate.id == hit.subject.id
    ).names
    others = [name for each in context.topology.architecture.certificates for name in each.names]
    asked = dict.fromkeys(context.topology.flows[flow].domain for flow in hit.flows)
    missing = [
        domain
        for domain in asked
        if domain is not None
        and not any(_covers(normalize_name(name), normalize_name(domain)) for name in [*named, *others])
    ]
    return tuple(Append(("certificates", hit.subject.id, "names"), domain) for domain in missing)


RULE = Rule(
    id="certificate-mismatch",
    code="SEC003",
    title="Invalid certificate",
    severity="error",
    cases=(("expiring", "warning"), ("undeclared", "info")),
    category="security",
    summary="The certificate is for another name, isn't installed where TLS ends, or has expired or soon will.",
    why=(
        "A browser that gets a certificate for another name, or an expired one, shows a warning instead of the site, "
        "and most visitors leave. Certificates that weren't renewed in time are among the most common causes of "
        "outages, although their date is known for months."
    ),
    fix="Get a certificate for the name, and install it where TLS ends.",
    limits=(
        "Looks at the path from a visitor to where TLS ends, by the flow's `domain`. Doesn't check names if the "
        "model declares no certificates, nor dates without `expires`. An end of TLS without a declared certificate is reported as info if "
        "none is declared for the name, or if visitors are shown it elsewhere in the flow: that end may have another name. Protocols "
        "that know a server by its key, such as SFTP, have no certificate for a name."
    ),
    references=(
        ("RFC 9525, Service Identity in TLS", "https://www.rfc-editor.org/rfc/rfc9525"),
        ("RFC 8555, Automatic Certificate Management Environment", "https://www.rfc-editor.org/rfc/rfc8555"),
    ),
    check=check,
    mend=mend,
    thresholds=(("days", _WARNING_DAYS, "days before expiry from which on a certificate is reported"),),
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
