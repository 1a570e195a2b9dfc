"""Turns slides into slides: titles, pictures, prose, tables, notes and numbers."""

from __future__ import annotations

from typing import Any, assert_never

from lxml import etree
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from archgen.deck import BLEED, PROSE, Deck, Entry, Flow, Opening, Picture, Prose, Slide, Table
from archgen.export.pptx import diagram, sequence
from archgen.export.pptx.archive import written
from archgen.export.pptx.canvas import Canvas
from archgen.export.pptx.legend import legend
from archgen.export.pptx.marks import Icons, Marks
from archgen.export.pptx.notes import Notes
from archgen.export.pptx.template import OPENING_SIZE, Area, Base, base
from archgen.layout.legible import INSIDE, MOST
from archgen.layout.tables import LEADING, PAD, lay_out
from archgen.layout.titles import fitted_title
from archgen.markup import clean
from archgen.metrics import wrap
from archgen.theme import LIGHT, SIZES, Theme

_LARGEST = 1.3
"""Points that a pixel of a picture becomes at most, so that a small picture does not shout."""

_FOOT = 22.0


def pptx(deck: Deck, icons: Icons, template: bytes | None = None, theme: Theme = LIGHT) -> bytes:
    """The deck as a file; with `template` in the layouts, fonts and colours of that presentation."""
    return _Writer(base(template, theme), icons).written(deck)


class _Writer:
    def __init__(self, place: Base, icons: Icons) -> None:
        self._base = place
        self._marks = Marks(icons, place.theme.name)
        self._notes = Notes()
        self._area: Area = place.area

    def written(self, deck: Deck) -> bytes:
        for slide in deck.slides:
            self._slide(slide)
        return written(self._base.presentation, clean(deck.title))

    def _slide(self, slide: Slide) -> None:
        match slide:
            case Opening():
                made = self._opening(slide)
            case Prose():
                made = self._prose(slide)
            case Table():
                made = self._table(slide)
            case Picture():
                made = self._picture(slide)
            case Flow():
                made = self._flow(slide)
            case _:
                assert_never(slide)
        _number(made)
        if slide.notes:
            self._notes.write(made, slide.notes)

    def _new(self, layout: Any, title: str) -> Any:
        made = self._base.presentation.slides.add_slide(layout)
        place = made.shapes.title
        if place is not None:
            room = float(place.width or 0) / 12700 - 16
            fitting, size = fitted_title(clean(title), max(room, 100), self._base.title_size)
            place.text_frame.text = fitting
            if size != self._base.title_size:
                place.text_frame.paragraphs[0].runs[0].font.size = Pt(size)
        return made

    def _opening(self, slide: Opening) -> Any:
        made = self._new(self._base.opening, slide.title)
        if self._base.opening_lines > 1 and made.shapes.title is not None:
            room = float(made.shapes.title.width or 0) / 12700 - 16
            lines = wrap(clean(slide.title), room, OPENING_SIZE, bold=True, lines=self._base.opening_lines)
            made.shapes.title.text_frame.text = " ".join(lines)
        for one in made.placeholders:
            if one.placeholder_format.type in (PP_PLACEHOLDER.SUBTITLE, PP_PLACEHOLDER.BODY):
                room = float(one.width or 0) / 12700 - 16
                one.text_frame.text = " ".join(wrap(clean(slide.subtitle), max(room, 100), PROSE, lines=4))
                break
        return _without_empty(made)

    # Prose

    def _prose(self, slide: Prose) -> Any:
        if any(entry.badge for entry in slide.entries):
            return self._marked(slide)
        made = self._new(self._base.prose, slide.title)
        body = next((one for one in made.placeholders if one.placeholder_format.idx == 1), None)
        if body is None:
            return self._marked(slide, made)
        area = self._area
        body.left, body.top, body.width, body.height = (
            Emu(Pt(length)) for length in (area.x, area.y, area.width, area.height)
        )
        self._paragraphs(body, slide.entries)
        return made

    def _paragraphs(self, shape: Any, entries: tuple[Entry, ...]) -> None:
        frame = shape.text_frame
        frame.word_wrap = True
        for at, entry in enumerate(entries):
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            properties = paragraph._p.get_or_add_pPr()
            properties.set("marL", "0")
            properties.set("indent", "0")
            paragraph.space_before = Pt(0)
            paragraph.space_after = Pt(10)
            etree.SubElement(properties, qn("a:buNone"))
            for words, bold in ((entry.strong, True), (entry.text, False)):
                if words:
                    run = paragraph.add_run()
                    run.text = clean(words) + (" " if bold and entry.text else "")
                    run.font.size = Pt(PROSE)
                    run.font.bold = bold

    def _marked(self, slide: Prose, made: Any = None) -> Any:
        """Paragraphs one under the other in boxes of their own, each behind its badge."""
        made = made or self._new(self._base.bare, slide.title)
        area, y = self._area, self._area.y
        indent = 44.0
        for entry in slide.entries:
            lines = wrap(f"{entry.strong} {entry.text}".strip(), area.width - indent, PROSE)
            height = max(len(lines), 1) * PROSE * LEADING
            box = made.shapes.add_textbox(
                *(Emu(Pt(length)) for length in (area.x + indent, y, area.width - indent, height))
            )
            box.name = f"issue {entry.badge.number} in words" if entry.badge else "words"
            self._paragraphs(box, (entry,))
            for side in ("margin_left", "margin_right", "margin_top", "margin_bottom"):
                setattr(box.text_frame, side, 0)
            if entry.badge:
                larger = Canvas(made, self._base.theme, area.x + 18, y + PROSE * 0.6, 1.6)
                self._marks.badge(larger, larger.whole, 0, 0, entry.badge)
                larger.close()
            y += height + 12
        return made

    def _table(self, slide: Table) -> Any:
        made = self._new(self._base.bare, slide.title)
        area = self._area
        laid = lay_out(tuple(tuple(map(clean, row)) for row in (slide.header, *slide.rows)), area.width, area.height)
        frame = made.shapes.add_table(
            len(slide.rows) + 1,
            len(slide.header),
            *(Emu(Pt(length)) for length in (area.x, area.y, area.width, sum(laid.heights))),
        )
        frame.name = clean(slide.title)[:200]
        for at, wide in enumerate(laid.widths):
            frame.table.columns[at].width = Emu(Pt(wide))
        for y, (row, tall) in enumerate(zip(laid.rows, laid.heights, strict=True)):
            frame.table.rows[y].height = Emu(Pt(tall))
            for x, lines in enumerate(row):
                cell = frame.table.cell(y, x)
                cell.text = " ".join(lines)
                cell.margin_left = cell.margin_right = Emu(Pt(PAD - 1))
                for paragraph in cell.text_frame.paragraphs:
                    paragraph.font.size = Pt(laid.size)
        return made

    # Pictures

    def _picture(self, slide: Picture) -> Any:
        made = self._new(self._base.bare, slide.title)
        placed = slide.placed
        most = MOST / placed.measures.sizes.name
        canvas, bottom = self._canvas(made, placed.width, placed.height, _FOOT, most)
        diagram.paint(canvas, placed, self._marks)
        canvas.close()
        foot = Canvas(made, self._base.theme, self._area.x, bottom, 1.0)
        legend(foot, placed, self._marks, self._area.width)
        foot.close()
        return made

    def _flow(self, slide: Flow) -> Any:
        made = self._new(self._base.bare, slide.title)
        placed = slide.placed
        canvas, _ = self._canvas(made, placed.width, placed.height, 0.0, _LARGEST)
        sequence.paint(canvas, placed, self._marks)
        canvas.close()
        return made

    def _canvas(self, made: Any, width: float, height: float, foot: float, most: float) -> tuple[Canvas, float]:
        """A canvas on which a picture without its margin fills the free part of the slide, and where it ends."""
        area, margin = self._area, SIZES.margin - INSIDE
        room, bleed = area.height - foot, max(min(BLEED, area.x - BLEED), 0.0) if foot else 0.0
        inner = max(width - 2 * margin, 1.0), max(height - 2 * margin, 1.0)
        scale = min((area.width + 2 * bleed) / inner[0], room / inner[1], most)
        left = area.x + (area.width - inner[0] * scale) / 2 - margin * scale
        top = area.y + (room - inner[1] * scale) / 2 - margin * scale
        return Canvas(made, self._base.theme, left, top, scale), area.y + room


def _without_empty(made: Any) -> Any:
    """A slide without placeholders that nothing was put in."""
    for one in list(made.placeholders):
        if one.has_text_frame and not one.text_frame.text:
            one._element.getparent().remove(one._element)
    return made


def _number(made: Any) -> None:
    """The slide's number, where the layout has its place; else at the bottom right."""
    layout = made.slide_layout
    place = next(
        (one for one in layout.placeholders if one.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER), None
    )
    wide, tall = (float(length) / 12700 for length in _size(made))
    box = made.shapes.add_textbox(*(Emu(Pt(length)) for length in (wide - 90, tall - 30, 70, 22)))
    box.name = "slide number"
    element = box._element
    if place is not None:
        properties = element.find(qn("p:nvSpPr")).find(qn("p:nvPr"))
        mark = etree.SubElement(properties, qn("p:ph"))
        for key in ("type", "sz", "idx"):
            value = place._element.find(qn("p:nvSpPr")).find(qn("p:nvPr")).find(qn("p:ph")).get(key)
            if value is not None:
                mark.set(key, value)
        element.find(qn("p:nvSpPr")).find(qn("p:cNvSpPr")).attrib.pop("txBox", None)
        for child in list(element.spPr):
            element.spPr.remove(child)
    paragraph = element.find(qn("p:txBody")).find(qn("a:p"))
    field = etree.SubElement(paragraph, qn("a:fld"))
    field.set("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}")
    field.set("type", "slidenum")
    etree.SubElement(field, qn("a:rPr")).set("lang", "en-US")
    number = len(made.part.package.presentation_part.presentation.slides)
    etree.SubElement(field, qn("a:t")).text = str(number)


def _size(made: Any) -> tuple[int, int]:
    presentation = made.part.package.presentation_part.presentation
    return int(presentation.slide_width or 0), int(presentation.slide_height or 0)
