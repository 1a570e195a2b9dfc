"""A sequence with places: everything that a painter needs to know of where things stand."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from archgen.layout.placed import Box
from archgen.style.text_metrics import text_width
from archgen.views.diagram import Badge, Message, Participant
from archgen.views.diagram import Sequence as View

_ASCENT, _DESCENT = 0.78, 0.22


class PlacedText(Struct, frozen=True):
    """A line of text with its baseline at `y`."""

    text: str
    x: float
    y: float
    size: float
    role: str = "ink"
    anchor: Literal["start", "middle"] = "start"
    bold: bool = False

    @property
    def box(self) -> Box:
        """The room that the line takes."""
        width = text_width(self.text, self.size, self.bold)
        left = self.x - width / 2 if self.anchor == "middle" else self.x
        return Box(left, self.y - _ASCENT * self.size, width, (_ASCENT + _DESCENT) * self.size)


class Head(Struct, frozen=True):
    """A participant's card and the x of its lifeline; a mirrored one at the foot has no icon."""

    participant: Participant
    x: float
    box: Box
    texts: tuple[PlacedText, ...]
    icon: Box | None = None


class Arrow(Struct, frozen=True):
    """A message from `x1` to `x2` at height `y`; a message to oneself returns at `y2`. Badges stand around `badges`."""

    message: Message
    x1: float
    x2: float
    y: float
    y2: float
    texts: tuple[PlacedText, ...]
    number: PlacedText | None = None
    lock: tuple[float, float] | None = None
    badges: tuple[tuple[float, float, Badge], ...] = ()


class Paper(Struct, frozen=True):
    """A note."""

    box: Box
    texts: tuple[PlacedText, ...]


class Band(Struct, frozen=True):
    """The opaque strip above a section, with the words of its condition."""

    box: Box
    texts: tuple[PlacedText, ...]


class FrameBox(Struct, frozen=True):
    """A frame, its tab with the name of its kind, and a band for each section."""

    box: Box
    tab: Box
    name: PlacedText
    bands: tuple[Band, ...]


class Bar(Struct, frozen=True):
    """A stretch of a lifeline on which its participant works on a request."""

    x: float
    top: float
    bottom: float


class PlaceBand(Struct, frozen=True):
    """The network around neighboring participants, behind their lifelines."""

    box: Box
    text: PlacedText


class PlacedSequence(Struct, frozen=True):
    """A sequence on a canvas from (0, 0); lifelines run from `top` to `bottom`."""

    sequence: View
    width: float
    height: float
    top: float
    bottom: float
    heads: tuple[Head, ...]
    feet: tuple[Head, ...]
    frames: tuple[FrameBox, ...]
    arrows: tuple[Arrow, ...]
    papers: tuple[Paper, ...]
    title: PlacedText | None = None
    bars: tuple[Bar, ...] = ()
    places: tuple[PlaceBand, ...] = ()

    def texts(self) -> tuple[PlacedText, ...]:
        """Return every line of text in the diagram."""
        texts = [text for head in (*self.heads, *self.feet) for text in head.texts]
        for frame in self.frames:
            texts += [frame.name, *(text for band in frame.bands for text in band.texts)]
        for arrow in self.arrows:
            texts += [*arrow.texts, *([arrow.number] if arrow.number else [])]
        texts += [text for paper in self.papers for text in paper.texts]
        texts += [*([self.title] if self.title else []), *(place.text for place in self.places)]
        return tuple(texts)
