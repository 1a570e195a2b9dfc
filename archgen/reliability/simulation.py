"""Effects of the loss of some elements on one flow: none, fewer replicas or options left, or the flow's failure.

Two states are evaluated at once: bit 0 with nothing failed, bit 1 with the elements gone; for the loss of each element
alone, as many as there are elements.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from archgen.model.architecture import Flow
from archgen.model.steps import Branch, Frame, Request, Step
from archgen.model.subject import Subject
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.failure import States, alive, trace
from archgen.reliability.hindrance import hindrances
from archgen.reliability.hints import hints
from archgen.reliability.index import Index
from archgen.reliability.levels import REMEMBERED, levels
from archgen.reliability.plan import Plan
from archgen.reliability.requests import is_required, requests
from archgen.reliability.shortfall import Shortfall, Waiting, shortfall, waiting
from archgen.reliability.structure import build
from archgen.reliability.waiting import keepers, senders

Status = Literal["ok", "degraded", "delayed", "partial", "down"]
"""From the best to the worst; `archgen.reliability.levels` has the functions that tell the last three apart."""

_SOUND, _GONE = 1, 2


class FlowOutcome(Struct, frozen=True):
    """State of a flow after a loss.

    down: `step` is the request that fails and `path` the replicas from the start to there; `fails` are all requests that
    no caller which is up can make, since too few of those that would answer are up. Not `possible`: it is down
    with nothing failed; `down` are all replicas that are down then. degraded: it is served, without `lost`, replicas of
    it that are not up, and `cut_off`, those that are up and can no longer do their part; `skipped` are requests that it
    can do without and that fail. partial: a share of the requests fails, for the reason in `shortfall`, also with nothing
    failed if it is so `always`; `step` and `path` lead to it. delayed: each request is
    accepted, and what it asks is done later, for the reason in `waiting`. `hindrances` are, by step, why replicas that are up may not
    answer it. `hints` are sentences about what may go wrong besides, while it is served, and is not counted.
    """

    flow: str
    status: Status
    possible: bool = True
    step: str | None = None
    path: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    cut_off: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    shortfall: Shortfall | None = None
    always: bool = False
    hindrances: tuple[tuple[str, str], ...] = ()
    waiting: Waiting | None = None
    hints: tuple[str, ...] = ()


def simulate(index: Index, flow: Flow, plan: Plan, gone: Collection[Subject]) -> FlowOutcome:
    """Return the state of a flow when elements are gone; `plan` is the flow's own."""
    serves = _evaluated(plan, gone)
    outcome = _outcome(index, flow, serves, gone)
    return outcome if outcome.status == "down" else replace(outcome, hints=hints(flow, serves, gone))


def _outcome(index: Index, flow: Flow, serves: Evaluation[int], gone: Collection[Subject]) -> FlowOutcome:
    plan = serves.plan
    plans = levels(index, flow, plan)
    every = serves if plans.every is plan else _evaluated(plans.every, gone)
    full_plan = with_all_options(index, flow)
    with_options = _evaluated(full_plan, gone)
    hurt = [
        replica
        for replica in used(full_plan)
        if with_options.down[replica] & _GONE and not with_options.down[replica] & _SOUND
    ]
    lost = tuple(replica for replica in hurt if with_options.own[replica] & _GONE)
    if serves.flow:
        return _down(flow, serves, lost)
    if every.flow:
        return _partial(flow, every, lost, _cut_off(serves))
    full = every if plans.full is plans.every else _evaluated(plans.full, gone)
    if full.flow:
        return _delayed(index, flow, every, full, lost, _cut_off(serves))
    # a member without its quorum is up, and does nothing
    cut_off = tuple(dict.fromkeys((*_cut_off(full), *(replica for replica in hurt if replica not in lost))))
    skipped = _skipped(index, flow, full_plan, with_options)
    return FlowOutcome(
        flow.id, "degraded" if lost or cut_off or skipped else "ok", True, None, (), lost, cut_off, skipped
    )


def _cut_off(evaluation: Evaluation[int]) -> tuple[str, ...]:
    """Return the replicas that are up and can no longer do their part."""
    failed, own = evaluation.failed, evaluation.own
    return tuple(
        replica
        for replica in used(evaluation.plan)
        if failed[replica] & _GONE and not failed[replica] & _SOUND and not own[replica] & _GONE
    )


def _down(flow: Flow, evaluation: Evaluation[int], lost: tuple[str, ...]) -> FlowOutcome:
    state = evaluation.flow & _SOUND or _GONE
    step, path = trace(evaluation, state)
    fails = _fails(flow, evaluation.plan, evaluation, state)
    down = tuple(replica for replica, when in evaluation.down.items() if when & state)
    cut_off = _cut_off(evaluation)
    return FlowOutcome(
        flow.id,
        "down",
        state == _GONE,
        step,
        path,
        lost,
        cut_off,
        fails=fails,
        down=down,
        hindrances=hindrances(evaluation, state, step, path),
    )


def _partial(flow: Flow, every: Evaluation[int], lost: tuple[str, ...], cut_off: tuple[str, ...]) -> FlowOutcome:
    state = every.flow & _SOUND or _GONE
    step, path = trace(every, state)
    reason = shortfall(flow, every, state, path)
    return FlowOutcome(flow.id, "partial", True, step, path, lost, cut_off, shortfall=reason, always=state == _SOUND)


def _delayed(
    index: Index,
    flow: Flow,
    every: Evaluation[int],
    full: Evaluation[int],
    lost: tuple[str, ...],
    cut_off: tuple[str, ...],
) -> FlowOutcome:
    state = full.flow & _SOUND or _GONE
    step, path = trace(full, state)
    # a request that fails at once, and that another caller makes instead, isn't what waits
    at_once = _fails(flow, every.plan, every, state)
    late = [each for each in _fails(flow, full.plan, full, state) if each not in at_once]
    if late and step not in late:
        step, path = late[0], ()
    request = next(request for request, _ in requests(flow.steps) if request.id == step)
    sender = senders(index, flow).get(request.id, request.source)
    reason = waiting(full, state, request, keepers(index, flow).get(request.id), sender)
    return FlowOutcome(flow.id, "delayed", True, step, path, lost, cut_off, waiting=reason, always=state == _SOUND)


@lru_cache(REMEMBERED)
def with_all_options(index: Index, flow: Flow) -> Plan:
    """Return the flow with every request and connection in it, so that all that it may use is seen.

    What one request can do without makes no other fail: a service works without a cache that is optional for it.
    It is the same in every state, of which a rule asks for many.
    """
    structure = build(index, _demanding(flow))
    return Plan(index, replace(structure, optional=_optional(index, flow)))


def _optional(index: Index, flow: Flow) -> frozenset[str]:
    """Return the requests that their own callers can do without, unless another step asks the same and needs it."""
    needed: dict[tuple[object, ...], bool] = {}
    for request, _ in requests(flow.steps):
        asked = (request.source, request.targets, request.access, request.pinned)
        needed[asked] = needed.get(asked, False) or is_required(index, request)
    return frozenset(
        request.id
        for request, _ in requests(flow.steps)
        if not needed[request.source, request.targets, request.access, request.pinned]
    )


def alone(index: Index, flow: Flow, plan: Plan, elements: Sequence[Subject]) -> tuple[Status, ...]:
    """Return the state of a flow after the loss of each of the elements alone, in their order."""
    return statuses(index, flow, plan, {element: 1 << place for place, element in enumerate(elements)}, len(elements))


def statuses(index: Index, flow: Flow, plan: Plan, gone: Mapping[Subject, int], count: int) -> tuple[Status, ...]:
    """Return the state of a flow in each of `count` states, all in two evaluations; `gone` has a bit for each state."""
    states = (2 << count) - 1
    moved = States({element: each << 1 for element, each in gone.items()}, states)
    plans = levels(index, flow, plan)
    serves = Evaluation(plan, moved)
    every = serves if plans.every is plan else Evaluation(plans.every, moved)
    full = every if plans.full is plans.every else Evaluation(plans.full, moved)
    full_plan = with_all_options(index, flow)
    with_options = Evaluation(full_plan, moved)
    hurt = 0
    for replica in used(full_plan):
        hurt |= 0 if with_options.down[replica] & _SOUND else with_options.down[replica]
    for replica in used(full.plan):
        hurt |= 0 if full.failed[replica] & _SOUND else full.failed[replica] & ~full.down[replica]
    able = _ables(full_plan, with_options, states)
    for request in skippable(index, flow):
        hurt |= states & ~able[request] if able.get(request, 0) & _SOUND else 0
    failing: tuple[tuple[Status, int], ...] = (("down", serves.flow), ("partial", every.flow), ("delayed", full.flow))
    worst = [(status, states if when & _SOUND else when) for status, when in (*failing, ("degraded", hurt))]
    return tuple(next((status for status, when in worst if when >> state & 1), "ok") for state in range(1, count + 1))


def _evaluated(plan: Plan, gone: Collection[Subject]) -> Evaluation[int]:
    return Evaluation(plan, States(dict.fromkeys(gone, _GONE), _SOUND | _GONE))


def used(plan: Plan) -> tuple[str, ...]:
    """Return the replicas that a flow may use: its initiators' and, from there, all that decide a need; clients apart."""
    queue = [replica for initiator in plan.structure.initiators for replica in plan.members[initiator.component]]
    seen = set(queue)
    for replica in queue:
        for need in plan.structure.needs.get(replica, ()):
            fresh = [each for each in (*plan.of(need), *plan.beside(need)) if each not in seen]
            queue += fresh
            seen.update(fresh)
    return tuple(
        replica
        for replica, each in plan.replicas.items()
        if replica in seen and each.component not in plan.structure.clients
    )


def _demanding(flow: Flow) -> Flow:
    """Return the flow with every request required, over whatever connection and inside `opt` too, so that all it may use is seen."""
    return replace(flow, steps=tuple(map(_required, flow.steps)))


def _required(step: Step) -> Step:
    if isinstance(step, Request):
        return replace(step, required=True, deferred=False)
    if isinstance(step, Frame):
        branches = tuple(Branch(branch.when, tuple(map(_required, branch.steps))) for branch in step.branches)
        return replace(step, kind="loop" if step.kind == "opt" else step.kind, branches=branches)
    return step


def _fails(flow: Flow, plan: Plan, evaluation: Evaluation[int], state: int) -> tuple[str, ...]:
    able: dict[str, bool] = {}
    for replica, needs in plan.structure.needs.items():
        if not evaluation.down[replica] & state:
            for need in needs:
                able[need.step] = able.get(need.step, False) or alive(evaluation, need, state) >= need.count
    return tuple(request.id for request, _ in requests(flow.steps) if able.get(request.id) is False)


def _skipped(index: Index, flow: Flow, full_plan: Plan, evaluation: Evaluation[int]) -> tuple[str, ...]:
    """Return the optional requests that no caller can make any more, though a caller could with nothing failed."""
    able = _ables(full_plan, evaluation, _SOUND | _GONE)
    return tuple(request for request in skippable(index, flow) if able.get(request) == _SOUND)


def _ables(full_plan: Plan, evaluation: Evaluation[int], every: int) -> dict[str, int]:
    """Return the states in which any caller can make each request."""
    able: dict[str, int] = {}
    for replica, needs in full_plan.structure.needs.items():
        for need in needs:
            unmet = evaluation.need(need) | evaluation.down[replica]
            able[need.step] = able.get(need.step, 0) | (~unmet & every)
    return able


def skippable(index: Index, flow: Flow) -> tuple[str, ...]:
    """Return the requests that a flow can do without, in order."""
    return tuple(request.id for request, inside in requests(flow.steps) if inside or not is_required(index, request))
