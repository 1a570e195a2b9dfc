"""The needs of a replica in a flow: which replicas of which targets may meet each, and how many of them must.

The short form of the definition is one shape: so many of the candidates must work. A standby is a candidate that counts
only once it is promoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from archgen.model.architecture import Access, Component, Connection, Replica
from archgen.reliability.index import Index
from archgen.reliability.members import eligible, is_active_passive, promoted_by_hand, waits_as_backup


class Standby(Struct, frozen=True):
    """A replica that counts only while its promoter works: a component, or None where promotion depends on nothing.

    `after` are the primaries whose loss a person answers by promoting it; it counts once the person is done.
    """

    replica: str
    promoter: str | None
    after: tuple[str, ...] = ()


class Need(Struct, frozen=True):
    """At least `count` of the candidates and of the standbys, once promoted, must work.

    `step` is the first step of the flow that has the need, `connection` the id of the connection under it. A need is
    `unchecked` where it asks for all who get the requests of a caller that doesn't check them: a condition of each
    request, while some request is answered without it.
    """

    step: str
    connection: str | None
    candidates: tuple[str, ...]
    standbys: tuple[Standby, ...]
    count: int
    unchecked: bool = False


class Use(Struct, frozen=True):
    """A required call in a flow: what a step asks of whom, before it is told apart per calling replica."""

    step: str
    source: str
    targets: tuple[str, ...]
    connections: tuple[Connection, ...]
    access: Access
    pinned: tuple[str, ...]


class Conditions(Struct, frozen=True):
    """The reading of a need: `by_hand` counts what people promote, `each` asks that each request is answered, not some."""

    by_hand: bool = False
    each: bool = False


def promoter_of(index: Index, component: Component) -> str | None:
    """Return the component that promotes the replicas of another, if any does."""
    replication = component.replication
    if replication is None or replication.failover != "automatic":
        return None
    return replication.by if replication.by in index.components else None


def needs_of(
    index: Index, component: Component, uses: list[Use], conditions: Conditions
) -> list[tuple[str, tuple[Need, ...]]]:
    """Return the needs of each replica; replicas without a locality share one value, so it is evaluated once."""
    if not uses:
        return [(replica.id, ()) for replica in component.replicas]
    shared = {use.step: _needs(index, use, None, conditions) for use in uses if not _local(use)}
    if len(shared) == len(uses):
        needs = _each_once(shared.values())
        return [(replica.id, needs) for replica in component.replicas]
    return [
        (
            replica.id,
            _each_once([shared.get(use.step) or _needs(index, use, replica, conditions) for use in uses]),
        )
        for replica in component.replicas
    ]


def _each_once(needs: Iterable[tuple[Need, ...]]) -> tuple[Need, ...]:
    """Return the needs without those that ask the same as one before."""
    every = [need for some in needs for need in some]
    if len(every) < 2:
        return tuple(every)
    own: dict[tuple[tuple[str, ...], tuple[Standby, ...], int], Need] = {}
    for need in every:
        own.setdefault((need.candidates, need.standbys, need.count), need)
    return tuple(own.values())


def _local(use: Use) -> bool:
    return any(connection.locality is not None for connection in use.connections)


def _needs(index: Index, use: Use, caller: Replica | None, conditions: Conditions) -> tuple[Need, ...]:
    """Return what a caller needs for a use: that some request is answered and, where it is asked, each."""
    now: list[str] = []
    later: list[Standby] = []
    for connection in use.connections:
        for target in connection.targets:
            component = index.components[target]
            first, second = eligible(component, use.access, conditions.by_hand)
            now.extend(_near(index, first, connection, caller, use.pinned))
            if second:
                promoter = promoter_of(index, component)
                after = component.replication.primary if component.replication and promoted_by_hand(component) else ()
                standing_by = _near(index, second, connection, caller, use.pinned)
                later.extend([Standby(replica, promoter, after) for replica in standing_by])
    count = _count(use.connections, len(now) + len(later))
    name = use.connections[0].id if use.connections else None
    need = Need(use.step, name, tuple(now), tuple(later), count)
    blind = _blind(index, use, need) if conditions.each else ()
    return (need, Need(use.step, name, blind, (), len(blind), unchecked=True)) if blind else (need,)


def _blind(index: Index, use: Use, need: Need) -> tuple[str, ...]:
    """Return the candidates that get requests whether they work or not, as their caller checks none."""
    balance = index.components[use.source].balance
    if balance is None or balance.health_check is not False:
        return ()
    return tuple(
        replica
        for replica in need.candidates
        if not waits_as_backup(balance, index.replicas[replica].component, replica)
        and not is_active_passive(index.components[index.replicas[replica].component].cluster)
    )


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
