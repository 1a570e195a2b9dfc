"""Groups that a model implies without declaring them: zones, networks, roles and kinds of components."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.kinds import KINDS, ROLES, Role
from archgen.views.levels.tree import BranchKind, GroupTree
from archgen.views.watching import only_watches

ROLE_TITLES: dict[Role, str] = {
    "visitor": "Clients",
    "edge": "Edge",
    "balancer": "Load balancing",
    "web": "Web",
    "application": "Applications",
    "data": "Data",
    "support": "Supporting services",
    "observer": "Monitoring",
}
"""The titles of groups of components with one role."""

Candidate = Callable[[Topology, Sequence[str], str], tuple[GroupTree, ...]]
"""Returns the groups of some components, none if this way divides nothing; the last text is put before their ids."""

_LEAST = 2
"""The components that a group holds at least."""


def by_zone(topology: Topology, components: Sequence[str], inside: str) -> tuple[GroupTree, ...]:
    """Group components by the outermost zone that tells them apart."""
    chains = {name: chain for name in components if (chain := _zones(topology, name))}
    depth = 0
    while chains and len({chain[min(depth, len(chain) - 1)] for chain in chains.values()}) < 2:
        depth += 1
        if all(depth >= len(chain) for chain in chains.values()):
            return ()
    places = {name: chain[depth] for name, chain in chains.items() if depth < len(chain)}
    titles = {zone.id: zone.name or zone.id for zone in topology.architecture.zones}
    return _branches("zone", components, places, titles, inside, {zone: topology.zones[zone].kind for zone in titles})


def _zones(topology: Topology, component: str) -> tuple[str, ...]:
    """Return the zones around all hosts of a component, the outermost first."""
    hosts = topology.hosts_of(component)
    if not hosts:
        return ()
    around = [topology.index.zones_around(host) for host in hosts]
    shared = set(around[0]).intersection(*around[1:])
    return tuple(zone for zone in reversed(tuple(around[0])) if zone in shared)


def by_network(topology: Topology, components: Sequence[str], inside: str) -> tuple[GroupTree, ...]:
    """Group components by their network, or that of all their hosts."""
    places: dict[str, str] = {}
    for name in components:
        own = topology.components[name].network
        around = {topology.hosts[host].network for host in topology.hosts_of(name)}
        network = own or (around.pop() if len(around) == 1 else None)
        if network is not None:
            places[name] = network
    titles = {network.id: network.name or network.id for network in topology.architecture.networks}
    trust = {network.id: f"{network.trust} network" for network in topology.architecture.networks}
    return _branches("network", components, places, titles, inside, trust)


def declared(topology: Topology) -> tuple[GroupTree, ...]:
    """Return the groups that a model declares, nested; a group without components has none."""
    members: dict[str, list[str]] = {}
    for component in topology.architecture.components:
        if component.group is not None:
            members.setdefault(component.group, []).append(component.id)

    def inside(parent: str | None) -> tuple[GroupTree, ...]:
        branches = (
            GroupTree(
                f"group:{group.id}",
                group.name or group.id,
                "group",
                tuple(members.get(group.id, ())),
                inside(group.id),
                group.kind or "",
            )
            for group in topology.architecture.groups
            if group.within == parent
        )
        return tuple(branch for branch in branches if branch.leaves)

    return inside(None)


def by_group(topology: Topology, components: Sequence[str], inside: str) -> tuple[GroupTree, ...]:
    """Group components by the outermost group that a model declares around them."""
    shown = set(components)
    groups = (
        replace(
            branch, id=f"{inside}{branch.id}", components=tuple(filter(shown.__contains__, branch.leaves)), branches=()
        )
        for branch in declared(topology)
    )
    return tuple(group for group in groups if group.components)


def by_role(topology: Topology, components: Sequence[str], inside: str) -> tuple[GroupTree, ...]:
    """Group components by the role of their kind."""
    places: dict[str, str] = {name: topology.kind(name).role for name in components}
    titles: dict[str, str] = {role: ROLE_TITLES[role] for role in ROLES}
    return _branches("role", components, places, titles, inside, {})


def by_kind(topology: Topology, components: Sequence[str], inside: str) -> tuple[GroupTree, ...]:
    """Group components by their kind."""
    places = {name: topology.components[name].kind for name in components}
    titles = {kind.id: kind.title for kind in KINDS.values()}
    return _branches("role", components, places, titles, inside, {})


def crossed(outer: Candidate, inner: Candidate) -> Candidate:
    """Return the way that groups components by two ways at once, with the words first that tell the groups of one place apart."""

    def by_both(topology: Topology, components: Sequence[str], inside: str) -> tuple[GroupTree, ...]:
        groups: list[GroupTree] = []
        for group in outer(topology, components, inside):
            parts = inner(topology, group.components, f"{group.id}/")
            if len(parts) < _LEAST:
                groups.append(group)
            # a kind has one role, so nothing else of that kind has to be told from it
            ends = "" if group.kind == "role" else f", {group.title}"
            groups += (replace(part, title=part.title + ends) for part in parts if len(parts) >= _LEAST)
        return tuple(groups)

    return by_both


def observers(topology: Topology, components: Sequence[str]) -> tuple[GroupTree, ...]:
    """Return the group of the components that only watch others, if there are several."""
    watching = (name for name in components if only_watches(topology, name))
    places: dict[str, str] = dict.fromkeys(watching, "observer")
    return _branches("role", components, places, {"observer": ROLE_TITLES["observer"]}, "", {})


def in_parts(components: Sequence[str], inside: str, most: int, least: int) -> tuple[GroupTree, ...]:
    """Cut components that nothing else tells apart into parts of equal size, at most `most`, in the order of the model.

    More components than `least` are cut.
    """
    size = max(-(-len(components) // most), least)
    count = -(-len(components) // size)
    ends = [len(components) * number // count for number in range(count + 1)]
    cuts = [tuple(components[start:end]) for start, end in pairwise(ends)]
    return tuple(
        GroupTree(f"{inside}part:{number}", _part_title(cut), "part", cut) for number, cut in enumerate(cuts, 1)
    )


def _part_title(components: Sequence[str]) -> str:
    """Return the first and the last of the components of a part."""
    return components[0] if len(components) == 1 else f"{components[0]} … {components[-1]}"


def _branches(
    kind: BranchKind,
    components: Sequence[str],
    places: dict[str, str],
    titles: dict[str, str],
    inside: str,
    details: dict[str, str],
) -> tuple[GroupTree, ...]:
    members: dict[str, list[str]] = {place: [] for place in titles}
    for name in components:
        if name in places:
            members[places[name]].append(name)
    return tuple(
        GroupTree(f"{inside}{kind}:{place}", titles[place], kind, tuple(held), (), details.get(place, ""))
        for place, held in members.items()
        if len(held) >= _LEAST
    )
