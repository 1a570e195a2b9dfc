"""The cause of a flow's partial failure or delay: which replicas can't answer, who asks them, with which share, what waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import floor, isclose
from typing import Literal

from msgspec import Struct

from archgen.model.architecture import Balance
from archgen.model.steps import Request
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.needs import Need, answering_of


class Shortfall(Struct, frozen=True):
    """Replicas that don't answer, with the shares of the `members` that their caller spreads requests over without a check.

    `caller` and `targets` are components; `down` tells that all of them are down, rather than up and unable to answer,
    `stuck` that they keep their addresses, as only their hosts are watched.
    """

    caller: str
    targets: tuple[str, ...]
    failing: tuple[str, ...]
    members: dict[str, float]
    down: bool
    stuck: bool = False


def shortfall(evaluation: Evaluation[int], bit: int, path: tuple[str, ...]) -> Shortfall:
    """Return the cause in a state in which not every request is answered; `path` is the way to its proof."""
    caller, need = _unmet(evaluation, bit, path)
    replicas = evaluation.plan.replicas
    if need.kind == "unwatched":
        members: tuple[str, ...] = need.candidates
        failing = tuple(member for member in members if evaluation.itself(member) & bit)
    else:
        members = answering_of(need)
        held = {member.replica for member in need.guarded if evaluation.held(member) & bit}
        failing = tuple(member for member in members if evaluation.failed[member] & bit or member in held)
    return Shortfall(
        replicas[caller].component,
        tuple(dict.fromkeys(replicas[member].component for member in members)),
        failing,
        _shares(evaluation, replicas[caller].component, members),
        all(evaluation.down[member] & bit for member in failing),
        need.kind == "unwatched",
    )


def _shares(evaluation: Evaluation[int], caller: str, members: tuple[str, ...]) -> dict[str, float]:
    owners = {member: evaluation.plan.replicas[member].component for member in members}
    return traffic_shares(evaluation.plan.index.components[caller].balance, owners)


def _unmet(evaluation: Evaluation[int], bit: int, path: tuple[str, ...]) -> tuple[str, Need]:
    """Return the condition of every request that fails last on the way, else the first in the flow, and its caller.

    The last is the cause: a replica that only fails for what is behind it would be blamed before that.
    """
    needs = evaluation.plan.structure.needs
    return next(
        (caller, need)
        for caller in (*reversed(path), *evaluation.plan.replicas)
        for need in needs.get(caller, ())
        if need.kind != "some" and evaluation.unmet(need) & bit
    )


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


def traffic_shares(balance: Balance | None, owners: Mapping[str, str]) -> dict[str, float]:
    """Return the shares of replicas, by id, from the weights of their caller; `owners` are their components.

    A weight of a component is split among its replicas: more of them get no more. Beside it a component without a weight
    counts as one; where replicas alone have weights, each without counts as one.
    """
    declared = dict(balance.weights) if balance is not None else {}
    members: dict[str, int] = {}
    for component in owners.values():
        members[component] = members.get(component, 0) + 1
    split = any(component in declared for component in members)
    own = {component for replica, component in owners.items() if replica in declared}
    weights = {
        replica: declared.get(replica, declared.get(component, 1.0))
        if component in own or not split
        else declared.get(component, 1.0) / members[component]
        for replica, component in owners.items()
    }
    total = sum(weights.values())
    return {replica: weight / total for replica, weight in weights.items()} if total else dict.fromkeys(weights, 0.0)


def part_of_requests(replicas: Collection[str], shares: Mapping[str, float]) -> tuple[str, bool]:
    """Return the part of the requests that some replicas get, in words, with whether it is one request."""
    least, most = min(shares.values()), max(shares.values())
    if isclose(least, most):
        return f"{len(replicas)} in {len(shares)} requests", len(replicas) == 1
    percent = floor(100 * sum(shares[replica] for replica in replicas) + 0.5 + 1e-9)
    words = "under 1%" if percent == 0 else "over 99%" if percent == 100 else f"{percent}%"
    return f"{words} of requests", False


def failing_part(replicas: Collection[str], shares: Mapping[str, float]) -> str:
    """Return the same as a sentence: about 1 in 3 requests fails."""
    words, single = part_of_requests(replicas, shares)
    return f"about {words} {'fails' if single else 'fail'}"
