"""Logos drawn here, since no icon package has them as vectors: a raster would be most of a picture's bytes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from math import cos, pi, sin

from archgen.style.glyphs import Icon
from archgen.style.svg_markup import element

_RINGS: tuple[tuple[int, float, float, str], ...] = (
    (4, 6.2, 5.6, "#21618f"),
    (8, 12.3, 3.7, "#3379bd"),
    (16, 17.6, 2.4, "#1596d6"),
    (32, 22.4, 1.4, "#1596d6"),
)
"""The number of squares of a ring, its radius, their side and color, in a box of 48 by 48 around (0, 0)."""


def drawn(slug: str) -> Icon | None:
    """Return the logo of a product by its slug; None for one that is not drawn here."""
    return _haproxy() if slug == "haproxy" else None


@lru_cache(maxsize=1)
def _haproxy() -> Icon:
    """Return one to many: rings of squares, each joined with two of the next ring; the last is too fine for lines."""
    rings = [
        [_at(radius, (place + (0.5 if count > 4 else 0)) / count) for place in range(count)]
        for count, radius, _, _ in _RINGS
    ]
    wires = [f"{_line(rings[0])}z"]
    for inner, outer in pairwise(rings[:3]):
        for place, start in enumerate(inner):
            first = 2 * place - (len(inner) == 4)
            wires.append(_line((outer[first], start, outer[first + 1])))
    squares = [
        element("path", d="".join(f"M{_pair(square)}h.01" for square in ring), stroke=colour, stroke_width=side)
        for ring, (_, _, side, colour) in zip(rings, _RINGS, strict=True)
    ]
    body = element(
        "g",
        element("path", d="".join(wires), fill="none", stroke="#3379bd", stroke_width=0.35),
        *squares,
        stroke_linecap="square",
        stroke_linejoin="bevel",
    )
    return Icon("logo-haproxy", "-24 -24 48 48", body, coloured=True)


def _at(radius: float, turn: float) -> tuple[float, float]:
    return radius * cos(2 * pi * turn), radius * sin(2 * pi * turn)


def _line(points: Iterable[tuple[float, float]]) -> str:
    return "M" + " ".join(map(_pair, points)).replace(" -", "-")


def _pair(point: tuple[float, float]) -> str:
    return f"{_short(point[0])} {_short(point[1])}".replace(" -", "-")


def _short(value: float) -> str:
    """Return a number with one decimal: that is a twelfth of a pixel on a card, the same on every machine."""
    written = f"{value:.1f}".removesuffix(".0")
    return "0" if written == "-0" else written
