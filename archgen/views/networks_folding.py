"""The network diagram of a large system: in each network a card for the components of each role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.finding import Finding
from archgen.model.wording import listed
from archgen.views.badges import merged_badges, with_every_badge
from archgen.views.diagram import Diagram, Edge, Node
from archgen.views.levels.candidates import ROLE_TITLES
from archgen.views.levels.drawing import content, merged_lines
from archgen.views.networks import networks

_LEAST = 2
"""The components of one role that share a card at least."""


def networks_by_role(topology: Topology, findings: Sequence[Finding] = ()) -> Diagram | None:
    """Return networks as groups with a card for the components of each role; None if the model has no networks."""
    full = networks(topology, findings)
    if full is None:
        return None
    alike: dict[str, list[Node]] = {}
    for node in full.nodes:
        shares = node.group is not None and not node.guards
        alike.setdefault(f"{node.group}/role:{node.role}" if shares else node.id, []).append(node)
    cards = {node.id: card if len(nodes) >= _LEAST else node.id for card, nodes in alike.items() for node in nodes}
    lines: dict[tuple[str, str], tuple[Edge, ...]] = {}
    for edge in full.edges:
        pair = (cards[edge.source], cards[edge.target])
        if pair[0] != pair[1]:
            lines[pair] = (*lines.get(pair, ()), edge)
    nodes = (_card(topology, card, nodes) if len(nodes) >= _LEAST else nodes[0] for card, nodes in alike.items())
    folded = replace(full, nodes=tuple(nodes), edges=tuple(merged_lines(lines)))
    return with_every_badge(topology, findings, folded)


def _card(topology: Topology, card: str, nodes: Sequence[Node]) -> Node:
    names = tuple(dict.fromkeys(node.subject for node in nodes))
    title = ROLE_TITLES[nodes[0].role]
    return replace(
        nodes[0],
        id=card,
        subject=card,
        label=title,
        detail=content(topology, names),
        kind=Counter(node.kind for node in nodes).most_common(1)[0][0],
        icon=None,
        badges=merged_badges(node.badges for node in nodes),
        description=f"{title}: {listed(names)}",
        stands_for=names,
    )
