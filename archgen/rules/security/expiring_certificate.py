"""A certificate has run out, or will within days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from archgen.analysis.encryption import flows_by_certificate
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Certificate
from archgen.model.subject import Subject

_WARNING_DAYS = 30


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each certificate that runs out, with the flows in which it is shown, whatever its names."""
    facts = context.topology
    most = context.threshold("expiring-certificate", "days", _WARNING_DAYS)
    shown = flows_by_certificate(facts)
    for certificate in facts.architecture.certificates:
        if certificate.expires is None:
            continue
        left = (date.fromisoformat(certificate.expires) - date.fromisoformat(context.today)).days
        if left <= most:
            yield Hit(
                subject=Subject("certificate", certificate.id),
                message=f"The certificate {certificate.id} {_running_out(certificate.expires, left)}",
                flows=shown.get(certificate.id, ()),
                fix=_fix(certificate, left),
                case="expiring" if left >= 0 else None,
            )


def _running_out(day: str, left: int) -> str:
    if left < 0:
        return f"expired on {day}"
    return f"expires on {day}, in {left} day{'' if left == 1 else 's'}"


def _fix(certificate: Certificate, left: int) -> str | None:
    """Return the fix of a certificate that something should have renewed; None for the rule's own."""
    issuer = (certificate.issuer or "").casefold()
    if left > _RENEWED_DAYS or not any(name in issuer for name in _RENEWING):
        return None
    return f"Find out why it wasn't renewed, and alert on that: clients of {certificate.issuer} renew {_WARNING_DAYS} days before the end."


_RENEWED_DAYS = 20
"""The days before the end at which a renewal that is tried every day from the 30th on has failed many times."""

_RENEWING = ("let's encrypt", "let’s encrypt", "lets encrypt", "letsencrypt", "zerossl", "buypass")
"""Issuers of certificates for 90 days, which programs renew by ACME."""


RULE = Rule(
    id="expiring-certificate",
    code="SEC016",
    title="Expiring certificate",
    severity="error",
    cases=(("expiring", "warning"),),
    category="security",
    summary="The certificate has expired, or soon will.",
    why=(
        "A browser that gets an expired certificate shows a warning instead of the site, and most visitors leave. "
        "Certificates that weren't renewed in time are among the most common causes of outages, although their date is "
        "known for months."
    ),
    fix="Renew it, and let something renew it by itself (ACME).",
    limits="Doesn't check certificates without `expires`.",
    references=(("RFC 8555, Automatic Certificate Management Environment", "https://www.rfc-editor.org/rfc/rfc8555"),),
    check=check,
    thresholds=(("days", _WARNING_DAYS, "days before expiry from which on a certificate is reported"),),
    bad="""\
archgen: 1
name: A certificate that has run out
components:
  user: {kind: client}
  site: {kind: external-service, managed: true, replicas: 2}
certificates:
  www: {names: [www.foobar.com], installed_on: [site], expires: 2026-10-31}  # finding: expiring-certificate
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
        ("name: A certificate that has run out", "name: A certificate that is renewed"),
        ("expires: 2026-10-31", "expires: 2027-06-30"),
    ),
)
