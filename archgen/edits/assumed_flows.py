"""The flows of a model after an answer: what is certain is a step of each flow that needs it, and what nothing calls is none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from archgen.edits.step_paths import CallEnds, is_asked, is_emptied, lost_calls, steps_without
from archgen.model.architecture import Architecture, Flow
from archgen.model.change import Append, Change, Put, Remove
from archgen.model.finding import CONFIDENCES
from archgen.model.kinds import KINDS
from archgen.model.steps import Request


def requests_of(flow: Flow) -> list[tuple[Request, str]]:
    """Return the requests of a flow, each with its connection."""
    asked = (step for step in flow.steps if isinstance(step, Request))
    return [(step, f"{step.source} -> {' | '.join(step.targets)}") for step in asked]


def calls_in(flow: Flow, component: str) -> bool:
    """Return True if a component calls, or is called, in a flow."""
    return any(component in (step.source, *step.targets) for step, _ in requests_of(flow))


def settle_calls(
    model: Architecture, confirmed: Collection[str] = (), gone: Collection[str] = (), *, required: bool | None = None
) -> Iterator[Change]:
    """Take the doubt off connections, and remove others.

    A flow that calls from there has those that are `required` as a step, and what is gone as none. One goes if nothing is left
    of it, or if it is assumed and another flow has all of its steps by then. UsageError where one branch has no step left.
    """
    lost = lost_calls(model, gone)
    doubtful = {each.id for each in model.connections if each.assumed is not None} - {*confirmed}
    before = {flow.id: [connection for _, connection in requests_of(flow)] for flow in model.flows}
    after = {flow.id: [*_left(flow, lost)] for flow in model.flows}
    for connection in model.connections:
        if connection.id in confirmed and (connection.required if required is None else required):
            needed = [connection.id, *_behind(model, connection.id, doubtful)]
            for flow in model.flows:
                if connection.id not in after[flow.id] and _needs(model, flow, after[flow.id], connection.source):
                    after[flow.id] += [each for each in needed if each not in after[flow.id]]
    used = [flow for flow in model.flows if not {*confirmed}.isdisjoint(before[flow.id]) or is_asked(flow.steps, lost)]
    out = {flow.id: lost | _calls_out(flow, after[flow.id]) for flow in model.flows}
    ended = _repeated(used, after) | {
        flow.id for flow in used if not after[flow.id] and is_emptied(flow.steps, out[flow.id])
    }
    yield from (Remove(("flows", flow)) for flow in ended)
    for flow in model.flows:
        if flow.id not in ended:
            yield from steps_without(flow, out[flow.id])
            new = [connection for connection in after[flow.id] if connection not in before[flow.id]]
            yield from (Append(("flows", flow.id, "steps"), {connection: "request"}) for connection in new)
    for flow in used:
        best = min((other.assumed or "high" for other in model.flows if _starts_as(other, flow)), key=CONFIDENCES.index)
        if flow.id not in ended and flow.assumed not in (None, best) and doubtful.isdisjoint(after[flow.id]):
            yield Put(("flows", flow.id, "assumed"), best)
    for connection in model.connections:
        if connection.id in gone:
            yield Remove(("connections", connection.id))
        elif connection.id in confirmed and connection.assumed is not None:
            yield Remove(("connections", connection.id, "assumed"))


def _calls_out(flow: Flow, after: Collection[str]) -> frozenset[CallEnds]:
    """Return the calls of a flow's requests that aren't among its connections any more."""
    out = (step for step, connection in requests_of(flow) if connection not in after)
    return frozenset((step.source, target) for step in out for target in step.targets)


def _left(flow: Flow, gone: frozenset[CallEnds]) -> Iterator[str]:
    """Yield the connections that are left of a flow; in an assumed one, what only those that are gone lead to is gone too."""
    led_to: set[str] = set()
    lost: set[str] = set()
    for step, connection in requests_of(flow):
        if is_emptied((step,), gone) or (step.source in lost and flow.assumed is not None):
            lost |= {*step.targets} - led_to
        else:
            led_to |= {step.source, *step.targets}
            lost -= {*step.targets}
            yield connection


def _behind(model: Architecture, connection: str, doubtful: Collection[str]) -> Iterator[str]:
    """Yield the certain steps that follow a connection in the assumed flows that use it."""
    for flow in model.flows:
        requests = [] if flow.assumed is None else requests_of(flow)
        reached: set[str] = set()
        for step, other in requests:
            if other == connection:
                reached |= {*step.targets}
            elif step.source in reached and other not in doubtful:
                reached |= {*step.targets}
                yield other


def _needs(model: Architecture, flow: Flow, steps: Iterable[str], source: str) -> bool:
    """Return True if a flow calls from a component, unless that is a proxy which passes its requests on to another."""
    if not calls_in(flow, source):
        return False
    balancers = {each.id for each in model.components if KINDS[each.kind].balances}
    return source not in balancers or not any(each.startswith(f"{source} -> ") for each in steps)


def _repeated(flows: Iterable[Flow], steps: dict[str, list[str]]) -> set[str]:
    """Return the assumed flows of which another has all the steps."""
    repeated: set[str] = set()
    for flow in flows:
        others = (other for other in steps if other != flow.id and other not in repeated)
        if flow.assumed is not None and any({*steps[flow.id]} <= {*steps[other]} for other in others):
            repeated.add(flow.id)
    return repeated


def _starts_as(other: Flow, flow: Flow) -> bool:
    first, own = ([name for _, name in requests_of(each)][:1] for each in (other, flow))
    return first == own
