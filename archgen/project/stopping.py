"""Where a flow that fails stops in time, and what its user sees of it."""

from __future__ import annotations

from archgen.model import Connection, Flow, Request
from archgen.reliability.simulation import Outcome
from archgen.reliability.structure import access_of, eligible, quorum, requests
from archgen.topology import Topology
from archgen.views.flow import Stop
from archgen.wording import listed


def stop(topology: Topology, outcome: Outcome) -> Stop:
    """The first request in time that fails in a flow that is down, with the reason.

    The proof of a failure names the request that is nearest to the start by calls, which may come later.
    """
    flow = next(one for one in topology.architecture.flows if one.id == outcome.flow)
    failing = {*outcome.fails, outcome.step}
    request = next(one for one, _ in requests(flow.steps) if one.id in failing)
    always = "" if outcome.possible else ", with nothing failed"
    number = request.id.rpartition("/")[2]
    head = f"The request fails at step {number}{always}"
    down = frozenset(outcome.down)
    if down.issuperset(one.id for one in topology.components[request.source].replicas):
        return Stop(request.id, "unsent", f"{head}: no replica of {request.source} is up to make it")
    return Stop(request.id, "unanswered", f"{head}: {_reason(topology, flow, request, down)}")


def _reason(topology: Topology, flow: Flow, request: Request, down: frozenset[str]) -> str:
    """Why too few of those that would answer a request do, from the plainest reason on."""
    connections = _connections(topology, request)
    names = listed(request.targets, "or")
    if not connections:
        return f"no connection leads from {request.source} to {names}"
    targets = [topology.components[one] for one in request.targets]
    everyone = [one.id for target in targets for one in target.replicas]
    if down.issuperset(everyone):
        least = quorum(targets[0])
        return (
            f"{names} lacks its quorum of {least}"
            if len(targets) == 1 and least > 1
            else f"no replica of {names} is up"
        )
    access = access_of(request, flow, connections[0])
    able = [eligible(target, access) for target in targets]
    if down.issuperset(one for now, _ in able for one in now):
        if down.issuperset(one for _, later in able for one in later):
            return f"no replica of {names} takes {'reads' if access == 'read' else 'writes'}"
        promoters = [one.replication.by for one in targets if one.replication and one.replication.by]
        return f"no replica of {names} takes writes, and {listed(promoters, 'or')} promotes none"
    if request.pinned and down.issuperset(request.pinned):
        return f"{listed(request.pinned)} {'is' if len(request.pinned) == 1 else 'are'} down"
    if any(one.needs == "all" for one in connections):
        return f"it needs every replica of {names}, and not all are up"
    if any(one.needs != 1 for one in connections):
        return f"too few replicas of {names} are up"
    return f"no replica of {names} that it can reach works"


def _connections(topology: Topology, request: Request) -> list[Connection]:
    found = (topology.index.connections.get((request.source, target)) for target in request.targets)
    return [one for one in found if one is not None]
