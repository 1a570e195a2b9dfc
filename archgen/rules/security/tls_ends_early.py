"""TLS ends at a balancer or proxy, and a later hop of the same flow crosses hosts in plaintext."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from archgen.analysis.access.open_internet import shows_plaintext
from archgen.analysis.encryption import Termination, terminations
from archgen.analysis.failover_times import crosses_at_once
from archgen.analysis.topology import Topology
from archgen.edits.encryption import by_other_names, encrypt, what_takes_no_tls
from archgen.edits.remedy import connection_of
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Connection
from archgen.model.change import Change
from archgen.model.product_facts.tls_table import UNVERIFYING
from archgen.model.products import product_name, product_of
from archgen.model.subject import Subject
from archgen.model.wording import listed


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component that ends TLS, at the first unencrypted hop, with the later hops related; what is public apart."""
    facts = context.topology
    for ended in terminations(facts):
        public = [name for name in ended.clear if shows_plaintext(facts, connection_of(facts, name))]
        inside = [name for name in ended.clear if name not in public]
        yield from (_hit(facts, ended, names, case) for names, case in ((public, "internet"), (inside, None)) if names)


def _hit(facts: Topology, ended: Termination, clear: list[str], case: str | None) -> Hit:
    first, *others = clear
    line = "hosts" if case is None else "the internet"
    later = " after a failover" if _is_later(facts, first) else ""
    do = "does" if len(others) == 1 else "do"
    named = [f"{name} after a failover" if _is_later(facts, name) else name for name in others]
    also = f", and so {do} {listed(named)}" if others else ""
    again = f" (and at {listed(ended.before)} before it, to begin again)" if ended.before else ""
    return Hit(
        subject=Subject("connection", first),
        message=f"TLS ends at {ended.component}{again}: {first} crosses {line} in plaintext{later}{also}",
        related=(
            (Subject("component", ended.component), "TLS ends here"),
            *(
                (Subject("component", name), "ends TLS and begins it again, so it sees everything")
                for name in ended.before
            ),
            *((Subject("connection", name), "also in plaintext") for name in others),
        ),
        flows=ended.flows,
        fix=_fix(facts, clear, (ended.component, *ended.before)),
        case=case,
    )


def _is_later(facts: Topology, name: str) -> bool:
    return not crosses_at_once(facts, connection_of(facts, name))


def _fix(facts: Topology, names: Iterable[str], ends: Iterable[str]) -> str:
    """Return the rule's fix, with what it takes where encryption has another name, or an end takes no TLS."""
    calls = [connection_of(facts, name) for name in names]
    applied = all(facts.kind(call.source).role == "application" for call in calls)
    reads = applied or any(_reads_requests(facts.components[name]) for name in ends)
    own = _again(calls, facts.components) if reads else RULE.fix
    return " ".join(filter(None, (own, by_other_names(calls), what_takes_no_tls(facts, calls))))


def _again(calls: Sequence[Connection], components: Mapping[str, Component]) -> str:
    """Return the fix where TLS has to end: it asks for `verify` where a caller can be told to."""
    callers = {call.source: components[call.source] for call in calls}
    unable = [name for name, each in callers.items() if product_name(each.product or name) in UNVERIFYING]
    verified = ", with `verify`" if len(unable) < len(callers) else ""
    again = f"Encrypt again behind it (`tls: true` on the connection{verified})."
    return f"{again} {listed(unable)} can't verify certificates: one of your own is enough." if unable else again


def _reads_requests(component: Component) -> bool:
    """Return True for what has to read requests, so that it can't pass TLS on to the servers."""
    product = product_of(component.product)
    l7 = product.plain_entry and product_name(component.product) != "aws-elb"
    return l7 or component.kind in ("cdn", "waf", "api-gateway")


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """TLS on each connection behind where it ends."""
    clear = (hit.subject.id, *(subject.id for subject, _ in hit.related if subject.kind == "connection"))
    return encrypt(context.topology, (connection_of(context.topology, name) for name in clear))


RULE = Rule(
    id="tls-ends-early",
    code="SEC002",
    title="TLS ends early",
    severity="warning",
    cases=(("internet", "error"),),
    category="security",
    summary="TLS ends at a balancer or proxy, and a later connection of the same flow crosses hosts unencrypted.",
    why=(
        "The lock in the visitor's browser covers only the first part of the path. Behind the host where TLS ends, "
        "the visitor's data travels unencrypted from host to host. An attacker on that network, or on any host in "
        "it, can read and change it."
    ),
    fix=(
        "Encrypt again behind it (`tls: true` on the connection, with `verify`), or pass TLS through to the servers "
        "(`tls: pass-through`)."
    ),
    limits=(
        "Skips connections within one host, stores, directories and files that what ends TLS asks itself, and stores that applications "
        "behind it ask if nothing else is in plaintext there (`plaintext-between-hosts`). Declare a network that encrypts by itself (a "
        "mesh, WireGuard, IPsec) on the connection: `tls: {tunnel: mesh}`. Between public addresses of two providers it is an error."
    ),
    references=(
        ("NIST SP 800-207, Zero Trust Architecture", "https://csrc.nist.gov/pubs/sp/800/207/final"),
        ("CWE-319, Cleartext Transmission of Sensitive Information", "https://cwe.mitre.org/data/definitions/319.html"),
    ),
    topic="tls",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: TLS ends at the proxy  # finding: unmonitored
hosts:
  edge-1: {}
  edge-2: {}
  app-1: {}
  app-2: {}
components:
  job: {kind: scheduler, managed: true}  # finding: single-point-of-failure
  proxy:
    kind: reverse-proxy
    runs_on: [edge-1, edge-2]
    balance: {algorithm: round-robin, health_check: GET /health}
  api: {kind: service, runs_on: [app-1, app-2]}
connections:
  job -> proxy: https
  proxy -> api: http  # finding: tls-ends-early
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> proxy: POST /run
      - proxy -> api: POST /run
""",
    edits=(
        ("name: TLS ends at the proxy", "name: TLS to the end"),
        ("proxy -> api: http", "proxy -> api: https"),
    ),
)
