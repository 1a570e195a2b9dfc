"""D2's ELK layout as an engine, where its command is installed: bare boxes and lines go out, places come back in its SVG."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping
from html import unescape
from itertools import pairwise
from tempfile import TemporaryDirectory

from archgen.engines.graphviz_engine import node_sizes
from archgen.layout.deployment.arrangement import shifted
from archgen.layout.deployment.cards import Card, heading, label_size
from archgen.layout.deployment.labels import labelled
from archgen.layout.deployment.placing import cleared, docked
from archgen.layout.measures import USUAL
from archgen.layout.placed import Box, Placed, PlacedEdge, PlacedGroup, PlacedNode, Point
from archgen.model.problems import PartError, UsageError
from archgen.style.theme import LINES
from archgen.system.executables import find_executable
from archgen.views.diagram import Diagram, Group, Node

LONGEST = 120
"""Seconds after which D2 is stopped."""

_SHAPE = re.compile(
    r'<g class="([A-Za-z0-9+/=]+)"[^>]*><g class="shape" ?><rect x="([-0-9.]+)" y="([-0-9.]+)" '
    r'width="([-0-9.]+)" height="([-0-9.]+)"'
)
_LINE = re.compile(r'<path d="([^"]+)"[^>]*class="connection')
_COMMAND = re.compile(r"([MLS])((?: -?[0-9.]+)+)")


def d2(diagram: Diagram) -> Placed:
    """A diagram laid out by `d2 --layout elk`; UsageError where there is no D2 or it says no."""
    sizes = node_sizes(diagram)
    return _Reading(diagram, sizes, drawn("\n".join(_source(diagram, sizes)) + "\n")).placed()


def d2_command() -> str | None:
    """The path of D2's command: beside this Python, or on the PATH."""
    return find_executable("d2", os.path.dirname(sys.executable))


def drawn(source: str) -> str:
    """The SVG that D2 makes of its text with the ELK layout."""
    command = d2_command()
    if command is None:
        raise UsageError("there is no `d2` command: install D2, or leave the choice to archgen")
    with TemporaryDirectory() as directory:
        given, made = os.path.join(directory, "in.d2"), os.path.join(directory, "out.svg")
        with open(given, "w", encoding="utf-8") as stream:
            stream.write(source)
        words = (command, "--layout", "elk", "--timeout", str(LONGEST), given, made)
        answer = subprocess.run(words, capture_output=True, encoding="utf-8", errors="replace", check=False)
        if answer.returncode or not os.path.exists(made):
            said = answer.stderr.strip().splitlines()
            raise PartError(f"`d2` failed: {said[-1] if said else answer.returncode}")
        with open(made, encoding="utf-8") as stream:
            return stream.read()


def _source(diagram: Diagram, sizes: Mapping[str, Card]) -> Iterator[str]:
    """Boxes of the cards' sizes, containers with a heading's room, and lines with placeholders as long as their words."""
    yield f"direction: {'down' if diagram.direction == 'top-down' else 'right'}"
    paths: dict[str, str] = {}
    yield from _inside(diagram, None, "", sizes, paths)
    for edge in diagram.edges:
        wide, _ = label_size(edge, len(edge.badges), bool(LINES[edge.meaning].lock))
        words = f': "{"x" * round(wide / 6)}" {{style.font-size: 11}}' if wide else ""
        yield f"{paths[edge.source]} -> {paths[edge.target]}{words}"


def _inside(
    diagram: Diagram, parent: str | None, path: str, sizes: Mapping[str, Card], paths: dict[str, str]
) -> Iterator[str]:
    for at, group in enumerate(diagram.groups):
        if group.parent == parent and not group.across:
            yield f'g{at}: "x" {{'
            yield from _inside(diagram, group.id, f"{path}g{at}.", sizes, paths)
            yield "}"
    for at, node in enumerate(diagram.nodes):
        if node.group == parent:
            card = sizes[node.id]
            paths[node.id] = f"{path}n{at}"
            yield f'n{at}: "" {{width: {round(card.width)}; height: {round(card.height)}}}'


class _Reading:
    """Reads places out of the SVG that D2 writes; its lines end a little before the boxes that they join."""

    def __init__(self, diagram: Diagram, sizes: Mapping[str, Card], svg: str) -> None:
        self._diagram = diagram
        self._sizes = sizes
        self._boxes: dict[str, Box] = {}
        for name, *numbers in _SHAPE.findall(svg):
            last = unescape(b64decode(name).decode()).rpartition(".")[2]
            self._boxes[last] = Box(*(round(float(one), 1) for one in numbers))
        self._paths = lines_of(svg)
        self._parents = {group.id: group.parent for group in diagram.groups}

    def placed(self) -> Placed:
        """Everything that D2 placed, moved so that the margin is even."""
        diagram = self._diagram
        if len(self._paths) != len(diagram.edges):
            raise PartError("this version of `d2` writes pictures that archgen cannot read the places from")
        nodes = [self._node(at, node) for at, node in enumerate(diagram.nodes)]
        groups = [self._group(at, one) for at, one in enumerate(diagram.groups) if f"g{at}" in self._boxes]
        boxes = {one.node.id: one.box for one in nodes}
        ways = [
            tuple(docked(path, boxes[edge.source], boxes[edge.target]))
            for path, edge in zip(self._paths, diagram.edges, strict=True)
        ]
        groups = sorted(cleared(groups, ways), key=lambda one: one.depth)
        edges: list[PlacedEdge] = labelled(diagram, ways, nodes, groups)
        return shifted(diagram, nodes, groups, edges)

    def _node(self, at: int, node: Node) -> PlacedNode:
        card, box = self._sizes[node.id], self._boxes[f"n{at}"]
        return PlacedNode(node, box, card.title, card.detail, card.compact)

    def _group(self, at: int, group: Group) -> PlacedGroup:
        box, depth, around = self._boxes[f"g{at}"], 0, group.parent
        while around is not None:
            depth, around = depth + 1, self._parents.get(around)
        name, detail, wide = heading(group, max(box.width - 24 - 24 * len(group.badges), 40))
        return PlacedGroup(group, box, depth, Box(box.x + 12, box.y + 6, wide, USUAL.heading), name, detail)


def lines_of(svg: str) -> list[list[Point]]:
    """The lines of a picture that D2 made, in the order of its text, each by its ends and corners."""
    return [_corners(found) for found in _LINE.findall(svg)]


def _corners(path: str) -> list[Point]:
    """The corners of a line as D2 draws it: `S` rounds one off, whose place is its control point."""
    found: list[Point] = []
    for _, numbers in _COMMAND.findall(path):
        values = [float(one) for one in numbers.split()]
        found.append((values[0], values[1]))
    kept: list[Point] = found[:1]
    for before, point in pairwise(found):
        level = abs(point[1] - before[1]) <= abs(point[0] - before[0])
        kept.append((point[0], kept[-1][1]) if level else (kept[-1][0], point[1]))
    tidied: list[Point] = []
    for point in kept:
        x, y = round(point[0], 1), round(point[1], 1)
        if len(tidied) > 1 and (tidied[-2][0] == tidied[-1][0] == x or tidied[-2][1] == tidied[-1][1] == y):
            tidied.pop()
        if not tidied or tidied[-1] != (x, y):
            tidied.append((x, y))
    return tidied
