"""The smallest set of edits after which no single failure takes down a flow.

A search by hitting-set tree (Reiter, A Theory of Diagnosis from First Principles, 1987): some edit must help against
the first single point that is left, so only those that can are tried for it, with one more edit allowed each round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cache, partial
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.edits.changes import (
    AddHost,
    AddReplica,
    AutomateFailover,
    Edit,
    MoveHost,
    MoveReplica,
    apply_edit,
    with_neighbours,
)
from archgen.edits.moves import BUILT
from archgen.edits.placement import zones_expected
from archgen.improve.administration import administered
from archgen.improve.candidates import against, automated, lone_components
from archgen.improve.grouping import with_failover
from archgen.improve.machines_there import with_machines_there
from archgen.improve.new_zones import in_fewer_zones
from archgen.improve.numbering import renumber
from archgen.improve.places import zones_at_home
from archgen.improve.practiced import with_practiced
from archgen.improve.votes import with_votes_there
from archgen.model.architecture import Architecture
from archgen.model.subject import Subject
from archgen.reliability.failure import failures
from archgen.reliability.index import Index
from archgen.reliability.plan import Plan
from archgen.reliability.structure import build

MOST_EDITS = 8
MOST_HELPERS = 30
"""The most edits of a smallest repair, and the most that are tried at once to see the points that no edit removes."""

WORK = 20_000
"""Elements, over all flows, that are examined before the search takes the first edits that help."""

Points = dict[str, tuple[Subject, ...]]
"""The single points of failure of each flow that has any, or an empty tuple for one that is impossible."""


class Repair(Struct, frozen=True):
    """Edits, and the single points of failure that remain by flow; `smallest` if no smaller set does as much."""

    edits: tuple[Edit, ...]
    left: tuple[tuple[str, tuple[Subject, ...]], ...]
    smallest: bool


class _Search:
    """Candidates and verdicts for the architectures of a search, within a bounded amount of work."""

    def __init__(self, architecture: Architecture, accepted: frozenset[Subject]) -> None:
        self.work = 0
        self.accepted = accepted
        self._index = Index(architecture)
        self._callers = self._index.callers
        self._impossible: frozenset[str] = frozenset()
        self._built = frozenset((*(zone.id for zone in architecture.zones), *self._index.hosts))
        self._lone = lone_components(Topology(architecture))
        self._plans: dict[str, Plan] = {}
        self._architecture = architecture

    def apply(self, architecture: Architecture, edit: Edit) -> Architecture:
        """Return an architecture with one more edit; no edit alters who calls whom."""
        return apply_edit(architecture, edit, self._callers)

    def points(self, architecture: Architecture) -> Points:
        """Return the single points of each flow; flows that are impossible anyway are left out."""
        self._index = index = Index(architecture)
        self._architecture = architecture
        points, self._plans, self._impossible = self._computed(index)
        return points

    def _computed(self, index: Index) -> tuple[Points, dict[str, Plan], frozenset[str]]:
        points: Points = {}
        plans: dict[str, Plan] = {}
        impossible: set[str] = set()
        for flow in index.architecture.flows:
            plan = plans[flow.id] = Plan(index, build(index, flow))
            single = failures(plan)
            self.work += len(single.elements) + 1
            if single.points:
                points[flow.id] = tuple(point.element for point in single.points)
            if not single.possible:
                impossible.add(flow.id)
        return points, plans, frozenset(impossible)

    def candidates(self, target: Subject, points: Points) -> Iterator[Edit]:
        """Return the edits that can help against a single point of the architecture whose `points` were last computed."""
        breaking = {element for elements in points.values() if target in elements for element in elements}
        plans = (self._plans[flow] for flow, elements in points.items() if target in elements)
        architecture, impossible, index = self._architecture, self._impossible, self._index
        apart = {plan: administered(index, index.flows[plan.structure.flow]) for plan in plans}
        used = {component for plan, own in apart.items() for component in plan.members if component not in own}
        return (
            edit
            for bare in against(index, target, used, breaking, self._lone, self._built)
            for edit in (self.completed(index, bare),)
            if not isinstance(edit, _MOVES) or self._is_harmless(self.apply(architecture, edit), points, impossible)
        )

    def completed(self, index: Index, edit: Edit) -> Edit:
        """Return an edit with what has to come along, but for what shouldn't run twice."""
        return with_neighbours(index, edit, self._lone.__contains__)

    def with_promoter(self, architecture: Architecture, edit: AutomateFailover) -> Edit:
        """Return automatic failover with a new promoter where it names one that isn't there."""
        components = {each.id: each for each in architecture.components}
        if edit.promoter is None or edit.promoter.new or edit.promoter.id in components:
            return edit
        return automated(Index(architecture), components[edit.component], self._built)

    def _is_harmless(self, moved: Architecture, points: Points, impossible: frozenset[str]) -> bool:
        """Return True if a move, unlike something more, takes nothing away from where it was."""
        after, _, failing = self._computed(Index(moved))
        return failing <= impossible and all(set(own) <= set(points.get(flow, ())) for flow, own in after.items())


def find_smallest_repair(
    architecture: Architecture, accepted: frozenset[Subject] = frozenset(), practiced: Collection[str] = ()
) -> Repair:
    """Return the smallest set of edits after which no element alone takes down a flow, but those whose loss is accepted.

    Nor is one sought for the components that people fail over in time, which are `practiced`.
    """
    architecture = with_practiced(architecture, practiced)
    search = _Search(architecture, accepted)
    hopeless = _hopeless(architecture, search)
    for most in range(MOST_EDITS + 1) if hopeless is not None else ():
        edits = _within(search, architecture, (), most, hopeless or (), set())
        if edits is not None:
            return _result(search, architecture, _pruned(search, architecture, edits), True)
        if search.work > WORK:
            break
    edits = _pruned(search, architecture, _first_that_helps(search, architecture))
    return _result(search, architecture, edits, False)


def _result(search: _Search, architecture: Architecture, edits: tuple[Edit, ...], smallest: bool) -> Repair:
    edits = _with_what_is_there(search, architecture, _at_home(search, architecture, edits))
    edits, repaired = renumber(architecture, edits, search.apply)
    edits = with_failover(architecture, edits)
    left = {
        flow: tuple(point for point in points if point not in search.accepted)
        for flow, points in search.points(repaired).items()
    }
    return Repair(edits, tuple((flow, points) for flow, points in left.items() if points), smallest)


def _with_what_is_there(search: _Search, architecture: Architecture, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    apply = partial(_applied, search, architecture)

    @cache
    def left(edits: tuple[Edit, ...]) -> set[tuple[str, Subject]]:
        return {(flow, element) for flow, own in search.points(apply(edits)).items() for element in own}

    there = edits
    for with_there in (with_votes_there, with_machines_there, in_fewer_zones):
        there = with_there(
            architecture, there, apply, lambda changed: search.work <= 20 * WORK and left(changed) <= left(edits)
        )
    return there


def _applied(search: _Search, architecture: Architecture, edits: Iterable[Edit]) -> Architecture:
    for edit in edits:
        architecture = search.apply(architecture, edit)
    return architecture


def _possible(search: _Search, architecture: Architecture, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return the edits as they are without one: no moves of hosts, or to hosts, that none before them adds.

    What promotes is new where the edit that would have added it is gone.
    """
    if not any(isinstance(edit, (*_MOVES, AutomateFailover)) for edit in edits):
        return edits
    possible: list[Edit] = []
    for edit in edits:
        there = {host.id for host in architecture.hosts}
        if isinstance(edit, AutomateFailover):
            edit = search.with_promoter(architecture, edit)
        if not isinstance(edit, _MOVES) or edit.host in there or (isinstance(edit, MoveReplica) and edit.zones):
            possible.append(edit)
            architecture = search.apply(architecture, edit)
    return tuple(possible)


def _open(
    points: Points, hopeless: Collection[tuple[str, Subject]], closed: Collection[Subject] = ()
) -> Subject | None:
    """Return the first single point to repair: zones before hosts before replicas, since they explain more.

    One that stays a point of a flow, since nothing there can be doubled, may be none of another.
    """
    left = [
        element
        for flow, elements in points.items()
        for element in elements
        if element not in closed and (flow, element) not in hopeless
    ]
    rank = {"zone": 0, "host": 1}
    return min(left, key=lambda element: rank.get(element.kind, 2), default=None)


def _within(
    search: _Search,
    architecture: Architecture,
    edits: tuple[Edit, ...],
    most: int,
    hopeless: Collection[tuple[str, Subject]],
    seen: set[frozenset[Edit]],
) -> tuple[Edit, ...] | None:
    """Return the edits, with at most `most` more, that leave nothing open; None if there are none."""
    points = search.points(architecture)
    target = _open(points, hopeless)
    if target is None:
        return edits
    if most == 0 or search.work > WORK:
        return None
    for edit in search.candidates(target, points):
        key = frozenset((*edits, edit))
        if edit in edits or key in seen:
            continue
        seen.add(key)
        repaired = _within(search, search.apply(architecture, edit), (*edits, edit), most - 1, hopeless, seen)
        if repaired is not None:
            return repaired
    return None


def _hopeless(architecture: Architecture, search: _Search) -> frozenset[tuple[str, Subject]] | None:
    """Return the single points of flows that are left, or that come up, with every edit; None if there are many edits.

    Nobody builds another zone for some flows that the loss of the first takes down with others all the same.
    """
    edits = _first_that_helps(search, architecture, every=True)
    if len(edits) >= MOST_HELPERS or search.work > 10 * WORK:
        return None
    points = search.points(_applied(search, architecture, edits))
    left = [(flow, element) for flow, elements in points.items() for element in elements]
    lost = ({element for _, element in left} & _only_zones(architecture)) | search.accepted
    return frozenset((*left, *((flow.id, element) for flow in architecture.flows for element in lost)))


def _only_zones(architecture: Architecture) -> set[Subject]:
    """Return the zones beside which there is none of their kind."""
    kinds = Counter((zone.kind, zone.within) for zone in architecture.zones)
    return {Subject("zone", zone.id) for zone in architecture.zones if kinds[zone.kind, zone.within] == 1}


def _first_that_helps(search: _Search, architecture: Architecture, every: bool = False) -> tuple[Edit, ...]:
    """Return the first (or every) edit for each point, applied in turn until nothing is open or moves."""
    edits: list[Edit] = []
    elements = _elements(architecture)
    racks = {Subject("zone", zone.id) for zone in architecture.zones if zone.kind in BUILT}
    only = _only_zones(architecture) - racks
    given_up: set[Subject] = set(search.accepted)
    tries: dict[Subject, float] = {}
    # before the first edit against each: its flows, the edits, the architecture
    started: dict[Subject, tuple[set[str], list[Edit], Architecture]] = {}
    most = MOST_HELPERS if every else 10 * MOST_HELPERS
    while len(edits) < most and search.work <= 10 * WORK:
        points = search.points(architecture)
        # an element that an edit added is no cause for more edits
        added = _elements(architecture) - elements
        target = _open(points, (), added | given_up)
        if target is None:
            break
        open_flows = {flow for flow, own in points.items() if target in own}
        flows, before, unchanged = started.setdefault(target, (open_flows, list(edits), architecture))
        options = (edit for edit in search.candidates(target, points) if edit not in edits)
        chosen = _first_moves(options, most - len(edits)) if every else tuple(islice(options, 1))
        tries[target] = tries.get(target, 0) + _share(chosen[0], architecture) if chosen else 0
        if not chosen or tries[target] > 2:
            given_up.add(target)
            if target.kind == "zone" and not every and (flows <= open_flows or target in only):
                # what was to stand elsewhere would be of no use there, or for some of the flows alone
                edits, architecture = before, unchanged
            continue
        architecture = _applied(search, architecture, chosen)
        edits += chosen
    return tuple(edits)


def _at_home(search: _Search, architecture: Architecture, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return the edits with new hosts on the site where their components are now, if another zone resolves no more than that.

    What is far from the rest of its flow is slower, and takes over by a name instead of an address. There it is another rack than
    theirs, if the model has one, and what should survive the loss of the site leaves it all the same.
    """
    reached = search.points(_applied(search, architecture, edits))
    breaking = {element for elements in search.points(architecture).values() for element in elements}
    hosts = {host.id: host for host in architecture.hosts}
    own = {each.id: each.replicas[0].hosts for each in architecture.components}
    index = Index(architecture)
    for edit in edits:
        match edit:
            case AddReplica(component=name, host=str(host)) if edit.zones and own.get(name):
                like = own[name][0]
            case AddHost(like=like, host=host) if edit.zones:
                pass
            case _:
                continue
        if host in hosts or like not in hosts or search.work > 20 * WORK:
            continue
        names = edit.components if isinstance(edit, AddHost) else (edit.component,)
        at_home = zones_at_home(index, like, names, edit.zones, breaking)
        if edit.zones in (at_home, zones_expected(index, like, names)):
            continue
        nearer = tuple(replace(edit, zones=at_home) if each == edit else each for each in edits)
        if search.points(_applied(search, architecture, nearer)) == reached:
            edits = nearer
    return edits


_MOVES = (MoveHost, MoveReplica)


def _share(edit: Edit, architecture: Architecture) -> float:
    """Return the share of a try that an edit takes: one that takes no machine is seldom all that it needs."""
    is_there = isinstance(edit, AddReplica) and any(host.id == edit.host for host in architecture.hosts)
    return 0.25 if isinstance(edit, _MOVES) or is_there else 1


def _first_moves(options: Iterable[Edit], most: int) -> tuple[Edit, ...]:
    """Return the options with the first of the moves only: each of them is without harm where the others stay."""
    chosen: list[Edit] = []
    for edit in islice(options, most):
        if not isinstance(edit, _MOVES) or not any(isinstance(each, _MOVES) for each in chosen):
            chosen.append(edit)
    return tuple(chosen)


def _elements(architecture: Architecture) -> set[Subject]:
    replicas = [
        Subject("replica", replica.id) for component in architecture.components for replica in component.replicas
    ]
    hosts = [Subject("host", host.id) for host in architecture.hosts]
    return {*replicas, *hosts, *(Subject("zone", zone.id) for zone in architecture.zones)}


def _pruned(search: _Search, architecture: Architecture, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """Return the edits without what is superfluous; of two that do the same, the later one goes: the first is the simpler.

    What saves a replica alone from failing is, where the flow fails with its host all the same.
    """
    if search.work > 10 * WORK:
        return edits

    def left(edits: tuple[Edit, ...]) -> set[tuple[str, Subject]]:
        changed = _applied(search, architecture, edits)
        hosts = {each.id: each.hosts for component in changed.components for each in component.replicas}
        points = search.points(changed)
        return {
            (flow, element)
            for flow, elements in points.items()
            for element in elements
            if not any(Subject("host", host) in elements for host in hosts.get(element.id, ()))
        }

    reached, index = left(edits), Index(architecture)
    files = {component.codebase for component in architecture.components}
    for edit in reversed(edits):
        if search.work > 20 * WORK:
            break
        fewer = _possible(search, architecture, tuple(each for each in edits if each != edit))
        if left(fewer) <= reached:
            edits = fewer
            continue
        for name in reversed(edit.components) if isinstance(edit, AddHost) else ():
            if not isinstance(edit, AddHost) or name in files or name not in edit.components:
                continue
            if len(edit.components) == 1 or search.work > 20 * WORK:
                break
            # what is bound to its own host goes with what it is bound to
            bound = search.completed(index, replace(edit, components=(name,)))
            gone = bound.components if isinstance(bound, AddHost) else (name,)
            smaller = replace(edit, components=tuple(each for each in edit.components if each not in gone))
            fewer = tuple(smaller if each == edit else each for each in edits)
            if smaller.components and search.completed(index, smaller) == smaller and left(fewer) <= reached:
                edits, edit = fewer, smaller
    return edits
