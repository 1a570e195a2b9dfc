"""A step without a connection behind it, or a flow that fails with nothing failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView

from msgspec.structs import replace

from archgen.analysis.hops import Hop
from archgen.analysis.topology import Topology
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Connection, Replica
from archgen.model.finding import Proof
from archgen.model.subject import Subject
from archgen.model.wording import listed, place_beside, plural
from archgen.reliability.locality import NEAREST, SAME_HOST, certain_places, possible_homes
from archgen.reliability.members import quorum, votes
from archgen.reliability.requests import connections_under, needed_connections


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each missing connection or port, at the first step that needs it, and each reason why flows or replicas fail."""
    facts = context.topology
    wanted: dict[tuple[str, tuple[str, ...]], list[Hop]] = {}
    spoken: dict[tuple[str | None, Connection], list[Hop]] = {}
    for step in _steps(facts):
        source = step[0].step.source
        missing = tuple(target for target in step[0].step.targets if (source, target) not in facts.index.connections)
        deaf = next(((hop, hop.connection) for hop in step if hop.connection and hop.port is None), None)
        if missing:
            wanted.setdefault((source, missing), []).append(step[0])
        elif deaf is not None:
            spoken.setdefault((deaf[0].step.protocol, deaf[1]), []).append(deaf[0])
    for (source, targets), hops in wanted.items():
        yield _unconnected(facts, source, targets, hops)
    for (_, connection), hops in spoken.items():
        yield _without_port(connection, hops)
    yield from _failing(facts, {hop.step.id for hops in wanted.values() for hop in hops})
    yield from _alone(facts)


def _steps(facts: Topology) -> Iterator[list[Hop]]:
    """The hops of each request step of each flow."""
    for hops in facts.hops.values():
        steps: dict[str, list[Hop]] = {}
        for hop in hops:
            steps.setdefault(hop.step.id, []).append(hop)
        yield from steps.values()


def _unconnected(facts: Topology, source: str, targets: tuple[str, ...], hops: list[Hop]) -> Hit:
    names = listed([f"{source} -> {target}" for target in targets])
    fix = f"Add the connection {names} under `connections`, or correct the step."
    if all((target, source) in facts.index.connections for target in targets):
        fix = f"Write it as an answer, {source} --> {targets[0]}, if it is one; else add the connection {names}."
    return Hit(
        subject=Subject("step", hops[0].step.id),
        message=f"{source} calls {listed(targets)} here, but there is no connection {names}",
        related=_others(hops, "wants the same connection"),
        flows=_flows(hops),
        fix=fix,
        causes=frozenset((hop.step.id, hop.flow) for hop in hops),
    )


def _without_port(connection: Connection, hops: list[Hop]) -> Hit:
    hop, name = hops[0], connection.id
    ports = [port.protocol for port in connection.ports]
    return Hit(
        subject=Subject("step", hop.step.id),
        message=f"{hop.step.source} speaks {hop.step.protocol} here, but {name} has no such port, only {listed(ports)}",
        related=(*_others(hops, "names the same protocol"), (Subject("connection", name), f"speaks {listed(ports)}")),
        flows=_flows(hops),
        fix=f"Add a {hop.step.protocol} port to the connection {name}, or correct the step's `protocol`.",
    )


def _others(hops: list[Hop], label: str) -> tuple[tuple[Subject, str], ...]:
    return tuple((Subject("step", hop.step.id), label) for hop in hops[1:])


def _flows(hops: list[Hop]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hop.flow for hop in hops))


def _failing(facts: Topology, explained: set[str]) -> Iterator[Hit]:
    """The flows that fail with nothing failed and no connection missing where they fail."""
    failing: dict[tuple[str, str], list[Proof]] = {}
    for failures in facts.losses.failures.values():
        proof = failures.broken
        if proof is not None and proof.step not in explained:
            failing.setdefault(_reason(facts, proof), []).append(proof)
    for (reason, fix), proofs in failing.items():
        first = proofs[0]
        spread = _is_spread_near(facts, first)
        fails = "may fail" if spread else "fails"
        others = tuple((Subject("step", proof.step), "fails for the same reason") for proof in proofs[1:])
        yield Hit(
            subject=Subject("flow", first.flow),
            message=f"{first.flow} {fails} at {first.step} with nothing failed: {reason}",
            case="spread" if spread else None,
            related=((Subject("step", first.step), "fails"), *others),
            flows=tuple(proof.flow for proof in proofs),
            fix=fix,
            proof=first,
            causes=frozenset((proof.step, proof.flow) for proof in proofs),
        )


def _reason(facts: Topology, proof: Proof) -> tuple[str, str]:
    """Why a step fails with nothing failed, and what would mend it; the closest cause first."""
    step = next(hop.step for hop in facts.hops[proof.flow] if hop.step.id == proof.step)
    connections = connections_under(facts.index, step)
    called = [target for connection in connections for target in connection.targets]
    short = next((name for name in (step.source, *called) if _lacks_quorum(facts.components[name])), None)
    if short is not None:
        return _quorum(facts.components[short])
    answering = _answering(facts, proof)
    for connection in needed_connections(facts.index, step):
        if connection.locality is not None:
            return _apart(facts, connection, facts.replicas[proof.path[-1]], proof)
        if connection.needs not in (1, "all") and answering > 0:
            return _too_few(connection, answering)
    held = next((name for name in called if _is_held(facts.components[name])), None)
    if held is not None:
        return (
            f"only the active replicas of {held} answer until somebody switches over, and none of them may answer this",
            f"Name the replica that has the traffic as `active` of {held}.",
        )
    name = f"{step.source} -> {listed(step.targets, 'or')}"
    return f"no replica may answer {name}", "Placing, access and failover restrict who may answer: loosen one of them."


def _alone(facts: Topology) -> Iterator[Hit]:
    """Yield a hit for each connection with a locality that some replicas of its caller can never meet in a step, and others can."""
    needed: dict[str, tuple[Connection, list[Hop]]] = {}
    for step in _steps(facts):
        # alternatives are one call, and reported once, at the first that the flow needs
        hop = next((each for each in step if not each.optional), None)
        if hop is not None and hop.connection is not None:
            needed.setdefault(hop.connection.id, (hop.connection, []))[1].append(hop)
    for connection, hops in needed.values():
        callers = facts.components[connection.source].replicas
        unmet = [({each.id for each in callers if not _may_meet(facts, hop.step.targets, each)}, hop) for hop in hops]
        stuck = [(names, hop) for names, hop in unmet if 0 < len(names) < len(callers)]
        if stuck:
            alone = [each.id for each in callers if any(each.id in names for names, _ in stuck)]
            missed = list(dict.fromkeys(target for _, hop in stuck for target in hop.step.targets))
            targets = listed(missed, "or")
            yield Hit(
                subject=Subject("connection", connection.id),
                message=(
                    f"{listed(alone)} can never do {'its' if len(alone) == 1 else 'their'} part: {connection.id} stays within "
                    f"{_place(connection)}, and no replica of {targets} may run there"
                ),
                case="replica",
                related=tuple((Subject("replica", each), f"has no replica of {targets} there") for each in alone),
                flows=_flows([hop for _, hop in stuck]),
                fix=place_beside(connection.source, missed, connection.id),
            )


def _may_meet(facts: Topology, targets: Iterable[str], caller: Replica) -> bool:
    """Return True if one of several targets may run where a caller may reach it."""
    for target in targets:
        connection = facts.index.connections.get((caller.component, target))
        if connection is None or connection.locality is None:
            return True
        own = set().union(*possible_homes(facts.index, caller, connection.locality))
        for callee in facts.components[target].replicas:
            hosts = [replace(callee, hosts=(host,)) for host in callee.hosts] or [callee]
            if any(certain_places(facts.index, each, connection.locality) & own for each in hosts):
                return True
    return False


def _answering(facts: Topology, proof: Proof) -> int:
    """Count the replicas that may answer a failing step; the fewest, if callers reach different replicas."""
    needs = [need for replica in proof.path for need in facts.losses.structures[proof.flow].needs.get(replica, ())]
    counts = [len(need.candidates) + len(need.guarded) for need in needs if need.step == proof.step]
    return min(counts, default=0)


def _too_few(connection: Connection, answering: int) -> tuple[str, str]:
    return (
        f"{connection.id} needs {connection.needs} replicas at a time, and {plural(answering, 'replica')} may answer",
        f"Add replicas, or lower `needs` of {connection.id}.",
    )


def _lacks_quorum(component: Component) -> bool:
    return _asked(component) > len(component.replicas)


def _asked(component: Component) -> int:
    """Return how many replicas must be up for the access that asks for most."""
    by_access = (each.count for access in ("read", "write") for each in votes(component, access))
    return max((quorum(component), *by_access))


def _is_held(component: Component) -> bool:
    return component.cluster is not None and component.cluster.failover == "manual"


def _quorum(component: Component) -> tuple[str, str]:
    has = plural(len(component.replicas), "replica")
    return (
        f"{component.id} asks for a quorum of {_asked(component)}, and it has {has}",
        f"Add replicas to {component.id}, or lower its `quorum`.",
    )


def _place(connection: Connection) -> str:
    place = {SAME_HOST: "the same host", NEAREST: "the same zone"}.get(connection.locality or "")
    return place or f"the same {(connection.locality or '').removeprefix('same-')}"


def _apart(facts: Topology, connection: Connection, caller: Replica, proof: Proof) -> tuple[str, str]:
    place = _place(connection)
    targets = listed(connection.targets, "or")
    if facts.components[caller.component].kind == "client":
        return (
            f"{connection.id} stays within {place}, and {caller.component} is a client, which is on no host and in no zone",
            "Take the `locality` off the connection.",
        )
    own = possible_homes(facts.index, caller, connection.locality or "")
    floating = [each.id for each in _floating(facts, connection) if own & _homes(facts, connection, each)]
    if floating and len(own) > 1:
        return (
            f"{connection.id} stays within {place}, and {listed([caller.id, *floating])} may run elsewhere, "
            f"so {caller.id} has no replica of {targets} there for certain",
            f"Name the hosts of {targets} (`runs_on: [a, b]`), one beside each host of {connection.source}, or take the "
            "`locality` off the connection.",
        )
    if proof.where is not None:
        return (
            f"{connection.id} stays within {place}, and {caller.component} floats: "
            f"while {proof.where}, it has no replica of {targets} there that may answer",
            place_beside(connection.source, connection.targets, connection.id),
        )
    if floating:
        return (
            f"{connection.id} stays within {place}, and {listed(floating)} may run elsewhere, so {caller.id} has "
            f"no replica of {targets} there for certain",
            f"Place {targets} beside {connection.source} on hosts of its own, or take the `locality` off the connection.",
        )
    return (
        f"{connection.id} stays within {place}, and {caller.id} has no replica of {targets} there that may answer",
        f"Place {targets} beside {connection.source}, or take the `locality` off the connection.",
    )


def _floating(facts: Topology, connection: Connection) -> Iterator[Replica]:
    for name in connection.targets:
        yield from (each for each in facts.components[name].replicas if len(each.hosts) > 1)


def _homes(facts: Topology, connection: Connection, replica: Replica) -> KeysView[frozenset[str]]:
    return possible_homes(facts.index, replica, connection.locality or "")


def _is_spread_near(facts: Topology, proof: Proof) -> bool:
    """Return True if a platform that spreads the targets of a failing step starts one of them wherever the caller may run."""
    caller = facts.replicas[proof.path[-1]]
    step = next(hop.step for hop in facts.hops[proof.flow] if hop.step.id == proof.step)
    for connection in connections_under(facts.index, step):
        own = possible_homes(facts.index, caller, connection.locality or "")
        # what stands in no zone is beside nothing, and without a locality nothing has to be near
        for name in connection.targets if frozenset() not in own else ():
            placement, replicas = facts.components[name].placement, facts.components[name].replicas
            reached = _homes(facts, connection, replicas[0])
            spread = placement.spread if placement is not None else "none"
            groups = len(replicas[0].hosts) if spread == "host" else len(reached)
            if spread != "none" and own <= reached and len(replicas) >= groups:
                return True
    return False


RULE = Rule(
    id="impossible-flow",
    code="MOD004",
    title="Impossible flow",
    severity="error",
    cases=(("spread", "warning"), ("replica", "warning")),
    category="model",
    summary="A step has no connection, or a flow or a replica fails with every element up.",
    why=(
        "Flows say how requests travel, and connections say which component may call which. If the two disagree, or "
        "if no replica can answer a step with every element up, one of them is wrong, and no result for the flow "
        "means anything."
    ),
    fix="Add the missing connection, or correct the step.",
    limits=(
        "Reports the first reason of a flow that fails for several; the next one follows when the first is fixed. A "
        "write to a component that takes none is reported by `write-to-replica`. A warning is what floats on both ends of a "
        "connection with a `locality`, and is spread: that there is one in each zone with everything up isn't counted. Another "
        "is a replica that has nothing near that a required `locality` asks for, while others of its component have."
    ),
    references=(
        (
            "NUREG-0492, Fault Tree Handbook (coherent structures)",
            "https://www.nrc.gov/reading-rm/doc-collections/nuregs/staff/sr0492/index.html",
        ),
    ),
    yields=True,
    check=check,
    bad="""\
archgen: 1
name: Two flows that cannot be
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true, replicas: 2}
  lock: {kind: external-service, managed: true, replicas: 2, quorum: 3}
connections:
  job -> api: https
  job -> lock: https
flows:
  hourly:
    title: The hourly job
    steps:
      - job -> api: start
      - api -> lock: take the lock  # finding: impossible-flow
  nightly:  # finding: impossible-flow
    title: The nightly job
    steps:
      - job -> lock: take the lock
""",
    edits=(
        ("name: Two flows that cannot be", "name: Two flows that can be"),
        (
            "lock: {kind: external-service, managed: true, replicas: 2",
            "lock: {kind: external-service, managed: true, replicas: 4",
        ),
        ("- api -> lock: take the lock", "- api --> job: started"),
    ),
)
