"""The structure function of one flow: which replicas it stands on and what each of them needs.

A replica works if it is up, its component's quorum is met, and each of its needs is met; the flow succeeds if every
initiator works. The functions here state that definition as values; `single` and others evaluate it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from archgen.model.architecture import Access, Answer, Component, Connection, Flow, Frame, Replica, Request, Step
from archgen.reliability.index import Index


class Standby(Struct, frozen=True):
    """A replica that counts only while its promoter works: a component, or None where promotion depends on nothing.

    `after` are the primaries whose loss a person answers by promoting it; it counts once the person is done.
    """

    replica: str
    promoter: str | None
    after: tuple[str, ...] = ()


class Need(Struct, frozen=True):
    """At least `count` of the candidates and of the standbys, once promoted, must work.

    `step` is the first step of the flow that has the need, `connection` the id of the connection under it.
    """

    step: str
    connection: str | None
    candidates: tuple[str, ...]
    standbys: tuple[Standby, ...]
    count: int


class Initiator(Struct, frozen=True):
    """A component that starts the flow, or a part of it, by itself; `step` is the first it takes."""

    component: str
    step: str


class Structure(Struct, frozen=True):
    """The structure function of one flow.

    `replicas` are those that the flow can reach, callers first; `needs` are per replica id; `quorums` maps a component
    to (number of replicas that must be up, its replica ids).
    """

    flow: str
    initiators: tuple[Initiator, ...]
    replicas: tuple[Replica, ...]
    needs: dict[str, tuple[Need, ...]]
    quorums: dict[str, tuple[int, tuple[str, ...]]]
    clients: frozenset[str]


class _Use(Struct, frozen=True):
    """A required call in a flow: what a step asks of whom, before it is told apart per calling replica."""

    step: str
    source: str
    targets: tuple[str, ...]
    connections: tuple[Connection, ...]
    access: Access
    pinned: tuple[str, ...]


def requests(steps: Iterable[Step], optional: bool = False) -> Iterator[tuple[Request, bool]]:
    """Yield every request of a flow in order, with whether it lies inside an `opt` frame."""
    for step in steps:
        if isinstance(step, Request):
            yield step, optional
        elif isinstance(step, Frame):
            for branch in step.branches:
                yield from requests(branch.steps, optional or step.kind == "opt")


def answers(steps: Iterable[Step]) -> Iterator[Answer]:
    """Yield every answer of a flow in order."""
    for step in steps:
        if isinstance(step, Answer):
            yield step
        elif isinstance(step, Frame):
            for branch in step.branches:
                yield from answers(branch.steps)


def quorum(component: Component) -> int:
    """Return how many replicas of a component must be up for any of them to work; 0 if no number is asked."""
    if component.quorum is None:
        return 0
    return len(component.replicas) // 2 + 1 if component.quorum == "majority" else component.quorum


def access_of(request: Request, flow: Flow, connection: Connection | None) -> Access:
    """Return the access of a step: its own, else the flow's, else the connection's, else read-write."""
    return request.access or flow.access or (connection.access if connection else None) or "read-write"


def promoted_by_hand(component: Component) -> bool:
    """Return True if a person promotes a replica within a stated time when a primary, which runs on one host, is lost."""
    replication = component.replication
    if replication is None or replication.failover == "automatic" or replication.recovery is None:
        return False
    return bool(replication.primary) and all(
        len(replica.hosts) < 2 for replica in component.replicas if replica.id in replication.primary
    )


def writers(component: Component, by_hand: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the replicas that take writes, and those that take them once promoted; `by_hand` counts people's promotions."""
    everyone = tuple([replica.id for replica in component.replicas])
    replication = component.replication
    if replication is None or replication.all_write:
        return everyone, ()
    if replication.copy_of is not None:
        return (), ()
    if not replication.primary:
        return everyone, ()
    others = tuple([replica for replica in everyone if replica not in replication.primary])
    promoted = replication.failover == "automatic" or (by_hand and promoted_by_hand(component))
    return replication.primary, others if promoted else ()


def eligible(component: Component, access: Access, by_hand: bool = False) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the replicas that may answer an access, before locality: (at once, after promotion)."""
    now: tuple[str, ...]
    later: tuple[str, ...]
    if access == "read":
        now, later = tuple([replica.id for replica in component.replicas]), ()
    else:
        now, later = writers(component, by_hand)
    cluster = component.cluster
    if cluster is not None and cluster.failover == "manual":
        now = tuple(replica for replica in now if replica in cluster.active)
        later = tuple(replica for replica in later if replica in cluster.active)
    return now, later


def build(index: Index, flow: Flow, by_hand: bool = False) -> Structure:
    """Return the structure function of a flow; `by_hand` counts what people promote, once they are done with it."""
    uses: dict[str, list[_Use]] = {}
    initiators: dict[str, Initiator] = {}
    called: set[str] = set()
    for request, optional in requests(flow.steps):
        connections = connections_under(index, request)
        required = request.required and not optional and all(connection.required for connection in connections)
        if required:
            if request.source not in called and request.source not in initiators:
                initiators[request.source] = Initiator(request.source, request.id)
            uses.setdefault(request.source, []).append(_use(request, flow, connections))
        called.update(request.targets, *(connection.targets for connection in connections))
    return _assemble(index, flow, tuple(initiators.values()), uses, by_hand)


def connections_under(index: Index, request: Request) -> tuple[Connection, ...]:
    """Return the connections under a step, each once; a target without a connection is left out."""
    if len(request.targets) == 1:
        only = index.connections.get((request.source, request.targets[0]))
        return () if only is None else (only,)
    connections = (index.connections.get((request.source, target)) for target in request.targets)
    return tuple({connection.id: connection for connection in connections if connection is not None}.values())


def _use(request: Request, flow: Flow, connections: tuple[Connection, ...]) -> _Use:
    connected = tuple(dict.fromkeys([target for connection in connections for target in connection.targets]))
    orphan = not set(connected).issuperset(request.targets)
    return _Use(
        request.id,
        request.source,
        connected,
        # a target that nothing connects cannot be called, and neither can the step
        () if orphan else connections,
        access_of(request, flow, connections[0] if connections else None),
        request.pinned,
    )


def _assemble(
    index: Index, flow: Flow, initiators: tuple[Initiator, ...], uses: dict[str, list[_Use]], by_hand: bool
) -> Structure:
    replicas: list[Replica] = []
    needs: dict[str, tuple[Need, ...]] = {}
    quorums: dict[str, tuple[int, tuple[str, ...]]] = {}
    clients: set[str] = set()
    queue = [initiator.component for initiator in initiators]
    seen = set(queue)
    for component_id in queue:
        component = index.components[component_id]
        if component.kind == "client":
            clients.add(component_id)
        elif component.quorum is not None and (count := quorum(component)):
            quorums[component_id] = (count, tuple(replica.id for replica in component.replicas))
        replicas.extend(component.replicas)
        asked = uses.get(component_id, [])
        needs.update(_needs_of(index, component, asked, by_hand))
        for reached in _reached(index, asked):
            if reached not in seen:
                seen.add(reached)
                queue.append(reached)
    return Structure(flow.id, initiators, tuple(replicas), needs, quorums, frozenset(clients))


def _reached(index: Index, uses: list[_Use]) -> Iterator[str]:
    """Yield the components whose replicas a use may count, promoters included."""
    for use in uses:
        for target in use.targets:
            yield target
            promoter = _promoter(index, index.components[target]) if use.access != "read" else None
            if promoter is not None:
                yield promoter


def _promoter(index: Index, component: Component) -> str | None:
    replication = component.replication
    if replication is None or replication.failover != "automatic":
        return None
    return replication.by if replication.by in index.components else None


def _needs_of(
    index: Index, component: Component, uses: list[_Use], by_hand: bool
) -> list[tuple[str, tuple[Need, ...]]]:
    """Return the needs of each replica; replicas without a locality share one value, so it is evaluated once."""
    if not uses:
        return [(replica.id, ()) for replica in component.replicas]
    shared = {use.step: _need(index, use, None, by_hand) for use in uses if not _local(use)}
    if len(shared) == len(uses):
        needs = _each_once(list(shared.values()))
        return [(replica.id, needs) for replica in component.replicas]
    return [
        (replica.id, _each_once([shared.get(use.step) or _need(index, use, replica, by_hand) for use in uses]))
        for replica in component.replicas
    ]


def _each_once(needs: list[Need]) -> tuple[Need, ...]:
    """Return the needs without those that ask the same as one before."""
    if len(needs) < 2:
        return tuple(needs)
    own: dict[tuple[tuple[str, ...], tuple[Standby, ...], int], Need] = {}
    for need in needs:
        own.setdefault((need.candidates, need.standbys, need.count), need)
    return tuple(own.values())


def _local(use: _Use) -> bool:
    return any(connection.locality is not None for connection in use.connections)


def _need(index: Index, use: _Use, caller: Replica | None, by_hand: bool) -> Need:
    now: list[str] = []
    later: list[Standby] = []
    for connection in use.connections:
        for target in connection.targets:
            component = index.components[target]
            first, second = eligible(component, use.access, by_hand)
            now.extend(_near(index, first, connection, caller, use.pinned))
            if second:
                promoter = _promoter(index, component)
                after = component.replication.primary if component.replication and promoted_by_hand(component) else ()
                standing_by = _near(index, second, connection, caller, use.pinned)
                later.extend([Standby(replica, promoter, after) for replica in standing_by])
    count = _count(use.connections, len(now) + len(later))
    name = use.connections[0].id if use.connections else None
    return Need(use.step, name, tuple(now), tuple(later), count)


def _near(
    index: Index, replicas: tuple[str, ...], connection: Connection, caller: Replica | None, pinned: tuple[str, ...]
) -> Sequence[str]:
    """Return the replicas that the caller's locality and a step's own choice leave."""
    asked = [replica for replica in replicas if replica in pinned] if pinned else replicas
    if caller is None or connection.locality is None:
        return asked
    home = index.home(caller, connection.locality)
    return [replica for replica in asked if index.places(index.replicas[replica], connection.locality) & home]


def _count(connections: tuple[Connection, ...], available: int) -> int:
    """Return how many must work: the most that any of the connections asks; `all` of none is one, as none answers then."""
    return max(
        [max(1, available) if connection.needs == "all" else int(connection.needs) for connection in connections],
        default=1,
    )
