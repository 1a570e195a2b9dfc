"""What the loss of some elements does to one flow: nothing, fewer replicas or options left, or the flow's failure.

Two states are evaluated at once: bit 0 with nothing failed, bit 1 with the elements gone; for the loss of each element
alone, as many as there are elements.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from archgen.model.architecture import Branch, Connection, Flow, Frame, Request, Step
from archgen.model.subject import Subject
from archgen.reliability.evaluation import Evaluation, Plan
from archgen.reliability.failure import States, alive, trace
from archgen.reliability.index import Index
from archgen.reliability.structure import build, requests

Status = Literal["ok", "degraded", "down"]
_SOUND, _GONE = 1, 2


class Outcome(Struct, frozen=True):
    """What becomes of a flow.

    down: `step` is the request that fails and `path` the replicas from the start to there; `fails` are all requests that
    no caller which is up can make, since too few of those that would answer are up. Not `possible`: it is down
    with nothing failed; `down` are all replicas that are down then. degraded: it is served, without `lost`, replicas of
    it that are not up, and `cut_off`, those that are up and can no longer do their part; `skipped` are requests that it
    can do without and that fail.
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


def simulate(index: Index, flow: Flow, plan: Plan, gone: Collection[Subject]) -> Outcome:
    """What becomes of a flow when elements are gone; `plan` is the flow's own."""
    found = _evaluated(plan, gone)
    whole = with_all_options(index, flow)
    with_options = _evaluated(whole, gone)
    lost = tuple(one for one in used(whole) if with_options.down[one] & _GONE and not with_options.down[one] & _SOUND)
    cut_off = tuple(
        one
        for one in used(plan)
        if found.failed[one] & _GONE and not found.failed[one] & _SOUND and not found.down[one] & _GONE
    )
    if found.flow:
        state = found.flow & _SOUND or _GONE
        step, path = trace(found, state)
        fails = _fails(flow, plan, found, state)
        down = tuple(one for one, when in found.down.items() if when & state)
        return Outcome(flow.id, "down", state == _GONE, step, path, lost, cut_off, fails=fails, down=down)
    skipped = _skipped(index, flow, whole, with_options)
    return Outcome(flow.id, "degraded" if lost or cut_off or skipped else "ok", True, None, (), lost, cut_off, skipped)


def with_all_options(index: Index, flow: Flow) -> Plan:
    """The flow with every request and connection required, so that all that it may use is seen."""
    return Plan(index, build(_eager(index, flow), _demanding(flow)))


def alone(index: Index, flow: Flow, plan: Plan, elements: Sequence[Subject]) -> tuple[Status, ...]:
    """What the loss of each of the elements alone makes of a flow, in their order."""
    return statuses(index, flow, plan, {one: 1 << at for at, one in enumerate(elements)}, len(elements))


def statuses(index: Index, flow: Flow, plan: Plan, gone: Mapping[Subject, int], count: int) -> tuple[Status, ...]:
    """What becomes of a flow in each of `count` states, all in two evaluations; `gone` has a bit for each state."""
    every = (2 << count) - 1
    moved = States({one: states << 1 for one, states in gone.items()}, every)
    found = Evaluation(plan, moved)
    whole = with_all_options(index, flow)
    with_options = Evaluation(whole, moved)
    hurt = 0
    for one in used(whole):
        hurt |= 0 if with_options.down[one] & _SOUND else with_options.down[one]
    for one in used(plan):
        hurt |= 0 if found.failed[one] & _SOUND else found.failed[one] & ~found.down[one]
    able = _ables(whole, with_options, every)
    for request in skippable(index, flow):
        hurt |= every & ~able[request] if able.get(request, 0) & _SOUND else 0
    down = every if found.flow & _SOUND else found.flow
    states = range(1, count + 1)
    return tuple("down" if down >> at & 1 else "degraded" if hurt >> at & 1 else "ok" for at in states)


def _evaluated(plan: Plan, gone: Collection[Subject]) -> Evaluation[int]:
    return Evaluation(plan, States(dict.fromkeys(gone, _GONE), _SOUND | _GONE))


def used(plan: Plan) -> tuple[str, ...]:
    """The replicas that a flow may use: its initiators' and, from there, all that decide a need; clients apart."""
    queue = [one for initiator in plan.structure.initiators for one in plan.members[initiator.component]]
    seen = set(queue)
    for replica in queue:
        for need in plan.structure.needs.get(replica, ()):
            fresh = [one for one in plan.of(need) if one not in seen]
            queue += fresh
            seen.update(fresh)
    return tuple(
        one for one, each in plan.replicas.items() if one in seen and each.component not in plan.structure.clients
    )


def _demanding(flow: Flow) -> Flow:
    """The flow with every request required, those inside `opt` too, so that all it may use is seen."""
    return replace(flow, steps=tuple(map(_required, flow.steps)))


def _required(step: Step) -> Step:
    if isinstance(step, Request):
        return replace(step, required=True)
    if isinstance(step, Frame):
        branches = tuple(Branch(one.when, tuple(map(_required, one.steps))) for one in step.branches)
        return replace(step, kind="loop" if step.kind == "opt" else step.kind, branches=branches)
    return step


def _eager(index: Index, flow: Flow) -> Index:
    """The index with the flow's optional connections required; the same one where it has none."""
    under = {one.id for request, _ in requests(flow.steps) for one in _connections(index, request)}
    if all(one.required for one in index.architecture.connections if one.id in under):
        return index
    connections = tuple(
        replace(one, required=True) if one.id in under else one for one in index.architecture.connections
    )
    return Index(replace(index.architecture, connections=connections))


def _connections(index: Index, request: Request) -> list[Connection]:
    found = (index.connections.get((request.source, target)) for target in request.targets)
    return [one for one in found if one is not None]


def _fails(flow: Flow, plan: Plan, found: Evaluation[int], state: int) -> tuple[str, ...]:
    able: dict[str, bool] = {}
    for replica, needs in plan.structure.needs.items():
        if not found.down[replica] & state:
            for need in needs:
                able[need.step] = able.get(need.step, False) or alive(found, need, state) >= need.count
    return tuple(request.id for request, _ in requests(flow.steps) if able.get(request.id) is False)


def _skipped(index: Index, flow: Flow, whole: Plan, found: Evaluation[int]) -> tuple[str, ...]:
    """The optional requests that none of their callers can make any more, though one could with nothing failed."""
    able = _ables(whole, found, _SOUND | _GONE)
    return tuple(one for one in skippable(index, flow) if able.get(one) == _SOUND)


def _ables(whole: Plan, found: Evaluation[int], every: int) -> dict[str, int]:
    """The states in which any caller can make each request."""
    able: dict[str, int] = {}
    for replica, needs in whole.structure.needs.items():
        for need in needs:
            unmet = found.need(need) | found.down[replica]
            able[need.step] = able.get(need.step, 0) | (~unmet & every)
    return able


def skippable(index: Index, flow: Flow) -> tuple[str, ...]:
    """The requests that a flow can do without, in order."""
    return tuple(
        request.id
        for request, inside in requests(flow.steps)
        if inside or not request.required or not all(one.required for one in _connections(index, request))
    )
