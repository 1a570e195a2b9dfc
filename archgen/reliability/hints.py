"""Hints of trouble in a state in which a flow is served, which is not counted: a check that asks too little, lost files."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archgen.model.architecture import Balance, Component, Flow, Replica
from archgen.model.durations import spell_duration
from archgen.model.kinds import KINDS
from archgen.model.subject import Subject
from archgen.model.wording import listed, listed_replicas
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.failure import is_free
from archgen.reliability.index import Index
from archgen.reliability.members import is_active_passive, waits_as_backup
from archgen.reliability.needs import Need, answering_of
from archgen.reliability.traffic import (
    failing_part,
    is_blind_to_roles,
    made_by_each_request,
    requests_to,
    sees_port_only,
    traffic_shares,
)

_SOUND, _GONE = 1, 2


def hints(flow: Flow, evaluation: Evaluation[int], gone: Collection[Subject]) -> tuple[str, ...]:
    """Return sentences about a flow that is served without some elements; bit 0 is the state with nothing lost, bit 1 this one."""
    checks = (*_shallow_checks(flow, evaluation), *_blind_checks(evaluation))
    lost = (*_lost_files(evaluation, gone), *_lost_data(evaluation), *_lost_writes(evaluation))
    return tuple(dict.fromkeys((*_silent_callers(evaluation, gone), *checks, *lost, *_stuck_failovers(evaluation))))


def _silent_callers(evaluation: Evaluation[int], gone: Collection[Subject]) -> Iterator[str]:
    """Yield the services of others that start a flow and are lost: nothing fails, since nothing is asked for."""
    plan = evaluation.plan
    for initiator in plan.structure.initiators:
        component = plan.index.components[initiator.component]
        outside = KINDS[component.kind].foreign and component.id in plan.structure.clients
        if outside and all(_is_lost(plan.index, replica, gone) for replica in component.replicas):
            yield f"{component.id} is down, so it sends nothing"


def _is_lost(index: Index, replica: Replica, gone: Collection[Subject]) -> bool:
    """Return True if a replica, all its hosts or a zone that it is lost with are among the elements that are gone."""
    if Subject("replica", replica.id) in gone or any(
        Subject("zone", zone) in gone for zone in index.zones_with(replica)
    ):
        return True
    return bool(replica.hosts) and all(
        any(each.kind != "replica" and index.takes_down(each, host) for each in gone) for host in replica.hosts
    )


def _stuck_failovers(evaluation: Evaluation[int]) -> Iterator[str]:
    """Yield the components whose other replicas are up and take over no more, as what promotes them is down."""
    plan, down = evaluation.plan, evaluation.down
    for replica in plan.replicas:
        waiting = (member for need in plan.structure.needs.get(replica, ()) for member in need.guarded)
        for member in waiting:
            for by in () if down[member.replica] & _GONE else member.promoters:
                lacking = _lacking(evaluation, by)
                if lacking is not None:
                    yield f"{plan.replicas[member.replica].component} can't fail over until {lacking} is back"


def _lacking(evaluation: Evaluation[int], component: str) -> str | None:
    """Return what a component that worked with nothing lost waits for: itself, or what it calls that is down; None if it works."""
    plan, waiting = evaluation.plan, [component]
    states = [evaluation.failed[each] for each in plan.members.get(component, ())]
    if not all(each & _GONE for each in states) or all(each & _SOUND for each in states):
        return None
    for name in waiting:
        up = [each for each in plan.members[name] if not evaluation.down[each] & _GONE]
        unmet = (need for each in up for need in plan.structure.needs[each] if evaluation.unmet(need) & _GONE)
        called = (
            plan.replicas[each].component for need in unmet for each in plan.of(need) if evaluation.failed[each] & _GONE
        )
        waiting += [each for each in dict.fromkeys(called) if each not in waiting][:1]
    return waiting[-1]


def local_data(component: Component) -> list[str]:
    """Return what a component keeps on each of its replicas alone."""
    places = {"sessions": component.sessions, "uploads": component.uploads}
    return [name for name, place in places.items() if place == "local"]


def visited(component: Component) -> tuple[str, ...]:
    """Return the replicas that visitors come to: the active ones of a cluster of which the others wait, else all."""
    cluster, members = component.cluster, tuple(replica.id for replica in component.replicas)
    if cluster is None or not is_active_passive(cluster):
        return members
    return cluster.active or members[:1]


def _lost_data(evaluation: Evaluation[int]) -> Iterator[str]:
    """Yield the replicas that are down with what visitors had on them."""
    plan, down = evaluation.plan, evaluation.down
    for name, members in plan.members.items():
        component = plan.index.components[name]
        data, keeping = local_data(component), visited(component)
        lost = [each for each in members if each in keeping and down[each] & _GONE and not down[each] & _SOUND]
        if data and lost:
            yield f"the {listed(data)} on {listed_replicas(lost)} are lost"


def _lost_writes(evaluation: Evaluation[int]) -> Iterator[str]:
    """Yield the primaries that are down with writes that they confirmed and no replica has yet, where another is promoted by itself."""
    plan, down = evaluation.plan, evaluation.down
    for name, members in plan.members.items():
        component = plan.index.components[name]
        lost = frozenset(each for each in members if down[each] & _GONE and not down[each] & _SOUND)
        primaries = component.replication.primary if component.replication is not None else ()
        if component.replication is None or component.replication.failover != "automatic":
            continue
        waited_for = any(_writes(evaluation, each) for each in primaries if each in lost)
        if waited_for and any(not down[member] & _GONE for member in members):
            yield from filter(None, (unreplicated_writes(component, lost),))


def unreplicated_writes(component: Component, lost: Collection[str]) -> str:
    """Return what a failover from lost primaries loses, by itself or by hand: writes that no replica has yet; else ""."""
    replication = component.replication
    if replication is None or replication.mode != "asynchronous":
        return ""
    primaries = [each for each in replication.primary if each in lost]
    behind = f", up to {spell_duration(replication.lag)}" if replication.lag is not None else ""
    words = f"the last writes that {listed_replicas(primaries)} confirmed and no replica has yet are lost (asynchronous{behind})"
    return words if primaries else ""


def _writes(evaluation: Evaluation[int], primary: str) -> bool:
    """Return True if requests of a flow wait for another replica to be promoted in a primary's place."""
    needs = (need for each in evaluation.plan.structure.needs.values() for need in each)
    # a candidate that nothing holds back and counts later all the same is one that the failover promotes by itself
    return any(
        _takes(need, primary) and any(member.promoters or member.votes or member.is_free for member in need.guarded)
        for need in needs
    )


def _takes(need: Need, replica: str) -> bool:
    return replica in need.candidates or any(member.replica == replica for member in need.guarded)


def _shallow_checks(flow: Flow, evaluation: Evaluation[int]) -> Iterator[str]:
    """Yield the checks that a target passes if they ask the target alone, though it can no longer do its part."""
    plan, asked = evaluation.plan, set()
    whole = made_by_each_request(plan.index, flow)
    for caller, replica in plan.replicas.items():
        balance = plan.index.components[replica.component].balance
        if evaluation.failed[caller] & _GONE or balance is None or balance.health_check is False:
            continue
        for need in plan.structure.needs.get(caller, ()):
            if need.kind == "some" and (replica.component, need.step) not in asked:
                asked.add((replica.component, need.step))
                words = _unnoticed(evaluation, replica.component, need, whole)
                if words is not None:
                    yield words


def _unnoticed(evaluation: Evaluation[int], caller: str, need: Need, whole: Collection[str]) -> str | None:
    failed, index = evaluation.failed, evaluation.plan.index
    guarded = (member.replica for member in need.guarded if is_free(evaluation, member, _GONE))
    owner = {replica: index.replicas[replica].component for replica in (*need.candidates, *guarded)}
    balance = index.components[caller].balance
    taking = [
        replica
        for replica, component in owner.items()
        if not evaluation.down[replica] & _GONE
        and not (balance is not None and waits_as_backup(balance, component, replica))
    ]
    failing = [replica for replica in taking if failed[replica] & _GONE and not failed[replica] & _SOUND]
    if not failing or len(failing) == len(taking):
        return None
    if balance is None or _notices(evaluation, balance):
        return None
    targets = listed(list(dict.fromkeys(owner[replica] for replica in failing)), "or")
    shares = traffic_shares(balance, {replica: owner[replica] for replica in taking})
    of = "" if need.step in whole else requests_to(caller, dict.fromkeys(owner[replica] for replica in taking))
    return targets.join(unseen_cause(caller, balance)) + failing_part(failing, shares, of)


def _notices(evaluation: Evaluation[int], balance: Balance) -> bool:
    """Return True if what a check asks for is down, and so no target passes it."""
    asked = [evaluation.plan.members.get(name, ()) for name, _ in balance.asks or ()]
    return any(members and all(evaluation.failed[each] & _GONE for each in members) for members in asked)


def unseen_cause(caller: str, balance: Balance) -> list[str]:
    """Return why a balancer sends requests to targets that can't do their part: the words before and after these, if they are named."""
    check = balance.health_check
    if balance.asks:
        return [f"the health check of {caller} asks only {listed([name for name, _ in balance.asks])}, so "]
    if balance.asks is not None:
        return [f"the health check of {caller} asks nothing behind ", ", so "]
    if sees_port_only(check):
        return [f"the health check of {caller} ({check}) asks nothing behind ", ", so "]
    if check is None:
        return [f"if {caller} has no health check that asks behind ", ", "]
    return [f"if the health check of {caller} asks nothing behind ", ", "]


def _blind_checks(evaluation: Evaluation[int]) -> Iterator[str]:
    """Yield the checks that pass each replica of a store, though not each of them takes the writes of this flow."""
    plan = evaluation.plan
    components = plan.index.components
    for caller, replica in plan.replicas.items():
        balance = components[replica.component].balance
        if balance is None or evaluation.failed[caller] & _GONE or not is_blind_to_roles(balance.health_check):
            continue
        for need in plan.structure.needs.get(caller, ()):
            first = next(iter(answering_of(need)), None)
            target = plan.replicas[first].component if first is not None else ""
            replication = components[target].replication if target else None
            if (
                replication is not None
                and replication.primary
                and len(need.candidates) < len(components[target].replicas)
            ):
                yield (
                    f"the health check of {replica.component} ({balance.health_check}) can't tell which replica of {target} "
                    "takes writes, so some writes fail"
                )


def _lost_files(evaluation: Evaluation[int], gone: Collection[Subject]) -> Iterator[str]:
    """Yield the replicas that work without their files on their host, which they read when they start."""
    plan, index = evaluation.plan, evaluation.plan.index
    for component in index.components.values():
        code = index.components.get(component.codebase or "")
        for replica in component.replicas if code is not None else ():
            files = [each.id for each in (code.replicas if code else ()) if each.hosts and each.hosts == replica.hosts]
            lost = bool(files) and all(Subject("replica", each) in gone for each in files)
            # what reads its files for each request has a step to them
            if (
                lost
                and component.codebase not in plan.members
                and replica.id in plan.replicas
                and not evaluation.down[replica.id] & _GONE
            ):
                yield f"{replica.id} works until it restarts, as {listed(files)} {'is' if len(files) == 1 else 'are'} lost"
