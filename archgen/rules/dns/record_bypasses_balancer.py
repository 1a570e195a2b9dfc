"""A record leads visitors to a server, although a balancer serves that name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archgen.analysis.dns_names import pointee
from archgen.analysis.record_paths import balancer_on_path, components_at_addresses, components_behind
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Record
from archgen.model.change import Change, Put
from archgen.model.products import product_name
from archgen.model.subject import Subject


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each record that leads the visitors of flows past their balancer."""
    facts = context.topology
    names, addressed = facts.names, components_at_addresses(facts)
    bypasses: dict[str, tuple[Record, str, str, dict[str, None]]] = {}
    for flow in facts.architecture.flows:
        ways = balancer_on_path(facts, flow.id)
        if ways is None or flow.domain is None:
            continue
        further = balancer_on_path(facts, flow.id, after=ways[0])
        for record in names.leading(flow.domain):
            led = components_behind(facts, record, addressed)
            # what a CDN of the name servers calls is what the record names: the next balancer has to be that
            passed = further if _is_proxied(facts, record, ways[0]) else ways
            if passed is None:
                continue
            before, balancer, behind = passed
            if led & behind and not led & before:
                target = next(name for name in facts.components if name in led & behind)
                bypasses.setdefault(record.id, (record, balancer, target, {}))[3][flow.id] = None
    for record, balancer, target, flows in bypasses.values():
        yield Hit(
            subject=Subject("record", record.id),
            message=f"{record.name} leads past {balancer}: it points to {_end(record, target)}",
            related=((Subject("component", balancer), "should take the requests"),),
            flows=tuple(flows),
        )


def _is_proxied(facts: Topology, record: Record, before: Collection[str]) -> bool:
    """Return True if the name servers of a record may answer with the addresses of their own CDN, which is before the servers."""
    servers = (server for server in facts.names.servers if record in server.records)
    own = {product_name(server.product) for server in servers} & set(_PROXYING)
    return any(product_name(facts.components[name].product) in own for name in before)


_PROXYING = ("cloudflare", "bunny", "bunnycdn")
"""Name servers that a record may tell to put their own CDN before the server that it names."""


def _end(record: Record, target: str) -> str:
    """Return where a record points, and what runs there if it names a place."""
    own = pointee(record).removeprefix("component:") == target
    return record.value if own else f"{record.value}, where {target} runs"


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Point the record to the balancer."""
    balancer = next(subject.id for subject, _ in hit.related)
    kind = hit.subject.id.rpartition(" ")[2].upper()
    return tuple(
        Put(("components", server.id, "records", index, "value"), balancer)
        for server in context.topology.names.servers
        for index, record in enumerate(server.records)
        if record.id == hit.subject.id and kind in ("A", "AAAA")
    )


RULE = Rule(
    id="record-bypasses-balancer",
    code="DNS005",
    title="Record bypasses the balancer",
    severity="error",
    category="dns",
    summary="A record leads to a server although a balancer serves that name.",
    why=(
        "Visitors go where the name leads. If it leads to one of the servers, the balancer in front of them stands "
        "idle. The load isn't spread, visitors aren't moved away from a server that fails, and attacks that the "
        "balancer stops arrive at the server."
    ),
    fix="Point the record to the balancer's address.",
    limits=(
        "Assumes that the first balancing component of the flow serves the name. For a flow without a `domain`, "
        "`incomplete-model` asks. Of a record of Cloudflare or bunny.net before whose servers their own CDN is, it looks at the "
        "next balancer: the CDN answers, and calls what the record names."
    ),
    references=(("RFC 1035, 3.4.1 (A records)", "https://www.rfc-editor.org/rfc/rfc1035#section-3.4.1"),),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: The name leads to a server  # finding: unmonitored
hosts:
  web-1: {address: 192.0.2.11}
  web-2: {address: 192.0.2.12}
components:
  user: {kind: client}
  dns:
    kind: dns
    managed: true
    replicas: 2
    records:
      - {name: www.foobar.com, type: A, value: 192.0.2.11}  # finding: record-bypasses-balancer
  lb: {kind: load-balancer, managed: true, replicas: 2, balance: round-robin}
  web: {kind: web-server, runs_on: [web-1, web-2]}
  filter: {kind: firewall, guards: [web-1, web-2], default: deny}
connections:
  user -> lb: https
  lb -> web: https
flows:
  read-page:
    title: A visitor opens a page
    domain: www.foobar.com
    steps:
      - user -> lb: GET /
      - lb -> web: GET /
""",
    edits=(
        ("name: The name leads to a server", "name: The name leads to the balancer"),
        ("value: 192.0.2.11", "value: lb"),
    ),
)
