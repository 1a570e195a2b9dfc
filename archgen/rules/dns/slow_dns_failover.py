"""Failover is by DNS, and resolvers cache its answers longer than an outage may last."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.dns_names import address, pointee
from archgen.analysis.record_paths import leads_own_visitors, leaves_out_sick_hosts, records_behind
from archgen.analysis.topology import Topology
from archgen.edits.records import failover_ttl
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Balance, Component, Record
from archgen.model.change import Change, Put
from archgen.model.dns_zones import normalize_name
from archgen.model.durations import spell_duration
from archgen.model.subject import Subject


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each record that leads to a component whose failover is by DNS."""
    facts = context.topology
    objective = facts.architecture.objectives.recovery_time
    if objective is None:
        return
    components = facts.architecture.components
    names = facts.names
    reported: set[str] = set()
    for record in (record for server in names.servers for record in server.records):
        if (record.ttl or 0.0) <= objective or record.id in reported:
            continue
        led = (each for each in components if _leads(facts, record, each) and leads_own_visitors(facts, record, each))
        component = next((one for one in led if _by_name(one) or _leaves_one(facts, one, record.name)), None)
        if component is not None:
            reported.add(record.id)
            yield Hit(
                subject=Subject("record", record.id),
                message=(
                    f"After a failover of {component.id}, resolvers cache the old address of {record.name} for "
                    f"{spell_duration(record.ttl or 0.0)}; the recovery objective is {spell_duration(objective)}"
                ),
                related=((Subject("component", component.id), "fails over by DNS"),),
                flows=names.flows(record) or facts.flows_of[component.id],
            )


def _by_name(component: Component) -> bool:
    cluster = component.cluster
    return cluster is not None and (cluster.address == "dns" or cluster.by == "dns")


def _leaves_one(facts: Topology, component: Component, name: str) -> bool:
    """Return True if a visitor has the address of one host of several, which the name server chose among those that work.

    Who has the addresses of all of them tries the next, however long the answer is kept.
    """
    choosing = [server for server in facts.names.servers if server.balance is not None and _chooses(server.balance)]
    return any(_serves(facts, server, name) for server in choosing) and leaves_out_sick_hosts(facts, component, name)


def _serves(facts: Topology, server: Component, name: str) -> bool:
    ends = (end for record in facts.names.leading(name) for end in records_behind(facts, record))
    return any(end in server.records for end in ends)


def _chooses(balance: Balance) -> bool:
    algorithm = (balance.algorithm or "round robin").casefold().translate(_SPACED)
    return balance.mode == "active-passive" or algorithm not in _OF_ALL


_SPACED = str.maketrans("-_", "  ")
_OF_ALL = ("round robin", "roundrobin", "multivalue", "multi value", "multivalue answer", "random")
"""The algorithms by which a name server gives all addresses in one answer, in another order each time."""


def _leads(facts: Topology, record: Record, component: Component) -> bool:
    """Return True if a record names the component, a host of it, or the address of one."""
    value = pointee(record).removeprefix("component:").removeprefix("host:")
    hosts = facts.hosts_of(component.id)
    parsed = address(value)
    addresses = [address(facts.hosts[host].address or "") for host in hosts]
    named = value in (component.id, *hosts) or normalize_name(value) == normalize_name(component.title)
    return named or (parsed is not None and parsed in addresses)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Lower the time to live to that of a name which moves."""
    return tuple(
        Put(("components", server.id, "records", index, "ttl"), f"{failover_ttl(context.topology)}s")
        for server in context.topology.names.servers
        for index, record in enumerate(server.records)
        if record.id == hit.subject.id
    )


RULE = Rule(
    id="slow-dns-failover",
    code="DNS008",
    title="Slow DNS failover",
    severity="warning",
    category="dns",
    summary="Failover is by DNS, and the record's time to live is longer than the recovery objective.",
    why=(
        "A resolver caches its answer for the record's time to live, and until then every visitor behind it is sent "
        "to the dead address. However fast the DNS server changes its answer, failover isn't done before the old "
        "answers expire."
    ),
    fix="Lower the record's `ttl` well below the recovery objective, or move an address instead of a name.",
    limits=(
        "Some resolvers and many programs cache answers longer than they should. Several addresses in one answer are no failover. "
        "Doesn't check records without a "
        "`ttl`, nor models without a `recovery_time`."
    ),
    references=(("RFC 1035, 3.2.1 (TTL)", "https://www.rfc-editor.org/rfc/rfc1035#section-3.2.1"),),
    topic="dns",
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: An hour in the resolvers' memory
components:
  user: {kind: client}
  dns:
    kind: dns
    managed: true
    replicas: 2
    records:
      - {name: www.foobar.com, type: A, value: site, ttl: 1h}  # finding: slow-dns-failover
  site: {kind: external-service, managed: true, replicas: 2, cluster: {address: dns, failover: automatic}}
connections:
  user -> site: https
flows:
  read-page:
    title: A visitor opens a page
    domain: www.foobar.com
    steps:
      - user -> site: GET /
objectives: {recovery_time: 5m}
""",
    edits=(
        ("name: An hour in the resolvers' memory", "name: A minute in the resolvers' memory"),
        ("ttl: 1h", "ttl: 1m"),
    ),
)
