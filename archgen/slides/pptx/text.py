"""Slides of text: titles, paragraphs, issues with their badges, terms and tables."""

from __future__ import annotations

from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Pt

from archgen.layout.placed import Box
from archgen.render.scene.marks import finding_badge
from archgen.slides.layout.tables import BELOW, LEADING, PAD, lay_out, spread
from archgen.slides.layout.titles import fitted_title, title_lines
from archgen.slides.pptx.canvas import Canvas
from archgen.slides.pptx.default_template import OPENING_SIZE, emu
from archgen.slides.pptx.marks import Marks
from archgen.slides.pptx.template import TITLES, Area, DeckTemplate
from archgen.slides.values import (
    BETWEEN,
    GUTTER,
    HEADING,
    PARAGRAPH,
    PROSE,
    TITLE_SIZE,
    Paragraph,
    TableSlide,
    Term,
    TermsSlide,
    TextSlide,
    TitleSlide,
)
from archgen.style.svg_markup import clean
from archgen.style.text_metrics import text_width, wrap

_SIZES = (PROSE, 22.0, 20.0, 18.0, 16.0, 14.0)
_SMALL = (12.0, 10.0)
"""Font sizes in columns where a template leaves little room."""

_THEIRS = 0.55
"""Smallest scale of a template's title before words are left out: the template chooses its size."""
_INDENT = 44.0
_UNDER = 3.0
"""What the lines of a program for slides are taller than measured."""

_PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""PowerPoint's table style without fills and lines (ECMA-376 doesn't list the styles)."""


class TextWriter:
    """Writes the text of a deck in the layouts of its presentation."""

    def __init__(self, place: DeckTemplate, marks: Marks) -> None:
        self._base = place
        self._marks = marks
        self._own = place.wider == 1.0

    # Titles

    def titled(self, layout: Any, title: str) -> Any:
        """Add a slide with its title; a layout without a title gets it at the top."""
        page = self._base.presentation.slides.add_slide(layout)
        place, size = page.shapes.title, self._base.title_size
        if place is None:
            size = min(size, TITLE_SIZE)
            place = self._title(page, self._base.title)
        room, tall = _room(place, "width"), _room(place, "height")
        room /= self._base.wider
        if self._own:
            fitting, fitted = " ".join(title_lines(clean(title), room, size)), size
        else:
            fitting, fitted = fitted_title(clean(title), room, size, _THEIRS)
            if fitted < size:
                fitting, fitted = _stacked(clean(title), room, tall, size) or (fitting, fitted)
        place.text_frame.text = fitting
        if fitted != self._base.title_size:
            place.text_frame.paragraphs[0].runs[0].font.size = Pt(fitted)
        self._ink(place)
        return page

    def _title(self, page: Any, area: Area) -> Any:
        left, top, wide, tall = emu(area.x, area.y, area.width, area.height)
        page.shapes._spTree.append(
            parse_xml(
                f'<p:sp {nsdecls("p", "a")}><p:nvSpPr><p:cNvPr id="{page.shapes._spTree.max_shape_id + 1}" '
                f'name="title"/><p:cNvSpPr/><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm>'
                f'<a:off x="{left}" y="{top}"/><a:ext cx="{wide}" cy="{tall}"/></a:xfrm></p:spPr>'
                f'<p:txBody><a:bodyPr anchor="ctr"/><a:lstStyle/><a:p/></p:txBody></p:sp>'
            )
        )
        return page.shapes.title

    def _ink(self, shape: Any) -> None:
        """Set an ink with enough contrast, where the template's own has too little."""
        if self._base.ink is not None:
            for paragraph in shape.text_frame.paragraphs:
                for run in paragraph.runs:
                    run.font.color.rgb = RGBColor(*bytes.fromhex(self._base.ink))  # type: ignore[no-untyped-call]

    def opening(self, slide: TitleSlide) -> Any:
        """Add the title slide of the deck or of a section."""
        page = self.titled(self._base.opening, slide.title)
        if not any(placeholder.placeholder_format.type in TITLES for placeholder in page.slide_layout.placeholders):
            page.shapes.title.top = Emu(Pt(self._base.area.y + self._base.area.height / 4 - self._base.title.height))
        if self._own:
            title = page.shapes.title
            title.text_frame.text = " ".join(
                wrap(clean(slide.title), _room(title, "width"), OPENING_SIZE, bold=True, lines=2)
            )
        places = [
            placeholder
            for placeholder in page.placeholders
            if placeholder.placeholder_format.type in (PP_PLACEHOLDER.SUBTITLE, PP_PLACEHOLDER.BODY)
        ]
        if slide.subtitle and not places:
            area = self._base.area
            places = [page.shapes.add_textbox(*emu(area.x, area.y + area.height / 4, area.width, area.height / 2))]
            places[0].text_frame.word_wrap = True
        for place in places[:1]:
            room = max(_room(place, "width"), 100) / self._base.wider
            place.text_frame.text = " ".join(wrap(clean(slide.subtitle), room, PROSE, lines=4))
            self._ink(place)
        for placeholder in list(page.placeholders):
            if placeholder.has_text_frame and not placeholder.text_frame.text:
                placeholder._element.getparent().remove(placeholder._element)
        return page

    # Text

    def prose(self, slide: TextSlide) -> Any:
        """Add paragraphs in the layout's body, or each in a box of its own beside its badge."""
        if any(entry.badge for entry in slide.entries):
            return self._marked(slide, self.titled(self._base.bare, slide.title))
        page = self.titled(self._base.prose, slide.title)
        body = next((placeholder for placeholder in page.placeholders if placeholder.placeholder_format.idx == 1), None)
        if body is None:
            return self._marked(slide, page)
        area = self._base.area
        body.left, body.top, body.width, body.height = emu(area.x, area.y, area.width, area.height)
        self._paragraphs(body, slide.entries, self._size(slide, area.width - 16))
        return page

    def _size(self, slide: TextSlide, width: float) -> float:
        """Return the largest font size that fits all paragraphs."""
        for size in _SIZES:
            tall = sum(self._lines(entry, width, size) * size * LEADING + PARAGRAPH for entry in slide.entries)
            if tall - PARAGRAPH <= self._base.area.height:
                return size
        return _SIZES[-1]

    def _lines(self, entry: Paragraph, width: float, size: float) -> int:
        words = f"{entry.strong} {entry.text}".strip()
        return max(len(wrap(words, width / self._base.wider, size, bold=bool(entry.strong))), 1)

    def _paragraphs(self, shape: Any, entries: tuple[Paragraph, ...], size: float, heading: str = "") -> None:
        frame = shape.text_frame
        frame.word_wrap = True
        if heading:
            run = frame.paragraphs[0].add_run()
            run.text, run.font.size, run.font.bold = heading, Pt(self._heading(size)), True
            frame.paragraphs[0].space_after = Pt(10)
        for at, entry in enumerate(entries):
            paragraph = frame.paragraphs[0] if at == 0 and not heading else frame.add_paragraph()
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
                    run.font.size = Pt(size)
                    run.font.bold = bold
        self._ink(shape)

    def terms(self, slide: TermsSlide) -> Any:
        """Add terms in columns, each in a box of its own."""
        page = self.titled(self._base.bare, slide.title)
        area = self._base.area
        wide = (area.width - GUTTER) / 2
        sizes = [self._column_size(column, wide) for column in slide.columns]
        for at, column in enumerate(slide.columns):
            x, y = area.x + at * (wide + GUTTER), area.y
            for term in column:
                tall = self._term_height(term, wide, min(slide.size, *sizes))
                self._term(page, term, (x, y, wide, tall), min(slide.size, *sizes))
                y += tall + BETWEEN
        return page

    def _term(self, page: Any, term: Term, place: tuple[float, float, float, float], size: float) -> None:
        box = page.shapes.add_textbox(*emu(*place))
        box.name = clean(term.name)[:200]
        _drop_margins(box.text_frame)
        self._paragraphs(box, term.entries, size, clean(term.name))

    @staticmethod
    def _heading(size: float) -> float:
        """Return the size of a term's name above text of a size."""
        return HEADING if size >= 18 else size + 4

    def _column_size(self, column: tuple[Term, ...], wide: float) -> float:
        """Return the largest font size that fits a column of terms on the slide."""
        for size in (*_SIZES, *_SMALL):
            tall = sum(self._term_height(term, wide, size) + BETWEEN for term in column) - BETWEEN
            if tall <= self._base.area.height:
                return size
        return _SMALL[-1]

    def _term_height(self, term: Term, wide: float, size: float) -> float:
        heading = self._heading(size)
        name = self._lines(Paragraph("", term.name), wide, heading) * heading * LEADING
        return name + sum(self._lines(entry, wide, size) * size * LEADING + PARAGRAPH for entry in term.entries)

    def _marked(self, slide: TextSlide, page: Any) -> Any:
        area, y = self._base.area, self._base.area.y
        size = self._size(slide, area.width - _INDENT)
        for entry in slide.entries:
            height = self._lines(entry, area.width - _INDENT, size) * size * LEADING
            box = page.shapes.add_textbox(*emu(area.x + _INDENT, y, area.width - _INDENT, height))
            box.name = f"finding {entry.badge.number} text" if entry.badge else "words"
            self._paragraphs(box, (entry,), size)
            _drop_margins(box.text_frame)
            if entry.badge:
                larger = Canvas(page, self._base.theme, area.x + 18, y + size * 0.6, size / 15, self._base.ink is None)
                self._marks.badge(larger, larger.root, finding_badge(entry.badge, 0, 0))
                larger.close()
            y += height + PARAGRAPH
        return page

    def below(self, page: Any, entries: tuple[Paragraph, ...], room: Box, size: float, name: str = "words") -> None:
        """Add paragraphs in a room of a slide, in text of a size."""
        if entries:
            box = page.shapes.add_textbox(*emu(room.x, room.y, room.width, room.height))
            box.name = name
            _drop_margins(box.text_frame)
            self._paragraphs(box, entries, size)

    # Tables

    def table(self, slide: TableSlide) -> Any:
        """Add rows between hairlines below a header, readable on any background."""
        page = self.titled(self._base.bare, slide.title)
        area = self._base.area
        rows = tuple(tuple(map(clean, row)) for row in (slide.header, *slide.rows))
        told = sum(self._lines(entry, area.width, slide.size) for entry in slide.entries)
        below = told * slide.size * LEADING + len(slide.entries) * PARAGRAPH + BELOW if slide.entries else 0.0
        laid = lay_out(rows, area.width, area.height, self._base.wider, slide.size)
        laid = spread(laid, area.height - below)
        frame = page.shapes.add_table(len(rows), len(slide.header), *emu(area.x, area.y, area.width, sum(laid.heights)))
        frame.name = clean(slide.title)[:200]
        frame._element.nvGraphicFramePr.cNvPr.set("descr", clean(f"{slide.title}: {', '.join(slide.header)}")[:2000])
        frame._element.find(f".//{qn('a:tableStyleId')}").text = _PLAIN_TABLE
        frame.table.horz_banding = False
        for at, wide in enumerate(laid.widths):
            frame.table.columns[at].width = Emu(Pt(wide))
        for y, (row, tall) in enumerate(zip(laid.rows, laid.heights, strict=True)):
            frame.table.rows[y].height = Emu(Pt(tall))
            for x, lines in enumerate(row):
                cell = frame.table.cell(y, x)
                cell.text = " ".join(lines)
                cell.margin_left = cell.margin_right = Emu(Pt(PAD - 1))
                cell.margin_top = cell.margin_bottom = Emu(Pt(laid.above - _UNDER))
                for paragraph in cell.text_frame.paragraphs:
                    paragraph.font.size = Pt(laid.size)
                    paragraph.font.bold = y == 0 or (slide.total and y == len(slide.rows))
                self._ink(cell)
                self._ruled(cell, y == 0)
        bottom = area.y + sum(laid.heights) + BELOW
        self.below(
            page,
            slide.entries,
            Box(area.x, bottom, area.width, area.y + area.height - bottom),
            slide.size,
            "below the table",
        )
        return page

    def _ruled(self, cell: Any, header: bool) -> None:
        """Draw the line below a cell, in the accent color below the header."""
        theme = self._base.theme
        color = '<a:schemeClr val="accent1"/>'
        if not header or self._base.ink is not None:
            role = theme.accent if header else theme.card_line
            color = f'<a:srgbClr val="{role.removeprefix("#")}"/>'
        width = 25400 if header else 6350
        cell._tc.get_or_add_tcPr().append(
            parse_xml(f'<a:lnB {nsdecls("a")} w="{width}"><a:solidFill>{color}</a:solidFill></a:lnB>')
        )


def _stacked(title: str, room: float, tall: float, size: float) -> tuple[str, float] | None:
    """Break a title into lines; return it with its size, or None if no size fits all of its words."""
    longest = max((text_width(word, size, bold=True) for word in title.split()), default=1.0)
    for share in (1.0, 0.85, 0.7, _THEIRS, 0.8 * _THEIRS, 0.6 * _THEIRS):
        tried = int(size * share)
        lines = wrap(title, room, tried, bold=True)
        if len(lines) * 1.2 * tried <= tall and longest * share <= room:
            return " ".join(lines), tried
    return None


def _room(shape: Any, side: str) -> float:
    """Return the room for text in a shape, in points."""
    return max(float(getattr(shape, side) or 0) / 12700 - 16, 20.0)


def _drop_margins(frame: Any) -> None:
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
