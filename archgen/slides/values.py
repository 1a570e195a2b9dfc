"""A deck as values: slides in order, each one idea, with what its speaker says; nothing of files or shapes."""

from __future__ import annotations

from msgspec import Struct

from archgen.layout.placed import Placed
from archgen.layout.sequence.arrangement import PlacedSequence
from archgen.slides.layout.comparison_chart import SystemColumn
from archgen.views.diagram import Badge

PROSE = 24.0
"""The size of prose on a slide, in points."""

HEADING = 24.0
"""The size of the name of a notion, in points."""

FLOW = 1.5
"""Points that a pixel of a flow becomes at most, so that a small one does not shout."""

PARAGRAPH, BETWEEN = 12.0, 26.0
"""What is between two paragraphs, and between two notions of one column."""

GUTTER = 48.0
"""What is between two columns of words."""

WIDE, TALL = 960.0, 540.0
"""A slide of 16:9, in points."""

BLEED = 16.0
"""How far a deployment stands out of the column of prose, left and right."""

PICTURE = 880.0 + 2 * BLEED, 408.0
"""The part of a slide that a deployment may fill: what title, legend and number leave."""


MARK = 0.0, 32.0, 10.0, 30.0
"""The mark at the edge of a slide, beside its title: left, top, width and height."""

BAND = 0.0, 0.0, 24.0, TALL
"""The band at the edge of an opening."""

OPENING_X = 88.0
"""Where the words of an opening begin."""


class TitleSlide(Struct, frozen=True, tag=True):
    """The title of a deck, or of a part of it."""

    title: str
    subtitle: str = ""
    notes: str = ""


class Paragraph(Struct, frozen=True):
    """A paragraph; `strong` is said first and in bold, `badge` stands before it as it stands in the diagram."""

    text: str
    strong: str = ""
    badge: Badge | None = None


class TextSlide(Struct, frozen=True, tag=True):
    """Paragraphs, no more than a slide holds."""

    title: str
    entries: tuple[Paragraph, ...]
    notes: str = ""


class Term(Struct, frozen=True):
    """A notion and what is said of it."""

    name: str
    entries: tuple[Paragraph, ...]


class TermsSlide(Struct, frozen=True, tag=True):
    """Notions in columns, one under the other, in words of `size` points."""

    title: str
    columns: tuple[tuple[Term, ...], ...]
    size: float
    notes: str = ""


class TableSlide(Struct, frozen=True, tag=True):
    """Rows of cells under a header."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: str = ""


class ComparisonSlide(Struct, frozen=True, tag=True):
    """Systems beside each other; `asked` says what their bars are, before the key to them, the highest `most` hours."""

    title: str
    asked: str
    most: float
    systems: tuple[SystemColumn, ...]
    notes: str = ""


class DiagramSlide(Struct, frozen=True, tag=True):
    """A deployment."""

    title: str
    placed: Placed
    notes: str = ""


class FlowSlide(Struct, frozen=True, tag=True):
    """A request flow, or a part of one."""

    title: str
    placed: PlacedSequence
    notes: str = ""


def failed_slide(title: str, words: str) -> TextSlide:
    """A slide in the place of what could not be made; its notes say why."""
    return TextSlide(title, (Paragraph("This could not be made."),), words)


Slide = TitleSlide | TextSlide | TermsSlide | TableSlide | ComparisonSlide | DiagramSlide | FlowSlide


class Deck(Struct, frozen=True):
    """Slides in order."""

    title: str
    slides: tuple[Slide, ...]
