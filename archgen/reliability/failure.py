"""All single failures of a flow in one evaluation, each with its proof on demand.

Every value is a bit set over states: bit 0 is the state with nothing failed, bit i the state in which element i alone
has failed; a set bit means "does not work then".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from heapq import heappop, heappush

from msgspec import Struct

from archgen.model.finding import Proof
from archgen.model.subject import Subject
from archgen.model.wording import listed
from archgen.reliability.evaluation import Evaluation, places
from archgen.reliability.needs import Guarded, Need, PlacedNeeds, answering_of
from archgen.reliability.plan import Plan
from archgen.reliability.series import series
from archgen.reliability.structure import Initiator


class SinglePoint:
    """An element whose loss alone makes a flow fail; the proof is traced when it is asked for.

    A long flow has as many points as elements, and a proof as many replicas, so that all proofs take quadratic time.
    """

    def __init__(self, plan: Plan, gone: tuple[Subject, ...], place: int) -> None:
        self.flow = plan.structure.flow
        self.element = plan.elements[place]
        self._plan = plan
        self._gone = gone
        self._state = 2 << place

    @cached_property
    def proof(self) -> Proof:
        """The step that fails without the element, and the path to it."""
        evaluation = single_failures(self._plan, self._gone)
        return prove(evaluation, self._state, (self.element,))


class Failures(Struct, frozen=True):
    """Effects of single failures on a flow. One that fails with nothing failed is not `possible` and has no points."""

    flow: str
    possible: bool
    points: tuple[SinglePoint, ...]
    elements: tuple[Subject, ...]
    broken: Proof | None = None


class States:
    """An algebra of bit sets: one bit a state of the elements, so that many states are evaluated at once."""

    def __init__(self, failed: Mapping[Subject, int], always: int) -> None:
        self._failed = failed
        self.never = 0
        self.always = always

    def element(self, subject: Subject) -> int:
        """Return the states in which an element has failed."""
        return self._failed.get(subject, 0)

    def any_of(self, values: Iterable[int]) -> int:
        """Return the union."""
        union = 0
        for states in values:
            union |= states
        return union

    def at_least(self, count: int, values: Sequence[int]) -> int:
        """Return the states that at least `count` of the sets have: their number in binary, one plane a digit, in parallel."""
        if count == len(values):
            intersection = self.always
            for states in values:
                intersection &= states
            return intersection
        if count == 1:
            return self.any_of(values)
        planes: list[int] = []
        for states in values:
            carry = states
            for place, plane in enumerate(planes):
                planes[place], carry = plane ^ carry, plane & carry
            if carry:
                planes.append(carry)
        return self._reaching(count, planes)

    def _reaching(self, count: int, planes: Sequence[int]) -> int:
        """Return the states whose number is `count` or more: compared from the highest digit down."""
        if count >> len(planes):
            return 0
        more, equal = 0, self.always
        for place in range(len(planes) - 1, -1, -1):
            if count >> place & 1:
                equal &= planes[place]
            else:
                more |= equal & planes[place]
                equal &= ~planes[place]
        return more | equal


def single_failures(plan: Plan, gone: Collection[Subject] = ()) -> Evaluation[int]:
    """Evaluate a flow with nothing failed and with each element failed alone, `gone` being lost in every state."""
    return _single_failures(plan, tuple(gone))


# the questions about a flow come one after the other, and an evaluation of a long flow takes much memory
@lru_cache(maxsize=2)
def _single_failures(plan: Plan, gone: tuple[Subject, ...]) -> Evaluation[int]:
    always = (1 << (len(plan.elements) + 1)) - 1
    failed = {element: 1 << place for place, element in enumerate(plan.elements, 1)}
    return Evaluation(plan, States({**failed, **dict.fromkeys(gone, always)}, always))


def failures(plan: Plan, gone: Collection[Subject] = ()) -> Failures:
    """Return all single points of failure of a flow, in the order replicas, hosts, zones, each with its proof.

    `gone` are elements that are out already, as in maintenance: they are no points, and what they break alone makes
    the flow not possible.
    """
    flow = plan.structure.flow
    evaluation = single_failures(plan, gone)
    if evaluation.flow & 1:
        return Failures(flow, False, (), plan.elements, prove(evaluation, 1, ()))
    points = tuple(SinglePoint(plan, tuple(gone), place) for place in places(evaluation.flow >> 1))
    return Failures(flow, True, points, plan.elements)


def failures_at(plan: Plan, single: Failures, gone: Collection[Subject] = ()) -> Failures:
    """Return the single failures of a flow at a moment, of which those of its elements are known.

    A bad change takes down all replicas of its component, so it is a point where any of these is.
    """
    if not single.possible:
        return single
    fatal = {point.element.id for point in single.points if point.element.kind == "replica"}
    replicas = (replica for replica in plan.structure.replicas if replica.id in fatal)
    fatal_events = {event for replica in replicas for event in plan.events_of(replica)}
    asked = [event for event in plan.elements[len(single.elements) :] if event not in fatal_events]
    failing = _alone(plan, asked, gone)
    points = [
        SinglePoint(plan, tuple(gone), place)
        for place, event in enumerate(plan.elements[len(single.elements) :], len(single.elements))
        if event in fatal_events or event in failing
    ]
    return Failures(single.flow, True, (*single.points, *points), plan.elements)


def _alone(plan: Plan, asked: Sequence[Subject], gone: Collection[Subject]) -> set[Subject]:
    """Return those of some events that break a flow alone."""
    if not asked:
        return set()
    always = (1 << (len(asked) + 1)) - 1
    failed = {event: 2 << place for place, event in enumerate(asked)}
    flow = Evaluation(plan, States({**failed, **dict.fromkeys(gone, always)}, always)).flow
    return {asked[place] for place in places(flow >> 1)}


def single_points(plan: Plan, gone: Collection[Subject] = ()) -> tuple[Subject, ...]:
    """Return the elements whose loss alone makes a flow fail, without proofs; none if it fails with nothing failed."""
    flow = single_failures(plan, gone).flow
    if flow & 1:
        return ()
    return tuple(plan.elements[place] for place in places(flow >> 1))


def prove(evaluation: Evaluation[int], bit: int, lost: tuple[Subject, ...]) -> Proof:
    """Return the proof that a flow fails in a state, in which some elements are lost."""
    step, path = trace(evaluation, bit)
    return Proof(lost, evaluation.plan.structure.flow, step, path, _where(evaluation, bit, path))


def _where(evaluation: Evaluation[int], bit: int, path: tuple[str, ...]) -> str | None:
    """Return where the replicas of a path that float run while a need of theirs is not met, if others of their hosts would meet it."""
    hosts: dict[str, str] = {}
    placed = evaluation.plan.placed
    for replica in filter(placed.__contains__, path) if placed else ():
        for need in placed[replica]:
            place = worst_place(evaluation, need, bit) if evaluation.unmet(need) & bit else None
            if place is not None and _is_met_elsewhere(evaluation, need, bit):
                hosts.setdefault(replica, place.host)
    last = path[-1] if path else None
    stuck = stays_on(evaluation, last, bit) if last is not None else []
    if last is not None and stuck:
        hosts.setdefault(last, stuck[0])
    runs = listed([f"{replica} runs on {host}" for replica, host in hosts.items()]) or None
    return f"{runs} and nothing starts it elsewhere" if stuck else runs


def stays_on(evaluation: Evaluation[int], replica: str, bit: int) -> list[str]:
    """Return the lost hosts of a replica that floats if, in a state, it is down as nothing starts it elsewhere."""
    plan = evaluation.plan
    restart, hosts = plan.restarts.get(replica), plan.index.replicas[replica].hosts
    if restart is None or not evaluation.stays(restart) & bit or evaluation.itself(replica) & bit:
        return []
    lost = [host for host in hosts if evaluation.gone(host) & bit]
    return lost if len(lost) < len(hosts) else []


def _is_met_elsewhere(evaluation: Evaluation[int], need: Need, bit: int) -> bool:
    """Return True if a place meets a need in a state; one that is lost then may have met it before."""
    owns = ((place, place.own(need)) for place in need.places)
    return any(own is not None and not evaluation.standing(place.host, own) & bit for place, own in owns)


def trace(evaluation: Evaluation[int], bit: int) -> tuple[str, tuple[str, ...]]:
    """Return the first step that fails in a state in which the flow fails, and the replicas from the initiator to it.

    The requests are followed in the order of the steps, along failed needs, to one that fails by what is down alone, or that
    nobody could meet; replicas that do not work with nothing failed either are no part of the proof of a failure.
    Only where that leads nowhere, a standby took over that could do its part before as little as now. Bit 0 must be the state
    with nothing failed.
    """
    lame = 0 if bit == 1 else 1
    start, sound = _start(evaluation, bit, lame)
    return _trace(evaluation, bit, lame) or _trace(evaluation, bit, 0) or (start.step, (sound[0],))


def _start(evaluation: Evaluation[int], bit: int, lame: int) -> tuple[Initiator, list[str]]:
    """Return the first initiator that fails in a state, with its replicas but those that fail with nothing failed, if `lame`."""
    plan, failed = evaluation.plan, evaluation.failed
    start = next(start for start in plan.structure.initiators if evaluation.component(start.component) & bit)
    return start, [replica for replica in plan.members[start.component] if not failed[replica] & lame]


def _trace(evaluation: Evaluation[int], bit: int, lame: int) -> tuple[str, tuple[str, ...]] | None:
    """Return the step and the path of `trace`, past replicas that fail in the states of `lame`, too; None if they lead nowhere."""
    plan, failed, down = evaluation.plan, evaluation.failed, evaluation.down
    # what fails in this state and, where that is not the one with nothing failed, not in that one too
    asked = bit | lame
    _, sound = _start(evaluation, bit, lame)
    came_from: dict[str, str | None] = {}
    through: dict[tuple[str, str], str] = {}
    stretches = series(evaluation)
    # by the step that leads there, the first one on top
    open_ends: list[_Next] = []
    for replica in sound:
        if not down[replica] & bit:
            heappush(open_ends, _Next(0, len(open_ends), replica))
    number = len(open_ends)
    while open_ends:
        nearest = heappop(open_ends)
        replica, before, broken = nearest.replica, nearest.before, nearest.broken
        if broken is not None:
            deciders = (*plan.of(broken), *plan.beside(broken))
            dead = [decider for decider in deciders if failed[decider] & asked == bit and down[decider] & bit]
            # what holds back a target that is up says more than a target that is lost as well
            ends = next(_behind_target(evaluation, broken, bit), tuple(dead[:1]))
            # a standby that starts nothing yet calls nobody: without a connection, the step begins at the active member
            calls = broken.connection is not None or not dead
            return broken.step, (*(_way(came_from, through, replica) if calls else ()), *ends)
        if replica in came_from:
            continue
        came_from[replica] = before
        # with nothing else left to look at, the path ahead is the only one
        ahead = stretches.ahead(replica, bit) if not open_ends else None
        if ahead is not None and ahead.down:
            return ahead.step, (*_way(came_from, through, replica), *ahead.replicas)
        if ahead is not None and ahead.replicas[-1] not in came_from:
            *between, last = ahead.replicas
            came_from.update(zip(between, (replica, *between), strict=False))
            heappush(open_ends, _Next(0, number, last, between[-1] if between else replica))
            number += 1
            continue
        for asked_for in plan.structure.needs[replica]:
            if evaluation.unmet(asked_for) & bit:
                need = at_worst(evaluation, asked_for, bit)
                place = plan.positions.get(need.step, 0)
                if alive(evaluation, need, bit) < need.count:
                    heappush(open_ends, _Next(place, number, replica, before, need))
                    number += 1
                    continue
                # a check reaches what it asks through its target, and what promotes a replica stands behind that
                checked = _first_target(need, _checked(plan, need), down, bit)
                promoting = _first_target(need, _promoting(plan, need), down, bit)
                # who takes the traffic is up and fails for a reason of its own
                own = any(failed[each] & asked == bit and not down[each] & bit for each in need.candidates)
                for decider in plan.of(need):
                    if decider not in came_from and failed[decider] & asked == bit and not down[decider] & bit:
                        target = checked.get(decider) or promoting.get(decider)
                        if target is not None:
                            through[replica, decider] = target
                        aside = _ASIDE if own and decider in promoting else 0
                        heappush(open_ends, _Next(place + aside, number, decider, replica))
                        number += 1
    return None


class _Next(Struct, frozen=True, order=True):
    """A replica to look at, after the step and in the order in which it was met, with its caller; or a need that nothing meets."""

    place: int
    number: int
    replica: str
    before: str | None = None
    broken: Need | None = None


def _checked(plan: Plan, need: Need) -> Iterator[tuple[str, str]]:
    """Yield the replicas that checks ask, each with the target behind which it lies."""
    for member in need.guarded:
        for asked in member.asks:
            yield from ((decider, member.replica) for decider in plan.of(asked))


def _behind_target(evaluation: Evaluation[int], need: Need, bit: int) -> Iterator[tuple[str, str]]:
    """Yield the targets that are up, each with what is down and lets its check fail."""
    plan, down = evaluation.plan, evaluation.down
    for member in need.guarded:
        for asked in () if down[member.replica] & bit else member.asks:
            if evaluation.unmet(asked) & bit:
                deciders = (*plan.of(asked), *plan.beside(asked))
                yield from ((member.replica, decider) for decider in deciders if down[decider] & bit)


def _promoting(plan: Plan, need: Need) -> Iterator[tuple[str, str]]:
    """Yield the replicas of promoters, each with one that it would promote."""
    for member in need.guarded:
        for promoter in member.promoters:
            yield from ((replica, member.replica) for replica in plan.members.get(promoter, ()))


def _first_target(need: Need, pairs: Iterable[tuple[str, str]], down: Mapping[str, int], bit: int) -> dict[str, str]:
    """Return the first target for each replica that stands behind one, and isn't asked itself: one that is up, if any is."""
    own = {*answering_of(need)}
    targets: dict[str, str] = {}
    for replica, target in sorted(pairs, key=lambda pair: down[pair[1]] & bit):
        if replica not in own:
            targets.setdefault(replica, target)
    return targets


_ASIDE = 1_000_000
"""What puts an open end behind all others: more than the steps of a flow."""


def _way(came_from: Mapping[str, str | None], through: Mapping[tuple[str, str], str], replica: str) -> tuple[str, ...]:
    """Return the replicas from the start to a replica, with those between that are no callers."""
    way = [replica]
    while (before := came_from[replica]) is not None:
        between = through.get((before, replica))
        way += (before,) if between in (None, before) else (between, before)
        replica = before
    return tuple(reversed(way))


def at_worst(evaluation: Evaluation[int], need: Need, bit: int) -> Need:
    """Return the need at a place that fails it in a state, if it depends on where its caller stands; else the need itself."""
    place = worst_place(evaluation, need, bit)
    own = place.own(need) if place is not None else None
    return own or need


def worst_place(evaluation: Evaluation[int], need: Need, bit: int) -> PlacedNeeds | None:
    """Return the place that fails a need in a state: one that doesn't with nothing lost, and is up, if there is such."""
    failing: list[tuple[int, int, PlacedNeeds]] = []
    for number, place in enumerate(need.places):
        own = place.own(need)
        when = evaluation.standing(place.host, own) if own is not None else 0
        if when & bit:
            worse = bool(when & 1 and bit != 1) + bool(evaluation.gone(place.host) & bit)
            failing.append((worse, number, place))
    return min(failing, default=(0, 0, None))[2]


def alive(evaluation: Evaluation[int], need: Need, bit: int) -> int:
    """Count the replicas that could meet a need in a state if all that is up worked; where its caller stands at the worst place."""
    if need.places:
        worst = at_worst(evaluation, need, bit) if evaluation.need(need) & bit else need
        return alive(evaluation, worst, bit) if worst is not need else need.count
    down, candidates = evaluation.down, need.candidates
    if need.kind == "unwatched":
        held = sum(bool(evaluation.held(member) & bit) for member in need.guarded)
        return need.count - held - sum(bool(evaluation.itself(candidate) & bit) for candidate in candidates)
    if len(candidates) == 1 and not need.guarded:
        return 0 if down[candidates[0]] & bit else 1
    up = len([candidate for candidate in candidates if not down[candidate] & bit])
    return up + len(
        [member for member in need.guarded if not down[member.replica] & bit and is_free(evaluation, member, bit)]
    )


def is_free(evaluation: Evaluation[int], member: Guarded, bit: int) -> bool:
    """Return True if no guard would hold a candidate back in a state if all that is up worked."""
    members = evaluation.plan.members
    for promoter in member.promoters:
        if all(evaluation.down[replica] & bit for replica in members.get(promoter, ())):
            return False
    if any(evaluation.short(votes) & bit for votes in member.votes):
        return False
    if any(evaluation.itself(replica) & bit for replica in member.lost):
        return False
    if any(evaluation.stuck(replica) & bit for replica in member.ahead):
        return False
    return all(alive(evaluation, asked, bit) >= asked.count for asked in member.asks)
