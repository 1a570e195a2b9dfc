"""Components of zones that are equal up to their names: those of one region are the twins of those of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archgen.analysis.topology import Topology
from archgen.model.architecture import Component
from archgen.views.equal.names import by_stem, refined
from archgen.views.labels import line_of

Tie = tuple[str, str, str]
"""A component that calls, copies, runs or backs up another, and the words of that."""

Territory = Mapping[str, str]
"""The zone of each component that belongs to one."""


def twins(topology: Topology) -> dict[str, str]:
    """Map each component of a zone to its twin in an earlier zone beside it, if the two zones are equal up to names.

    Each connection of a zone has to exist in the other with the twins at its ends; what isn't in either is its own twin.
    """
    ties = frozenset(_ties(topology))
    colors = _colors(topology, ties)
    paired: dict[str, str] = {}
    for siblings in _siblings(topology):
        territory = _territory(topology, siblings, ties)
        firsts: list[str] = []
        for zone in siblings:
            pairs = next(
                (matches for first in firsts if (matches := _pairs(territory, first, zone, colors, ties))),
                None,
            )
            if pairs is None:
                firsts.append(zone)
            else:
                paired.update({twin: paired.get(first, first) for twin, first in pairs.items() if twin not in paired})
    return paired


def _ties(topology: Topology) -> Iterator[Tie]:
    for connection in topology.architecture.connections:
        words = " ".join((*line_of(topology, connection), str(connection.locality)))
        for target in connection.targets:
            yield connection.source, target, words
    for component in topology.architecture.components:
        for stored in component.backs_up:
            yield component.id, stored, "backs up"
        if component.codebase:
            yield component.id, component.codebase, "runs"
        if component.replication and component.replication.copy_of:
            yield component.id, component.replication.copy_of, "copies"


def _colors(topology: Topology, ties: frozenset[Tie]) -> dict[str, int]:
    joined: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {name: [] for name in topology.components}
    for source, target, words in sorted(ties):
        if source in joined and target in joined:
            joined[source].append(("to", target, (words,)))
            joined[target].append(("from", source, (words,)))
    return refined({name: _look(component) for name, component in topology.components.items()}, joined)


def _look(component: Component) -> tuple[object, ...]:
    """Return what of a component is seen beside its name and its place."""
    copies = component.replication
    written = (len(copies.primary), copies.all_write) if copies else None
    placed = sorted(len(replica.hosts) for replica in component.replicas)
    return component.kind, component.product, bool(component.managed), component.quorum, written, tuple(placed)


def _siblings(topology: Topology) -> list[list[str]]:
    """Return the zones of one kind in the same zone, the outermost first."""
    beside: dict[tuple[str | None, str], list[str]] = {}
    for zone in topology.architecture.zones:
        beside.setdefault((zone.within, zone.kind), []).append(zone.id)
    depth = {zone: len(tuple(topology.index.zones_outside(zone))) for zone in topology.zones}
    return sorted((zones for zones in beside.values() if len(zones) > 1), key=lambda zones: depth[zones[0]])


def _territory(topology: Topology, siblings: Sequence[str], ties: frozenset[Tie]) -> Territory:
    """Return the zone around all replicas of each component, or around all that a component without a place is tied to."""
    zones = frozenset(siblings)
    territory: dict[str, str] = {}
    free: set[str] = set()
    for name, component in topology.components.items():
        around = [zones.intersection(topology.index.shared_zones(replica)) for replica in component.replicas]
        shared = frozenset.intersection(*around) if around else frozenset()
        if len(shared) == 1:
            territory[name] = next(iter(shared))
        elif not any(around):
            free.add(name)
    near: dict[str, set[str]] = {name: set() for name in free}
    for source, target, _ in ties:
        for name, other in ((source, target), (target, source)):
            if name in free:
                near[name].add(other)
    while joining := dict(_joining(near, territory)):
        territory |= joining
        for name in joining:
            del near[name]
    return territory


def _joining(near: Mapping[str, set[str]], territory: Territory) -> Iterator[tuple[str, str]]:
    """Yield the components whose neighbors are in one zone, as far as they are in any, with that zone."""
    for name, others in near.items():
        around = {territory[other] for other in others if other in territory}
        if len(around) == 1:
            yield name, next(iter(around))


def _pairs(
    territory: Territory, first: str, second: str, colors: Mapping[str, int], ties: frozenset[Tie]
) -> dict[str, str] | None:
    """Return the components of the second zone with their twins in the first; None unless the two change places unseen."""
    classes: dict[int, list[str]] = {}
    for name, zone in territory.items():
        if zone in (first, second):
            classes.setdefault(colors[name], []).append(name)
    pairs: dict[str, str] = {}
    for part in by_stem(classes.values()):
        own = [name for name in part if territory[name] == first]
        other = [name for name in part if territory[name] == second]
        if len(own) != len(other):
            return None
        pairs |= dict(zip(other, own, strict=True))
    swapped = pairs | {own: other for other, own in pairs.items()}
    moved = {tie for tie in ties if tie[0] in swapped or tie[1] in swapped}
    if {(swapped.get(source, source), swapped.get(target, target), words) for source, target, words in moved} != moved:
        return None
    return pairs or None
