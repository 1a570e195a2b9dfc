"""The request at which a flow fails, and the error that its visitor sees."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.architecture import Component, Flow
from archgen.model.durations import format_duration
from archgen.model.steps import Request
from archgen.model.wording import listed, plural
from archgen.reliability.members import Asking, eligible, manual_failovers, names_primary, quorum
from archgen.reliability.requests import asked_by, connections_under, needed_connections, requests
from archgen.reliability.simulation import FlowOutcome
from archgen.views.flow import FailedRequest
from archgen.views.labels import step_number


def first_failed_request(topology: Topology, outcome: FlowOutcome) -> FailedRequest:
    """Return the first request in time that fails in a flow that is down, with its reason.

    The proof of a failure names the request nearest to the start by calls, which may come later.
    """
    flow = next(candidate for candidate in topology.architecture.flows if candidate.id == outcome.flow)
    failing = {*outcome.fails, outcome.step}
    asked = [request for request, _ in requests(flow.steps)]
    place = next(at for at, request in enumerate(asked) if request.id in failing)
    request = asked[place]
    always = "" if outcome.possible else " with every element up"
    head = f"The request fails at step {step_number(request.id)}{always}"
    down = frozenset(outcome.down)
    before = tuple(_instead(topology, flow, asked[:place], down))
    error = _error(topology, asked[: place + 1])
    if down.issuperset(replica.id for replica in topology.components[request.source].replicas):
        held = dict(outcome.hindrances).get(request.id, f"no replica of {request.source} is up to send it")
        words = f"{head}: {held}"
        return FailedRequest(request.id, "unsent", words, before, error=error)
    return FailedRequest(
        request.id,
        "unanswered",
        f"{head}: {_reason(topology, flow, request, down, dict(outcome.hindrances).get(request.id))}",
        before,
        _again(topology, request),
        _waits(topology, flow, request, down),
        error,
    )


def _error(topology: Topology, asked: list[Request]) -> tuple[str, str] | None:
    """Return the ends of the error response to the flow's client; None if its own request fails."""
    calls = [call for call in asked if topology.kind(call.source).id == "client"]
    if not calls or calls[-1] is asked[-1]:
        return None
    return calls[-1].targets[0], calls[-1].source


def _again(topology: Topology, request: Request) -> str:
    """Describe the retries that a request's connection declares."""
    retried = [connection for connection in connections_under(topology.index, request) if connection.retries]
    if not retried:
        return ""
    tries = plural(retried[0].retries or 0, "more time")
    return f"retry, {tries}" + (f", {retried[0].timeout:g} s each" if retried[0].timeout is not None else "")


def _waits(topology: Topology, flow: Flow, request: Request, down: frozenset[str]) -> str:
    """Describe the manual failover that would restore the flow, if the model declares it."""
    for target, (asking, _) in asked_by(topology.index, flow, request).items():
        for failover in manual_failovers(topology.components[target]):
            able = [replica for replica in failover.standby if replica not in down]
            if able and down.issuperset(failover.leading) and not (failover.promotes and asking == "read"):
                return f"{listed(able, 'or')} needs manual failover{_lasting(failover.recovery)}"
    return ""


def _lasting(seconds: float | None) -> str:
    return "" if seconds is None else f", which takes {format_duration(seconds / 3600)}"


def _instead(topology: Topology, flow: Flow, asked: list[Request], down: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield, once each, the replicas that replace failed ones on the path, and why."""
    seen: set[str] = set()
    for request in asked:
        for target, (asking, _) in asked_by(topology.index, flow, request).items():
            words = _replaced(topology, request, topology.components[target], asking, down)
            if words and words not in seen:
                seen.add(words)
                yield request.id, words


def _replaced(topology: Topology, request: Request, target: Component, asking: Asking, down: frozenset[str]) -> str:
    lost = [replica.id for replica in target.replicas if replica.id in down]
    standing = [replica.id for replica in target.replicas if replica.id not in down]
    if not lost or not standing:
        return ""
    data, cluster = target.replication, target.cluster
    if data is not None and data.failover == "automatic" and data.primary and down.issuperset(data.primary):
        if asking != "read":
            return (
                f"{data.by or 'the failover'} has promoted {listed(standing, 'or')} to replace {listed(data.primary)}"
            )
    elif cluster is not None and cluster.failover == "automatic" and cluster.active and down.issuperset(cluster.active):
        return f"{standing[0]} has taken over from {listed(cluster.active)}" + (
            f", by {cluster.by}" if cluster.by else ""
        )
    balance = topology.components[request.source].balance
    if balance is not None and balance.health_check:
        return f"the health check of {request.source} has removed {listed(lost)}: {listed(standing, 'or')} responds"
    if any(connection.retries for connection in connections_under(topology.index, request)):
        return f"{request.source} may retry requests to {listed(lost)}: {listed(standing, 'or')} responds"
    return ""


def _reason(topology: Topology, flow: Flow, request: Request, down: frozenset[str], held: str | None) -> str:
    """Return why too few replicas respond to a request, the simplest reason first."""
    # the words about named replicas come after those about all
    asked = asked_by(topology.index, flow, replace(request, pinned=()))
    unconnected = [name for name in request.targets if name not in asked]
    if unconnected:
        return f"no connection leads from {request.source} to {listed(unconnected, 'or')}"
    names = listed(request.targets, "or")
    targets = [topology.components[name] for name in request.targets]
    everyone = [replica.id for target in targets for replica in target.replicas]
    if down.issuperset(everyone):
        least = quorum(targets[0])
        return (
            f"{names} lacks its quorum of {least}"
            if len(targets) == 1 and least > 1
            else f"no replica of {names} is up"
        )
    if held is not None:
        return held
    able = [eligible(target, asked[target.id][0]) for target in targets]
    if down.issuperset(replica for now, _ in able for replica in now):
        work = dict.fromkeys(
            "reads" if asking in ("read", "lead") else "writes" for asking, _ in map(asked.__getitem__, request.targets)
        )
        none = f"no replica of {names} accepts {listed(list(work), 'or')}"
        if down.issuperset(replica for _, later in able for replica in later):
            return none
        promoters = [target.replication.by for target in targets if target.replication and target.replication.by]
        return f"{none}, and {listed(promoters, 'or')} promotes none"
    if request.pinned and down.issuperset(request.pinned):
        promoters = [by for target in targets if (by := _asked_to_promote(target, request))]
        instead = f", and {listed(promoters, 'or')} promotes none" if promoters else ""
        return f"{listed(request.pinned)} {'is' if len(request.pinned) == 1 else 'are'} down{instead}"
    needed = needed_connections(topology.index, request)
    if any(connection.needs == "all" for connection in needed):
        every = [target for target in request.targets if any(target in connection.targets for connection in needed)]
        return f"it needs every replica of {listed(every, 'or')}, and not all are up"
    if any(connection.needs != 1 for connection in needed):
        return f"too few replicas of {names} are up"
    return f"no replica of {names} that it can reach works"


def _asked_to_promote(target: Component, request: Request) -> str | None:
    """Return what should promote another replica of a component whose primary a request names."""
    if not names_primary(target, request.pinned) or not eligible(target, "lead")[1]:
        return None
    return target.replication.by if target.replication is not None else None
