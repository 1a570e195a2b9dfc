"""A deck as values: slides in order, each with an idea and speaker notes; no files or shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct

from archgen.layout.placed import Placed
from archgen.layout.sequence.placed import PlacedSequence
from archgen.slides.layout.comparison_chart import SystemColumn
from archgen.slides.layout.steps import StepForm
from archgen.views.diagram import Badge

ColorRole = Literal["ink", "error", "warning", "accent", "good"]

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

TITLE = 40.0, 8.0, WIDE - 80, 70.0
"""The part of a slide for a title of two lines: left, top, width and height."""

TITLE_SIZE = 26.0
"""Font size of a title, in points."""

TITLE_LEADING = 1.2
"""Distance of the lines of a title, in sizes."""

AREA = 40.0, 84.0, WIDE - 80, 428.0
"""The part of a slide for its content: left, top, width and height."""

LEGEND = 22.0
"""The height of a legend below a diagram."""

NUMBER = 30.0
"""The width at the end of the legend's line that the slide's number takes."""

CAPTION, CAPTION_SIZE = 30.0, 18.0
"""The height of the line of text below a diagram, and its font size."""

PICTURE = AREA[2] + 2 * BLEED, AREA[3] - LEGEND
"""The part of a slide for a diagram: title, legend and number leave it free."""

CAPTIONED = PICTURE[0], PICTURE[1] - CAPTION
"""The same above a line of text."""


MARK = 0.0, 25.0, 10.0, 36.0
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
    """Rows of cells below a header, in text of at most `size` points; the last row may be the `total` of the others.

    `entries` are paragraphs below the rows.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: str = ""
    size: float = PROSE
    total: bool = False
    entries: tuple[Paragraph, ...] = ()


class ComparisonSlide(Struct, frozen=True, tag=True):
    """Systems side by side; `caption` explains their bars, the tallest of which stand for `most` hours."""

    title: str
    caption: str
    most: float
    systems: tuple[SystemColumn, ...]
    notes: str = ""


class Figure(Struct, frozen=True):
    """A number with the words that explain it; `role` is its color."""

    value: str
    words: str
    role: ColorRole = "ink"


class FiguresSlide(Struct, frozen=True, tag=True):
    """Figures side by side, above some paragraphs."""

    title: str
    figures: tuple[Figure, ...]
    entries: tuple[Paragraph, ...] = ()
    notes: str = ""


class DiagramSlide(Struct, frozen=True, tag=True):
    """A deployment or another structural diagram, above a line of text if there is a `caption`.

    `steps` are numbers with their texts, in columns below it, in their `form`.
    """

    title: str
    placed: Placed
    notes: str = ""
    caption: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    form: StepForm = StepForm()


class FlowSlide(Struct, frozen=True, tag=True):
    """A request flow, or a part of it."""

    title: str
    placed: PlacedSequence
    notes: str = ""


FAILED = "archgen failed here; see its messages."
"""The notes of a slide that can't be made."""


def failed_slide(title: str, words: str) -> TextSlide:
    """Return a slide in place of one that can't be made; its notes say why."""
    return TextSlide(title, (Paragraph("archgen can't make this slide."),), words)


Slide = TitleSlide | TextSlide | TermsSlide | TableSlide | ComparisonSlide | DiagramSlide | FiguresSlide | FlowSlide

MakeSlides = Callable[[], Iterable[Slide]]
"""Makes slides when it is called, so that slides that fail don't stop the others."""


class Deck(Struct, frozen=True):
    """Slides in order."""

    title: str
    slides: tuple[Slide, ...]
