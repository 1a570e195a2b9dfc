"""How the replicas and hosts of a folded one stand in the zones that a box stands for, where these differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from archgen.analysis.topology import Topology
from archgen.model.architecture import Replica
from archgen.views.folding import Folding

_NAMED = 4
"""The most zones whose numbers are listed."""


_SEVERAL = 2
"""The number in one zone from which on its loss takes more than one."""


def replica_spread(topology: Topology, replica: Replica, folding: Folding) -> str:
    """Return how many replicas of a card stand in each zone of its box, the most first: "2 + 1".

    "" if as many stand in each, or one at most.
    """
    folded = topology.replicas.values() if folding.nodes_like(replica.id) > 1 else (replica,)
    places = [topology.index.zones_of(like) for like in folded if folding.node(like.id) == replica.id]
    return _spread(places, folding) if not replica.floating else ""


def host_spread(topology: Topology, host: str, folding: Folding) -> str:
    """Return how many hosts of a box stand in each zone of the box around it, the most first: as `replica_spread`."""
    return _spread([topology.index.zones_around(like) for like in folding.hosts_like(host)], folding)


def single_zone(topology: Topology, host: str, folding: Folding) -> str:
    """Return the shortest name of the zone of a host without an equal in a box of several zones; "" elsewhere."""
    zone = _folded(topology.index.zones_around(host), folding)
    if zone is None or len(folding.hosts_like(folding.host(host))) > 1:
        return ""
    return min((zone, topology.zones[zone].name or zone), key=len)


def _spread(places: Iterable[Sequence[str]], folding: Folding) -> str:
    counts: Counter[str] = Counter()
    for zones in places:
        inner = _folded(zones, folding)
        if inner is None:
            return ""
        counts[inner] += 1
    if not counts:
        return ""
    numbers = sorted((counts[zone] for zone in _equal(next(iter(counts)), folding)), reverse=True)
    if numbers[0] < _SEVERAL or numbers[0] == numbers[-1]:
        return ""
    return " + ".join(map(str, numbers)) if len(numbers) <= _NAMED else f"{numbers[-1]} to {numbers[0]} each"


def _folded(zones: Sequence[str], folding: Folding) -> str | None:
    """Return the nearest of some zones that has a box with others."""
    return next((zone for zone in zones if len(_equal(zone, folding)) > 1), None)


def _equal(zone: str, folding: Folding) -> tuple[str, ...]:
    """Return the zones that the box of a zone stands for."""
    return folding.zones_like(folding.zones.get(zone, zone))
