"""Writes the slides of a deck as PowerPoint slides: titles, diagrams, text, tables, notes and numbers."""

from __future__ import annotations

from functools import partial
from typing import Any, assert_never

from lxml import etree
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Pptx
from pptx.util import Emu

from archgen.layout.placed import Box
from archgen.render.scene.diagram import diagram_scene
from archgen.render.scene.sequence import sequence_logos, sequence_scene
from archgen.slides.layout.comparison_chart import place_chart
from archgen.slides.layout.figures import ENTRY, below_figures, place_figures
from archgen.slides.layout.legible import INSIDE, MOST
from archgen.slides.layout.rerouting import simplify_routes
from archgen.slides.layout.steps import place_steps, steps_height
from archgen.slides.pptx.archive import presentation_bytes
from archgen.slides.pptx.canvas import Canvas
from archgen.slides.pptx.comparison import paint_comparison
from archgen.slides.pptx.default_template import emu
from archgen.slides.pptx.diagram import paint_diagram
from archgen.slides.pptx.figures import paint_figures
from archgen.slides.pptx.legend import LOOSE, TIGHT, legend_width, paint_legend
from archgen.slides.pptx.marks import Marks
from archgen.slides.pptx.notes import Notes
from archgen.slides.pptx.sequence import paint_sequence
from archgen.slides.pptx.template import Area, DeckTemplate, load_template
from archgen.slides.pptx.text import TextWriter
from archgen.slides.values import (
    BLEED,
    CAPTION,
    CAPTION_SIZE,
    FLOW,
    LEGEND,
    NUMBER,
    ComparisonSlide,
    Deck,
    DiagramSlide,
    FiguresSlide,
    FlowSlide,
    Slide,
    TableSlide,
    TermsSlide,
    TextSlide,
    TitleSlide,
    failed_slide,
)
from archgen.style.glyphs import IconLookup
from archgen.style.svg_markup import clean
from archgen.style.text_metrics import elide
from archgen.style.theme import LIGHT, SIZES, Theme
from archgen.system.internal_errors import EXPOSED, Isolation


def write_pptx(
    deck: Deck,
    icons: IconLookup,
    template: bytes | None = None,
    theme: Theme = LIGHT,
    isolation: Isolation = EXPOSED,
) -> bytes:
    """Return the deck as a file; with a `template`, in its layouts, fonts and colors."""
    return _Writer(load_template(template, theme), icons).write(deck, isolation)


class _Writer:
    def __init__(self, place: DeckTemplate, icons: IconLookup) -> None:
        self._base = place
        self._icons = icons
        self._marks = Marks(place.theme.name)
        self._notes = Notes()
        self._text = TextWriter(place, self._marks)
        self._area: Area = place.area

    def write(self, deck: Deck, isolation: Isolation) -> bytes:
        slides = self._base.presentation.slides
        for slide in deck.slides:
            count = len(slides)
            if isolation.attempt(partial(self._slide, slide), "", f"slide {slide.title}") is None:
                self._cut(count)
                self._slide(failed_slide(slide.title, isolation.errors[-1].words))
        return presentation_bytes(self._base.presentation, clean(deck.title))

    def _cut(self, count: int) -> None:
        """Remove the slides after the first ones, which are incomplete."""
        presentation = self._base.presentation
        ids = presentation.slides._sldIdLst
        for slide_id in list(ids)[count:]:
            presentation.part.drop_rel(slide_id.rId)
            ids.remove(slide_id)

    def _slide(self, slide: Slide) -> bool:
        match slide:
            case TitleSlide():
                page = self._text.opening(slide)
            case TextSlide():
                page = self._text.prose(slide)
            case TermsSlide():
                page = self._text.terms(slide)
            case TableSlide():
                page = self._text.table(slide)
            case FiguresSlide():
                page = self._figures(slide)
            case ComparisonSlide():
                page = self._comparison(slide)
            case DiagramSlide():
                page = self._picture(slide)
            case FlowSlide():
                page = self._flow(slide)
            case _:
                assert_never(slide)
        _number(page, self._base.presentation)
        if slide.notes:
            self._notes.write(page, slide.notes)
        return True

    # Pictures

    def _picture(self, slide: DiagramSlide) -> Any:
        page = self._text.titled(self._base.bare, slide.title)
        scene = diagram_scene(
            simplify_routes(slide.placed), lambda node: self._icons(node.icon), caption=False, key=False
        )
        most = MOST / scene.sizes.name
        tall = steps_height(slide.steps, slide.form)
        below = LEGEND + (CAPTION if slide.caption else 0.0) + tall
        canvas, bottom = self._canvas(page, scene.view, below, most)
        paint_diagram(canvas, scene, self._marks)
        canvas.close()
        base, area = self._base, self._area
        if slide.steps:
            self._steps(page, slide, Box(area.x, bottom, area.width, tall))
            bottom += tall
        if slide.caption:
            bottom += CAPTION
            self._caption(page, slide.caption, bottom - CAPTION + 2)
        room = area.width - NUMBER
        spacing = LOOSE if legend_width(scene, base.wider, LOOSE) <= room else TIGHT
        scale = min(1.0, room / max(legend_width(scene, base.wider, spacing), 1.0))
        foot = Canvas(page, base.theme, area.x, bottom, scale, base.ink is None, base.wider)
        paint_legend(foot, scene, self._marks, spacing)
        foot.close()
        return page

    def _steps(self, page: Any, slide: DiagramSlide, room: Box) -> None:
        base = self._base
        canvas = Canvas(page, base.theme, 0.0, 0.0, 1.0, base.ink is None, base.wider)
        for step in place_steps(slide.steps, room, slide.form, base.wider):
            runs = ((clean(step.number), "ink", True),)
            canvas.text(canvas.root, step.at, runs, slide.form.size, anchor="start", name=f"step {clean(step.number)}")
            text = ((clean(step.text), "ink", False),)
            canvas.text(canvas.root, step.beside, text, slide.form.size, anchor="start", name="step text")
        canvas.close()

    def _caption(self, page: Any, words: str, y: float) -> None:
        base, area = self._base, self._area
        canvas = Canvas(page, base.theme, 0.0, 0.0, 1.0, base.ink is None, base.wider)
        box = Box(area.x, y, area.width, CAPTION - 4)
        runs = ((elide(clean(words), area.width / base.wider, CAPTION_SIZE), "ink", False),)
        canvas.text(canvas.root, box, runs, CAPTION_SIZE, anchor="start", name="caption")
        canvas.close()

    def _figures(self, slide: FiguresSlide) -> Any:
        page = self._text.titled(self._base.bare, slide.title)
        area, base = self._area, self._base
        room = Box(area.x, area.y, area.width, area.height)
        placed = place_figures(slide.figures, room, base.wider)
        canvas = Canvas(page, base.theme, 0.0, 0.0, 1.0, base.ink is None, base.wider)
        paint_figures(canvas, placed)
        canvas.close()
        self._text.below(page, slide.entries, below_figures(placed, room), ENTRY)
        return page

    def _comparison(self, slide: ComparisonSlide) -> Any:
        page = self._text.titled(self._base.bare, slide.title)
        area = self._area
        room = Box(area.x, area.y, area.width, area.height)
        canvas = Canvas(page, self._base.theme, 0.0, 0.0, 1.0, self._base.ink is None)
        paint_comparison(canvas, place_chart(slide.systems, slide.caption, slide.most, room, self._base.wider))
        canvas.close()
        return page

    def _flow(self, slide: FlowSlide) -> Any:
        page = self._text.titled(self._base.bare, slide.title)
        scene = sequence_scene(slide.placed, sequence_logos(slide.placed.sequence, self._icons), "flow")
        canvas, _ = self._canvas(page, scene.view, 0.0, FLOW)
        paint_sequence(canvas, scene, self._marks)
        canvas.close()
        return page

    def _canvas(self, page: Any, view: Box, foot: float, most: float) -> tuple[Canvas, float]:
        """Return a canvas that fits a diagram into the free part of the slide, and the bottom of that part.

        A flow has no legend and starts at the top, so that its cards don't move from slide to slide.
        """
        area, margin = self._area, SIZES.margin - INSIDE
        room, bleed = area.height - foot, max(min(BLEED, area.x - BLEED), 0.0) if foot else 0.0
        inner = max(view.width - 2 * margin, 1.0), max(view.height - 2 * margin, 1.0)
        scale = min((area.width + 2 * bleed) / inner[0], room / inner[1], most)
        left = area.x + (area.width - inner[0] * scale) / 2 - margin * scale
        top = area.y + ((room - inner[1] * scale) / 2 if foot else 0.0) - margin * scale
        return Canvas(page, self._base.theme, left, top, scale, self._base.ink is None, self._base.wider), area.y + room


def _number(page: Any, presentation: Pptx) -> None:
    """Add the slide's number, at the layout's place for it or else at the bottom right."""
    layout = page.slide_layout
    place = next(
        (
            placeholder
            for placeholder in layout.placeholders
            if placeholder.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER
        ),
        None,
    )
    wide, tall = Emu(presentation.slide_width or 0).pt, Emu(presentation.slide_height or 0).pt
    box = page.shapes.add_textbox(*emu(wide - 90, tall - 30, 70, 22))
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
    etree.SubElement(field, qn("a:t")).text = str(len(presentation.slides))
