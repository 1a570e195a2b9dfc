"""A connection speaks a version of TLS that has been withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.edits.remedy import connection_of
from archgen.linting.rule import Hit, Rule
from archgen.model.change import Change, Put
from archgen.model.finding import Subject
from archgen.model.wording import listed

_TLS = ("1.0", "1", "1.1", "v1", "v1.0", "v1.1")


def check(facts: Topology) -> Iterator[Hit]:
    """One hit a connection that states such a version as the lowest it speaks."""
    for connection in facts.architecture.connections:
        versions = list(dict.fromkeys(one.tls.version for one in connection.ports if one.tls and one.tls.version))
        old = [version for version in versions if _is_obsolete(version)]
        if old:
            yield Hit(
                subject=Subject("connection", connection.id),
                message=f"{connection.id} still speaks {listed([_called(one) for one in old])}",
                flows=facts.flows_over[connection.id],
            )


def _is_obsolete(version: str) -> bool:
    text = version.strip().lower().replace(" ", "").replace("_", ".")
    return text.startswith("ssl") or text.removeprefix("tls") in _TLS


def _called(version: str) -> str:
    return f"TLS {version}" if version[:1].isdigit() else version


def mend(facts: Topology, hit: Hit) -> tuple[Change, ...]:
    """TLS 1.2 as the lowest version, which RFC 9325 (3.1.1) asks for, on each port that states an older one."""
    connection = connection_of(facts, hit.subject.id)
    return tuple(
        Put(("connections", connection.id, at, "tls", "version"), "1.2")
        for at, port in enumerate(connection.ports)
        if port.tls is not None and port.tls.version is not None and _is_obsolete(port.tls.version)
    )


RULE = Rule(
    id="obsolete-tls",
    code="SEC013",
    title="Obsolete TLS",
    severity="warning",
    category="security",
    summary="A connection speaks SSL, TLS 1.0 or TLS 1.1.",
    why=(
        "SSL and the first versions of TLS rest on broken hashes and modes, and an attacker who can make both sides fall "
        "back to them gets at the traffic. They are withdrawn, no current browser speaks them, and nobody who needs them "
        "should be let in."
    ),
    fix="Allow TLS 1.2 and 1.3 only (`tls: {version: 1.2}`).",
    limits="Silent where no `version` is stated.",
    references=(("RFC 8996, Deprecating TLS 1.0 and TLS 1.1", "https://www.rfc-editor.org/rfc/rfc8996"),),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: TLS of 1999
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true, replicas: 2}
connections:
  job -> api: {protocol: https, tls: {version: 1.0}}  # finding: obsolete-tls
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    good="""\
archgen: 1
name: TLS of today
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true, replicas: 2}
connections:
  job -> api: {protocol: https, tls: {version: 1.2}}
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
)
