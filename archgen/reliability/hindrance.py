"""The reasons why a replica that is up does not count for its caller, in words, by the step that it would answer."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from archgen.model.wording import listed
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.failure import alive, at_worst, is_free, worst_place
from archgen.reliability.locality import out_of_reach
from archgen.reliability.members import Votes
from archgen.reliability.needs import Guarded, Need, answering_of, asked_component
from archgen.reliability.requests import requests


def hindrances(evaluation: Evaluation[int], bit: int, step: str, path: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return (step, reason) for the steps whose callers are up and lack a quorum, replicas that a guard holds back, or a look-up.

    So it does for the `step` that fails in a state behind a member on its `path` that keeps the traffic.
    """
    plan, down = evaluation.plan, evaluation.down
    reasons: dict[str, str] = {}
    for caller, needs in plan.structure.needs.items():
        if down[caller] & bit:
            continue
        for asked in needs:
            place = worst_place(evaluation, asked, bit) if asked.places else None
            need = at_worst(evaluation, asked, bit)
            held = [
                member
                for member in need.guarded
                if not down[member.replica] & bit and not is_free(evaluation, member, bit)
            ]
            words = next((text for member in held for text in _words(evaluation, bit, caller, member)), None)
            words = words or _without_quorum(evaluation, bit, need) or _unresolved(evaluation, need)
            words = words or _out_of_reach(evaluation, bit, need)
            if place is not None and words is None:
                targets = dict.fromkeys(plan.replicas[each].component for each in answering_of(asked))
                words = f"{caller} may run on {place.host}, and no replica of {listed([*targets], 'or')} answers there"
            if words is not None and evaluation.unmet(asked) & bit:
                reasons.setdefault(need.step, words)
    if step not in reasons and (kept := next(_kept(evaluation, bit, path), None)) is not None:
        reasons[step] = kept
    return (*reasons.items(), *_without_own_quorum(evaluation, bit, reasons))


def _kept(evaluation: Evaluation[int], bit: int, path: Collection[str]) -> Iterator[str]:
    """Yield the members on a path that are up and keep the traffic from one that works."""
    plan, failed = evaluation.plan, evaluation.failed
    for need in (need for needs in plan.structure.needs.values() for need in needs):
        for member in need.guarded:
            for ahead in member.ahead if not failed[member.replica] & bit else ():
                cluster = plan.index.components[plan.replicas[ahead].component].cluster
                keeps = not evaluation.down[ahead] & bit and evaluation.stuck(ahead) & bit
                if keeps and ahead in path and cluster is not None:
                    yield f"{ahead} keeps the traffic while it is up (`watches: {cluster.watches}`)"


def _without_own_quorum(evaluation: Evaluation[int], bit: int, explained: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the steps, but the explained ones, that a component would send whose members are up and have no majority."""
    plan, quorums = evaluation.plan, evaluation.plan.structure.quorums
    flow = plan.index.flows.get(plan.structure.flow)
    for request, _ in requests(flow.steps) if flow is not None and quorums else ():
        votes = quorums.get(request.source)
        if votes is None or request.id in explained:
            continue
        waiting = [each for each in votes[1] if evaluation.down[each] & bit and not evaluation.own[each] & bit]
        if waiting:
            yield request.id, _short(evaluation, bit, Votes(*votes))


def _without_quorum(evaluation: Evaluation[int], bit: int, need: Need) -> str | None:
    """Return the numbers of the quorum that keeps a candidate down, though the candidate itself is up."""
    plan, down, own = evaluation.plan, evaluation.down, evaluation.own
    held = next((each for each in answering_of(need) if down[each] & bit and not own[each] & bit), None)
    return (
        None if held is None else _short(evaluation, bit, Votes(*plan.structure.quorums[plan.replicas[held].component]))
    )


def _unresolved(evaluation: Evaluation[int], need: Need) -> str | None:
    """Return what the step needs that does not show it: the look-up of its domain name."""
    if need.name is None:
        return None
    servers = dict.fromkeys(evaluation.plan.replicas[each].component for each in answering_of(need))
    return f"{listed([*servers], 'or')} has to resolve {need.name} first"


def _out_of_reach(evaluation: Evaluation[int], bit: int, need: Need) -> str | None:
    """Return the replica that is up and that the address of its component can't reach, as no local network leads there."""
    index, replicas = evaluation.plan.index, evaluation.plan.replicas
    for name in dict.fromkeys(replicas[each].component for each in answering_of(need)):
        away = out_of_reach(index, index.components[name])
        standing = [
            each.id
            for each in index.components[name].replicas
            if each.id in away and not evaluation.down[each.id] & bit
        ]
        if standing:
            return f"the address of {name} can't move to {standing[0]}, which is on another local network"
    return None


def _words(evaluation: Evaluation[int], bit: int, caller: str, member: Guarded) -> Iterator[str]:
    replicas = evaluation.plan.replicas
    for by in _missing_movers(evaluation, bit, member):
        yield f"{by} is down, so nothing moves the traffic of {replicas[member.replica].component} to {member.replica}"
    for votes in member.votes:
        if evaluation.short(votes) & bit:
            yield _short(evaluation, bit, votes)
    for lost in member.lost:
        if evaluation.itself(lost) & bit:
            yield f"{lost} failed by itself, so its host keeps the traffic and requests get no answer"
    for asked in member.asks:
        if alive(evaluation, asked, bit) < asked.count:
            asking, target = replicas[caller].component, replicas[member.replica].component
            yield f"the health check of {asking} on {target} asks {asked_component(asked)}, which does not answer"


def _missing_movers(evaluation: Evaluation[int], bit: int, member: Guarded) -> Iterator[str]:
    """Yield the components that would move traffic to a member and are down; those that promote have words of their own."""
    plan = evaluation.plan
    replication = plan.index.components[plan.replicas[member.replica].component].replication
    for by in member.promoters:
        promotes = replication is not None and replication.by == by
        if not promotes and all(evaluation.down[replica] & bit for replica in plan.members.get(by, ())):
            yield by


def _short(evaluation: Evaluation[int], bit: int, votes: Votes) -> str:
    components = listed(list(dict.fromkeys(evaluation.plan.replicas[member].component for member in votes.members)))
    up = len([member for member in votes.members if not evaluation.own[member] & bit])
    members = "votes" if " and " in components else "replicas"
    be = "is" if up == 1 else "are"
    return f"{up} of {len(votes.members)} {members} of {components} {be} up, and it takes {votes.count}"
