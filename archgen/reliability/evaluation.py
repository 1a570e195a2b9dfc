"""The structure function over any algebra: bits of states, families of cut sets, or decision diagrams.

An algebra says what "this element has failed" is, and joins such values by "any of" and "at least k of"; the walk over
replicas and their needs is the same for all. Callees come before callers; where replicas depend on each other the walk
repeats until nothing changes, which gives the greatest set of working replicas (Kleene iteration on a finite lattice).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from archgen.model.architecture import Replica
from archgen.model.subject import Subject
from archgen.reliability.members import Votes
from archgen.reliability.moment import Wait, Window, recent_loss
from archgen.reliability.needs import Guarded, Need
from archgen.reliability.plan import Plan
from archgen.reliability.promoters import Restart

T = TypeVar("T")


class Algebra(Protocol[T]):
    """Values that tell when something fails; equal values mean the same failure."""

    @property
    def never(self) -> T:
        """Never fails."""

    @property
    def always(self) -> T:
        """Fails with nothing failed."""

    def element(self, subject: Subject) -> T:
        """Return what fails when the element has failed."""

    def any_of(self, values: Iterable[T]) -> T:
        """Return what fails when any of the values does."""

    def at_least(self, count: int, values: Sequence[T]) -> T:
        """Return what fails when at least `count` of the values do; 0 < count <= len(values)."""


class Evaluation(Generic[T]):
    """When each replica of a flow is down, when it does not work, and when the flow fails."""

    def __init__(self, plan: Plan, algebra: Algebra[T]) -> None:
        self._evaluate(plan, algebra, plan.replicas, plan.order, {})
        self.flow = algebra.any_of([self.component(initiator.component) for initiator in plan.structure.initiators])

    def _evaluate(
        self, plan: Plan, algebra: Algebra[T], replicas: Iterable[str], order: list[str], standing: _Standing[T]
    ) -> None:
        self.plan = plan
        self.algebra = algebra
        self._order = order
        self._standing = standing
        self._lost: dict[tuple[str, ...], T] = {}
        self._stuck: dict[Restart, T] = {}
        self._headless: T | None = None
        self._grouped: dict[_Asked, tuple[list[T], T]] = {}
        self.own = {replica: self._up(plan.replicas[replica]) for replica in replicas}
        self.down = self._down()
        self.failed = dict(self.down)
        self.unable: dict[str, T] = {}
        while self._pass() and plan.cyclic:
            pass
        self._unmet: dict[int, T] = {}

    def unmet(self, need: Need) -> T:
        """Return when a need is not met, cached; `need` is the same while replicas are still being evaluated."""
        unmet = self._unmet.get(id(need))
        if unmet is None:
            unmet = self._unmet[id(need)] = self.need(need)
        return unmet

    def component(self, component: str) -> T:
        """Return when no replica of a component works."""
        members = self.plan.members.get(component, [])
        return self._at_least(len(members), [self.failed[member] for member in members])

    def need(self, need: Need) -> T:
        """Return when a need is not met."""
        if need.places:
            return self._wherever(need)
        if need.kind == "unwatched":
            return self.algebra.any_of([*map(self.itself, need.candidates), *map(self.held, need.guarded)])
        if need.kind == "unsettled":
            return self.algebra.any_of([self.held(member) for member in need.guarded])
        candidates = [self.failed[candidate] for candidate in need.candidates]
        candidates += [self.algebra.any_of([self.failed[member.replica], self.held(member)]) for member in need.guarded]
        return self._at_least(len(candidates) - need.count + 1, candidates)

    def _wherever(self, need: Need) -> T:
        """Return when a need is not met at the worst places for the replicas of its component, of which it is the one after `before`.

        As many as there are groups of hosts stand in groups of their own, while these are up.
        """
        # the places of replicas with the same hosts are the same value
        asked = (id(need.places), need.step, need.connection, need.kind)
        if asked not in self._grouped:
            self._grouped[asked] = self._by_group(need)
        bad_groups, none_left = self._grouped[asked]
        worst = [*(self.own[each] for each in need.before), *bad_groups]
        return self.algebra.any_of([self._at_least(len(need.before) + 1, worst), none_left])

    def _by_group(self, need: Need) -> tuple[list[T], T]:
        """Return when each group of hosts has a place that fails a need, and when all groups have one or are gone."""
        optional = self.plan.structure.optional
        groups: dict[str, tuple[list[T], list[T]]] = {}
        for place in need.places:
            own = place.own(need)
            alone = need.step in optional
            asked = [each for each in place.needs if each is own or not (alone or each.step in optional)]
            bad, gone = groups.setdefault(place.group, ([], []))
            bad += [self.standing(place.host, each) for each in asked]
            gone.append(self.gone(place.host))
        bad_groups = [self.algebra.any_of(bad) for bad, _ in groups.values()]
        none_left = [
            self.algebra.any_of([bad, self._at_least(len(gone), gone)])
            for bad, (_, gone) in zip(bad_groups, groups.values(), strict=True)
        ]
        return bad_groups, self._at_least(len(none_left), none_left)

    def standing(self, host: str, need: Need) -> T:
        """Return when a need is not met on a host for what leaves the host up: the loss of that moves the caller elsewhere."""
        spared = self._sparing(self.plan.spared(host, need))
        if spared is None:
            return self.need(need)
        key = (id(need), spared)
        if key not in self._standing:
            self._standing[key] = self._inner(spared, self.plan.behind(need)).need(need)
        return self._standing[key]

    def stuck(self, replica: str) -> T:
        """Return when a replica that keeps its traffic while it is up can't do its part, for what leaves it up."""
        spared = self._sparing(self.plan.spared_with(replica))
        if spared is None:
            return self.unable.get(replica, self.algebra.never)
        key = (replica, spared)
        if key not in self._standing:
            self._standing[key] = self._inner(spared, self.plan.with_callees(replica)).unable[replica]
        return self._standing[key]

    def _sparing(self, spared: frozenset[Subject]) -> frozenset[Subject] | None:
        """Return all elements that never fail where some more don't; None if they are no more, or told apart too often already."""
        if not isinstance(self.algebra, _Spared):
            return spared or None
        fresh = not spared <= self.algebra.spared and len(self._standing) <= CONTEXTS
        return self.algebra.spared | spared if fresh else None

    def _inner(self, spared: frozenset[Subject], replicas: list[str]) -> Evaluation[T]:
        """Evaluate some replicas, callees before callers, where some elements never fail."""
        algebra = self.algebra.algebra if isinstance(self.algebra, _Spared) else self.algebra
        inner: Evaluation[T] = object.__new__(Evaluation)
        inner._evaluate(self.plan, _Spared(algebra, spared), replicas, replicas, self._standing)
        return inner

    def held(self, member: Guarded) -> T:
        """Return when a guard keeps a candidate from counting, though it may work."""
        holding: list[T] = [self.component(promoter) for promoter in member.promoters]
        holding += map(self._awaited, member.after)
        holding += map(self.short, member.votes)
        holding += map(self.itself, member.lost)
        holding += map(self.need, member.asks)
        holding += map(self.stuck, member.ahead)
        return self.algebra.any_of(holding)

    def short(self, votes: Votes) -> T:
        """Return when too few replicas are up."""
        members = [self.own[member] for member in votes.members]
        return self._at_least(len(members) - votes.count + 1, members)

    def itself(self, replica: str) -> T:
        """Return when a replica has failed by itself, whatever its host does."""
        return self.algebra.element(Subject("replica", replica))

    def _awaited(self, window: Window) -> T:
        """Return when a replica is down by a loss after which nothing has taken over yet."""
        waits = self.plan.waits()
        return self.algebra.any_of(
            [self._recent(cause, window.wait, waits[cause]) for cause in self.plan.causes(window.replica)]
        )

    def _recent(self, cause: Subject, wait: Wait, waits: tuple[Wait, ...]) -> T:
        """Return when an element was lost less than a wait ago; for a longer wait that is so all the more."""
        recent = [recent_loss(cause, longer) for longer in waits[waits.index(wait) :]]
        return self.algebra.at_least(len(recent) + 1, [self.algebra.element(each) for each in (cause, *recent)])

    def _at_least(self, count: int, values: list[T]) -> T:
        return self.algebra.at_least(count, values) if count > 0 else self.algebra.always

    def _up(self, replica: Replica) -> T:
        """Return when a replica, its host or a zone around it is gone, or an event has it; a floating one needs any of its hosts.

        It also needs what starts it elsewhere, at worst on a host that is gone.
        """
        if replica.component in self.plan.structure.clients:
            return self.algebra.never
        own = self.algebra.element(Subject("replica", replica.id))
        if events := self.plan.events_of(replica):
            own = self.algebra.any_of([own, *map(self.algebra.element, events)])
        if not replica.hosts:
            zones = self.plan.index.zones_with(replica)
            return self.algebra.any_of([own, *map(self._zone, zones)]) if zones else own
        if replica.hosts not in self._lost:
            homes = [self.gone(host) for host in replica.hosts]
            self._lost[replica.hosts] = self._at_least(len(homes), homes)
        stays = [self.stays(self.plan.restarts[replica.id])] if replica.id in self.plan.restarts else []
        return self.algebra.any_of([own, self._lost[replica.hosts], *stays])

    def stays(self, restart: Restart) -> T:
        """Return when a floating replica is on a lost host, at worst, and nothing starts it elsewhere."""
        if restart not in self._stuck:
            hit = [self.algebra.any_of([self.gone(host) for host in group]) for group in restart.groups]
            self._stuck[restart] = self.algebra.at_least(2, [self._unled(), self._at_least(restart.hit, hit)])
        return self._stuck[restart]

    def _unled(self) -> T:
        """Return when the control plane that starts replicas elsewhere is down."""
        if self._headless is None:
            replicas = self.plan.index.replicas
            lost = [(votes, [self._up(replicas[member]) for member in votes.members]) for votes in self.plan.votes]
            short = [self._at_least(len(each) - votes.count + 1, each) for votes, each in lost]
            self._headless = self.algebra.any_of(short)
        return self._headless

    def gone(self, host: str) -> T:
        """Return when a host, what it runs on or a zone around them is lost."""
        index = self.plan.index
        hosts = [self.algebra.element(Subject("host", each)) for each in (host, *index.hosts_below(host))]
        zones = [*map(self._zone, index.zones_around(host))]
        return self.algebra.any_of([*hosts, *zones]) if len(hosts) + len(zones) > 1 else hosts[0]

    def _zone(self, zone: str) -> T:
        return self.algebra.element(Subject("zone", zone))

    def _down(self) -> dict[str, T]:
        """Return when each replica is not up, or its component's quorum is not met; members count as they are up."""
        own, down = self.own, dict(self.own)
        for count, members in self.plan.structure.quorums.values():
            if members[0] not in own:
                continue
            lost = self._at_least(len(members) - count + 1, [own[member] for member in members])
            for member in members:
                down[member] = self.algebra.any_of([own[member], lost])
        return down

    def _pass(self) -> bool:
        """Walk over all replicas; return True if anything changed. A need that several replicas share is met once."""
        unmet: dict[int, T] = {}
        self._grouped.clear()
        changed = False
        optional = self.plan.structure.optional
        for replica in self._order:
            needs = self.plan.structure.needs.get(replica, ())
            if optional:
                needs = tuple(need for need in needs if need.step not in optional)
            for need in needs:
                if id(need) not in unmet:
                    unmet[id(need)] = self.need(need)
            if needs:
                after = self.algebra.any_of([self.failed[replica], *(unmet[id(need)] for need in needs)])
                if after != self.failed[replica]:
                    self.failed[replica] = after
                    changed = True
            if replica in self.plan.keeping:
                unable = self.algebra.any_of([unmet[id(need)] for need in self.plan.own_needs(replica)])
                changed = changed or unable != self.unable.get(replica, self.algebra.never)
                self.unable[replica] = unable
        return changed


class _Spared(Generic[T]):
    """An algebra in which some elements never fail."""

    def __init__(self, algebra: Algebra[T], spared: frozenset[Subject]) -> None:
        self.algebra = algebra
        self.spared = spared
        self.never = algebra.never
        self.always = algebra.always
        self.any_of = algebra.any_of
        self.at_least = algebra.at_least

    def element(self, subject: Subject) -> T:
        """Return what fails when the element has failed; nothing, for one that is spared."""
        return self.never if subject in self.spared else self.algebra.element(subject)


_Standing = dict[tuple[int | str, frozenset[Subject]], T]
"""When needs are not met, or replicas can't do their part, by the elements that are up for certain."""

_Asked = tuple[int, str, str | None, str]
"""The places of a need, and what is asked there."""

CONTEXTS = 1_000
"""Sets of such elements that are told apart where what floats needs what floats."""


def places(mask: int) -> list[int]:
    """List the places of the bits that are set, in linear time: a shift copies all of a long mask."""
    return [place for place, digit in enumerate(reversed(f"{mask:b}")) if digit == "1"]


def single_bits(mask: int) -> Iterator[int]:
    """Yield each bit that is set as a number of its own, from the lowest; for masks that have few."""
    while mask:
        lowest = mask & -mask
        yield lowest
        mask ^= lowest
