"""A step without a connection behind it, or a flow that fails with nothing failed."""

from __future__ import annotations

from collections.abc import Iterator

from archgen.finding import Proof, Subject
from archgen.model import Component, Connection, Flow
from archgen.reliability.index import NEAREST, SAME_HOST
from archgen.reliability.structure import quorum
from archgen.rule import Hit, Rule
from archgen.topology import Hop, Topology
from archgen.wording import listed, plural


def check(facts: Topology) -> Iterator[Hit]:
    """One hit a missing connection, at the first step that wants it, then one a flow that fails for another reason."""
    missing: dict[tuple[str, str], list[Hop]] = {}
    for hop in (hop for hops in facts.hops.values() for hop in hops):
        for target in hop.step.targets:
            if (hop.step.source, target) not in facts.index.connections and hop.connection is None:
                missing.setdefault((hop.step.source, target), []).append(hop)
    for (source, target), hops in missing.items():
        yield _unconnected(facts, source, target, hops)
    unportly: dict[tuple[str, str | None], list[Hop]] = {}
    for hop in (hop for hops in facts.hops.values() for hop in hops):
        if hop.connection is not None and hop.connection.ports and hop.port is None:
            unportly.setdefault((hop.connection.id, hop.step.protocol), []).append(hop)
    for hops in unportly.values():
        yield _without_port(hops)
    explained = {hop.step.id for hops in missing.values() for hop in hops}
    for flow in facts.architecture.flows:
        found = facts.failures[flow.id]
        if not found.possible and found.broken_step is not None and found.broken_step not in explained:
            yield _failing(facts, flow, found.broken_step, found.broken_path)


def _unconnected(facts: Topology, source: str, target: str, hops: list[Hop]) -> Hit:
    name = f"{source} -> {target}"
    if (target, source) in facts.index.connections:
        fix = f"Write it as an answer, {source} --> {target}, if it is one; else add the connection {name}."
    else:
        fix = f"Add the connection {name} under `connections`, or correct the step."
    return Hit(
        subject=Subject("step", hops[0].step.id),
        message=f"{source} calls {target} here, but there is no connection {name}",
        related=_others(hops, "wants the same connection"),
        flows=_flows(hops),
        fix=fix,
        causes=frozenset((hop.step.id, hop.flow) for hop in hops),
    )


def _without_port(hops: list[Hop]) -> Hit:
    hop = hops[0]
    ports = [port.protocol for port in hop.connection.ports] if hop.connection else []
    name = hop.connection.id if hop.connection else ""
    return Hit(
        subject=Subject("step", hop.step.id),
        message=f"{hop.step.source} speaks {hop.step.protocol} here, but {name} has no such port, only {listed(ports)}",
        related=(*_others(hops, "names the same protocol"), (Subject("connection", name), f"speaks {listed(ports)}")),
        flows=_flows(hops),
        fix=f"Add a {hop.step.protocol} port to the connection {name}, or correct the step's `protocol`.",
    )


def _others(hops: list[Hop], label: str) -> tuple[tuple[Subject, str], ...]:
    steps = dict.fromkeys(hop.step.id for hop in hops[1:])
    return tuple((Subject("step", one), label) for one in steps if one != hops[0].step.id)


def _flows(hops: list[Hop]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hop.flow for hop in hops))


def _failing(facts: Topology, flow: Flow, step: str, path: tuple[str, ...]) -> Hit:
    hops = [hop for hop in facts.hops[flow.id] if hop.step.id == step]
    reason, fix = _reason(facts, hops, path)
    source, targets = hops[0].step.source, listed(hops[0].step.targets, "or")
    return Hit(
        subject=Subject("flow", flow.id),
        message=f"{flow.id} fails with nothing failed: at {step}, {source} -> {targets}, {reason}",
        related=((Subject("step", step), "fails"),),
        flows=(flow.id,),
        fix=fix,
        proof=Proof((), flow.id, step, path),
        causes=frozenset({(step, flow.id)}),
    )


def _reason(facts: Topology, hops: list[Hop], path: tuple[str, ...]) -> tuple[str, str]:
    """Why a step fails with nothing failed, and what would mend it; the closest cause first."""
    ends = [hops[0].step.source, *(target for hop in hops if hop.connection for target in hop.connection.targets)]
    short = next((facts.components[one] for one in ends if _lacks_quorum(facts.components[one])), None)
    if short is not None:
        return _quorum(short)
    for connection in dict.fromkeys(hop.connection for hop in hops if hop.connection):
        if connection.locality is not None:
            return _apart(facts, connection, path)
        if connection.needs not in (1, "all"):
            return (
                f"{connection.id} needs {plural(int(connection.needs), 'replica')}, and there are not that many",
                f"Add replicas, or lower `needs` of {connection.id}.",
            )
    silent = [one for target in ends[1:] for one in [facts.components[target]] if _has_no_active(one)]
    if silent:
        return (
            f"only the active replicas of {silent[0].id} answer until somebody switches over, and none of them takes this",
            f"Name the replica that has the traffic as `active` of {silent[0].id}.",
        )
    return (
        "no replica can answer it",
        "See which replicas the step may reach: placing, access and failover restrict them.",
    )


def _lacks_quorum(component: Component) -> bool:
    return quorum(component) > len(component.replicas)


def _has_no_active(component: Component) -> bool:
    return component.cluster is not None and component.cluster.failover == "manual"


def _quorum(component: Component) -> tuple[str, str]:
    has = plural(len(component.replicas), "replica")
    return (
        f"{component.id} asks for a quorum of {quorum(component)}, and it has {has}",
        f"Add replicas to {component.id}, or lower its `quorum`.",
    )


def _apart(facts: Topology, connection: Connection, path: tuple[str, ...]) -> tuple[str, str]:
    callers = [one for one in path if one in facts.replicas and facts.replicas[one].component == connection.source]
    caller = callers[-1] if callers else connection.source
    place = {SAME_HOST: "the same host", NEAREST: "the same zone"}.get(connection.locality or "")
    place = place or f"the same {(connection.locality or '').removeprefix('same-')}"
    targets = listed(connection.targets, "or")
    return (
        f"{connection.id} stays within {place}, and no replica of {targets} that may answer is there for {caller}",
        f"Place {targets} beside {connection.source}, or take the `locality` off the connection.",
    )


RULE = Rule(
    id="impossible-flow",
    code="MOD004",
    title="Impossible flow",
    severity="error",
    category="model",
    summary="A step without a connection behind it, or a flow that fails with nothing failed.",
    why=(
        "A flow says how a request travels, the connections say who may call whom. Where the two disagree, or where no "
        "replica can answer a step even on the best of days, one of them is wrong, and nothing that is computed from "
        "the flow says anything about the system."
    ),
    fix="Add the missing connection, or correct the step.",
    limits=(
        "A flow that fails for two reasons is reported for the first; the next one shows once that is mended. A write "
        "to what takes none is left to `write-to-replica`."
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
    good="""\
archgen: 1
name: Two flows that can be
components:
  job: {kind: scheduler, managed: true, replicas: 2}
  api: {kind: external-service, managed: true, replicas: 2}
  lock: {kind: external-service, managed: true, replicas: 4, quorum: 3}
connections:
  job -> api: https
  job -> lock: https
flows:
  hourly:
    title: The hourly job
    steps:
      - job -> api: start
      - api --> job: started
  nightly:
    title: The nightly job
    steps:
      - job -> lock: take the lock
""",
)
