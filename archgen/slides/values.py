"""A deck as values: slides in order, each with an idea and speaker notes; no files or shapes."""

from __future__ import annotations

from msgspec import Struct

from archgen.layout.placed import Placed
from archgen.layout.sequence.placed import PlacedSequence
from archgen.slides.layout.comparison_chart import SystemColumn
from archgen.views.diagram import Badge

PROSE = 24.0
"""Font size of paragraphs, in points."""

HEADING = 24.0
"""Font size of a term's name, in points."""

FLOW = 1.5
"""Largest scale of a flow, in points per pixel, so that a small one isn't blown up."""

PARAGRAPH, BETWEEN = 12.0, 26.0
"""Gaps between two paragraphs, and between two terms of a column."""

GUTTER = 48.0
"""Gap between two columns of text."""

WIDE, TALL = 960.0, 540.0
"""The size of a 16:9 slide, in points."""

BLEED = 16.0
"""Overhang of a deployment diagram over the column of text, left and right."""

PICTURE = 880.0 + 2 * BLEED, 408.0
"""The part of a slide for a deployment diagram: title, legend and number leave it free."""


MARK = 0.0, 32.0, 10.0, 30.0
"""The mark at the edge of a slide, beside its title: left, top, width and height."""

BAND = 0.0, 0.0, 24.0, TALL
"""The band at the edge of a title slide."""

OPENING_X = 88.0
"""Left edge of the text on a title slide."""


class TitleSlide(Struct, frozen=True, tag=True):
    """The title of a deck or of a section."""

    title: str
    subtitle: str = ""
    notes: str = ""


class Paragraph(Struct, frozen=True):
    """A paragraph; `strong` comes first, in bold, and `badge` is its badge in the diagrams."""

    text: str
    strong: str = ""
    badge: Badge | None = None


class TextSlide(Struct, frozen=True, tag=True):
    """Paragraphs, no more than fit a slide."""

    title: str
    entries: tuple[Paragraph, ...]
    notes: str = ""


class Term(Struct, frozen=True):
    """A term with its explanation."""

    name: str
    entries: tuple[Paragraph, ...]


class TermsSlide(Struct, frozen=True, tag=True):
    """Terms in columns, with text of `size` points."""

    title: str
    columns: tuple[tuple[Term, ...], ...]
    size: float
    notes: str = ""


class TableSlide(Struct, frozen=True, tag=True):
    """Rows of cells below a header."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: str = ""


class ComparisonSlide(Struct, frozen=True, tag=True):
    """Systems side by side; `caption` explains their bars, the tallest of which stand for `most` hours."""

    title: str
    caption: str
    most: float
    systems: tuple[SystemColumn, ...]
    notes: str = ""


class DiagramSlide(Struct, frozen=True, tag=True):
    """A deployment diagram."""

    title: str
    placed: Placed
    notes: str = ""


class FlowSlide(Struct, frozen=True, tag=True):
    """A request flow, or a part of it."""

    title: str
    placed: PlacedSequence
    notes: str = ""


def failed_slide(title: str, words: str) -> TextSlide:
    """Return a slide in place of one that can't be made; its notes say why."""
    return TextSlide(title, (Paragraph("archgen can't make this slide."),), words)


Slide = TitleSlide | TextSlide | TermsSlide | TableSlide | ComparisonSlide | DiagramSlide | FlowSlide


class Deck(Struct, frozen=True):
    """Slides in order."""

    title: str
    slides: tuple[Slide, ...]
