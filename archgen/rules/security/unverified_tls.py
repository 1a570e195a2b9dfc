"""A connection is encrypted, but the caller does not check whose certificate it is shown."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.encryption import is_public
from archgen.analysis.hops import encrypted, is_tunnelled
from archgen.analysis.topology import Topology
from archgen.edits.remedy import connection_of
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Connection, Port
from archgen.model.change import Change, Put
from archgen.model.protocols import relays
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each connection that declares `verify: false`, and for each proxy that checks nothing by itself."""
    yield from _trusting(context.topology)
    for connection in context.topology.architecture.connections:
        ports = [port for port in connection.ports if port.tls is not None and port.tls.verify is False]
        if ports:
            between = all(_is_mail_between_servers(context.topology, connection, port) for port in ports)
            yield Hit(
                subject=Subject("connection", connection.id),
                message=(
                    f"{connection.source} encrypts what it sends to {listed(connection.targets)}, but does not check the "
                    "certificate, so an attacker in between can read it"
                ),
                flows=context.topology.flows_over[connection.id],
                fix=_mail_advice(context.topology, connection) if between else None,
                case="mail" if between else None,
            )


def _is_mail_between_servers(facts: Topology, connection: Connection, port: Port) -> bool:
    """Return True for mail to or from servers of others, whose senders take any certificate on port 25 (RFC 3207, 4.1)."""
    mail = [facts.kind(end).id == "mail" for end in (connection.source, *connection.targets)]
    outside = facts.trust(connection.source) == "internet"
    return relays(port) and is_public(facts, connection) and (all(mail[1:]) if outside else mail[0])


def _mail_advice(facts: Topology, connection: Connection) -> str:
    if facts.trust(connection.source) == "internet":
        return (
            f"Publish MTA-STS or DANE (TLSA records) for the domain: then other servers check the certificate of "
            f"{listed(connection.targets)}."
        )
    return (
        f"Let {connection.source} check the certificates of domains that publish MTA-STS or DANE; it can't insist on it "
        "for the others."
    )


def _trusting(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each proxy that ends TLS and begins it again, says nothing of verification, and has none by default."""
    for component in facts.index.made_of(lambda product: product.trusting):
        if any(map(_is_encrypted, facts.incoming[component.id])):
            calls = [call for call in facts.outgoing[component.id] if facts.flows_over[call.id] and _is_unsaid(call)]
            if calls:
                targets = listed(list(dict.fromkeys(target for call in calls for target in call.targets)))
                yield Hit(
                    subject=Subject("connection", calls[0].id),
                    message=(
                        f"TLS ends at {component.id} and begins again towards {targets}, and {component.id} verifies no certificate "
                        "there by default"
                    ),
                    related=tuple((Subject("connection", call.id), "also says nothing of it") for call in calls[1:]),
                    flows=facts.flows_through([component.id]),
                    fix="Let it verify (nginx: `proxy_ssl_verify on`), and declare `tls: {verify: true}`.",
                    case="unsaid",
                    confidence="medium",
                )


def _is_encrypted(call: Connection) -> bool:
    return any(encrypted(port) for port in call.ports)


def _is_unsaid(call: Connection) -> bool:
    """Return True if a connection is encrypted, and neither checks the certificate nor says that it doesn't."""
    ports = [port for port in call.ports if encrypted(port) and (port.tls is None or port.tls.mode == "on")]
    ports = [port for port in ports if not is_tunnelled(port)]
    return bool(ports) and all(port.tls is None or port.tls.verify is None for port in ports)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Verification on each port without it; none of the model's owners sets up the servers of others."""
    facts = context.topology
    connection = connection_of(facts, hit.subject.id)
    return tuple(
        Put(("connections", connection.id, at, "tls", "verify"), True)
        for at, port in enumerate(connection.ports)
        if port.tls is not None and port.tls.verify is False and not _is_mail_between_servers(facts, connection, port)
    )


RULE = Rule(
    id="unverified-tls",
    code="SEC012",
    title="Unverified TLS",
    severity="warning",
    cases=(("unsaid", "info"), ("mail", "info")),
    category="security",
    summary="A connection is encrypted, but the peer's certificate is not verified.",
    why=(
        "Encryption without a check of the certificate protects only against an attacker who listens. An attacker "
        "who gets between the two ends shows a certificate of their own, reads and changes everything, and passes it "
        "on."
    ),
    fix=(
        "Verify the certificate (`verify: true`): give the caller the certificate authority that signed it, if need "
        "be a private one."
    ),
    limits=(
        "Without a declared `verify`, reports only proxies that verify nothing by default (nginx, Apache, Envoy), as "
        "info. Mail between your servers and those of others on port 25 is an info, since senders take any certificate unless the "
        "receiver publishes MTA-STS or DANE."
    ),
    references=(
        ("CWE-295, Improper Certificate Validation", "https://cwe.mitre.org/data/definitions/295.html"),
        ("RFC 8461, SMTP MTA Strict Transport Security", "https://www.rfc-editor.org/rfc/rfc8461"),
        ("RFC 9525, Service Identity in TLS", "https://www.rfc-editor.org/rfc/rfc9525"),
    ),
    topic="tls",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Encrypted for anybody
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true, replicas: 2}
connections:
  job -> api: {protocol: https, tls: {verify: false}}  # finding: unverified-tls
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: Encrypted for anybody", "name: Encrypted for the service alone"),
        ("verify: false", "verify: true"),
    ),
)
