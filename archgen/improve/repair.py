"""The smallest set of changes after which no single failure breaks a flow.

A search by hitting-set tree (Reiter, A Theory of Diagnosis from First Principles, 1987): some change must help against
the first single point that is left, so only those that can are tried for it, with one change more allowed each round.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from archgen.edits.changes import (
    AddHost,
    AddReplica,
    AutomateFailover,
    Edit,
    apply_edit,
    needs_manual_failover,
    next_name,
)
from archgen.edits.placement import find_host
from archgen.model.architecture import Architecture, Component, Zone
from archgen.model.subject import Subject
from archgen.reliability.evaluation import Plan
from archgen.reliability.failure import failures
from archgen.reliability.index import Index
from archgen.reliability.structure import build

MOST_EDITS = 8
MOST_HELPERS = 30
"""How many changes a smallest repair may have, and how many are tried at once to see what no change removes."""

WORK = 20_000
"""Elements, over all flows, that are looked at before the search takes the first changes that help."""

Points = dict[str, tuple[Subject, ...]]
"""The single points of failure of each flow that has any, or an empty tuple for one that is impossible."""


class Repair(Struct, frozen=True):
    """Changes, and the single points that they leave by flow; `smallest` if no fewer changes reach as much."""

    edits: tuple[Edit, ...]
    left: tuple[tuple[str, tuple[Subject, ...]], ...]
    smallest: bool


class _Search:
    """Candidates and verdicts for architectures on the way, within a bounded amount of work."""

    def __init__(self, architecture: Architecture, flows: Collection[str] | None) -> None:
        self.flows = flows
        self.work = 0
        self._callers = Index(architecture).callers
        self._index: Index | None = None
        self._plans: dict[str, Plan] = {}

    def apply(self, architecture: Architecture, edit: Edit) -> Architecture:
        """Return an architecture on the way with one change more; no change alters who calls whom."""
        return apply_edit(architecture, edit, self._callers)

    def points(self, architecture: Architecture) -> Points:
        """What still breaks each flow alone; flows that are impossible anyway are left out."""
        self._index = index = Index(architecture)
        self._plans = {}
        found: Points = {}
        for flow in architecture.flows:
            if self.flows is None or flow.id in self.flows:
                plan = self._plans[flow.id] = Plan(index, build(index, flow))
                single = failures(plan)
                self.work += len(single.elements) + 1
                if single.points:
                    found[flow.id] = tuple(point.element for point in single.points)
        return found

    def candidates(self, target: Subject, points: Points) -> Iterator[Edit]:
        """The changes that can help against a single point, the most natural first, of what `points` was asked of last."""
        assert self._index is not None
        breaking = {one for found in points.values() for one in found}
        bound = (self._plans[flow] for flow, found in points.items() if target in found)
        used = {component for plan in bound for component in plan.members}
        return against(self._index, target, used, breaking)


def repair(architecture: Architecture, flows: Collection[str] | None = None) -> Repair:
    """The smallest set of changes after which no element alone breaks one of the flows (all where none are named)."""
    search = _Search(architecture, flows)
    hopeless = _hopeless(architecture, search)
    for most in range(MOST_EDITS + 1) if hopeless is not None else ():
        found = _within(search, architecture, (), most, hopeless or (), set())
        if found is not None:
            return _result(search, architecture, found, True)
        if search.work > WORK:
            break
    return _result(search, architecture, _pruned(search, architecture, _first_that_helps(search, architecture)), False)


def _result(search: _Search, architecture: Architecture, edits: tuple[Edit, ...], smallest: bool) -> Repair:
    edits = _numbered(architecture, edits)
    for edit in edits:
        architecture = search.apply(architecture, edit)
    return Repair(edits, tuple(search.points(architecture).items()), smallest)


def _numbered(architecture: Architecture, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The changes with their new hosts numbered on: what was tried in between and dropped has no name any more."""
    known = {one.id for one in architecture.hosts}
    names: dict[str, str] = {}
    for edit in edits:
        if isinstance(edit, AddReplica | AddHost) and edit.host is not None and edit.host not in {*known, *names}:
            names[edit.host] = next_name(edit.host, {*known, *names.values()})
    return tuple(_renamed(edit, names) for edit in edits)


def _renamed(edit: Edit, names: dict[str, str]) -> Edit:
    match edit:
        case AddReplica(host=str(host)):
            return replace(edit, host=names.get(host, host))
        case AddHost():
            return replace(edit, host=names[edit.host], like=names.get(edit.like, edit.like))
        case _:
            return edit


def _open(points: Points, hopeless: Collection[Subject]) -> Subject | None:
    """The first single point to do something about: zones before hosts before replicas, since they explain more."""
    left = [one for found in points.values() for one in found if one not in hopeless]
    rank = {"zone": 0, "host": 1}
    return min(left, key=lambda one: rank.get(one.kind, 2), default=None)


def _within(
    search: _Search,
    architecture: Architecture,
    edits: tuple[Edit, ...],
    most: int,
    hopeless: Collection[Subject],
    seen: set[frozenset[Edit]],
) -> tuple[Edit, ...] | None:
    """Changes of at most `most` more that leave nothing open, or None."""
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
        found = _within(search, search.apply(architecture, edit), (*edits, edit), most - 1, hopeless, seen)
        if found is not None:
            return found
    return None


def _hopeless(architecture: Architecture, search: _Search) -> frozenset[Subject] | None:
    """The single points that are left, or that come up, however many of the changes are made; None if they are many."""
    edits = _first_that_helps(search, architecture, every=True)
    if len(edits) >= MOST_HELPERS or search.work > 10 * WORK:
        return None
    for edit in edits:
        architecture = search.apply(architecture, edit)
    return frozenset(one for found in search.points(architecture).values() for one in found)


def _first_that_helps(search: _Search, architecture: Architecture, every: bool = False) -> tuple[Edit, ...]:
    """Changes made one after the other, the first (or every one) for each point, until nothing is open or moves."""
    edits: list[Edit] = []
    known = _elements(architecture)
    given_up: set[Subject] = set()
    tries: dict[Subject, int] = {}
    most = MOST_HELPERS if every else 10 * MOST_HELPERS
    while len(edits) < most and search.work <= 10 * WORK:
        points = search.points(architecture)
        # what the changes themselves brought in is no cause to change more
        made = _elements(architecture) - known
        target = _open(points, made | given_up)
        if target is None:
            break
        tries[target] = tries.get(target, 0) + 1
        options = (one for one in search.candidates(target, points) if one not in edits)
        chosen = tuple(islice(options, most - len(edits) if every else 1))
        if not chosen or tries[target] > 2:
            given_up.add(target)
            continue
        for edit in chosen:
            architecture = search.apply(architecture, edit)
            edits.append(edit)
    return tuple(edits)


def _elements(architecture: Architecture) -> set[Subject]:
    replicas = [Subject("replica", one.id) for component in architecture.components for one in component.replicas]
    hosts = [Subject("host", one.id) for one in architecture.hosts]
    return {*replicas, *hosts, *(Subject("zone", one.id) for one in architecture.zones)}


def _pruned(search: _Search, architecture: Architecture, edits: tuple[Edit, ...]) -> tuple[Edit, ...]:
    """The changes without those that nothing is lost without."""

    if search.work > 10 * WORK:
        return edits

    def left(some: tuple[Edit, ...]) -> set[tuple[str, Subject]]:
        changed = architecture
        for edit in some:
            changed = search.apply(changed, edit)
        return {(flow, one) for flow, found in search.points(changed).items() for one in found}

    reached = left(edits)
    for edit in edits:
        if search.work > 20 * WORK:
            break
        fewer = tuple(one for one in edits if one != edit)
        if left(fewer) <= reached:
            edits = fewer
    return edits


def against(index: Index, target: Subject, used: Collection[str], breaking: Collection[Subject]) -> Iterator[Edit]:
    """The changes to some components that can help against the loss of an element, the most natural first.

    `breaking` are elements that nothing new should stand on or in.
    """
    hit = [one for one in index.architecture.components if one.id in used and _hits(index, one, target)]
    hit = [one for one in hit if one.kind != "client"]
    yield from (AutomateFailover(one.id) for one in hit if needs_manual_failover(one) and len(one.replicas) > 1)
    first = None
    if target.kind != "replica":
        # what has replicas left elsewhere needs no second machine
        ended = [one for one in hit if _ends(index, one, target)]
        if len(ended) == 1:
            first = _elsewhere(index, ended[0], target, breaking)
            yield first
        yield from _machines(index, target, hit, breaking)
    for one in hit:
        found = _elsewhere(index, one, target, breaking)
        if found != first:
            yield found


def _ends(index: Index, component: Component, target: Subject) -> bool:
    """Whether no replica of a component is left when a host or a zone is lost."""

    def lost(host: str) -> bool:
        return host == target.id if target.kind == "host" else target.id in index.zones_around(host)

    return all(one.hosts and all(map(lost, one.hosts)) for one in component.replicas)


def _hits(index: Index, component: Component, target: Subject) -> bool:
    """Whether a component has a replica that the loss of an element takes down, alone or with others."""
    match target.kind:
        case "host":
            return any(target.id in one.hosts for one in component.replicas)
        case "zone":
            around = (host for one in component.replicas for host in one.hosts)
            return any(target.id in index.zones_around(host) for host in around)
        case _:
            return any(one.id == target.id for one in component.replicas)


def _machines(index: Index, target: Subject, hit: list[Component], breaking: Collection[Subject]) -> Iterator[Edit]:
    """A host like each that the element takes down and that carries several components of the flow."""
    standing: dict[str, dict[str, None]] = {}
    for one in hit:
        for replica in one.replicas:
            for host in replica.hosts:
                here = standing.setdefault(host, {})
                if len(replica.hosts) == 1:
                    here[one.id] = None
    for host, here in standing.items():
        if target.kind == "zone" and target.id not in index.zones_around(host):
            continue
        if target.kind == "host" and target.id != host:
            continue
        carried = list(here)
        files = [one.codebase for one in hit if one.id in here and one.codebase is not None]
        if len(carried) > 1:
            carried += [one for one in dict.fromkeys(files) if _stands_on(index.components[one], host)]
            yield AddHost(_new_host(index, host), host, tuple(carried), _zones(index, host, breaking))


def _stands_on(component: Component, host: str) -> bool:
    return any(replica.hosts == (host,) for replica in component.replicas)


def _elsewhere(index: Index, component: Component, target: Subject, breaking: Collection[Subject]) -> Edit:
    """One more replica on a host that it fits on and that is no single point, else on a new one."""
    own = [host for one in component.replicas for host in one.hosts]
    if not own:
        return AddReplica(component.id, None)

    def taken(host: str) -> bool:
        gone = target.kind == "zone" and target.id in index.zones_around(host)
        return gone or Subject("host", host) in breaking

    found = find_host(index, component, taken)
    if found is not None:
        return AddReplica(component.id, found)
    return AddReplica(component.id, _new_host(index, own[0]), _zones(index, own[0], breaking))


def _new_host(index: Index, like: str) -> str:
    return next_name(like, {host.id for host in index.architecture.hosts})


def _zones(index: Index, host: str, breaking: Collection[Subject]) -> tuple[str, ...]:
    """The zones for a host like another: the same, but for one that is, or lies in, a single point another beside it."""
    architecture = index.architecture
    known = {zone.id: zone for zone in architecture.zones}
    found: list[str] = []
    for zone in next(one.zones for one in architecture.hosts if one.id == host):
        outermost = [one for one in _chain(known, zone) if Subject("zone", one) in breaking][-1:]
        if not outermost:
            found.append(zone)
            continue
        beside = [one.id for one in architecture.zones if one.kind == known[zone].kind]
        sound = [one for one in beside if not any(Subject("zone", each) in breaking for each in _chain(known, one))]
        found.append(sound[0] if sound else next_name(outermost[0], set(known)))
    return tuple(dict.fromkeys(found))


def _chain(known: dict[str, Zone], zone: str) -> list[str]:
    """A zone and those around it, innermost first."""
    chain = [zone]
    while (above := known[chain[-1]].within) is not None:
        chain.append(above)
    return chain
