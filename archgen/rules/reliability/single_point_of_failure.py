"""An element whose loss alone makes a flow fail."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from archgen.analysis import failover_times
from archgen.analysis.exposure import is_for_administrators
from archgen.analysis.failover_times import is_late_job, until_failed_over, until_moved, waiting_for_promotion
from archgen.analysis.regions import half_second_site, is_only_region, is_single_site, lies_in_region
from archgen.analysis.topology import Topology
from archgen.edits.patch import patch_of
from archgen.edits.remedy import add_replica, add_similar_host, automate, second_service
from archgen.edits.second_advice import advise_needed_whole, advise_promotion, advise_second, is_majority_on_one_host
from archgen.edits.service_advice import advise_delivery, advise_service, is_recipient
from archgen.edits.zone_advice import ADD_REPLICA, add_elsewhere, advise_restart, leave_zone, leave_zone_too
from archgen.linting.rule import Hit, Rule, RuleContext
from archgen.model.architecture import Replica
from archgen.model.change import Change
from archgen.model.durations import spell_duration
from archgen.model.subject import Subject
from archgen.model.wording import MOST_NAMED, first_few, listed, named_flows, place_beside
from archgen.reliability.losses import RootCause
from archgen.reliability.members import quorum_of
from archgen.reliability.needs import Need


def check(context: RuleContext) -> Iterator[Hit]:
    """Yield a hit for each root cause: a host, a replica that no host explains, or an innermost zone."""
    facts, beside = context.topology, _beside(context.topology)
    for breaking in facts.losses.awaited_causes:
        is_zone = breaking.element.kind == "zone"
        flows = facts.losses.broken_as_zone(breaking) if is_zone else breaking.flows
        if flows:
            yield _hit(facts, breaking, flows, *beside)
        elif copied := half_second_site(facts, breaking):
            yield _beside_copies(facts, _hit(facts, breaking, (*copied,), *beside), copied)


def narrow(context: RuleContext, hit: Hit, others: Sequence[Hit]) -> Hit:
    """Return a host's hit of the flows that no finding about the same host explains, with what takes these down."""
    facts = context.topology
    left = {flow for _, flow in hit.causes.difference(*(other.causes for other in others))}
    breaking = next(each for each in facts.losses.awaited_causes if each.element == hit.subject)
    points = tuple(point for point in breaking.points if point.flow in left)
    if hit.subject.kind != "host" or not points:
        return hit
    alone = (Subject("replica", each) for each in breaking.absorbed)
    absorbed = tuple(each.id for each in alone if any(each in facts.losses.points[point.flow] for point in points))
    named = frozenset(each.id for other in others for each, _ in other.related)
    return _hit(facts, RootCause(breaking.element, points, absorbed, named), tuple(left), *_beside(facts))


def _beside(facts: Topology) -> tuple[frozenset[str], frozenset[str]]:
    """Return the flows for administrators, and the kinds of zones of which one takes nothing down: every host of a long flow is a cause."""
    administration = frozenset(flow for flow in facts.flows if is_for_administrators(facts, flow))
    fatal = {breaking.element for breaking in facts.losses.awaited_causes}
    return administration, frozenset(
        zone.kind for zone in facts.zones.values() if Subject("zone", zone.id) not in fatal
    )


def _hit(
    facts: Topology,
    breaking: RootCause,
    own: tuple[str, ...],
    administration: frozenset[str],
    spared: frozenset[str],
) -> Hit:
    """Return the hit, with all flows that the loss takes down, as `simulate` does.

    `administration` are those for administrators; `spared` are the kinds of zones of which one takes nothing down.
    """
    element = breaking.element
    carried = _carried(facts, breaking)
    is_sure = facts.confidence_along(breaking.points[0].proof.path) == "high"
    assumed = facts.only_over_assumed(lambda: facts.losses.paths_to(breaking, carried)) if is_sure else ()
    certain = [name for name in carried if name not in assumed]
    sure, unsure = (listed(first_few(facts.in_components(names), MOST_NAMED)) for names in (certain, assumed))
    bearing = f" (with {sure}{f'; over assumed connections {unsure}' if assumed else ''})" if carried else ""
    queues = _queues(facts, breaking)
    failed_over, in_time = until_failed_over(facts, element, breaking.flows)
    stores = [] if failed_over else _components(facts, breaking)
    unpromoted = waiting_for_promotion(facts, element, stores, breaking.flows)
    fix = leave_zone_too(facts, breaking, _fix(facts, breaking, spared, is_enough=in_time))
    return Hit(
        subject=element,
        message=(
            f"Losing {element.id}{bearing} takes down {named_flows(breaking.flows, len(facts.flows), is_counted=True)}"
            f"{breaking.points[0].proof.condition}{until_moved(facts, element)}{failed_over}"
            f"{facts.if_waiting(element, breaking.flows)}"
            + (
                ", if its provider runs it in one place (`scope` isn't declared)"
                if facts.may_be_spread(element) and not is_recipient(facts, element, breaking.flows)
                else ""
            )
            + (f"; its work waits in {listed(queues)}" if queues else "")
            + (f"; the failover of {listed([each.id for each in unpromoted])} is manual" if unpromoted else "")
            + failover_times.delayed_beside(facts, element, breaking.flows)
        ),
        related=tuple(
            (Subject("replica", replica), f"goes down with {element.id}")
            for replica in carried or _lost(facts, breaking)
        ),
        flows=breaking.flows,
        fix=fix,
        case=_case(facts, breaking, administration) or ("practiced" if in_time else None),
        confidence="low" if is_only_region(facts, breaking) else "high",
        proof=breaking.points[0].proof,
        causes=frozenset((element.id, flow) for flow in own),
    )


def _beside_copies(facts: Topology, hit: Hit, copied: Mapping[str, Sequence[str]]) -> Hit:
    """Return the hit of a site that a second one backs up in part; smaller places in it are errors."""
    names = [*dict.fromkeys(name for own in copied.values() for name in own)]
    run = f"{listed(first_few(names, MOST_NAMED))} {'runs' if len(names) == 1 else 'run'}"
    late = failover_times.delayed_beside(facts, hit.subject, hit.flows)
    told = f"{hit.message.removesuffix(late)}, although {run} outside it too{late}"
    return replace(hit, message=told, case=hit.case or "region")


def _carried(facts: Topology, breaking: RootCause) -> tuple[str, ...]:
    """Return the lost replicas that take flows down: each by itself, those of a component together or, of a flow that none of
    these does, whole components together.
    """
    if not breaking.absorbed:
        return ()
    carried = dict.fromkeys(breaking.absorbed)
    for flow in breaking.flows:
        needed = facts.losses.needed_whole(breaking.element.id, flow)
        for name in needed:
            carried |= dict.fromkeys(replica.id for replica in facts.components[name].replicas)
        points = facts.losses.points[flow]
        if not (needed or any(Subject("replica", replica) in points for replica in breaking.absorbed)):
            lost = facts.losses.lying_in(breaking.element, flow)
            gone = Counter(replica.component for replica in lost)
            whole = [each.id for each in lost if gone[each.component] == len(facts.components[each.component].replicas)]
            carried |= dict.fromkeys(whole or _without_quorum(facts, flow, lost))
    return breaking.own(carried)


def _without_quorum(facts: Topology, flow: str, lost: Iterable[Replica]) -> list[str]:
    """Return the replicas of each component of which so many are lost that a flow fails: the rest has no majority."""
    groups: dict[str, list[Replica]] = {}
    for replica in lost:
        groups.setdefault(replica.component, []).append(replica)
    voting = (own for name, own in groups.items() if quorum_of(facts.components[name]) is not None)
    broken = (own for own in voting if facts.losses.breaks_with(flow, own))
    return [replica.id for group in broken for replica in group]


def _case(facts: Topology, breaking: RootCause, administration: frozenset[str]) -> str | None:
    if facts.may_be_spread(breaking.element):
        return "spread"
    if facts.rented(breaking.element):
        return "copies" if _stops_backups_alone(facts, breaking) else "managed"
    if is_late_job(facts, breaking.element, breaking.flows):
        return "job"
    if until_moved(facts, breaking.element):
        return "moved"
    if _stops_backups_alone(facts, breaking):
        return "backup"
    if administration.issuperset(breaking.flows):
        return "administration"
    unsure = all(facts.losses.breaks_if_waiting(breaking.element, flow) for flow in breaking.flows)
    if unsure or _queues(facts, breaking):
        return "waiting"
    return "region" if lies_in_region(facts, breaking) or is_single_site(facts, breaking) else None


def _stops_backups_alone(facts: Topology, breaking: RootCause) -> bool:
    return all(facts.starting_kinds[flow] == {"backup"} for flow in breaking.flows)


def _keeps_copies(facts: Topology, breaking: RootCause) -> bool:
    """Return True for a store that only backups need, which keeps what they have made."""
    stores = any(facts.kind(name).stores for name in _components(facts, breaking))
    return stores and _stops_backups_alone(facts, breaking)


def _queues(facts: Topology, breaking: RootCause) -> list[str]:
    """Return what keeps the work of lost workers until they run again; empty if the loss stops anything else."""
    kept: dict[str, None] = {}
    for flow in breaking.flows:
        queues = facts.queues_of_lost(breaking.element, flow)
        if not queues:
            return []
        kept.update(dict.fromkeys(queues))
    return list(kept)


def _lost(facts: Topology, breaking: RootCause) -> dict[str, None]:
    """Return the replicas that go down with a host or zone, where only their joint loss takes a flow down: those that matter."""
    if breaking.element.kind == "replica":
        return {}
    return dict.fromkeys(
        replica.id for flow in breaking.flows for replica in facts.losses.breaking_in(breaking.element, flow)
    )


def _fix(facts: Topology, breaking: RootCause, spared: frozenset[str], *, is_enough: bool) -> str | None:
    if is_recipient(facts, breaking.element, breaking.flows):
        return advise_delivery(facts, breaking.element, breaking.flows)
    if led := advise_restart(facts, breaking.element, breaking.points[0].proof):
        return led
    if facts.rented(breaking.element):
        needed = (advise_needed_whole(facts, name, breaking.flows) for name in _components(facts, breaking))
        service = advise_service(facts, breaking.element, _keeps_copies(facts, breaking))
        return next(filter(None, needed), None) or service
    lost = _alone_on(facts, breaking)
    own = (
        advise_second(facts, facts.components[lost], breaking.flows) if lost is not None else _of_each(facts, breaking)
    )
    others = [name for name in _components(facts, breaking) if name != lost] if lost is not None else []
    if automated := _automate(facts, others, is_enough=is_enough):
        return f"{lost}: {own or ADD_REPLICA.format('')} {automated}"
    if split := [name for name in others if quorum_of(facts.components[name]) is not None]:
        spread = next(filter(None, (advise_needed_whole(facts, name, breaking.flows) for name in split)), None) or (
            f"Place the members of {listed(split)} so that a majority is left without {breaking.element.id}."
        )
        return f"{lost}: {own or ADD_REPLICA.format('')} {spread}"
    if own is not None:
        return f"{lost}: {own}" if others else own
    if unpromoted := waiting_for_promotion(facts, breaking.element, _components(facts, breaking), breaking.flows):
        return advise_promotion(facts.index, unpromoted)
    step, path = breaking.points[0].proof.step, breaking.points[0].proof.path
    needs = facts.losses.structures[breaking.flows[0]].needs
    if where := next((need.connection for need in needs.get(path[-1], ()) if need.step == step and need.places), None):
        return place_beside(facts.connections[where].source, facts.connections[where].targets, where)
    asked = (need for each in path[-2:-1] for need in needs.get(each, ()) if need.step == step)
    for need in asked:
        if cure := _cure(facts, breaking, need, is_enough=is_enough):
            apart = lost and not need.places and facts.losses.fails_beside(lost, need, breaking.flows)
            return f"{lost}: {ADD_REPLICA.format('')} {cure}" if apart else cure
    return leave_zone(facts, breaking.element, breaking.flows, spared) if breaking.element.kind == "zone" else None


def _alone_on(facts: Topology, breaking: RootCause) -> str | None:
    """Return the component of a lost replica, or the one whose replica is all that a flow loses with a host."""
    names = _stopping(facts, breaking)
    return names[0] if len(names) == 1 else None


def _stopping(facts: Topology, breaking: RootCause) -> list[str]:
    """Return the components of the lost replicas: backups are the lesser loss, then those that aren't lost as a whole."""
    lost, names = {*_carried(facts, breaking), breaking.element.id}, _components(facts, breaking)
    alone = _stops_backups_alone(facts, breaking)
    serving = [name for name in names if alone or facts.kind(name).id != "backup"] or names
    gone = [name for name in serving if lost.issuperset(each.id for each in facts.components[name].replicas)] or serving
    return [name for name in gone if not _is_only_writer(facts, name, breaking.flows)] or gone


def _components(facts: Topology, breaking: RootCause) -> list[str]:
    lost = (*_carried(facts, breaking), breaking.element.id)
    return list(dict.fromkeys(facts.replicas[name].component for name in lost if name in facts.replicas))


def _is_only_writer(facts: Topology, name: str, flows: tuple[str, ...]) -> bool:
    """Return True for the only replica of a store that flows write to: `single-writer-database` says what it needs."""
    if not facts.kind(name).stores or advise_second(facts, facts.components[name]) is not None:
        return False
    return any(flow in facts.flows_writing[name] for flow in flows)


def _of_each(facts: Topology, breaking: RootCause) -> str | None:
    """Return the fix of each component that is lost with a host, all by name; None where each needs another replica and no more."""
    advice: dict[str | None, list[str]] = {}
    for name in _stopping(facts, breaking):
        advice.setdefault(advise_second(facts, facts.components[name], breaking.flows), []).append(name)
    if set(advice) <= {None}:
        return None
    return " ".join(f"{listed(names)}: {fix or add_elsewhere(facts, breaking)}" for fix, names in advice.items())


def _automate(facts: Topology, names: Iterable[str], *, is_enough: bool) -> str:
    """Return the advice for those whose other replicas people have to put to work, to practice it where they are quick; else nothing."""
    clusters = ((name, facts.components[name].cluster) for name in names)
    manual = {name: each for name, each in clusters if each is not None and each.failover == "manual"}
    automate = "Practice the failover, or automate the failover" if is_enough else "Automate the failover"
    limit = facts.architecture.objectives.recovery_time or math.inf
    late = any(cluster.recovery is not None and cluster.recovery > limit for cluster in manual.values())
    practice = f" Or practice it until it takes no more than {spell_duration(limit)}." if late else ""
    return f"{automate} of {listed([*manual])}: `cluster: {{failover: automatic, by: …}}`.{practice}" if manual else ""


def _cure(facts: Topology, breaking: RootCause, need: Need, *, is_enough: bool) -> str | None:
    """Return the fix where other replicas exist, and something keeps them from taking over."""
    callees = {facts.replicas[replica].component for replica in need.candidates}
    if need.places:
        floating = (need.connection or "").partition(" -> ")[0]
        return f"Spread more replicas of {floating} over its hosts, or take the `locality` off {need.connection}."
    if manual := _automate(facts, sorted(callees), is_enough=is_enough):
        return manual
    if any(member.promoters for member in need.guarded):
        return "Place the component that promotes apart from the replica that it would replace."
    return None


def mend(context: RuleContext, hit: Hit) -> tuple[Change, ...]:
    """Add a replica elsewhere; for a host, make failover automatic, or add a host for all that is lost."""
    facts = context.topology
    element = hit.subject
    own = [facts.replicas[element.id]] if element.kind == "replica" else []
    gone = (replica for flow in hit.flows for replica in (*own, *facts.losses.lying_in(element, flow)))
    lost = dict.fromkeys(replica.component for replica in gone)
    if hit.case == "copies" or any(advise_needed_whole(facts, name, hit.flows) for name in lost):
        return ()
    if facts.rented(element):
        return second_service(facts, element)
    if element.kind == "replica":
        component = facts.components[facts.replicas[element.id].component]
        return add_replica(facts, component) if component.kind != "client" else ()
    if element.kind != "host" or facts.guests_of(element.id):
        return ()
    moved = [cluster.id for cluster in facts.manual_clusters if element.id in facts.hosts_of(cluster.id)]
    if moved:
        return patch_of(facts, *(automate(facts, *(facts.components[name] for name in moved)) or ()))
    alone = [facts.components[component] for component in lost if facts.hosts_of(component) == (element.id,)]
    alone = [component for component in alone if component.kind != "backup"] or alone
    if any(map(is_majority_on_one_host, alone)):
        return ()
    return (
        add_similar_host(facts, element.id, alone) if len(alone) > 1 else add_replica(facts, alone[0]) if alone else ()
    )


RULE = Rule(
    id="single-point-of-failure",
    code="REL001",
    title="Single point of failure",
    severity="error",
    cases=(
        *(("managed", "warning"), ("waiting", "warning"), ("region", "warning"), ("backup", "info")),
        *(("moved", "warning"), ("practiced", "warning")),
        *(("administration", "warning"), ("job", "info"), ("spread", "info")),
        ("copies", "info"),
    ),
    category="reliability",
    summary="The loss of one element takes down a flow.",
    why=(
        "Hardware, hypervisors, disks and people fail. If the loss of one host or process takes down a flow, the "
        "flow is down as often as that element, however good the rest is, and for each planned restart of it. "
        "The finding isn't a guess from replica counts: it is a minimal cut set of size one of the flow's structure function. "
        "That function covers reads and writes, failover, quorum and shared hosts, and the proof names the request that fails."
    ),
    fix=ADD_REPLICA.format(""),
    limits=(
        "Counts a managed component as one element, although its provider may run many; that is why it is a warning, and an "
        "info finding for a CDN, WAF, identity provider, mail service or service of others, which are seldom in one place; DNS never is. "
        "A warning, too, is what a flow needs only if it waits for the work that is taken from a queue, where the model doesn't say "
        "so (`async`), and a worker that alone empties a queue which others fill: the work waits there. So is the loss of a region "
        "outside which a flow has nothing of a component, of a zone where nothing of a flow but balancers, directories and the like is "
        "in several of its kind, or of a site beside which a second has only some components, if a rack in it is reported too. "
        "What nothing but backups needs is an info finding: the next may succeed. "
        "A replica that a platform starts on another host is a warning, with the time until then, and so is what people fail over "
        "within the recovery objective, as declared (`recovery`). "
        "A scheduler, worker or controller that a platform starts elsewhere and that nothing calls, or other monitoring alone, is an "
        "info finding. "
        "A zone that holds all of a flow is reported by `single-zone`."
    ),
    references=(
        (
            "NUREG-0492, Fault Tree Handbook (minimal cut sets)",
            "https://www.nrc.gov/reading-rm/doc-collections/nuregs/staff/sr0492/index.html",
        ),
    ),
    yields=True,
    check=check,
    narrow=narrow,
    mend=mend,
    bad="""\
archgen: 1
name: One application server  # finding: unmonitored, maintenance-downtime
hosts:
  server-1: {}  # finding: single-point-of-failure
  server-2: {}
components:
  job: {kind: service, runs_on: [server-1, server-2]}
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
        (
            "name: One application server  # finding: unmonitored, maintenance-downtime",
            "name: Two application servers  # finding: unmonitored",
        ),
        ("runs_on: server-1", "runs_on: [server-1, server-2]"),
    ),
)
