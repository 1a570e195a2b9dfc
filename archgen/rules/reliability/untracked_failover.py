"""Visitors reach several replicas, and nothing is declared that moves their traffic when one fails."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain

from archgen.analysis.hops import tries_the_next
from archgen.analysis.programs import is_handed_out
from archgen.analysis.record_paths import ALIASES, hosts_named, is_located_by_name, leaves_out_sick_hosts, record_ends
from archgen.analysis.topology import Topology
from archgen.edits.changes import MoveAddress
from archgen.edits.patch import patch_of
from archgen.edits.records import lead_to_moving_address
from archgen.edits.replicas import needed_watch
from archgen.edits.zone_advice import advise_move, watch_deeper
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Cluster, Component, Connection, Replica
from archgen.model.change import Change, Put
from archgen.model.dns_zones import normalize_name
from archgen.model.kinds import QUEUES, ROUTING
from archgen.model.protocols import DEVICES
from archgen.model.subject import Subject
from archgen.model.wording import MOST_NAMED, first_few, listed, listed_replicas
from archgen.reliability.locality import zones_apart
from archgen.reliability.members import moves_by_layer_2


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each balancer or server that visitors reach without a balancer before it, and each pair behind."""
    facts = context.topology
    entries = _entries(facts)
    for name, calls in entries.items():
        component = facts.components[name]
        cluster = component.cluster
        if _moves_by_itself(facts, component) or len(component.replicas) < 2 or len(facts.hosts_of(name)) == 1:
            continue
        if cluster is None or not _moves(cluster):
            flows = _flows_over(facts, calls)
            if not _is_left_out_when_sick(facts, component, flows):
                yield _hit(component, _unmoved(facts, component, calls, flows), _advise(facts, component), flows)
            continue
        if cluster.watches == "host" or name in facts.losses.kept:
            yield _unwatched(facts, component, cluster)
        if moves_by_layer_2(facts.components, cluster):
            yield from _left_behind(facts, component, cluster, _flows_over(facts, calls))
    yield from _sites(facts, entries)
    for component in facts.architecture.components:
        cluster = component.cluster if component.id in facts.losses.kept else _pair_on_hosts(component)
        if cluster is not None and component.id not in entries and facts.flows_of[component.id]:
            yield _unwatched(facts, component, cluster)


def _sites(facts: Topology, entries: Mapping[str, Sequence[Connection]]) -> Iterator[Hit]:
    """Yield a hit for each choice of visitors among several components, whose name servers leave out none that fails."""
    for call in {call.id: call for each in entries.values() for call in each}.values():
        sites = [facts.components[name] for name in call.targets if name in entries]
        balance = facts.components[call.source].balance
        if len(sites) < 2 or any(_moves_by_itself(facts, site) for site in sites) or (balance and balance.health_check):
            continue
        servers = _name_servers(facts, call)
        if not any(server.balance and server.balance.health_check for server in servers):
            yield _site_hit(call, [site.id for site in sites], servers, facts.in_order(facts.flows_over[call.id]))


def _moves_by_itself(facts: Topology, component: Component) -> bool:
    """Return True for what a provider or an orchestrator moves, and for servers that another component hands out."""
    moved = component.managed or any(replica.floating for replica in component.replicas)
    return bool(moved) or is_handed_out(facts, component)


def _name_servers(facts: Topology, call: Connection) -> list[Component]:
    """Return the name servers that lead a caller to what it calls."""
    domains = filter(None, dict.fromkeys(facts.flows[flow].domain for flow in facts.flows_over[call.id]))
    names = dict.fromkeys(name for domain in domains for name in facts.index.servers_of(domain, call.source))
    return [facts.components[name] for name in names]


def _untracked(names: str, servers: Sequence[Component], whose: str = "the visitors' traffic") -> str:
    """Return the message about several that visitors reach; a name server may be declared to check none of them."""
    if blind := dict.fromkeys(each.id for each in servers if each.balance and each.balance.health_check is False):
        return f"While one of {names} is down, {listed(tuple(blind))} leads visitors there all the same, without a health check"
    return f"Nothing is declared that moves {whose} when one of {names} fails"


def _site_hit(call: Connection, names: list[str], servers: Sequence[Component], flows: tuple[str, ...]) -> Hit:
    return Hit(
        subject=Subject("connection", call.id),
        message=_untracked(listed(names), servers),
        related=tuple((Subject("component", name), "is one that visitors reach") for name in names),
        flows=flows,
        fix="Let the name server leave out what can't answer: `balance: {health_check: GET /health}`.",
    )


def _flows_over(facts: Topology, calls: Sequence[Connection]) -> tuple[str, ...]:
    """Return the flows of connections, in the model's order: others come another way, such as through a balancer."""
    return facts.in_order(flow for call in calls for flow in facts.flows_over[call.id])


def _balancers_before(facts: Topology, component: Component) -> list[str]:
    """Return the proxies that spread requests over a component's replicas already."""
    callers = [call.source for call in facts.incoming[component.id]]
    return list(dict.fromkeys(name for name in callers if facts.kind(name).role == "balancer"))


def _is_behind_others(facts: Topology, component: Component) -> bool:
    """Return True if visitors come by several firewalls or routers alone: the address that has to move is theirs."""
    callers = [facts.components[call.source] for call in facts.incoming[component.id] if facts.flows_over[call.id]]
    doors = [caller for caller in callers if caller.kind in ROUTING and len(caller.replicas) > 1]
    return bool(callers) and doors == callers


def _pair_on_hosts(component: Component) -> Cluster | None:
    """Return the cluster of a pair of which one works, and of which only the hosts are watched."""
    cluster = component.cluster
    if cluster is None or cluster.watches != "host" or cluster.failover == "manual" or component.managed:
        return None
    works_alone = cluster.mode == "active-passive" or bool(cluster.active)
    return cluster if len(component.replicas) > 1 and works_alone else None


def _unmoved(facts: Topology, component: Component, calls: Sequence[Connection], flows: tuple[str, ...]) -> str:
    """Return the message; where a name leads to one replica alone, the others get no traffic even now."""
    for domain in dict.fromkeys(filter(None, (facts.flows[flow].domain for flow in _visits(facts, component, flows)))):
        hosts = hosts_named(facts, component, domain)
        others = [replica.id for replica in component.replicas if not set(replica.hosts) & set(hosts)]
        if hosts and others:
            get = "gets" if len(others) == 1 else "get"
            moves = f"them when {hosts[0]} fails" if len(hosts) == 1 else "the visitors there"
            return (
                f"{domain} leads to {listed(hosts)} alone: {listed_replicas(others)} {get} no visitors, and nothing is declared that "
                f"moves {moves}"
            )
    lost = listed_replicas([replica.id for replica in component.replicas])
    if balancers := _balancers_before(facts, component):
        return (
            f"{listed(flows)} {'bypasses' if len(flows) == 1 else 'bypass'} {listed(balancers, 'or')}, and nothing is declared that moves "
            f"that traffic when one of {lost} fails"
        )
    callers = dict.fromkeys(name for flow in flows for name in facts.clients_in[flow])
    private = all(facts.trust(name) not in (None, "internet") for name in callers)
    whose = f"the traffic of {listed(tuple(callers))}" if private else "the visitors' traffic"
    return _untracked(lost, [server for call in calls for server in _name_servers(facts, call)], whose)


def _visits(facts: Topology, component: Component, flows: tuple[str, ...]) -> list[str]:
    """Return the flows that come for any replica: who asks for a host by its own name wants no other."""
    return [
        flow
        for flow in flows
        if any(component.id in hop.targets and not facts.is_for_one_host(hop) for hop in facts.hops[flow])
    ]


def _is_left_out_when_sick(facts: Topology, component: Component, flows: tuple[str, ...]) -> bool:
    """Return True if the names by which visitors come, as far as flows have any, lead to all of its hosts and leave out a sick one."""
    domains = list(filter(None, (facts.flows[flow].domain for flow in _visits(facts, component, flows))))
    return bool(domains) and all(leaves_out_sick_hosts(facts, component, domain) for domain in domains)


def _left_behind(facts: Topology, component: Component, cluster: Cluster, flows: tuple[str, ...]) -> Iterator[Hit]:
    """Yield a hit for a name that leads to the own address of one host, which stays there when the shared one moves."""
    named: dict[str, list[str]] = {}
    for flow in _visits(facts, component, flows):
        named.setdefault(normalize_name(facts.flows[flow].domain or ""), []).append(flow)
    for name, led in named.items():
        hosts = hosts_named(facts, component, name)
        if len(hosts) == 1:
            takers = [replica.id for replica in component.replicas if not set(replica.hosts) & set(hosts)]
            own = {hosts[0], facts.hosts[hosts[0]].address}
            records = [record for record in facts.names.leading(name) if record_ends(facts, record) & own]
            alias = records[0].type.upper() if records[0].type.upper() in ALIASES else None
            give = "give the record" if alias is None else f"instead of the {alias}, give it an A record with"
            yield Hit(
                subject=Subject("component", component.id),
                message=f"{name} leads to {hosts[0]}'s own address, which stays there when {listed(takers, 'or')} takes over",
                related=tuple((Subject("record", record.id), f"leads to {hosts[0]} alone") for record in records),
                flows=tuple(led),
                fix=f"Lead {name} to the address that moves: {give} {component.id} or its shared address as value.",
                # some models give the first host the address that moves
                confidence="high" if cluster.shared_address is not None else "medium",
            )


def _unwatched(facts: Topology, component: Component, cluster: Cluster) -> Hit:
    """Return the hit for a failed process on a running host, or for what it calls; in an active-passive pair the active one counts."""
    first = component.replicas[:1] if cluster.mode == "active-passive" else ()
    active = [facts.replicas[replica] for replica in cluster.active] or list(first)
    asked = facts.hops_to[component.id]
    kept, of_hosts = facts.losses.kept.get(component.id, {}), cluster.watches == "host"
    if active:
        keeper = active[0].hosts[0] if active[0].hosts else active[0].id
        address = cluster.shared_address or "the address"
        outcome = (
            f"{keeper} keeps {address} and requests get no answer" if asked else "no other replica takes over its work"
        )
        behind = [each.id for each in kept if each.kind != "replica" or not _is_on_any(facts.replicas[each.id], kept)]
        failing = first_few([*((active[0].id,) if of_hosts else ()), *behind], MOST_NAMED)
        watched = "the host" if of_hosts else f"the process of {component.id}"
        message = f"If {listed(failing, 'or')} alone fails, {outcome}: failover watches only {watched}"
    else:
        names = listed([replica.id for replica in component.replicas])
        message = (
            f"If one of {names} hangs on a running host, it keeps its traffic and answers no request: failover watches only "
            "the host"
        )
    own = ((each.id, flow) for each in active for flow in facts.flows)
    keeps = "without its process" if of_hosts else "while it is up"
    return _hit(
        component,
        message,
        watch_deeper(facts, component, cluster),
        facts.flows_of[component.id] if of_hosts else facts.in_order(chain(*kept.values())),
        tuple((Subject("replica", replica.id), f"keeps the address {keeps}") for replica in active),
        # of all flows: only those in which it is a single point of failure have such a cause
        frozenset((*own, *((element.id, flow) for element, flows in kept.items() for flow in flows))),
    )


def _is_on_any(replica: Replica, elements: Collection[Subject]) -> bool:
    """Return True if a replica runs on one of some elements, whose loss tells of its own."""
    return any(Subject("host", host) in elements for host in replica.hosts)


def _entries(facts: Topology) -> dict[str, list[Connection]]:
    """Return the balancers and servers that a client calls, directly or through firewalls, with the connections there."""
    reached = [component.id for component in facts.architecture.components if component.kind == "client"]
    entries: dict[str, list[Connection]] = {}
    for source in reached:
        for connection in facts.outgoing[source]:
            # who needs all of them has each as a single point of failure, and is told so
            if connection.needs == "all" or not facts.flows_over[connection.id]:
                continue
            if all(map(tries_the_next, connection.ports)):
                continue
            for target in connection.targets:
                kind = facts.kind(target)
                if kind.id in ROUTING:
                    reached += [target] if target not in reached else []
                elif is_located_by_name(facts, connection, target):
                    continue
                elif _is_entrance(facts, target) or _is_led_to_one(facts, connection, target):
                    entries.setdefault(target, []).append(connection)
    return entries


def _is_entrance(facts: Topology, target: str) -> bool:
    """Return True for a balancer, a server, and a WAF on hosts of its own: on those of a pair whose address moves, it goes along."""
    kind = facts.kind(target)
    if kind.id != "waf":
        return kind.role == "balancer" or kind.serves
    hosts = facts.hosts_of(target)
    beside = {replica.component for host in hosts for replica in facts.replicas_on[host]}
    pairs = (facts.components[name] for name in beside if name != target)
    moved = [set(facts.hosts_of(pair.id)) for pair in pairs if pair.cluster is not None and _moves(pair.cluster)]
    return bool(hosts) and not any(around.issuperset(hosts) for around in moved)


def _is_led_to_one(facts: Topology, connection: Connection, target: str) -> bool:
    """Return True for a broker of devices, and for a mail server to which people come by a name of one host: they try no MX record."""
    component = facts.components[target]
    if component.kind in QUEUES:
        return all(port.protocol in DEVICES for port in connection.ports)
    domains = {facts.flows[flow].domain for flow in facts.flows_over[connection.id]} if component.kind == "mail" else ()
    return any(len(hosts_named(facts, component, domain)) == 1 for domain in domains if domain is not None)


def _moves(cluster: Cluster) -> bool:
    """Return True if the cluster declares how traffic moves to another replica."""
    return bool(cluster.shared_address or cluster.address or cluster.by or cluster.failover)


def _hit(
    component: Component,
    message: str,
    fix: str,
    flows: tuple[str, ...],
    related: tuple[tuple[Subject, str], ...] = (),
    causes: frozenset[tuple[str, str]] = frozenset(),
) -> Hit:
    return Hit(
        subject=Subject("component", component.id),
        message=message,
        related=related,
        flows=flows,
        fix=fix,
        causes=causes,
    )


def _advise(facts: Topology, component: Component) -> str:
    balancers = _balancers_before(facts, component)
    if balancers:
        return f"Send these requests through {listed(balancers, 'or')} too, or declare how traffic moves (`cluster`)."
    return advise_move(facts, component)


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Declare an address that moves to the other replica, lead names to it, and watch the process."""
    facts = context.topology
    if hit.subject.kind == "connection":
        return ()
    component = facts.components[hit.subject.id]
    if any(related.kind == "record" for related, _ in hit.related):
        return lead_to_moving_address(facts, component)
    if component.cluster is not None and _moves(component.cluster):
        watches = needed_watch(facts.architecture, component)
        return (Put(("components", hit.subject.id, "cluster", "watches"), watches),)
    # an address serves one of two and idles the other, so it is no substitute for a balancer, nor for what players hold
    if len(component.replicas) > 2 or component.sessions == "local" or _balancers_before(facts, component):
        return ()
    # the same names are those of MX records, and people know what spans two places
    if (
        _is_behind_others(facts, component)
        or component.kind == "mail"
        or any(zones_apart(facts.index, component.replicas))
    ):
        return ()
    return patch_of(facts, MoveAddress(component.id))


RULE = Rule(
    id="untracked-failover",
    code="REL003",
    title="Failover without a trigger",
    severity="warning",
    category="reliability",
    summary="Visitors reach several replicas, and the model declares nothing that moves traffic when one fails.",
    why=(
        "A visitor's browser knows one address. If the server behind it fails, a second one helps only if something "
        "detects the failure and moves the address, or the name. Detection has to watch the process itself: a host that "
        "answers pings may run a process that answers no request. And a proxy that runs answers with errors if it calls an application "
        "on its own host alone, and that is down: then the check has to send a request through."
    ),
    fix="Declare how traffic moves, and let failover watch the process.",
    limits=(
        "Checks only balancers, servers, brokers of MQTT or CoAP and web application firewalls that clients reach directly or "
        "through firewalls, and no replicas that float. Programs that try several addresses in turn don't count as clients, nor do mail "
        "servers, DNS "
        "resolvers, and clients of LDAP, RADIUS, Diameter, TURN, media and bare UDP, nor do phones and clients of XMPP if SRV records "
        "name several servers. Of several components that visitors choose among, asks for a health check of their name server. Skips "
        "servers that another component hands out, as a matchmaker does, or a balancer that an application asks for one, and hosts "
        "that a name server with a health check chooses among."
    ),
    references=(
        (
            "keepalived documentation, VRRP tracking scripts",
            "https://keepalived.readthedocs.io/en/latest/configuration_synopsis.html",
        ),
        ("RFC 9568, Virtual Router Redundancy Protocol", "https://www.rfc-editor.org/rfc/rfc9568"),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Two balancers side by side  # finding: unmonitored
hosts:
  lb-1: {}
  lb-2: {}
components:
  user: {kind: client}
  filter: {kind: firewall, guards: [lb-1, lb-2], default: deny}
  lb: {kind: load-balancer, runs_on: [lb-1, lb-2], balance: round-robin, rate_limit: 10/s}  # finding: untracked-failover
  site: {kind: external-service, managed: true, replicas: 2}
connections:
  user -> lb: https
  lb -> site: https
flows:
  read-page:
    title: A visitor opens a page
    steps:
      - user -> lb: GET /
      - lb -> site: GET /
""",
    edits=(
        ("name: Two balancers side by side", "name: Two balancers that share an address"),
        (
            "  lb: {kind: load-balancer, runs_on: [lb-1, lb-2], balance: round-robin, rate_limit: 10/s}  # finding: untracked-failover",
            "  lb:\n"
            "    kind: load-balancer\n"
            "    runs_on: [lb-1, lb-2]\n"
            "    cluster: {address: {shared: 192.0.2.10}, by: vrrp, watches: process}\n"
            "    balance: round-robin\n"
            "    rate_limit: 10/s",
        ),
    ),
)
