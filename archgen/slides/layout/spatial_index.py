"""Boxes and lines, indexed by the strips of a diagram that they touch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from archgen.layout.placed import Box, Point

LineSegment = tuple[Point, Point]

_STRIP = 64.0
_BESIDE = 6.0
_TOGETHER = 12.0
"""Lines closer than `_BESIDE` over this length lie on each other."""


class BoxIndex:
    """Boxes indexed by vertical and horizontal strips."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._upright: dict[int, list[Box]] = {}
        self._level: dict[int, list[Box]] = {}
        for box in boxes:
            self.add(box)

    def add(self, box: Box) -> None:
        """Add a box."""
        for strip in _strips(box.x, box.right):
            self._upright.setdefault(strip, []).append(box)
        for strip in _strips(box.y, box.bottom):
            self._level.setdefault(strip, []).append(box)

    def hit(self, segment: LineSegment) -> int:
        """Count the boxes that an orthogonal line crosses; borders don't count."""
        (x0, y0), (x1, y1) = segment
        boxes = self._upright.get(int(x0 // _STRIP), ()) if x0 == x1 else self._level.get(int(y0 // _STRIP), ())
        left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        return sum(
            left < box.x + box.width - 1 and right > box.x + 1 and top < box.y + box.height - 1 and bottom > box.y + 1
            for box in boxes
        )

    def grazed(self, segment: LineSegment) -> int:
        """Count the boxes whose border a line runs along, or seems to."""
        (x0, y0), (x1, y1) = segment
        upright = x0 == x1
        at, low, high = (x0, min(y0, y1), max(y0, y1)) if upright else (y0, min(x0, x1), max(x0, x1))
        count = 0
        for box in (self._upright if upright else self._level).get(int(at // _STRIP), ()):
            near, far = (box.x, box.right) if upright else (box.y, box.bottom)
            start, end = (box.y, box.bottom) if upright else (box.x, box.right)
            beside = min(abs(at - near), abs(at - far)) < _BESIDE
            count += beside and min(high, end) - max(low, start) > _TOGETHER
        return count

    def met(self, box: Box) -> bool:
        """Return True if a box overlaps any in the index."""
        return any(box.overlaps(other) for strip in _strips(box.x, box.right) for other in self._upright.get(strip, ()))


class LineIndex:
    """Parts of lines, each of a bundle, indexed by the strip that they run along."""

    def __init__(self) -> None:
        self._upright: dict[int, list[tuple[float, float, float, str]]] = {}
        self._level: dict[int, list[tuple[float, float, float, str]]] = {}

    def add(self, way: tuple[Point, ...], bundle: str) -> None:
        """Add the parts of a line."""
        for (x0, y0), (x1, y1) in pairwise(way):
            if x0 == x1:
                self._upright.setdefault(int(x0 // _STRIP), []).append((x0, min(y0, y1), max(y0, y1), bundle))
            else:
                self._level.setdefault(int(y0 // _STRIP), []).append((y0, min(x0, x1), max(x0, x1), bundle))

    def along(self, segment: LineSegment, bundle: str) -> int:
        """Count the parts of other bundles that a part of a line lies on for a while."""
        (x0, y0), (x1, y1) = segment
        upright = x0 == x1
        at, low, high = (x0, min(y0, y1), max(y0, y1)) if upright else (y0, min(x0, x1), max(x0, x1))
        return sum(
            abs(place - at) < _BESIDE and min(high, end) - max(low, start) > _TOGETHER and name != bundle
            for place, start, end, name in self._around(self._upright if upright else self._level, at, at)
        )

    def through(self, box: Box, bundle: str) -> bool:
        """Return True if a part of another bundle crosses a box."""
        upright = self._around(self._upright, box.x, box.right)
        level = self._around(self._level, box.y, box.bottom)
        return any(
            box.x < x < box.right and start < box.bottom and end > box.y and name != bundle
            for x, start, end, name in upright
        ) or any(
            box.y < y < box.bottom and start < box.right and end > box.x and name != bundle
            for y, start, end, name in level
        )

    @staticmethod
    def _around(
        strips: dict[int, list[tuple[float, float, float, str]]], low: float, high: float
    ) -> Iterator[tuple[float, float, float, str]]:
        for strip in _strips(low - _BESIDE, high + _BESIDE):
            yield from strips.get(strip, ())


def _strips(low: float, high: float) -> range:
    return range(int(low // _STRIP), int(high // _STRIP) + 1)
