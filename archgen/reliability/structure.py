"""The structure function of one flow: which replicas it stands on and what each of them needs.

A replica works if it is up, its component's quorum is met, and each of its needs is met; the flow succeeds if every
initiator works. The functions here state that definition as values; `single` and others evaluate it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from archgen.model.architecture import Component, Connection, Flow, Replica
from archgen.model.kinds import KINDS
from archgen.model.steps import Request, first_request
from archgen.reliability.index import Index
from archgen.reliability.locality import keeping
from archgen.reliability.members import Asking, asked_of, eligible, predecessors, quorum
from archgen.reliability.moment import LASTING, Moment
from archgen.reliability.needs import Conditions, Guarded, Need, needs_of, taking_over
from archgen.reliability.promoters import acting, helpers, promotion_calls
from archgen.reliability.requests import Asked, Use, asked_by, asks_of, requests, turns
from archgen.reliability.traffic import unchecked

ServiceLevel = Literal["serves", "every", "full"]
"""The three functions of a flow, each of which implies those before it: some request is answered, each one is, and what
is left for later can be done now too."""


class Initiator(Struct, frozen=True):
    """A component that starts the flow, or a part of it, by itself; `step` is the first it takes."""

    component: str
    step: str


class Structure(Struct, frozen=True):
    """The structure function of one flow.

    `replicas` are those that the flow can reach, callers first; `needs` are per replica id; `quorums` maps a component
    to (number of replicas that must be up, its replica ids). A replica works without the needs of the steps in `optional`.
    """

    flow: str
    initiators: tuple[Initiator, ...]
    replicas: tuple[Replica, ...]
    needs: dict[str, tuple[Need, ...]]
    quorums: dict[str, tuple[int, tuple[str, ...]]]
    clients: frozenset[str]
    optional: frozenset[str] = frozenset()


def build(index: Index, flow: Flow, moment: Moment = LASTING, level: ServiceLevel = "serves") -> Structure:
    """Return a structure function of a flow, of losses that last or at a moment: whoever takes over counts once it is done."""
    uses: dict[str, list[Use]] = {}
    initiators: dict[str, Initiator] = {}
    for number, turn in enumerate(turns(index, flow)):
        request = turn.request
        counts = turn.required and (level == "full" or not turn.later)
        if turn.required and turn.starts and (counts or number == 0):
            initiators.setdefault(request.source, Initiator(request.source, request.id))
        if counts:
            uses.setdefault(request.source, []).append(_use(index, request, flow, turn.connections))
    for look_up in look_ups(index, flow):
        initiator = initiators.get(look_up.source)
        # a server that keeps its mail until it can be sent looks the name up again, too
        if initiator is not None and look_up.source in uses:
            uses[look_up.source].insert(0, replace(look_up, step=initiator.step))
    return _assemble(index, flow, tuple(initiators.values()), uses, Conditions(moment, level != "serves"))


def look_ups(index: Index, flow: Flow) -> Iterator[Use]:
    """Yield the look-up of a flow's domain name that no step shows: who sends the first request from outside needs it.

    The components that answer it for the zone are alternatives. A caller whose own steps ask a name server shows what it
    asks, and so does any step to one of this zone. A step inside `opt` shows none: what is asked only now and then is
    remembered for a while, and missing afterwards. A caller can do without if its own connections to them all say so.
    """
    first = first_request(flow.steps)
    if flow.domain is None or first is None or not _is_outside(index.components[first.source]):
        return
    servers = index.servers_of(flow.domain, first.source)
    for request, optional in requests(flow.steps):
        if optional:
            continue
        kinds = {index.components[target].kind for target in request.targets}
        if (request.source == first.source and "dns" in kinds) or not set(servers).isdisjoint(request.targets):
            return
    declared = [call for server in servers if (call := index.connections.get((first.source, server))) is not None]
    if servers and (not declared or any(call.required for call in declared)):
        call = Connection(f"{first.source} -> {' | '.join(servers)}", first.source, servers, ())
        asked = {server: asked_of(index.components[server], "read") for server in servers}
        yield Use(first.id, first.source, (call,), asked, flow.domain)


def _is_outside(component: Component) -> bool:
    """Return True for what calls a system by its name: a client, or a service of others."""
    return component.kind == "client" or KINDS[component.kind].foreign


def _use(index: Index, request: Request, flow: Flow, connections: tuple[Connection, ...]) -> Use:
    if request.required and not all(connection.required for connection in connections):
        connections = tuple(replace(connection, required=True) for connection in connections)
    asked = asked_by(index, flow, request)
    # a target that nothing connects cannot be called, and neither can the step
    connections = () if len(asked) < len(set(request.targets)) else connections
    return Use(request.id, request.source, connections, asked, blind=unchecked(index, flow, request))


def _assemble(
    index: Index, flow: Flow, initiators: tuple[Initiator, ...], uses: dict[str, list[Use]], conditions: Conditions
) -> Structure:
    replicas: list[Replica] = []
    needs: dict[str, tuple[Need, ...]] = {}
    quorums: dict[str, tuple[int, tuple[str, ...]]] = {}
    clients: set[str] = set()
    starts = {initiator.component: initiator.step for initiator in initiators}
    queue = [*starts]
    seen = set(queue)
    outside = _callers_outside(index, initiators, uses)
    uses = {**_of_promoters(index, starts, uses), **uses}
    for component_id in queue:
        component = index.components[component_id]
        if component.kind == "client" or component_id in outside:
            clients.add(component_id)
        elif count := quorum(component):
            quorums[component_id] = (count, tuple(replica.id for replica in component.replicas))
        replicas.extend(component.replicas)
        asked = uses.get(component_id, [])
        needs.update(needs_of(index, component, asked, conditions))
        if component_id in starts:
            needs.update(_standbys(index, component, starts[component_id], needs, conditions.moment))
        for reached in _reached(index, asked):
            if reached not in seen:
                seen.add(reached)
                queue.append(reached)
    return Structure(flow.id, initiators, tuple(replicas), needs, quorums, frozenset(clients))


def _standbys(
    index: Index, component: Component, step: str, needs: Mapping[str, tuple[Need, ...]], moment: Moment
) -> Iterator[tuple[str, tuple[Need, ...]]]:
    """Yield the needs of the members that wait: until the work has moved to them, only the active ones start a flow.

    To a member behind one that fails on a running host, while only hosts are watched, it doesn't move at all, nor to one behind
    a member that is up and can't do its part, while only processes are; a provider watches its processes.
    """
    cluster = component.cluster
    by_hand = cluster is not None and cluster.failover == "manual" and bool(cluster.active)
    active, _ = eligible(component, "read", moment) if by_hand else ((), ())
    for replica in component.replicas:
        windows = taking_over(component, replica.id, moment)
        before = () if component.managed else predecessors(component, replica.id)
        ahead = keeping(index, component, replica.id)
        if windows or before or ahead:
            lost = tuple(Guarded(window.replica, after=(window,)) for window in windows)
            unsettled = (Need(step, None, (), lost, len(lost), "unsettled"),) if lost else ()
            kept = tuple(Guarded(each, ahead=(each,)) for each in ahead)
            count = len(before) + len(kept)
            unwatched = (Need(step, None, before, kept, count, "unwatched"),) if count else ()
            yield replica.id, (*unsettled, *unwatched, *needs[replica.id])
        elif by_hand and replica.id not in active:
            yield replica.id, (Need(step, None, active, (), 1), *needs[replica.id])


def _callers_outside(
    index: Index, initiators: tuple[Initiator, ...], uses: Mapping[str, Sequence[Use]]
) -> frozenset[str]:
    """Return the external services that start a flow and that nothing in it calls: while they are down, nobody asks."""
    called = {target for asked in uses.values() for use in asked for target in use.asked}
    starting = {initiator.component for initiator in initiators} - called
    return frozenset(name for name in starting if index.components[name].kind == "external-service")


def _of_promoters(index: Index, starts: Collection[str], uses: Mapping[str, Sequence[Use]]) -> dict[str, list[Use]]:
    """Return what promoters ask before they promote, as uses of the step that they promote for.

    What starts the flow or is called by it has uses of its own, or none: a promoter's calls are no part of these.
    """
    called = {*starts, *(target for asked in uses.values() for use in asked for target in use.asked)}
    own: dict[str, list[Use]] = {}
    for use in (use for asked in uses.values() for use in asked):
        for target, (asking, _) in use.asked.items():
            for promoter in acting(index, index.components[target], asking):
                ways = promotion_calls(index, promoter) if promoter not in own and promoter not in called else {}
                for source, calls in ways.items():
                    if source not in called:
                        asked = [
                            Use(use.step, source, (call,), dict.fromkeys(call.targets, ("write", ()))) for call in calls
                        ]
                        own.setdefault(source, asked)
    return own


def _way(index: Index, target: str, asked: Asked) -> Iterator[tuple[str, Asking]]:
    """Yield the components that a health check asks behind a target, each with the access that must work."""
    source, hop = target, asked.hop_from(index, target)
    while hop is not None:
        last = hop == asked.component
        access = asked.access if last else "read"
        yield hop, asked_of(index.components[hop], access, (), index.connections[source, hop].locality)[0]
        source, hop = hop, None if last else asked.hop_from(index, hop)


def _reached(index: Index, uses: list[Use]) -> Iterator[str]:
    """Yield the components whose replicas a use may count, promoters and what checks ask included."""
    for use in uses:
        asks = asks_of(index, index.components[use.source])
        for target, (asking, _) in use.asked.items():
            behind = (part for asked in asks for part in _way(index, target, asked))
            for reached, access in ((target, asking), *behind):
                yield reached
                yield from helpers(index, index.components[reached], access)
