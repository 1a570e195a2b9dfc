"""The calls without which a promoter can't promote: those that lead to the coordinator that keeps its leases or its state."""

from __future__ import annotations

from archgen.model.architecture import Component, Connection
from archgen.model.kinds import KINDS
from archgen.model.products import product_of
from archgen.reliability.index import Index


def promotion_calls(index: Index, promoter: str) -> dict[str, tuple[Connection, ...]]:
    """Return the required calls from a promoter to coordinators, by their sources: an operator calls an API, and that etcd.

    A way ends at stores of data, some of which the promoter promotes; one that coordinates by itself needs nobody.
    """
    if _coordinates(index.components[promoter]):
        return {}
    reached = {promoter: _calls(index, promoter)}
    queue = [promoter]
    for source in queue:
        for target in (target for call in reached[source] for target in call.targets):
            if target not in reached:
                ends = KINDS[index.components[target].kind].stores
                reached[target] = () if ends else _calls(index, target)
                queue.append(target)
    leading = {name for name in reached if _coordinates(index.components[name])}
    for name in (grown := list(leading)):
        callers = (caller.id for caller in index.callers(name) if caller.id in reached and caller.id not in leading)
        for caller in callers:
            if any(name in call.targets for call in reached[caller]):
                leading.add(caller)
                grown.append(caller)
    ways = ((name, [call for call in calls if leading.intersection(call.targets)]) for name, calls in reached.items())
    return {name: tuple(calls) for name, calls in ways if calls}


def _calls(index: Index, source: str) -> tuple[Connection, ...]:
    calls = {(call := index.connections[source, target]).id: call for target in index.callees(source)}
    return tuple(call for call in calls.values() if call.required and not call.deferred)


def _coordinates(component: Component) -> bool:
    return product_of(component.product or component.id).coordinates
