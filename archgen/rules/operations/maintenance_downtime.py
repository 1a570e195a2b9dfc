"""Restarting, or deploying to, one host or component stops a flow."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.edits.changes import AutomateFailover, apply_edit, needs_manual_failover
from archgen.edits.promotion import agrees_by_vote
from archgen.edits.second_replicas import may_run_twice
from archgen.linting.acceptance import accepted_loss
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Component, Replica
from archgen.model.kinds import KINDS
from archgen.model.products import product_of
from archgen.model.reasons import tells_hypervisor
from archgen.model.subject import Subject
from archgen.model.wording import MOST_NAMED, first_few, listed, named_flows
from archgen.reliability.failure import single_points
from archgen.reliability.index import Index
from archgen.reliability.leaving import left_in_order
from archgen.reliability.losses import RootCause
from archgen.reliability.members import spares_no_copy
from archgen.reliability.plan import Plan
from archgen.reliability.structure import build

_IN_PLACE = ("in-place", "by-hand")


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for the model that lists the elements whose maintenance takes down flows.

    An element whose loss is accepted is none of them; where there are no others, the acceptance covers the hit.
    """
    facts = context.topology
    restarted = (cause for cause in facts.losses.root_causes if _maintained(facts, cause))
    maintained = tuple(cause for cause in map(partial(_without_backup_flows, facts), restarted) if cause.points)
    accepted = {cause.element: accepted_loss(facts, cause, context.today) for cause in maintained}
    still_open = tuple(_hits(facts, tuple(cause for cause in maintained if accepted[cause.element] is None)))
    yield from still_open or (
        replace(hit, accepted=next(filter(None, accepted.values()))) for hit in _hits(facts, maintained)
    )


def _hits(facts: Topology, maintained: tuple[RootCause, ...]) -> Iterator[Hit]:
    """Yield a hit for the elements among some whose maintenance takes down flows, if there are any."""
    moving = (_after_leaving(facts, _surely(facts, cause)) for cause in maintained if not _moves_first(facts, cause))
    stopping = [cause for cause in moving if cause.points]
    if not stopping:
        return
    switched = tuple(
        component
        for component in facts.architecture.components
        if len(component.replicas) > 1 and needs_manual_failover(component) and facts.flows_of[component.id]
    )
    still = _stopped_all_the_same(facts, switched) if switched else None
    left = tuple(cause for cause in map(partial(_left, still), stopping) if cause.points)
    lost = {(cause.element, flow) for cause in left for flow in cause.flows}
    waiting = [cause for cause in stopping if any((cause.element, flow) not in lost for flow in cause.flows)]
    by_element = {cause.element.id: _moved(facts, cause, switched) for cause in waiting}
    yield _hit(facts, stopping, left, by_element, "".join(_perhaps(facts, maintained, switched)))


def _perhaps(facts: Topology, maintained: tuple[RootCause, ...], switched: tuple[Component, ...]) -> Iterator[str]:
    """Yield what must be switched over before a restart that stops flows only if they wait for what they take from a queue."""
    for cause in maintained:
        moved = _moved(facts, cause, switched)
        if moved and not _surely(facts, cause).points:
            condition = facts.if_waiting(cause.element, cause.flows, named=True)
            yield f"; before that of {cause.element.id}, {listed(moved)} must be switched over manually{condition}"


def _without_backup_flows(facts: Topology, breaking: RootCause) -> RootCause:
    """Return the cause without the flows that only backups start: a restart falls between two of them."""
    points = tuple(point for point in breaking.points if facts.starting_kinds[point.flow] != {"backup"})
    return RootCause(breaking.element, points, breaking.absorbed)


def _surely(facts: Topology, breaking: RootCause) -> RootCause:
    """Return the cause with the flows that surely wait for the element; the others are asked for (`incomplete-model`)."""
    waits = facts.losses.breaks_if_waiting
    points = tuple(point for point in breaking.points if not waits(breaking.element, point.flow))
    return RootCause(breaking.element, points, breaking.absorbed)


def _moves_first(facts: Topology, breaking: RootCause) -> bool:
    """Return True for what stands in before a restart: one command moves an address, and a platform starts a new one first."""
    if breaking.element.kind != "replica":
        return False
    replica = facts.replicas[breaking.element.id]
    component = facts.components[replica.component]
    bound = facts.kind(component.id).stores or component.uploads == "local" or component.deploy in _IN_PLACE
    if replica.floating and not (bound or _is_virtual_machine(facts, component, replica)):
        return True
    return component.cluster is not None and component.cluster.watches == "host"


def _is_virtual_machine(facts: Topology, component: Component, replica: Replica) -> bool:
    """Return True for a machine of which a cluster of hypervisors runs one at a time: it starts no second one first."""
    return tells_hypervisor(component.why) or any(tells_hypervisor(facts.hosts[host].os) for host in replica.hosts)


def _after_leaving(facts: Topology, breaking: RootCause) -> RootCause:
    """Return the cause with the flows that stop although the replicas leave their cluster in order."""
    changed = left_in_order(facts.index, (breaking.element,))
    if changed is facts.architecture:
        return breaking
    index = Index(changed)
    flows = {flow.id: flow for flow in changed.flows}
    stopped = [
        point
        for point in breaking.points
        if breaking.element in single_points(Plan(index, build(index, flows[point.flow])))
    ]
    return RootCause(breaking.element, tuple(stopped), breaking.absorbed)


def _left(still: frozenset[tuple[Subject, str]] | None, breaking: RootCause) -> RootCause:
    if still is None:
        return breaking
    points = tuple(point for point in breaking.points if (breaking.element, point.flow) in still)
    return RootCause(breaking.element, points, breaking.absorbed)


def _stopped_all_the_same(facts: Topology, switched: tuple[Component, ...]) -> frozenset[tuple[Subject, str]]:
    """The elements, each with a flow, that stop it even after somebody has moved what waits for a person."""
    changed = facts.architecture
    for component in switched:
        changed = apply_edit(changed, AutomateFailover(component.id))
    index = Index(changed)
    return frozenset(
        (element, flow.id) for flow in changed.flows for element in single_points(Plan(index, build(index, flow)))
    )


def _moved(facts: Topology, breaking: RootCause, switched: tuple[Component, ...]) -> tuple[str, ...]:
    """Return the components to switch over before an element is restarted, virtual machines on it included."""
    return tuple(
        component.id
        for component in switched
        if any(_goes_down(facts, replica, breaking.element) for replica in component.replicas)
    )


def _goes_down(facts: Topology, replica: Replica, element: Subject) -> bool:
    return replica.id == element.id or any(facts.index.takes_down(element, host) for host in replica.hosts)


def _switch(moved: Mapping[str, tuple[str, ...]]) -> str:
    """Return what must be switched over, with the element if each has its own."""
    several = len(set(moved.values())) > 1
    named = [
        f"{listed(components)} ({element})" if several else listed(components) for element, components in moved.items()
    ]
    return f"{listed(list(dict.fromkeys(named)))} must be switched over manually"


def _hit(
    facts: Topology,
    stopping: Sequence[RootCause],
    left: tuple[RootCause, ...],
    moved: Mapping[str, tuple[str, ...]],
    perhaps: str,
) -> Hit:
    flows = _flows(facts, stopping)
    names, switch = list(moved), _switch(moved)
    down: dict[Subject, set[str]] = {}
    for cause in left:
        down.setdefault(cause.element, set()).update(cause.flows)
    components = list(dict.fromkeys(component for each in moved.values() for component in each))
    if not left:
        message = f"Before a planned restart of {listed(names, 'or')}, {switch}, or it takes down {named_flows(flows, len(facts.flows))}"
    else:
        message = f"A planned restart of {_stopped_by(facts, left)}"
        message += f"; before that of {listed(names, 'or')}, {switch}" if names else ""
    return Hit(
        subject=Subject("model", facts.architecture.id),
        message=message + perhaps,
        related=tuple(
            (
                cause.element,
                _label(cause, down.get(cause.element, ()), moved.get(cause.element.id, ()), len(facts.flows)),
            )
            for cause in stopping
        ),
        flows=flows,
        fix=_waiting_for_copies(facts, left) or _hypervisors(facts, left) or _of_lone_ones(facts, left)
        if left
        else f"Write the switchover down and practice it, or let {listed(components)} fail over automatically.",
        case=None if left else "by-hand",
        confidence="high" if left else "medium",
        proof=(left or stopping)[0].points[0].proof,
        # told of nowhere else: a switchover that only may be needed, and a restart that leaves visitors nothing
        causes=frozenset() if perhaps or any(_stops_every_visit(facts, cause) for cause in left) else _causes(stopping),
    )


def _stopped_by(facts: Topology, left: Sequence[RootCause]) -> str:
    """Return what is restarted and which flows that takes down, apart for each set of flows if few elements are named.

    Virtual machines stop what they stop by their own restarts too, which no migration spares.
    """
    flows_of: dict[str, list[str]] = {}
    for cause in left:
        for guest in facts.guests_of(cause.element.id):
            own = [flow for flow in cause.flows if Subject("host", guest) in facts.losses.points[flow]]
            if own:
                flows_of.setdefault(guest, []).extend(own)
        flows_of.setdefault(cause.element.id, []).extend(cause.flows)
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, flows in flows_of.items():
        alike.setdefault(facts.in_order(flows), []).append(name)
    many = len(flows_of) > MOST_NAMED and len(alike) > 1
    if many:
        alike = {facts.in_order(flow for flows in alike for flow in flows): list(flows_of)}
    most_first = sorted(alike.items(), key=lambda each: -len(each[0]))
    return "; one of ".join(
        f"{listed(first_few(names, MOST_NAMED), 'or')} takes down {_some(facts, flows) if many else named_flows(flows, len(facts.flows))}"
        for flows, names in most_first
    )


def _some(facts: Topology, flows: Sequence[str]) -> str:
    return f"one or more of {named_flows(flows, len(facts.flows)).removeprefix('all ')}"


def _waiting_for_copies(facts: Topology, left: Sequence[RootCause]) -> str | None:
    """Return the fix where restarts stop nothing but writes that wait for a copy; None if any stops more."""
    waiting = tuple(component.id for component in facts.architecture.components if spares_no_copy(component))
    plans = ((cause.element, facts.losses.plans[flow].sparing(waiting)) for cause in left for flow in cause.flows)
    if any(element in single_points(plan) for element, plan in plans):
        return None
    return (
        f"Add a copy to {listed(waiting)}, so that no write waits for the one that restarts (`standby-stops-writes`)."
    )


def _hypervisors(facts: Topology, left: Sequence[RootCause]) -> str | None:
    """Return the fix where machines that can be moved while they run are all that a restart stops, of all hosts or of some."""
    moving = [cause.element.id for cause in left if _stops_guests_alone(facts, cause)]
    if not moving:
        return None
    first = f"Before {listed(moving, 'or')} restarts, move its virtual machines to another host while they run (live migration)"
    if len(moving) < len(left):
        return f"{RULE.fix} {first}."
    return f"{first}, and practice it. For the updates of the machines themselves, run each component on a second one."


def _of_lone_ones(facts: Topology, left: Sequence[RootCause]) -> str | None:
    """Return the fix where a second one isn't all it takes: members that agree, one alone at work, and what makers have to support.

    None where there are no such components.
    """
    lost = (replica for cause in left for flow in cause.flows for replica in _lost(facts, cause, flow))
    components = dict.fromkeys(facts.components[replica.component] for replica in lost)
    lone = [component for component in components if len(component.replicas) == 1]
    voting = [component.id for component in lone if agrees_by_vote(component)]
    single = [each.id for each in lone if each.id in facts.index.starting_jobs]
    others = [each for each in lone if each.id not in single and not KINDS[each.kind].stores]
    never = [each for each in others if not may_run_twice(facts, each)]
    filed = [each.id for each in never if product_of(each.product).file_database]
    made = [each.id for each in never if each.id not in filed]
    advice = []
    if voting:
        named = listed(first_few(voting, MOST_NAMED))
        advice.append(
            f"Run three members of {named}, and update one after the other: of two, the one that is left has no majority."
        )
    if single:
        named = listed(first_few(single, MOST_NAMED))
        advice.append(
            f"Restart {named} when nothing is due, or let a second one on another host wait for a lease: two at work would do "
            "everything twice."
        )
    if filed:
        named = listed(first_few(filed, MOST_NAMED))
        advice.append(
            f"A second one of {named} needs a database server instead of the file in which it keeps its data."
        )
    if made:
        named = listed(first_few(made, MOST_NAMED))
        advice.append(
            f"Where the makers of {named} support no second one, restart it while few use it, or accept that (`accept`)."
        )
    if not advice:
        return None
    return " ".join(advice if len(voting) + len(single) == len(components) else (RULE.fix, *advice))


def _lost(facts: Topology, cause: RootCause, flow: str) -> Iterable[Replica]:
    own = cause.element
    return [facts.replicas[own.id]] if own.kind == "replica" else facts.losses.lying_in(own, flow)


def _stops_guests_alone(facts: Topology, cause: RootCause) -> bool:
    lost = (replica for flow in cause.flows for replica in facts.losses.lying_in(cause.element, flow))
    host = cause.element.id
    return bool(facts.guests_of(host)) and not any(host in replica.hosts for replica in lost)


def _stops_every_visit(facts: Topology, cause: RootCause) -> bool:
    visits = {flow for flow, clients in facts.clients_in.items() if clients}
    return bool(visits) and visits <= set(cause.flows)


def _causes(stopping: Sequence[RootCause]) -> frozenset[tuple[str, str]]:
    return frozenset((cause.element.id, flow) for cause in stopping for flow in cause.flows)


def _label(breaking: RootCause, lost: Collection[str], moved: tuple[str, ...], count: int) -> str:
    """Return what a restart stops, of so many flows of the model."""
    saved = [flow for flow in breaking.flows if flow not in lost]
    if not saved:
        return f"stops {named_flows(breaking.flows, count)} while it restarts"
    unless = f"unless {listed(moved)} {'was' if len(moved) == 1 else 'were'} switched over"
    stays = [flow for flow in breaking.flows if flow in lost]
    return (
        f"stops {named_flows(stays, count)} while it restarts, and {named_flows(saved, count)} {unless}"
        if stays
        else f"stops {named_flows(saved, count)} while it restarts {unless}"
    )


def _flows(facts: Topology, stopping: Sequence[RootCause]) -> tuple[str, ...]:
    stopped = {flow for cause in stopping for flow in cause.flows}
    return facts.in_order(stopped)


def _maintained(facts: Topology, breaking: RootCause) -> bool:
    """Hosts and parts that the team restarts itself; zones are not restarted, and managed parts are not the team's."""
    return breaking.element.kind != "zone" and not facts.rented(breaking.element)


RULE = Rule(
    id="maintenance-downtime",
    code="OPS001",
    title="Downtime for maintenance",
    severity="warning",
    cases=(("by-hand", "info"),),
    category="operations",
    summary="Restarting a host or component, or deploying to it, takes down a flow.",
    why=(
        "Kernels, libraries and web servers are updated every few weeks, and new code is deployed even more often. "
        "If each update takes the site down, updates are postponed, and known vulnerabilities stay open. A planned "
        "restart is a failure that is certain to come."
    ),
    fix=(
        "Run each component that takes down a flow on a second host that can take its traffic, and update one host "
        "after the other."
    ),
    limits=(
        "Treats a restart as the loss of the element while it lasts. Doesn't report restarts that are shorter than a "
        "client's own retries, nor those that only stop a backup. "
        "An acceptance of the loss of an element covers its restarts. Reports separately the restarts before which a person "
        "can switch over, as info if nothing else takes down a flow. Counts a hypervisor as restarted with its virtual machines on it, "
        "although they may be moved while they run. A replica that a platform places "
        "(`runs_on: {any: …}`) is started elsewhere before the old one ends, unless `deploy` is `in-place`, it keeps data, or it is a "
        "virtual machine by the `os` of its hosts (ESXi, Proxmox VE) or its `why` (`vSphere HA restarts the machine`)."
    ),
    references=(("Google SRE Book, Release Engineering", "https://sre.google/sre-book/release-engineering/"),),
    repeats=True,
    check=check,
    bad="""\
archgen: 1
name: One server  # finding: maintenance-downtime, unmonitored
hosts:
  server-1: {}  # finding: single-point-of-failure
components:
  job: {kind: service, runs_on: server-1}
  api: {kind: other, runs_on: server-1}
connections:
  job -> api: https
flows:
  nightly:
    title: The nightly job
    steps:
      - job -> api: start
""",
    edits=(
        ("name: One server", "name: Two servers"),
        ("  server-1: {}  # finding: single-point-of-failure", "  server-1: {}\n  server-2: {}"),
        ("kind: service, runs_on: server-1", "kind: service, runs_on: [server-1, server-2]"),
        ("runs_on: server-1", "runs_on: [server-1, server-2]"),
    ),
)
