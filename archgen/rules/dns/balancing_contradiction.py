"""The declared mode of a balancer or a cluster contradicts how its members take traffic."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Balance, Cluster, Component, Replica
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.traffic import traffic_weights

# algorithms that fill or follow an order and so leave the later members idle; all others share the traffic out
_IN_ORDER = ("first", "failover", "priority", "ordered", "none", "active-passive", "active-backup", "primary-backup")

_Flaw = tuple[str, str]
"""The message of a contradiction, and its fix."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each component, with all contradictions in its `balance` and `cluster`."""
    facts = context.topology
    for component in facts.architecture.components:
        faults = (*_of_balance(facts, component), *_of_cluster(component))
        if faults:
            targets = [target for connection in facts.outgoing[component.id] for target in connection.targets]
            yield Hit(
                subject=Subject("component", component.id),
                message="; ".join(message for message, _ in faults),
                flows=facts.flows_through([component.id, *targets] if component.balance else [component.id]),
                fix=" ".join(dict.fromkeys(fix for _, fix in faults)),
            )


def _of_balance(facts: Topology, component: Component) -> Iterator[_Flaw]:
    balance = component.balance
    if balance is None:
        return
    members = _members(facts, component.id, balance)
    backups = tuple(member for member in members if member.id in balance.backup or member.component in balance.backup)
    if balance.mode == "active-passive" and _spreads(balance) and not balance.backup and len(members) > 1:
        yield (
            f"{component.id} is called active-passive, but {balance.algorithm} gives each of "
            f"{listed([member.id for member in members])} its share of the requests, and that is active-active",
            "Call it active-active, or name the members that only stand by under `backup`.",
        )
    if balance.mode == "active-active" and len(members) == 1 and not facts.components[members[0].component].managed:
        yield (
            f"{component.id} is called active-active, but {members[0].id} is the only replica that it can send requests to",
            "Add a second member, or remove the `mode`.",
        )
    if balance.mode != "active-passive":
        yield from _passive_targets(facts, component, balance)
    yield from _idle_backups(component, balance, members, backups)


def _spreads(balance: Balance) -> bool:
    return balance.algorithm is not None and balance.algorithm.lower().replace("_", "-") not in _IN_ORDER


def _members(facts: Topology, component: str, balance: Balance) -> tuple[Replica, ...]:
    """Return the replicas over which a component can spread requests.

    Where no backup ties targets together, only those of one kind stand in for each other: the kind it has most of.
    """
    kinds: dict[str, dict[str, None]] = {}
    for connection in facts.outgoing[component]:
        for target in connection.targets:
            kind = facts.kind(target)
            if kind.id != "dns" and not kind.observes:
                tied = bool(balance.backup) or len(connection.targets) > 1
                kinds.setdefault("tied" if tied else kind.id, {})[target] = None
    targets = max(
        kinds.values(), key=lambda pool: sum(len(facts.components[name].replicas) for name in pool), default={}
    )
    return tuple(replica for target in targets for replica in facts.components[target].replicas)


def _passive_targets(facts: Topology, component: Component, balance: Balance) -> Iterator[_Flaw]:
    """Yield the targets called active-passive that only the balancer chooses among."""
    for target in dict.fromkeys(target for connection in facts.outgoing[component.id] for target in connection.targets):
        called = facts.components[target]
        cluster = called.cluster
        if cluster is None or cluster.mode != "active-passive" or len(called.replicas) <= max(1, len(cluster.active)):
            continue
        # the health check of a data store commonly lets only its primary pass, so a declared failover speaks for one
        knows = facts.kind(target).stores and cluster.failover is not None
        moved = cluster.address or cluster.shared_address or cluster.by or knows
        if _spreads(balance) and not balance.backup and not moved:
            yield (
                f"{target} is called active-passive, but {component.id} gives each of its replicas a share of the "
                f"requests by {balance.algorithm}, and that is active-active",
                f"Call {target} active-active, or name the replicas that only stand by under `backup` of {component.id}.",
            )


def _idle_backups(
    component: Component, balance: Balance, members: tuple[Replica, ...], backups: tuple[Replica, ...]
) -> Iterator[_Flaw]:
    """Yield the backup members that never get traffic, or always do."""
    if not balance.backup:
        return
    reached = {name for member in members for name in (member.id, member.component)}
    # who has asked a name server calls what it leads to
    lost = [name for name in balance.backup if name not in reached and component.kind != "dns"]
    weights = traffic_weights(balance, {backup.id: backup.component for backup in backups})
    weightless = [backup for backup, weight in weights.items() if weight == 0]
    names = listed(balance.backup)
    if lost:
        yield (
            f"{component.id} names {listed(lost)} as backup, but has no connection to it, so no request can reach it",
            f"Add the connection {component.id} -> {lost[0].partition('@')[0]}, or remove it from `backup`.",
        )
    elif len(backups) == len(members) > 0:
        yield (
            f"{component.id} names all its members, {names}, as backup, so no member is left that they could replace",
            "Remove the members that take the everyday traffic from `backup`.",
        )
    elif balance.mode == "active-active":
        yield (
            f"{component.id} is called active-active, but its backup {names} takes no request while the others work",
            "Call it active-passive, or remove the members from `backup`.",
        )
    if balance.health_check is False:
        yield (
            f"{component.id} runs no health checks, so it never learns that its backup {names} is needed",
            "Declare a `health_check`.",
        )
    if weightless:
        yield (
            f"{component.id} gives its backup {listed(weightless)} the weight 0, so it never gets a request",
            "Give it a weight, or remove it from `backup`.",
        )


def _of_cluster(component: Component) -> Iterator[_Flaw]:
    cluster, replicas = component.cluster, component.replicas
    if cluster is None or cluster.mode is None or component.managed:
        return
    floating = any(replica.floating for replica in replicas)
    if len(replicas) == 1 and not (floating and cluster.mode == "active-passive"):
        nobody = "no other shares its work" if cluster.mode == "active-active" else "no other stands by for it"
        yield (
            f"{component.id} is called {cluster.mode}, but it has one replica, so {nobody}",
            "Add a second replica, or remove the `mode`.",
        )
    elif _all_but_said(cluster, replicas):
        yield (
            f"{component.id} is called active-active, but names only {listed(cluster.active)} of its {len(replicas)} "
            "replicas as active",
            "Call it active-passive, or name all of them as `active`.",
        )
    elif cluster.mode == "active-active" and cluster.shared_address and cluster.by == "vrrp":
        yield (
            f"{component.id} is called active-active, but VRRP gives its one address {cluster.shared_address} to one of its "
            f"{len(replicas)} replicas at a time, and that is active-passive",
            "Call it active-passive and name the `active` replica, or give each replica an address of its own.",
        )
    elif len(replicas) > 1 and cluster.mode == "active-passive" and len(cluster.active) == len(replicas):
        yield (
            f"{component.id} is called active-passive, but all its replicas are named as active",
            "Name the one replica that has the traffic as `active`, or call it active-active.",
        )


def _all_but_said(cluster: Cluster, replicas: tuple[Replica, ...]) -> bool:
    return cluster.mode == "active-active" and 0 < len(cluster.active) < len(replicas)


RULE = Rule(
    id="balancing-contradiction",
    code="DNS006",
    title="Contradictory balancing",
    severity="error",
    category="dns",
    summary="A balancer or a cluster is called active-active or active-passive, but its members do otherwise.",
    why=(
        "Active-active means that all members take traffic at the same time; active-passive means that one takes it "
        "while the others wait. Round robin over two servers is active-active, whatever its name. A team that counts "
        "on a standby which is already at work counts on capacity that is gone once a server fails. And a backup "
        "that no request can reach exists only on paper."
    ),
    fix="Declare the `mode` that the algorithm and the members have.",
    limits=(
        "A component's members are the replicas of its targets, of the kind that most of them are. A cluster that "
        "declares what moves its traffic (`address`, `by`) can be active-passive behind a balancer."
    ),
    references=(
        (
            "HAProxy Configuration Manual, balance and backup",
            "https://docs.haproxy.org/3.0/configuration.html#4.2-balance",
        ),
        (
            "nginx, module ngx_http_upstream_module, backup",
            "https://nginx.org/en/docs/http/ngx_http_upstream_module.html",
        ),
    ),
    check=check,
    bad="""\
archgen: 1
name: Round robin, called active-passive
components:
  user: {kind: client}
  lb:  # finding: balancing-contradiction
    kind: load-balancer
    managed: true
    replicas: 2
    balance: {algorithm: round-robin, mode: active-passive}
  web: {kind: external-service, managed: true, replicas: 2}
connections:
  user -> lb: https
  lb -> web: https
flows:
  read-page:
    title: A visitor opens a page
    steps:
      - user -> lb: GET /
      - lb -> web: GET /, to the next in turn
""",
    edits=(
        ("name: Round robin, called active-passive", "name: Round robin over two, and a third that stands by"),
        ("mode: active-passive", "mode: active-passive, backup: [spare], health_check: GET /health"),
        (
            "web: {kind: external-service, managed: true, replicas: 2}",
            "web: {kind: external-service, managed: true, replicas: 2}\n"
            "  spare: {kind: external-service, managed: true}",
        ),
        ("lb -> web: https", "lb -> web | spare: https"),
        ("- lb -> web: GET /", "- lb -> web | spare: GET /"),
    ),
)
