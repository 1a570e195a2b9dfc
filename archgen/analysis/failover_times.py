"""The time until something takes over by itself: a copy, a member of a cluster, a platform; and where calls lead until then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from msgspec.structs import replace

from archgen.analysis.element_numbers import is_too_long, longest_wait, repair_of
from archgen.analysis.moments import Timed, moments
from archgen.analysis.topology import Topology
from archgen.model.architecture import Cluster, Component, Connection, Flow, Replica
from archgen.model.durations import round_duration, spell_duration
from archgen.model.kinds import JOB_KEEPERS
from archgen.model.subject import Subject
from archgen.model.wording import MOST_NAMED, first_few, listed
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.failure import States, single_points
from archgen.reliability.index import Index
from archgen.reliability.members import active_members, deep_asks, has_silent_standby, keeps_address, manual_failovers
from archgen.reliability.moment import LASTING, Moment, Wait
from archgen.reliability.plan import Plan
from archgen.reliability.promoters import control_plane
from archgen.reliability.structure import ServiceLevel, build
from archgen.reliability.traffic import chooser, failing_part, made_by_each_request, traffic_shares


def moves_alone(component: Component) -> bool:
    """Return True for a single replica that a platform starts on another host when its own is lost."""
    replicas = component.replicas
    return len(replicas) == 1 and replicas[0].floating and len(replicas[0].hosts) > 1


def until_moved(facts: Topology, element: Subject) -> str:
    """Return the time until a platform has started a replica on another host, as the end of a sentence; "" where none does."""
    replica = facts.replicas.get(element.id)
    if replica is None or len(replica.hosts) < 2:
        return ""
    timed = moments(facts).rescheduling(facts.components[replica.component])
    assumed = "" if timed.source is None else " (assumed)"
    objective = facts.architecture.objectives.recovery_time
    within = (
        f", within the objective of {spell_duration(objective)}"
        if objective is not None and timed.seconds <= objective
        else ""
    )
    return f", until it starts elsewhere, about {round_duration(timed.seconds)}{assumed}{within}"


def is_late_job(facts: Topology, element: Subject, flows: Iterable[str]) -> bool:
    """Return True for what a platform starts elsewhere within minutes, and nothing calls: its jobs are late, and in no flow anybody waits.

    What one part of the monitoring tells another by itself waits as well.
    """
    replica = facts.replicas.get(element.id)
    if replica is None or not replica.floating:
        return False
    role = facts.kind(replica.component).role
    if role not in ("application", "support", "observer"):
        return False
    calls = facts.hops_to[replica.component]
    if not all(role == "observer" and facts.starts_at_monitoring(hop.flow) for hop in calls):
        return False
    return not any(_is_awaited(facts, flow, replica.component) for flow in flows)


def _is_awaited(facts: Topology, flow: str, component: str) -> bool:
    """Return True if a visitor has begun a flow before something that nothing calls has its turn, which takes no work that waits."""
    hops = facts.hops[flow]
    own = next((number for number, hop in enumerate(hops) if hop.step.source == component), 0)
    visited = any(facts.kind(hop.step.source).id == "client" for hop in hops[:own])
    return visited and not all(facts.kind(target).id in JOB_KEEPERS for target in hops[own].targets)


def failover_time(facts: Topology, component: Component) -> Timed | None:
    """Return the longest time until something takes over for a component by itself; None where nothing does."""
    events = moments(facts)
    times = [events.promotions.get(component.id)]
    if component.cluster is not None:
        times.append(events.takeovers.get(component.id))
    if moves_alone(component):
        times.append(events.rescheduling(component))
    automatic = [timed for timed in times if timed is not None and not timed.manual]
    return max(automatic, key=lambda timed: timed.seconds, default=None)


def waiting_flows(facts: Topology, component: Component) -> tuple[str, ...]:
    """Return the flows that the loss of one element takes down until a component has failed over."""
    flows = tuple(flow for flow in facts.flows if _stands_on(facts, flow, component))
    if moves_alone(component):
        alone = Subject("replica", component.replicas[0].id)
        return tuple(flow for flow in flows if alone in facts.losses.points[flow])
    index = _before_failover(facts, component)
    return tuple(
        flow
        for flow in flows
        if set(single_points(Plan(index, build(index, facts.flows[flow])))).difference(facts.losses.points[flow])
    )


def _stands_on(facts: Topology, flow: str, component: Component) -> bool:
    """Return True for a component in a step of a flow, or behind one: a health check asks it, or a promoter does."""
    return flow in facts.flows_of[component.id] or component.id in facts.losses.members[flow]


def manual_standby(component: Component) -> tuple[str, ...]:
    """Return the replicas that can take over, but need manual failover."""
    if component.managed:
        return ()
    return next((failover.standby for failover in manual_failovers(component)), ())


def after_all_manual_failovers(facts: Topology) -> Moment:
    """Return the moment at which people have done every failover that is theirs."""
    return after_manual_failovers(name for name, component in facts.components.items() if manual_standby(component))


def after_manual_failovers(components: Iterable[str]) -> Moment:
    """Return the moment at which people have done the failovers of some components."""
    done = {name: Wait(0, manual=True) for name in components}
    return Moment(promotions=done, takeovers=done)


def until_failed_over(facts: Topology, lost: Subject, flows: Iterable[str]) -> tuple[str, bool]:
    """Return what people fail over after a loss until all of the flows work again, as the end of a sentence, and if that is in time.

    Empty where it isn't enough, or one of them declares no time; in time is what takes no longer than the recovery objective.
    """
    gone = {replica.component for flow in flows for replica in facts.losses.lying_in(lost, flow)}
    waiting = [facts.components[name] for name in sorted(gone) if manual_standby(facts.components[name])]
    times = [seconds for each in waiting if (seconds := declared_recovery(each)) is not None]
    if not waiting or len(times) < len(waiting):
        return "", False
    moment = after_manual_failovers(each.id for each in waiting)
    if any(lacks(facts.index, facts.flows[flow], (lost,), moment) for flow in flows):
        return "", False
    objective, longest = facts.architecture.objectives.recovery_time, max(times)
    until = (
        f", until people fail {listed([each.title for each in waiting])} over, which takes {spell_duration(longest)}"
    )
    if objective is None or objective < longest:
        return until, False
    return f"{until}, within the recovery objective of {spell_duration(objective)}", True


def waiting_for_promotion(
    facts: Topology, lost: Subject, names: Iterable[str], flows: Iterable[str]
) -> list[Component]:
    """Return those of the lost stores that people have to promote elsewhere, where that brings all of the flows back."""
    stores = [facts.components[name] for name in names]
    stores = [each for each in stores if any(failover.promotes for failover in manual_failovers(each))]
    stores = [each for each in stores if manual_standby(each)]
    moment = after_manual_failovers(each.id for each in stores)
    back = stores and not any(lacks(facts.index, facts.flows[flow], (lost,), moment) for flow in flows)
    return stores if back else []


def delaying_points_at(facts: Topology, flow: Flow, moment: Moment) -> frozenset[Subject]:
    """Return the elements without any of which a flow can't do all that it is asked at a moment."""
    return frozenset(single_points(Plan(facts.index, build(facts.index, flow, moment, "full"), moment)))


def delayed_beside(facts: Topology, lost: Subject, broken: Collection[str]) -> str:
    """Return the flows that a loss delays for longer than they may wait, beside those that it breaks, as the end of a sentence."""
    if facts.rented(lost):
        return ""
    delayed = [flow for flow in _delayed(facts).get(lost, ()) if flow not in broken]
    return f"; work of {listed(first_few(delayed, MOST_NAMED))} waits for its repair" if delayed else ""


@lru_cache(maxsize=1)
def _delayed(facts: Topology) -> dict[Subject, list[str]]:
    """Return the flows of which work waits for longer than it may, by each element whose repair it waits for."""
    late: dict[Subject, list[str]] = {}
    limits = {flow: limit for flow in facts.flows if (limit := longest_wait(facts, flow)) is not None}
    after = after_all_manual_failovers(facts)
    for flow, limit in limits.items():
        elements = facts.losses.delaying.get(flow, ())
        if elements and after.promotions:
            # people bring back the others sooner than a repair does
            lasting = delaying_points_at(facts, facts.flows[flow], after)
            elements = tuple(element for element in elements if element in lasting)
        for element in elements:
            if is_too_long(repair_of(facts, element), limit):
                late.setdefault(element, []).append(flow)
    return late


def pauses(facts: Topology, flow: Flow, gone: Collection[Subject]) -> Iterator[str]:
    """Yield sentences about what a flow that is served without some elements waits for at first."""
    is_led = not unled(facts, gone)
    for component in facts.architecture.components:
        timed = failover_time(facts, component) if _stands_on(facts, flow.id, component) else None
        if timed is None or (moves_alone(component) and not is_led):
            continue
        assumed = "" if timed.source is None else " (assumed)"
        after = f"after about {round_duration(timed.seconds)}"
        if not moves_alone(component):
            before = _before_failover(facts, component)
            # a flow that fails without any loss then has no part in the failover, such as a local read of a standby
            if lacks(before, flow, gone) and not lacks(before, flow, ()):
                yield f"{after}, when {component.id} has failed over{assumed}{_asked(facts, flow, component)}"
                yield from _promoter_lost(facts, component, gone)
            elif share := _share_until_moved(facts, flow, component, gone):
                yield share
        elif hosts := _candidates_among(facts, component, gone):
            alone = Subject("replica", component.replicas[0].id)
            if alone in facts.losses.points[flow.id]:
                yield f"if {component.id} runs on {hosts}, it is started elsewhere {after}{assumed}"
            elif alone in facts.losses.delaying.get(flow.id, ()) and _is_left_a_host(facts, component, gone):
                yield f"if {component.id} runs on {hosts}, its work waits until it is started elsewhere, {after}{assumed}"


def _asked(facts: Topology, flow: Flow, component: Component) -> str:
    """Return whose health check asks a component that is in no step of a flow; else ""."""
    if flow.id in facts.flows_of[component.id]:
        return ""
    used = (each for each in facts.architecture.components if each.id in facts.losses.members[flow.id])
    asking = [each.id for each in used if any(name == component.id for name, _ in deep_asks(each))]
    return f", which the health check of {listed(asking)} asks" if asking else ""


def _promoter_lost(facts: Topology, component: Component, gone: Collection[Subject]) -> Iterator[str]:
    """Yield what a failover waits for if the only replica of what decides it floats and may be lost as well."""
    deciding = [how.by for how in (component.replication, component.cluster) if how is not None and how.by is not None]
    for promoter in [facts.components[name] for name in dict.fromkeys(deciding) if name in facts.components]:
        hosts = _lost_hosts(facts, promoter.replicas[0], gone) if moves_alone(promoter) else []
        if 0 < len(hosts) < len(promoter.replicas[0].hosts):
            timed = moments(facts).rescheduling(promoter)
            assumed = "" if timed.source is None else " (assumed)"
            where = listed(first_few(hosts, _NAMED), "or")
            yield (
                f"if {promoter.id} runs on {where}, about {round_duration(timed.seconds)} more{assumed}, until it is started elsewhere and "
                f"can promote a replica of {component.id}"
            )


REACTION = 30 * 60.0
"""The on-call time that the SRE book gives a service that is not user-facing; a declared `recovery` goes before it."""


def declared_recovery(component: Component) -> float | None:
    """Return the declared time until a person has moved both the writes and the address; None unless each of them has one."""
    times = [failover.recovery for failover in manual_failovers(component)]
    declared = [seconds for seconds in times if seconds is not None]
    return max(declared, default=None) if len(declared) == len(times) else None


def _candidates_among(facts: Topology, component: Component, gone: Collection[Subject]) -> str:
    """Return the lost hosts on which the replica of a component may have stood."""
    return listed(first_few(_lost_hosts(facts, component.replicas[0], gone), _NAMED), "or")


def _is_left_a_host(facts: Topology, component: Component, gone: Collection[Subject]) -> bool:
    replica = component.replicas[0]
    return len(_lost_hosts(facts, replica, gone)) < len(replica.hosts)


_NAMED = 3
"""The hosts and components that a sentence names; the others are counted."""


def _lost_hosts(facts: Topology, replica: Replica, gone: Collection[Subject]) -> list[str]:
    """Return the lost hosts on which a floating replica may have stood."""
    moved = [element for element in gone if element.kind in ("host", "zone")]
    return [host for host in replica.hosts if any(facts.index.takes_down(element, host) for element in moved)]


def _share_until_moved(facts: Topology, flow: Flow, component: Component, gone: Collection[Subject]) -> str:
    """Return the share of requests that still go to lost members of an active-active cluster, and for how long; else ""."""
    timed = moments(facts).takeovers.get(component.id)
    if timed is None or timed.manual or active_members(component):
        return ""
    lost = [replica.id for replica in component.replicas if _is_lost(facts, replica, gone)]
    if not 0 < len(lost) < len(component.replicas):
        return ""
    calls = [hop.step for hop in facts.hops[flow.id] if component.id in hop.targets]
    if not calls:
        return ""
    weighing = chooser(facts.index, flow, calls[0].source, calls[0].targets).balance
    shares = traffic_shares(weighing, {replica.id: component.id for replica in component.replicas})
    whole = len(calls) == 1 and len(calls[0].targets) == 1 and calls[0].id in made_by_each_request(facts.index, flow)
    share = failing_part(lost, shares, "" if whole else f"the requests to {component.id}")
    assumed = "" if timed.source is None else " (assumed)"
    return f"{share} for about {round_duration(timed.seconds)}, until the traffic of {component.id} has moved{assumed}"


def _is_lost(facts: Topology, replica: Replica, gone: Collection[Subject]) -> bool:
    component = facts.components[replica.component]
    noticed = Subject("replica", replica.id) in gone and not keeps_address(component, replica.id)
    return noticed or (len(replica.hosts) == 1 and bool(_lost_hosts(facts, replica, gone)))


def moved_replicas(facts: Topology, flow: Flow, gone: Collection[Subject]) -> Iterator[str]:
    """Yield what a platform starts elsewhere of the components of which several replicas float, by the lost hosts."""
    moving: dict[tuple[str, str], list[str]] = {}
    used = facts.losses.members[flow.id] if not unled(facts, gone) else ()
    for component in facts.architecture.components:
        replicas = component.replicas
        if component.id not in used or len(replicas) < 2 or not replicas[0].floating or len(replicas[0].hosts) < 2:
            continue
        hosts = _lost_hosts(facts, replicas[0], gone)
        if 0 < len(hosts) < len(replicas[0].hosts):
            timed = moments(facts).rescheduling(component)
            assumed = "" if timed.source is None else " (assumed)"
            key = (listed(first_few(hosts, _NAMED), "or"), f"{round_duration(timed.seconds)}{assumed}")
            moving.setdefault(key, []).append(component.id)
    for (hosts_lost, after), names in moving.items():
        yield f"replicas of {listed(first_few(names, _NAMED))} on {hosts_lost} are started elsewhere after about {after}"


def unled(facts: Topology, gone: Collection[Subject]) -> str | None:
    """Return what the platform lacks that would start replicas elsewhere; None if it does, or nobody knows."""
    for votes in control_plane(facts.index):
        members = [facts.replicas[member] for member in votes.members]
        lost = [each for each in members if Subject("replica", each.id) in gone or _lost_hosts(facts, each, gone)]
        if len(members) - len(lost) < votes.count:
            return members[0].component
    return None


def lacks(
    index: Index, flow: Flow, gone: Collection[Subject], moment: Moment = LASTING, level: ServiceLevel = "serves"
) -> bool:
    """Return True if a flow lacks a level of service without some elements, at a moment."""
    plan = Plan(index, build(index, flow, moment, level), moment)
    return bool(Evaluation(plan, States(dict.fromkeys(gone, 1), 1)).flow)


def _before_failover(facts: Topology, component: Component) -> Index:
    """Return the model as it is until a component has failed over."""
    replication, cluster = component.replication, component.cluster
    if replication is not None:
        # a standby that answers nothing yet is a synchronous one
        mode = "synchronous" if has_silent_standby(component) else replication.mode
        replication = replace(replication, failover="manual", recovery=None, mode=mode)
    stuck = replace(
        component,
        replication=replication,
        cluster=cluster and _stuck(component, cluster),
    )
    components = tuple(stuck if each is component else each for each in facts.architecture.components)
    return Index(replace(facts.architecture, components=components))


def _stuck(component: Component, cluster: Cluster) -> Cluster:
    active = active_members(component)
    return replace(cluster, failover="manual", active=active, recovery=None) if active else cluster


def leading_ends(topology: Topology, connection: Connection) -> tuple[tuple[str, ...], ...]:
    """Return the hosts of the caller, and of each callee, that work until a failover: of a store that is written, the primary's."""
    ends: list[tuple[str, ...]] = []
    for name in (connection.source, *connection.targets):
        component = topology.components[name]
        leading: tuple[str, ...] = ()
        if component.cluster is not None or component.replication is not None:
            leading = active_members(component) or (_primaries(topology, connection, component) if ends else ())
        ends.append(_hosts_of_leading(component, leading) if leading else topology.hosts_of(name))
    return tuple(ends)


def crosses_at_once(topology: Topology, connection: Connection) -> bool:
    """Return False if a call stays in one host until a failover."""
    ends = leading_ends(topology, connection)
    return not all(ends) or len({host for end in ends for host in end}) > 1


def leading_hosts(component: Component) -> tuple[str, ...]:
    """Return the hosts of the active members or primaries of a component, else all of its hosts."""
    primaries = component.replication.primary if component.replication is not None else ()
    return _hosts_of_leading(component, active_members(component) or primaries)


def _primaries(topology: Topology, connection: Connection, callee: Component) -> tuple[str, ...]:
    """Return the replicas of a store that a connection leads to, unless nothing is written over it: a standby may answer reads."""
    if callee.replication is None or connection.access == "read" or connection.id in _only_read(topology):
        return ()
    return callee.replication.primary


@lru_cache(maxsize=1)
def _only_read(topology: Topology) -> frozenset[str]:
    """Return the connections over which all steps read."""
    hops = [(hop.connection.id, hop.access) for hops in topology.hops.values() for hop in hops if hop.connection]
    return frozenset(name for name, _ in hops).difference(name for name, access in hops if access != "read")


def _hosts_of_leading(component: Component, leading: Collection[str]) -> tuple[str, ...]:
    """Return the hosts of some replicas of a component; of all if there are none."""
    replicas = [each for each in component.replicas if each.id in leading] or component.replicas
    return tuple(dict.fromkeys(host for replica in replicas for host in replica.hosts))
