"""A connection is encrypted, but the caller does not check whose certificate it is shown."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.edits.remedy import connection_of
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.change import Change, Put
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each connection that declares `verify: false`."""
    for connection in context.topology.architecture.connections:
        ports = [port for port in connection.ports if port.tls is not None and port.tls.verify is False]
        if ports:
            yield Hit(
                subject=Subject("connection", connection.id),
                message=(
                    f"{connection.source} encrypts what it sends to {listed(connection.targets)}, but does not check the "
                    "certificate, so it would as well encrypt it for anybody in between"
                ),
                flows=context.topology.flows_over[connection.id],
            )


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Verification on each port without it."""
    connection = connection_of(context.topology, hit.subject.id)
    return tuple(
        Put(("connections", connection.id, at, "tls", "verify"), True)
        for at, port in enumerate(connection.ports)
        if port.tls is not None and port.tls.verify is False
    )


RULE = Rule(
    id="unverified-tls",
    code="SEC012",
    title="Unverified TLS",
    severity="warning",
    category="security",
    summary="A connection is encrypted, but the peer's certificate is not verified.",
    why=(
        "Encryption without a check of the certificate protects against somebody who only listens. Somebody who can put "
        "a machine in between shows a certificate of their own, reads and changes everything, and passes it on."
    ),
    fix="Verify the certificate (`verify: true`): give the caller the authority that signed it, a private one if need be.",
    limits="Silent where `verify` is not stated.",
    references=(
        ("CWE-295, Improper Certificate Validation", "https://cwe.mitre.org/data/definitions/295.html"),
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
