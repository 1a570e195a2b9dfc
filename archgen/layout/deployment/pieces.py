"""Which parts of a line the other lines of its bundle have painted already."""

from __future__ import annotations

from itertools import pairwise

from archgen.layout.placed import Point

Segment = tuple[Point, Point]


def unpainted(points: tuple[Point, ...], painted: list[Segment]) -> tuple[tuple[Point, ...], ...]:
    """Return the parts of an orthogonal line that no painted segment covers; notes them as painted."""
    pieces: list[list[Point]] = []
    for segment in pairwise(points):
        for start, end in _rest(segment, painted):
            if pieces and pieces[-1][-1] == start:
                pieces[-1].append(end)
            else:
                pieces.append([start, end])
    for piece in pieces:
        painted.extend(pairwise(piece))
    return tuple(tuple(piece) for piece in pieces)


def _rest(segment: Segment, painted: list[Segment]) -> list[Segment]:
    """Return what is left of a segment, in its own direction."""
    (x0, y0), (x1, y1) = segment
    level = y0 == y1
    start, end, line = (x0, x1, y0) if level else (y0, y1, x0)
    back = start > end
    spans = [(min(start, end), max(start, end))]
    for (a0, b0), (a1, b1) in painted:
        if level and b0 == b1 == line:
            spans = _without(spans, min(a0, a1), max(a0, a1))
        elif not level and a0 == a1 == line:
            spans = _without(spans, min(b0, b1), max(b0, b1))
    pieces = [(high, low) if back else (low, high) for low, high in spans]
    pieces.sort(reverse=back)
    if level:
        return [((low, line), (high, line)) for low, high in pieces]
    return [((line, low), (line, high)) for low, high in pieces]


def _without(spans: list[tuple[float, float]], low: float, high: float) -> list[tuple[float, float]]:
    left_over = []
    for start, end in spans:
        if high <= start or end <= low:
            left_over.append((start, end))
            continue
        if start < low:
            left_over.append((start, low))
        if high < end:
            left_over.append((high, end))
    return left_over
