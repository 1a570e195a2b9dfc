"""Graphviz as an engine: a diagram goes out as bare boxes and lines, and comes back with places."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from graphviz import Digraph
from msgspec.structs import replace

from archgen.export.dot_command import run
from archgen.layout.domain import shifted
from archgen.layout.measure import Card, cards, heading, label_size
from archgen.layout.measures import USUAL
from archgen.layout.placed import Box, Label, Placed, PlacedEdge, PlacedGroup, PlacedNode, Point
from archgen.theme import LINES
from archgen.view import Diagram, Edge, Group

_INCH = 72.0
_PAD = 16


def graphviz(diagram: Diagram, command: str | None = None) -> Placed:
    """A diagram laid out by `dot` with orthogonal lines; by the wheel's, or by the command that is named.

    Words of a line stand on its longest free part; where there is none they are left to its tooltip.
    """
    sizes = node_sizes(diagram)
    answer = json.loads(run(_source(diagram, sizes), "json0", command))
    return _Reading(diagram, sizes, answer).placed()


def node_sizes(diagram: Diagram) -> dict[str, Card]:
    """The cards, as high as all lines that start or end at them want: they may share one side."""
    out = Counter(edge.source for edge in diagram.edges)
    into = Counter(edge.target for edge in diagram.edges)
    return cards(diagram, {node.id: max(out[node.id], into[node.id]) for node in diagram.nodes})


def _source(diagram: Diagram, sizes: Mapping[str, Card]) -> str:
    """Boxes of the cards' sizes in pixels, clusters with room for a heading, and lines without words."""
    graph = Digraph(
        graph_attr={
            "rankdir": "TB" if diagram.direction == "top-down" else "LR",
            "splines": "ortho",
            "nodesep": "0.5",
            "ranksep": f"{_rank_gap(diagram):.2f}",
        },
        node_attr={"shape": "box", "fixedsize": "true", "label": ""},
    )
    _fill(graph, diagram, None, sizes)
    names = {node.id: f"n{at}" for at, node in enumerate(diagram.nodes)}
    for at, edge in enumerate(diagram.edges):
        graph.edge(names[edge.source], names[edge.target], id=f"e{at}")
    return str(graph.source)


def _rank_gap(diagram: Diagram) -> float:
    """Room between ranks for the widest words of a line, in inches."""
    widest = max((_label_room(edge)[0] for edge in diagram.edges), default=0.0)
    return min(max(widest + 40, 72), 180) / _INCH


def _label_room(edge: Edge) -> tuple[float, float]:
    return label_size(edge, len(edge.badges), bool(LINES[edge.meaning].lock))


def _fill(graph: Digraph, diagram: Diagram, parent: str | None, sizes: Mapping[str, Card]) -> None:
    for at, group in enumerate(diagram.groups):
        if group.parent == parent and not group.across:
            with graph.subgraph(name=f"cluster_{at}") as inner:
                inner.attr(margin=str(_PAD), label=" ", fontsize=str(USUAL.heading - 4))
                if group.id in diagram.empty():
                    # a cluster with nothing in it has no place
                    inner.node(f"room{at}", width="2", height="0.4", style="invis")
                _fill(inner, diagram, group.id, sizes)
    for at, node in enumerate(diagram.nodes):
        if node.group == parent:
            card = sizes[node.id]
            graph.node(f"n{at}", width=f"{card.width / _INCH:.4f}", height=f"{card.height / _INCH:.4f}")


class _Reading:
    """Reads places out of the JSON that `dot` writes; its y grows upwards from the bottom."""

    def __init__(self, diagram: Diagram, sizes: Mapping[str, Card], answer: dict[str, Any]) -> None:
        self._diagram = diagram
        self._sizes = sizes
        self._height = float(answer["bb"].split(",")[3])
        self._objects = {one["name"]: one for one in answer.get("objects", ())}
        self._edges = {one["id"]: one for one in answer.get("edges", ())}
        self._parents = {group.id: group.parent for group in diagram.groups}

    def placed(self) -> Placed:
        """Everything that `dot` placed, moved so that the margin is even."""
        nodes = [self._node(at) for at in range(len(self._diagram.nodes))]
        found = [self._group(at, group) for at, group in enumerate(self._diagram.groups)]
        ways = [self._way(at, edge) for at, edge in enumerate(self._diagram.edges)]
        groups = sorted((one for one in cleared([one for one in found if one], ways)), key=lambda one: one.depth)
        return shifted(self._diagram, nodes, groups, labelled(self._diagram, ways, nodes, groups))

    def _point(self, text: str) -> Point:
        x, y = text.split(",")
        return round(float(x), 1), round(self._height - float(y), 1)

    def _node(self, at: int) -> PlacedNode:
        node = self._diagram.nodes[at]
        card = self._sizes[node.id]
        x, y = self._point(self._objects[f"n{at}"]["pos"])
        box = Box(x - card.width / 2, y - card.height / 2, card.width, card.height)
        return PlacedNode(node, box, card.title, card.detail, card.compact)

    def _group(self, at: int, group: Group) -> PlacedGroup | None:
        if f"cluster_{at}" not in self._objects:
            return None
        left, low, right, high = (float(one) for one in self._objects[f"cluster_{at}"]["bb"].split(","))
        box = Box(left, self._height - high, right - left, high - low)
        name, detail, wide = heading(group, max(box.width - 24 - 24 * len(group.badges), 40))
        words = Box(box.x + 12, box.y + 6, wide, USUAL.heading)
        return PlacedGroup(group, box, self._depth(group), words, name, detail)

    def _depth(self, group: Group) -> int:
        depth, at = 0, group.parent
        while at is not None:
            depth, at = depth + 1, self._parents.get(at)
        return depth

    def _way(self, at: int, edge: Edge) -> tuple[Point, ...]:
        """The corners of a line: every third control point of an orthogonal spline, and its arrow's end."""
        words = self._edges[f"e{at}"]["pos"].split(" ")
        marks = {word[0]: word[2:] for word in words if word[:2] in ("e,", "s,")}
        points = [self._point(word) for word in words if word[:2] not in ("e,", "s,")][::3]
        if "s" in marks:
            points.insert(0, self._point(marks["s"]))
        if "e" in marks:
            points.append(self._point(marks["e"]))
        return tuple(_corners(points))


def labelled(
    diagram: Diagram, ways: list[tuple[Point, ...]], nodes: Iterable[PlacedNode], groups: Iterable[PlacedGroup]
) -> list[PlacedEdge]:
    """The lines of a diagram along their ways, with their words where these find room."""
    taken = [one.box for one in nodes] + [one.heading for one in groups if one.heading]
    found = []
    for edge, way in zip(diagram.edges, ways, strict=True):
        box = _room(way, _label_room(edge), taken, [other for other in ways if other is not way])
        if box is not None:
            taken.append(box)
        label = Label(edge.label, box) if box else None
        found.append(PlacedEdge(edge, way, (way,), edge.id, label=label))
    return found


def cleared(groups: list[PlacedGroup], ways: list[tuple[Point, ...]]) -> list[PlacedGroup]:
    """The groups with their headings where no line runs through them: at the left, at the right, or without a detail."""
    return [_cleared(one, ways) for one in groups]


def _cleared(one: PlacedGroup, ways: list[tuple[Point, ...]]) -> PlacedGroup:
    words = one.heading
    if words is None:
        return one
    name, _, short = heading(replace(one.group, detail=""), words.width)
    for title, detail, wide in ((one.title, one.detail, words.width), (name, "", short)):
        for x in (words.x, one.box.right - 12 - wide):
            box = Box(x, words.y, wide, words.height)
            if not any(_touches(box, way) for way in ways):
                return replace(one, heading=box, title=title, detail=detail)
    return one


def _corners(points: list[Point]) -> list[Point]:
    """The points without those that lie on a straight part; steps under a pixel become straight."""
    kept: list[Point] = []
    for x, y in points:
        if kept:
            before = kept[-1]
            x = before[0] if abs(x - before[0]) < 1 else x
            y = before[1] if abs(y - before[1]) < 1 else y
        if kept and (x, y) == kept[-1]:
            continue
        if len(kept) > 1 and (kept[-2][0] == kept[-1][0] == x or kept[-2][1] == kept[-1][1] == y):
            kept[-1] = (x, y)
        else:
            kept.append((x, y))
    return kept if len(kept) > 1 else [*kept, *kept]


def _room(
    way: tuple[Point, ...], size: tuple[float, float], taken: list[Box], others: list[tuple[Point, ...]]
) -> Box | None:
    """Where words of a size stand on a line: its longest part first, clear of everything else."""
    wide, tall = size
    if not wide:
        return None
    parts = sorted(pairwise(way), key=lambda part: -(abs(part[0][0] - part[1][0]) + abs(part[0][1] - part[1][1])))
    for (x0, y0), (x1, y1) in parts:
        for share in (0.5, 0.35, 0.65, 0.25, 0.75):
            x, y = x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
            box = Box(x - wide / 2, y - tall / 2, wide, tall)
            if not any(box.overlaps(one, 2) for one in taken) and not any(_touches(box, other) for other in others):
                return box
    return None


def _touches(box: Box, way: tuple[Point, ...]) -> bool:
    return any(
        box.overlaps(Box(min(x0, x1) - 1, min(y0, y1) - 1, abs(x1 - x0) + 2, abs(y1 - y0) + 2))
        for (x0, y0), (x1, y1) in pairwise(way)
    )
