"""A sequence as an SVG that plays: its steps light up one after the other, and it starts again."""

from __future__ import annotations

import re
from collections.abc import Mapping

from archgen.layout.sequence.arrangement import PlacedSequence
from archgen.render.svg.sequence_svg import placed_sequence_svg
from archgen.style.glyphs import Icon
from archgen.style.svg_markup import number
from archgen.style.theme import Mode

SECOND = 1.1
"""Seconds from one step to the next."""

REST = 3.0
"""Seconds that the whole flow stands before it starts again."""

_DIM = 0.16
_STEP = re.compile('<g class="step">')


def animated_svg(placed: PlacedSequence, icons: Mapping[str, Icon], prefix: str, mode: Mode = "auto") -> str:
    """The sequence as a document that plays by CSS alone.

    Who asks for reduced motion, and whatever knows no animation, sees the whole flow at once.
    """
    svg = placed_sequence_svg(placed, icons, prefix, mode, steps=True)
    ranks = iter(_ranks(placed))
    svg = _STEP.sub(lambda _: f'<g class="step" style="animation-name:{prefix}-{next(ranks)}">', svg)
    return svg.replace("</style>", f"{_rules(len(placed.arrows) + len(placed.papers), prefix)}</style>", 1)


def _ranks(placed: PlacedSequence) -> list[int]:
    """When each message, then each note, lights up: from the top down."""
    heights = [arrow.y for arrow in placed.arrows] + [paper.box.y for paper in placed.papers]
    order = sorted(range(len(heights)), key=lambda at: heights[at])
    return [order.index(at) for at in range(len(heights))]


def _rules(count: int, prefix: str) -> str:
    whole = SECOND * (count + 1) + REST
    frames = []
    for at in range(count):
        start = SECOND * (at + 0.5) / whole * 100
        lit = f"{number(start)}%{{opacity:{_DIM}}}{number(start + 20 / whole)}%,97%{{opacity:1}}"
        frames.append(f"@keyframes {prefix}-{at}{{0%,{lit}100%{{opacity:{_DIM}}}}}")
    play = f"#{prefix} .step{{animation-duration:{number(whole)}s;animation-iteration-count:infinite}}"
    return "".join(frames) + f"@media (prefers-reduced-motion:no-preference){{{play}}}"
