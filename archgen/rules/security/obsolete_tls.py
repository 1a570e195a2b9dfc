"""A connection speaks a version of TLS that has been withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.edits.remedy import connection_of
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Connection, Port
from archgen.model.change import Change, Put
from archgen.model.kinds import FORWARDING
from archgen.model.subject import Subject
from archgen.model.wording import listed

_TLS = ("1.0", "1", "1.1", "v1", "v1.0", "v1.1")


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each connection that declares an obsolete version as its lowest."""
    for connection in context.topology.architecture.connections:
        versions = [port.tls.version for port in connection.ports if port.tls and port.tls.version]
        old = [version for version in dict.fromkeys(versions) if _is_obsolete(version)]
        if old:
            yield _hit(context.topology, connection, listed([_called(version) for version in old]))


def _hit(facts: Topology, connection: Connection, versions: str) -> Hit:
    """Return the hit for both ends of the TLS; a component that only passes bytes on has no part in it."""
    callers = _callers_through(facts, connection.source)
    targets = listed(connection.targets, "or")
    speaks = f"{targets} still speaks {versions} with {listed(callers)}, through {connection.source}"
    return Hit(
        subject=Subject("connection", connection.id),
        message=speaks if callers else f"{connection.id} still speaks {versions}",
        related=tuple(
            (Subject("component", name), "ends the TLS") for name in (*connection.targets, *callers) if callers
        ),
        flows=facts.flows_over[connection.id],
    )


def _callers_through(facts: Topology, component: str) -> list[str]:
    """The callers whose bytes a component passes on as they are, those before it that pass them on in turn apart."""
    reached = {component: tuple(_passed_from(facts, component))}
    queue = [component]
    for passing in queue:
        fresh = [name for name in reached[passing] if name not in reached]
        reached.update((name, tuple(_passed_from(facts, name))) for name in fresh)
        queue += fresh
    return [name for name, before in reached.items() if not before and name != component]


def _passed_from(facts: Topology, component: str) -> Iterator[str]:
    forwards = facts.kind(component).id in FORWARDING
    for call in facts.incoming[component]:
        if forwards or any(map(_is_passed, call.ports)):
            yield call.source


def _is_passed(port: Port) -> bool:
    return port.tls is not None and port.tls.mode == "pass-through"


def _is_obsolete(version: str) -> bool:
    text = version.strip().lower().replace(" ", "").replace("_", ".")
    return text.startswith("ssl") or text.removeprefix("tls") in _TLS


def _called(version: str) -> str:
    return f"TLS {version}" if version[:1].isdigit() else version


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """TLS 1.2 as the lowest version, which RFC 9325 (3.1.1) asks for, on each port that declares an older one."""
    connection = connection_of(context.topology, hit.subject.id)
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
    summary="A connection uses SSL, TLS 1.0 or TLS 1.1.",
    why=(
        "SSL and the first versions of TLS depend on broken hashes and cipher modes. An attacker who can make both "
        "sides fall back to them can read the traffic. These versions are deprecated, and no current browser uses "
        "them."
    ),
    fix="Allow TLS 1.2 and 1.3 only (`tls: {version: 1.2}`).",
    limits="Doesn't check connections without a declared `version`.",
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
    edits=(
        ("name: TLS of 1999", "name: TLS of today"),
        ("version: 1.0", "version: 1.2"),
    ),
)
