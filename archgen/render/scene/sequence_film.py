"""A sequence that plays by CSS: its steps light up one after the other, and it starts again."""

from __future__ import annotations

from collections.abc import Mapping

from archgen.layout.sequence.placed import PlacedSequence
from archgen.render.scene.sequence import sequence_scene
from archgen.render.scene.shapes import Scene
from archgen.style.glyphs import Icon
from archgen.style.svg_markup import number

SECOND = 1.1
"""Seconds from one step to the next."""

REST = 3.0
"""Seconds that the finished flow stands before it starts again."""

_DIM = 0.16


def sequence_film(placed: PlacedSequence, icons: Mapping[str, Icon], name: str) -> Scene:
    """Return the scene; who asks for reduced motion, and whatever knows no animation, sees the full flow at once."""
    styles = tuple(f"animation-name:{name}-{rank}" for rank in _ranks(placed))
    return sequence_scene(placed, icons, name, step_styles=styles, rules=_rules(len(styles), name))


def _ranks(placed: PlacedSequence) -> list[int]:
    """Return when each message, then each note, lights up: from the top down."""
    heights = [arrow.y for arrow in placed.arrows] + [paper.box.y for paper in placed.papers]
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    return [order.index(index) for index in range(len(heights))]


def _rules(count: int, name: str) -> str:
    length = SECOND * (count + 1) + REST
    frames = []
    for rank in range(count):
        start = SECOND * (rank + 0.5) / length * 100
        lit = f"{number(start)}%{{opacity:{_DIM}}}{number(start + 20 / length)}%,97%{{opacity:1}}"
        frames.append(f"@keyframes {name}-{rank}{{0%,{lit}100%{{opacity:{_DIM}}}}}")
    play = f"#{name} .step{{animation-duration:{number(length)}s;animation-iteration-count:infinite}}"
    return "".join(frames) + f"@media (prefers-reduced-motion:no-preference){{{play}}}"
