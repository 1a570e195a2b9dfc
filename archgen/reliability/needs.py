"""The needs of a replica in a flow: which replicas of which targets may meet each, and how many of them must.

One shape carries all restrictions: so many of the candidates must work, and one with guards counts only while none of
these holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from archgen.model.architecture import Component, Connection, Replica
from archgen.reliability.index import Index
from archgen.reliability.locality import homes, keeping, near, within_reach
from archgen.reliability.members import (
    Votes,
    active_members,
    asked_of,
    eligible,
    is_active_passive,
    keeps_address,
    mover,
    predecessors,
    votes,
    waits_as_backup,
)
from archgen.reliability.moment import LASTING, Moment, Window
from archgen.reliability.promoters import electorate, promoting_component
from archgen.reliability.requests import Asks, Use, asks_of


class Guarded(Struct, frozen=True):
    """A candidate that counts only while none of its guards holds.

    It needs `promoters`, which are components, to work. `after` are the failovers that must be done before it
    takes over; a loss that lasts has none. `votes` are numbers of replicas that must be up. It does not count
    while any of `lost`, which are replicas, has failed by itself, or while the check of its caller `asks` in vain,
    nor while one `ahead`, which keeps the traffic as long as it is up, can't do its part.
    """

    replica: str
    promoters: tuple[str, ...] = ()
    after: tuple[Window, ...] = ()
    votes: tuple[Votes, ...] = ()
    lost: tuple[str, ...] = ()
    asks: tuple[Need, ...] = ()
    ahead: tuple[str, ...] = ()

    @property
    def is_free(self) -> bool:
        """True if it has no guards."""
        return not (self.promoters or self.after or self.votes or self.lost or self.asks or self.ahead)


class Need(Struct, frozen=True):
    """At least `count` of the candidates, and of those that no guard holds back, must work.

    `step` is the first step of the flow that has the need, `connection` the id of the connection under it. `kind` tells
    what is asked: that some request is answered, or, as a condition of each request, that all work who get requests
    of a caller that checks nobody (`unchecked`), or that no candidate fails by itself and keeps its address as its host
    is up, nor any guard holds (`unwatched`), or that no traffic goes to a member that was lost a moment ago (`unsettled`).
    `name` is the domain name whose look-up the need is, where no step shows it. A caller that floats and reaches others on
    other hosts has `places`, of which the candidates are all together; `before` are the replicas of its component that stand
    first in line for the worst.
    """

    step: str
    connection: str | None
    candidates: tuple[str, ...]
    guarded: tuple[Guarded, ...]
    count: int
    kind: Literal["some", "unchecked", "unwatched", "unsettled"] = "some"
    name: str | None = None
    places: tuple[PlacedNeeds, ...] = ()
    before: tuple[str, ...] = ()


class PlacedNeeds(Struct, frozen=True):
    """A host that a caller may stand on, and its needs there: the one in question, and its others that differ by the host.

    Of the hosts of a `group`, a platform that spreads replicas takes another only when it is out of groups.
    """

    host: str
    group: str
    needs: tuple[Need, ...]

    def own(self, need: Need) -> Need | None:
        """Return the need of this place in the place of one, if that depends on places at all."""
        asked = (need.step, need.connection, need.kind)
        return next((each for each in self.needs if (each.step, each.connection, each.kind) == asked), None)


def answering_of(need: Need) -> tuple[str, ...]:
    """Return the replicas that may meet a need: its candidates, and those that a guard may hold back."""
    return (*need.candidates, *(member.replica for member in need.guarded))


def asked_component(need: Need) -> str:
    """Return the component at the end of what a health check asks."""
    behind = next((asked for member in need.guarded for asked in member.asks), None)
    return asked_component(behind) if behind is not None else (need.connection or "").partition(" -> ")[2]


class Conditions(Struct, frozen=True):
    """The reading of a need: at a moment, or of losses that last; `each` asks that each request is answered, not some."""

    moment: Moment = LASTING
    each: bool = False


def needs_of(
    index: Index, component: Component, uses: list[Use], conditions: Conditions
) -> list[tuple[str, tuple[Need, ...]]]:
    """Return the needs of each replica; replicas without a locality share one value, so it is evaluated once."""
    if not uses:
        return [(replica.id, ()) for replica in component.replicas]
    # a look-up has the step of its first request
    shared = {id(use): _needs(index, use, None, conditions) for use in uses if not _local(use)}
    if len(shared) == len(uses):
        needs = _each_once(shared.values())
        return [(replica.id, needs) for replica in component.replicas]
    local = [use for use in uses if _local(use)]
    places_of: dict[tuple[str, ...], tuple[PlacedNeeds, ...]] = {}
    alike: dict[tuple[str, ...], tuple[str, ...]] = {}
    found = []
    for replica in component.replicas:
        if replica.hosts not in places_of:
            places_of[replica.hosts] = tuple(_places(index, component, replica, local, conditions))
        places, before = places_of[replica.hosts], alike.get(replica.hosts, ())
        alike[replica.hosts] = (*before, replica.id) if places else ()
        own = [shared.get(id(use)) or _needs(index, use, replica, conditions) for use in uses]
        found.append((replica.id, _each_once([[_wherever(need, places, before) for need in each] for each in own])))
    return found


def _each_once(needs: Iterable[Iterable[Need]]) -> tuple[Need, ...]:
    """Return the needs without those that ask the same as one before."""
    every = [need for some in needs for need in some]
    if len(every) < 2:
        return tuple(every)
    own: dict[object, Need] = {}
    for need in every:
        asked = (need.candidates, need.guarded, need.count, need.kind in _OF_ELEMENTS)
        own.setdefault(id(need) if need.places else asked, need)
    return tuple(own.values())


_OF_ELEMENTS = ("unwatched", "unsettled")
"""Needs that ask nothing of other replicas."""


def _local(use: Use) -> bool:
    return any(connection.locality is not None for connection in use.connections)


def _places(
    index: Index, component: Component, replica: Replica, uses: Sequence[Use], conditions: Conditions
) -> Iterator[PlacedNeeds]:
    """Yield the hosts that a replica may stand on with the needs that differ by the host, if any do."""
    by_use = [(use, _homes(index, replica, use)) for use in uses]
    differing = [(use, by_host) for use, by_host in by_use if by_host]
    spread = component.placement.spread if component.placement is not None else None
    for host in replica.hosts if differing else ():
        needs = [need for use, _ in differing for need in _needs(index, use, replica, conditions, host)]
        zones = index.nearest_zones(host) if spread != "host" else ()
        homes_here = [zone for _, by_host in differing for zone in sorted(by_host[host]) if zone in index.zone_kinds]
        group = "" if spread == "none" else host if spread == "host" else " ".join(homes_here or zones) or host
        yield PlacedNeeds(host, group, tuple(needs))


def _homes(index: Index, replica: Replica, use: Use) -> dict[str, frozenset[str]]:
    """Return by host what must be shared with a replica to answer a use, if that differs by the host on which it stands."""
    localities = (connection.locality for connection in use.connections if connection.locality is not None)
    found = (homes(index, replica, locality) for locality in localities)
    return next((by_host for by_host in found if by_host), {})


def _wherever(need: Need, places: tuple[PlacedNeeds, ...], before: tuple[str, ...]) -> Need:
    """Return a need with the places by which it differs, if any."""
    return replace(need, places=places, before=before) if any(place.own(need) for place in places) else need


def _needs(
    index: Index, use: Use, caller: Replica | None, conditions: Conditions, host: str | None = None
) -> tuple[Need, ...]:
    """Return what a caller needs for a use: that some request is answered and, where it is asked, each; on a host, if it is named."""
    need, promoted = _some(index, use, caller, conditions.moment, asks_of(index, index.components[use.source]), host)
    if not conditions.each:
        return (need,)
    return (need, *_of_each(index, use, need, promoted), *_unsettled(index, use, need, conditions.moment))


def _some(
    index: Index, use: Use, caller: Replica | None, moment: Moment, asks: Asks = (), host: str | None = None
) -> tuple[Need, frozenset[str]]:
    """Return the need that some request is answered, and the replicas that count once they are promoted."""
    now: list[str] = []
    guarded: list[Guarded] = []
    later: list[Guarded] = []
    required = use.required
    blind = any(connection.needs == "all" for connection in required)
    for connection in required if blind else use.connections:
        for target in connection.targets:
            component = index.components[target]
            access, pinned = use.asked[target]
            first, second = eligible(component, access, moment)
            voting = (*votes(component, access), *electorate(component, index, access))
            if not _can_be_met(voting):
                continue
            for replica in _near(index, first, connection, caller, pinned, host):
                asked = _asked(index, use.step, index.replicas[replica], asks, moment) if asks else ()
                if asked is None:
                    continue
                after = taking_over(component, replica, moment)
                before = predecessors(component, replica)
                by, counted = _moved(index, component, replica)
                if not _can_be_met(counted):
                    continue
                ahead = keeping(index, component, replica)
                member = Guarded(replica, by, after, (*voting, *counted), before, asked, ahead)
                if member.is_free:
                    now.append(replica)
                else:
                    guarded.append(member)
            if second:
                standing_by = _near(index, second, connection, caller, pinned, host)
                for replica in standing_by:
                    asked = _asked(index, use.step, index.replicas[replica], asks, moment) if asks else ()
                    promoted = _promoted(index, component, replica, voting, moment)
                    if asked is not None and _can_be_met(promoted.votes):
                        later.append(replace(promoted, asks=asked))
    count = _count(required, len(now) + len(guarded) + len(later))
    name = use.connections[0].id if use.connections else None
    need = Need(use.step, name, tuple(now), (*guarded, *later), count, name=use.name)
    return need, frozenset(member.replica for member in later)


def _can_be_met(votes: Iterable[Votes]) -> bool:
    """Return False if votes ask for more members than there are: what waits for these never answers."""
    return all(each.count <= len(each.members) for each in votes)


def _asked(index: Index, step: str, member: Replica, asks: Asks, moment: Moment) -> tuple[Need, ...] | None:
    """Return what must answer a target before it passes its check; None if that can never be.

    Each is asked over the target's own connection, or through what leads to it; what nothing leads to doesn't restrict it.
    """
    needs = []
    for asked in asks:
        hop = asked.hop_from(index, member.component)
        if hop is not None:
            last = hop == asked.component
            call = index.connections[member.component, hop]
            own = replace(call, id=f"{member.component} -> {hop}", targets=(hop,), required=True)
            access = asked.access if last else "read"
            use = Use(step, member.component, (own,), {hop: asked_of(index.components[hop], access, (), own.locality)})
            need, _ = _some(index, use, member, moment, () if last else (asked,))
            if len(need.candidates) + len(need.guarded) < need.count:
                return None
            needs.append(need)
    return tuple(needs)


def _promoted(index: Index, component: Component, replica: str, required: tuple[Votes, ...], moment: Moment) -> Guarded:
    """Return a replica that takes writes once it is promoted, by a component or by a person."""
    promoter = promoting_component(index, component)
    by = () if promoter is None else votes(index.components[promoter], "write")
    movers, counted = _moved(index, component, replica)
    promoters = tuple(dict.fromkeys((*(() if promoter is None else (promoter,)), *movers)))
    wait = moment.promotions.get(component.id)
    primary = component.replication.primary if component.replication and wait is not None else ()
    after = tuple(Window(each, wait) for each in primary if wait is not None)
    after += taking_over(component, replica, moment)
    every = tuple(dict.fromkeys((*required, *by, *counted)))
    before, ahead = predecessors(component, replica), keeping(index, component, replica)
    return Guarded(replica, promoters, after, every, before, ahead=ahead)


def _moved(index: Index, component: Component, replica: str) -> tuple[tuple[str, ...], tuple[Votes, ...]]:
    """Return the component that moves the traffic of a cluster to a member that waits, and the votes that this takes."""
    by = mover(component, index.components)
    if by is None or by == component.id or replica in active_members(component):
        return (), ()
    return (by,), votes(index.components[by], "write")


def taking_over(component: Component, replica: str, moment: Moment) -> tuple[Window, ...]:
    """Return the failovers of the active members that must be done before a member takes their traffic."""
    wait = moment.takeovers.get(component.id)
    active = active_members(component)
    if wait is None or replica in active:
        return ()
    return tuple(Window(each, wait) for each in active)


def _unsettled(index: Index, use: Use, need: Need, moment: Moment) -> Iterator[Need]:
    """Yield the condition that no member of an active-active cluster was lost a moment ago, and still gets requests."""
    members = []
    for replica in dict.fromkeys(_asked_of_each(index, use, need)) if moment.takeovers else ():
        component = index.components[index.replicas[replica].component]
        wait = moment.takeovers.get(component.id)
        if wait is not None and not is_active_passive(component.cluster):
            members.append(Guarded(replica, after=(Window(replica, wait),)))
    if members:
        yield Need(use.step, need.connection, (), tuple(members), len(members), "unsettled")


def _asked_of_each(index: Index, use: Use, need: Need) -> Iterator[str]:
    """Yield the replicas that may answer a use, but for those whose answers it can do without."""
    needed = {target for connection in use.required for target in connection.targets}
    for replica in answering_of(need):
        if index.replicas[replica].component in needed:
            yield replica


def _of_each(index: Index, use: Use, need: Need, promoted: frozenset[str]) -> Iterator[Need]:
    """Yield the conditions of each request: all that are asked unchecked work, no member keeps its address when it fails."""
    taking = [replica for replica in _asked_of_each(index, use, need) if replica not in promoted]
    owner = {replica: index.components[index.replicas[replica].component] for replica in taking}
    stuck = tuple(replica for replica in taking if keeps_address(owner[replica], replica))
    if stuck:
        yield Need(use.step, need.connection, stuck, (), len(stuck), "unwatched")
    balance = use.blind
    if balance is None:
        return
    blind = {
        replica
        for replica in taking
        if not waits_as_backup(balance, owner[replica].id, replica) and not is_active_passive(owner[replica].cluster)
    }
    candidates = tuple(replica for replica in need.candidates if replica in blind)
    guarded = tuple(member for member in need.guarded if member.replica in blind)
    if blind:
        yield Need(use.step, need.connection, candidates, guarded, len(candidates) + len(guarded), "unchecked")


def _near(
    index: Index,
    replicas: tuple[str, ...],
    connection: Connection,
    caller: Replica | None,
    pinned: tuple[str, ...],
    host: str | None,
) -> Sequence[str]:
    """Return the replicas that the caller's locality and a step's own choice leave."""
    # a step that names a replica calls it by an address of its own
    asked = [replica for replica in replicas if replica in pinned] if pinned else within_reach(index, replicas)
    return near(index, asked, connection.locality, caller, host)


def _count(connections: tuple[Connection, ...], available: int) -> int:
    """Return how many must work: the most that any of the connections asks; `all` of none is one, as none answers then."""
    return max(
        [max(1, available) if connection.needs == "all" else int(connection.needs) for connection in connections],
        default=1,
    )
