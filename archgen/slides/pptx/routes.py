"""The route of a line as a preset connector: its form, frame, rotation and adjustments."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from archgen.layout.placed import tidy

EmuPoint = tuple[int, int]
"""A place on a slide, in English metric units."""

_QUARTER = 5400000
_THIN = 6350
_FORMS = {2: "straightConnector1", 3: "bentConnector2", 4: "bentConnector3", 5: "bentConnector4", 6: "bentConnector5"}
_MOST = 6


class Route(Struct, frozen=True):
    """A preset connector; the frame is that before it's flipped and rotated."""

    form: str
    x: int
    y: int
    width: int
    height: int
    turn: int = 0
    flip_h: bool = False
    flip_v: bool = False
    adjust: tuple[int, ...] = ()


def connector_route(points: Sequence[EmuPoint]) -> Route:
    """Return the connector through the corners of an orthogonal line.

    Preset connectors have four corners at most; a line with more keeps its ends and its longest middle part.
    """
    points = _reduced(_straightened(points))
    (x0, y0), (x1, y1) = points[0], points[-1]
    if len(points) == 2:
        return Route(_FORMS[2], min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0), 0, x1 < x0, y1 < y0)
    if points[0][1] == points[1][1]:
        width, height = max(abs(x1 - x0), _THIN), max(abs(y1 - y0), _THIN)
        adjust = _adjusted([(x - x0, y - y0) for x, y in points], width, height, x1 < x0, y1 < y0)
        return Route(_FORMS[len(points)], min(x0, x1), min(y0, y1), width, height, 0, x1 < x0, y1 < y0, adjust)
    # a line that starts vertically is a horizontal one, rotated by a quarter: along is down, across is to the left
    along, across = max(abs(y1 - y0), _THIN), max(abs(x1 - x0), _THIN)
    adjust = _adjusted([(y - y0, x0 - x) for x, y in points], along, across, y1 < y0, x1 > x0)
    left, top = (x0 + x1 - along) // 2, (y0 + y1 - across) // 2
    return Route(_FORMS[len(points)], left, top, along, across, _QUARTER, y1 < y0, x1 > x0, adjust)


def _adjusted(steps: list[tuple[int, int]], width: int, height: int, back: bool, up: bool) -> tuple[int, ...]:
    """Return the free corners as shares of the frame, in hundred thousandths: along, across, along …"""
    adjustments = []
    for at in range(1, len(steps) - 2):
        along, across = steps[at] if at % 2 else steps[at + 1]
        part = (-along if back else along) / width if at % 2 else (-across if up else across) / height
        adjustments.append(round(part * 100000))
    return tuple(adjustments)


def _straightened(points: Sequence[EmuPoint]) -> list[EmuPoint]:
    corners = list(tidy(points))
    return corners if len(corners) > 1 else [*corners, *corners]


def _reduced(points: list[EmuPoint]) -> list[EmuPoint]:
    """Reduce a line to four corners at most."""
    if len(points) <= _MOST:
        return points
    level = points[0][1] == points[1][1]
    axis = 1 if level else 0
    parts = [(abs(points[at + 1][1 - axis] - points[at][1 - axis]), at) for at in range(2, len(points) - 3)]
    same = [(far, at) for far, at in parts if points[at][axis] == points[at + 1][axis]]
    middle = points[max(same)[1]][axis]
    if (points[-2][1] == points[-1][1]) != level:
        # it ends at right angles to its start: one corner less
        corners = [points[1], _corner(points[1], middle, axis), _corner(points[-1], middle, axis)]
        return [points[0], *corners, points[-1]]
    corners = [points[1], _corner(points[1], middle, axis), _corner(points[-2], middle, axis), points[-2]]
    return [points[0], *corners, points[-1]]


def _corner(point: EmuPoint, middle: int, axis: int) -> EmuPoint:
    return (point[0], middle) if axis == 1 else (middle, point[1])
