"""Sequences split into slides on which they can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import assert_never

from msgspec.structs import replace

from archgen.layout.sequence.arrangement import place
from archgen.layout.sequence.lanes import SLIDES
from archgen.layout.sequence.placed import PlacedSequence
from archgen.slides.layout.legible import FLOOR, INSIDE, ROUNDING
from archgen.slides.values import AREA, FLOW
from archgen.style.theme import SIZES
from archgen.views.diagram import Block, Item, Message, Remark, Sequence

_MARGINS = 2 * (SIZES.margin - INSIDE)

READABLE_SCALE = (FLOOR - ROUNDING) / SIZES.name
"""Smallest readable scale of a sequence, in points per pixel: its protocols then have more than 11 points."""

_Part = Callable[[int, int], PlacedSequence]
"""Returns the slide of the items from one place up to another."""


def split_sequence(sequence: Sequence) -> tuple[PlacedSequence, ...]:
    """Split a sequence into as few slides as keep its text readable, about as long, each with its own participants.

    An item that can't be read even alone has a slide of its own.
    """
    count = len(sequence.items)
    full = _spaced(sequence)
    if count <= 1 or scale(full) >= READABLE_SCALE:
        return (full,)

    @cache
    def part(start: int, end: int) -> PlacedSequence:
        return _spaced(_only(sequence, sequence.items[start:end]))

    cuts = _cuts(part, count, count)
    for most in range(-(-count // len(cuts)), count):
        shorter = _cuts(part, count, most)
        if len(shorter) == len(cuts):
            cuts = shorter
            break
    return tuple(part(start, end) for start, end in zip((0, *cuts), cuts, strict=False))


def _cuts(part: _Part, count: int, most: int) -> tuple[int, ...]:
    """Return where slides end that are each as long as can be read, of at most so many items."""
    ends: list[int] = []
    start = 0
    while start < count:
        end = start + 1
        while end < min(count, start + most) and scale(part(start, end + 1)) >= READABLE_SCALE:
            end += 1
        ends.append(end)
        start = end
    return tuple(ends)


def scale(placed: PlacedSequence) -> float:
    """Return the points per pixel of a sequence on a slide, at most `FLOW`."""
    wide, tall = AREA[2:]
    return min(wide / (placed.width - _MARGINS), tall / (placed.height - _MARGINS), FLOW)


def _spaced(sequence: Sequence) -> PlacedSequence:
    """Place the sequence with the spacing that makes its text largest."""
    return max((place(sequence, spacing) for spacing in SLIDES), key=scale)


def growing(placed: PlacedSequence) -> Iterator[PlacedSequence]:
    """Yield the sequence after each of its items; nothing moves from slide to slide."""
    arrows = papers = frames = 0
    for item in placed.sequence.items:
        messages, noted, framed = _counted((item,))
        arrows, papers, frames = arrows + messages, papers + noted, frames + framed
        yield replace(
            placed, arrows=placed.arrows[:arrows], papers=placed.papers[:papers], frames=placed.frames[:frames]
        )


def _counted(items: tuple[Item, ...]) -> tuple[int, int, int]:
    """Count the messages, notes and frames of some items, also inside frames."""
    counts = [0, 0, 0]
    for item in items:
        match item:
            case Message():
                counts[0] += 1
            case Remark():
                counts[1] += 1
            case Block():
                counts[2] += 1
                for section in item.sections:
                    counts = [count + other for count, other in zip(counts, _counted(section.items), strict=True)]
            case _:
                assert_never(item)
    return counts[0], counts[1], counts[2]


def _only(sequence: Sequence, items: tuple[Item, ...]) -> Sequence:
    """Return the sequence with only some items and their participants."""
    inside = frozenset(_named(items))
    there = tuple(participant for participant in sequence.participants if participant.id in inside)
    return replace(sequence, items=items, participants=there or sequence.participants)


def _named(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        match item:
            case Message():
                yield from (item.source, item.target)
            case Remark():
                yield from item.over
            case Block():
                for section in item.sections:
                    yield from _named(section.items)
            case _:
                assert_never(item)
