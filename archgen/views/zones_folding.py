"""The diagram of failure domains of a large system: each host is a card that names what it holds, each zone stays what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from archgen.analysis.topology import Topology
from archgen.model.finding import Finding
from archgen.model.kinds import ROLES, Role
from archgen.model.wording import listed
from archgen.views.badges import merged_badges, with_every_badge
from archgen.views.deployment import zone_label
from archgen.views.diagram import SEPARATOR, Chip, Diagram, Edge, Group, Node
from archgen.views.folding import Folding
from archgen.views.levels.candidates import ROLE_TITLES
from archgen.views.levels.drawing import merged_lines
from archgen.views.zones import CALLS, zones

_MOST = 16
"""The most components of a host that its card names."""

_ABREAST: tuple[Role, ...] = ("balancer", "web", "application", "data")
"""The roles whose columns the cards of a zone without lines take in turn."""

_NUMBERED = "×"
"""Before the number of equal replicas that a card stands for."""


def zones_by_host(topology: Topology, findings: Sequence[Finding], folding: Folding) -> Diagram | None:
    """Return the failure domains with a card for each host and a line between two hosts; None if no zone contains anything.

    A host that carries others stays a box around them, unless components run on it, too.
    """
    full = zones(topology, findings, folding)
    if full is None:
        return None
    around = {group.parent for group in full.groups}
    hosts = {group.id: group for group in full.groups if group.kind == "host" and group.id not in around}
    carriers = {group.id for group in full.groups if group.kind == "host"} & around
    parents = {group.id: group.parent for group in full.groups}
    across = {
        group.id: _zones_across(topology, folding, group, parents) for group in full.groups if group.kind == "host"
    }
    held: dict[str, list[Node]] = {name: [] for name in hosts}
    for node in full.nodes:
        if node.group in held:
            held[node.group].append(node)
    cards = {node.id: node.group if node.group in hosts and node.group else node.id for node in full.nodes}
    lines: dict[tuple[str, str], tuple[Edge, ...]] = {}
    for edge in full.edges:
        pair = (cards[edge.source], cards[edge.target])
        if pair[0] != pair[1]:
            lines[pair] = (*lines.get(pair, ()), edge)
    others = (node for node in full.nodes if node.group not in hosts)
    folded = replace(
        full,
        nodes=(
            *(_card(folding, hosts[name], nodes, _named_first(name, across, parents)) for name, nodes in held.items()),
            *others,
        ),
        groups=tuple(
            replace(group, detail=_second_line(folding, group, _named_first(group.id, across, parents)))
            if group.id in carriers
            else group
            for group in full.groups
            if group.id not in hosts
        ),
        edges=tuple(merged_lines(lines)),
    )
    return with_every_badge(topology, findings, folded)


def without_lines(diagram: Diagram) -> Diagram:
    """Return the failure domains with what they hold, and nothing of what is called from where.

    Columns of roles say nothing without calls, so that each zone has its cards in rows.
    """
    nodes = [node for node in diagram.nodes if node.holds or node.group]
    taken: Counter[str | None] = Counter()
    placed: dict[str, Node] = {}
    for node in sorted(nodes, key=lambda node: ROLES.index(node.role)):
        placed[node.id] = replace(node, role=_ABREAST[taken[node.group] % len(_ABREAST)])
        taken[node.group] += 1
    alt = diagram.alt.replace(CALLS, "")
    return replace(diagram, alt=alt, nodes=tuple(placed.values()), edges=(), direction=None)


def _zones_across(topology: Topology, folding: Folding, host: Group, parents: Mapping[str, str | None]) -> list[str]:
    """Return the names of the zones that a host fails with and that aren't around it, such as its power feeds."""
    around, group = set[str](), host.parent
    while group is not None:
        around.add(group)
        group = parents[group]
    within = topology.index.zones_around(host.subject) if host.subject in topology.hosts else ()
    names = {folding.zones.get(zone, zone): zone for zone in within}
    across = [zone.id for zone in topology.architecture.zones if zone.id in names and f"zone:{zone.id}" not in around]
    return [zone_label(topology, zone, folding) for zone in across]


def _named_first(host: str, across: Mapping[str, Sequence[str]], parents: Mapping[str, str | None]) -> list[str]:
    """Return the zones across a host that no host around it names."""
    around, named = parents[host], set[str]()
    while around is not None:
        named.update(across.get(around, ()))
        around = parents[around]
    return [name for name in across[host] if name not in named]


def _second_line(folding: Folding, host: Group, across: Sequence[str]) -> str:
    return SEPARATOR.join(word for word in (_number(folding, host), *across) if word)


def _alike(folding: Folding, host: Group) -> tuple[str, ...]:
    return folding.hosts_like(host.subject) if host.id == f"host:{host.subject}" else ()


def _number(folding: Folding, host: Group) -> str:
    """Return how many hosts a host or a pool stands for, as text; empty for a single one."""
    return "" if len(_alike(folding, host)) == 1 else host.detail.split(SEPARATOR)[0]


def _card(folding: Folding, host: Group, nodes: Sequence[Node], across: Sequence[str]) -> Node:
    """Return the card of a host, which stands where most of what it holds would."""
    alike = _alike(folding, host)
    working = [node for node in nodes if node.kind != "monitoring-agent"] or nodes
    roles = [node.role for node in working]
    words = [_words(node) for node in nodes] if len(nodes) <= _MOST else _by_role(nodes)
    return Node(
        id=host.id,
        subject=host.subject,
        label=host.label,
        detail=_second_line(folding, host, across),
        kind="other",
        role=max(roles, key=roles.count, default="support"),
        group=host.parent,
        badges=merged_badges((host.badges, *(node.badges for node in nodes))),
        description=listed([node.label for node in nodes]),
        stands_for=alike if len(alike) > 1 else (),
        holds=tuple(dict.fromkeys(name for node in nodes for name in node.stands_for or (node.subject,))),
        chips=tuple(Chip(each, "local", ()) for each in words),
    )


def _by_role(nodes: Sequence[Node]) -> list[str]:
    """Return what a host holds that holds too much to name it."""
    counts = Counter(node.role for node in nodes)
    return [f"{ROLE_TITLES[role]}: {counts[role]}" for role in ROLES if counts[role]]


def _words(node: Node) -> str:
    count = next((word for word in node.detail.split() if word.startswith(_NUMBERED)), "")
    return " ".join(word for word in (node.label, node.mark or count) if word)
