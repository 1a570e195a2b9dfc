"""Two statements of the model that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.access.denials import calls_kept_in, denied_on_path, guarded_calls
from archgen.analysis.firewalls import spoken
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Connection, FirewallRule, Port
from archgen.model.kinds import AGENTS
from archgen.model.protocols import LOGINS, PORTS_OF_TLS, PROTOCOLS
from archgen.model.subject import Subject
from archgen.model.wording import first_few, in_zone, listed, zone_words
from archgen.reliability.members import is_called_at_primary

Clash = tuple[Subject, str, str]
"""Of what the statements are, what excludes what, and how to mend it."""

_LEVELS = {"rack": 0, "power": 0, "datacenter": 1, "availability-zone": 1, "region": 2, "provider": 3}
_CACHES = ("cdn", "cache")


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each subject with contradictory declarations."""
    clashes_by_subject: dict[Subject, list[tuple[str, str]]] = {}
    for search in _SEARCHES:
        for subject, message, fix in search(context.topology):
            clashes_by_subject.setdefault(subject, []).append((message, fix))
    for subject, clashes in clashes_by_subject.items():
        yield Hit(
            subject=subject,
            message="; ".join(message for message, _ in clashes),
            flows=_flows(context.topology, subject),
            fix=" ".join(dict.fromkeys(fix for _, fix in clashes)),
        )
    yield from _denied(context.topology)
    yield from _partly_denied(context.topology)
    yield from _denied_at_some(context.topology)
    yield from _kept_in(context.topology)
    yield from _administrators_shut_out(context.topology)
    yield from _misplaced_hits(context.topology)


def _denied(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each firewall, at the first of the connections that its rules deny."""
    denied: dict[str, dict[str, list[str]]] = {}
    for connection, target, port in guarded_calls(facts):
        firewall = None if _is_kept_shut(facts, connection, port) else facts.denied(connection, target, port)
        if firewall is not None:
            denied.setdefault(firewall, {}).setdefault(connection.id, []).append(spoken(port))
    sent: dict[str, tuple[str, str]] = {}
    for firewall, call, port, sent[call] in denied_on_path(facts):
        denied.setdefault(firewall, {}).setdefault(call, []).append(spoken(port))
    for firewall, calls in denied.items():
        flows = {flow for call in calls for flow in facts.flows_over[call]}
        words = {call: sent.get(call, (call, "")) for call in calls}
        named = [f"{words[call][0]} ({listed(list(dict.fromkeys(ports)))})" for call, ports in calls.items()]
        first, *others = calls
        behind = "" if others else words[first][1]
        # an agent that can't report leaves its host unmonitored
        watched = any(facts.kind(facts.connections[call].source).id in AGENTS for call in calls)
        yield Hit(
            subject=Subject("connection", first),
            message=f"{firewall} lets in none of {listed(first_few(named, _NAMED))}"
            if others
            else f"{firewall} does not let in {named[0]}{behind and f', though its rule names {behind} behind it'}",
            related=(
                (Subject("component", firewall), "denies it, as no rule allows it"),
                *((Subject("connection", call), "is denied as well") for call in others),
            ),
            flows=facts.in_order(flows),
            fix=f"Add a rule to {firewall} for each that is needed, and remove the other connections."
            if others
            else f"Let the rule name the component to which the requests are sent instead of {behind}, which is behind it."
            if behind
            else f"Add a rule for it to {firewall}, or remove the connection.",
            case="denied" if flows or watched else "unused",
        )


def _partly_denied(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each firewall that lets in calls of some hosts of a caller and not of others, at the first connection."""
    denied: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = {}
    for connection, target, port in guarded_calls(facts):
        partly = facts.partly_denied(connection, target, port)
        if partly is not None:
            denied.setdefault(partly[0], {}).setdefault(connection.id, (spoken(port), partly[1]))
    for firewall, calls in denied.items():
        named = [
            f"{call} ({port}) from {listed(first_few(hosts, _NAMED))}, though from other hosts"
            for call, (port, hosts) in calls.items()
        ]
        flows = {flow for call in calls for flow in facts.flows_over[call]}
        first, *others = calls
        watched = facts.kind(first.partition(" -> ")[0]).id in AGENTS
        yield Hit(
            subject=Subject("connection", first),
            message=f"{firewall} doesn't let in {'; '.join(first_few(named, _NAMED))}",
            related=(
                (Subject("component", firewall), "lets some hosts in and not others"),
                *((Subject("connection", call), "is denied to some hosts as well") for call in others),
            ),
            flows=facts.in_order(flows),
            fix=f"Let these hosts in at {firewall} as well{'' if watched else ', or run the caller on the others alone'}.",
            case="denied" if flows or watched else "unused",
        )


def _denied_at_some(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each call that goes to every replica, of which a firewall lets it in to some and not to others."""
    for connection, target, port in guarded_calls(facts):
        to_each = connection.needs == "all" or facts.components[target].kind in AGENTS
        names = facts.caller_names(connection.source) if to_each else None
        partly = facts.firewalls.denied_hosts(names, connection.source, target, port) if names is not None else None
        if partly is not None:
            firewall, hosts = partly
            flows = facts.flows_over[connection.id]
            yield Hit(
                subject=Subject("connection", connection.id),
                message=f"{firewall} doesn't let {connection.id} ({spoken(port)}) reach {listed(first_few(hosts, _NAMED))}",
                related=(
                    (Subject("component", firewall), "denies it, and other hosts are reached"),
                    *((Subject("host", host), "isn't reached") for host in hosts),
                ),
                flows=flows,
                fix=f"Add a rule for these hosts to {firewall}.",
                case="denied" if flows else "unused",
            )


def _kept_in(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each firewall whose rules don't let calls out from what it guards, at the first of the connections."""
    kept: dict[str, dict[tuple[str, ...], dict[str, list[str]]]] = {}
    for firewall, connection, port, hosts in calls_kept_in(facts):
        calls = kept.setdefault(firewall, {}).setdefault(hosts, {})
        calls.setdefault(connection.id, []).append(spoken(port))
    for firewall, calls_by_hosts in kept.items():
        clauses = []
        for hosts, calls in calls_by_hosts.items():
            named = [f"{call} ({listed(list(dict.fromkeys(ports)))})" for call, ports in calls.items()]
            some = f" from {listed(first_few(hosts, _NAMED))}, though from other hosts" if hosts else ""
            clauses.append(f"{listed(first_few(named, _NAMED), 'or')}{some}")
        first, *others = dict.fromkeys(call for calls in calls_by_hosts.values() for call in calls)
        flows = {flow for call in (first, *others) for flow in facts.flows_over[call]}
        yield Hit(
            subject=Subject("connection", first),
            message=f"{firewall} does not let out {'; '.join(clauses)}",
            related=(
                (Subject("component", firewall), "lets out other calls from there"),
                *((Subject("connection", call), "isn't let out either") for call in others),
            ),
            flows=facts.in_order(flows),
            fix=f"Add a rule with `direction: out` to {firewall} for each that is needed, and remove the other connections."
            if others
            else f"Add a rule for it with `direction: out` to {firewall}, or remove the connection.",
            case="denied" if flows else "unused",
        )


def _is_kept_shut(facts: Topology, connection: Connection, port: Port) -> bool:
    """Return True for administration that a firewall is there to keep the internet from."""
    return bool(port.admin) and facts.trust(connection.source) == "internet"


def _administrators_shut_out(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each firewall that shuts out those who administer, and come from the internet."""
    shut: dict[str, dict[str, str]] = {}
    for connection, target, port in guarded_calls(facts):
        if _is_kept_shut(facts, connection, port) and _administers(facts, connection.source):
            firewall = facts.denied(connection, target, port)
            if firewall is not None:
                shut.setdefault(firewall, {}).setdefault(connection.id, spoken(port))
    for firewall, calls in shut.items():
        first, *others = calls
        callers = list(dict.fromkeys(facts.connections[call].source for call in calls))
        named = [f"{call} ({port})" for call, port in calls.items()]
        yield Hit(
            subject=Subject("connection", first),
            message=f"{firewall} shuts out administrators who come from the internet: {listed(first_few(named, _NAMED))}",
            related=(
                (Subject("component", firewall), "denies it, as no rule allows it"),
                *((Subject("connection", call), "is denied as well") for call in others),
            ),
            flows=facts.in_order(flow for call in calls for flow in facts.flows_over[call]),
            fix=f"Declare from where {listed(callers)} {'comes' if len(callers) == 1 else 'come'}, such as a VPN (`network`), or add a "
            f"rule to {firewall} for the addresses.",
            case="administration",
        )


def _administers(facts: Topology, client: str) -> bool:
    """Return True for a client who logs in to machines, or whose every call is for administrators.

    Among the calls of visitors, another port for administrators is open by mistake.
    """
    ports = [port for call in facts.outgoing[client] for port in call.ports]
    return all(port.admin for port in ports) or any(port.admin and port.protocol in LOGINS for port in ports)


_NAMED = 6
"""Connections that the message names; the others are counted, and related as all are."""


def _flows(facts: Topology, subject: Subject) -> tuple[str, ...]:
    if subject.kind == "connection":
        return facts.flows_over[subject.id]
    if subject.kind == "host":
        return facts.flows_through([replica.component for replica in facts.replicas_on[subject.id]])
    return facts.flows_of[subject.id] if subject.kind == "component" else ()


def _ports(facts: Topology) -> Iterator[Clash]:
    for connection in facts.architecture.connections:
        for port in connection.ports:
            if port.tls is not None and port.tls.mode == "off" and _wants_tls(port):
                number = f" on port {port.port}" if port.port is not None else ""
                yield (
                    Subject("connection", connection.id),
                    f"{connection.id} is {port.protocol}{number}, which is spoken over TLS, and says `tls: false`",
                    "Remove `tls: false`, or name the protocol and the port that are unencrypted.",
                )
            if port.redirect == port.protocol:
                yield (
                    Subject("connection", connection.id),
                    f"{connection.id} redirects {port.protocol} to {port.redirect}, so a caller never arrives",
                    "Redirect to another protocol, or remove `redirect`.",
                )


def _wants_tls(port: Port) -> bool:
    protocol = PROTOCOLS.get(port.protocol)
    always = protocol is not None and protocol.encrypted and not protocol.either
    return bool(always) or port.port in PORTS_OF_TLS


def _failovers(facts: Topology) -> Iterator[Clash]:
    """Failover that is said to be automatic, with nobody to fail over to."""
    for component in facts.architecture.components:
        replication, cluster, replicas = component.replication, component.cluster, component.replicas
        if component.managed or any(replica.floating for replica in replicas):
            continue
        if replication is not None and replication.failover == "automatic" and replication.primary:
            if {replica.id for replica in replicas} == set(replication.primary):
                yield (
                    Subject("component", component.id),
                    f"failover of {component.id} is called automatic, and it has no replica but its primary",
                    "Add a replica on another host, or remove `failover`.",
                )
        elif cluster is not None and cluster.failover == "automatic" and cluster.mode is None and len(replicas) == 1:
            yield (
                Subject("component", component.id),
                f"failover of {component.id} is called automatic, and {replicas[0].id} is its only replica",
                "Add a replica on another host, or remove `failover`.",
            )


def _standbys(facts: Topology) -> Iterator[Clash]:
    """Steps that name the standby of a provider's pair, which nobody can call before it takes over."""
    steps: dict[str, dict[str, list[str]]] = {}
    for hop in (each for hops in facts.hops.values() for each in hops):
        for replica in hop.step.pinned:
            steps.setdefault(facts.replicas[replica].component, {}).setdefault(replica, []).append(hop.step.id)
    for name, asked in steps.items():
        component = facts.components[name]
        if not is_called_at_primary(component):
            continue
        primary = component.replication.primary if component.replication is not None else ()
        for replica in (each for each in asked if each not in primary):
            yield (
                Subject("component", name),
                f"{listed(asked[replica])} {'calls' if len(asked[replica]) == 1 else 'call'} {replica}, and {name} is a pair of which the "
                "standby answers nothing until it takes over",
                "Call a read replica, which is a component of its own (`replication: {of: …}`), or the primary. If its standbys answer "
                "(Aurora, a Multi-AZ cluster of three), declare the product, or all three.",
            )


def _misplaced_hits(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each share of hits on what a cache asks for, where no call of the cache itself has one."""
    for connection in facts.architecture.connections:
        cache, calls = connection.source, facts.incoming[connection.source]
        behind = [target for target in connection.targets if facts.components[target].kind not in _CACHES]
        misplaced = connection.hits and behind and facts.components[cache].kind in _CACHES
        if misplaced and calls and not any(each.hits for each in calls):
            yield Hit(
                subject=Subject("connection", connection.id),
                message=f"`hits` of {connection.id} says that {listed(behind)} answers that share itself, and no call of {cache}, "
                "the cache, has any",
                flows=facts.flows_over[connection.id],
                fix=f"Move `hits` to {listed([each.id for each in calls], 'or')}: it is the share that the called cache answers.",
                case="hits",
            )


def _firewalls(facts: Topology) -> Iterator[Clash]:
    for component in facts.architecture.components:
        seen: dict[tuple[object, ...], FirewallRule] = {}
        for rule in component.rules:
            key = (rule.sources, rule.targets, rule.ports, rule.direction)
            if key in seen and seen[key].action != rule.action:
                yield (
                    Subject("component", component.id),
                    f"{component.id} both allows and denies {_traffic(rule)}",
                    "Remove one of the two rules.",
                )
            seen.setdefault(key, rule)


def _traffic(rule: FirewallRule) -> str:
    ports = f" on {listed(rule.ports)}" if rule.ports else ""
    return f"what goes from {listed(rule.sources) or 'anywhere'} to {listed(rule.targets) or 'anywhere'}{ports}"


def _addresses(facts: Topology) -> Iterator[Clash]:
    owners: dict[str, str] = {}
    for host in facts.architecture.hosts:
        if host.address is not None:
            first = owners.setdefault(host.address, host.id)
            if first != host.id:
                yield (
                    Subject("host", host.id),
                    f"{host.id} and {first} are both said to have the address {host.address}",
                    "Give each its own; an address that moves between them belongs to `cluster: {address: {shared: …}}`.",
                )


def _zones(facts: Topology) -> Iterator[Clash]:
    for zone in facts.architecture.zones:
        around = facts.zones[zone.within] if zone.within is not None else None
        if around is not None and _LEVELS[around.kind] < _LEVELS[zone.kind]:
            yield (
                Subject("zone", zone.id),
                f"the {zone_words(zone.kind)} {zone.id} is said to stand {in_zone(around.kind, around.id)}, which is the smaller "
                "of the two",
                f"Say it the other way round: `{around.id}: {{in: {zone.id}}}`.",
            )


_SEARCHES = (_ports, _failovers, _standbys, _firewalls, _addresses, _zones)


RULE = Rule(
    id="contradiction",
    code="MOD005",
    title="Contradiction",
    severity="error",
    cases=(("denied", "warning"), ("unused", "info"), ("administration", "info"), ("hits", "info")),
    category="model",
    summary="Two statements of the model exclude each other.",
    why=(
        "One of the two statements is wrong, and the model alone doesn't tell which. Every result that depends on "
        "the wrong one is wrong as well, on the unsafe side: a connection counts as encrypted, a failover as present."
    ),
    fix="Find out which statement is true, and remove the other.",
    limits=(
        "Holds a connection against the rules of the firewall that guards its target, if the firewall declares rules and a "
        "`default`, and the caller's network is known; callers inside only if a rule is for some of them. Of the firewall "
        "around its caller, rules with `direction: out` count, for what leaves all that it guards, and its `default: deny` only if one "
        "of them lets something out from the caller's network. Of a "
        "caller on several hosts, each is held against them if all of their networks are known. A connection that no flow "
        "uses is an info. A standby that no step can call is that of a pair of "
        "RDS, Cloud SQL, AlloyDB, or Azure's PostgreSQL or MySQL. Contradictions in how traffic is spread are reported by "
        "`balancing-contradiction`."
    ),
    check=check,
    bad="""\
archgen: 1
name: HTTPS without TLS
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: service, managed: true, replicas: 2}
connections:
  job -> api: {protocol: https, port: 443, tls: false}  # finding: contradiction, plaintext-between-hosts
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: HTTPS without TLS", "name: HTTP without TLS"),
        ("protocol: https, port: 443", "protocol: http, port: 80"),
    ),
)
