"""A graph between neighboring ranks only: long links pass each rank on the way as an item of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from archgen.layout.layering.ranking import GraphLink

Lane = tuple[str, int]
"""Where the links of a bundle pass a rank."""


class Net(Struct):
    """Items by number: first the nodes, then the lanes; `above` and `below` are what they are joined to.

    Vertices are the items and, after them, the groups; the last vertex is the root, which holds everything. A lane
    stands in the innermost group around all that its bundle joins there. `beside` are links within a rank.
    """

    nodes: dict[str, int]
    lanes: dict[Lane, int]
    groups: dict[str, int]
    root: int
    ranks: list[int]
    parents: list[int]
    above: list[dict[int, int]]
    below: list[dict[int, int]]
    beside: list[dict[int, int]]

    @property
    def count(self) -> int:
        """Number of items."""
        return len(self.ranks)

    def chain(self, link: GraphLink) -> list[int]:
        """Return the items from the source of a link to its target."""
        source, target = self.nodes[link.source], self.nodes[link.target]
        step = 1 if self.ranks[source] <= self.ranks[target] else -1
        between = range(self.ranks[source] + step, self.ranks[target], step)
        return [source, *(self.lanes[link.bundle, rank] for rank in between), target]


def net(ranks: Mapping[str, int], links: Sequence[GraphLink], around: Mapping[str, str | None]) -> Net:
    """Return the net of a graph with ranks; `around` names the group around each node and group that has one."""
    nodes = {node: place for place, node in enumerate(ranks)}
    held = dict.fromkeys(group for node in nodes for group in chain_of(around, node))
    common: dict[Lane, list[str]] = {}
    for link in links:
        first, last = sorted((ranks[link.source], ranks[link.target]))
        inner = None if last - first < 2 else shared(around, (link.source, link.target))
        for rank in range(first + 1, last):
            lane = (link.bundle, rank)
            common[lane] = shared_chains(common[lane], inner) if lane in common else inner or []
    lanes = {lane: len(nodes) + place for place, lane in enumerate(common)}
    count = len(nodes) + len(lanes)
    groups = {group: count + place for place, group in enumerate(held)}
    root = count + len(groups)
    parents = [groups.get(around.get(node) or "", root) for node in nodes]
    parents += [groups[chain[0]] if chain else root for chain in common.values()]
    parents += [groups.get(around.get(group) or "", root) for group in groups]
    ranked = [*ranks.values(), *(rank for _, rank in lanes)]
    joined = Net(
        nodes, lanes, groups, root, ranked, parents, _neighbours(count), _neighbours(count), _neighbours(count)
    )
    _join(joined, links)
    return joined


def _neighbours(count: int) -> list[dict[int, int]]:
    return [{} for _ in range(count)]


def _join(joined: Net, links: Iterable[GraphLink]) -> None:
    """Join the items of each link; one that leads back, such as a webhook, gives way to those that lead onward."""
    for link in links:
        chain = joined.chain(link)
        for item, following in pairwise(chain):
            step = joined.ranks[following] - joined.ranks[item]
            near, far = (joined.below, joined.above) if step > 0 else (joined.above, joined.below)
            if step == 0:
                near = far = joined.beside
            weight = link.weight if step >= 0 else 1
            near[item][following] = far[following][item] = max(near[item].get(following, 0), weight)


def chain_of(around: Mapping[str, str | None], name: str) -> list[str]:
    """Return the groups around a node or group, the innermost first."""
    chain: list[str] = []
    group = around.get(name)
    while group is not None and group not in chain:
        chain.append(group)
        group = around.get(group)
    return chain


def shared(around: Mapping[str, str | None], names: Sequence[str]) -> list[str]:
    """Return the groups around all of some nodes, the innermost first."""
    chains = [chain_of(around, name) for name in names]
    return [group for group in chains[0] if all(group in chain for chain in chains)]


def shared_chains(chain: list[str], other: list[str] | None) -> list[str]:
    """Return the groups of two chains, the innermost first."""
    return [group for group in chain if group in (other or ())]
