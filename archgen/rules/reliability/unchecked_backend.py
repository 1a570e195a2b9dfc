"""A balancer runs no health checks, or checks that can't see the failure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archgen.analysis.hops import Hop
from archgen.analysis.record_paths import SickEntry, places_of, sick_entries
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Balance, Component, Replication
from archgen.model.change import Change, Put
from archgen.model.products import passes_on_unread, product_name, product_of
from archgen.model.protocols import WEB
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.locality import caller_pools
from archgen.reliability.needs import answering_of
from archgen.reliability.shortfall import Shortfall
from archgen.reliability.simulation import simulate
from archgen.reliability.traffic import (
    is_blind_to_members,
    is_blind_to_roles,
    made_by_each_request,
    part_of_requests,
    requests_to,
    sees_port_only,
    traffic_shares,
)

_ANSWERS = {**dict.fromkeys(WEB, "GET /health"), "grpc": "gRPC health check"}
"""The check that gets an answer in a protocol, whatever the balancer."""

_OF_HAPROXY = {
    "mysql": "mysql-check",
    "postgresql": "pgsql-check",
    "redis": "redis-check",
    "rediss": "redis-check",
    "ldap": "ldap-check",
    "smtp": "smtpchk",
}
"""The same in the words of HAProxy, which speaks these protocols itself."""

_OF_OTHERS = {
    "mysql": "MySQL login",
    "postgresql": "PostgreSQL login",
    "redis": "Redis PING",
    "rediss": "Redis PING",
    "ldap": "LDAP bind",
    "smtp": "SMTP greeting",
}
"""The same for a balancer of which nobody knows whether it speaks these protocols: only people can state it."""

_REQUESTS = (*WEB, "grpc")
"""The protocols in which a server that accepts connections may answer each request with an error."""


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each balancer with several targets to choose from, and each name server with several sites."""
    facts = context.topology
    for component in facts.architecture.components:
        if component.balance is not None:
            pool = _pool(facts, component)
            hit = _judge(facts, component, component.balance, pool) if len(pool) > 1 else None
            if hit is not None:
                yield hit
    for sick in sick_entries(facts):
        if sick.server.balance is not None and sick.server.balance.health_check is False:
            yield _unnoticed_site(facts, sick)


def _unnoticed_site(facts: Topology, sick: SickEntry) -> Hit:
    return Hit(
        subject=Subject("component", sick.server.id),
        message=(
            f"While {sick.lost.id} is down, {sick.name} accepts requests and answers them with errors: {sick.server.id} runs no "
            f"health checks on {listed(places_of(facts, sick))}"
        ),
        related=tuple((Subject("component", entry), "is in every answer") for entry in sick.entries),
        flows=(sick.flow,),
        fix="Let the name server leave out what can't answer: `balance: {health_check: GET /health}`.",
    )


def _judge(facts: Topology, component: Component, balance: Balance, pool: tuple[str, ...]) -> Hit | None:
    seen = balance.health_check
    led = _led(facts, component)
    if led and is_blind_to_roles(seen):
        return _blind(facts, component, seen, led)
    if balance.backup:
        return None
    members = _members_of_galera(facts, component, pool)
    if members and is_blind_to_members(seen):
        return _cut_off(facts, component, seen, members)
    if seen is False:
        return _hit(facts, component, pool, _share(facts, component, pool))
    asked = _answering(facts, component, pool) if sees_port_only(seen) else ()
    if len(asked) > 1:
        message = (
            f"If one of {listed(asked)} answers every request with an error, it keeps its share of them: "
            f"the health check of {component.id} ({seen}) sees only an open port"
        )
        return _hit(facts, component, asked, message, "is checked for an open port only")
    return None


def _share(facts: Topology, component: Component, pool: tuple[str, ...]) -> str:
    """Return the share of the requests that fails without a replica, or that always fails."""
    members = _members(facts, component)
    asked = tuple(dict.fromkeys(facts.replicas[replica].component for replica in members or pool))
    cause = f"{component.id} runs no health checks on {listed(asked)}"
    always = _always_failing(facts, component)
    if always is not None:
        part, single = part_of_requests(always.failing, always.members, always.of)
        share = f"{part} always {'fails' if single else 'fail'}"
        return f"{share}, as {listed(always.failing)} can't answer even with every element up: {cause}"
    # what a site loses is its own requests, of which nobody says how many they are
    if len(members) < 2 or any(len(_pools(facts, hop)) > 1 for hop in _hops(facts, component)):
        return f"While one of {listed(pool)} is down, its share of the requests fails: {cause}"
    shares = traffic_shares(component.balance, {each: facts.replicas[each].component for each in members})
    part, single = part_of_requests(members[:1], shares, _whose(facts, component, asked))
    return f"While {members[0]} is down, {part} {'fails' if single else 'fail'}: {cause}"


def _whose(facts: Topology, component: Component, targets: tuple[str, ...]) -> str:
    """Return words for a component's requests to some targets, unless each request of each flow there makes one of them."""
    hops = [hop for hop in _hops(facts, component) if not set(targets).isdisjoint(hop.targets)]
    made = {
        flow: made_by_each_request(facts.index, facts.flows[flow]) for flow in dict.fromkeys(hop.flow for hop in hops)
    }
    return "" if all(hop.step.id in made[hop.flow] for hop in hops) else requests_to(component.id, targets)


def _members(facts: Topology, component: Component) -> tuple[str, ...]:
    """Return the replicas that get a component's requests whether they work or not, in the first flow in which some do."""
    callers = {replica.id for replica in component.replicas}
    return next(
        (
            answering_of(need)
            for flow in facts.flows_of[component.id]
            for caller, needs in facts.losses.levels[flow].every.structure.needs.items()
            for need in needs
            if need.kind == "unchecked" and caller in callers
        ),
        (),
    )


def _always_failing(facts: Topology, component: Component) -> Shortfall | None:
    """Return the cause of a partial failure with nothing lost, if requests of a component are the ones that fail."""
    for flow in facts.flows_of[component.id]:
        outcome = simulate(facts.index, facts.flows[flow], facts.losses.plans[flow], ())
        if outcome.shortfall is not None and outcome.shortfall.caller == component.id:
            return outcome.shortfall
    return None


def _pool(facts: Topology, component: Component) -> tuple[str, ...]:
    """Return the replicas over which a component spreads the requests of flows."""
    return tuple(dict.fromkeys(replica for hop in _hops(facts, component) for replica in _spread(facts, hop)))


def _spread(facts: Topology, hop: Hop) -> tuple[str, ...]:
    """Return the replicas among which a hop has a choice: where one alone can answer, no check helps."""
    return tuple(dict.fromkeys(replica for pool in _pools(facts, hop) if len(pool) > 1 for replica in pool))


def _pools(facts: Topology, hop: Hop) -> list[list[str]]:
    """Return the replicas that a hop leads to, from each place where its caller reaches others."""
    if hop.connection is None:
        return []
    called = [facts.components[target] for target in hop.step.targets]
    own = [each for each in called if each.kind != "dns" and not facts.kind(each.id).observes and not each.managed]
    return caller_pools(facts.index, hop.connection, [replica.id for each in own for replica in each.replicas])


def _hops(facts: Topology, component: Component) -> Iterator[Hop]:
    """Yield the hops in which a component calls its targets."""
    for flow in facts.flows_of[component.id]:
        yield from (hop for hop in facts.hops[flow] if hop.step.source == component.id)


def _answering(facts: Topology, component: Component, pool: tuple[str, ...]) -> tuple[str, ...]:
    """Return the replicas of a pool to which a flow speaks HTTP or gRPC: another port beside, for administrators, is no request."""
    asked = {
        target
        for hop in _hops(facts, component)
        if hop.port is not None and hop.port.protocol in _REQUESTS
        for target in hop.targets
    }
    return tuple(replica for replica in pool if facts.replicas[replica].component in asked)


def _answers(facts: Topology, component: Component, targets: Collection[str]) -> dict[str, list[str]]:
    """Return the checks that get an answer, with the targets of each, from the protocols that flows speak to them."""
    checks: dict[str, list[str]] = {}
    words = {**_ANSWERS, **_own_words(component)}
    for hop in _hops(facts, component):
        answer = words.get(hop.port.protocol, _PORT) if hop.port is not None else _PORT
        for target in hop.targets:
            if target in targets and target not in checks.setdefault(answer, []):
                checks[answer].append(target)
    return checks


def _own_words(component: Component) -> dict[str, str]:
    """Return the checks in protocols of stores that a balancer may have; what passes connections on unread speaks none of them."""
    if passes_on_unread(component):
        return {}
    bare = component.product is None and not component.managed
    return _OF_HAPROXY if bare or product_name(component.product) == "haproxy" else _OF_OTHERS


_PORT = "TCP connect"


def _led(facts: Topology, component: Component) -> tuple[tuple[str, Replication], ...]:
    """Return the stores that a component writes to, if one replica of several takes the writes."""
    written = dict.fromkeys(target for hop in _hops(facts, component) if hop.access != "read" for target in hop.targets)
    stores = ((store, facts.components[store].replication) for store in written)
    return tuple(
        (store, replication)
        for store, replication in stores
        if replication and replication.primary and _copies(facts, store, replication)
    )


def _copies(facts: Topology, store: str, replication: Replication) -> list[str]:
    return [replica.id for replica in facts.components[store].replicas if replica.id not in replication.primary]


def _blind(
    facts: Topology, component: Component, seen: str | bool | None, led: tuple[tuple[str, Replication], ...]
) -> Hit:
    store, replication = led[0]
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"The health check of {component.id} ({seen}) can't tell {listed(replication.primary)}, which takes the writes, from "
            f"{listed(_copies(facts, store, replication), 'or')}, which accepts connections and refuses writes"
        ),
        related=tuple((Subject("component", name), "has a primary and copies") for name, _ in led),
        flows=facts.flows_through([component.id]),
        fix=_ASK_ROLE,
    )


_ASK_ROLE = (
    "Check the role too: with Patroni `health_check: GET /primary`; otherwise a query that only the primary answers, such as "
    "one for `pg_is_in_recovery()`, `read_only` or Redis' `role:master`."
)


def _members_of_galera(facts: Topology, component: Component, pool: tuple[str, ...]) -> tuple[str, ...]:
    """Return the clusters in a pool whose members refuse queries, and not connections, while they are out of step."""
    names = dict.fromkeys(facts.replicas[replica].component for replica in pool)
    return tuple(name for name in names if product_of(facts.components[name].product).refuses_out_of_step)


_ASK_MEMBER = (
    "Ask each member for its state: `health_check: GET /` of clustercheck (port 9200), which passes one that is synced "
    "(`wsrep_local_state` 4)."
)


def _cut_off(facts: Topology, component: Component, seen: str | bool | None, members: tuple[str, ...]) -> Hit:
    return Hit(
        subject=Subject("component", component.id),
        message=(
            f"The health check of {component.id} ({seen}) passes a member of {listed(members)} that is cut off from the majority or "
            "not synced: it accepts connections and refuses every query"
        ),
        related=tuple((Subject("component", name), "refuses queries while it is not synced") for name in members),
        flows=facts.flows_through([component.id]),
        fix=_ASK_MEMBER,
    )


def _hit(
    facts: Topology,
    component: Component,
    pool: tuple[str, ...],
    message: str,
    label: str = "takes requests unchecked",
) -> Hit:
    targets = dict.fromkeys(facts.replicas[replica].component for replica in pool)
    return Hit(
        subject=Subject("component", component.id),
        message=message,
        related=tuple((Subject("component", target), label) for target in targets),
        flows=tuple(
            dict.fromkeys(hop.flow for hop in _hops(facts, component) if not set(pool).isdisjoint(_spread(facts, hop)))
        ),
        fix=_fix(facts, component, pool),
    )


def _fix(facts: Topology, component: Component, pool: tuple[str, ...]) -> str | None:
    """Return the fix for a pool by what tells its replicas apart: a role, the state of a member, else an answer."""
    if _led(facts, component):
        return _ASK_ROLE
    if _members_of_galera(facts, component, pool):
        return _ASK_MEMBER
    return _advice(_answers(facts, component, {facts.replicas[replica].component for replica in pool}))


def _advice(answers: dict[str, list[str]]) -> str | None:
    """Return the fix for targets that don't all speak HTTP; None for the rule's own."""
    if set(answers) <= {_ANSWERS["http"]}:
        return None
    if set(answers) == {_PORT}:
        return f"Check that each server accepts connections: `health_check: {_PORT}`."
    if len(answers) == 1:
        return f"Ask each server for an answer in its own protocol: `health_check: {next(iter(answers))}`."
    checks = listed([f"`{check}` for {listed(targets)}" for check, targets in answers.items()])
    return f"Ask each server for an answer in its own protocol, and declare it in `health_check`: {checks}."


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Add the check that all targets answer.

    Only people can state another: for each target, of a port, of the role, or in a protocol that the balancer may not speak.
    """
    facts, component = context.topology, context.topology.components[hit.subject.id]
    called = {target for hop in _hops(facts, component) for target in hop.targets}
    answers = _answers(facts, component, called)
    unsure = {_PORT, *_OF_OTHERS.values()}
    if len(answers) != 1 or not unsure.isdisjoint(answers) or hit.fix in (_ASK_ROLE, _ASK_MEMBER):
        return ()
    return (Put(("components", component.id, "balance", "health_check"), next(iter(answers))),)


RULE = Rule(
    id="unchecked-backend",
    code="REL010",
    title="Unchecked backend",
    severity="warning",
    category="reliability",
    summary="A balanced pool has no health check, or one that can't see the failure or tell the primary.",
    why=(
        "Redundancy behind a balancer works only if the balancer notices that a server is down. Without a check, "
        "half of the visitors of two servers reach the dead one. With a check of the port alone, a server whose "
        "application answers quickly with errors even attracts traffic under least-connections. A copy of a database "
        "accepts connections as the primary does, so a check of the port sends it writes, which it refuses."
    ),
    fix=(
        "Ask each server for an answer of its own: `health_check: GET /health`, without its shared dependencies. A "
        "check that asks the shared database takes the entire pool out when the database is slow."
    ),
    limits=(
        "Doesn't check balancers without a declared health check, nor pools that the provider runs. A check of the "
        "port is enough for protocols other than HTTP, unless the targets are a primary and its copies, or members of Galera."
    ),
    references=(
        (
            "HAProxy Configuration Tutorials, Health checks",
            "https://www.haproxy.com/documentation/haproxy-configuration-tutorials/reliability/health-checks/",
        ),
    ),
    check=check,
    mend=mend,
    bad="""\
archgen: 1
name: Nobody looks  # finding: unmonitored
hosts:
  app-1: {}
  app-2: {}
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  lb:  # finding: unchecked-backend
    kind: load-balancer
    managed: true
    replicas: 2
    balance: {algorithm: round-robin, health_check: false}
  api: {kind: service, runs_on: [app-1, app-2]}
connections:
  job -> lb: https
  lb -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> lb: POST /run
      - lb -> api: POST /run
""",
    edits=(
        ("name: Nobody looks", "name: Somebody looks"),
        ("health_check: false", "health_check: GET /health"),
    ),
)
