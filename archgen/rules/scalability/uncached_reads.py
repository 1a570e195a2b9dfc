"""Many reads go all the way to the store, each of them anew."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Flow
from archgen.model.products import product_name
from archgen.model.subject import Subject
from archgen.model.wording import listed

_REQUESTS = 100.0
_RATIO = 10.0
_CACHES = ("cache", "cdn")
_STORES = ("database", "object-storage", "file-storage")
"""What a cache spares; key-value stores, indices and logs of events are made for being read this often."""
_CACHING_PRODUCTS = ("varnish", "squid", "apache-traffic-server")


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each flow whose many reads reach a store without a cache."""
    facts = context.topology
    least = context.threshold("uncached-reads", "requests", _REQUESTS)
    ratio = context.threshold("uncached-reads", "ratio", _RATIO)
    for flow in facts.architecture.flows:
        if flow.demand is None or flow.demand < least or _is_cached(facts, flow):
            continue
        stores = _asked(facts, flow, "read")
        writes = [other for other in facts.architecture.flows if stores & _asked(facts, other, "write")]
        if not stores or any(other.demand is None for other in writes):
            continue
        written = sum(other.demand or 0.0 for other in writes)
        if flow.demand >= ratio * written:
            yield _hit(facts, flow, sorted(stores), written)


def _asked(facts: Topology, flow: Flow, access: str) -> set[str]:
    """Return the stores that a flow only reads, or those that it writes to."""
    stores: dict[str, set[str]] = {"read": set(), "write": set()}
    for hop in facts.hops[flow.id]:
        kind = "read" if hop.access == "read" else "write"
        stores[kind].update(target for target in hop.targets if facts.components[target].kind in _STORES)
    return stores["write"] if access == "write" else stores["read"] - stores["write"]


def _is_cached(facts: Topology, flow: Flow) -> bool:
    targets = (facts.components[target] for hop in facts.hops[flow.id] for target in hop.step.targets)
    return any(
        component.kind in _CACHES or product_name(component.product) in _CACHING_PRODUCTS for component in targets
    )


def _hit(facts: Topology, flow: Flow, stores: list[str], written: float) -> Hit:
    beside = f" (and writes {written:g} times)" if written else " (without writes)"
    return Hit(
        subject=Subject("flow", flow.id),
        message=f"{flow.id} reads {listed(stores)} {flow.demand:g} times per second{beside}, and no cache is in between",
        related=tuple((Subject("component", store), "answers every read") for store in stores),
        flows=(flow.id,),
        confidence="medium",
    )


RULE = Rule(
    id="uncached-reads",
    code="SCA004",
    title="Reads without a cache",
    severity="info",
    category="scalability",
    summary="A read-heavy flow reaches its store without a cache or CDN.",
    why=(
        "Data that is read a hundred times between two writes is computed a hundred times with the same result. A "
        "cache answers recent questions from memory. The store keeps only the writes and the rare questions, and a "
        "rush of visitors doesn't reach it."
    ),
    fix="Put a cache before the store, or a CDN before the site, and show in the flow when it is asked.",
    limits=(
        "Needs the `demand` of the flow and of all flows that write to the same store. Can't know whether the answers "
        "may be cached or differ per visitor, nor whether the store keeps its data in memory itself."
    ),
    thresholds=(
        ("requests", _REQUESTS, "reads per second from which a flow is reported"),
        ("ratio", _RATIO, "reads per write of the same store from which a flow is read-heavy"),
    ),
    references=(("RFC 9111, HTTP Caching", "https://www.rfc-editor.org/rfc/rfc9111"),),
    topic="writers",
    check=check,
    bad="""\
archgen: 1
name: Every read asks the database
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: service, managed: true, replicas: 2}
  mysql: {kind: database, managed: true, replicas: 2}
connections:
  job -> api: https
  api -> mysql: {protocol: mysql, tls: true}
flows:
  look-up:  # finding: uncached-reads
    title: A price is looked up
    access: read
    demand: 500/s
    steps:
      - job -> api: GET
      - api -> mysql: SELECT
""",
    edits=(
        ("name: Every read asks the database", "name: Most reads are answered from memory"),
        (
            "api: {kind: service, managed: true, replicas: 2}",
            "api: {kind: service, managed: true, replicas: 2}\n  redis: {kind: cache, managed: true, replicas: 2}",
        ),
        (
            "job -> api: https",
            "job -> api: https\n  api -> redis: {protocol: rediss, required: false}",
        ),
        (
            "      - api -> mysql: SELECT",
            "      - api -> redis: GET\n      - opt: {when: not there, steps: [api -> mysql: SELECT]}",
        ),
    ),
)
