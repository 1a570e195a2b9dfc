"""The cause of a flow's partial failure or delay: which replicas can't answer, who asks them, with which share, what waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from archgen.model.architecture import Component, Flow
from archgen.model.steps import Request
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.needs import Need, answering_of
from archgen.reliability.requests import requests
from archgen.reliability.traffic import chooser, made_by_each_request, requests_to, traffic_shares


class Shortfall(Struct, frozen=True):
    """Replicas that don't answer, with the shares of the `members` that their caller spreads requests over without a check.

    `caller` and `targets` are components; `down` tells that all of them are down, rather than up and unable to answer,
    `stuck` that they keep their addresses, as only their hosts are watched. Requests `of` the caller fail in these shares;
    where it is empty, those of the flow do: each of them comes this way, and no other way fails.
    """

    caller: str
    targets: tuple[str, ...]
    failing: tuple[str, ...]
    members: dict[str, float]
    down: bool
    stuck: bool = False
    of: str = ""


def shortfall(flow: Flow, evaluation: Evaluation[int], bit: int, path: tuple[str, ...]) -> Shortfall:
    """Return the cause in a state in which not every request is answered; `path` is the way to its proof.

    The last unmet condition on the way is the cause: a replica that only fails for what is behind it would be blamed before that.
    """
    unmet = list(_unmet(evaluation, bit, path))
    (caller, need), *others = unmet
    index, replicas = evaluation.plan.index, evaluation.plan.replicas
    members, failing = _failing(evaluation, bit, need)
    source = replicas[caller].component
    targets = tuple(dict.fromkeys(replicas[member].component for member in members))
    apart = (each for each in others if (replicas[each[0]].component, each[1].step) != (source, need.step))
    whole = need.step in made_by_each_request(index, flow) and not any(
        replica not in path or _is_cause(evaluation, bit, each) for replica, each in apart
    )
    return Shortfall(
        source,
        targets,
        failing,
        traffic_shares(
            _chooser(evaluation, flow, source, need).balance, {each: replicas[each].component for each in members}
        ),
        all(evaluation.down[member] & bit for member in failing),
        need.kind == "unwatched",
        "" if whole else requests_to(source, targets),
    )


def _chooser(evaluation: Evaluation[int], flow: Flow, source: str, need: Need) -> Component:
    targets = next(request.targets for request, _ in requests(flow.steps) if request.id == need.step)
    return chooser(evaluation.plan.index, flow, source, targets)


def _failing(evaluation: Evaluation[int], bit: int, need: Need) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the replicas that take the requests of a need, and those of them that don't answer."""
    if need.kind == "unwatched":
        return need.candidates, tuple(member for member in need.candidates if evaluation.itself(member) & bit)
    members = answering_of(need)
    held = {member.replica for member in need.guarded if evaluation.held(member) & bit}
    return members, tuple(member for member in members if evaluation.failed[member] & bit or member in held)


def _is_cause(evaluation: Evaluation[int], bit: int, need: Need) -> bool:
    """Return True if a condition isn't met even if each replica that is up answers."""
    _, failing = _failing(evaluation, bit, need)
    return any(evaluation.down[member] & bit for member in failing) or not all(
        evaluation.failed[member] & bit for member in failing
    )


def _unmet(evaluation: Evaluation[int], bit: int, path: tuple[str, ...]) -> Iterator[tuple[str, Need]]:
    """Yield the conditions of every request that fail, with their callers: the last on the way, then as in the flow."""
    needs = evaluation.plan.structure.needs
    for caller in dict.fromkeys((*reversed(path), *evaluation.plan.replicas)):
        for need in needs.get(caller, ()):
            if need.kind != "some" and evaluation.unmet(need) & bit:
                yield caller, need


class Waiting(Struct, frozen=True):
    """The step that is done later: its ends, of which the one that `down` names is down, if either is.

    `keeper` is the queue that has what is sent until then, if one does, and `sender` who has to keep it where none does.
    """

    source: str
    targets: tuple[str, ...]
    down: Literal["source", "targets"] | None
    keeper: str | None
    sender: str


def waiting(evaluation: Evaluation[int], bit: int, request: Request, keeper: str | None, sender: str) -> Waiting:
    """Return the reason for a delay in a state in which a step cannot be done."""
    members, down = evaluation.plan.members, evaluation.down

    def are_down(components: Sequence[str]) -> bool:
        replicas = [replica for component in components for replica in members.get(component, ())]
        return bool(replicas) and all(down[replica] & bit for replica in replicas)

    which: Literal["source", "targets"] | None = (
        "targets" if are_down(request.targets) else "source" if are_down((request.source,)) else None
    )
    return Waiting(request.source, request.targets, which, keeper, sender)
