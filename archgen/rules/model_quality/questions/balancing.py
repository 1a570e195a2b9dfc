"""Load balancers: their choice of a replica, their checks, and visitors who come back."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.record_paths import components_at_addresses, components_behind
from archgen.analysis.topology import Topology
from archgen.model.architecture import Balance, Component, Connection
from archgen.model.kinds import KINDS
from archgen.model.products import product_of
from archgen.model.protocols import WEB
from archgen.model.reasons import tells_of_each
from archgen.model.subject import Subject
from archgen.model.wording import first_few, listed
from archgen.reliability.locality import caller_pools
from archgen.reliability.promoters import orchestrates
from archgen.reliability.traffic import has_choice, is_sticky
from archgen.rules.model_quality.questions.gap import MOST_NAMES, Gap, component_gap


def balancers_without_check(topology: Topology) -> Iterator[Gap]:
    """Yield balancers with several of one's own replicas to choose from that do not say how they notice a dead one."""
    for component in topology.architecture.components:
        balance = component.balance
        if balance is None or balance.health_check is not None or component.managed or component.kind == "client":
            continue
        pools = [connection for connection in topology.outgoing[component.id] if _choices(topology, connection) > 1]
        if any(topology.flows_over[pool.id] for pool in pools):
            several = listed(list(dict.fromkeys(target for pool in pools for target in pool.targets)))
            yield component_gap(
                component,
                f"{component.id} doesn't declare how it detects that one of {several} fails",
                f"Add `health_check` to the `balance` of {component.id}, for example `{_check_for(topology, pools)}`.",
            )


def callers_without_check(topology: Topology) -> Iterator[Gap]:
    """Yield the first call of a program that spreads its calls over servers itself, for all that don't say who notices a dead one."""
    callers = (
        component
        for component in topology.architecture.components
        if component.balance is None and not component.managed and _answers(component)
    )
    by_name = _checked_by_name_servers(topology)
    calls = [
        call
        for caller in callers
        for call in topology.outgoing[caller.id]
        if _is_spread_by_caller(topology, call) and by_name.isdisjoint(call.targets)
    ]
    if calls:
        several = len(calls) > 1
        check = "`balance: {health_check: …}` to the caller, with `false` if it checks nothing."
        may_retry = any(call.retries is None for call in calls)
        yield Gap(
            Subject("connection", calls[0].id),
            f"{listed(first_few([call.id for call in calls], MOST_NAMES))} {'lead' if several else 'leads'} to one of several hosts "
            f"without a balancer, and {'don' if several else 'doesn'}'t declare how a dead one is detected",
            (
                f"Add `retries: 1` to {'each' if several else f'`{calls[0].id}`'} if the caller tries the next host, else {check}"
                if may_retry
                else f"Add {check}"
            )
            + " A caller that sends to each of them says so in its `why`.",
            tuple(flow for call in calls for flow in topology.flows_over[call.id]),
        )


def _checked_by_name_servers(topology: Topology) -> frozenset[str]:
    """Return the components at the ends of records whose name server declares how it checks them: it leaves out a dead one."""
    checking = [
        server
        for server in topology.names.servers
        if server.balance is not None and server.balance.health_check is not None
    ]
    addressed = components_at_addresses(topology)
    records = (record for server in checking for record in server.records)
    return frozenset(name for record in records for name in components_behind(topology, record, addressed))


def _answers(component: Component) -> bool:
    """Return True for a program that somebody waits for: a worker or scheduler tries its job again."""
    return KINDS[component.kind].role == "application" and KINDS[component.kind].entry


def _is_spread_by_caller(topology: Topology, call: Connection) -> bool:
    """Return True for a call that programs on several hosts answer, each under an address of its own.

    The client of a store, queue or directory knows several servers; an orchestrator and a cluster lead to one that answers, and
    so does a platform what it places to its own API.
    """
    if call.retries or call.needs != 1 or not call.required or call.deferred or len(call.targets) > 1:
        return False
    target = topology.components[call.targets[0]]
    if target.cluster is not None or not _answers(target) or not topology.flows_over[call.id]:
        return False
    if orchestrates(target) and all(replica.floating for replica in topology.components[call.source].replicas):
        return False
    if any(tells_of_each(each.why) for each in (call, topology.components[call.source], target)):
        return False
    asked = all(port.protocol in (*WEB, "grpc") for port in call.ports)
    apart = not any(replica.floating for replica in target.replicas) and len(topology.hosts_of(target.id)) > 1
    return asked and apart and _choices(topology, call) > 1


def _check_for(topology: Topology, pools: list[Connection]) -> str:
    """Return a check that the first of the targets can answer: a role, the state of a member, an answer for the web, a port."""
    targets = [topology.components[target] for pool in pools for target in pool.targets]
    if any(target.replication is not None and target.replication.primary for target in targets):
        return "GET /primary"
    if any(product_of(target.product).refuses_out_of_step for target in targets):
        return "clustercheck on port 9200"
    return "GET /health" if any(port.protocol in WEB for pool in pools for port in pool.ports) else "TCP connect"


def balancers_without_stickiness(topology: Topology) -> Iterator[Gap]:
    """Yield balancers in front of servers that keep data of a visitor, of which nothing says whether it brings visitors back."""
    for component in topology.architecture.components:
        balance = component.balance or Balance()
        if not KINDS[component.kind].balances or is_sticky(balance) is not None:
            continue
        targets = [
            topology.components[name]
            for connection in topology.outgoing[component.id]
            if has_choice(topology.index, balance, connection)
            for name in connection.targets
        ]
        keeping = [each.id for each in targets if "local" in (each.sessions, each.uploads)]
        if keeping:
            yield component_gap(
                component,
                f"{component.id} doesn't declare whether a visitor returns to the same replica of {listed(keeping)}, which "
                "stores data of the visitor",
                f"Add `balance: {{stickiness: …}}` to {component.id}, for example `cookie` or `false`.",
            )


def _choices(topology: Topology, connection: Connection) -> int:
    """Count the replicas that a caller can tell apart; a shared address counts as one, and so does a provider."""
    targets = [
        topology.components[target] for target in connection.targets if topology.components[target].kind != "dns"
    ]
    shared = [target.managed or bool(target.cluster and target.cluster.shared_address) for target in targets]
    replicas = [
        replica.id
        for target, is_shared in zip(targets, shared, strict=True)
        for replica in (target.replicas[:1] if is_shared else target.replicas)
    ]
    return max((len(pool) for pool in caller_pools(topology.index, connection, replicas)), default=0)
