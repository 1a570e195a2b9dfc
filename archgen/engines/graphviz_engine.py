"""Graphviz as an engine: a diagram goes out as bare boxes and lines, and comes back with places."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from archgen.engines.dot_command import run_dot
from archgen.engines.shelf_packing import shelved
from archgen.layout.deployment.arrangement import shifted
from archgen.layout.deployment.cards import SizedCard, size_cards
from archgen.layout.deployment.labels import label_room, labelled
from archgen.layout.deployment.placing import cleared, guarding, headed, seated
from archgen.layout.measures import USUAL
from archgen.layout.placed import Box, Placed, PlacedGroup, PlacedNode, Point, tidy
from archgen.views.diagram import Diagram, Group, Node

_INCH = 72.0
_PAD = 16


def graphviz(diagram: Diagram, command: str | None = None) -> Placed:
    """Return a diagram laid out by `dot` with orthogonal lines; by the command that is named, if any.

    Words of a line stand on its longest free part; where there is none they are left to its tooltip. Shields stand on
    the border of what they guard.
    """
    sizes = node_sizes(diagram)
    answer = json.loads(run_dot(_source(diagram, sizes), "json0", command))
    return _Reading(diagram, sizes, answer).placed()


def node_sizes(diagram: Diagram) -> dict[str, SizedCard]:
    """Return the cards, as high as all lines that start or end at them want: they may share one side."""
    out = Counter(edge.source for edge in diagram.edges)
    into = Counter(edge.target for edge in diagram.edges)
    return size_cards(diagram, {node.id: max(out[node.id], into[node.id]) for node in diagram.nodes})


def _source(diagram: Diagram, sizes: Mapping[str, SizedCard]) -> str:
    """Return boxes of the cards' sizes in pixels, clusters with room for a heading, and lines without words."""
    lines = [
        f"rankdir={'TB' if diagram.direction == 'top-down' else 'LR'} splines=ortho",
        f"nodesep=0.5 ranksep={_rank_gap(diagram):.2f}",
        'node [shape=box fixedsize=true label=""]',
        *_within(diagram, None, sizes, guarding(diagram)),
    ]
    names = {node.id: f"n{at}" for at, node in enumerate(diagram.nodes)}
    lines += [f"{names[edge.source]} -> {names[edge.target]} [id=e{at}]" for at, edge in enumerate(diagram.edges)]
    return "digraph {\n" + "\n".join(lines) + "\n}\n"


def _rank_gap(diagram: Diagram) -> float:
    """Return room between ranks for the widest words of a line, in inches."""
    widest = max((label_room(edge)[0] for edge in diagram.edges), default=0.0)
    return min(max(widest + 40, 72), 180) / _INCH


def _within(
    diagram: Diagram, parent: str | None, sizes: Mapping[str, SizedCard], aside: frozenset[str]
) -> Iterator[str]:
    """Yield the lines for what stands in a group, or in none."""
    for at, group in enumerate(diagram.groups):
        if group.parent == parent and not group.across:
            yield f'subgraph cluster_{at} {{ margin={_PAD} label=" " fontsize={USUAL.heading - 4:g}'
            yield from _within(diagram, group.id, sizes, aside)
            yield "}"
    for at, node in enumerate(diagram.nodes):
        if node.group == parent and node.id not in aside:
            card = sizes[node.id]
            yield f"n{at} [width={card.width / _INCH:.4f} height={card.height / _INCH:.4f}]"


class _Reading:
    """Reads places out of the JSON that `dot` writes; its y grows upwards from the bottom."""

    def __init__(self, diagram: Diagram, sizes: Mapping[str, SizedCard], answer: dict[str, Any]) -> None:
        self._diagram = diagram
        self._sizes = sizes
        self._height = float(answer["bb"].split(",")[3])
        self._objects = {item["name"]: item for item in answer.get("objects", ())}
        self._edges = {item["id"]: item for item in answer.get("edges", ())}
        self._parents = {group.id: group.parent for group in diagram.groups}

    def placed(self) -> Placed:
        """Return everything that `dot` placed, moved so that the margin is even."""
        aside = guarding(self._diagram)
        nodes = [self._node(at, node) for at, node in enumerate(self._diagram.nodes) if node.id not in aside]
        frames = [self._group(at, group) for at, group in enumerate(self._diagram.groups)]
        ways = [self._way(at) for at in range(len(self._diagram.edges))]
        if not self._diagram.groups and self._diagram.direction != "top-down":
            nodes, ways = shelved(nodes, self._diagram.edges, ways)
        groups = sorted(
            (group for group in cleared([group for group in frames if group], ways, nodes)),
            key=lambda group: group.depth,
        )
        nodes = seated(self._diagram, self._sizes, nodes, groups, ways)
        return shifted(self._diagram, nodes, groups, labelled(self._diagram, ways, nodes, groups))

    def _point(self, text: str) -> Point:
        x, y = text.split(",")
        return round(float(x), 1), round(self._height - float(y), 1)

    def _node(self, at: int, node: Node) -> PlacedNode:
        card = self._sizes[node.id]
        x, y = self._point(self._objects[f"n{at}"]["pos"])
        box = Box(x - card.width / 2, y - card.height / 2, card.width, card.height)
        return PlacedNode(node, box, card.title, card.detail, card.compact)

    def _group(self, at: int, group: Group) -> PlacedGroup | None:
        # a cluster around nothing has no box
        corners = self._objects.get(f"cluster_{at}", {}).get("bb")
        if corners is None:
            return None
        left, low, right, high = (float(number) for number in corners.split(","))
        box = Box(left, self._height - high, right - left, high - low)
        return headed(group, box, self._parents)

    def _way(self, at: int) -> tuple[Point, ...]:
        """Return the corners of a line: every third control point of an orthogonal spline, and its arrow's end."""
        words = self._edges[f"e{at}"]["pos"].split(" ")
        marks = {word[0]: word[2:] for word in words if word[:2] in ("e,", "s,")}
        points = [self._point(word) for word in words if word[:2] not in ("e,", "s,")][::3]
        if "s" in marks:
            points.insert(0, self._point(marks["s"]))
        if "e" in marks:
            points.append(self._point(marks["e"]))
        return _corners(points)


def _corners(points: list[Point]) -> tuple[Point, ...]:
    """Return the points without those that lie on a straight part; steps under a pixel become straight."""
    snapped: list[Point] = []
    for x, y in points:
        before_x, before_y = snapped[-1] if snapped else (x, y)
        snapped.append((before_x if abs(x - before_x) < 1 else x, before_y if abs(y - before_y) < 1 else y))
    corners = tidy(snapped)
    return corners if len(corners) > 1 else corners * 2
