"""The availability of a flow: exact by decision diagram; where that would grow too large, within bounds, or sampled.

The single points of failure are taken out first: the flow is up only if all of them are, so they are a factor of the
result and constants in the diagram. Elements fail independently of each other; what is lost together is told by
hosts and zones.

What ties a flow's parts together, so that no diagram of it stays small, are mostly the zones around several hosts; and of
these few are lost at once. So the diagram is made for each of the likeliest states of the zones, in which it is small,
and what the other states weigh is the width of the bounds: in the best case the flow survives all of them, in the
worst none (Li and Silvester, Performance Analysis of Networks with Unreliable Components, IEEE Transactions on
Communications, 1984).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, combinations
from math import prod, sqrt
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from archgen.model.architecture import Replica
from archgen.model.durations import HOURS_PER_YEAR
from archgen.model.subject import Subject
from archgen.reliability.bdd import ALWAYS, NEVER, Bdd, BudgetExceeded
from archgen.reliability.evaluation import Evaluation
from archgen.reliability.failure import Failures, States
from archgen.reliability.moment import recent_loss
from archgen.reliability.plan import Plan

if TYPE_CHECKING:
    from random import Random

NODE_BUDGET = 100_000
"""A third of a second to build, and some 30 MB."""
SAMPLES = 1 << 15
ROUGH = 1 << 12
"""States that are drawn: for a result, and where only its size is asked for."""

Variables = Sequence[tuple[Subject, ...]]

STATE_NODES = 50_000
"""Nodes of the diagrams of all states together, which share what they have in common."""

STATE_LIMIT = 20_000
"""States that are looked at, times the flow's elements: about a quarter of a second."""

SEED = 20_011
_Z99 = 2.5758293035489004
"""The 99.5% quantile of the standard normal distribution: two-sided 99%."""


class Importance(Struct, frozen=True):
    """Effect of an element on a flow.

    birnbaum: by how much the flow's availability changes with the element's. fussell_vesely: the share of the flow's
    unavailability that would be gone if the element never failed (NUREG/CR-3385). hours_per_year: the same in hours.
    """

    element: Subject
    birnbaum: float
    fussell_vesely: float
    hours_per_year: float


class FlowAvailability(Struct, frozen=True):
    """A flow's availability and the method that gave it.

    `bounds` are certain where the method is "bounds", which have the availability in their middle; where it was sampled
    they are a 99% interval.
    """

    availability: float
    method: Literal["exact", "bounds", "sampled"]
    bounds: tuple[float, float] | None
    importance: tuple[Importance, ...]

    @property
    def downtime(self) -> float:
        """Expected hours a year in which the flow fails."""
        return (1.0 - self.availability) * HOURS_PER_YEAR


def availability(
    plan: Plan, single: Failures, up: Mapping[Subject, float], budget: int = NODE_BUDGET
) -> FlowAvailability:
    """Return the availability of a flow whose elements are up with the given probabilities; 0 for an impossible flow."""
    return Calculation(plan, single, budget).availability(up)


class AvailabilityFormula(Struct, frozen=True):
    """An availability as a formula: the chance that all `points` are up, times that a diagram of the rest is false.

    `variables` are true when any of their events has happened; `nodes` are (variable, where it is false, where it is
    true), children first, the numbers 0 and 1 standing for false and true and 2 for the first node. `root` is where the
    diagram starts.
    """

    points: tuple[Subject, ...]
    variables: tuple[tuple[Subject, ...], ...]
    nodes: tuple[tuple[int, int, int], ...]
    root: int


class Calculation:
    """A flow prepared to compute its availability for many sets of probabilities.

    `single` are the flow's single failures: the points among them are a factor, and constants in the diagram. `budget`
    bounds the diagram's nodes; past it the flow is bounded, or sampled where that tells more. Where the plan is one at a
    moment, the probabilities have one more for each event, and for each wait after a loss: that it is over, given that
    the loss happened and that any longer wait isn't.
    """

    def __init__(self, plan: Plan, single: Failures, budget: int = NODE_BUDGET) -> None:
        self._plan = plan
        self._possible = single.possible
        self.points = tuple(point.element for point in single.points)
        points = frozenset(self.points)
        self._left = [parts for parts in _order(plan) if parts[0] not in points]
        self._diagram: tuple[Bdd, int] | None = None
        if single.possible:
            diagram = Bdd(self._left, budget)
            with suppress(BudgetExceeded):
                self._diagram = diagram, Evaluation(plan, diagram).flow
        self._expansion = Expansion(plan, self._left) if single.possible and self._diagram is None else None

    @property
    def exact(self) -> bool:
        """True if nothing has to be sampled."""
        return self._diagram is not None or not self._possible

    @property
    def work(self) -> int:
        """Cost of the flow in nodes: those made for its diagram, or all that one may have, and its elements fourfold."""
        sampled = self._possible and self._diagram is None
        return (NODE_BUDGET if sampled else self.nodes) + 4 * len(self._plan.elements)

    @property
    def nodes(self) -> int:
        """Number of nodes made for the diagram, which is nearly all that it costs; 0 if there is none."""
        return len(self._diagram[0].variable) if self._diagram is not None else 0

    def availability(self, up: Mapping[Subject, float], samples: int = SAMPLES) -> FlowAvailability:
        """Return the flow's availability with these probabilities of being up."""
        if not self._possible:
            return FlowAvailability(0.0, "exact", None, ())
        if self._diagram is None:
            return self._between(up, samples)
        return self._exact(*self._diagram, up)

    def share(self, up: Mapping[Subject, float]) -> float:
        """Return the availability alone, without what each element means to it, and roughly where it is sampled."""
        if not self._possible or self._diagram is None:
            return self.availability(up, ROUGH).availability
        diagram, root = self._diagram
        rest = 1.0 - diagram.probability(root, [1.0 - all_up(parts, up) for parts in self._left])
        return all_up(self.points, up) * rest

    def _between(self, up: Mapping[Subject, float], samples: int) -> FlowAvailability:
        """Return certain bounds, or a sample where its interval is narrower."""
        series = all_up(self.points, up)
        low, high = self._expansion.bounds(up) if self._expansion is not None else (0.0, 1.0)
        narrowest = interval(0, samples)[1]
        sampled = _sampled(self._plan, up, self.points, samples) if high - low > narrowest else None
        if sampled is not None and sampled.bounds is not None:
            least, most = sampled.bounds
            if most - least < series * (high - low):
                return sampled
        middle = (low + high) / 2
        importance = _points(self.points, up, series, middle)
        return FlowAvailability(series * middle, "bounds", (series * low, series * high), importance)

    def formula(self) -> AvailabilityFormula | None:
        """Return the formula; None for a flow that is impossible or has to be sampled."""
        if self._diagram is None:
            return None
        diagram, root = self._diagram
        inner = diagram.reachable(root)
        place = {NEVER: 0, ALWAYS: 1} | {node: number for number, node in enumerate(inner, 2)}
        nodes = ((diagram.variable[node], place[diagram.low[node]], place[diagram.high[node]]) for node in inner)
        return AvailabilityFormula(self.points, tuple(self._left), tuple(nodes), place[root])

    def _exact(self, diagram: Bdd, root: int, up: Mapping[Subject, float]) -> FlowAvailability:
        chances = [1.0 - all_up(parts, up) for parts in self._left]
        series = all_up(self.points, up)
        rest = 1.0 - diagram.probability(root, chances)
        slopes: dict[Subject, float] = {}
        for parts, slope in zip(self._left, diagram.derivatives(root, chances), strict=True):
            slopes |= {part: series * slope * others for part, others in _others(parts, up).items()}
        slopes |= {point: rest * others for point, others in _others(self.points, up).items()}
        importance = [
            _importance(element, slopes[element], up[element], series * rest)
            for element in self._plan.elements
            if slopes[element] > 0
        ]
        return FlowAvailability(series * rest, "exact", None, ranked(importance))


def _others(elements: Sequence[Subject], up: Mapping[Subject, float]) -> dict[Subject, float]:
    """Return for each of the elements the chance that all others of them are up."""
    behind = [1.0]
    for element in reversed(elements):
        behind.append(behind[-1] * up[element])
    chances: dict[Subject, float] = {}
    before = 1.0
    for place, element in enumerate(elements, 1):
        chances[element] = before * behind[len(elements) - place]
        before *= up[element]
    return chances


def _importance(element: Subject, birnbaum: float, up: float, total: float) -> Importance:
    won = (1.0 - up) * birnbaum
    return Importance(element, birnbaum, won / (1.0 - total) if total < 1.0 else 0.0, won * HOURS_PER_YEAR)


def ranked(importance: Sequence[Importance]) -> tuple[Importance, ...]:
    """Sort by what to fix first; equal ones by their element, so that the order is the same everywhere."""
    return tuple(sorted(importance, key=lambda item: (-item.hours_per_year, -item.birnbaum, item.element)))


def _order(plan: Plan) -> tuple[tuple[Subject, ...], ...]:
    """Return the variables of a flow's diagram; whether what takes over has done so stands beside the loss."""
    waits = plan.waits()
    variables: list[tuple[Subject, ...]] = []
    for parts in series_modules(plan):
        others = tuple(element for element in parts if element not in waits)
        variables += [others] if others else []
        for element in parts:
            if element in waits:
                variables += [(element,), *((recent_loss(element, wait),) for wait in waits[element])]
    return tuple(variables)


def series_modules(plan: Plan) -> tuple[tuple[Subject, ...], ...]:
    """Return the elements in groups that take down exactly the same replicas, so that the loss of one is the loss of any.

    Zones around the same hosts of the flow are one group, with the host where it is the only one; so is a replica with
    the host that it has for itself. The groups come as a walk from the initiators meets them, zones before hosts before
    replicas: what fails together stands together in this order, which keeps a diagram small. Every group in series is
    a module (Chatterjee, Modularization of Fault Trees, 1975).
    """
    groups: dict[object, dict[Subject, None]] = {}
    failing = {replica.id: replica for replica in plan.failing()}
    replicas = [failing[each] for each in dict.fromkeys((*reversed(plan.order), *failing)) if each in failing]
    tenants: dict[str, list[str]] = {}
    around: dict[Subject, set[str]] = {}
    for replica in replicas:
        for stand in replica.hosts or (replica.id,):
            tenants.setdefault(stand, []).append(replica.id)
            for place in _places_around(plan, replica, stand):
                around.setdefault(place, set()).add(stand)
    # a set keeps its hash, which takes long to work out for a zone around many hosts
    inside = {place: frozenset(stands) for place, stands in around.items()}
    alike: dict[Subject, list[str]] = {}
    for replica in replicas:
        for event in plan.events_of(replica):
            alike.setdefault(event, []).append(replica.id)
    for replica in replicas:
        for event in plan.events_of(replica):
            if len(alike[event]) > 1 or replica.id in plan.watched_alone:
                groups.setdefault(event, {})[event] = None
        stands = replica.hosts or (replica.id,)
        for stand in stands:
            for place in _places_around(plan, replica, stand):
                groups.setdefault(inside[place], {})[place] = None
        alone = len(stands) == 1 and len(tenants[stands[0]]) == 1 and replica.id not in plan.watched_alone
        own = groups.setdefault(frozenset(stands) if alone else replica.id, {})
        own[Subject("replica", replica.id)] = None
        if replica.id not in plan.watched_alone:
            own |= {event: None for event in plan.events_of(replica) if len(alike[event]) == 1}
    return tuple(tuple(parts) for parts in groups.values())


def _places_around(plan: Plan, replica: Replica, stand: str) -> Iterator[Subject]:
    """Yield zones, the hosts below and the host itself that take a replica's stand down: its host, or itself without one."""
    index = plan.index
    zones = index.zones_around(stand) if replica.hosts else index.zones_with(replica)
    yield from (Subject("zone", zone) for zone in reversed(zones))
    if replica.hosts:
        yield from (Subject("host", host) for host in (*reversed(index.hosts_below(stand)), stand))


def _sampled(plan: Plan, up: Mapping[Subject, float], points: tuple[Subject, ...], samples: int) -> FlowAvailability:
    """Sample what is no single point by Monte Carlo: many random states at once, one bit each, from a fixed seed."""
    from random import Random

    random = Random(SEED)
    left = [element for element in plan.elements if element not in frozenset(points)]
    failed = {element: draws(random, 1.0 - up[element], samples) for element in (*left, *_windows(plan))}
    hits = Evaluation(plan, States(failed, (1 << samples) - 1)).flow.bit_count()
    low, high = interval(hits, samples)
    rest, series = 1.0 - hits / samples, all_up(points, up)
    bounds = (series * (1.0 - high), series * (1.0 - low))
    return FlowAvailability(series * rest, "sampled", bounds, _points(points, up, series, rest))


def _windows(plan: Plan) -> list[Subject]:
    return [recent_loss(element, wait) for element, waits in plan.waits().items() for wait in waits]


def _points(
    points: tuple[Subject, ...], up: Mapping[Subject, float], series: float, rest: float
) -> tuple[Importance, ...]:
    """Return the effects of the single points alone, for a flow whose other elements count as one number."""
    others = _others(points, up)
    return ranked(
        [_importance(element, rest * beside, up[element], series * rest) for element, beside in others.items()]
    )


def draws(random: Random, chance: float, count: int) -> int:
    """Return `count` bits, each set with the given chance to 2^-32: the chance's binary digits, folded from the last."""
    digits = round(chance * (1 << 32))
    if digits >= 1 << 32:
        return (1 << count) - 1
    bits = 0
    for place in range(32):
        fresh = random.getrandbits(count)
        bits = (bits | fresh) if digits >> place & 1 else (bits & fresh)
    return bits


def interval(hits: int, count: int) -> tuple[float, float]:
    """Return the Wilson score interval of a share at 99% (Wilson, 1927)."""
    share, square = hits / count, _Z99 * _Z99
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = _Z99 / (1 + square / count) * sqrt(share * (1 - share) / count + square / (4 * count * count))
    return max(0.0, middle - spread), min(1.0, middle + spread)


def all_up(elements: Sequence[Subject], up: Mapping[Subject, float]) -> float:
    """Return the chance that all of some elements are up, which fail independently."""
    return prod([up[element] for element in elements])


class _Conditioned(Bdd):
    """Diagrams in a state in which some elements have failed for certain."""

    gone: frozenset[Subject] = frozenset()

    def element(self, subject: Subject) -> int:
        """Return the function that is true if the element has failed: always, for one that is gone."""
        return ALWAYS if subject in self.gone else super().element(subject)


class Expansion:
    """A flow in the states of the zones in which none, one or two groups of them are lost, as many as were made."""

    def __init__(self, plan: Plan, variables: Variables, states: int = STATE_LIMIT) -> None:
        zones = [parts for parts in variables if all(element.kind == "zone" for element in parts)]
        self._zones = zones
        self._inner = [parts for parts in variables if parts not in zones]
        self._diagram = _Conditioned(self._inner, STATE_NODES)
        self._roots: dict[tuple[int, ...], int] = {}
        places = range(len(zones))
        # without zones the one state would be the diagram that grew too large
        likeliest = chain([()], ((place,) for place in places), combinations(places, 2)) if zones else ()
        for state, _ in zip(likeliest, range(states // max(1, len(plan.elements))), strict=False):
            self._diagram.gone = frozenset(zone for place in state for zone in zones[place])
            try:
                self._roots[state] = Evaluation(plan, self._diagram).flow
            except BudgetExceeded:
                break

    def bounds(self, up: Mapping[Subject, float]) -> tuple[float, float]:
        """Return the least and the most that the chance of the flow to succeed can be, what the variables leave out being up."""
        lost = [1.0 - all_up(parts, up) for parts in self._zones]
        chances = [1.0 - all_up(parts, up) for parts in self._inner]
        weight, low = 0.0, 0.0
        for state, root in self._roots.items():
            own = 1.0
            for place, chance in enumerate(lost):
                own *= chance if place in state else 1.0 - chance
            weight += own
            low += own * (1.0 - self._diagram.probability(root, chances))
        return low, min(1.0, low + max(0.0, 1.0 - weight))
