"""Dashed connectors that run into each other: their dashes meet, so that none fills the gaps of another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from archgen.layout.placed import Point
from archgen.render.scene.shapes import CanvasLine

_PERIODS = {"dash": 7, "sysDot": 2, "lgDash": 11, "sysDash": 4, "lgDashDot": 15}
"""The length of a dash and its gap, in widths of the line (ECMA-376, part 1, 20.1.10.48)."""

PRESETS = {
    "6 4": "dash",
    "1.5 4": "sysDot",
    "10 4": "lgDash",
    "10 3 2 3": "lgDashDot",
    "2 3": "sysDash",
    "3 3": "sysDash",
    "4 3": "sysDash",
    "4 4": "dash",
    "5 4": "dash",
    "1 5": "sysDot",
}
"""The preset of the format for each dash pattern."""

_STEPS = 60
_MOST = 0.002
"""The share of its width by which each try makes a line thicker or thinner."""


def dash_widths(lines: Sequence[CanvasLine], usual: float) -> dict[str, float]:
    """Return the width, near the usual one, at which the dashes of each bundle with a common end meet."""
    ends: dict[str, dict[Point, list[float]]] = {}
    dashes: dict[str, str] = {}
    for line in lines:
        if line.look.dash:
            dashes[line.bundle] = line.look.dash
            ends.setdefault(line.bundle, {}).setdefault(line.points[-1], []).append(_length(line.points))
    widths: dict[str, float] = {}
    for bundle, lengths in ends.items():
        apart = [length - met[0] for met in lengths.values() for length in met[1:]]
        if apart:
            period = usual * _PERIODS[PRESETS[dashes[bundle]]]
            widths[bundle] = usual * min(_tries(), key=lambda by: (round(_off(apart, period * by), 3), abs(by - 1)))
    return widths


def _tries() -> list[float]:
    return [1 + step * _MOST for step in range(-_STEPS, _STEPS + 1)]


def _off(apart: list[float], period: float) -> float:
    """Return the largest offset between dashes that should meet, in periods."""
    return max(abs(length / period - round(length / period)) for length in apart)


def _length(way: tuple[Point, ...]) -> float:
    return sum(abs(x1 - x0) + abs(y1 - y0) for (x0, y0), (x1, y1) in pairwise(way))
