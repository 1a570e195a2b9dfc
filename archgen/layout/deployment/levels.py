"""The heights of a diagram before its widths: where lines may pass each column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from archgen.layout.deployment.alignment import ColumnBlock
from archgen.layout.deployment.cards import SLOT
from archgen.views.diagram import Diagram

Side = Literal["left", "right", "top", "bottom"]

_NO_CORNERS: Mapping[str, float] = {}

CLEAR = 12.0
BORDER_CLEAR = 10.0


class Level:
    """The vertical extent of a group and the columns it covers.

    `crown` is the top of what stands on its upper border, `heading` the bottom of its words.
    """

    def __init__(self, crown: float, top: float, bottom: float, heading: float, first: int, last: int) -> None:
        self.crown = crown
        self.top = top
        self.bottom = bottom
        self.heading = heading
        self.first = first
        self.last = last


class Levels:
    """The height of every node and group, the free heights of every column, and who stands in which group.

    In a `turned` diagram, which is read from the top, headings stand before the first column, out of the way, and badges
    of nodes at the end of their left sides, where they take some `corners`.
    """

    def __init__(
        self,
        root: ColumnBlock,
        diagram: Diagram,
        columns: Mapping[str, int],
        turned: bool = False,
        corners: Mapping[str, float] = _NO_CORNERS,
    ) -> None:
        self.columns = columns
        self._corners = corners
        self._turned = turned
        self.nodes: dict[str, tuple[float, float]] = {}
        self.groups: dict[str, Level] = {}
        self.members: dict[str, set[str]] = {}
        self._badged = {group.id for group in diagram.groups if group.badges}
        self._walk(root, 0.0, ())
        self.blocked: dict[int, list[tuple[float, float]]] = {}
        self._free: dict[int, list[tuple[float, float]]] = {}
        self._over: dict[int, list[tuple[str, Level]]] = {}
        for name, level in self.groups.items():
            for column in range(level.first, level.last + 1):
                self._over.setdefault(column, []).append((name, level))
        self._in_column: dict[int, list[str]] = {}
        for name in self.nodes:
            self._in_column.setdefault(columns[name], []).append(name)
        for column, top, bottom in self._obstacles():
            self.block(column, top, bottom)

    def _walk(self, block: ColumnBlock, above: float, around: tuple[str, ...]) -> None:
        for child in block.children:
            top = above + child.y
            if child.passing:
                continue
            if not child.children:
                self.nodes[child.name] = (top, child.height)
                for group in around:
                    self.members[group].add(child.name)
                continue
            start = top + child.overhang
            bottom = top + child.height
            self.groups[child.name] = Level(
                top, start, bottom, start + child.header - child.crown, child.first, child.last
            )
            self.members[child.name] = set()
            self._walk(child, top, (*around, child.name))

    def _obstacles(self) -> Iterator[tuple[int, float, float]]:
        for name, (top, height) in self.nodes.items():
            yield self.columns[name], top - CLEAR, top + height + CLEAR
        for name, level in self.groups.items():
            for column in range(level.first, level.last + 1) if level.crown < level.top else (level.first,):
                yield column, level.crown - BORDER_CLEAR, level.heading
            if name in self._badged:
                yield level.last, level.top - CLEAR - BORDER_CLEAR, level.top + CLEAR + BORDER_CLEAR
            for column in range(level.first, level.last + 1):
                for border in (level.top, level.bottom):
                    yield column, border - BORDER_CLEAR, border + BORDER_CLEAR

    def block(self, column: int, top: float, bottom: float) -> None:
        """Take a range of heights of a column from what lines may pass."""
        self.blocked.setdefault(column, []).append((top, bottom))
        self._free.pop(column, None)

    def middle(self, node: str) -> float:
        """Return the height of the middle of a node."""
        top, height = self.nodes[node]
        return top + height / 2

    def docks(self, node: str, side: Side) -> tuple[float, float, float]:
        """Return the first and the last height at which lines meet a side of a node, and the last that no badge covers."""
        top, tall = self.nodes[node]
        high = top + tall - SLOT / 2
        return top + SLOT / 2, high, high - (self._corners.get(node, 0.0) if side == "left" else 0.0)

    def free(self, column: int) -> list[tuple[float, float]]:
        """Return the ranges of heights in which a line may pass a column, from the top; the outer ones have no end."""
        if column not in self._free:
            ranges: list[tuple[float, float]] = []
            end = -1e6
            for top, bottom in sorted(self.blocked.get(column, ())):
                if top > end:
                    ranges.append((end, top))
                end = max(end, bottom)
            ranges.append((end, 1e6))
            self._free[column] = ranges
        return self._free[column]

    def open_between(self, upper: str, lower: str) -> bool:
        """Return True if a straight line from a node down to another in its column meets no node and no heading."""
        column = self.columns[upper]
        top = sum(self.nodes[upper])
        bottom = self.nodes[lower][0]
        cards = any(
            top < self.nodes[name][0] + self.nodes[name][1] and self.nodes[name][0] < bottom
            for name in self._in_column[column]
            if name not in (upper, lower)
        )
        words = any(
            top < level.heading and level.crown < bottom
            for _, level in self._over.get(column, ())
            if level.first == column
        )
        return not cards and (self._turned or not words)

    def strangers(self, column: int, height: float, ends: tuple[str, str]) -> int:
        """Count the groups that a line at a height of a column would pass through without having an end in them."""
        return sum(
            1
            for name, level in self._over.get(column, ())
            if level.top < height < level.bottom and self.members[name].isdisjoint(ends)
        )
